"""What follows in the worker: drafts are signed and offered, lists signed anew, credentials expire after a reminder."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from market import clock
from market.access import SYSTEM
from market.credentials import issuing, keys, lists, making, rules
from market.credentials.models import Issued
from market.credentials.rules import KeyKind, Status
from market.outbox import Event, announce
from market.transitions import take

MOST_AT_ONCE = 200


def sign_drafted(db: Session, event: Event) -> None:
    """Sign a draft and offer it to its holder; one that was withdrawn in between stays so."""
    issued = _held(db, event)
    if issued is None or issued.status is not Status.DRAFTED:
        return
    made = making.sign(db, issued)
    take(db, SYSTEM, issued, "sign", issued_id=issued.id, signed_id=made.id)
    take(db, SYSTEM, issued, "offer", issued_id=issued.id)
    issuing.follow_acceptance(db, issued)


def sign_anew(db: Session, event: Event) -> None:
    """Sign a credential that still counts with the keys and under the address in use now."""
    issued = _held(db, event)
    if issued is None or issued.status not in rules.STANDING:
        return
    making.sign(db, issued)
    announce(db, "credential.signed_anew", SYSTEM, subject=("issued", issued.id), issued_id=issued.id)


def sign_reinstated(db: Session, event: Event) -> None:
    """Sign what counts again: the copy from before its suspension stays withdrawn, since no list takes that back."""
    issued = _held(db, event)
    if issued is not None and issued.status in rules.STANDING:
        making.sign(db, issued)


def make_site_key(db: Session, event: Event) -> None:
    """Someone has accepted a first credential: from now on the site may sign whole records."""
    if keys.active(db, None, KeyKind.ED25519) is None:
        keys.create(db, None, KeyKind.ED25519)


def sign_lists(db: Session, event: Event) -> None:
    """A bit changed, or a key: sign the lists that say so."""
    lists.refresh(db, clock.now())


def _held(db: Session, event: Event) -> Issued | None:
    """The credential of an event, for this worker alone until its transaction ends."""
    wanted = select(Issued).where(Issued.id == event.subject_id)
    return db.exec(wanted.with_for_update(key_share=True)).first()


def expire_due(db: Session, now: datetime) -> int:
    """Timer: what has run out is expired."""
    due = _running_out(db, now)
    for issued in due:
        take(db, SYSTEM, issued, "expire", facts=now, issued_id=issued.id)
    return len(due)


def remind_expiring(db: Session, now: datetime) -> int:
    """Timer: holder and issuer hear 30 days ahead that a credential runs out."""
    due = [
        one
        for one in _running_out(db, now + timedelta(days=rules.REMIND_DAYS), reminded=False)
        if one.valid_until is not None and one.valid_until > now
    ]
    for issued in due:
        issued.reminded_at = now
        db.add(issued)
        db.flush()
        announce(db, "credential.expiring", SYSTEM, subject=("issued", issued.id), issued_id=issued.id)
    return len(due)


def _running_out(db: Session, by: datetime, *, reminded: bool | None = None) -> list[Issued]:
    wanted = (
        select(Issued)
        .where(col(Issued.status).in_(rules.STANDING), col(Issued.valid_until) <= by)
        .order_by(col(Issued.valid_until))
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    if reminded is False:
        wanted = wanted.where(col(Issued.reminded_at).is_(None))
    return list(db.exec(wanted).all())
