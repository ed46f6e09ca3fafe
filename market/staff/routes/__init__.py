"""Pages of an organisation's own people."""

from market.staff.routes import agreeing, pools, skills
from market.web.routing import MarketRoute

routes: list[MarketRoute] = [*agreeing.routes, *pools.routes, *skills.routes]
