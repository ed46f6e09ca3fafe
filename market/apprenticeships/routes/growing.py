"""Before and after a programme: waiting for a place in it, and saying what it led to."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, signed_in, talent
from market.apprenticeships import following, queries, sentences, waiting
from market.apprenticeships.following_rules import FollowUpSide
from market.apprenticeships.forms import AfterwardsForm
from market.engagements.models import Engagement
from market.engagements.routes.view import view_of
from market.errors import Forbidden
from market.programmes.queries import get_visible
from market.web.forms import BLANK, Entry, read
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _


def mine(request: Request, db: Session, actor: Actor) -> Response:
    """The lines that the reader stands in. One statement."""
    return render(request, "apprenticeships/waiting.html", rows=waiting.mine(db, actor.id))


def join(request: Request, db: Session, actor: Actor) -> Response:
    """Wait for a place in a programme."""
    programme = get_visible(db, actor, request.path_params["id"])
    waiting.join(db, actor, programme)
    said = _("You wait for a place. You are told when one comes free.")
    return see_other(request, "programmes.show", id=programme.public_id, said=said)


def leave(request: Request, db: Session, actor: Actor) -> Response:
    """Wait no more."""
    programme = get_visible(db, actor, request.path_params["id"])
    waiting.leave(db, actor, programme)
    return see_other(
        request, "programmes.show", id=programme.public_id, said=_("You do not wait for it any more.")
    )


def afterwards(request: Request, db: Session, actor: Actor) -> Response:
    """What a programme led to: the questions to the reader's side."""
    engagement, _version = queries.get_running(db, actor, request.path_params["id"])
    return _afterwards(request, db, actor, engagement)


def _afterwards(
    request: Request, db: Session, actor: Actor, engagement: Engagement, entry: Entry[AfterwardsForm] = BLANK
) -> Response:
    side = following.side_of(actor, engagement)
    return render(
        request,
        "apprenticeships/afterwards.html",
        status=entry.status,
        **view_of(request, db, actor, engagement),
        side=side,
        asked=following.asked_of(db, engagement.id, side) if side else [],
        entry=entry,
        say=sentences,
        is_talent=side is FollowUpSide.TALENT,
    )


def answer(request: Request, db: Session, actor: Actor) -> Response:
    """Say what it led to, or put it right."""
    engagement, _version = queries.get_running(db, actor, request.path_params["id"])
    entry = read(AfterwardsForm, request.state.form)
    side = following.side_of(actor, engagement)
    if side is None:
        raise Forbidden(_("Only the two sides of the work say what it led to."))
    if entry.errors:
        return _afterwards(request, db, actor, engagement, entry)
    following.answer(db, actor, engagement, side, entry.data.after_days, entry.data.outcome)
    return see_other(
        request, "apprenticeships.afterwards", id=engagement.public_id, said=_("Thank you. It is counted.")
    )


routes: list[MarketRoute] = [
    page("/waiting", mine, name="apprenticeships.waiting", allow=signed_in),
    action("/programmes/{id}/wait", join, name="apprenticeships.wait", allow=talent),
    action("/programmes/{id}/wait/leave", leave, name="apprenticeships.leave_line", allow=signed_in),
    page("/work/{id}/afterwards", afterwards, name="apprenticeships.afterwards", allow=signed_in),
    action("/work/{id}/afterwards/answer", answer, name="apprenticeships.say_afterwards", allow=signed_in),
]
