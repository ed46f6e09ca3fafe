"""Pages of a programme that runs: its plan, mentoring and hours, its capstone, and what comes before and after."""

from market.apprenticeships.routes import capstones, growing, running

routes = [*running.routes, *capstones.routes, *growing.routes]
