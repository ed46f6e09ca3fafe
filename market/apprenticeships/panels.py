"""What programmes that run put into other pages: the line of those who wait, and what a programme led to."""

from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market.access import Actor
from market.accounts.models import Organisation
from market.apprenticeships import following, sentences, waiting
from market.apprenticeships import following_rules as rules
from market.apprenticeships.waiting_rules import AHEAD, may_wait
from market.engagements.models import Engagement
from market.engagements.rules import parties
from market.opportunities.models import Opportunity
from market.programmes.models import Programme
from market.programmes.rules import Status
from market.web.render import render_part


def wait(
    request: Request, db: Session, actor: Actor, *, programme: Programme, rounds: Any = (), **_more: Any
) -> Markup:
    """Where no round takes people: join the line, or how one stands in it."""
    if programme.status != Status.PUBLISHED:
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
    """For who runs it: how many wait. Not who."""
    waits, asked = waiting.in_line(db, programme.id)
    return render_part(request, "apprenticeships/line.html", waits=waits, asked=asked, days=AHEAD.days)


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
    """The way to the questions, beside the work of a programme, for its two sides."""
    if engagement.programme_version_id is None or not parties(actor, engagement):
        return Markup("")
    return render_part(request, "apprenticeships/ask_afterwards.html", engagement=engagement)
