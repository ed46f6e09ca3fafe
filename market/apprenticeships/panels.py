"""What programmes that run put into other pages: the line of those who wait, soft skills, and what a programme led to."""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market.access import Actor
from market.accounts.models import Organisation
from market.apprenticeships import following, sentences, soft_reading, waiting
from market.apprenticeships import following_rules as rules
from market.apprenticeships.waiting_rules import AHEAD, may_wait
from market.engagements.models import Engagement
from market.engagements.rules import parties
from market.evidence.models import SOFT_MENTOR, SOFT_PEERS
from market.opportunities.models import Opportunity
from market.programmes.models import Programme
from market.programmes.rules import Status
from market.web.kit import SourceWords
from market.web.render import render_part
from market.words import _


def wait(
    request: Request, db: Session, actor: Actor, *, programme: Programme, rounds: Any = (), **_more: Any
) -> Markup:
    """Where no round takes people: join the line, or how one stands in it."""
    if programme.status != Status.PUBLISHED or programme.for_members:
        return Markup("")
    place = waiting.place_of(db, programme.id, actor.id) if actor.is_signed_in else None
    stands = place is not None and place.status in waiting.STANDS
    free = sum(one.seats_free for one in rounds)
    if free and not stands:
        return Markup("")
    opening = db.get(Opportunity, place.opportunity_id) if place and place.opportunity_id else None
    return render_part(
        request,
        "apprenticeships/wait.html",
        programme=programme,
        place=place if stands else None,
        opening=opening,
        allowed=may_wait(actor, waiting.line_of(db, actor, programme, free)),
        days=AHEAD.days,
    )


def line(request: Request, db: Session, actor: Actor, *, programme: Programme, **_more: Any) -> Markup:
    """For who runs it: how many wait. Not who. Nobody waits for a programme that is for members."""
    if programme.for_members:
        return Markup("")
    waits, asked = waiting.in_line(db, programme.id)
    return render_part(request, "apprenticeships/line.html", waits=waits, asked=asked, days=AHEAD.days)


def record(request: Request, db: Session, actor: Actor, *, programme: Programme, **_more: Any) -> Markup:
    """How many began a programme, and how many of those who ended it completed it."""
    found = following.record_of(db, programme.id)
    if not found.begun:
        return Markup("")
    return render_part(request, "apprenticeships/record.html", record=found, fewest=rules.FEWEST)


def led_to(request: Request, db: Session, actor: Actor, *, programme: Programme, **_more: Any) -> Markup:
    """What a programme led to, in counts."""
    return _record(request, following.counts_of(db, programme_id=programme.id), of_programme=True)


def led_to_of(
    request: Request, db: Session, actor: Actor, *, organisation: Organisation, **_more: Any
) -> Markup:
    """The same of all programmes of an organisation."""
    return _record(request, following.counts_of(db, org_id=organisation.id), of_programme=False)


def _record(request: Request, counts: list[rules.Count], *, of_programme: bool) -> Markup:
    if not counts:
        return Markup("")
    return render_part(
        request,
        "apprenticeships/led_to.html",
        counts=counts,
        say=sentences,
        of_programme=of_programme,
        fewest=rules.FEWEST,
    )


def afterwards(
    request: Request, db: Session, actor: Actor, *, engagement: Engagement, **_more: Any
) -> Markup:
    """The way to the questions, beside the work of a programme that has ended, for its two sides."""
    if engagement.programme_version_id is None or engagement.for_members or not parties(actor, engagement):
        return Markup("")
    if engagement.ended_at is None:
        return Markup("")
    return render_part(request, "apprenticeships/ask_afterwards.html", engagement=engagement)


def soft_skills(request: Request, db: Session, actor: Actor, *, programme: Programme, **_more: Any) -> Markup:
    """On the page of a programme: that soft skills are looked at, by whom, and by which steps."""
    return render_part(request, "apprenticeships/soft_told.html")


def _soft_words(by: Callable[[str], str]) -> Callable[[Request, Actor, Any], tuple[str, str]]:
    def say(request: Request, actor: Actor, row: Any) -> tuple[str, str]:
        own = actor.is_signed_in and actor.id == row.person_id
        page = request.app.url_path_for("apprenticeships.soft_skills", id=row.public_id) if own else ""
        return by(row.title), str(page)

    return say


# What was said of somebody's way of working, by the programme in which it was seen.
SOFT_WORDS = {
    SOFT_MENTOR: SourceWords(
        soft_reading.OF_WORK,
        _soft_words(lambda title: _("What the mentor saw, by described steps, in “%(title)s”", title=title)),
    ),
    SOFT_PEERS: SourceWords(
        soft_reading.OF_WORK,
        _soft_words(
            lambda title: _("What at least three others of the group saw, in “%(title)s”", title=title)
        ),
    ),
}
