"""Errors as pages: what happened, what is kept, and ways on. htmx gets the same words as a fragment."""

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from market.errors import Forbidden, Invalid, MarketError, TooMany
from market.web.render import context_of, environment, fragment_wanted
from market.words import _

log = logging.getLogger(__name__)


def titles(status: int) -> str:
    """The headline of an error page."""
    return {
        400: _("This request cannot be read"),
        403: _("This is not open to you"),
        404: _("There is nothing at this address"),
        405: _("This address does not take that"),
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
        template = "errors/fragment.html" if fragment_wanted(request) else "errors/page.html"
        context = context_of(
            request,
            status=status,
            title=titles(status),
            words=words,
            reference=getattr(request.state, "request_id", ""),
        )
        html = environment().get_template(template).render(context)
        return HTMLResponse(html, status, headers={"Vary": "HX-Request, HX-Request-Type, HX-Target"})
    except Exception:
        log.exception("error page failed")
        return PlainTextResponse(words, status)


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
    words = {
        404: _("The address may be mistyped, or what stood here is gone or not public."),
        405: _("Open the page again and go on from there."),
        413: _("What you sent is larger than the site takes. Choose a smaller file and send it again."),
    }.get(error.status_code, _("The request could not be read. Open the page again and go on from there."))
    response = page_for(request, error.status_code, words)
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
