"""The database: connecting, one unit of work, and the column types the schema is made of.

A read rolls back at its end; a write begins IMMEDIATE on SQLite (a plain BEGIN would let two writers read first and
then fail each other with "database is locked") and plain on PostgreSQL. Only the request adapter, the worker and the
command line own a transaction; features never commit.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    event,
    literal_column,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import DDL
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Field, Session, SQLModel, create_engine

from market.errors import NotFound
from market.words import _

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention

BigId = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows only in a column called INTEGER
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def new_public_id() -> str:
    """Sixteen random base32 characters: what stands in every URL, so that no URL can be guessed from another."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(16))


class Utc(TypeDecorator[datetime]):
    """An instant. Kept in UTC, given back with its zone; one without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant needs a time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Choice(TypeDecorator[StrEnum]):
    """A `StrEnum` kept as TEXT by its value. Pair it with `one_of` so that the database refuses anything else."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else str(self.kind(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


def one_of(column: str, kind: type[StrEnum]) -> CheckConstraint:
    """The named CHECK that goes with a `Choice` column."""
    allowed = ", ".join(f"'{value}'" for value in kind)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


def id_field() -> Any:
    """The inner key of a table. Never shown: URLs carry the public id."""
    return Field(default=None, primary_key=True, sa_type=BigId)


def public_id_field() -> Any:
    return Field(default_factory=new_public_id, unique=True, max_length=16)


def refers_to(
    target: str,
    *,
    index: bool = True,
    unique: bool = False,
    primary_key: bool = False,
    nullable: bool = False,
) -> Any:
    """A foreign key to `table.column`, indexed unless another index begins with it."""
    extra: dict[str, Any] = {"default": None} if nullable else {}
    return Field(
        foreign_key=target,
        index=index and not primary_key and not unique,
        unique=unique,
        primary_key=primary_key,
        nullable=nullable,
        sa_type=BigId,
        **extra,
    )


def choice_field(
    kind: type[StrEnum], *, default: Any = ..., index: bool = False, nullable: bool = False
) -> Any:
    if nullable and default is ...:
        default = None
    return Field(default=default, sa_type=Choice(kind), index=index, nullable=nullable)


def instant_field(
    *, default: Any = ..., factory: Any = None, index: bool = False, nullable: bool = False
) -> Any:
    if factory is not None:
        return Field(default_factory=factory, sa_type=Utc, index=index, nullable=nullable)
    if nullable and default is ...:
        default = None
    return Field(default=default, sa_type=Utc, index=index, nullable=nullable)


class transaction_number(FunctionElement[int]):
    """The number of the transaction that writes; 0 on SQLite, where one writes at a time."""

    type = BigInteger()
    inherit_cache = True


@compiles(transaction_number)
def _no_number(_element: Any, _compiler: Any, **_given: Any) -> str:
    return "0"


@compiles(transaction_number, "postgresql")
def _its_number(_element: Any, _compiler: Any, **_given: Any) -> str:
    return "CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)"


class change_number(FunctionElement[int]):
    """What a row's `changed` is set to whenever it is written, so that whoever keeps a copy sees which rows to read again.

    On PostgreSQL the number of the writing transaction; on SQLite, where one writes at a time, the next number of the
    table. `market.matching.openings_index` reads it.
    """

    type = BigInteger()
    inherit_cache = True

    def __init__(self, table: str) -> None:
        super().__init__(literal_column(table))


@compiles(change_number)
def _next_of_table(element: Any, compiler: Any, **given: Any) -> str:
    table = compiler.process(element.clauses, **given)
    return f"(SELECT coalesce(max(changed), 0) + 1 FROM {table})"  # noqa: S608 - a table's name of our own


@compiles(change_number, "postgresql")
def _of_transaction(element: Any, compiler: Any, **given: Any) -> str:
    return _its_number(element, compiler, **given)


_REFUSE = "this table is append-only: corrections are new rows"


def append_only_statements(table: str, dialect: str, *, erasable: bool = False) -> list[str]:
    """DDL that makes a table refuse UPDATE, and DELETE unless `erasable` (then only inside an erasure, see below)."""
    verbs = ["UPDATE", "DELETE"]
    if dialect == "sqlite":
        when = {"UPDATE": "", "DELETE": " WHEN NOT EXISTS (SELECT 1 FROM erasing)" if erasable else ""}
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}{when[verb]} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSE}'); END"
            for verb in verbs
        ]
    made = []
    for verb in verbs:
        allowed = (
            "IF EXISTS (SELECT 1 FROM erasing) THEN RETURN OLD; END IF; "
            if erasable and verb == "DELETE"
            else ""
        )
        name = f"{table}_no_{verb.lower()}"
        made.append(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {allowed}RAISE EXCEPTION '{_REFUSE}'; END $$"
        )
        made.append(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    made.append(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {table}_no_update()"
    )
    return made


APPEND_ONLY: dict[str, bool] = {}  # table name -> may an erasure delete from it


def append_only(model: type[SQLModel], *, erasable: bool = False) -> None:
    """Declare a model's table append-only; the triggers are made with the table and in the migrations."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    APPEND_ONLY[table.name] = erasable
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_statements(table.name, dialect, erasable=erasable):
            event.listen(table, "after_create", DDL(statement.replace("%", "%%")).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]


class Erasing(SQLModel, table=True):
    """Holds one row while an erasure runs, inside its transaction only; append-only triggers look here."""

    __tablename__ = "erasing"
    id: int = id_field()


def connect(url: str, *, pool_size: int = 8, synchronous: str = "FULL") -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://...`; `synchronous` is for SQLite only.

    A pool without overflow: as many connections as the site has threads, and a request that finds none within two
    seconds is told so rather than left waiting. What people wrote stays out of error messages, and so out of logs.
    """
    pool: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "pool_timeout": 2}
    if not url.startswith("sqlite"):
        return create_engine(url, **pool, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(url, **pool, hide_parameters=True, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # sqlite3 begins no transaction of its own; we do, below
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "busy_timeout=5000",
            "recursive_triggers=ON",  # else INSERT OR REPLACE deletes a row past the append-only triggers
            f"synchronous={synchronous}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        write = connection.get_execution_options().get("write", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


@contextmanager
def transaction(engine: Engine, *, write: bool) -> Iterator[Session]:
    """One unit of work: committed at the end when `write`, rolled back otherwise and on any error."""
    with Session(engine.execution_options(write=write), expire_on_commit=False, autoflush=True) as session:
        yield session
        if not write:
            return
        try:
            session.commit()
        except BaseException:
            # A failed COMMIT (a full disk, say) can leave the transaction open. SQLAlchemy would put the connection
            # back as it is, and on SQLite the lock with it: it is thrown away instead.
            session.invalidate()
            raise


def hold(db: Session, row: SQLModel) -> None:
    """Read a row as it is now, and keep it so until the transaction ends. `NotFound` when it is gone meanwhile."""
    try:
        db.refresh(row, with_for_update=True)
    except InvalidRequestError:
        raise NotFound(_("Someone threw this away while you were reading.")) from None
