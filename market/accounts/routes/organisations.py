"""Pages of organisations: the public one, founding, changing, and who belongs to it."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, Role, anyone, require, signed_in
from market.accounts import members, organisations, queries, rules
from market.accounts.forms import InvitationForm, OrganisationForm
from market.accounts.models import Organisation
from market.accounts.roles import role_words
from market.errors import Invalid, NotFound
from market.web.forms import BLANK, Entry, filled, read
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.web.seen import overtaken, to_carry
from market.words import _

INVITED_AS = (Role.OWNER, Role.RECRUITER, Role.MENTOR, Role.ISSUER)


def _found(request: Request, db: Session) -> Organisation:
    return queries.get_organisation(db, request.path_params["id"])


def _ours(request: Request, db: Session, actor: Actor) -> Organisation:
    """The organisation, for those who may see who belongs to it; to others its members and invitations are not there."""
    organisation = _found(request, db)
    if not rules.may_see_members(actor, organisation.id):
        raise NotFound(_("There is no such page, or it is not yours to see."))
    return organisation


def show(request: Request, db: Session, actor: Actor) -> Response:
    """An organisation as everyone sees it."""
    organisation = _found(request, db)
    return render(
        request,
        "organisations/show.html",
        organisation=organisation,
        may_manage=bool(rules.may_manage(actor, organisation.id)),
        is_member=actor.belongs_to(organisation.id),
        may_block=actor.is_signed_in and bool(rules.may_block(actor, org_id=organisation.id)),
    )


def new(
    request: Request, db: Session, actor: Actor, entry: Entry[OrganisationForm] | None = None
) -> Response:
    """The form to found one, or why this person cannot yet."""
    entry = entry or filled(answer_days=7)
    return render(
        request,
        "organisations/edit.html",
        entry=entry,
        organisation=None,
        allowed=rules.may_found(actor),
        status=entry.status,
    )


def create(request: Request, db: Session, actor: Actor) -> Response:
    """Found it; whoever does is its first owner."""
    entry = read(OrganisationForm, request.state.form)
    if entry.errors:
        return new(request, db, actor, entry)
    data = entry.data
    try:
        made = organisations.create_organisation(
            db, actor, name=data.name, about=data.about, place=data.place, website=data.website or ""
        )
    except Invalid as refused:
        return new(request, db, actor, entry.with_error("name", refused.fields["name"]))
    made.answer_days = data.answer_days
    said = _("%(name)s has its page. Invite the people you work with.", name=made.name)
    return see_other(request, "organisations.members", said=said, id=made.public_id)


def _there(organisation: Organisation) -> Entry[Any]:
    return filled(
        name=organisation.name,
        about=organisation.about,
        place=organisation.place,
        website=organisation.website,
        answer_days=organisation.answer_days,
    )


def edit(
    request: Request,
    db: Session,
    actor: Actor,
    entry: Entry[Any] | None = None,
    stale: Sequence[tuple[str, str]] = (),
) -> Response:
    """The form to change one's own organisation; `stale` is what somebody else saved meanwhile."""
    organisation = _found(request, db)
    require(rules.may_manage(actor, organisation.id))
    seen = to_carry(request, _there(organisation), entry is not None and not stale)
    entry = entry or _there(organisation)
    return render(
        request,
        "organisations/edit.html",
        entry=entry,
        organisation=organisation,
        allowed=rules.may_manage(actor, organisation.id),
        seen=seen,
        stale=stale,
        status=409 if stale else entry.status,
    )


def change(request: Request, db: Session, actor: Actor) -> Response:
    """Keep what was changed."""
    organisation = _found(request, db)
    require(rules.may_manage(actor, organisation.id))
    entry = read(OrganisationForm, request.state.form)
    if entry.errors:
        return edit(request, db, actor, entry)
    db.refresh(organisation, with_for_update=True)  # what is compared stays as it is
    if stale := overtaken(request, _there(organisation), entry):
        return edit(request, db, actor, entry, stale)
    data = entry.data
    was_verified = organisation.verified_at is not None
    try:
        organisations.change_organisation(
            db,
            actor,
            organisation,
            name=data.name,
            about=data.about,
            place=data.place,
            website=data.website or "",
            answer_days=data.answer_days,
        )
    except Invalid as refused:
        return edit(request, db, actor, entry.with_error("name", refused.fields["name"]))
    said = _("The page is changed.")
    if was_verified and organisation.verified_at is None:
        said = _("The page is changed. A moderator looks at the new name before it counts as verified.")
    return see_other(request, "organisations.show", said=said, id=organisation.public_id)


def show_members(
    request: Request, db: Session, actor: Actor, entry: Entry[InvitationForm] = BLANK
) -> Response:
    """Who belongs to it, who is invited, and the form to invite."""
    organisation = queries.members_of(db, request.path_params["id"])
    if not rules.may_see_members(actor, organisation.id):
        raise NotFound(_("There is no such page, or it is not yours to see."))
    rows = [
        (
            row,
            rules.may_end_membership(actor, organisation.id, row.person_id, row.role, organisation.owner_ids),
        )
        for row in organisation.rows
    ]
    manages = rules.may_manage(actor, organisation.id)
    return render(
        request,
        "organisations/members.html",
        organisation=organisation,
        rows=rows,
        role_words=role_words,
        roles=[(role.value, *role_words(role)) for role in INVITED_AS],
        manages=bool(manages),
        invitations=queries.open_invitations(db, organisation.id) if manages else [],
        at=clock.now(),
        entry=entry,
        status=entry.status,
    )


def page_members(request: Request, db: Session, actor: Actor) -> Response:
    """Who belongs to an organisation."""
    return show_members(request, db, actor)


def invite(request: Request, db: Session, actor: Actor) -> Response:
    """Invite someone by mail."""
    organisation = _ours(request, db, actor)
    require(rules.may_manage(actor, organisation.id))
    entry = read(InvitationForm, request.state.form)
    if not entry.errors and entry.data.role not in INVITED_AS:
        entry = entry.with_error("role", _("Choose one of the answers."))
    if entry.errors:
        return show_members(request, db, actor, entry)
    try:
        made = members.invite(db, actor, organisation, entry.data.email, entry.data.role)
    except Invalid as refused:
        return show_members(request, db, actor, entry.with_error("email", refused.fields["email"]))
    said = _("An invitation is on its way to %(address)s. It is good for 14 days.", address=made.address)
    return see_other(request, "organisations.members", said=said, id=organisation.public_id)


def withdraw(request: Request, db: Session, actor: Actor) -> Response:
    """Take an invitation back."""
    organisation = _ours(request, db, actor)
    members.withdraw_invitation(db, actor, organisation.id, request.path_params["invitation"])
    said = _("The invitation is taken back; its link no longer works.")
    return see_other(request, "organisations.members", said=said, id=organisation.public_id)


def end_membership(request: Request, db: Session, actor: Actor) -> Response:
    """Leave, or take a role from someone."""
    organisation = _ours(request, db, actor)
    ended = members.end_membership(db, actor, organisation.id, request.path_params["membership"])
    stays = organisation.id in {
        m.org_id for m in actor.memberships if not (m.id == ended.id and ended.person_id == actor.id)
    }
    if stays:
        said = _("That role is ended.")
        return see_other(request, "organisations.members", said=said, id=organisation.public_id)
    said = _("You have left %(name)s.", name=organisation.name)
    return see_other(request, "organisations.show", said=said, id=organisation.public_id)


routes: list[MarketRoute] = [
    page("/organisations/new", new, name="organisations.new", allow=signed_in),
    action("/organisations", create, name="organisations.create", allow=signed_in),
    page("/organisations/{id}", show, name="organisations.show", allow=anyone),
    page("/organisations/{id}/edit", edit, name="organisations.edit", allow=signed_in),
    action("/organisations/{id}", change, name="organisations.change", allow=signed_in),
    page("/organisations/{id}/members", page_members, name="organisations.members", allow=signed_in),
    action(
        "/organisations/{id}/invitations",
        invite,
        name="organisations.invite",
        allow=signed_in,
        limit="invitations",
    ),
    action(
        "/organisations/{id}/invitations/{invitation}/withdraw",
        withdraw,
        name="organisations.withdraw_invitation",
        allow=signed_in,
    ),
    action(
        "/organisations/{id}/members/{membership:int}/end",
        end_membership,
        name="organisations.end_membership",
        allow=signed_in,
    ),
]
