"""Errors as pages: what happened, what is kept, and ways on. htmx gets the same words as a fragment."""

import logging

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from market.access import Actor
from market.db import transaction
from market.errors import Forbidden, Invalid, MarketError, TooMany
from market.web.back import came_from
from market.web.cookies import session_token
from market.web.kit import kit_of
from market.web.render import VARY, asked_by_htmx, context_of, environment
from market.web.routing import actor_of
from market.web.sent import to_send_again, written
from market.words import _, speak

log = logging.getLogger(__name__)


def titles(status: int) -> str:
    """The headline of an error page."""
    return {
        400: _("This request cannot be read"),
        401: _("You are not signed in any more"),
        403: _("This is not open to you"),
        404: _("There is nothing at this address"),
        405: _("This address does not take that"),
        408: _("The rest did not arrive"),
        409: _("Something changed in the meantime"),
        413: _("That is too large"),
        422: _("Something needs mending"),
        429: _("A short break"),
        503: _("The site cannot answer at the moment"),
        507: _("There is no room left"),
    }.get(status, _("Something went wrong on our side"))


def page_for(request: Request, status: int, words: str) -> Response:
    """The page of one error; a fragment when htmx asked, and bare words when even the template fails."""
    try:
        actor = _who(request) if status < 500 else actor_of(request)
        speak(actor.language if actor.is_signed_in else kit_of(request).settings.site_language)
        template = "errors/fragment.html" if asked_by_htmx(request) else "errors/page.html"
        context = context_of(
            request,
            status=status,
            title=titles(status),
            words=words,
            reference=getattr(request.state, "request_id", ""),
            written=written(request),
            again=to_send_again(request, status),
            form_page=came_from(request) if status in (403, 409, 422) else "",
        )
        html = environment().get_template(template).render(context)
        response = HTMLResponse(html, status, headers={"Vary": VARY})
        if asked_by_htmx(
            request
        ):  # which may look for a part of a page: take this, beside the form that was sent
            response.headers["HX-Reselect"] = "#refused"
            if request.method == "POST":
                response.headers["HX-Reswap"] = "afterbegin"
        if context["said"] is not None and not asked_by_htmx(request):
            response.delete_cookie("said", path="/")
        return response
    except Exception:
        log.exception("error page failed")
        return PlainTextResponse(words, status)


def _who(request: Request) -> Actor:
    """The actor, looked up for an address that leads nowhere, so that a signed-in person keeps their menus."""
    if not hasattr(request.state, "actor") and session_token(request):
        kit = kit_of(request)
        try:
            with transaction(kit.engine, write=False) as db:
                request.state.actor = kit.load_actor(db, session_token(request))
        except SQLAlchemyError:
            log.warning("the actor of an error page was not found", exc_info=True)
    return actor_of(request)


def on_market_error(request: Request, error: Exception) -> Response:
    """One of ours: its own words, its own status."""
    assert isinstance(error, MarketError)
    words = error.reason
    if isinstance(error, Invalid) and error.fields:
        words = " ".join(dict.fromkeys([words, *error.fields.values()]))
    response = page_for(request, error.status_code, words)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Forbidden):
        response.headers["Cache-Control"] = "no-store"
    return response


def on_http_error(request: Request, error: Exception) -> Response:
    """One of Starlette's: no route, wrong method, a body too large or unreadable."""
    assert isinstance(error, HTTPException)
    status = error.status_code
    words = {
        404: _("The address may be mistyped, or what stood here is gone or not public."),
        405: _("Open the page again and go on from there."),
        408: _(
            "The connection was too slow, so nothing was done. Go back in your browser and send it again."
        ),
        413: _(
            "What you sent is larger than the site takes, so nothing was done. Go back in your browser: what you wrote "
            "stands in the form still, as a rule. Choose smaller files, or fewer, and send it again."
        ),
    }.get(status, _("The request could not be read. Open the page again and go on from there."))
    response = page_for(request, status, words)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def on_crash(request: Request, error: Exception) -> Response:
    """The unexpected: logged with its reference, shown without its insides."""
    log.error("unexpected", exc_info=error)
    return page_for(
        request,
        500,
        _("Nothing half done was kept. The people who run this site can find it by the reference below."),
    )


class Crashes:
    """Answers what nobody expected inside the other middleware, so that this page, too, has its headers and its id.

    (Starlette's own handler stands outside of all middleware.) The error goes on afterwards, to the server.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if scope["type"] == "http" and not begun:
                request = Request(scope)
                response = await run_in_threadpool(on_crash, request, error)
                await response(scope, receive, send)
            raise
