"""Several reads in one statement: each becomes a column of JSON, beside the thing a page is about.

A page with a list needs some small things beside it: the opening, what it asks, who applied. Each is a `select` of its
own in its feature's `queries`; here they are sent as one, which is one way to the database and one moment of it. Values
come back as their columns' types give them, but for floats, of which SQLite writes fifteen digits.
"""

import json
from collections import namedtuple
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import JSON, Boolean, ColumnElement, Date, DateTime, Select, Text, cast, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import AutoString, Session

from market.db import Choice, Utc

Read = Select[*tuple[Any, ...]]
Rows = list[Any]  # named tuples, with the names of the select's columns


class _Row(FunctionElement[Any]):
    """One row as a JSON array."""

    inherit_cache = True


class _AllRows(FunctionElement[Any]):
    """All rows of a subquery as a JSON array, in their order."""

    inherit_cache = True


@compiles(_Row)
def _row_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    return f"json_array({compiler.process(element.clauses, **more)})"


@compiles(_Row, "postgresql")
def _row_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    return f"json_build_array({compiler.process(element.clauses, **more)})"


@compiles(_AllRows)
def _rows_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **more)})"


@compiles(_AllRows, "postgresql")
def _rows_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    return f"json_agg({compiler.process(element.clauses, **more)})"


class Gather:
    """A statement that reads all of `wanted`; make it once where they do not change."""

    def __init__(self, *wanted: Read) -> None:
        self._columns = [_as_json(one) for one in wanted]
        self._readers = [_reader(one) for one in wanted]
        self._statement = select(*self._columns)

    def read(self, db: Session, given: Mapping[str, Any] | None = None) -> list[Rows]:
        """The rows of each, in the order in which they were named. `given` fills the parameters of all."""
        row = db.connection().execute(self._statement, dict(given or {})).one()
        return self._read(row)

    def beside(
        self, db: Session, model: Any, condition: ColumnElement[bool], given: Mapping[str, Any] | None = None
    ) -> tuple[list[Any], list[Rows]]:
        """The things of a model for which the condition holds, as from the session, and the rows of each read."""
        one = select(literal(1).label("one")).subquery("one")
        wanted = select(model, *self._columns).select_from(one).outerjoin(model, condition)
        found = db.execute(wanted, dict(given or {})).all()
        return [row[0] for row in found if row[0] is not None], self._read(found[0][1:])

    def _read(self, columns: Any) -> list[Rows]:
        return [
            [reader(row) for row in json.loads(text or "[]")]
            for reader, text in zip(self._readers, columns, strict=True)
        ]


def _as_json(wanted: Read) -> ColumnElement[str]:
    rows = wanted.subquery()
    return select(cast(_AllRows(_Row(*rows.c)), Text)).select_from(rows).scalar_subquery()


def _reader(wanted: Read) -> Callable[[list[Any]], Any]:
    columns = wanted.subquery().c
    made = _tuple_of(tuple(columns.keys()))
    turns = [(place, turn) for place, one in enumerate(columns) if (turn := _turn(one.type)) is not None]

    def read(values: list[Any]) -> Any:
        for place, turn in turns:
            if values[place] is not None:
                values[place] = turn(values[place])
        return made(values)

    return read


@cache
def _tuple_of(names: tuple[str, ...]) -> Callable[[list[Any]], Any]:
    made: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # the names are a select's
    make: Callable[[list[Any]], Any] = made._make
    return make


def _turn(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """What makes of a JSON value what the column's type gives."""
    if isinstance(kind, Choice):
        return kind.kind
    if isinstance(kind, Utc | DateTime):
        return _instant
    if isinstance(kind, Date):
        return date.fromisoformat
    if isinstance(kind, Boolean):
        return bool
    if isinstance(kind, JSON):
        return lambda value: json.loads(value) if isinstance(value, str) else value
    if isinstance(kind, TypeDecorator) and not isinstance(kind, AutoString):
        raise TypeError(f"{kind!r} is not known here: say what a value of it is")
    return None


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
