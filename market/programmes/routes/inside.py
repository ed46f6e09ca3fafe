"""Programmes for an organisation's own people: saying so before one goes out, and rounds that members join."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, recruits
from market.errors import Invalid
from market.programmes import queries, rounds, service
from market.programmes.forms import InsideForm, ReadersForm
from market.programmes.routes.manage import manage_page
from market.web.forms import Entry, read
from market.web.render import see_other
from market.web.routing import MarketRoute, action
from market.words import _


def choose_readers(request: Request, db: Session, actor: Actor) -> Response:
    """For everyone, or for the organisation's own people: until it goes out."""
    programme = queries.get_ours(db, actor, request.path_params["id"])
    inside = read(ReadersForm, request.state.form).data.inside
    service.choose_readers(db, actor, programme, for_members=inside)
    said = _("It is for members alone.") if inside else _("It is for everyone.")
    return see_other(request, "programmes.manage", id=programme.public_id, said=said, anchor="readers")


def open_inside(request: Request, db: Session, actor: Actor) -> Response:
    """Open a round that members join."""
    programme = queries.get_ours(db, actor, request.path_params["id"])
    entry = read(InsideForm, request.state.form)
    if entry.errors:
        return manage_page(request, db, actor, programme, entry)
    try:
        data = entry.data
        rounds.open_inside(db, actor, programme, starts_on=data.starts_on, seats=data.seats)
    except Invalid as refused:
        return manage_page(request, db, actor, programme, Entry(entry.values, None, refused.fields))
    said = _("The round is open. Members find it under “For our people”.")
    return see_other(request, "programmes.manage", id=programme.public_id, said=said, anchor="rounds")


def close_inside(request: Request, db: Session, actor: Actor) -> Response:
    """Take nobody new into a round."""
    cohort, programme = rounds.inside(db, request.path_params["id"])
    programme = queries.get_ours(db, actor, programme.public_id)
    rounds.close_inside(db, actor, programme, cohort)
    said = _("Closed. Whoever joined goes on.")
    return see_other(request, "programmes.manage", id=programme.public_id, said=said, anchor="rounds")


_ID = "/programmes/{id}"
routes: list[MarketRoute] = [
    action(_ID + "/readers", choose_readers, name="programmes.readers", allow=recruits),
    action(_ID + "/inside", open_inside, name="programmes.open_inside", allow=recruits, limit="postings"),
    action("/rounds/{id}/close", close_inside, name="programmes.close_inside", allow=recruits),
]
