"""A programme's days as one line: what is overdue, now, next and done. Pure: values in, entries out."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

SOON = timedelta(days=7)


class State(StrEnum):
    OVERDUE = "overdue"
    NOW = "now"
    NEXT = "next"
    DONE = "done"
    GONE = "gone"  # missed, moved, taken out: it is over without being done


class What(StrEnum):
    """What kind of day it is."""

    LEARN = "learn"
    SESSION = "session"
    TASK = "task"
    CAPSTONE = "capstone"


class Thing(NamedTuple):
    """Something with a day, or without one yet."""

    what: What
    title: str
    on: date | None
    is_done: bool = False
    is_over: bool = False  # it will not happen, and nothing is owed
    is_begun: bool = False
    link: str = ""
    note: str = ""


class Entry(NamedTuple):
    thing: Thing
    state: State


def state_of(thing: Thing, today: date) -> State:
    """A thing is now from seven days before its day, or once it was begun."""
    if thing.is_done:
        return State.DONE
    if thing.is_over:
        return State.GONE
    if thing.on is not None and thing.on < today:
        return State.OVERDUE
    if thing.is_begun or (thing.on is not None and thing.on - SOON <= today):
        return State.NOW
    return State.NEXT


def line(things: Iterable[Thing], today: date) -> list[Entry]:
    """In the order of their days; what has none yet stands at the end, in the order given."""
    ordered = sorted(enumerate(things), key=lambda pair: (pair[1].on or date.max, pair[0]))
    return [Entry(thing, state_of(thing, today)) for _n, thing in ordered]


def counted(entries: Iterable[Entry]) -> dict[State, int]:
    """How many stand in each state, for the line above the list."""
    found = dict.fromkeys(State, 0)
    for entry in entries:
        found[entry.state] += 1
    return found
