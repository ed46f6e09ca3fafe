"""The one place that changes a status.

`take` looks the step up in the thing's own lifecycle, asks who the actor is to it, asks the guard, moves the row only
if nobody moved it first, keeps who, when, from, to, reason and note, and announces the event.
"""

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Index, Table, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Field, Session, SQLModel

from market import clock
from market.access import Actor, Decision, no
from market.db import append_only, id_field, instant_field
from market.errors import Conflict, Forbidden, Invalid
from market.lifecycle import Lifecycle, Step, words_of
from market.outbox import announce


class Transition(SQLModel, table=True):
    """One step that was taken. `note` is a person's own words, so an erasure may delete the row."""

    __tablename__ = "transition"
    __table_args__ = (Index("ix_transition_subject", "subject_kind", "subject_id", "id"),)

    id: int = id_field()
    subject_kind: str
    subject_id: int
    step: str
    from_status: str
    to_status: str
    actor_id: int | None = Field(default=None, index=True)
    party: str
    at: datetime = instant_field(factory=clock.now)
    reason: str | None = None
    note: str | None = None
    event_id: int | None = None


append_only(Transition, erasable=True)


class HasStatus(Protocol):
    """A row with a lifecycle: its class names the table, the row carries id and status."""

    id: int
    status: Any


def lifecycle_of(thing: HasStatus) -> Lifecycle:
    lifecycle: Lifecycle = type(thing).LIFECYCLE  # type: ignore[attr-defined]
    return lifecycle


def may_take(actor: Actor, thing: HasStatus, name: str, facts: Any = None) -> Decision:
    """Whether `take` would go through now, with the reason if not: for the button's words."""
    lifecycle = lifecycle_of(thing)
    if not lifecycle.has_step(thing.status, name):
        return no(f"That is not open while this is {words_of(thing.status)}.")
    step = lifecycle.step(thing.status, name)
    if not lifecycle.parties(actor, thing) & set(step.by):
        return no("That step belongs to the other side.")
    return step.guard(thing, facts) if step.guard else Decision(True)


def open_steps(actor: Actor, thing: HasStatus) -> list[Step]:
    """The steps this actor may take from here, guards not asked."""
    lifecycle = lifecycle_of(thing)
    return lifecycle.open_steps(thing.status, lifecycle.parties(actor, thing))


def take(
    db: Session,
    actor: Actor,
    thing: HasStatus,
    name: str,
    *,
    facts: Any = None,
    reason: str | None = None,
    note: str | None = None,
    changes: dict[str, Any] | None = None,
    **payload: int | str | bool | None,
) -> Step:
    """Take `thing` one step on, with `changes` to its other columns in the same statement.

    Raises `Conflict` when the step is not open in this state or somebody moved first, `Forbidden` when the actor is
    not a party to it or the guard refuses, `Invalid` when the step needs a reason and none is given.
    """
    lifecycle = lifecycle_of(thing)
    step = lifecycle.step(thing.status, name)
    party = next((p for p in step.by if p in lifecycle.parties(actor, thing)), None)
    if party is None:
        raise Forbidden("That step belongs to someone else.")
    if step.reasoned and not (reason or (note or "").strip()):
        raise Invalid("Say why: the other side reads it.", reason="Say why: the other side reads it.")
    if step.guard is not None:
        allowed = step.guard(thing, facts)
        if not allowed:
            raise Forbidden(allowed.reason)
    source, values = thing.status, {"status": step.target, **(changes or {})}
    db.flush()
    table: Table = type(thing).__table__  # type: ignore[attr-defined]
    moved = db.connection().execute(
        update(table).where(table.c.id == thing.id, table.c.status == source).values(**values)
    )
    if moved.rowcount != 1:
        raise Conflict("Someone moved first. Here is how it stands now.")
    for column, value in values.items():
        set_committed_value(thing, column, value)
    event = announce(
        db,
        step.event,
        actor,
        subject=(lifecycle.subject, thing.id),
        from_status=str(source),
        to_status=str(step.target),
        reason=reason,
        **payload,
    )
    db.add(
        Transition(
            subject_kind=lifecycle.subject,
            subject_id=thing.id,
            step=name,
            from_status=str(source),
            to_status=str(step.target),
            actor_id=actor.id or None,
            party=party,
            at=event.at,
            reason=reason,
            note=note,
            event_id=event.id,
        )
    )
    return step
