"""A person's settings: name, time zone and language, addresses, password, browsers signed in, blocks."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from market import clock
from market.access import Actor, signed_in
from market.accounts import blocks, emails, passwords, queries, rules, service, sessions
from market.accounts.forms import NewAddressForm, PasswordForm, SettingsForm, languages, time_zones
from market.accounts.roles import role_words
from market.db import transaction
from market.errors import Invalid, NotFound
from market.web import cookies
from market.web.back import own_path
from market.web.cookies import say_once
from market.web.forms import BLANK, Entry, filled, read
from market.web.kit import Kit
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import N_, _

WRONG_NOW = N_("This is not your password of today.")


def show(
    request: Request,
    db: Session,
    actor: Actor,
    *,
    about: Entry[Any] | None = None,
    address: Entry[Any] = BLANK,
    password: Entry[Any] = BLANK,
) -> Response:
    """All settings on one page; a refused form comes back in its place."""
    status = max(e.status for e in (about or BLANK, address, password))
    mine = queries.addresses(db, actor.id)
    return render(
        request,
        "accounts/settings.html",
        about=about or filled(name=actor.name, time_zone=actor.time_zone, language=actor.language),
        address=address,
        password=password,
        refused=next((e for e in (about or BLANK, address, password) if e.errors), BLANK),
        addresses=mine,
        may_add=len(mine) < rules.MOST_ADDRESSES,
        has_password=queries.password_of(db, actor.id) is not None,
        browsers=queries.sessions_of(db, actor.id, clock.now()),
        organisations=[
            one._replace(roles=[role_words(role)[0] for role in one.roles])
            for one in queries.organisations_of(db, actor.id)
        ],
        blocked=blocks.blocks_of(db, actor.id),
        time_zones=time_zones(),
        languages=languages(),
        status=status,
    )


def page_show(request: Request, db: Session, actor: Actor) -> Response:
    """The settings."""
    return show(request, db, actor)


def save(request: Request, db: Session, actor: Actor) -> Response:
    """Keep name, time zone and language."""
    entry = read(SettingsForm, request.state.form)
    if entry.errors:
        return show(request, db, actor, about=entry)
    data = entry.data
    service.save_settings(db, actor, name=data.name, time_zone=data.time_zone, language=data.language)
    return see_other(request, "accounts.settings", said=_("Your settings are kept."))


def _knows_password(request: Request, kit: Kit) -> bool:
    """Did the person at this browser type the password of today? True also for someone who has none."""
    with transaction(kit.engine, write=False) as db:
        actor = kit.load_actor(db, cookies.session_token(request))
        kept = queries.password_of(db, actor.id)
    given = request.state.form.get("current") or request.state.form.get("current_for_address") or ""
    return kept is None or passwords.matches(kept, str(given))


def _prepare_password(request: Request, kit: Kit) -> tuple[Entry[PasswordForm], str]:
    entry = read(PasswordForm, request.state.form)
    if entry.errors:
        return entry, ""
    if not _knows_password(request, kit):
        return entry.with_error("current", _(WRONG_NOW)), ""
    actor = request.state.actor
    with transaction(kit.engine, write=False) as db:
        own = [e.address for e in queries.addresses(db, actor.id)]
    wrong = passwords.complaint(entry.data.password, kit.settings.site_name, "foothold", actor.name, *own)
    return (
        (entry.with_error("password", wrong), "")
        if wrong
        else (entry, passwords.hash_password(entry.data.password))
    )


def change_password(request: Request, db: Session, actor: Actor) -> Response:
    """A new password; every other browser is signed out."""
    entry, secret = request.state.prepared
    if entry.errors:
        return show(request, db, actor, password=entry)
    service.change_password(db, actor, secret)
    said = _("Your new password holds. Every other browser is signed out.")
    return see_other(request, "accounts.settings", said=said)


def add_address(request: Request, db: Session, actor: Actor) -> Response:
    """Keep another address and send a link there."""
    entry = read(NewAddressForm, request.state.form)
    if not entry.errors and not request.state.prepared:
        entry = entry.with_error("current_for_address", _(WRONG_NOW))
    if entry.errors:
        return show(request, db, actor, address=entry)
    try:
        made = emails.add_address(db, actor, entry.data.email)
    except Invalid as refused:
        return show(request, db, actor, address=entry.with_error("email", refused.fields["email"]))
    return see_other(
        request, "accounts.settings", said=_("A link is on its way to %(address)s.", address=made.address)
    )


def verify_again(request: Request, db: Session, actor: Actor) -> Response:
    """Send the link that confirms an address once more."""
    found = emails.own_address(db, actor, request.path_params["id"])
    if found.verified_at is None:
        emails.ask_to_verify(db, actor, found)
    return see_other(
        request, "accounts.settings", said=_("A link is on its way to %(address)s.", address=found.address)
    )


def make_primary(request: Request, db: Session, actor: Actor) -> Response:
    """Write to this address from now on."""
    made = emails.make_primary(db, actor, request.path_params["id"])
    return see_other(
        request, "accounts.settings", said=_("We write to %(address)s from now on.", address=made.address)
    )


def remove_address(request: Request, db: Session, actor: Actor) -> Response:
    """Forget an address."""
    emails.remove_address(db, actor, request.path_params["id"])
    return see_other(request, "accounts.settings", said=_("The address is removed."))


def end_session(request: Request, db: Session, actor: Actor) -> Response:
    """Sign one browser out."""
    sessions.end_one(db, actor.id, request.path_params["id"])
    return see_other(request, "accounts.settings", said=_("That browser is signed out."))


def end_others(request: Request, db: Session, actor: Actor) -> Response:
    """Sign every other browser out."""
    sessions.end_all(db, actor.id, keep=actor.session_id)
    return see_other(request, "accounts.settings", said=_("Every other browser is signed out."))


def block(request: Request, db: Session, actor: Actor) -> Response:
    """Block the person or the organisation whose public id came with the form."""
    person, organisation = request.state.form.get("person"), request.state.form.get("organisation")
    if person:
        blocks.block(db, actor, person_id=queries.get_person(db, str(person)).id)
    elif organisation:
        blocks.block(db, actor, org_id=queries.get_organisation(db, str(organisation)).id)
    else:
        raise NotFound(_("There is no such person or organisation here."))
    said = _("Blocked. You will not see or hear of each other here. Your settings have the list.")
    response = RedirectResponse(own_path(str(request.state.form.get("back") or ""), "/settings"), 303)
    say_once(request, response, "ok", said)
    return response


def unblock(request: Request, db: Session, actor: Actor) -> Response:
    """Lift a block."""
    blocks.unblock(db, actor, request.path_params["id"])
    return see_other(request, "accounts.settings", said=_("The block is lifted."))


routes: list[MarketRoute] = [
    page("/settings", page_show, name="accounts.settings", allow=signed_in),
    action("/settings", save, name="accounts.save", allow=signed_in),
    action(
        "/settings/password",
        change_password,
        name="accounts.change_password",
        allow=signed_in,
        limit="sign_in",
        prepare=_prepare_password,
    ),
    action(
        "/settings/address",
        add_address,
        name="accounts.add_address",
        allow=signed_in,
        limit="verify",
        prepare=_knows_password,
    ),
    action(
        "/settings/address/{id:int}/verify",
        verify_again,
        name="accounts.verify_again",
        allow=signed_in,
        limit="verify",
    ),
    action("/settings/address/{id:int}/main", make_primary, name="accounts.make_primary", allow=signed_in),
    action(
        "/settings/address/{id:int}/remove", remove_address, name="accounts.remove_address", allow=signed_in
    ),
    action("/settings/session/{id}/end", end_session, name="accounts.end_session", allow=signed_in),
    action("/settings/sessions/end", end_others, name="accounts.end_others", allow=signed_in),
    action("/block", block, name="accounts.block", allow=signed_in),
    action("/block/{id:int}/lift", unblock, name="accounts.unblock", allow=signed_in),
]
