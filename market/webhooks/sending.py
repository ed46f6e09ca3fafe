"""Sending what is in line: taken in one short transaction, sent outside any, settled in another.

A slow or hostile receiver holds up nothing else (`market.beside`). A worker that dies in between leaves its claim to run
out, and the next sends it again with the same number: at least once, never lost. Whether the person still agrees is asked
in the transaction that takes it, each time.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, or_
from sqlmodel import Session, col, select

from market import clock
from market.access import SYSTEM
from market.beside import Beside, Kind
from market.config import Settings
from market.credentials.signing import stamp
from market.db import transaction
from market.errors import Conflict
from market.net.errors import FetchError, Refused
from market.net.fetch import Fetched, Policy, post
from market.net.policy import policy_of
from market.outbox import announce
from market.staff.models import Packet
from market.webhooks import queries, rules, sealing
from market.webhooks.models import HandOver, Hook
from market.webhooks.rules import HandOverStatus, What

log = logging.getLogger(__name__)
MOST_BYTES = 16 * 1024  # of an answer; it is read to its end and not kept
MOVED, UNREADABLE, FAILED = "moved", "unreadable", "failed"  # beside the codes of net.errors
Post = Callable[..., Fetched]


class Message(NamedTuple):
    """One delivery as it goes out."""

    id: int
    url: str
    body: bytes
    headers: dict[str, str]


class Sender(Beside):
    """Sends what is due. In the demo nothing is."""

    def __init__(self, settings: Settings, *, policy: Policy | None = None, send: Post = post) -> None:
        super().__init__("webhooks", () if settings.demo else (Kind(_is_due, self._next),))
        # https alone, also where the site may fetch otherwise: these are personal records.
        self.policy = replace(policy or policy_of(settings), allow_http=False)
        self.send = send

    def _next(self, engine: Engine) -> bool:
        now = clock.now()
        with transaction(engine, write=True) as db:
            found = db.exec(_due(now).with_for_update(skip_locked=True, of=HandOver)).first()
            if found is None:
                return False
            message = take(db, found, now)
        if message is not None:
            answer, trouble, for_good = self._try(message)
            with transaction(engine, write=True) as db:
                settle(db, message.id, answer, trouble, for_good=for_good)
        return True

    def _try(self, message: Message) -> tuple[int | None, str | None, bool]:
        """(the HTTP status, what went wrong, whether to give up): of the answer nothing else is looked at."""
        try:
            got = self.send(
                message.url,
                message.body,
                policy=self.policy,
                headers=message.headers,
                max_bytes=MOST_BYTES,
            )
        except FetchError as error:
            log.warning("a webhook was not taken", extra={"delivery": message.id, "code": error.code})
            return None, error.code, isinstance(error, Refused)
        except Exception:  # of ours: a try like any other, or it would be sent again for ever
            log.exception("a webhook could not be sent", extra={"delivery": message.id})
            return None, FAILED, False
        if rules.is_taken(got.status):
            return got.status, None, False
        log.warning("a webhook was not taken", extra={"delivery": message.id, "status": got.status})
        return got.status, MOVED if 300 <= got.status < 400 else None, got.status == rules.GONE


def _due(now: datetime) -> Any:
    return (
        select(HandOver)
        .join(Hook, col(Hook.id) == col(HandOver.hook_id))
        .where(
            HandOver.status == HandOverStatus.WAITING,
            HandOver.due_at <= now,
            or_(col(HandOver.claimed_until).is_(None), col(HandOver.claimed_until) <= now),
            col(Hook.paused_at).is_(None),
        )
        .order_by(col(HandOver.due_at), col(HandOver.id))
        .limit(1)
    )


def _is_due(db: Session) -> bool:
    return db.exec(_due(clock.now())).first() is not None


def take(db: Session, one: HandOver, now: datetime) -> Message | None:
    """Claim a delivery and write what goes out; None where the agreement ended, or the secret cannot be read."""
    hook = db.get_one(Hook, one.hook_id)
    if one.what is What.PACKET and not queries.consents(db, hook.org_id, one.person_id or 0):
        one.status, one.over_at = HandOverStatus.DROPPED, now
        db.add(one)
        return None
    try:
        secrets = [sealing.unseal(db, hook.sealed)]
        if hook.old_sealed is not None and hook.old_until is not None and hook.old_until > now:
            secrets.append(sealing.unseal(db, hook.old_sealed))
    except Conflict:
        settle(db, one.id, None, UNREADABLE, for_good=True)
        return None
    one.claimed_until = now + rules.CLAIM
    db.add(one)
    body = body_of(db, one, now)
    return Message(one.id, hook.url, body, rules.headers(secrets, f"msg_{one.public_id}", now, body))


def body_of(db: Session, one: HandOver, now: datetime) -> bytes:
    """A word of no consequence, or the packet as it was signed: its proof holds over `data`."""
    if one.packet_id is None:
        said: dict[str, Any] = {"type": "test", "timestamp": stamp(now), "data": {}}
    else:
        packet = db.get_one(Packet, one.packet_id)
        said = {
            "type": "completion_packet.signed",
            "timestamp": stamp(packet.signed_at or now),
            "data": json.loads(packet.document or "{}"),
        }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def settle(
    db: Session, delivery_id: int, answer: int | None, trouble: str | None, *, for_good: bool = False
) -> None:
    """What became of one try: taken, to be tried again after a pause, or given up, which its owners are told."""
    one = db.exec(select(HandOver).where(HandOver.id == delivery_id).with_for_update()).first()
    if one is None or one.status is not HandOverStatus.WAITING:  # removed, dropped or settled meanwhile
        return
    now = clock.now()
    one.tries, one.answer, one.trouble, one.claimed_until = one.tries + 1, answer, trouble, None
    pause = None if for_good else rules.pause_after(one.tries)
    if answer is not None and rules.is_taken(answer):
        one.status, one.over_at = HandOverStatus.DONE, now
    elif pause is not None:
        one.due_at = now + pause
    else:
        one.status, one.over_at = HandOverStatus.DEAD, now
        org_id = db.get_one(Hook, one.hook_id).org_id
        announce(db, "webhook.gave_up", SYSTEM, subject=("organisation", org_id))
    db.add(one)
    db.flush()
