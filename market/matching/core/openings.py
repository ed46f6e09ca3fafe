"""Openings for a person, from memory: the other direction of the index, with every open opening in it.

For each skill the openings that ask for it, so that a person's few skills touch few rows; what an opening asks in all
is kept beside it. The order is that of `matching.openings`: the share of essentials met, then coverage less what
applicants a seat take off, then the newer first; whole numbers throughout.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from market.matching.core.contract import Requirement, check
from market.matching.core.policy import DEFAULTS, Policy

WHOLE = 1024  # parts of a share
REBUILD_AT = 500
"""So many changed openings are kept apart before the arrays are made anew."""
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Open:
    """An opening that can be applied for; ValueError where no order can be made of it."""

    id: int
    asked: tuple[Requirement, ...]
    seats: int = 1
    applicants: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be scored."""
        check(self.asked)
        if self.id < 1 or self.seats < 1 or self.applicants < 0:
            raise ValueError(f"opening {self.id} with {self.seats} seats and {self.applicants} applicants")


@dataclass(frozen=True)
class _Rows:
    """Openings as arrays; of skill `skills[s]` the entries from `ptr[s]` to `ptr[s + 1]` ask."""

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

    def places(self, levels: Mapping[int, int], policy: Policy) -> Ints:
        """How well each opening fits; the higher the better."""
        met, covered = np.zeros_like(self.ids), np.zeros_like(self.ids)
        for skill, level in levels.items():
            at = self._places.get(skill)
            if at is None or level < 1:
                continue
            part = slice(self.ptr[at], self.ptr[at + 1])
            rows, least = self.rows[part], self.least[part]
            shares: Ints = WHOLE * np.minimum(level, least) // least
            covered[rows] += self.weight[part] * shares
            met[rows] += self.essential[part] * (level >= least)
        share = np.where(self.essentials > 0, WHOLE * met // np.maximum(self.essentials, 1), WHOLE)
        seats = 1000 * self.seats
        spread = covered // self.weights * seats // (seats + policy.applicants_per_seat * self.applicants)
        return share * (2 * WHOLE) + spread


def _arrays(openings: Sequence[Open]) -> _Rows:
    entries = np.array(
        [
            (asked.skill_id, row, asked.minimum, asked.weight, asked.essential)
            for row, one in enumerate(openings)
            for asked in one.asked
        ],
        dtype=np.int64,
    ).reshape(-1, 5)
    entries = entries[np.argsort(entries[:, 0], kind="stable")]
    skills, starts = np.unique(entries[:, 0], return_index=True)
    of = np.array(
        [
            (
                one.id,
                sum(asked.essential for asked in one.asked),
                sum(asked.weight for asked in one.asked),
                one.seats,
                one.applicants,
            )
            for one in openings
        ],
        dtype=np.int64,
    ).reshape(-1, 5)
    columns = [np.ascontiguousarray(column) for column in (*of.T, skills, np.append(starts, len(entries)))]
    return _Rows(*columns, *(np.ascontiguousarray(column) for column in entries.T[1:]))


@dataclass(frozen=True)
class _State:
    """What one question sees: the arrays, rows of them that no longer hold, and what changed since."""

    rows: _Rows
    dead: NDArray[np.bool_]
    fresh: _Rows
    openings: Mapping[int, Open]
    changed: frozenset[int]


class OpeningsIndex:
    """All open openings. Many threads may ask while one changes it."""

    def __init__(self, openings: Iterable[Open] = ()) -> None:
        """Serve these."""
        self._state = _whole({one.id: one for one in openings})

    def __len__(self) -> int:
        return len(self._state.openings)

    def change(self, openings: Iterable[Open] = (), gone: Iterable[int] = ()) -> None:
        """Openings that are new or ask something else now, and those that are not open any more."""
        state, new = self._state, {one.id: one for one in openings}
        left = set(gone) - set(new)
        held = {**{n: one for n, one in state.openings.items() if n not in left}, **new}
        changed = state.changed | set(new) | left
        if len(changed) > REBUILD_AT:
            self._state = _whole(held)
            return
        apart = _arrays([held[n] for n in sorted(changed) if n in held])
        dead = np.isin(state.rows.ids, np.fromiter(changed, np.int64, len(changed)))
        self._state = replace(state, dead=dead, fresh=apart, openings=held, changed=frozenset(changed))

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
        state = self._state
        wanted = None if only is None else np.fromiter(only, np.int64, len(only))
        found: list[tuple[int, int]] = []
        for rows, dead in ((state.rows, state.dead), (state.fresh, None)):
            may = np.ones(len(rows.ids), dtype=np.bool_) if dead is None else ~dead
            if wanted is not None:
                may &= np.isin(rows.ids, wanted)
            ids, places = rows.ids[may], rows.places(levels, policy)[may]
            if len(ids) > k:  # equals at the cut stay in, for the id to decide
                cut = np.partition(places, len(places) - k)[len(places) - k] if k else places.max() + 1
                ids, places = ids[places >= cut], places[places >= cut]
            order = np.lexsort((-ids, -places))[:k]
            found += zip(ids[order].tolist(), places[order].tolist(), strict=True)
        return sorted(found, key=lambda pair: (-pair[1], -pair[0]))[:k]


def _whole(openings: Mapping[int, Open]) -> _State:
    rows = _arrays([openings[n] for n in sorted(openings)])
    return _State(rows, np.zeros(len(rows.ids), dtype=np.bool_), _arrays([]), dict(openings), frozenset())
