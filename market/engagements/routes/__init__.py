"""Pages of engagements: the agreed work, its parts, and judging it."""

from market.engagements.routes import calibration, judging, parts, work

routes = [*parts.routes, *work.routes, *judging.routes, *calibration.routes]
