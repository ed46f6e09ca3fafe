"""Pages of profiles: one's own, part by part; the page others see; and why a level is what it is."""

from market.profiles.routes import background, own, projects, showing, skills
from market.web.routing import MarketRoute

routes: list[MarketRoute] = [
    *own.routes,
    *skills.routes,
    *projects.routes,
    *background.routes,
    *showing.routes,
]
