"""Where to go on to: `next=` and `back=` may only lead to a page of this site."""

from urllib.parse import urlsplit

from starlette.requests import Request


def own_path(text: str, otherwise: str = "/") -> str:
    """The path if it is one of this site's own, else `otherwise`.

    Browsers read `//host` and `/\\host` as another site and drop tabs and line ends, so those are refused.
    """
    ours = (
        text.startswith("/")
        and not text.startswith(("//", "/\\"))
        and text.isprintable()
        and "\\" not in text
    )
    return text if ours and len(text) <= 500 else otherwise


def came_from(request: Request) -> str:
    """The page of this site on which the form stood that was sent; empty where the browser does not say."""
    there = urlsplit(request.headers.get("referer", ""))
    if request.method != "POST" or there.netloc != request.headers.get("host"):
        return ""
    return own_path(there.path + (f"?{there.query}" if there.query else ""), "")
