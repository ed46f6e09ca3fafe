"""The pool of an organisation: who may be contacted, what was noted, and inviting to an opening."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, Task, recruits
from market.applications.queries import openings_to_invite
from market.errors import Conflict
from market.opportunities.models import Opportunity
from market.staff import queries, rules, service
from market.staff.forms import AskForm, NoteForm
from market.web.forms import BLANK, Entry, read
from market.web.pagination import cut, decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _

SIZE = 30


def pool(request: Request, db: Session, actor: Actor) -> Response:
    """Who completed something and agreed to be contacted."""
    organisation = queries.owned(db, actor, request.path_params["id"], Task.DECIDE)
    key = decode(request.query_params.get("after"), 1)
    rows = queries.pool(db, organisation.id, SIZE + 1, key[0] if key and isinstance(key[0], int) else None)
    found = cut(rows, SIZE, lambda row: (row.id,))
    return render(request, "staff/pool.html", organisation=organisation, found=found)


def place(
    request: Request,
    db: Session,
    actor: Actor,
    note: Entry[Any] = BLANK,
    asking: Entry[Any] = BLANK,
) -> Response:
    """One person of the pool: what they completed, what was noted, and inviting them."""
    one, person, organisation = queries.get_place(db, actor, request.path_params["id"])
    notes = queries.notes_of(db, one.id)
    openings = openings_to_invite(db, [organisation.id], person.id, clock.now())
    return render(
        request,
        "staff/place.html",
        status=max(note.status, asking.status),
        place=one,
        person=person,
        organisation=organisation,
        works=queries.completed_with(db, organisation.id, person.id),
        notes=notes,
        may_note=rules.may_note(actor, one, clock.now(), len(notes)),
        may_contact=rules.may_contact(actor, one, clock.now()),
        openings=[(opening.public_id, opening.title) for opening in openings],
        note=note,
        asking=asking,
    )


def add_note(request: Request, db: Session, actor: Actor) -> Response:
    """Keep a note."""
    one, _person, _organisation = queries.get_place(db, actor, request.path_params["id"])
    entry = read(NoteForm, request.state.form)
    if entry.errors:
        return place(request, db, actor, note=entry)
    service.note(db, actor, one, entry.data.text)
    return see_other(request, "staff.place", id=one.public_id, said=_("Noted."), anchor="notes")


def remove_note(request: Request, db: Session, actor: Actor) -> Response:
    """Take a note away."""
    one, _person, _organisation = queries.get_place(db, actor, request.path_params["id"])
    service.remove_note(db, actor, one, request.path_params["note"])
    return see_other(request, "staff.place", id=one.public_id, said=_("It is gone."), anchor="notes")


def ask(request: Request, db: Session, actor: Actor) -> Response:
    """Invite them to one of our openings."""
    one, person, organisation = queries.get_place(db, actor, request.path_params["id"])
    entry = read(AskForm, request.state.form)
    if entry.errors:
        return place(request, db, actor, asking=entry)
    offered = openings_to_invite(db, [organisation.id], person.id, clock.now())
    opening = next((o for o in offered if o.public_id == entry.data.opening), None)
    if opening is None:
        return place(
            request, db, actor, asking=entry.with_error("opening", _("Choose one of your openings."))
        )
    try:
        service.invite(db, actor, one, person, db.get_one(Opportunity, opening.id), entry.data.note)
    except Conflict as refused:
        return place(request, db, actor, asking=entry.with_error("opening", refused.reason))
    said = _("%(who)s is invited to apply.", who=person.display_name or _("This person"))
    return see_other(request, "staff.place", id=one.public_id, said=said)


routes: list[MarketRoute] = [
    page("/organisations/{id}/pool", pool, name="staff.pool", allow=recruits),
    page("/pool/{id}", place, name="staff.place", allow=recruits),
    action("/pool/{id}/notes", add_note, name="staff.add_note", allow=recruits),
    action("/pool/{id}/notes/{note}/remove", remove_note, name="staff.remove_note", allow=recruits),
    action("/pool/{id}/invite", ask, name="staff.ask", allow=recruits, limit="invitations"),
]
