"""What a person has agreed to: which organisations may write to them, and in whose matrix they stand."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, signed_in
from market.accounts.queries import get_organisation
from market.errors import NotFound
from market.gather import Gather
from market.staff import incentives, matrix, queries, rules, service
from market.staff.forms import AgreeForm, MatrixForm, PauseForm
from market.web.forms import BLANK, Entry, read
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.web.show import day_full
from market.words import _

MOST_PROMISES = 50
_OWN = Gather(queries.POOLS, queries.MATRICES, incentives.EARNED_BY)


def mine(request: Request, db: Session, actor: Actor, entry: Entry[AgreeForm] = BLANK) -> Response:
    """Every agreement of this kind, with the way to give it, pause it and take it back."""
    given = {"person": actor.id, "orgs": list(actor.org_ids)}
    pools, matrices, promises = _OWN.read(db, given | {"before": incentives.NEWEST, "size": MOST_PROMISES})
    return render(
        request,
        "staff/mine.html",
        status=entry.status,
        entry=entry,
        pools=[queries.Agreement._make(row) for row in pools],
        matrices=[queries.OwnMatrix._make(row) for row in matrices],
        promises=[incentives.PromiseRow._make(row) for row in promises],
        lasts=rules.LASTS,
    )


def agree(request: Request, db: Session, actor: Actor) -> Response:
    """Let an organisation write for a while."""
    entry = read(AgreeForm, request.state.form)
    if entry.errors:
        return mine(request, db, actor, entry)
    org = get_organisation(db, entry.data.org)
    place = service.agree(db, actor, org.id, entry.data.days)
    said = _(
        "%(org)s may write to you about openings until %(day)s.",
        org=org.name,
        day=day_full(place.until, actor.time_zone),
    )
    return see_other(request, "staff.mine", said=said)


def take_back(request: Request, db: Session, actor: Actor) -> Response:
    """End an agreement."""
    service.take_back(db, actor, queries.own_place(db, actor, request.path_params["id"]))
    said = _("Taken back. Whatever they had noted about you here is deleted.")
    return see_other(request, "staff.mine", said=said)


def pause(request: Request, db: Session, actor: Actor) -> Response:
    """Not for now, or again."""
    place = queries.own_place(db, actor, request.path_params["id"])
    paused = read(PauseForm, request.state.form).data.paused
    service.pause(db, actor, place, paused=paused)
    said = _("They cannot invite you from their list for now.") if paused else _("They may write again.")
    return see_other(request, "staff.mine", said=said)


def choose_matrix(request: Request, db: Session, actor: Actor) -> Response:
    """Stand in an organisation's matrix, or no more."""
    entry = read(MatrixForm, request.state.form)
    org_ids = {one.org_public_id: one for one in queries.matrices_of(db, actor)}
    org = None if entry.errors else org_ids.get(entry.data.org)
    if org is None:
        raise NotFound(_("You do not belong to this organisation."))
    if entry.data.agrees:
        matrix.agree(db, actor, org.org_id)
        said = _("Owners of %(org)s see what you can do, until you take it back or leave.", org=org.org)
    else:
        matrix.take_back(db, actor, org.org_id)
        said = _("Taken back. You are no longer in the list of %(org)s.", org=org.org)
    return see_other(request, "staff.mine", said=said, anchor="matrix")


routes: list[MarketRoute] = [
    page("/agreements", mine, name="staff.mine", allow=signed_in),
    action("/agreements", agree, name="staff.agree", allow=signed_in),
    action("/agreements/matrix", choose_matrix, name="staff.choose_matrix", allow=signed_in),
    action("/agreements/{id}/end", take_back, name="staff.take_back", allow=signed_in),
    action("/agreements/{id}/pause", pause, name="staff.pause", allow=signed_in),
]
