"""One sweep asks each timer in turn, and the worker goes round and round whatever fails."""

import logging
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from market import clock, outbox, timers, worker
from market.db import transaction
from market.web.submission import Submission, claim, sweep
from tests.kernel.door import Door
from tests.support.world import NOW, Standing, World


def more(db: Session, now: datetime) -> int:
    db.connection().execute(text("UPDATE probe_door SET opened_count = opened_count + 1"))
    return 1


def broken(db: Session, now: datetime) -> int:
    more(db, now)
    raise RuntimeError("the timer is broken")


def counted(engine: Engine) -> int:
    with transaction(engine, write=False) as db:
        return db.get_one(Door, 1).opened_count


def test_a_timer_that_fails_keeps_nothing_and_stops_no_other(
    house: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    assert timers.sweep(house, (more, broken, partial(broken), more)) == 2
    assert counted(house) == 2
    assert [r.message for r in caplog.records] == ["timer failed", "timer failed"]
    assert "test_timers.broken" in str(caplog.records[0].__dict__["timer"])


def test_a_timer_is_told_the_time_of_the_clock(house: Engine, standing_clock: Standing) -> None:
    told: list[datetime] = []
    timers.sweep(house, (lambda db, now: told.append(now) or 0,))
    assert told == [NOW]


def test_while_one_worker_runs_a_timer_another_leaves_it_alone(house: Engine) -> None:
    meanwhile: list[int] = []

    def slow(db: Session, now: datetime) -> int:
        if house.dialect.name == "postgresql":  # on SQLite the other worker waits until this one is done
            meanwhile.append(timers.sweep(house, (slow, more)))
        return 1

    for _ in range(2):
        assert timers.sweep(house, (slow,)) == 1
    assert meanwhile == ([1, 1] if house.dialect.name == "postgresql" else [])


def test_every_timer_may_run_again_at_once_without_doing_more(make: World) -> None:
    make.sweep()
    before = len(make.events())
    assert timers.sweep(make.engine) == 0
    assert len(make.events()) == before


def test_forms_that_were_sent_are_forgotten_after_seven_days(make: World) -> None:
    with make.write() as db:
        assert claim(db, "old", 1, "x")
    clock.move(timedelta(days=6))
    with make.write() as db:
        assert claim(db, "new", 1, "x")
        assert sweep(db, clock.now()) == 0
    clock.move(timedelta(days=2))
    timers.sweep(make.engine)
    with make.read() as db:
        assert db.get(Submission, "old") is None
        assert db.get(Submission, "new") is not None


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a round of the worker did, in order."""
    did: list[str] = []

    def drain(engine: Engine, leads_to: outbox.LeadsTo) -> int:
        did.append("deliveries")
        return 2

    def sweep_timers(engine: Engine) -> int:
        did.append("timers")
        return 3

    monkeypatch.setattr(worker.outbox, "drain", drain)
    monkeypatch.setattr(worker.timers, "sweep", sweep_timers)
    return did


def test_a_round_delivers_sweeps_and_runs_the_errands(
    house: Engine, rounds: list[str], standing_clock: Standing
) -> None:
    one = worker.Worker(house, errands=(lambda engine: rounds.append("mail") or 5,))
    assert one.once() == 10
    assert rounds == ["deliveries", "timers", "mail"]


def test_the_timers_run_every_half_minute_also_when_the_clock_is_put_back(
    house: Engine, rounds: list[str], standing_clock: Standing
) -> None:
    one = worker.Worker(house)
    one.once()
    standing_clock.move(seconds=29)
    one.once()
    assert rounds.count("timers") == 1
    standing_clock.move(seconds=1)
    one.once()
    assert rounds.count("timers") == 2
    standing_clock.move(days=-3)
    one.once()
    assert rounds.count("timers") == 3


def test_a_part_of_a_round_that_fails_holds_up_no_other(
    house: Engine,
    rounds: list[str],
    standing_clock: Standing,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def no_drain(engine: Engine, leads_to: outbox.LeadsTo) -> int:
        raise RuntimeError("no database")

    def no_mail(engine: Engine) -> int:
        raise RuntimeError("no mail server")

    monkeypatch.setattr(worker.outbox, "drain", no_drain)
    one = worker.Worker(house, errands=(no_mail, lambda engine: rounds.append("other") or 1))
    assert one.once() == 4
    assert rounds == ["timers", "other"]
    assert [r.__dict__["part"] for r in caplog.records] == ["deliveries", "no_mail"]


def test_a_worker_goes_on_until_it_is_stopped(house: Engine, rounds: list[str]) -> None:
    import threading

    enough = threading.Event()

    def errand(engine: Engine) -> int:
        if rounds.count("deliveries") >= 3:
            enough.set()
        return 0

    one = worker.Worker(house, errands=(errand,), pause=0.001)
    one.start()
    assert enough.wait(10)
    one.stop()
    done = len(rounds)
    assert one._thread is not None
    assert not one._thread.is_alive()
    assert len(rounds) == done


def test_a_round_that_breaks_altogether_is_followed_by_the_next(
    house: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    one = worker.Worker(house, pause=0.001)
    tries: list[int] = []

    def once() -> int:
        tries.append(1)
        if len(tries) == 3:
            one._stop.set()
        raise RuntimeError("all is broken")

    monkeypatch.setattr(one, "once", once)
    one.run()
    assert len(tries) == 3
    assert [r.message for r in caplog.records] == ["worker round failed"] * 3
