"""Work beside the worker: a thread begins when something is due, and one that breaks holds up nothing."""

import logging
import threading

import pytest
from sqlalchemy import Engine

from market.beside import Beside, Kind


class Heap:
    """Things to do, taken one by one; `done` is what was taken, by which thread."""

    def __init__(self, *left: str) -> None:
        self.left, self.done = list(left), list[tuple[str, str]]()
        self.kind = Kind(lambda db: bool(self.left), self._next)

    def _next(self, engine: Engine) -> bool:
        one = self.left.pop(0)
        self.done.append((one, threading.current_thread().name))
        if one == "broken":
            raise RuntimeError("this one is broken")
        return True


def ended(one: Beside) -> None:
    assert one._thread is not None
    one._thread.join()


def test_no_thread_begins_where_nothing_is_due(house: Engine) -> None:
    idle = Beside("idle", (Heap().kind, Heap().kind))
    assert idle(house) == 0
    assert idle._thread is None
    assert Beside("of nothing", ())(house) == 0


def test_what_is_due_of_any_kind_is_done_beside_the_worker(house: Engine) -> None:
    nothing, heap = Heap(), Heap("one", "two")
    beside = Beside("heap", (nothing.kind, heap.kind))
    assert beside(house) == 0, "the worker need not hurry back"
    ended(beside)
    assert heap.done == [("one", "heap"), ("two", "heap")]
    beside(house)
    assert beside._thread is not None
    assert not beside._thread.is_alive(), "the same one, which is over"


def test_one_thread_at_a_time(house: Engine) -> None:
    goes_on, begun = threading.Event(), threading.Event()

    def waits(engine: Engine) -> bool:
        begun.set()
        return not goes_on.wait(60)

    beside = Beside("slow", (Kind(lambda db: True, waits),))
    beside(house)
    assert begun.wait(60)
    first = beside._thread
    beside(house)
    assert beside._thread is first
    goes_on.set()
    ended(beside)


def test_a_round_takes_so_many_of_each_kind(house: Engine) -> None:
    many, other = Heap(*"abcdefg"), Heap(*"xy")
    assert Beside("round", (many.kind, other.kind)).run(house, most=3) == 5
    assert [what for what, _who in many.done] == ["a", "b", "c"]


def test_what_somebody_else_took_first_ends_the_kind(house: Engine) -> None:
    taken = Kind(lambda db: True, lambda engine: False)
    assert Beside("late", (taken,)).run(house) == 0


def test_one_that_breaks_is_logged_and_the_next_round_goes_on(
    house: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    heap = Heap("broken", "whole")
    beside = Beside("heap", (heap.kind,))
    with caplog.at_level(logging.ERROR):
        beside(house)
        ended(beside)
    assert [one.__dict__["part"] for one in caplog.records] == ["heap"]
    beside(house)
    ended(beside)
    assert heap.left == []


def test_what_is_closed_takes_up_nothing_more(house: Engine) -> None:
    heap = Heap("one")
    beside = Beside("heap", (heap.kind,))
    beside.close()
    beside(house)
    assert (beside.run(house), heap.left, beside._thread) == (0, ["one"], None)
