"""The pages of opportunities: what is public, writing a posting, and running it."""

from market.opportunities.routes import manage, public, rubric, write
from market.web.routing import MarketRoute

routes: list[MarketRoute] = [*public.routes, *write.routes, *rubric.routes, *manage.routes]
