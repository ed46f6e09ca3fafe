"""Cross-site writes are refused by what the browser itself says of a request's origin; no tokens are needed.

`Sec-Fetch-Site` where it is sent (all current browsers), else `Origin` against `Host`. A request with neither comes
from no browser page, so nobody's cookies are being borrowed.
"""

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from market.web.failures import page_for
from market.words import _

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def is_own(method: str, headers: Headers) -> bool:
    """May this request change something, as far as its origin goes?"""
    if method in SAFE:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    return bool(origin != "null" and urlsplit(origin).netloc == headers.get("host", ""))


class SameOrigin:
    """Refuses writes that another site's page has sent. What it sent is not read, and never shown as someone's own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not is_own(scope["method"], Headers(scope=scope)):
            words = _(
                "This was sent from another site, so nothing was done. Open the page here and go on from there."
            )
            refusal = await run_in_threadpool(page_for, Request(scope), 403, words)
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)
