"""Signing up, in and out. A known and an unknown address get the same answer, in words and in time."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import NoMatchFound

from market.access import Actor, anyone, signed_in, visitor
from market.accounts import passwords, queries, service, sessions
from market.accounts.forms import SignInForm, SignUpForm
from market.accounts.models import Person
from market.accounts.rules import browser_name
from market.db import transaction
from market.web import cookies
from market.web.back import own_path
from market.web.forms import BLANK, Entry, read
from market.web.kit import Kit, kit_of
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _


def home_of(request: Request, actor: Actor) -> str:
    """The page a signed-in person begins on: the organisation's side for its members, else their own."""
    try:
        return str(request.app.url_path_for("home.employer" if actor.memberships else "home.talent"))
    except NoMatchFound:
        return "/"


def sign_up(request: Request, db: Session, actor: Actor, entry: Entry[SignUpForm] = BLANK) -> Response:
    """Make an account: a name, an address, a password. Who has one and is signed in is led on."""
    if actor.is_signed_in:
        return RedirectResponse(home_of(request, actor), 303)
    return render(request, "accounts/sign_up.html", entry=entry, status=entry.status)


def checked_password(entry: Entry[SignUpForm], site_name: str) -> Entry[SignUpForm]:
    """The entry, with what is wrong about its password."""
    if entry.form is None:
        return entry
    wrong = passwords.complaint(entry.data.password, site_name, "foothold", entry.data.name, entry.data.email)
    return entry.with_error("password", wrong) if wrong else entry


def _prepare_sign_up(request: Request, kit: Kit) -> tuple[Entry[SignUpForm], str]:
    entry = checked_password(read(SignUpForm, request.state.form), kit.settings.site_name)
    return entry, "" if entry.errors else passwords.hash_password(entry.data.password)


def make_account(request: Request, db: Session, actor: Actor) -> Response:
    """Make the account, or tell the owner of a known address by mail; the page is the same."""
    entry, secret = request.state.prepared
    if entry.errors:
        return sign_up(request, db, actor, entry)
    known = queries.sign_in_by_address(db, entry.data.email)
    if known is None:
        zone, language = kit_of(request).settings.time_zone, kit_of(request).settings.site_language
        service.sign_up(
            db, name=entry.data.name, email=entry.data.email, secret=secret, time_zone=zone, language=language
        )
    else:
        service.sign_up_again(db, known)
    return see_other(request, "accounts.signed_up")


def signed_up(request: Request, db: Session, actor: Actor) -> Response:
    """What to do now: open the mail."""
    return render(request, "accounts/sent.html", what="sign_up")


def sign_in(request: Request, db: Session, actor: Actor, entry: Entry[SignInForm] = BLANK) -> Response:
    """The form to sign in; someone who is signed in already is led on."""
    wanted = own_path(str(entry.value("next") or request.query_params.get("next") or ""), "")
    if actor.is_signed_in:
        return RedirectResponse(wanted or home_of(request, actor), 303)
    return render(request, "accounts/sign_in.html", entry=entry, next=wanted, status=entry.status)


def _prepare_sign_in(request: Request, kit: Kit) -> tuple[int | None, str]:
    """Whose password this is (None when nobody's), and a new hash where the kept one has other costs than today's."""
    entry = read(SignInForm, request.state.form)
    if entry.errors:
        return None, ""
    with transaction(kit.engine, write=False) as db:
        known = queries.sign_in_by_address(db, entry.data.email)
    kept = known.secret if known else None
    if not passwords.matches(kept, entry.data.password) or known is None or kept is None:
        return None, ""
    return known.person_id, passwords.hash_password(entry.data.password) if passwords.is_stale(kept) else ""


def begin(request: Request, db: Session, actor: Actor) -> Response:
    """Sign this browser in; a session it had before ends."""
    entry = read(SignInForm, request.state.form)
    if entry.errors:
        return sign_in(request, db, actor, entry)
    person_id, newer = request.state.prepared
    if person_id is None:
        wrong = _(
            "This address and this password do not belong together. Look at both, or set a new password."
        )
        return sign_in(request, db, actor, entry.with_error("password", wrong))
    if newer:
        service.keep_hash(db, person_id, newer)
    return admitted(request, db, person_id, own_path(str(entry.value("next")), ""))


def admitted(request: Request, db: Session, person_id: int, then: str = "") -> Response:
    """A new session in this browser, and on to `then` or to where this person begins."""
    sessions.end(db, cookies.session_token(request))
    token = sessions.begin(
        db, db.get_one(Person, person_id), browser_name(request.headers.get("user-agent", ""))
    )
    response = RedirectResponse(then or home_of(request, sessions.actor_for(db, person_id)), 303)
    cookies.keep_session(request, response, token)
    return response


def sign_out(request: Request, db: Session, actor: Actor) -> Response:
    """Sign this browser out and have it forget what it kept of the site."""
    sessions.end(db, cookies.session_token(request))
    response = see_other(request, "home.front", said=_("You are signed out."))
    cookies.drop_session(request, response)
    return response


def ask_reset(request: Request, db: Session, actor: Actor) -> Response:
    """Ask for a link to a new password."""
    return render(request, "accounts/reset_ask.html", entry=BLANK)


def send_reset(request: Request, db: Session, actor: Actor) -> Response:
    """Have the link sent, if the address has an account; the page is the same if not."""
    from market.accounts.forms import AddressForm

    entry = read(AddressForm, request.state.form)
    if entry.errors:
        return render(request, "accounts/reset_ask.html", entry=entry, status=entry.status)
    service.ask_reset(db, entry.data.email)
    return see_other(request, "accounts.reset_sent")


def reset_sent(request: Request, db: Session, actor: Actor) -> Response:
    """What to do now: open the mail."""
    return render(request, "accounts/sent.html", what="reset")


routes: list[MarketRoute] = [
    page("/sign-up", sign_up, name="accounts.sign_up", allow=anyone),
    action(
        "/sign-up",
        make_account,
        name="accounts.make",
        allow=visitor,
        limit="sign_up",
        prepare=_prepare_sign_up,
    ),
    page("/sign-up/sent", signed_up, name="accounts.signed_up", allow=anyone),
    page("/sign-in", sign_in, name="accounts.sign_in", allow=anyone),
    action("/sign-in", begin, name="accounts.begin", allow=anyone, limit="sign_in", prepare=_prepare_sign_in),
    action("/sign-out", sign_out, name="accounts.sign_out", allow=signed_in),
    page("/reset", ask_reset, name="accounts.ask_reset", allow=anyone),
    action("/reset", send_reset, name="accounts.send_reset", allow=anyone, limit="reset"),
    page("/reset/sent", reset_sent, name="accounts.reset_sent", allow=anyone),
]
