"""Pages of reporting, and the pages of moderators."""

from market.cases.routes import moderating, reporting
from market.web.routing import MarketRoute

routes: list[MarketRoute] = [*reporting.routes, *moderating.routes]
