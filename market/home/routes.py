"""The front page, the dashboards, and the choice between day and night."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from market.access import Actor, anyone
from market.web.cookies import keep_theme
from market.web.render import render
from market.web.routing import MarketRoute, action, page


def front(request: Request, db: Session, actor: Actor) -> Response:
    """The front page."""
    return render(request, "home/front.html")


def theme(request: Request, db: Session, actor: Actor) -> Response:
    """Show pages by day, by night, or as the device does."""
    back = str(request.state.form.get("back") or "/")
    safe = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"
    response = RedirectResponse(safe, 303)
    keep_theme(request, response, str(request.state.form.get("theme") or "system"))
    return response


routes: list[MarketRoute] = [
    page("/", front, name="home.front", allow=anyone),
    action("/theme", theme, name="home.theme", allow=anyone),
]
