"""The pages of programmes: running one's own, writing them, and what everyone reads."""

from market.programmes.routes import inside, manage, public, write
from market.web.routing import MarketRoute

routes: list[MarketRoute] = [
    *manage.routes,
    *inside.routes,
    *write.routes,
    *public.routes,
]  # /ours and /new before /{id}
