"""Who sets a webhook, when something may be sent, when it is tried again, and how it is signed. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from market.access import YES, Actor, Decision, Task, no
from market.words import _

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=18),
)
TRIES = len(PAUSES) + 1
CLAIM = timedelta(minutes=5)  # after so long without word another worker takes a delivery up
OVERLAP = timedelta(days=1)  # for which an old secret signs beside the new one
KEEP = timedelta(days=30)  # deliveries that are over
SECRET_BYTES = 32
PREFIX = "whsec_"
GONE = 410  # an answer that says: never again


class What(StrEnum):
    TEST = "test"
    PACKET = "packet"


class HandOverStatus(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"  # tried for the last time, or refused for good
    DROPPED = "dropped"  # the consent ended before it was sent


def may_set(actor: Actor, org_id: int) -> Decision:
    """Owners: personal records leave the site by it."""
    if actor.may_for(Task.MANAGE, org_id):
        return YES
    return no(_("Only owners of this organisation set where its packets go."))


def may_agree(actor: Actor, org_id: int) -> Decision:
    """Members, each for themselves."""
    return YES if actor.belongs_to(org_id) else no(_("Only members agree to this."))


def host_of(url: str) -> str:
    """To whom an address leads, as its members read it when they agree."""
    return urlsplit(url).hostname or ""


def may_retry(status: HandOverStatus) -> Decision:
    """What was given up on, once more."""
    return YES if status is HandOverStatus.DEAD else no(_("This is not one that was given up."))


def pause_after(tries: int) -> timedelta | None:
    """How long to wait after so many tries that failed; None when there is no other."""
    return PAUSES[tries - 1] if tries <= len(PAUSES) else None


def is_taken(status: int) -> bool:
    """Did the other side take it? Any 2xx; a redirect is not followed, and takes nothing."""
    return 200 <= status < 300


def as_secret(raw: bytes) -> str:
    """A secret as its owner gets it."""
    return PREFIX + base64.b64encode(raw).decode()


def signature(raw: bytes, message_id: str, at: datetime, body: bytes) -> str:
    """One signature of the scheme v1 over number, time and body."""
    signed = b".".join((message_id.encode(), str(int(at.timestamp())).encode(), body))
    return "v1," + base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()


def headers(secrets: Sequence[bytes], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """What goes beside the body, signed with each of the secrets."""
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signature(raw, message_id, at, body) for raw in secrets),
    }
