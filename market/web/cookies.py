"""The cookies of the site: the session, and whether pages are shown by day or by night.

Under https the session cookie has the `__Host-` prefix (this host, this path, secure). On plain http, which is for
localhost only, browsers refuse that prefix, so the bare name is used.
"""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from market.web.kit import kit_of

THEMES = ("light", "dark", "system")
_YEAR = 365 * 24 * 3600


def session_cookie(request: Request) -> str:
    return "__Host-session" if kit_of(request).settings.is_https else "session"


def session_token(request: Request) -> str:
    """The token the browser holds, empty when none."""
    return request.cookies.get(session_cookie(request), "")


def keep_session(request: Request, response: Response, token: str, days: int = 30) -> None:
    response.set_cookie(
        session_cookie(request),
        token,
        max_age=days * 24 * 3600,
        path="/",
        httponly=True,
        samesite="lax",
        secure=kit_of(request).settings.is_https,
    )


def drop_session(request: Request, response: Response) -> None:
    response.delete_cookie(
        session_cookie(request),
        path="/",
        httponly=True,
        samesite="lax",
        secure=kit_of(request).settings.is_https,
    )
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def theme_of(request: Request) -> str:
    chosen = request.cookies.get("theme", "system")
    return chosen if chosen in THEMES else "system"


def keep_theme(request: Request, response: Response, theme: str) -> None:
    response.set_cookie(
        "theme",
        theme if theme in THEMES else "system",
        max_age=_YEAR,
        path="/",
        httponly=True,
        samesite="lax",
        secure=kit_of(request).settings.is_https,
    )


def say_once(request: Request, response: Response, kind: str, words: str) -> None:
    """Have the next page begin with a sentence about what just happened. `kind` is ok, warn or bad."""
    response.set_cookie(
        "said",
        quote(f"{kind}:{words}"),
        max_age=60,
        path="/",
        httponly=True,
        samesite="lax",
        secure=kit_of(request).settings.is_https,
    )
