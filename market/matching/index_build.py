"""Building the index from the database, and anew from what is in memory; one process of a host at a time.

A build reads in parts, each written to the disk as it is there: interrupted, it goes on where it stopped. Parts are read
at different moments; whoever changed after the first is looked at again when the index is opened, because the index says
of itself that it was built up to that first moment.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, func, select, tuple_
from sqlmodel import Session, col

from market.db import transaction
from market.evidence.models import PersonSkill
from market.matching import changes, indexed
from market.matching.core.files import VERSION, IndexFileError, open_current, write
from market.matching.core.segment import Segment
from market.matching.core.segment import build as segment_of
from market.matching.index_backend import IndexBackend
from market.profiles.models import ProfileLanguage, TalentProfile

PART = 200_000
Say = Callable[[str, int, int], object]  # (what, done, of)


class Busy(Exception):
    """Another process of this host is building or compacting."""


class Interrupted(Exception):
    """The builder was asked to stop; what it wrote is gone on with."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Only one process of the host is in here at a time; Busy for the others. Who is killed lets go."""
    import fcntl

    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            raise Busy from taken
        yield
    finally:
        os.close(handle)


Arrays = dict[str, NDArray[Any]]


class _Table(NamedTuple):
    """What is read in parts: a statement, its key columns, and what some rows become."""

    name: str
    statement: Any
    key: tuple[Any, ...]
    packed: Callable[[Sequence[Any]], Arrays]
    counted: Any


def _levels(rows: Sequence[Any]) -> Arrays:
    table = np.array(rows, dtype=np.float64)  # ids are below 2^32: all exact
    return {
        "skills": table[:, 0].astype(np.uint32),
        "persons": table[:, 1].astype(np.uint32),
        "levels": table[:, 2].astype(np.uint8),
        "hopes": indexed.hopes_of(table[:, 3], table[:, 4], table[:, 2], table[:, 5]),
    }


def _people(rows: Sequence[Any]) -> Arrays:
    ids = np.array([row.person_id for row in rows], dtype=np.uint32)
    return {"ids": ids, "attributes": np.array([indexed.values_of(row) for row in rows], dtype=np.int64)}


def _languages(rows: Sequence[Any]) -> Arrays:
    bits = np.array([indexed.bit_of(row.language) for row in rows], dtype=np.int64)
    return {"speakers": np.array([row.person_id for row in rows], dtype=np.uint32), "bits": bits}


_TABLES = (
    _Table(
        "levels",
        indexed.levels_statement,
        (col(PersonSkill.skill_id), col(PersonSkill.person_id)),
        _levels,
        PersonSkill,
    ),
    _Table("people", indexed.people_statement, (col(TalentProfile.person_id),), _people, TalentProfile),
    _Table(
        "languages",
        indexed.languages_statement,
        (col(ProfileLanguage.person_id), col(ProfileLanguage.language)),
        _languages,
        ProfileLanguage,
    ),
)
_NOTHING: Arrays = {
    "skills": np.empty(0, np.uint32),
    "persons": np.empty(0, np.uint32),
    "levels": np.empty(0, np.uint8),
    "hopes": np.empty(0, np.uint8),
    "ids": np.empty(0, np.uint32),
    "attributes": np.empty((0, len(indexed.COLUMNS)), np.int64),
    "speakers": np.empty(0, np.uint32),
    "bits": np.empty(0, np.int64),
}


def build(
    engine: Engine, folder: Path, say: Say = lambda *_: None, stop: Callable[[], bool] = lambda: False
) -> Path:
    """Build the index of a database anew and make it the current one of the folder.

    Busy when another process is at it, Interrupted when `stop` says so. Goes on with what an earlier build left.
    """
    with alone(folder):
        parts = folder / "building"
        state = _begun(engine, parts)
        read = [made for one in _TABLES for made in _in_parts(engine, parts, one, state, say, stop)]
        say("putting together", 0, 1)
        segment = _put_together(read)
        path = write(folder, segment, state["place"], state["log"])
        shutil.rmtree(parts)
        say("putting together", 1, 1)
        return path


def _begun(engine: Engine, parts: Path) -> dict[str, Any]:
    """Where the build stands: that of an earlier one that can be gone on with, or a new one."""
    with transaction(engine, write=False) as db:
        try:
            state: dict[str, Any] = json.loads((parts / "state.json").read_bytes())
            same = (state["version"], tuple(state["columns"])) == (VERSION, indexed.COLUMNS)
            if same and state["log"] and state["log"] == changes.fingerprint(db, state["place"]):
                return state
        except (OSError, ValueError, KeyError, TypeError):
            pass
        shutil.rmtree(parts, ignore_errors=True)
        parts.mkdir(parents=True)
        place = changes.now(db)
        counts = {one.name: _count(db, one) for one in _TABLES}
        state = {
            "version": VERSION,
            "columns": indexed.COLUMNS,
            "place": place,
            "log": changes.fingerprint(db, place),
            "counts": counts,
        }
    _write_whole(parts / "state.json", json.dumps(state).encode())
    return state


def _count(db: Session, table: _Table) -> int:
    return int(db.connection().execute(select(func.count()).select_from(table.counted)).scalar_one())


def _in_parts(
    engine: Engine, parts: Path, table: _Table, state: dict[str, Any], say: Say, stop: Callable[[], bool]
) -> list[Arrays]:
    """All rows of a table, some of them read by an earlier build."""
    arrays: list[Arrays] = []
    last, done = None, 0
    for path in sorted(parts.glob(f"{table.name}-*.npz")):
        with np.load(path) as part:
            arrays.append({name: part[name] for name in part.files if name != "last"})
            last, count = json.loads(str(part["last"]))
        done += count
    total = state["counts"][table.name]
    say(table.name, done, max(total, done))
    while True:
        if stop():
            raise Interrupted
        statement = table.statement.order_by(*table.key).limit(PART)
        if last is not None:
            statement = statement.where(tuple_(*table.key) > tuple_(*last))
        with transaction(engine, write=False) as db:
            rows = db.connection().execute(statement).all()
        if not rows:
            say(table.name, done, done)
            return arrays
        last = [getattr(rows[-1], one.key) for one in table.key]
        made = table.packed(rows)
        _write_part(parts / f"{table.name}-{len(arrays):06d}.npz", made, json.dumps([last, len(rows)]))
        arrays.append(made)
        done += len(rows)
        say(table.name, done, max(total, done))


def _write_part(path: Path, arrays: Arrays, last: str) -> None:
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as out:
        np.savez(out, allow_pickle=False, **{**arrays, "last": np.array(last)})
        out.flush()
        os.fsync(out.fileno())
    temporary.rename(path)


def _write_whole(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(content)
    temporary.rename(path)


def _put_together(parts: Sequence[Arrays]) -> Segment:
    """A segment of the rows read; people who may not be found, or have no level, are left out."""
    got = {
        name: np.concatenate([none, *(part[name] for part in parts if name in part)])
        for name, none in _NOTHING.items()
    }
    ids, attributes = got["ids"], got["attributes"]
    at, known = _places(ids, got["speakers"])
    np.bitwise_or.at(attributes[:, -1], at[known], got["bits"][known])
    at, kept = _places(ids, got["persons"])
    with_levels = np.zeros(len(ids), dtype=np.bool_)
    with_levels[at[kept]] = True
    return segment_of(
        got["skills"][kept],
        got["persons"][kept],
        got["levels"][kept],
        ids[with_levels],
        attributes[with_levels],
        indexed.COLUMNS,
        got["hopes"][kept],
    )


def _places(ids: NDArray[Any], wanted: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Where each of the wanted stands among ascending ids, and whether it does."""
    at = np.minimum(np.searchsorted(ids, wanted), max(len(ids) - 1, 0))
    return at, ids[at] == wanted if len(ids) else np.zeros(len(wanted), dtype=np.bool_)


def compact(engine: Engine, backend: IndexBackend) -> bool:
    """Write what an open index holds as the new file and open that; False when another process was first.

    Busy while another process is at it. NotReady when the open file was changed: what is in it would get a checksum of
    its own and be believed.
    """
    index, stored = backend.index, backend.stored
    if index is None or stored is None or backend.reason:
        return False
    with alone(backend.folder):
        try:
            newest = open_current(backend.folder, verify=False)
        except IndexFileError:
            newest = stored
        if newest.built_to_seq > stored.built_to_seq:
            return False
        with transaction(engine, write=False) as db:
            backend.follow(db)
            backend.require_untouched()
            segment, place = index.compacted()
            fingerprint = changes.fingerprint(db, place)
        backend.require_untouched()  # the segment is in memory of its own now, so what is so far right stays so
        write(backend.folder, segment, place, fingerprint)
    with transaction(engine, write=False) as db:
        return backend.open(db)
