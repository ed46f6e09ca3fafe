"""What happened, written in the same transaction as the change itself, and told to whoever reacts to it.

An event is a row: its name, when, who, which thing, from which state to which, and ids, never a text, an address or a
token. The table is the audit log as well. A worker makes one delivery for each pair of event and subscriber, each in
a transaction of its own: tried again with growing pauses, set aside as dead after five failures, and done once only,
since the pair is unique.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ColumnElement, Engine, Index, UniqueConstraint, delete, text
from sqlmodel import Field, Session, SQLModel, col, select

from market import clock
from market.access import Actor
from market.db import append_only, choice_field, id_field, instant_field, one_of, refers_to, transaction

log = logging.getLogger(__name__)


class Event(SQLModel, table=True):
    """One thing that happened. `payload` holds ids and numbers only."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_subject", "subject_kind", "subject_id", "id"),)

    id: int = id_field()
    name: str = Field(index=True)
    at: datetime = instant_field(factory=clock.now)
    actor_id: int | None = Field(default=None)
    subject_kind: str = ""
    subject_id: int | None = None
    from_status: str | None = None
    to_status: str | None = None
    reason: str | None = None
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


append_only(Event)


class Undelivered(SQLModel, table=True):
    """An event that the worker has not yet shared out to its subscribers."""

    __tablename__ = "undelivered"
    event_id: int = refers_to("event.id", primary_key=True)


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"


class Delivery(SQLModel, table=True):
    """One reaction of one subscriber to one event."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("event_id", "subscriber"),
        one_of("status", DeliveryStatus),
        Index("ix_delivery_due", "status", "due_at"),
    )

    id: int = id_field()
    event_id: int = refers_to("event.id", index=False)
    subscriber: str
    status: DeliveryStatus = choice_field(DeliveryStatus, default=DeliveryStatus.PENDING)
    attempts: int = 0
    due_at: datetime = instant_field(factory=clock.now)
    last_error: str | None = None


Subscriber = Callable[[Session, Event], None]
LeadsTo = Mapping[str, tuple[Subscriber, ...]]

TRIES = 5
_PAUSES = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))


def announce(
    db: Session,
    name: str,
    actor: Actor | None = None,
    *,
    subject: tuple[str, int] | None = None,
    from_status: str | None = None,
    to_status: str | None = None,
    reason: str | None = None,
    **payload: int | str | bool | None,
) -> Event:
    """Record that something happened; it becomes known when, and only if, this transaction commits.

    `payload` carries ids, numbers and codes. `reason` is a code, not a text.
    """
    event = Event(
        name=name,
        actor_id=actor.id or None if actor else None,
        subject_kind=subject[0] if subject else "",
        subject_id=subject[1] if subject else None,
        from_status=from_status,
        to_status=to_status,
        reason=reason,
        payload=payload,
    )
    db.add(event)
    db.flush()
    db.add(Undelivered(event_id=event.id))
    return event


def was_announced(name: str, kind: str, of: Any, since: datetime) -> ColumnElement[bool]:
    """Was this announced after `since` of the thing whose id is in the column `of`? So timers tell of a day once."""
    found = select(Event.id).where(
        Event.subject_kind == kind, Event.subject_id == of, Event.name == name, Event.at > since
    )
    return found.exists()


def name_of(subscriber: Subscriber) -> str:
    """How a subscriber is known in the delivery table: its module's feature and its name."""
    return f"{subscriber.__module__.removeprefix('market.')}.{subscriber.__name__}"


def share_out(engine: Engine, leads_to: LeadsTo, *, limit: int = 100) -> int:
    """Make the deliveries of up to `limit` new events; how many events were shared out."""
    with transaction(engine, write=True) as db:
        wanted = select(Event).join(Undelivered).order_by(col(Event.id)).limit(limit)
        events = db.exec(wanted.with_for_update(skip_locked=True, of=Undelivered)).all()
        for event in events:
            for subscriber in leads_to.get(event.name, ()):
                due_at = min(event.at, clock.now())  # a clock that was put back delays nothing
                db.add(Delivery(event_id=event.id, subscriber=name_of(subscriber), due_at=due_at))
        if events:
            db.exec(delete(Undelivered).where(col(Undelivered.event_id).in_([e.id for e in events])))
        return len(events)


def deliver_next(engine: Engine, leads_to: LeadsTo) -> bool:
    """Make the delivery that has been due longest, in a transaction of its own; False when none is due."""
    known = {name_of(s): s for subscribers in leads_to.values() for s in subscribers}
    with transaction(engine, write=False) as db:  # look before locking: an idle worker takes no write lock
        if db.exec(_due(clock.now())).first() is None:
            return False
    delivery_id: int | None = None
    try:
        with transaction(engine, write=True) as db:
            delivery = db.exec(_due(clock.now()).with_for_update(skip_locked=True)).first()
            if delivery is None:
                return False
            event = db.get_one(Event, delivery.event_id)
            delivery_id = delivery.id
            delivery.status = DeliveryStatus.DONE
            delivery.attempts += 1
            db.add(delivery)
            db.flush()
            known[delivery.subscriber](db, event)
    except Exception as error:
        if delivery_id is None:
            raise
        _failed(engine, delivery_id, error)
    return True


def _due(at: datetime) -> Any:
    return (
        select(Delivery)
        .where(Delivery.status == DeliveryStatus.PENDING, col(Delivery.due_at) <= at)
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .limit(1)
    )


def _failed(engine: Engine, delivery_id: int, error: Exception) -> None:
    """Put a failed delivery back with a pause, or aside as dead after the last try."""
    with transaction(engine, write=True) as db:
        delivery = db.get_one(Delivery, delivery_id, with_for_update=True)
        if delivery.status is not DeliveryStatus.PENDING:
            return  # another worker took it up in between and made it
        delivery.attempts += 1
        first_line = str(error).partition("\n")[0]  # the lines below it may hold what a person wrote
        delivery.last_error = f"{type(error).__name__}: {first_line}"[:500]
        if delivery.attempts >= TRIES:
            delivery.status = DeliveryStatus.DEAD
            log.error(
                "delivery is dead",
                extra={"delivery": delivery.id, "subscriber": delivery.subscriber},
                exc_info=error,
            )
        else:
            delivery.due_at = clock.now() + _PAUSES[delivery.attempts - 1]
            log.warning(
                "delivery failed",
                extra={"delivery": delivery.id, "subscriber": delivery.subscriber},
                exc_info=error,
            )
        db.add(delivery)


def drain(engine: Engine, leads_to: LeadsTo, *, most: int = 10_000) -> int:
    """Share out and deliver all that is due now, up to `most` deliveries; how many were made."""
    made = 0
    while made < most:
        shared = share_out(engine, leads_to)
        while made < most and deliver_next(engine, leads_to):
            made += 1
        if not shared:
            break
    return made


def revive(db: Session, delivery: Delivery) -> None:
    """Give a dead delivery its tries back."""
    delivery.status, delivery.attempts, delivery.due_at = DeliveryStatus.PENDING, 0, clock.now()
    delivery.last_error = None
    db.add(delivery)


def backlog(db: Session) -> dict[str, int]:
    """How many events wait to be shared out, and how many deliveries are pending and dead: for the health page."""
    row = (
        db.connection()
        .execute(
            text(
                "SELECT (SELECT count(*) FROM undelivered), "
                "(SELECT count(*) FROM delivery WHERE status = 'pending'), "
                "(SELECT count(*) FROM delivery WHERE status = 'dead')"
            )
        )
        .one()
    )
    return {"undelivered": row[0], "pending": row[1], "dead": row[2]}
