"""Pages of the wallet: adding and keeping credentials, what they count for, and identifiers shown to be one's own."""

from market.wallet.routes import anyone, identifiers, keeping, public, skills, taking
from market.web.routing import MarketRoute

# Identifiers first: /wallet/identifiers is no credential.
routes: list[MarketRoute] = [
    *identifiers.routes,
    *keeping.routes,
    *skills.routes,
    *public.routes,
    *anyone.routes,
    *taking.routes,
]
