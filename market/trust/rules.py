"""What holds for issuers: where they may stand on this site's own list, and who decides it."""

import re
from datetime import timedelta
from enum import StrEnum

from market.access import YES, Actor, Decision, no

READ_EVERY = timedelta(hours=24)
"""How often a registry is read again."""
RETRY_AFTER = timedelta(hours=1)
"""How soon after a reading that failed."""
MOST_URI = 500
MOST_NAME = 200

_URI = re.compile(r"(did:[a-z0-9]+:[A-Za-z0-9._:%#?&=/~+-]+|https?://[^\s/@\\]+(/[^\s@\\]*)?)\Z")


class Standing(StrEnum):
    """Where an issuer stands on this site's own list."""

    NONE = "none"  # not on it: the registries decide
    ALLOWED = "allowed"
    DENIED = "denied"


class RegistryKind(StrEnum):
    """In which form a registry is published."""

    DCC = "dcc"  # one JSON document with every issuer, as the Digital Credentials Consortium writes it
    FEDERATION = "openid_federation"  # asked for one issuer at a time; each answer is signed


def is_issuer_uri(text: str) -> bool:
    """Is this how issuers are named in credentials: a DID or a web address?"""
    return len(text) <= MOST_URI and _URI.match(text) is not None


def may_decide(actor: Actor) -> Decision:
    """Put an issuer on the site's own list, or take it off; add and remove registries."""
    if actor.is_moderator or actor.is_admin or actor.is_system:
        return YES
    return no("Only moderators decide which issuers this site knows.")
