"""Pages of an organisation's own people."""

from market.staff.routes import agreeing, inside, packing, pools, promising, skills
from market.web.routing import MarketRoute

routes: list[MarketRoute] = [
    *agreeing.routes,
    *inside.routes,
    *pools.routes,
    *skills.routes,
    *promising.routes,
    *packing.routes,
]
