"""The one async edge: read the form, then run a plain handler in a thread, in one transaction.

A handler is `(request, db, actor) -> Response`. Every route says with `allow=` who may come at all; what may be done
with one thing is the feature's own rule. A page reads and rolls back. An action writes; its answer is made inside the
transaction and sent after the commit, so a failed commit never shows success.
"""

import logging
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy.exc import DBAPIError, IntegrityError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session, col, update
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from market.access import VISITOR, Actor, Decision, require
from market.db import transaction
from market.errors import Conflict, OutOfRoom, SignedOut, TooLarge, Unavailable
from market.web.cookies import session_token
from market.web.forms import MOST
from market.web.incoming import MOST_TEXT, cut_of, read_form
from market.web.kit import Kit, kit_of
from market.web.render import asked_by_htmx
from market.web.sent import label, written
from market.web.submission import KEY_FIELD, Submission, claim, first_answer
from market.words import _, speak

log = logging.getLogger(__name__)
_TROUBLE = (
    OperationalError,
    InternalError,
)  # PostgreSQL calls a write to a read-only database an internal one
_TWICE = ("23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")  # what is there once already
Handler = Callable[[Request, Session, Actor], Response]
Allow = Callable[[Actor], Decision]
Prepare = Callable[[Request, Kit], Any]


class MarketRoute(Route):
    """A route that says who may use it."""

    allow: Allow
    limit: str | None


def page(path: str, handler: Handler, *, name: str, allow: Allow) -> MarketRoute:
    """A GET that changes nothing."""
    return _route("GET", path, handler, name, allow, None, None)


def action(
    path: str,
    handler: Handler,
    *,
    name: str,
    allow: Allow,
    limit: str | None = None,
    prepare: Prepare | None = None,
) -> MarketRoute:
    """A POST in one write transaction.

    `limit` names a rate of `limits.LIMITS`. `prepare` runs before the transaction begins, for slow work such as
    hashing a password; what it returns is `request.state.prepared`.
    """
    return _route("POST", path, handler, name, allow, limit, prepare)


def _route(
    method: str,
    path: str,
    handler: Handler,
    name: str,
    allow: Allow,
    limit: str | None,
    prepare: Prepare | None,
) -> MarketRoute:
    async def endpoint(request: Request) -> Response:
        request.scope["route"] = route
        if "\x00" in request.url.path or "\x00" in unquote(request.url.query):
            raise HTTPException(404)  # PostgreSQL keeps no NUL, so nothing can be found under it
        if any(isinstance(part, int) and part > MOST for part in request.path_params.values()):
            raise HTTPException(404)  # no row has such a number, and a database would not even look
        if method == "GET":
            return await run_in_threadpool(_answer, request, handler, route, False, prepare)
        settings = kit_of(request).settings
        form = await read_form(request, settings.upload_max_bytes, settings.request_max_bytes)
        try:
            return await run_in_threadpool(_answer, request, handler, route, True, prepare)
        finally:
            await form.close()  # with the temporary files of its uploads

    route = MarketRoute(path, endpoint, methods=[method], name=name)
    route.allow, route.limit = allow, limit
    return route


def _answer(
    request: Request, handler: Handler, route: MarketRoute, write: bool, prepare: Prepare | None
) -> Response:
    kit = kit_of(request)
    try:
        with transaction(kit.engine, write=False) as db:
            actor = kit.load_actor(db, session_token(request))
            request.state.actor = actor
            speak(actor.language if actor.is_signed_in else kit.settings.site_language)
            refused = _refuse(request, route, actor)
            if refused is not None:
                return refused
            if not write:
                response = _run(request, handler, db, actor)
        if write:
            _refuse_cut_texts(request)
            _hit_limit(request, kit, route, actor)
            if prepare is not None:  # after the limit, so that slow work cannot be asked for without end
                request.state.prepared = prepare(request, kit)
            response = _write(request, handler, route, kit, actor)
        _write_log(request, kit)
        return response
    except PoolTimeout:
        raise Unavailable(_("Many people are here at once. Try again in a moment.")) from None
    except IntegrityError as error:
        raise _moved_first(error) from error
    except _TROUBLE as error:
        raise _unavailable(error) from error


def _refuse(request: Request, route: MarketRoute, actor: Actor) -> Response | None:
    """Nothing when the actor may come here; a way to sign in for a visitor; `Forbidden` for anyone else.

    A visitor who has written something was signed out while writing: it comes back with the way to sign in.
    """
    decision = route.allow(actor)
    if decision or actor.is_signed_in:
        require(decision)
        return None
    if written(request):
        raise SignedOut(
            _("You were signed out while you wrote. Sign in in another tab, then send it again here.")
        )
    sign_in = str(request.app.url_path_for("accounts.sign_in"))
    if asked_by_htmx(request):  # a redirect would put the whole page for signing in into a part of this one
        return Response(status_code=200, headers={"HX-Redirect": sign_in})
    there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    then = f"?next={quote(there)}" if request.method == "GET" else ""
    return RedirectResponse(f"{sign_in}{then}", 303)


def _run(request: Request, handler: Handler, db: Session, actor: Actor) -> Response:
    request.state.db = db
    return handler(request, db, actor)


def _write(request: Request, handler: Handler, route: MarketRoute, kit: Kit, actor: Actor) -> Response:
    key = str(request.state.form.get(KEY_FIELD) or "")[:64]
    with transaction(kit.engine, write=True) as db:
        actor = kit.load_actor(
            db, session_token(request)
        )  # again: a role may have ended since the look before
        request.state.actor = actor
        refused = _refuse(request, route, actor)
        if refused is not None:
            return refused
        if key and not claim(db, key, actor.id, route.name):
            return _again(request, kit, route, actor, key)
        response = _run(request, handler, db, actor)
        if response.status_code < 400 and cut_of(request).files:  # of a form without a field for files
            raise TooLarge(_("The files are larger than the site takes. Choose smaller ones, or fewer."))
        if response.status_code >= 400:  # a refused form leaves nothing behind
            db.rollback()
        elif key:
            location = response.headers.get("location", "")
            db.exec(update(Submission).where(col(Submission.key) == key).values(location=location))
    return response


def _refuse_cut_texts(request: Request) -> None:
    for name in sorted(cut_of(request).texts):
        raise TooLarge(
            _(
                "“%(field)s” is longer than %(most)s KB, so nothing was done. Go back in your browser and shorten it.",
                field=label(name),
                most=MOST_TEXT // 1024,
            )
        )


def _again(request: Request, kit: Kit, route: MarketRoute, actor: Actor, key: str) -> Response:
    """The answer to a form that came in twice: the same place as the first time."""
    with transaction(kit.engine, write=False) as db:
        location = first_answer(db, key, actor.id, route.name)
    if not location:
        raise Conflict(_("This form was sent before. Open the page again to go on."))
    return RedirectResponse(location, 303)


def after(request: Request, job: Callable[[Session], None]) -> None:
    """Have a page keep its own log (a ranking that was shown) once it is answered, in a transaction of its own."""
    if not hasattr(request.state, "after"):
        request.state.after = []
    request.state.after.append(job)


def _write_log(request: Request, kit: Kit) -> None:
    """The jobs of `after`. A log that cannot be written (a read-only database) does not spoil the page."""
    jobs: list[Callable[[Session], None]] = getattr(request.state, "after", [])
    if not jobs:
        return
    try:
        with transaction(kit.engine, write=True) as db:
            for job in jobs:
                job(db)
    except (*_TROUBLE, PoolTimeout):
        log.warning("the log of a page was not written", exc_info=True)


def _hit_limit(request: Request, kit: Kit, route: MarketRoute, actor: Actor) -> None:
    if route.limit is None:
        return
    address = _network_of(address_of(request, kit))
    keys = [f"person:{actor.id}"] if actor.is_signed_in else [f"address:{address}"]
    named = str(request.state.form.get("email") or "").strip().casefold()
    if named:
        keys.append(f"email:{named}")
    kit.limiter.hit(route.limit, *keys)


def address_of(request: Request, kit: Kit) -> str:
    """The network address the request came from; a forwarded one counts only from a proxy named in the settings."""
    direct = request.client.host if request.client else ""
    if direct in kit.settings.trusted_proxies:
        told = ",".join(request.headers.getlist("x-forwarded-for"))  # some proxies add a line of their own
        hops = [part.strip() for part in told.split(",") if part.strip()]
        for hop in reversed(hops):
            if hop not in kit.settings.trusted_proxies:
                return hop
    return direct


def _network_of(address: str) -> str:
    """What one sender has to itself: an IPv4 address, or the first 64 bits of an IPv6 one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((int(found) >> 64 << 64, 64)).network_address) if found.version == 6 else address


def _moved_first(error: IntegrityError) -> Exception:
    """Of two who do the same at one moment the second is told so; any other breach of the database stays as it is."""
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", "")
    if code not in _TWICE:  # by its code: the words may quote what someone wrote
        return error
    log.warning("what may be there once came twice", exc_info=error)
    return Conflict(_("Someone did the same a moment before. Open the page again to see how it stands."))


def _unavailable(error: DBAPIError) -> Exception:
    """A database that is read-only, full or away is a sentence, not a crash; anything else stays as it is."""
    words = str(error.orig).lower()
    if "readonly" in words or "read-only" in words or "read only" in words:
        return Unavailable(
            _("The site can be read but not changed at the moment. Nothing you wrote was kept.")
        )
    if "full" in words or "no space" in words:
        log.error("no room left", exc_info=error)
        return OutOfRoom(_("There is no room left to write, so nothing you wrote was kept. Try again later."))
    if any(sign in words for sign in ("connect", "locked", "deadlock", "terminat", "shut", "starting up")):
        return Unavailable(_("The database does not answer at the moment. Try again in a moment."))
    return error


def actor_of(request: Request) -> Actor:
    """Who is acting in this request; a visitor where nobody was loaded yet (an error before the route)."""
    actor: Actor = getattr(request.state, "actor", VISITOR)
    return actor
