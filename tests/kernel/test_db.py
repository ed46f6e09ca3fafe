"""The database: one unit of work, columns that refuse what they cannot mean, tables that only grow."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool
from sqlmodel import Field, Session, SQLModel, select

from market.db import (
    append_only,
    choice_field,
    connect,
    hold,
    id_field,
    instant_field,
    new_public_id,
    one_of,
    public_id_field,
    transaction,
)
from market.errors import NotFound
from tests.support.client import Client, words
from tests.support.databases import Databases, SqliteFiles
from tests.support.faults import Failure, failing_at


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Probe(SQLModel, table=True):
    __tablename__ = "probe"
    __table_args__ = (one_of("colour", Colour),)
    id: int = id_field()
    public_id: str = public_id_field()
    name: str = Field(default="", unique=True)
    colour: Colour = choice_field(Colour, default=Colour.RED)
    at: datetime | None = instant_field(nullable=True)


class Ledger(SQLModel, table=True):
    __tablename__ = "probe_ledger"
    id: int = id_field()
    words: str = ""


class Diary(SQLModel, table=True):
    __tablename__ = "probe_diary"
    id: int = id_field()
    words: str = ""


append_only(Ledger)
append_only(Diary, erasable=True)
_MINE = [m.__table__ for m in (Probe, Ledger, Diary)]  # type: ignore[attr-defined]
for one in _MINE:
    SQLModel.metadata.remove(one)  # no part of the site's schema


def _tables(url: str) -> None:
    engine = connect(url)
    SQLModel.metadata.create_all(engine, tables=[SQLModel.metadata.tables["erasing"]])
    for table in _MINE:
        table.create(engine)
    engine.dispose()


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    url = databases.new_database(databases.template_from(_tables))
    engine = connect(url, pool_size=2)
    yield engine
    engine.dispose()
    databases.drop(url)


@pytest.fixture
def sqlite(sqlite_files: SqliteFiles) -> Iterator[Engine]:
    url = sqlite_files.new_database(sqlite_files.template_from(_tables))
    engine = connect(url, pool_size=2)
    yield engine
    engine.dispose()
    sqlite_files.drop(url)


def names(engine: Engine) -> list[str]:
    with transaction(engine, write=False) as db:
        return sorted(db.exec(select(Probe.name)))


def test_a_write_is_kept_and_a_read_is_rolled_back(engine: Engine) -> None:
    with transaction(engine, write=True) as db:
        db.add(Probe(name="kept"))
    with transaction(engine, write=False) as db:
        db.add(Probe(name="not kept"))
        db.flush()
    assert names(engine) == ["kept"]


def test_an_error_leaves_nothing_of_a_write(engine: Engine) -> None:
    def fail_half_way() -> None:
        with transaction(engine, write=True) as db:
            db.add(Probe(name="half"))
            db.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert names(engine) == []


def test_what_was_kept_can_be_read_after_the_commit_without_another_look(engine: Engine) -> None:
    with transaction(engine, write=True) as db:
        made = Probe(name="one")
        db.add(made)
    assert (made.name, made.colour, made.id) == ("one", Colour.RED, 1)


def test_a_row_is_held_as_it_is_now_and_one_that_is_gone_is_said_to_be(engine: Engine) -> None:
    with transaction(engine, write=True) as db:
        seen = Probe(name="before")
        db.add(seen)
    with transaction(engine, write=True) as db:
        db.get_one(Probe, seen.id).name = "now"
    with transaction(engine, write=True) as db:
        db.add(seen)
        hold(db, seen)
        assert seen.name == "now"
    with transaction(engine, write=True) as db:
        db.delete(db.get_one(Probe, seen.id))
    with transaction(engine, write=True) as db:
        db.add(seen)
        with pytest.raises(NotFound, match="threw this away"):
            hold(db, seen)


@pytest.mark.parametrize(("write", "begins"), [(True, "BEGIN IMMEDIATE"), (False, "BEGIN")])
def test_a_write_on_sqlite_locks_at_its_beginning_and_a_read_does_not(
    sqlite: Engine, write: bool, begins: str
) -> None:
    said: list[str] = []
    with transaction(sqlite, write=write) as db:
        raw = db.connection().connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        other = sqlite3.connect(sqlite.url.database or "", timeout=0)
        try:
            other.execute("BEGIN IMMEDIATE")
            said.append("free")
        except sqlite3.OperationalError as error:
            said.append(str(error))
        other.close()
    assert said == (["database is locked"] if write else ["free"]), begins


def test_sqlite_keeps_what_it_acknowledged_and_holds_keys_to_their_rows(sqlite: Engine) -> None:
    with sqlite.connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout", "recursive_triggers")
        }
    assert asked == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "busy_timeout": 5000,
        "recursive_triggers": 1,
    }


def test_an_instant_comes_back_as_the_same_instant_in_utc(engine: Engine) -> None:
    tokyo = datetime(2026, 3, 29, 9, 30, 1, 123456, tzinfo=timezone(timedelta(hours=9)))
    with transaction(engine, write=True) as db:
        db.add(Probe(name="one", at=tokyo))
    with transaction(engine, write=False) as db:
        found = db.exec(select(Probe.at)).one()
    assert found == tokyo
    assert found is not None
    assert found.tzinfo is UTC or found.utcoffset() == timedelta(0)


def test_an_instant_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="needs a time zone"), transaction(engine, write=True) as db:
        db.add(Probe(name="one", at=datetime(2026, 3, 29, 9, 30)))  # noqa: DTZ001


def test_a_choice_is_kept_by_its_value_and_comes_back_as_itself(engine: Engine) -> None:
    with transaction(engine, write=True) as db:
        db.add(Probe(name="one", colour=Colour.GREEN))
    with transaction(engine, write=False) as db:
        assert db.connection().execute(text("SELECT colour FROM probe")).scalar() == "green"
        assert db.exec(select(Probe.colour)).one() is Colour.GREEN


def test_a_word_that_is_no_choice_is_refused_by_the_type_and_by_the_database(engine: Engine) -> None:
    with pytest.raises(StatementError, match="blue"), transaction(engine, write=True) as db:
        db.add(Probe(name="one", colour="blue"))  # type: ignore[arg-type]
    with pytest.raises(IntegrityError, match="ck_probe_colour_known"), transaction(engine, write=True) as db:
        db.connection().execute(text("INSERT INTO probe (public_id, name, colour) VALUES ('x', 'y', 'blue')"))


_UPSERT = "INSERT INTO {0} (id, words) VALUES (1, 'new') ON CONFLICT (id) DO UPDATE SET words = 'new'"
_CHANGES = {
    "sqlite": ("INSERT OR REPLACE INTO {0} (id, words) VALUES (1, 'new')", _UPSERT),
    "postgresql": ("TRUNCATE {0}", _UPSERT),
}


@pytest.mark.parametrize("table", ["probe_ledger", "probe_diary"])
def test_an_append_only_table_refuses_every_way_to_change_a_row(engine: Engine, table: str) -> None:
    with transaction(engine, write=True) as db:
        db.add_all([Ledger(words="old"), Diary(words="old")])
    for way in ("UPDATE {0} SET words = 'new'", "DELETE FROM {0}", *_CHANGES[engine.dialect.name]):
        with pytest.raises(DBAPIError, match="append-only"), transaction(engine, write=True) as db:
            db.connection().execute(text(way.format(table)))
    with transaction(engine, write=False) as db:
        assert db.connection().execute(text(f"SELECT words FROM {table}")).scalars().all() == ["old"]


def test_an_erasure_may_delete_from_the_tables_that_allow_it_and_from_no_other(engine: Engine) -> None:
    with transaction(engine, write=True) as db:
        db.add_all([Ledger(words="old"), Diary(words="old")])

    def erase(table: str, how: str) -> None:
        with transaction(engine, write=True) as db:
            db.connection().execute(text("INSERT INTO erasing (id) VALUES (1)"))
            db.connection().execute(text(how.format(table)))
            db.connection().execute(text("DELETE FROM erasing"))

    erase("probe_diary", "DELETE FROM {0}")
    with pytest.raises(DBAPIError, match="append-only"):
        erase("probe_ledger", "DELETE FROM {0}")
    with transaction(engine, write=True) as db:
        db.add(Diary(words="again"))
    with pytest.raises(DBAPIError, match="append-only"):
        erase("probe_diary", "UPDATE {0} SET words = 'new'")


def test_what_people_wrote_does_not_stand_in_error_messages(engine: Engine) -> None:
    with transaction(engine, write=True) as db:
        db.add(Probe(name="amara@example.org"))
    with pytest.raises(IntegrityError) as refused, transaction(engine, write=True) as db:
        db.add(Probe(name="amara@example.org"))
    assert "amara" not in str(refused.value).split("DETAIL")[0]
    assert "[parameters" not in str(refused.value) or "hidden" in str(refused.value)


def test_public_ids_have_sixteen_characters_and_do_not_repeat() -> None:
    made = {new_public_id() for _ in range(2000)}
    assert len(made) == 2000
    assert all(len(one) == 16 and one.isalnum() and one == one.lower() for one in made)


def test_who_finds_no_connection_is_told_within_two_seconds_and_none_is_lost(sqlite: Engine) -> None:
    engine, held = sqlite, [sqlite.connect() for _ in range(2)]
    assert isinstance(engine.pool, QueuePool)
    assert engine.pool.timeout() == 2
    with pytest.raises(PoolTimeout), transaction(engine, write=False) as db:
        db.connection()
    for one in held:
        one.close()
    for _ in range(5):  # all of them are there again
        with transaction(engine, write=False) as db, transaction(engine, write=False) as more:
            assert db.connection().execute(text("SELECT 1")).scalar() == 1
            assert more.connection().execute(text("SELECT 1")).scalar() == 1


def test_a_site_without_a_free_connection_answers_503_and_recovers(
    clients: Callable[..., Client],
) -> None:
    browser = clients()
    pool = browser.engine.pool
    held = [browser.engine.connect() for _ in range(8)]
    answer = browser.get("/healthz")
    assert answer.status_code == 503
    assert "Many people are here at once" in words(answer)
    for one in held:
        one.close()
    assert browser.get("/healthz").status_code == 200
    assert pool.checkedout() == 0  # type: ignore[attr-defined]


def test_failed_transactions_give_their_connections_back(engine: Engine) -> None:
    def fail(n: int) -> None:
        with transaction(engine, write=n % 2 == 0) as db:
            db.connection().execute(text("SELECT nothing FROM nowhere" if n % 3 else "SELECT 1"))
            raise ZeroDivisionError

    for n in range(10):
        with pytest.raises((ZeroDivisionError, DBAPIError)):
            fail(n)
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    with transaction(engine, write=True) as db:
        db.add(Probe(name="after"))
    assert names(engine) == ["after"]


def test_a_session_sees_its_own_writes_before_the_commit(engine: Engine) -> None:
    with transaction(engine, write=True) as db:
        assert isinstance(db, Session)
        db.add(Probe(name="one"))
        assert db.exec(select(Probe.name)).all() == ["one"]


def test_a_commit_that_fails_keeps_nothing_and_leaves_no_lock_behind(engine: Engine) -> None:
    def add(name: str) -> None:
        with transaction(engine, write=True) as db:
            db.add(Probe(name=name))

    for _ in range(3):
        with failing_at(engine, 0) as told:
            add("kept")
        with transaction(engine, write=True) as db:
            db.connection().execute(text("DELETE FROM probe"))
        with failing_at(engine, told.seen) as struck, pytest.raises(Failure):
            add("lost")
        assert struck.statement == "COMMIT"
        assert names(engine) == []
    other = connect(engine.url.render_as_string(hide_password=False))  # a second process, which must not wait
    with transaction(other, write=True) as db:
        db.add(Probe(name="other"))
    other.dispose()
    add("after")
    assert names(engine) == ["after", "other"]
