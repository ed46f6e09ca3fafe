"""Inviting a person to apply, and saying no, thank you."""

from sqlmodel import Session, select
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, Task, recruits, signed_in
from market.accounts.models import Person
from market.accounts.queries import get_person, org_member_ids
from market.applications import invitations, queries
from market.applications.forms import InviteForm
from market.applications.models import InvitationToApply
from market.errors import NotFound
from market.opportunities.models import Opportunity
from market.opportunities.queries import get_opportunity
from market.profiles.queries import visible_profile
from market.web.forms import BLANK, Entry, read
from market.web.kit import kit_of
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _


def _asked(request: Request, db: Session, actor: Actor) -> tuple[Opportunity, Person]:
    opening = get_opportunity(db, request.path_params["id"])
    if not actor.may_for(Task.DECIDE, opening.org_id):
        raise NotFound(_("There is no such opening."))
    person = get_person(db, request.path_params["person"])
    if person.id not in org_member_ids(
        db, opening.org_id
    ):  # of a profile that is closed to them they learn nothing
        visible_profile(db, actor, person.public_id, kit_of(request).profile_readers)
    return opening, person


def new(request: Request, db: Session, actor: Actor, entry: Entry[InviteForm] = BLANK) -> Response:
    """A word of why, or the reason why this person cannot be invited."""
    opening, person = _asked(request, db, actor)
    return render(
        request,
        "applications/invite.html",
        status=entry.status,
        opportunity=opening,
        person=person,
        invited=queries.invited_count(db, opening.id),
        entry=entry,
        allowed=invitations.may_invite(db, actor, opening, person.id),
    )


def create(request: Request, db: Session, actor: Actor) -> Response:
    """Ask them to apply."""
    opening, person = _asked(request, db, actor)
    entry = read(InviteForm, request.state.form)
    if entry.errors:
        return new(request, db, actor, entry)
    invitations.invite(db, actor, opening, person, entry.data.note)
    return see_other(
        request,
        "applications.candidates",
        id=opening.public_id,
        said=_("%(who)s is invited to apply.", who=person.display_name or _("This person")),
    )


def dismiss(request: Request, db: Session, actor: Actor) -> Response:
    """No, thank you."""
    wanted = select(InvitationToApply).where(InvitationToApply.public_id == request.path_params["id"])
    found = db.exec(wanted).first()
    if found is None or found.person_id != actor.id:
        raise NotFound(_("There is no such invitation."))
    invitations.dismiss(db, actor, found)
    opening = db.get_one(Opportunity, found.opportunity_id)
    return see_other(
        request, "opportunities.show", id=opening.public_id, said=_("Put aside. Nobody is told.")
    )


routes: list[MarketRoute] = [
    page("/postings/{id}/invite/{person}", new, name="applications.invite", allow=recruits),
    action(
        "/postings/{id}/invite/{person}",
        create,
        name="applications.send_invitation",
        allow=recruits,
        limit="invitations",
    ),
    action("/asked/{id}/dismiss", dismiss, name="applications.dismiss", allow=signed_in),
]
