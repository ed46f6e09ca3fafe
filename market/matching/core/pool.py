"""Counts over many people or many openings: the mirror beside a posting, and the skill that opens most doors."""

from collections import Counter
from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class SkillGap:
    """A skill a person could gain: at `level` (1-5) it alone would open `opens` more openings."""

    skill_id: int
    level: int
    opens: int


def skill_gaps(
    levels: Mapping[int, int], openings: Sequence[Sequence[Requirement]], most: int = 10
) -> tuple[SkillGap, ...]:
    """The skills that would open most openings, the best first; ties go to the lower level, then the lower id.

    An opening is open to a person who meets its essential requirements. Counted are those where exactly one
    essential is not met. Each skill appears once, at the lowest level that opens all it can open.
    """
    missing: Counter[tuple[int, int]] = Counter()
    for requirements in openings:
        unmet = [q for q in requirements if q.essential and levels.get(q.skill_id, 0) < q.minimum]
        if len(unmet) == 1:
            missing[unmet[0].skill_id, unmet[0].level] += 1
    gaps = [
        SkillGap(
            skill,
            max(level for other, level in missing if other == skill),
            sum(count for (other, _), count in missing.items() if other == skill),
        )
        for skill in {skill for skill, _ in missing}
    ]
    return tuple(sorted(gaps, key=lambda gap: (-gap.opens, gap.level, gap.skill_id))[:most])


def openings_by_level(
    levels: Mapping[int, int], openings: Sequence[Sequence[Requirement]], skill_id: int
) -> tuple[int, ...]:
    """How many more openings this skill alone would open at level 1, 2, 3, 4 and 5: never falling."""
    at = [0] * 5
    for requirements in openings:
        unmet = [q for q in requirements if q.essential and levels.get(q.skill_id, 0) < q.minimum]
        if len(unmet) == 1 and unmet[0].skill_id == skill_id:
            for place in range(unmet[0].level - 1, 5):
                at[place] += 1
    return tuple(at)
