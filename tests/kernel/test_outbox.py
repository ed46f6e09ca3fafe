"""The outbox: what happened is told to each subscriber once, whatever fails in between."""

import contextlib
import logging
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

from market import clock, outbox
from market.access import VISITOR, Actor
from market.db import transaction
from market.outbox import Delivery, DeliveryStatus, Event, LeadsTo
from tests.kernel.door import Door
from tests.support.faults import Fault, failing_at
from tests.support.world import NOW, Standing


@pytest.fixture(autouse=True)
def _standing(standing_clock: Standing) -> None:
    """Pauses are measured on a clock that is moved by hand."""


def count_one(db: Session, event: Event) -> None:
    """A reaction that leaves a trace in the same transaction."""
    db.connection().execute(text("UPDATE probe_door SET opened_count = opened_count + 1"))


def count_ten(db: Session, event: Event) -> None:
    db.connection().execute(text("UPDATE probe_door SET opened_count = opened_count + 10"))


def poison(db: Session, event: Event) -> None:
    count_one(db, event)
    raise RuntimeError(f"event {event.id} cannot be swallowed")


BOTH: LeadsTo = {"bell.rung": (count_one, count_ten), "bell.silent": ()}
POISON: LeadsTo = {"bell.rung": (poison, count_ten)}


def ring(engine: Engine, times: int = 1, name: str = "bell.rung") -> None:
    with transaction(engine, write=True) as db:
        for _ in range(times):
            outbox.announce(db, name, Actor(id=7), subject=("bell", 1), ring_id=3)


def counted(engine: Engine) -> int:
    with transaction(engine, write=False) as db:
        return db.get_one(Door, 1).opened_count


def deliveries(engine: Engine) -> list[Delivery]:
    with transaction(engine, write=False) as db:
        return list(db.exec(select(Delivery).order_by(col(Delivery.id))))


def backlog(engine: Engine) -> dict[str, int]:
    with transaction(engine, write=False) as db:
        return outbox.backlog(db)


def test_each_subscriber_of_an_event_reacts_once(house: Engine) -> None:
    ring(house, 3)
    ring(house, name="bell.silent")
    assert backlog(house) == {"undelivered": 4, "pending": 0, "dead": 0}
    assert outbox.drain(house, BOTH) == 6
    assert counted(house) == 33
    assert outbox.drain(house, BOTH) == 0
    assert counted(house) == 33
    assert backlog(house) == {"undelivered": 0, "pending": 0, "dead": 0}
    assert {(d.status, d.attempts) for d in deliveries(house)} == {(DeliveryStatus.DONE, 1)}


def test_what_is_not_committed_did_not_happen(house: Engine) -> None:
    def ring_and_fail() -> None:
        with transaction(house, write=True) as db:
            outbox.announce(db, "bell.rung")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ring_and_fail()
    assert outbox.drain(house, BOTH) == 0
    assert counted(house) == 0


def test_an_event_carries_who_what_and_ids(house: Engine) -> None:
    ring(house)
    with transaction(house, write=True) as db:
        outbox.announce(db, "bell.rung", VISITOR)
    with transaction(house, write=False) as db:
        first, second = db.exec(select(Event).order_by(col(Event.id))).all()
    assert (first.actor_id, first.subject_kind, first.subject_id, first.payload) == (
        7,
        "bell",
        1,
        {"ring_id": 3},
    )
    assert first.at == NOW
    assert second.actor_id is None


def test_a_failed_delivery_is_tried_five_times_with_growing_pauses_and_then_set_aside(
    house: Engine, standing_clock: Standing
) -> None:
    ring(house)
    pauses = []
    for _ in range(4):
        outbox.drain(house, POISON)
        failed = deliveries(house)[0]
        assert failed.status is DeliveryStatus.PENDING
        pauses.append(failed.due_at - clock.now())
        outbox.drain(house, POISON)
        assert deliveries(house)[0].attempts == failed.attempts, "not before its time"
        standing_clock.move(seconds=pauses[-1].total_seconds())
    assert pauses == [timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1)]
    outbox.drain(house, POISON)
    dead, other = deliveries(house)
    assert (dead.status, dead.attempts) == (DeliveryStatus.DEAD, 5)
    assert dead.last_error == "RuntimeError: event 1 cannot be swallowed"
    standing_clock.move(days=9)
    assert outbox.drain(house, POISON) == 0
    assert other.status is DeliveryStatus.DONE
    assert counted(house) == 10, "the others went on, and nothing of the failed one was kept"
    assert backlog(house) == {"undelivered": 0, "pending": 0, "dead": 1}


def test_an_error_that_quotes_a_row_is_kept_without_it(house: Engine) -> None:
    def quotes(db: Session, event: Event) -> None:
        raise RuntimeError("duplicate key\nDETAIL: Key (address)=(amara@example.org) is there already")

    ring(house)
    outbox.drain(house, {"bell.rung": (quotes,)})
    assert deliveries(house)[0].last_error == "RuntimeError: duplicate key"


def test_a_dead_delivery_gets_its_tries_back(house: Engine, standing_clock: Standing) -> None:
    ring(house)
    for _ in range(5):
        outbox.drain(house, POISON)
        standing_clock.move(hours=2)
    with transaction(house, write=True) as db:
        outbox.revive(db, db.exec(select(Delivery).where(Delivery.status == DeliveryStatus.DEAD)).one())
    revived = deliveries(house)[0]
    assert (revived.status, revived.attempts, revived.last_error) == (DeliveryStatus.PENDING, 0, None)
    mended: LeadsTo = {"bell.rung": (count_ten,), "mended": (_as_poison(),)}
    outbox.drain(house, mended)
    assert deliveries(house)[0].status is DeliveryStatus.DONE
    assert counted(house) == 11


def _as_poison() -> outbox.Subscriber:
    """The subscriber of that name after someone mended it."""

    def mended(db: Session, event: Event) -> None:
        count_one(db, event)

    mended.__module__, mended.__name__ = poison.__module__, poison.__name__
    return mended


def test_a_subscriber_that_is_not_there_any_more_is_counted_as_a_failure_and_stops_nobody(
    house: Engine,
) -> None:
    ring(house)
    outbox.share_out(house, POISON)
    outbox.drain(house, {"bell.rung": (count_ten,)})
    gone, other = deliveries(house)
    assert gone.last_error is not None
    assert gone.last_error.startswith("KeyError")
    assert other.status is DeliveryStatus.DONE


def test_many_poisoned_events_do_not_hold_up_a_good_one(house: Engine) -> None:
    ring(house, 20)
    with transaction(house, write=True) as db:
        outbox.announce(db, "bell.good")
    outbox.drain(house, {"bell.rung": (poison,), "bell.good": (count_ten,)})
    assert counted(house) == 10


def test_a_clock_that_is_put_back_delays_no_delivery(house: Engine) -> None:
    ring(house)
    clock.stand_at(NOW - timedelta(hours=5))
    assert outbox.drain(house, BOTH) == 2


def test_more_events_than_one_share_are_all_made(house: Engine) -> None:
    ring(house, 7)
    assert outbox.share_out(house, BOTH, limit=3) == 3
    assert outbox.drain(house, BOTH, most=5) == 5
    assert outbox.drain(house, BOTH) == 9
    assert counted(house) == 77


def at_once(job: Callable[[], Any], threads: int) -> list[BaseException]:
    """Run the job in threads that begin together; the errors it raised."""
    gate, errors = threading.Barrier(threads), list[BaseException]()

    def run() -> None:
        gate.wait()
        try:
            job()
        except BaseException as error:
            errors.append(error)

    crew = [threading.Thread(target=run) for _ in range(threads)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    return errors


def test_six_workers_at_once_make_each_delivery_once(house: Engine) -> None:
    ring(house, 25)
    assert at_once(lambda: outbox.drain(house, BOTH), 6) == []
    outbox.drain(house, BOTH)  # what one had locked, another may have passed by
    made = Counter((d.event_id, d.subscriber) for d in deliveries(house))
    assert len(made) == 50
    assert set(made.values()) == {1}
    assert {d.attempts for d in deliveries(house)} == {1}
    assert counted(house) == 25 * 11


def test_a_delivery_that_another_worker_made_meanwhile_stays_made(house: Engine) -> None:
    ring(house)
    outbox.drain(house, {"bell.rung": (count_ten,)})
    outbox._failed(house, deliveries(house)[0].id, RuntimeError("late news"))
    (kept,) = deliveries(house)
    assert (kept.status, kept.attempts, kept.last_error) == (DeliveryStatus.DONE, 1, None)


def test_a_worker_that_dies_at_any_statement_loses_nothing_and_doubles_nothing(
    house: Engine, standing_clock: Standing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    rounds, died = 0, True
    while died:
        ring(house)
        rounds += 1
        with failing_at(house, rounds, dies=True) as fault, contextlib.suppress(Fault):
            outbox.drain(house, BOTH)
        died = fault.hit
        standing_clock.move(hours=2)
        outbox.drain(house, BOTH)
        assert counted(house) == rounds * 11, f"killed at statement {rounds}"
    assert rounds > 10
    assert all(d.status is DeliveryStatus.DONE for d in deliveries(house))
