"""What an organisation promises its members for achievements, and what each side records of it."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, manages, member, signed_in
from market.accounts.models import Organisation
from market.accounts.queries import get_organisation
from market.errors import Invalid, NotFound
from market.staff import incentives, rules
from market.staff.forms import IncentiveForm
from market.web.forms import BLANK, Entry, read
from market.web.kit import kit_of
from market.web.pagination import cut, decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _

SIZE = 30


def promised(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """What is promised, to every member; for owners also who earned it and whether they had it."""
    organisation = get_organisation(db, request.path_params["id"])
    if not rules.may_read_incentives(actor, organisation.id):
        raise NotFound(_("There is no such page, or it is not yours to see."))
    owner = bool(rules.may_set_incentive(actor, organisation.id, open_ones=0))
    key = decode(request.query_params.get("after"), 1)
    before = key[0] if key and isinstance(key[0], int) else incentives.NEWEST
    board = incentives.board(db, organisation.id, None if owner else actor.id, before, SIZE + 1)
    return render(
        request,
        "staff/incentives.html",
        status=entry.status,
        organisation=organisation,
        entry=entry,
        owner=owner,
        rows=board.promised,
        found=cut(board.earned, SIZE, lambda row: (row.id,)),
        achievements=board.achievements,
        currency=kit_of(request).settings.currency,
    )


def page_promised(request: Request, db: Session, actor: Actor) -> Response:
    """What is promised, and who earned it."""
    return promised(request, db, actor)


def set_one(request: Request, db: Session, actor: Actor) -> Response:
    """Promise something for an achievement."""
    organisation = get_organisation(db, request.path_params["id"])
    if not rules.may_read_incentives(actor, organisation.id):
        raise NotFound(_("There is no such page, or it is not yours to see."))
    currency = kit_of(request).settings.currency
    entry = read(IncentiveForm, request.state.form, currency)
    if entry.errors:
        return promised(request, db, actor, entry)
    data = entry.data
    try:
        incentives.promise_for(db, actor, organisation.id, data.achievement, data.text, data.amount, currency)
    except Invalid as refused:
        return promised(request, db, actor, Entry(entry.values, None, refused.fields))
    said = _("Promised. Members read it here, and whoever earns it from now on is owed it.")
    return see_other(request, "staff.incentives", id=organisation.public_id, said=said)


def close(request: Request, db: Session, actor: Actor) -> Response:
    """Promise it to nobody new."""
    one = incentives.get_incentive(db, actor, request.path_params["id"])
    incentives.close(db, actor, one)
    said = _("Ended. Whoever earned it before is owed it still.")
    return _back(request, db, one.org_id, said)


def give(request: Request, db: Session, actor: Actor) -> Response:
    """The organisation says that it gave what it promised."""
    one = incentives.get_promise(db, actor, request.path_params["id"])
    incentives.give(db, actor, one)
    return _back(request, db, one.org_id, _("Recorded. They are asked to say that they received it."))


def receive(request: Request, db: Session, actor: Actor) -> Response:
    """The person says that they received it."""
    incentives.receive(db, actor, incentives.get_promise(db, actor, request.path_params["id"]))
    said = _("Recorded: you received it.")
    return see_other(request, "staff.mine", said=said, anchor="promised")


def _back(request: Request, db: Session, org_id: int, said: str) -> Response:
    """To what the organisation promises."""
    organisation = db.get_one(Organisation, org_id)
    return see_other(request, "staff.incentives", id=organisation.public_id, said=said)


routes: list[MarketRoute] = [
    page("/organisations/{id}/incentives", page_promised, name="staff.incentives", allow=member),
    action("/organisations/{id}/incentives", set_one, name="staff.set_incentive", allow=manages),
    action("/incentives/{id}/close", close, name="staff.close_incentive", allow=manages),
    action("/promises/{id}/given", give, name="staff.give", allow=manages),
    action("/promises/{id}/received", receive, name="staff.receive", allow=signed_in),
]
