"""Whoever follows the log of changes misses nobody, in whatever order transactions end."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, delete, select

from market.db import connect, transaction
from market.evidence.models import MatchChange
from market.evidence.service import tell_indexes
from market.matching import changes
from tests.matching.transactions import outlast
from tests.support.databases import Databases
from tests.support.world import NOW, World, settle


def people(db: Session, place: int) -> list[int]:
    return [row.person_id for seen in changes.all_since(db, place) for row in seen.rows]


def rest(engine: Engine, place: int) -> list[int]:
    """The people to be read again after a place, once all that were about to write have done so."""
    outlast(engine)
    with transaction(engine, write=False) as db:
        return people(db, changes.since(db, place).place)


@pytest.fixture
def postgres(postgres_server: Databases) -> Iterator[Engine]:
    url = postgres_server.new_database(postgres_server.template_from(settle))
    engine = connect(url)
    yield engine
    engine.dispose()
    postgres_server.drop(url)


@contextmanager
def opened(engine: Engine) -> Iterator[Session]:
    """A transaction that is ended by hand."""
    with Session(engine.execution_options(write=True)) as db:
        yield db


@pytest.mark.postgres
def test_a_lower_number_that_is_committed_later_is_not_skipped(postgres: Engine) -> None:
    with transaction(postgres, write=False) as db:
        begin = changes.now(db)
    with opened(postgres) as slow, opened(postgres) as quick:
        tell_indexes(slow, 101)
        tell_indexes(quick, 102)
        quick.commit()
        with transaction(postgres, write=False) as db:
            first = changes.since(db, begin)
            numbers = db.exec(select(MatchChange.seq, MatchChange.person_id)).all()
        assert [row.person_id for row in first.rows] == [102], "what is there is seen at once"
        slow.commit()
    with transaction(postgres, write=False) as db:
        second = changes.since(db, first.place)
        highest = {p: s for s, p in db.exec(select(MatchChange.seq, MatchChange.person_id))}
    assert {row.person_id for row in second.rows} == {101, 102}, "and again until the place has passed it"
    assert highest[101] < max(seq for seq, _ in numbers), "by the highest number alone it would be lost"
    assert rest(postgres, second.place) == []


@pytest.mark.postgres
def test_numbers_taken_against_the_order_of_transactions_are_not_skipped(postgres: Engine) -> None:
    """The transaction that began first takes the higher number and is over first."""
    with opened(postgres) as first, opened(postgres) as second:
        tell_indexes(first, 1)
        tell_indexes(second, 2)
        tell_indexes(first, 3)
        first.commit()
        with transaction(postgres, write=False) as db:
            seen = changes.since(db, 0)
        assert [row.person_id for row in seen.rows] == [1, 3]
        second.commit()
    with transaction(postgres, write=False) as db:
        assert 2 in people(db, seen.place)


@pytest.mark.postgres
def test_what_is_rolled_back_is_never_seen_and_holds_nothing_up(postgres: Engine) -> None:
    with opened(postgres) as db:
        tell_indexes(db, 7)
        db.rollback()
    with transaction(postgres, write=True) as db:
        tell_indexes(db, 8)
    with transaction(postgres, write=False) as db:
        seen = changes.since(db, 0)
        assert [row.person_id for row in seen.rows] == [8]
    assert rest(postgres, seen.place) == []


def test_changes_are_read_in_order_a_few_at_a_time(make: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "BATCH", 2)
    with make.read() as db:
        begin = changes.now(db)
    for person in (5, 6, 7, 5, 9):
        with make.write() as db:
            tell_indexes(db, person)
    with make.read() as db:
        seen = [one.rows for one in changes.all_since(db, begin)]
        monkeypatch.setattr(changes, "BATCH", 5000)
        assert people(db, begin) == [5, 6, 7, 5, 9]
    outlast(make.engine)
    with make.read() as db:
        assert people(db, changes.now(db)) == []
    assert sum(map(len, seen)) == 5


def test_the_log_forgets_its_oldest_and_an_index_behind_that_is_told(
    make: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make.read() as db:
        begin = changes.now(db)
        before = changes.fingerprint(db, begin)
    for person in range(1, 20):
        with make.write() as db:
            tell_indexes(db, person)
    with make.write() as db:
        assert changes.tidy(db, NOW) == 0
        assert changes.fingerprint(db, begin) == before, "what comes later does not matter"
        monkeypatch.setattr(changes, "KEEP", 5)
        assert changes.tidy(db, NOW) > 0
        assert len(db.exec(select(MatchChange)).all()) == 5
        assert changes.fingerprint(db, begin) == "", "it no longer reaches back so far"


def test_a_log_of_another_database_has_another_fingerprint(make: World) -> None:
    with make.write() as db:
        for person in (1, 2, 3):
            tell_indexes(db, person)
    with make.read() as db:
        here = changes.now(db)
        before = changes.fingerprint(db, here)
    with make.write() as db:
        db.exec(delete(MatchChange))
        for person in (3, 2, 1):
            db.add(MatchChange(seq=person, person_id=4 - person, xact=1))
    with make.read() as db:
        assert changes.fingerprint(db, here) != before


@pytest.mark.postgres
def test_changes_from_another_servers_copy_are_forgotten(postgres: Engine) -> None:
    with transaction(postgres, write=True) as db:
        db.add(MatchChange(person_id=1, xact=2**50))
        tell_indexes(db, 2)
    with transaction(postgres, write=True) as db:
        assert changes.tidy(db, NOW) == 1
        assert db.exec(select(MatchChange.person_id)).all() == [2]
