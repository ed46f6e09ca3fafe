"""Openings for a person, from memory: the other direction of the index, with every open opening in it.

For each skill the openings that ask for it, so that a person's few skills touch few rows. The order is that of
`matching.openings`: the share of essentials met, then coverage less what applicants a seat take off, then the newer
first; whole numbers throughout. Openings are few beside people (thousands, where people are millions), so they are
plain arrays in memory: no file, nothing that could be cut short or belong to another version.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.matching.core.contract import MOST_REQUIREMENTS, minimum
from market.matching.core.filters import Condition, compiled, passing
from market.matching.core.policy import DEFAULTS, Policy

WHOLE = 1024  # parts of a share
FOLD_AT = 500
"""So many changed openings are kept apart before the arrays are worth making anew."""
Ints = NDArray[np.int64]


class Open(NamedTuple):
    """One opening that can be applied for; `attributes` are what filters ask, in the order of the index's columns."""

    id: int
    seats: int
    applicants: int
    attributes: tuple[int, ...] = ()


class Asked(NamedTuple):
    """One skill that one opening asks for: essential is 0 or 1."""

    opening: int
    skill: int
    level: int  # 1-5
    weight: int  # 1-10
    essential: int


Holding = dict[int, tuple[Open, frozenset[Asked]]]
"""Openings by id, with all that each asks."""
_MINIMA = np.array([0, *map(minimum, range(1, 6))])
_SHARES = np.array(
    [
        [WHOLE * met // of if of else WHOLE for met in range(MOST_REQUIREMENTS + 1)]
        for of in range(MOST_REQUIREMENTS + 1)
    ]
)
"""The share of essentials met, by how many there are and how many are met."""
_LEAST, _MOST = np.array([1, 1, 1, 1, 0]), np.array([2**62, 2**62, 5, 10, 1])


def _board_of(opens: Iterable[Open], columns: int) -> Ints:
    """Openings as a table by id: id, seats, applicants, attributes; ValueError where no order can be made of them."""
    rows = [(one.id, one.seats, one.applicants, *one.attributes) for one in opens]
    board = np.array(rows, dtype=np.int64).reshape(-1, 3 + columns)
    if ((board[:, :2] < 1).any(axis=1) | (board[:, 2] < 0)).any():
        raise ValueError("an opening has no seats, or fewer than no applicants")
    board = board[np.argsort(board[:, 0], kind="stable")]
    if (board[1:, 0] == board[:-1, 0]).any():
        raise ValueError("an opening is listed twice")
    return board


def _table_of(asked: Iterable[Asked]) -> Ints:
    """What they ask as a table by opening and skill; ValueError where no order can be made of it."""
    table = np.array(list(asked), dtype=np.int64).reshape(-1, len(Asked._fields))
    if ((table < _LEAST) | (table > _MOST)).any():
        raise ValueError("an opening asks for something out of range")
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    if (table[1:, :2] == table[:-1, :2]).all(axis=1).any():
        raise ValueError("an opening asks for a skill twice")
    if len(table) and np.unique(table[:, 0], return_counts=True)[1].max() > MOST_REQUIREMENTS:
        raise ValueError(f"an opening asks for more than {MOST_REQUIREMENTS} skills")
    return table


def _covered(level: int) -> Ints:
    """What a level covers of a requirement of each level, 1-5; above nought whatever the level."""
    least = np.maximum(_MINIMA, 1)
    shares: Ints = WHOLE * np.minimum(level, least) // least
    return shares


@dataclass(frozen=True)
class _Rows:
    """Openings as arrays, by id; of skill `skills[s]` the entries from `ptr[s]` to `ptr[s + 1]` ask."""

    board: Ints
    table: Ints
    essentials: Ints
    weights: Ints
    skills: Ints
    ptr: Ints
    rows: Ints
    level: Ints
    weight: Ints
    essential: Ints

    @property
    def ids(self) -> Ints:
        found: Ints = self.board[:, 0]
        return found

    @property
    def attributes(self) -> Ints:
        found: Ints = self.board[:, 3:]
        return found

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
        met, covered = np.zeros(len(self.board), np.int64), np.zeros(len(self.board), np.int64)
        for skill, level in levels.items():
            at = self._places.get(skill)
            if at is None or level < 1:
                continue
            part = slice(self.ptr[at], self.ptr[at + 1])
            rows, least = self.rows[part], _MINIMA[self.level[part]]
            covered[rows] += self.weight[part] * _covered(level)[self.level[part]]
            met[rows] += self.essential[part] * (level >= least)
        touched = np.flatnonzero((covered > 0) & may)
        rest = np.flatnonzero((covered == 0) & may)
        # Of those that ask nothing the person has, the place is one of two, and the newest stand first.
        asks = self.essentials[rest] > 0
        rows = np.concatenate([touched, rest[~asks][-k:], rest[asks][-k:]])
        shares = _SHARES[self.essentials[rows], met[rows]]
        if len(rows) > k:  # coverage never makes up for a smaller share: the rest need not be looked at
            few = shares >= np.partition(shares, len(shares) - k)[len(shares) - k]
            rows, shares = rows[few], shares[few]
        found = self._place(rows, shares, covered[rows], policy)
        ids = self.ids[rows]
        if len(ids) > k:  # equals at the cut stay in, for the id to decide
            cut = np.partition(found, len(found) - k)[len(found) - k]
            ids, found = ids[found >= cut], found[found >= cut]
        order = np.lexsort((-ids, -found))[:k]
        return list(zip(ids[order].tolist(), found[order].tolist(), strict=True))

    def _place(self, rows: NDArray[np.intp], share: Ints, covered: Ints, policy: Policy) -> Ints:
        seats = 1000 * self.board[rows, 1]
        lowered = seats + policy.applicants_per_seat * self.board[rows, 2]
        found: Ints = share * (2 * WHOLE) + covered // self.weights[rows] * seats // lowered
        return found


def _rows(board: Ints, table: Ints) -> _Rows:
    """The arrays of those openings that are in both tables: one that asks for nothing stands in no order."""
    table = table[np.isin(table[:, 0], board[:, 0])]
    board = board[np.isin(board[:, 0], table[:, 0])]
    row = np.searchsorted(board[:, 0], table[:, 0])
    essentials, weights = np.zeros(len(board), np.int64), np.zeros(len(board), np.int64)
    np.add.at(essentials, row, table[:, 4])
    np.add.at(weights, row, table[:, 3])
    by_skill = np.argsort(table[:, 1], kind="stable")
    skills, starts = np.unique(table[by_skill, 1], return_index=True)
    return _Rows(
        board=board,
        table=table,
        essentials=essentials,
        weights=weights,
        skills=skills,
        ptr=np.append(starts, len(table)),
        rows=row[by_skill],
        level=table[by_skill, 2],
        weight=table[by_skill, 3],
        essential=table[by_skill, 4],
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

    def __init__(
        self, opens: Iterable[Open] = (), asked: Iterable[Asked] = (), columns: tuple[str, ...] = ()
    ) -> None:
        """Serve these; ValueError where no order can be made of them."""
        self.columns = columns
        self._state = _whole(_board_of(opens, len(columns)), _table_of(asked))

    def __len__(self) -> int:
        state = self._state
        return len(state.base.board) - int(state.dead.sum()) + len(state.fresh.board)

    @property
    def changed(self) -> int:
        """How many openings changed since the arrays were made."""
        return len(self._state.changed)

    @property
    def wants_folding(self) -> bool:
        """Whether so many changed that the arrays are worth making anew."""
        return self.changed > FOLD_AT

    def change(
        self, opens: Iterable[Open] = (), asked: Iterable[Asked] = (), gone: Iterable[int] = ()
    ) -> None:
        """Openings that are new or ask something else now, with all they ask, and those that are not open any more."""
        state, board, table = self._state, _board_of(opens, len(self.columns)), _table_of(asked)
        moved = set(board[:, 0].tolist()) | set(gone)
        apart = _without(state.fresh, state.fresh.where(moved))
        board, table = np.concatenate([apart[0], board]), np.concatenate([apart[1], table])
        self._state = _State(
            state.base,
            state.dead | state.base.where(moved),
            _rows(board[np.argsort(board[:, 0])], table),
            state.changed | moved,
        )

    def fold(self) -> None:
        """Make the arrays anew of what is served now. Changes no answer."""
        self._state = _whole(*_served(self._state))

    def holds(self, ids: Collection[int]) -> Holding:
        """What is held of those of the openings that are served."""
        board, table = _served(self._state)
        wanted = np.fromiter(ids, np.int64, len(ids))
        asked: dict[int, set[Asked]] = {}
        for row in table[np.isin(table[:, 0], wanted)].tolist():
            asked.setdefault(row[0], set()).add(Asked(*row))
        return {
            row[0]: (Open(row[0], row[1], row[2], tuple(row[3:])), frozenset(asked[row[0]]))
            for row in board[np.isin(board[:, 0], wanted)].tolist()
        }

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
        conditions: Sequence[Condition] = (),
        only: Collection[int] | None = None,
        policy: Policy = DEFAULTS,
    ) -> list[tuple[int, int]]:
        """(opening id, place) of the first k for someone with these levels (skill id to 1-255), the best first.

        All conditions must hold; ValueError for an unknown column. `only`, if given, names all that may be listed.
        """
        wanted = compiled(conditions, self.columns)
        if k < 1:
            return []
        state = self._state
        found: list[tuple[int, int]] = []
        for rows, alive in ((state.base, ~state.dead), (state.fresh, True)):
            may = passing(rows.attributes, wanted) & alive
            found += rows.best(levels, k, may if only is None else may & rows.where(only), policy)
        return sorted(found, key=lambda pair: (-pair[1], -pair[0]))[:k]


def _without(rows: _Rows, gone: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Both tables less some rows."""
    return rows.board[~gone], rows.table[~np.isin(rows.table[:, 0], rows.ids[gone])]


def _served(state: _State) -> tuple[Ints, Ints]:
    """Everything that is served, as both tables."""
    board, table = _without(state.base, state.dead)
    board = np.concatenate([board, state.fresh.board])
    return board[np.argsort(board[:, 0])], np.concatenate([table, state.fresh.table])


def _whole(board: Ints, table: Ints) -> _State:
    rows, none = _rows(board, table), _rows(board[:0], table[:0])
    return _State(rows, np.zeros(len(rows.board), dtype=np.bool_), none, frozenset())
