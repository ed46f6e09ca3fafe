"""Counts over many people: the mirror beside a posting."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from market.matching.core.contract import Requirement, check


@dataclass(frozen=True, slots=True)
class Mirror:
    """How many people meet all, at least three quarters and at least half of the requirements.

    `meeting` counts for each requirement alone; `without` counts who would meet all the others. `narrowest`
    is the place of the requirement that shrinks the pool most, None when none of them does.
    """

    all: int
    three_quarters: int
    half: int
    meeting: tuple[int, ...]
    without: tuple[int, ...]
    narrowest: int | None


def mirror(requirements: Sequence[Requirement], levels: NDArray[np.uint8]) -> Mirror:
    """The mirror over people's levels, shape (people, requirements), 0-255.

    People with none of the skills may be left out: they meet no quarter of anything.
    """
    check(requirements)
    n = len(requirements)
    met = levels >= np.array([asked.minimum for asked in requirements], dtype=np.int64)
    counts = met.sum(axis=1)
    all_met = int((counts == n).sum())
    # Who lacks just this one joins when it goes; with a single requirement that is nobody we can count.
    lacking_one = (~met[counts == n - 1]).sum(axis=0) if n > 1 else np.zeros(n, dtype=np.int64)
    without = tuple(all_met + int(lacking) for lacking in lacking_one)
    meeting = tuple(int(count) for count in met.sum(axis=0))
    place = max(range(n), key=lambda q: (without[q], -meeting[q], -q))
    return Mirror(
        all=all_met,
        three_quarters=int((counts >= -(-3 * n // 4)).sum()),
        half=int((counts >= -(-n // 2)).sum()),
        meeting=meeting,
        without=without,
        narrowest=place if without[place] > all_met else None,
    )
