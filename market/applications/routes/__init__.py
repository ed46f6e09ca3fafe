"""Pages of applications and offers: applying, one application for both sides, deciding, offers."""

from market.applications.routes import applying, deciding, inviting, offering, showing
from market.web.routing import MarketRoute

routes: list[MarketRoute] = [
    *applying.routes,
    *deciding.routes,
    *inviting.routes,
    *offering.routes,
    *showing.routes,
]
