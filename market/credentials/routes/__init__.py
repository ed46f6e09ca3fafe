"""Pages of credentials issued here: what can be earned, issuing it, and what its holder does with it."""

from market.credentials.routes import achievements, defining, documents, holding, issuing, showing, steps
from market.web.routing import MarketRoute

routes: list[MarketRoute] = [
    *documents.routes,  # before achievements: /achievements/{id}.json is none of its pages
    *defining.routes,  # before achievements: /achievements/new is none
    *issuing.routes,
    *achievements.routes,
    *holding.routes,
    *steps.routes,
    *showing.routes,
]
