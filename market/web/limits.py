"""How often a thing may be asked: per account and per address, answered with 429 and how long to wait, never a lock-out."""

import time

from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from market.errors import TooMany
from market.words import _, plural

LIMITS: dict[str, str] = {
    "sign_in": "10 per 5 minutes",
    "sign_up": "10 per hour",
    "reset": "5 per day",
    "verify": "10 per day",
    "invitations": "20 per day",
    "applications": "30 per day",
    "first_messages": "20 per day",
    "messages": "120 per hour",
    "endorsements": "10 per day",
    "uploads": "200 per day",
    "reports": "20 per day",
    "proposals": "20 per day",
    "postings": "60 per day",
    "checks": "60 per day",
    "issuing": "200 per day",
}


class Limiter:
    """Counts hits in `storage` (a URI of the limits package: `memory://` for one process, or a shared one)."""

    def __init__(self, storage: str = "memory://", *, enabled: bool = True) -> None:
        self._rates: dict[str, RateLimitItem] = {name: parse(rate) for name, rate in LIMITS.items()}
        self._strategy = MovingWindowRateLimiter(storage_from_string(storage))
        self.enabled = enabled

    def hit(self, name: str, *keys: str) -> None:
        """Count one use of `name` for each key; raise `TooMany` when one of them has had enough."""
        if not self.enabled:
            return
        rate = self._rates[name]
        for key in keys:
            if not self._strategy.hit(rate, name, key):
                reset = self._strategy.get_window_stats(rate, name, key).reset_time
                wait = max(1, round(reset - time.time()))
                raise TooMany(
                    _("That was tried often in a short time. It opens again in %(wait)s.", wait=_span(wait)),
                    wait,
                )


def _span(seconds: int) -> str:
    if seconds < 90:
        return plural("%(n)s second", "%(n)s seconds", seconds)
    if seconds < 5400:
        return _("%(n)s minutes", n=round(seconds / 60))
    return _("%(n)s hours", n=round(seconds / 3600))
