"""The pages of pathways: what everyone reads, and writing them."""

from market.pathways.routes import public, write
from market.web.routing import MarketRoute

routes: list[MarketRoute] = [*write.routes, *public.routes]  # /ours and /new before /{id}
