"""Faults on demand: the n-th statement of a use case fails, and the database is looked at before and after.

A statement here is everything that goes to the database: SQLite's BEGIN, each query and change, and COMMIT.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, inspect
from sqlmodel import Session

from market.db import transaction


class Fault(BaseException):
    """The site was struck. No `except Exception` catches it: as when the process is killed."""


class Failure(Exception):
    """The database refused, for no reason of ours."""


@dataclass
class Struck:
    """Whether it came to the n-th statement at all, and what that was."""

    hit: bool = False
    statement: str = ""
    seen: int = 0


@contextmanager
def failing_at(engine: Engine, number: int, *, dies: bool = False) -> Iterator[Struck]:
    """Inside the block the statement with this number (from 1) is not made but fails; 0 lets all pass and counts them.

    `dies` raises `Fault`, which nothing catches; else a `Failure` goes through the same paths as a refusal.
    """
    told = Struck()

    def one_more(statement: str) -> None:
        told.seen += 1
        if told.seen == number:
            told.hit, told.statement = True, statement
            raise Fault(statement) if dies else Failure(statement)

    def on_statement(_c: Any, _cursor: Any, statement: str, _p: Any, _x: Any, _many: Any) -> None:
        one_more(statement)

    really_commit = engine.dialect.do_commit

    def do_commit(connection: Any) -> None:
        one_more("COMMIT")
        really_commit(connection)

    event.listen(engine, "before_cursor_execute", on_statement)
    engine.dialect.do_commit = do_commit  # type: ignore[method-assign]
    try:
        yield told
    finally:
        engine.dialect.do_commit = really_commit  # type: ignore[method-assign]
        event.remove(engine, "before_cursor_execute", on_statement)


class _Enough(Exception):
    """The counting run ends here."""


def statements_of(engine: Engine, job: Callable[[Session], object]) -> int:
    """How many statements a use case makes, with BEGIN and COMMIT. Nothing of this run is kept."""
    with failing_at(engine, 0) as told, suppress(_Enough), transaction(engine, write=True) as db:
        job(db)
        db.flush()
        raise _Enough
    return told.seen + 1  # the COMMIT


def everything(engine: Engine, folder: Path | None = None) -> dict[str, Any]:
    """All rows of all tables, and the names and sizes of all files below `folder`."""
    with transaction(engine, write=False) as db:
        connection = db.connection()
        found: dict[str, Any] = {
            name: sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()))
            for name in inspect(connection).get_table_names()
        }
    if folder is not None:
        found["files"] = sorted((p.name, p.stat().st_size) for p in folder.rglob("*") if p.is_file())
    return found
