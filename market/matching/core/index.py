"""The in-memory index: segments, a delta of changed people, and the first k for a query.

Everything a query reads hangs on one immutable state, so readers need no lock: a change makes a new state
and swaps it in. Changed people live in a small `fresh` segment; when that grows it is folded into `delta`;
when about 2 % of the people have changed one process builds a new base (`compacted`). A person counts in
exactly one segment: in the others their row is on the list of the dead.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from market.matching.core.contract import Requirement, Tie, check
from market.matching.core.filters import NO_FILTERS, Filters, compiled, passing
from market.matching.core.kernels import (
    Best,
    Kernel,
    Query,
    best_among,
    kernel_named,
    scores_of,
    tables_for,
)
from market.matching.core.segment import Rows, Segment, empty
from market.matching.core.tiers import Change, Tier, checked, from_changes, held, merged, whole, without

FRESH_PEOPLE = 256
"""How many changed people the smallest segment holds before it is folded into the delta."""
COMPACT_AT = 0.02
"""The share of changed people at which a new base is worth building."""

MASK_FROM = 10_000
"""With fewer postings in its lists a question is quick anyway."""
MASK_SHARE = 100
"""Conditions that fewer than one in so many meet are very selective."""
LOOK_UP = 32
"""Looking one row up costs as much as reading so many postings, at the least."""
SAMPLE, MASKS = 512, 64


@dataclass(frozen=True, slots=True)
class Hit:
    """One person of a ranking, with a level (0-255) and a contribution for each requirement."""

    person_id: int
    score: int
    levels: tuple[int, ...]
    contributions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What one query sees: base, delta and fresh, as of a sequence number of the change log."""

    base: Tier
    delta: Tier
    fresh: Tier
    seq: int

    @property
    def tiers(self) -> tuple[Tier, Tier, Tier]:
        """All three, the largest first."""
        return self.base, self.delta, self.fresh


class Index:
    """People ranked from memory. Many threads may ask and apply at once."""

    def __init__(self, base: Segment, seq: int = 0, kernel: str = "auto") -> None:
        """Serve a base that was built from the change log up to `seq`; kernel: auto, numpy or numba."""
        self._kernel = kernel_named(kernel)
        self._writing = Lock()
        self._state = _begun(base, seq)

    @property
    def seq(self) -> int:
        """The change log has been applied up to here."""
        return self._state.seq

    @property
    def people(self) -> int:
        """How many people can be ranked."""
        return sum(tier.alive for tier in self._state.tiers)

    @property
    def changed(self) -> int:
        """How many people have changed since the base was built."""
        base, delta, fresh = self._state.tiers
        return max(len(base.dead), delta.segment.people + fresh.segment.people)

    @property
    def columns(self) -> tuple[str, ...]:
        """The attribute columns that conditions may name."""
        return self._state.base.segment.columns

    @property
    def wants_compacting(self) -> bool:
        """Whether so many people have changed that a new base is worth building."""
        return self.changed > max(FRESH_PEOPLE, COMPACT_AT * self._state.base.segment.people)

    def top_k(
        self,
        requirements: Sequence[Requirement],
        k: int,
        tie: Tie,
        filters: Filters = NO_FILTERS,
        *,
        hopeful: bool = False,
    ) -> list[Hit]:
        """The first k people for these requirements, exactly as the contract orders them.

        With `hopeful` by the levels they may well have, which the hits then carry. BadRequirements or ValueError
        (an unknown column, k below 0, no hopeful levels here) before anything is read.
        """
        check(requirements)
        if k < 0:
            raise ValueError(f"k is {k}")
        conditions = compiled(filters.conditions, self.columns)
        if k == 0:
            return []
        tables = tables_for(requirements)
        skill_ids = [asked.skill_id for asked in requirements]
        excluded = np.fromiter(filters.excluded, np.int64, len(filters.excluded))
        found: list[tuple[int, Hit]] = []
        answering = 0
        for tier in self._state.tiers:
            if not tier.alive:
                continue
            segment = tier.segment
            if hopeful and not segment.has_hopes:
                raise ValueError("this index holds no hopeful levels")
            spans = np.array([segment.span(skill) for skill in skill_ids], dtype=np.int64)
            query = Query(spans, tables, conditions, _dropped(tier, excluded), tie, k, hopeful)
            best = _best(self._kernel, segment, query, filters.only)
            found.extend(_hits(segment, best, tables))
            answering += 1
        if answering > 1:
            found.sort(key=lambda pair: pair[0], reverse=True)
        return [hit for _, hit in found[:k]]

    def levels(
        self, skill_ids: Sequence[int], filters: Filters = NO_FILTERS
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
        """Everyone with at least one of the skills: person ids, and levels of shape (people, skills).

        Of the filters, conditions and `excluded` hold.
        """
        ids, levels = [], []
        conditions = compiled(filters.conditions, self.columns)
        excluded = np.fromiter(filters.excluded, np.int64, len(filters.excluded))
        for tier in self._state.tiers:
            segment = tier.segment
            spans = [segment.span(skill) for skill in skill_ids]
            rows = np.unique(np.concatenate([segment.rows[start:end] for start, end in spans]))
            rows = np.setdiff1d(rows, _dropped(tier, excluded), assume_unique=True)
            rows = rows[passing(segment.attributes[rows], conditions)]
            ids.append(segment.person_ids[rows])
            levels.append(np.stack([segment.levels_at(rows, start, end) for start, end in spans], axis=1))
        return np.concatenate(ids), np.concatenate(levels)

    def some_people(self, most: int, random: np.random.Generator) -> list[int]:
        """The ids of up to so many people who can be ranked, at random."""
        found: list[int] = []
        for tier in self._state.tiers:
            if tier.segment.people:
                rows = random.integers(0, tier.segment.people, most)
                found += tier.segment.person_ids[np.setdiff1d(rows, tier.dead)].tolist()
        return sorted(random.permutation(found)[:most].tolist())

    def holds(self, person_ids: Iterable[int]) -> dict[int, Change]:
        """What is held of those of the people who can be ranked; reads every posting once, so ask for many at a time."""
        wanted = np.fromiter(person_ids, np.int64)
        found: dict[int, Change] = {}
        for tier in self._state.tiers:
            rows = np.setdiff1d(tier.segment.rows_of(wanted), tier.dead)
            found |= held(tier.segment, rows)
        return found

    def apply(self, changes: Iterable[Change], seq: int) -> None:
        """Make changes visible to every later query; the last change of a person wins. `seq` never goes back.

        ValueError if any change cannot be held; then none is applied.
        """
        latest = checked(changes, self.columns)
        with self._writing:
            if seq < self._state.seq:
                raise ValueError(f"the index is at {self._state.seq} and cannot go back to {seq}")
            self._state = _changed(self._state, latest, seq)

    def compacted(self) -> tuple[Segment, int]:
        """One segment of everyone who counts now, and the sequence number it holds for. Changes nothing."""
        state = self._state
        return merged(state.tiers), state.seq


def _begun(base: Segment, seq: int) -> State:
    """A state of nothing but a base."""
    nobody = whole(empty(base.columns))
    return State(whole(base), nobody, nobody, seq)


def _changed(state: State, latest: dict[int, Change], seq: int) -> State:
    """The state after checked changes."""
    moved = np.fromiter(latest, dtype=np.int64, count=len(latest))
    base, delta, fresh = (without(tier, moved) for tier in state.tiers)
    columns = base.segment.columns
    added = from_changes([change for change in latest.values() if change.levels], columns)
    fresh = whole(merged([fresh, whole(added)]))
    if fresh.alive > FRESH_PEOPLE:
        delta, fresh = whole(merged([delta, fresh])), whole(empty(columns))
    return State(base, delta, fresh, seq)


def _dropped(tier: Tier, excluded: NDArray[np.int64]) -> Rows:
    """The rows that are dead or excluded, ascending: the few are put into the many, which are sorted already."""
    if not len(excluded):
        return tier.dead
    rows = tier.segment.rows_of(excluded)
    return np.insert(tier.dead, np.searchsorted(tier.dead, rows), rows)


def _best(kernel: Kernel, segment: Segment, query: Query, only: frozenset[int] | None) -> Best:
    """The first k of one segment."""
    if only is None:
        few = _few(segment, query)
        return kernel(segment, query) if few is None else best_among(segment, query, few)
    return best_among(segment, query, segment.rows_of(np.fromiter(only, np.int64, len(only))))


def _few(segment: Segment, query: Query) -> Rows | None:
    """The early mask: the rows that pass very selective conditions, where looking them up beats reading the lists.

    Tested lazily, conditions that hardly anybody meets are tested for everyone in the lists. Whether they are such is
    told by a sample, and both are kept with the segment, which never changes.
    """
    touched = int((query.spans[:, 1] - query.spans[:, 0]).sum())
    if not len(query.conditions) or touched < MASK_FROM:
        return None
    key = query.conditions.tobytes()
    if key not in segment.masks:
        if len(segment.masks) >= MASKS:
            segment.masks.clear()
        sample = segment.attributes[:: max(1, segment.people // SAMPLE)]
        few = None
        if passing(sample, query.conditions).sum() * MASK_SHARE < len(sample):
            rows = np.flatnonzero(passing(segment.attributes, query.conditions)).astype(np.uint32)
            few = rows if len(rows) * MASK_SHARE <= segment.people else None
        segment.masks[key] = few
    few = segment.masks.get(key)
    return few if few is not None and len(few) * LOOK_UP <= touched else None


def _hits(segment: Segment, best: Best, tables: NDArray[np.int32]) -> Iterator[tuple[int, Hit]]:
    """The order key of each person found, and what the ranking says of them."""
    keys, rows, levels = best
    parts = tables[np.arange(len(tables))[:, None], levels]
    return zip(
        keys.tolist(),
        map(
            Hit,
            segment.person_ids[rows].tolist(),
            scores_of(keys).tolist(),
            map(tuple, levels.T.tolist()),
            map(tuple, parts.T.tolist()),
        ),
        strict=True,
    )
