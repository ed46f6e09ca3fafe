"""The one page that says which event is told to whom and how: `NEWS`, put together from its parts.

Every event of `subscribers.LEADS_TO` stands in exactly one of `NEWS`, `LETTERS` (account mail, see `letters`) and `QUIET`
(nobody hears of it, with the reason).
"""

from market.notifications.news import News
from market.notifications.table_applications import APPLICATIONS
from market.notifications.table_credentials import CREDENTIALS
from market.notifications.table_openings import OPENINGS
from market.notifications.table_pathways import PATHWAYS
from market.notifications.table_programmes import PROGRAMMES
from market.notifications.table_site import QUIET, SITE
from market.notifications.table_wallet import WALLET
from market.notifications.table_work import REVIEWS, WORK

NEWS: dict[str, tuple[News, ...]] = {
    **OPENINGS,
    **APPLICATIONS,
    **WORK,
    **REVIEWS,
    **CREDENTIALS,
    **PROGRAMMES,
    **PATHWAYS,
    **SITE,
    **WALLET,
}
BY_KIND: dict[str, News] = {news.kind(event): news for event, rows in NEWS.items() for news in rows}

LETTERS: frozenset[str] = frozenset(
    {
        "account.verification_asked",
        "account.reset_asked",
        "account.sign_up_repeated",
        "account.password_changed",
        "account.address_changed",
        "account.suspended",
        "organisation.invited",
    }
)

__all__ = ["BY_KIND", "LETTERS", "NEWS", "QUIET"]
