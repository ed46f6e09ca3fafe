"""Pages of accounts: signing up and in, links from mails, settings, organisations."""

from market.accounts.routes import entering, joining, links, organisations, settings
from market.web.routing import MarketRoute

routes: list[MarketRoute] = [
    *entering.routes,
    *links.routes,
    *settings.routes,
    *organisations.routes,
    *joining.routes,
]
