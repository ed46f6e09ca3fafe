"""Openings for a person, from memory: the other direction of the index, with every open opening in it.

For each skill the openings that ask for it, so that a person's few skills touch few rows. The order is that of
`matching.openings`: the share of essentials met, then coverage less what applicants a seat take off, then the newer
first; whole numbers throughout. Openings are few beside people (thousands, where people are millions), so they are
plain arrays in memory: no file, nothing that could be cut short or belong to another version.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.matching.core.contract import MOST_REQUIREMENTS, minimum
from market.matching.core.policy import DEFAULTS, Policy

WHOLE = 1024  # parts of a share
FOLD_AT = 500
"""So many changed openings are kept apart before the arrays are worth making anew."""
Ints = NDArray[np.int64]


class Asked(NamedTuple):
    """One skill that one opening asks for, with what else counts of the opening: a row of what the index is made of."""

    opening: int
    seats: int
    applicants: int
    skill: int
    level: int  # 1-5
    weight: int  # 1-10
    essential: int  # 0 or 1


_MINIMA = np.array([0, *map(minimum, range(1, 6))])
_LEAST = np.array([1, 1, 0, 1, 1, 1, 0])
_MOST = np.array([2**62, 2**31, 2**31, 2**62, 5, 10, 1])


def table_of(rows: Iterable[Asked]) -> Ints:
    """Rows as a table by opening and skill; ValueError where no order could be made of them."""
    table = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, len(Asked._fields))
    if ((table < _LEAST) | (table > _MOST)).any():
        raise ValueError("an opening asks for something out of range")
    table = table[np.lexsort((table[:, 3], table[:, 0]))]
    same = table[1:, 0] == table[:-1, 0]
    if (same & (table[1:, 3] == table[:-1, 3])).any():
        raise ValueError("an opening asks for a skill twice")
    if (same & (table[1:, 1:3] != table[:-1, 1:3]).any(axis=1)).any():
        raise ValueError("an opening has two numbers of seats or applicants")
    if len(table) and np.unique(table[:, 0], return_counts=True)[1].max() > MOST_REQUIREMENTS:
        raise ValueError(f"an opening asks for more than {MOST_REQUIREMENTS} skills")
    return table


@dataclass(frozen=True)
class _Rows:
    """Openings as arrays, by id; of skill `skills[s]` the entries from `ptr[s]` to `ptr[s + 1]` ask."""

    table: Ints
    ids: Ints
    essentials: Ints
    weights: Ints
    seats: Ints
    applicants: Ints
    skills: Ints
    ptr: Ints
    rows: Ints
    least: Ints
    weight: Ints
    essential: Ints

    @cached_property
    def _places(self) -> dict[int, int]:
        return {int(skill): place for place, skill in enumerate(self.skills)}

    def where(self, ids: Collection[int]) -> NDArray[np.bool_]:
        """Which rows are of these openings."""
        found = np.zeros(len(self.ids), dtype=np.bool_)
        wanted = np.fromiter(ids, np.int64, len(ids))
        at = np.searchsorted(self.ids, wanted)
        at, wanted = at[at < len(self.ids)], wanted[at < len(self.ids)]
        found[at[self.ids[at] == wanted]] = True
        return found

    def best(
        self, levels: Mapping[int, int], k: int, may: NDArray[np.bool_], policy: Policy
    ) -> list[tuple[int, int]]:
        """(opening id, place) of the first k of the rows that may be listed; the higher place is the better."""
        met, covered = np.zeros_like(self.ids), np.zeros_like(self.ids)
        for skill, level in levels.items():
            at = self._places.get(skill)
            if at is None or level < 1:
                continue
            part = slice(self.ptr[at], self.ptr[at + 1])
            rows, least = self.rows[part], self.least[part]
            shares: Ints = WHOLE * np.minimum(level, least) // least  # above nought whatever the level
            covered[rows] += self.weight[part] * shares
            met[rows] += self.essential[part] * (level >= least)
        touched = np.flatnonzero((covered > 0) & may)
        rest = np.flatnonzero((covered == 0) & may)
        # Of those that ask nothing the person has, the place is one of two, and the newest stand first.
        asks = self.essentials[rest] > 0
        rows = np.concatenate([touched, rest[~asks][-k:], rest[asks][-k:]])
        found = self._place(rows, met[rows], covered[rows], policy)
        ids = self.ids[rows]
        if len(ids) > k:  # equals at the cut stay in, for the id to decide
            cut = np.partition(found, len(found) - k)[len(found) - k]
            ids, found = ids[found >= cut], found[found >= cut]
        order = np.lexsort((-ids, -found))[:k]
        return list(zip(ids[order].tolist(), found[order].tolist(), strict=True))

    def _place(self, rows: NDArray[np.intp], met: Ints, covered: Ints, policy: Policy) -> Ints:
        essentials = self.essentials[rows]
        share = np.where(essentials > 0, WHOLE * met // np.maximum(essentials, 1), WHOLE)
        seats = 1000 * self.seats[rows]
        lowered = seats + policy.applicants_per_seat * self.applicants[rows]
        return share * (2 * WHOLE) + covered // self.weights[rows] * seats // lowered


def _rows(table: Ints) -> _Rows:
    """The arrays of a table."""
    ids, first = np.unique(table[:, 0], return_index=True)
    row = np.searchsorted(ids, table[:, 0])
    essentials, weights = np.zeros_like(ids), np.zeros_like(ids)
    np.add.at(essentials, row, table[:, 6])
    np.add.at(weights, row, table[:, 5])
    by_skill = np.argsort(table[:, 3], kind="stable")
    skills, starts = np.unique(table[by_skill, 3], return_index=True)
    return _Rows(
        table=table,
        ids=ids,
        essentials=essentials,
        weights=weights,
        seats=table[first, 1],
        applicants=table[first, 2],
        skills=skills,
        ptr=np.append(starts, len(table)),
        rows=row[by_skill],
        least=_MINIMA[table[by_skill, 4]],
        weight=table[by_skill, 5],
        essential=table[by_skill, 6],
    )


@dataclass(frozen=True)
class _State:
    """What one question sees: the arrays, which rows of them no longer hold, and what changed since."""

    base: _Rows
    dead: NDArray[np.bool_]
    fresh: _Rows
    changed: frozenset[int]


class OpeningsIndex:
    """All open openings. Many threads may ask while one changes it."""

    def __init__(self, rows: Iterable[Asked] = ()) -> None:
        """Serve these; ValueError as `table_of` says."""
        self._state = _whole(table_of(rows))

    def __len__(self) -> int:
        state = self._state
        return len(state.base.ids) - int(state.dead.sum()) + len(state.fresh.ids)

    @property
    def changed(self) -> int:
        """How many openings changed since the arrays were made."""
        return len(self._state.changed)

    @property
    def wants_folding(self) -> bool:
        """Whether so many changed that the arrays are worth making anew."""
        return self.changed > FOLD_AT

    def change(self, rows: Iterable[Asked] = (), gone: Iterable[int] = ()) -> None:
        """Openings that are new or ask something else now (all rows of each), and those that are not open any more."""
        state, table = self._state, table_of(rows)
        moved = set(table[:, 0].tolist()) | set(gone)
        apart = state.fresh.table
        apart = apart[~np.isin(apart[:, 0], np.fromiter(moved, np.int64, len(moved)))]
        self._state = _State(
            state.base,
            state.dead | state.base.where(moved),
            _rows(np.concatenate([apart, table])),
            state.changed | moved,
        )

    def fold(self) -> None:
        """Make the arrays anew of what is served now. Changes no answer."""
        self._state = _whole(_tables(self._state))

    def holds(self, ids: Collection[int]) -> dict[int, set[Asked]]:
        """What is held of those of the openings that are served."""
        found: dict[int, set[Asked]] = {}
        table = _tables(self._state)
        for row in table[np.isin(table[:, 0], np.fromiter(ids, np.int64, len(ids)))].tolist():
            found.setdefault(row[0], set()).add(Asked(*row))
        return found

    def some(self, most: int, random: np.random.Generator) -> list[int]:
        """The ids of up to so many openings that are served, at random."""
        state = self._state
        ids = np.concatenate([state.base.ids[~state.dead], state.fresh.ids])
        return sorted(random.permutation(ids)[:most].tolist())

    def best(
        self,
        levels: Mapping[int, int],
        k: int,
        *,
        only: Collection[int] | None = None,
        policy: Policy = DEFAULTS,
    ) -> list[tuple[int, int]]:
        """(opening id, place) of the first k for someone with these levels (skill id to 1-255), the best first.

        `only` names the openings that may be listed: those that match what the person searched for.
        """
        if k < 1:
            return []
        state = self._state
        found: list[tuple[int, int]] = []
        for rows, alive in ((state.base, ~state.dead), (state.fresh, None)):
            may = np.ones(len(rows.ids), dtype=np.bool_) if only is None else rows.where(only)
            found += rows.best(levels, k, may if alive is None else may & alive, policy)
        return sorted(found, key=lambda pair: (-pair[1], -pair[0]))[:k]


def _tables(state: _State) -> Ints:
    """Everything that is served, as one table."""
    gone = state.base.ids[state.dead]
    kept = state.base.table[~np.isin(state.base.table[:, 0], gone)]
    return np.concatenate([kept, state.fresh.table])


def _whole(table: Ints) -> _State:
    rows = _rows(table[np.argsort(table[:, 0], kind="stable")])
    return _State(rows, np.zeros(len(rows.ids), dtype=np.bool_), _rows(table[:0]), frozenset())
