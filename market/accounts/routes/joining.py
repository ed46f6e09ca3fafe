"""The page an invitation's link leads to, and joining. Opening it changes nothing."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, anyone, signed_in
from market.accounts import members, queries
from market.accounts.models import Organisation
from market.accounts.roles import role_words
from market.errors import Conflict
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _


def show(request: Request, db: Session, actor: Actor) -> Response:
    """Who invites whom to what, and the button, or why there is none."""
    invitation = members.invitation_of(db, request.path_params["token"])
    if invitation is None:
        return render(request, "accounts/gone.html", purpose="invitation", status=404)
    organisation = db.get_one(Organisation, invitation.org_id)
    inviter = queries.display_names(db, [invitation.invited_by]).get(invitation.invited_by, "")
    return render(
        request,
        "organisations/invitation.html",
        organisation=organisation,
        invitation=invitation,
        inviter=inviter,
        role=role_words(invitation.role),
        allowed=members.may_accept(db, actor, invitation),
        open=members.is_open(invitation),
        token=request.path_params["token"],
    )


def accept(request: Request, db: Session, actor: Actor) -> Response:
    """Join."""
    try:
        membership = members.accept_invitation(db, actor, request.path_params["token"])
    except Conflict:
        return render(request, "accounts/gone.html", purpose="invitation", status=409)
    organisation = db.get_one(Organisation, membership.org_id)
    said = _("You belong to %(name)s now.", name=organisation.name)
    return see_other(request, "organisations.members", said=said, id=organisation.public_id)


routes: list[MarketRoute] = [
    page("/invitations/{token}", show, name="invitations.show", allow=anyone),
    action("/invitations/{token}", accept, name="invitations.accept", allow=signed_in),
]
