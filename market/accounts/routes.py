"""Pages of accounts."""

from market.web.routing import MarketRoute

routes: list[MarketRoute] = []
