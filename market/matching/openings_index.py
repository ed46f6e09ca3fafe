"""The index of open openings: read from the database, followed by each question, and compared with it now and then.

Every write of an opening sets its `changed` (`db.change_number`), so the rows themselves are the log: there is none to
write, to forget or to run out of. A place in it is one number, and every change below it has been seen. On SQLite
that is the next number; on PostgreSQL, where numbers are not given in the order of commits, the number below which
every transaction is over. Rows above it are taken up as soon as they can be seen, and looked at again until the place
has passed them.
"""

import logging
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Integer, Select, bindparam, case, func, select, true
from sqlmodel import Session, col

from market.evidence.models import PersonSkill
from market.gather import Gather
from market.matching.changes import OVER, TO_COME, is_postgres
from market.matching.core.filters import Condition
from market.matching.core.openings import Asked, Open, OpeningsIndex
from market.matching.core.policy import DEFAULTS, Policy
from market.matching.index_backend import NotReady
from market.matching.indexed import NotHeld, bit_of
from market.opportunities.browsing import Facets, Searched
from market.opportunities.models import Opportunity, Requirement
from market.opportunities.rules import Kind, Mode, Status

log = logging.getLogger(__name__)
IN_A_REQUEST = 300
"""How many changed openings a question takes up itself; of more, SQL answers and the keeper takes them up."""
ALL = 2**31 - 1
SAMPLE = 40
PATIENCE_S = 0.25

COLUMNS = ("kind", "mode", "pay", "hours", "language", "start", "answer")
_BITS = {value: 1 << n for kind in (Kind, Mode) for n, value in enumerate(kind)}

_o = Opportunity.__table__.c  # type: ignore[attr-defined]
_OPEN = select(
    _o.id, _o.seats, _o.applicants_count, _o.kind, _o.mode, _o.pay_hourly_ref_minor, _o.hours, _o.language,
    func.coalesce(_o.starts_by, _o.starts_on).label("start"), _o.answer_days,
).where(_o.status == Status.PUBLISHED)  # fmt: skip
_ASKED = (
    select(
        _o.id,
        col(Requirement.skill_id),
        col(Requirement.level),
        col(Requirement.weight),
        case((col(Requirement.essential).is_(True), 1), else_=0),
    )
    .join(Requirement, (col(Requirement.opportunity_id) == _o.id) & (col(Requirement.version) == _o.version))
    .where(_o.status == Status.PUBLISHED)
)
_THESE = _o.id.in_(bindparam("ids", expanding=True))
_SOME = _OPEN.where(_THESE), _ASKED.where(_THESE)
_COUNT = select(func.count()).where(_o.status == Status.PUBLISHED)
_NEXT = func.coalesce(select(func.max(_o.changed)).scalar_subquery(), 0) + 1


def _log(place: Any, to_come: Any = None) -> Select[Any]:
    """The place as it stands beside every row that changed from `place` on; one row of the place alone where none did.

    Numbers from `to_come` on were brought along from another server's copy: they say nothing here.
    """
    here = select(place.label("place")).subquery()
    newer = (
        select(_o.id, _o.changed)
        .where(_o.changed >= bindparam("place"), *([] if to_come is None else [_o.changed < to_come]))
        .order_by(_o.changed, _o.id)
        .limit(bindparam("most", type_=Integer))
        .subquery()
    )
    return select(here.c.place, newer.c.id, newer.c.changed).select_from(here.outerjoin(newer, true()))


_LOGS = {False: _log(_NEXT), True: _log(OVER, TO_COME)}
_LEVELS = select(col(PersonSkill.skill_id), col(PersonSkill.level)).where(
    col(PersonSkill.person_id) == bindparam("person")
)


@cache
def _question(postgres: bool, matching: Select[Any] | None) -> Gather:
    """The log, the reader's levels, and the ids of what words and skills leave, as one statement."""
    return Gather(_LOGS[postgres], _LEVELS, *([] if matching is None else [matching]))


class Seen(NamedTuple):
    """The log from a place on: where it stands, the number of each opening that changed, and whether there are more."""

    place: int
    changed: dict[int, int]
    more: bool


def _seen(rows: Sequence[Any], most: int) -> Seen:
    changed = {row.id: row.changed for row in rows if row.id is not None}
    return Seen(rows[0].place, changed, len(changed) >= most)


@dataclass
class _Held:
    """What is in memory: all below `place` is in it, and of what lies above the openings of `ahead`, as of their numbers."""

    index: OpeningsIndex
    place: int
    ahead: dict[int, int] = field(default_factory=dict)

    def unseen(self, seen: Seen) -> list[int]:
        """The openings to read again."""
        return [
            one
            for one, number in seen.changed.items()
            if number >= self.place and self.ahead.get(one) != number
        ]


def _attributes(row: Any) -> tuple[int, ...]:
    """What filters ask of an opening, in the order of COLUMNS; -1 or 0 for what it does not say."""
    return (
        _BITS[row.kind],
        _BITS[row.mode],
        -1 if row.pay_hourly_ref_minor is None else row.pay_hourly_ref_minor,
        row.hours,
        bit_of(row.language),
        row.start.toordinal() if row.start else 0,
        row.answer_days,
    )


def conditions_of(facets: Facets) -> list[Condition]:
    """The same as the facets' own conditions, but for words and skills, of which the database tells the ids.

    NotHeld for a language that no column can be asked about.
    """
    made = []
    for column, chosen in (("kind", facets.kinds), ("mode", facets.modes)):
        if chosen:
            made.append(Condition(column, any_bits=sum(_BITS[one] for one in chosen)))
    if facets.language:
        if not bit_of(facets.language):
            raise NotHeld(f"the language {facets.language!r}")
        made.append(Condition("language", any_bits=bit_of(facets.language)))
    if facets.start_from is not None:
        made.append(Condition("start", at_least=facets.start_from.toordinal()))
    if facets.pay_from is not None:
        made.append(Condition("pay", at_least=facets.pay_from))
    for column, most in (("hours", facets.hours_to), ("answer", facets.answer_within)):
        if most is not None:
            made.append(Condition(column, at_most=most))
    return made


def read(db: Session, ids: Collection[int] | None = None) -> tuple[list[Open], list[Asked]]:
    """Openings that are open, all of them or some, and what they ask now. Two statements."""
    run, (opens, asked) = db.connection().execute, (_OPEN, _ASKED) if ids is None else _SOME
    given = {} if ids is None else {"ids": list(ids)}
    found = [Open(row.id, row.seats, row.applicants_count, _attributes(row)) for row in run(opens, given)]
    return found, [Asked(*row) for row in run(asked, given)]


def how_many(db: Session) -> int:
    """How many openings are open."""
    return int(db.connection().execute(_COUNT).scalar_one())


class OpeningsBackend:
    """Openings for a person from memory, for all threads of a process. `load` it; until then it answers nothing."""

    def __init__(self) -> None:
        self._held: _Held | None = None
        self.reason = "it is not loaded yet"
        self.is_needed = True  # the keeper says whether the site is large enough for one
        self.checked, self.drifted = 0, 0
        self._random = np.random.default_rng()
        self._lock = threading.RLock()

    @property
    def is_loaded(self) -> bool:
        """Whether it may answer."""
        return self._held is not None and not self.reason

    @property
    def openings(self) -> int:
        """How many openings are in it."""
        return len(self._held.index) if self._held else 0

    def first(
        self, db: Session, person_id: int, searched: Searched, most: int, policy: Policy = DEFAULTS
    ) -> list[int]:
        """The ids of the first so many openings for a person; NotReady or NotHeld where SQL is to answer.

        One statement, three where openings changed.
        """
        held = self._held
        if held is None or self.reason:
            raise NotReady(self.reason)
        if db.get_bind().get_execution_options().get("write") is not False:
            raise NotReady("the question is part of a transaction that writes")
        conditions, matching = conditions_of(searched.facets), searched.among
        asked = {**searched.given, "person": person_id, "place": held.place, "most": IN_A_REQUEST + 1}
        newer, levels, *found = _question(is_postgres(db), matching).read(db, asked)
        self._take_up(db, held, _seen(newer, IN_A_REQUEST + 1), wait=False)
        best = held.index.best(
            {row.skill_id: row.level for row in levels},
            most,
            conditions=conditions,
            only={row.id for row in found[0]} if found else None,
            policy=policy,
        )
        return [opening for opening, _place in best]

    def _take_up(self, db: Session, held: _Held, seen: Seen, *, wait: bool) -> int:
        """Read what changed; how many openings. NotReady where there is more than a question may read."""
        if seen.more:
            raise NotReady("many openings changed at once")
        if seen.place <= held.place and not held.unseen(seen):
            return 0
        with self._locked(wait=wait):
            ids = held.unseen(seen)  # less what another thread took up meanwhile
            if ids:
                try:
                    held.index.change(*read(db, ids), gone=ids)
                except ValueError as wrong:
                    raise self._refuse(str(wrong)) from wrong
                held.ahead |= {one: seen.changed[one] for one in ids}
            if seen.place > held.place:
                held.place = seen.place
                held.ahead = {one: number for one, number in held.ahead.items() if number >= seen.place}
            return len(ids)

    @contextmanager
    def _locked(self, *, wait: bool) -> Iterator[None]:
        if not self._lock.acquire(timeout=-1 if wait else PATIENCE_S):
            raise NotReady("others are taking up what changed")
        try:
            yield
        finally:
            self._lock.release()

    # -- keeping it

    def load(self, db: Session) -> bool:
        """Read all open openings anew; False, with the reason kept, where no order can be made of them."""
        with self._lock:
            place = self._look(
                db, 2**62, 1
            ).place  # before the rows: what changes after it is looked at again
            try:
                self._held = _Held(OpeningsIndex(*read(db), COLUMNS), place)
            except ValueError as wrong:
                self._refuse(str(wrong))
                return False
            self.reason = ""
        log.info("the openings are in memory", extra={"openings": self.openings})
        return True

    def follow(self, db: Session) -> int:
        """Take up all that changed, however much, and fold what was taken up into the rest; how many openings."""
        held, taken = self._held, 0
        if held is None or self.reason:
            return 0
        with self._lock, suppress(NotReady):  # then the reason is kept
            taken = self._take_up(db, held, self._look(db, held.place, ALL), wait=True)
            if held.index.wants_folding:
                held.index.fold()
        return taken

    def _look(self, db: Session, place: int, most: int) -> Seen:
        statement = _LOGS[is_postgres(db)]
        return _seen(db.connection().execute(statement, {"place": place, "most": most}).all(), most)

    def check(self, db: Session, most: int = SAMPLE) -> int:
        """Compare random openings with the database; how many differ. Any that does, and SQL answers."""
        held = self._held
        if held is None or self.reason:
            return 0
        with self._lock:
            self.follow(db)
            sample = {*held.index.some(most, self._random), *_random_ids(db, most, self._random)}
            mine, now = held.index.holds(sample), OpeningsIndex(*read(db, sample), COLUMNS).holds(sample)
            differ = {one for one in sample if mine.get(one) != now.get(one)}
            differ -= set(held.unseen(self._look(db, held.place, ALL)))  # changed this moment
            self.checked += len(sample)
            self.drifted += len(differ)
            if differ:
                self._refuse(f"{len(differ)} of {len(sample)} openings differ from the database")
            return len(differ)

    def _refuse(self, reason: str) -> NotReady:
        """No more answers until it is loaded anew."""
        if reason != self.reason:
            log.error("the index of openings may not answer: %s", reason)
        self.reason = reason
        return NotReady(reason)

    def health(self) -> dict[str, Any]:
        """For the health page."""
        return {
            "reason": self.reason if self.is_needed or self._held else "",
            "openings": self.openings,
            "changed": self._held.index.changed if self._held else 0,
            "checked": self.checked,
            "drifted": self.drifted,
        }


def _random_ids(db: Session, most: int, random: np.random.Generator) -> set[int]:
    """Random numbers up to the last opening's: some are openings that are open, be they in the index or not."""
    last = db.connection().execute(select(func.max(_o.id))).scalar()
    return set(random.integers(1, last + 1, most).tolist()) if last else set()
