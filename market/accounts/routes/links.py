"""The pages that links from mails lead to. Opening one changes nothing: a button does, so that no mail scanner uses it up."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, anyone
from market.accounts import emails, links, passwords, queries, service
from market.accounts.forms import ResetForm
from market.accounts.models import Email, OneTimeToken, TokenPurpose
from market.accounts.routes.entering import admitted
from market.db import transaction
from market.web.forms import BLANK, Entry, read
from market.web.kit import Kit
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _


def _gone(request: Request, purpose: str) -> Response:
    """A link that is no longer good: what to do instead."""
    return render(request, "accounts/gone.html", purpose=purpose, status=404)


def verify(request: Request, db: Session, actor: Actor, entry: Entry[ResetForm] = BLANK) -> Response:
    """Confirm an address: one button, and the password where this browser is not signed in as its owner.

    The password keeps someone who was signed up by a stranger from handing that stranger their address.
    """
    link = links.find(db, request.path_params["token"], TokenPurpose.VERIFY_EMAIL)
    address = db.get(Email, link.email_id) if link else None
    if link is None or address is None:
        return _gone(request, "verify")
    return render(
        request,
        "accounts/verify.html",
        entry=entry,
        address=address.address,
        token=request.path_params["token"],
        mine=actor.id == address.person_id,
        needs_password=actor.id != address.person_id
        and queries.password_of(db, address.person_id) is not None,
        status=entry.status,
    )


def _prepare_verify(request: Request, kit: Kit) -> int | None:
    """Whose password came with the link: its person's id, None when it is wrong or none came."""
    password = str(request.state.form.get("password") or "")
    if not password:
        return None
    with transaction(kit.engine, write=False) as db:
        link: OneTimeToken | None = links.find(db, request.path_params["token"], TokenPurpose.VERIFY_EMAIL)
        kept = queries.password_of(db, link.person_id) if link and link.person_id else None
    right = passwords.matches(kept, password)
    return link.person_id if right and link else None


def confirm(request: Request, db: Session, actor: Actor) -> Response:
    """Confirm the address, and sign in whoever gave the password."""
    token, proven = request.path_params["token"], request.state.prepared
    link = links.find(db, token, TokenPurpose.VERIFY_EMAIL)
    if link is None or link.person_id is None:
        return _gone(request, "verify")
    if link.person_id not in (actor.id, proven):
        entry = read(ResetForm, request.state.form)
        words = _("This is not the password of the account that gave this address.")
        return verify(request, db, actor, entry if entry.errors else entry.with_error("password", words))
    address = db.get_one(Email, links.use(db, token, TokenPurpose.VERIFY_EMAIL).email_id)
    emails.confirm_address(db, address)
    if actor.id == link.person_id:
        return see_other(
            request, "accounts.settings", said=_("%(address)s is confirmed.", address=address.address)
        )
    return admitted(request, db, link.person_id)


def reset(request: Request, db: Session, actor: Actor, entry: Entry[ResetForm] = BLANK) -> Response:
    """Set a new password."""
    link = links.find(db, request.path_params["token"], TokenPurpose.RESET_PASSWORD)
    address = db.get(Email, link.email_id) if link else None
    if address is None:
        return _gone(request, "reset")
    return render(
        request,
        "accounts/reset.html",
        entry=entry,
        address=address.address,
        token=request.path_params["token"],
        status=entry.status,
    )


def _prepare_reset(request: Request, kit: Kit) -> tuple[Entry[ResetForm], str]:
    entry = read(ResetForm, request.state.form)
    if entry.errors:
        return entry, ""
    with transaction(kit.engine, write=False) as db:
        link = links.find(db, request.path_params["token"], TokenPurpose.RESET_PASSWORD)
        address = db.get(Email, link.email_id) if link else None
        name = queries.display_names(db, [address.person_id])[address.person_id] if address else ""
    if address is None:
        return entry, ""
    wrong = passwords.complaint(
        entry.data.password, kit.settings.site_name, "foothold", name, address.address
    )
    return (
        (entry.with_error("password", wrong), "")
        if wrong
        else (entry, passwords.hash_password(entry.data.password))
    )


def set_password(request: Request, db: Session, actor: Actor) -> Response:
    """Use the link up: the new password holds, every browser is signed out but this one, which is signed in."""
    entry, secret = request.state.prepared
    if entry.errors or not secret:
        return reset(request, db, actor, entry)
    person = service.reset_password(db, request.path_params["token"], secret)
    return admitted(request, db, person.id)


routes: list[MarketRoute] = [
    page("/verify/{token}", verify, name="accounts.verify", allow=anyone),
    action(
        "/verify/{token}",
        confirm,
        name="accounts.confirm",
        allow=anyone,
        limit="sign_in",
        prepare=_prepare_verify,
    ),
    page("/reset/{token}", reset, name="accounts.reset", allow=anyone),
    action(
        "/reset/{token}",
        set_password,
        name="accounts.set_password",
        allow=anyone,
        limit="sign_in",
        prepare=_prepare_reset,
    ),
]
