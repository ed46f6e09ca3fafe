"""The one place that changes a status: all of it happens, or none."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from market.access import SYSTEM, VISITOR, Actor
from market.db import transaction
from market.errors import Conflict, Forbidden, Invalid, MarketError
from market.outbox import Event, Undelivered
from market.transitions import Transition, may_take, open_steps, take
from tests.kernel.door import Door, State

KEEPER = Actor(id=7)
GUEST = Actor(id=8)


def do(engine: Engine, actor: Actor, name: str, **more: Any) -> Door:
    with transaction(engine, write=True) as db:
        door = db.get_one(Door, 1)
        take(db, actor, door, name, **more)
        return door


def state(engine: Engine) -> Door:
    with transaction(engine, write=False) as db:
        return db.get_one(Door, 1)


def rows(engine: Engine, model: Any) -> list[Any]:
    with transaction(engine, write=False) as db:
        return list(db.exec(select(model).order_by(*model.__table__.primary_key)))


def test_a_step_moves_the_row_keeps_who_and_why_and_announces_it(house: Engine) -> None:
    changed = do(
        house,
        KEEPER,
        "open",
        reason="warm",
        note="It was hot in here.",
        changes={"opened_count": 1, "colour": "red"},
        visit_id=12,
    )
    assert (changed.status, changed.opened_count, changed.colour) == (State.OPEN, 1, "red"), "also in hand"
    kept = state(house)
    assert (kept.status, kept.opened_count, kept.colour) == (State.OPEN, 1, "red")
    (event,) = rows(house, Event)
    assert (event.name, event.actor_id, event.subject_kind, event.subject_id) == ("door.opened", 7, "door", 1)
    assert (event.from_status, event.to_status, event.reason) == ("shut", "open", "warm")
    assert event.payload == {"visit_id": 12}, "ids only: a person's words stay out of the event"
    (kept_step,) = rows(house, Transition)
    assert (kept_step.step, kept_step.from_status, kept_step.to_status) == ("open", "shut", "open")
    assert (kept_step.actor_id, kept_step.party, kept_step.at) == (7, "keeper", event.at)
    assert (kept_step.reason, kept_step.note) == ("warm", "It was hot in here.")
    assert kept_step.event_id == event.id
    assert [u.event_id for u in rows(house, Undelivered)] == [event.id]


def test_the_system_acts_without_being_a_person(house: Engine) -> None:
    do(house, SYSTEM, "open")
    assert rows(house, Event)[0].actor_id is None
    assert (rows(house, Transition)[0].actor_id, rows(house, Transition)[0].party) == (None, "system")


REFUSED: dict[str, tuple[Actor, str, dict[str, Any], type[MarketError], str]] = {
    "not open in this state": (KEEPER, "shut", {}, Conflict, "it is shut now"),
    "no such step": (KEEPER, "paint", {}, Conflict, "not open any more"),
    "someone else's step": (GUEST, "open", {}, Forbidden, "belongs to someone else"),
    "a visitor": (VISITOR, "open", {}, Forbidden, "belongs to someone else"),
    "the system where only the keeper may": (SYSTEM, "take_out", {"note": "x"}, Forbidden, "someone else"),
    "the guard": (KEEPER, "open", {"facts": "night"}, Forbidden, "stays shut at night"),
    "no reason": (KEEPER, "take_out", {}, Invalid, "Say why"),
    "an empty reason": (KEEPER, "take_out", {"reason": "", "note": ""}, Invalid, "Say why"),
    "a reason of white space": (KEEPER, "take_out", {"note": " \n "}, Invalid, "Say why"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_step_says_why_and_leaves_nothing(house: Engine, case: str) -> None:
    actor, name, more, error, words = REFUSED[case]
    with pytest.raises(error, match=words):
        do(house, actor, name, **more)
    assert state(house).status is State.SHUT
    assert rows(house, Event) == rows(house, Transition) == rows(house, Undelivered) == []


def test_a_missing_reason_is_told_beside_the_field(house: Engine) -> None:
    with pytest.raises(Invalid) as refused:
        do(house, KEEPER, "take_out")
    assert set(refused.value.fields) == {"reason"}


def test_a_note_alone_is_reason_enough(house: Engine) -> None:
    assert do(house, KEEPER, "take_out", note="Rotten.").status is State.GONE


def test_who_comes_second_gets_a_conflict_and_changes_nothing(house: Engine) -> None:
    with transaction(house, write=False) as db:
        stale = db.get_one(Door, 1)
    do(house, KEEPER, "open")

    def second(db: Session) -> None:
        take(db, KEEPER, stale, "open", changes={"opened_count": 99})

    with pytest.raises(Conflict, match="Someone moved first"):
        _in_one(house, second)
    assert state(house).opened_count == 0
    assert len(rows(house, Event)) == len(rows(house, Transition)) == 1


def _in_one(engine: Engine, job: Callable[[Session], None]) -> None:
    with transaction(engine, write=True) as db:
        job(db)


def test_a_step_is_undone_with_everything_when_what_follows_it_fails(house: Engine) -> None:
    def job(db: Session) -> None:
        take(db, KEEPER, db.get_one(Door, 1), "open")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _in_one(house, job)
    assert state(house).status is State.SHUT
    assert rows(house, Event) == rows(house, Transition) == []


def test_several_steps_in_one_transaction_follow_each_other(house: Engine) -> None:
    def job(db: Session) -> None:
        door = db.get_one(Door, 1)
        for name in ("open", "shut", "open"):
            take(db, KEEPER, door, name)
        door.colour = "blue"

    _in_one(house, job)
    assert (state(house).status, state(house).colour) == (State.OPEN, "blue")
    assert [e.name for e in rows(house, Event)] == ["door.opened", "door.shut", "door.opened"]


@pytest.mark.parametrize(
    ("actor", "name", "facts", "words"),
    [
        (KEEPER, "open", None, ""),
        (KEEPER, "open", "night", "The door stays shut at night."),
        (KEEPER, "shut", None, "That is not open while this is shut."),
        (GUEST, "open", None, "That step belongs to the other side."),
        (KEEPER, "take_out", None, ""),
    ],
)
def test_what_a_button_says_is_what_the_step_would_do(
    house: Engine, actor: Actor, name: str, facts: str | None, words: str
) -> None:
    decision = may_take(actor, state(house), name, facts)
    assert (bool(decision), decision.reason) == (not words, words)
    try:
        do(house, actor, name, facts=facts, note="Why not.")
        done = True
    except MarketError:
        done = False
    assert done == bool(decision)


def test_each_party_is_offered_its_own_steps(house: Engine) -> None:
    door = state(house)
    assert [s.name for s in open_steps(KEEPER, door)] == ["open", "take_out"]
    assert [s.name for s in open_steps(SYSTEM, door)] == ["open"]
    assert open_steps(GUEST, door) == []
