"""The log that an index follows: whose levels, or what filters ask of them, changed since it last looked.

A place in the log is one number, and everything written before it has been seen. On SQLite it is the next sequence
number, since one writes at a time. On PostgreSQL sequence numbers are not given in the order of commits: whoever reads
up to the highest skips a slower transaction's lower one for ever. There a place is a transaction's number below which
every transaction is over (`pg_snapshot_xmin`); rows above it are read as soon as they can be seen, and again until the
place has passed them.
"""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Text, bindparam, cast, delete, func, literal, select, true
from sqlmodel import Session, col

from market.evidence.models import MatchChange

KEEP = 1_000_000
"""How many changes stay in the log. An index that is further behind is built anew."""
BATCH = 5000
FINGERPRINT = 50


class Row(NamedTuple):
    """One change. `at` is what is compared with a place: the sequence number, or the transaction's."""

    seq: int
    at: int
    person_id: int


class Seen(NamedTuple):
    """What was read: the place up to which all of it is there, the rows, and whether there are more."""

    place: int
    rows: list[Row]
    more: bool


def is_postgres(db: Session) -> bool:
    """Whether numbers here are not given in the order of commits."""
    return db.get_bind().dialect.name == "postgresql"


def _statement(at: Any, place: Any, *, aliased: bool = True) -> Any:
    """The place as it stands beside every row from a place on; one row of the place alone where there is none."""
    here = select(place.label("place")).subquery()
    newer = (
        select(col(MatchChange.seq), at.label("at"), col(MatchChange.person_id))
        .where(at >= bindparam("place"), col(MatchChange.seq) > bindparam("after"))
        .order_by(col(MatchChange.seq))
        .limit(bindparam("most"))
        .subquery()
    )
    return (
        select(here.c.place, newer.c.seq, newer.c.at, newer.c.person_id)
        .select_from(here.outerjoin(newer, true()))
        .order_by(newer.c.seq)
    )


_NEXT = func.coalesce(select(func.max(col(MatchChange.seq))).scalar_subquery(), 0) + 1
_NEXT_NUMBER = select(_NEXT)
# The number below which every transaction is over, and the one from which on none has begun.
OVER = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)
TO_COME = cast(cast(func.pg_snapshot_xmax(func.pg_current_snapshot()), Text), BigInteger)
_SQLITE = _statement(col(MatchChange.seq), _NEXT)
_POSTGRES = _statement(col(MatchChange.xact), OVER)


def since(db: Session, place: int, *, after: int = 0, most: int = BATCH) -> Seen:
    """The changes from a place on that can be seen now, in the order of their numbers, those after `after`. One statement."""
    statement = _POSTGRES if is_postgres(db) else _SQLITE
    found = db.connection().execute(statement, {"place": place, "after": after, "most": most + 1}).all()
    rows = [Row(one.seq, one.at, one.person_id) for one in found if one.seq is not None]
    return Seen(found[0].place, rows[:most], len(rows) > most)


def all_since(db: Session, place: int) -> Iterator[Seen]:
    """The same, all of it, some thousands at a time. The place of the first is the one to go on from."""
    after = 0
    while True:
        seen = since(db, place, after=after)
        yield seen
        if not seen.more:
            return
        after = seen.rows[-1].seq


def now(db: Session) -> int:
    """The place up to which everything can be seen."""
    return since(db, 2**62, most=1).place


def fingerprint(db: Session, place: int) -> str:
    """A hash of the last changes before a place: another database's log, or one put back, has another.

    Empty when the log no longer reaches back so far.
    """
    at = col(MatchChange.xact) if is_postgres(db) else col(MatchChange.seq)
    last = (
        select(col(MatchChange.seq), col(MatchChange.person_id))
        .where(at < place)
        .order_by(col(MatchChange.seq).desc())
        .limit(FINGERPRINT)
    )
    rows = [(seq, person) for seq, person in db.connection().execute(last)]
    if len(rows) < FINGERPRINT and db.connection().execute(_NEXT_NUMBER).scalar_one() > KEEP:
        return ""
    return sha256(repr(rows).encode()).hexdigest()[:32]


def tidy(db: Session, _now: datetime) -> int:
    """Timer: forget the oldest changes; how many. A log put back from another server's copy is forgotten too, since
    its transaction numbers mean nothing here."""
    table = MatchChange.__table__  # type: ignore[attr-defined]
    newest = db.connection().execute(select(func.max(table.c.seq))).scalar() or 0
    gone = table.c.seq <= newest - KEEP
    if is_postgres(db):
        gone = gone | (table.c.xact >= TO_COME)
    some = select(table.c.seq).where(gone).order_by(table.c.seq).limit(literal(20_000))
    return int(db.connection().execute(delete(table).where(table.c.seq.in_(some))).rowcount)
