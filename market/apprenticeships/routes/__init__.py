"""Pages of a programme that runs: its plan, mentoring and hours, and its capstone."""

from market.apprenticeships.routes import capstones, running

routes = [*running.routes, *capstones.routes]
