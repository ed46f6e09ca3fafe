"""The rules of fetching as the operator set them."""

from ipaddress import ip_address

from market.config import Settings
from market.net.fetch import Policy


def policy_of(settings: Settings) -> Policy:
    """What may be fetched for this site, and how long it may take."""
    return Policy(
        allow_http=settings.fetch_http,
        own_addresses=frozenset(ip_address(one) for one in settings.own_addresses),
        allowed=frozenset(_pair(one) for one in settings.fetch_allowed),
        seconds=float(settings.fetch_seconds),
        user_agent=f"Foothold ({settings.public_url})",
    )


def _pair(text: str) -> tuple[str, int]:
    """`10.0.0.5:8443` or `[fd00::5]:443` as address and port."""
    host, _colon, port = text.rpartition(":")
    return str(ip_address(host.strip("[]"))), int(port)
