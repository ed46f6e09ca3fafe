"""Pages of engagements: the agreed work, and judging it."""

from market.engagements.routes import judging, work

routes = [*work.routes, *judging.routes]
