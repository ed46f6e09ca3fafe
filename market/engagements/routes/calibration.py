"""How far the order of people held: a public page about the ranking, from how work ended."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, anyone
from market.engagements.calibration import calibration
from market.matching.core.reliability import FEWEST, FEWEST_IN_BIN
from market.web.render import render
from market.web.routing import MarketRoute, page


def show(request: Request, db: Session, actor: Actor) -> Response:
    """Coverage when an application was first read, beside how the work ended. One statement."""
    return render(
        request,
        "engagements/calibration.html",
        made=calibration(db),
        fewest=FEWEST,
        fewest_in_bin=FEWEST_IN_BIN,
    )


routes: list[MarketRoute] = [page("/how/calibration", show, name="engagements.calibration", allow=anyone)]
