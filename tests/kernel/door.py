"""A small thing with a lifecycle, for tests of the kernel without any feature: a door."""

from enum import StrEnum
from typing import Any, ClassVar

from sqlmodel import Field, SQLModel

from market import outbox
from market.access import Actor, Decision, no
from market.db import Erasing, choice_field, connect, id_field, one_of
from market.lifecycle import Lifecycle, Step
from market.transitions import Transition


class State(StrEnum):
    SHUT = "shut"
    OPEN = "open"
    GONE = "gone"


def _parties(actor: Actor, door: Any) -> frozenset[str]:
    return frozenset({"system"} if actor.is_system else {"keeper"} if actor.id == door.keeper_id else set())


def _not_at_night(door: Any, facts: Any) -> Decision:
    return no("The door stays shut at night.") if facts == "night" else Decision(True)


LIFECYCLE = Lifecycle(
    "door",
    State.SHUT,
    Step("open", (State.SHUT,), State.OPEN, ("keeper", "system"), "door.opened", guard=_not_at_night),
    Step("shut", (State.OPEN,), State.SHUT, ("keeper",), "door.shut"),
    Step("take_out", (State.SHUT, State.OPEN), State.GONE, ("keeper",), "door.gone", reasoned=True),
    parties=_parties,
)


class Door(SQLModel, table=True):
    __tablename__ = "probe_door"
    __table_args__ = (one_of("status", State),)
    LIFECYCLE: ClassVar[Lifecycle] = LIFECYCLE

    id: int = id_field()
    keeper_id: int = 7
    status: State = choice_field(State, default=State.SHUT)
    opened_count: int = 0
    colour: str = Field(default="green")


_TABLE = Door.__table__  # type: ignore[attr-defined]
SQLModel.metadata.remove(_TABLE)  # no part of the site's schema
_KERNEL = [m.__table__ for m in (Erasing, outbox.Event, outbox.Undelivered, outbox.Delivery, Transition)]  # type: ignore[attr-defined]


def set_up(url: str) -> None:
    """The kernel's own tables, and one shut door."""
    engine = connect(url)
    SQLModel.metadata.create_all(engine, tables=_KERNEL)
    _TABLE.create(engine)
    with engine.begin() as connection:
        connection.execute(
            _TABLE.insert().values(keeper_id=7, status=State.SHUT, opened_count=0, colour="green")
        )
    engine.dispose()
