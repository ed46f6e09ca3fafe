"""Pages of a programme that runs: its plan, mentoring and hours, its capstone, soft skills, and what comes before and after."""

from market.apprenticeships.routes import capstones, growing, running, soft_skills

routes = [*running.routes, *capstones.routes, *growing.routes, *soft_skills.routes]
