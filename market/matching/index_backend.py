"""The index as a backend: kept fresh from the log of changes by whoever asks, and checked against the database.

A question first reads the log, so a change is in the answer of whoever can see it in the database: no reader needs to
wait. Questions inside a transaction that writes are left to SQL, which sees what is not committed. Whenever anything
speaks against the index (its file was touched, it is too far behind, a sample differs) it does not answer.
"""

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from market.matching import changes, indexed
from market.matching.core.contract import ESSENTIAL, Requirement, Tie, check
from market.matching.core.files import MANIFEST, IndexFileError, Stored, current_name, open_current
from market.matching.core.filters import Filters
from market.matching.core.index import Hit, Index
from market.matching.core.tiers import Change
from market.matching.index_reads import last_number, random_people, refused, some, with_tier
from market.matching.queries import Findable

log = logging.getLogger(__name__)
IN_A_REQUEST = 300
"""How many changed people a question takes up itself; of more, SQL answers and the keeper takes them up."""
TOO_FAR = 200_000
"""With so many changed people a new index is built sooner than the old one brought up to date."""
TOUCHED = "its file was changed while it was open"
SAMPLE = 40
PATIENCE_S = 0.25
MOST_TESTED = 12_800
"""How far down a list people are tested for the tier of their evidence before SQL is asked instead."""


class NotReady(Exception):
    """The index may not answer, with the reason."""


@dataclass(frozen=True, slots=True)
class _Open:
    """An index that is open, and the changes taken up above its place (number -> where they lie).

    One object, because a thread that still follows an index which was just replaced must not mark the new one's.
    """

    index: Index
    stored: Stored
    ahead: dict[int, int]


class IndexBackend:
    """`MatchBackend` from memory, for all threads of a process. Open it with `open`; until then it answers nothing."""

    def __init__(self, folder: Path, kernel: str = "auto") -> None:
        """`folder` is that of the files, shared by the processes of a host; `kernel` is auto, numpy or numba."""
        self.folder, self.kernel = folder, kernel
        self._open: _Open | None = None
        self.reason = "it is not open yet"
        self.is_needed = True  # the keeper says whether the site is large enough for one
        self.checked, self.drifted, self.differ = 0, 0, 0
        self._random = np.random.default_rng()
        self._lock = threading.RLock()
        self._last = 0  # the highest number taken up

    @property
    def index(self) -> Index | None:
        """What is in memory, be it fit to answer or not."""
        return self._open.index if self._open else None

    @property
    def stored(self) -> Stored | None:
        """The file it was opened from."""
        return self._open.stored if self._open else None

    @property
    def is_open(self) -> bool:
        """Whether there is an index in memory, be it fit to answer or not."""
        return self._open is not None

    @property
    def people(self) -> int:
        """How many people can be ranked from it."""
        return self._open.index.people if self._open else 0

    def version(self) -> int:
        """The number of the last change taken up."""
        return self._last

    # -- asking

    def top_k(
        self,
        db: Session,
        requirements: Sequence[Requirement],
        tie: Tie,
        findable: Findable,
        k: int,
        min_seq: int = 0,
    ) -> list[tuple[int, int]]:
        """See `MatchBackend`; NotReady or `indexed.NotHeld` where SQL is to answer."""
        check(requirements)
        index = self._ready(db, min_seq)
        filters = indexed.filters_of(findable, indexed.apart(db, findable))
        if findable.tier:
            hits = self._tested(db, index, requirements, tie, filters, findable, k)
        else:
            hits = index.top_k(requirements, k, tie, filters)
        return [(hit.person_id, hit.score) for hit in hits]

    def _tested(
        self,
        db: Session,
        index: Index,
        requirements: Sequence[Requirement],
        tie: Tie,
        filters: Filters,
        findable: Findable,
        k: int,
    ) -> list[Hit]:
        """The first k with evidence of a tier, which the database is asked of the first few, then of more."""
        size = 4 * k
        while True:
            hits = index.top_k(requirements, size, tie, filters)
            have = with_tier(db, [hit.person_id for hit in hits], findable)
            passed = [hit for hit in hits if hit.person_id in have]
            if len(passed) >= k or len(hits) < size:
                return passed[:k]
            size *= 4
            if size > MOST_TESTED:
                raise indexed.NotHeld("evidence of a tier that few have")

    def hopeful(
        self,
        db: Session,
        requirements: Sequence[Requirement],
        findable: Findable,
        listed: Sequence[int],
        k: int,
    ) -> list[int]:
        """See `MatchBackend`."""
        if findable.tier:
            raise indexed.NotHeld("hope by tier")
        index = self._ready(db, 0)
        filters = indexed.filters_of(findable, indexed.apart(db, findable), newcomers=True)
        filters = Filters(filters.conditions, filters.excluded | set(listed))
        hits = index.top_k(requirements, k, Tie(), filters, hopeful=True)
        essential = sum(asked.essential for asked in requirements)
        return [hit.person_id for hit in hits if hit.score >= essential * ESSENTIAL]

    def matrix(self, db: Session, skills: Sequence[int], findable: Findable) -> NDArray[np.uint8]:
        """See `MatchBackend`."""
        if findable.tier:
            raise indexed.NotHeld("levels by tier")
        index = self._ready(db, 0)
        _ids, levels = index.levels(skills, indexed.filters_of(findable, indexed.apart(db, findable)))
        return levels

    def _ready(self, db: Session, min_seq: int) -> Index:
        """The index, brought up to what this transaction sees."""
        now = self._open
        if now is None or self.reason:
            raise NotReady(self.reason)
        if db.get_bind().get_execution_options().get("write") is not False:
            raise NotReady("the question is part of a transaction that writes")
        self._untouched(now.stored)
        if self._follow(db, now, IN_A_REQUEST) is None:
            raise NotReady("many people changed at once")
        if min_seq > self._last:
            raise NotReady(f"change {min_seq} is not to be seen yet")
        return now.index

    def require_untouched(self) -> None:
        """NotReady, and no answers from now on, when the open file was changed; before anything that reads its pages."""
        if self.stored is not None:
            self._untouched(self.stored)

    def _untouched(self, stored: Stored) -> None:
        if stored.file.is_untouched:
            return
        if stored is self.stored:
            self._refuse(TOUCHED)
        raise NotReady(TOUCHED)  # of another one alone: what answers now is not to blame

    # -- keeping it fresh

    def apply(self, changes: Iterable[Change], seq: int) -> None:
        """Take changes up by hand, as of a place in the log."""
        if self._open is None:
            raise NotReady(self.reason)
        with self._lock:
            self.require_untouched()
            self._open.index.apply(changes, max(seq, self._open.index.seq))

    def follow(self, db: Session) -> int:
        """Take up all that can be seen of the log; how many people. NotReady when the file was changed."""
        return (self._follow(db, self._open, None) or 0) if self._open else 0

    def _follow(self, db: Session, now: _Open, most: int | None) -> int | None:
        """The same up to so many people; None when there are more, or when others are at it for too long."""
        seen = changes.since(db, now.index.seq)
        if not seen.rows or (
            not seen.more and seen.place <= now.index.seq and all(row.seq in now.ahead for row in seen.rows)
        ):
            return 0
        with self._locked(wait=most is None) as mine:
            if not mine:
                return None
            return self._take_up(db, now, seen, most)

    def _take_up(self, db: Session, now: _Open, seen: changes.Seen, most: int | None) -> int | None:
        """Read the people of some changes anew. Under the lock: rows another thread took up meanwhile are left out."""
        index, begin, after, taken = now.index, seen.place, 0, 0
        while True:
            new = [row for row in seen.rows if row.at >= index.seq and row.seq not in now.ahead]
            people = {row.person_id for row in new}
            if most is not None and (seen.more or len(people) > most):
                return None
            for part in some(sorted(people), 2000):
                read = indexed.read(db, part)
                self._untouched(now.stored)
                index.apply(read, index.seq)
            now.ahead.update({row.seq: row.at for row in new})
            taken += len(people)
            if seen.rows:
                after = seen.rows[-1].seq
                self._last = max(self._last, after)
            if not seen.more:
                break
            seen = changes.since(db, index.seq, after=after)
        if begin > index.seq:
            index.apply((), begin)
            for seq in [seq for seq, at in now.ahead.items() if at < begin]:
                del now.ahead[seq]
        return taken

    @contextmanager
    def _locked(self, *, wait: bool) -> Iterator[bool]:
        mine = self._lock.acquire(timeout=-1 if wait else PATIENCE_S)
        try:
            yield mine
        finally:
            if mine:
                self._lock.release()

    # -- opening and checking

    def is_replaced(self) -> bool:
        """Whether the folder names another file than the one that is open; refuses one that was changed, or found wrong by
        another process.

        Cheap: for every round of the keeper.
        """
        if self.stored is None:
            return True
        with suppress(NotReady):
            self.require_untouched()
        if not self.reason and refused(self.stored.path).exists():
            self._refuse("another process found that people differ from the database")
        return self._newest() not in ("", self.stored.path.name)

    def _newest(self) -> str:
        try:
            return current_name(self.folder)
        except IndexFileError:
            return ""

    def open(self, db: Session) -> bool:
        """Map the current file, bring it up to date and compare a sample; False, and the reason kept, if it may not serve.

        An index that serves already goes on serving while the next is looked at.
        """
        try:
            stored = open_current(self.folder)
            if self._is_waited_for(stored):
                raise NotReady(TOUCHED)
            if refused(stored.path).exists():
                raise NotReady("people in it differed from the database")
            index, ahead = self._begun(db, stored)
            now = _Open(index, stored, ahead)
            self._compared(db, now, SAMPLE)
        except (IndexFileError, NotReady, OSError) as wrong:
            if self._open is None or self.reason:
                self._say(str(wrong))
            return False
        with self._lock:
            self._open, self.reason = now, ""
            self._last = max(self._last, last_number(db))
        log.info("the index is open", extra={"people": self.people, "place": stored.built_to_seq})
        return True

    def _is_waited_for(self, stored: Stored) -> bool:
        """Whether it is the file that is open and gets no second lease: who waits to write would be let in by the first."""
        first = self.stored.file if self.stored else None
        if first is None or not first.is_leased or stored.file.is_leased:
            return False
        return stored.file.is_the_same_as(first)

    def _begun(self, db: Session, stored: Stored) -> tuple[Index, dict[int, int]]:
        """An index on a stored file, with all that changed since; and the changes above its place."""
        if stored.segment.columns != indexed.COLUMNS or not stored.segment.has_hopes:
            raise NotReady("it was built with other columns")
        if not stored.log or stored.log != changes.fingerprint(db, stored.built_to_seq):
            raise NotReady(
                "it was built from another log of changes, or from one that no longer reaches back"
            )
        place, people, rows = stored.built_to_seq, set[int](), list[changes.Row]()
        for first, seen in enumerate(changes.all_since(db, stored.built_to_seq)):
            place = seen.place if first == 0 else place
            people |= {row.person_id for row in seen.rows}
            rows += [row for row in seen.rows if row.at >= place]
            if len(people) > TOO_FAR:
                raise NotReady("it is too far behind")
        index = Index(stored.segment, stored.built_to_seq, self.kernel)
        for part in some(sorted(people), 2000):
            read = indexed.read(db, part)
            self._untouched(stored)
            index.apply(read, index.seq)
        index.apply((), max(place, index.seq))
        return index, {row.seq: row.at for row in rows}

    def check(self, db: Session, most: int = SAMPLE) -> int:
        """Compare random people with the database; how many differ. Any that does, and the index answers no more.

        Of a file that was changed nobody is compared: 0, and the reason is kept.
        """
        with self._lock:
            now, self.differ = self._open, 0
            if now is None:
                return 0
            try:
                self._follow(db, now, None)
                self._compared(db, now, most)
            except NotReady as wrong:
                self._refuse(str(wrong))
        return self.differ

    def _compared(self, db: Session, now: _Open, most: int) -> None:
        """NotReady when random people differ, other than those whom the log says to have changed this moment."""
        index = now.index
        self._untouched(now.stored)
        sample = {*index.some_people(most, self._random), *random_people(db, most, self._random)}
        differ = self._differing(db, index, sample)
        for seen in changes.all_since(db, index.seq) if differ else ():
            differ -= {row.person_id for row in seen.rows if row.seq not in now.ahead}
        self.checked += len(sample)
        self.drifted += len(differ)
        self.differ = len(differ)
        if differ:
            with suppress(OSError):
                refused(now.stored.path).touch()  # so that no process opens it again
            raise NotReady(f"{len(differ)} of {len(sample)} people differ from the database")

    def _differing(self, db: Session, index: Index, people: set[int]) -> set[int]:
        held = index.holds(people)
        wanted = {one.person_id: one for one in indexed.read(db, people) if one.levels}
        return {one for one in people if held.get(one) != wanted.get(one)}

    def _refuse(self, reason: str) -> NotReady:
        """No more answers until a new index is opened."""
        self._say(reason)
        return NotReady(reason)

    def _say(self, reason: str) -> None:
        known = self.index is not None or (self.folder / MANIFEST).exists()
        if reason != self.reason and known:  # a site that never had one misses nothing
            log.error("the index may not answer: %s", reason)
        self.reason = reason

    def health(self) -> dict[str, Any]:
        """For the health page: whether it may answer, and what was compared with the database."""
        index = self.index
        return {
            "reason": self.reason if self.is_needed or index else "",
            "people": self.people,
            "version": self._last,
            "changed": index.changed if index else 0,
            "checked": self.checked,
            "drifted": self.drifted,
        }
