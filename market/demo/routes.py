"""Stepping in as one of a few people. These routes are there in the demo only."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from market.access import Actor, anyone
from market.accounts import sessions
from market.accounts.models import Person
from market.accounts.queries import sign_in_by_address
from market.demo.world import Row, address_of, step_in_rows
from market.errors import NotFound
from market.web.cookies import keep_session, session_token
from market.web.render import render
from market.web.routing import MarketRoute, action, page
from market.words import _


def step_in(request: Request, db: Session, actor: Actor) -> Response:
    """The people one can step in as, with one thing to try in each place."""
    places = [(row, name) for row in step_in_rows() if (name := _name_of(db, row))]
    return render(request, "demo/step_in.html", places=places)


def _name_of(db: Session, row: Row) -> str:
    known = sign_in_by_address(db, address_of(row["person"]))
    return (db.get_one(Person, known.person_id).display_name or "") if known else ""


def begin(request: Request, db: Session, actor: Actor) -> Response:
    """Sign this browser in as the person chosen; the one it was before is signed out."""
    chosen = str(request.state.form.get("as") or "")
    row = next((row for row in step_in_rows() if row["person"] == chosen), None)
    known = sign_in_by_address(db, address_of(chosen)) if row else None
    if row is None or known is None:
        raise NotFound(_("Nobody of that name can be stepped in as."))
    sessions.end(db, session_token(request))
    token = sessions.begin(db, db.get_one(Person, known.person_id), request.headers.get("user-agent", ""))
    home = {"mod": "cases.queue", "emp": "home.employer", "men": "home.employer"}.get(
        row["role"][:3].lower(), "home.talent"
    )
    response = RedirectResponse(str(request.app.url_path_for(home)), 303)
    keep_session(request, response, token)
    return response


routes: list[MarketRoute] = [
    page("/demo", step_in, name="demo.step_in", allow=anyone),
    action("/demo", begin, name="demo.begin", allow=anyone),
]
