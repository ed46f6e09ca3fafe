"""The scoring contract: whole numbers, so that SQL, numpy, numba and this file give the same answer.

    c     = weight * (min(level, m)*1024 // m + max(level - m, 0)*154 // (256 - m)) + essential*[level >= m]*2^20
    score = sum c;  order by score descending, then (a*person_id + b) mod 2147483647, then person id

An essential requirement met outweighs everything desirable; the rest saturates at the minimum, with a
small surplus above it. People are shown two numbers instead: essential n of m, and coverage. This is the
reference; the backends are tested against it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from math import lcm

ESSENTIAL = 1 << 20
COVERED = 1024
SURPLUS = 154
PRIME = 2147483647
MOST_REQUIREMENTS = 8
TOP_LEVEL = 255
LARGEST_ID = 2**32 - 1


class BadRequirements(ValueError):
    """Requirements that cannot be scored, with every reason."""

    def __init__(self, reasons: Sequence[str]) -> None:
        """Keep the reasons apart for the form, and together for the log."""
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A skill at a level (1-5), essential or desirable, with a weight (1-10)."""

    skill_id: int
    level: int
    weight: int
    essential: bool

    @property
    def minimum(self) -> int:
        """The person's level (0-255) that meets it."""
        return minimum(self.level)


@dataclass(frozen=True, slots=True)
class Tie:
    """How one opening breaks ties: its own order of people, so that early members are not favoured for ever."""

    a: int = 1
    b: int = 0

    def of(self, person_id: int) -> int:
        """The person's place among equals; the lowest comes first."""
        return (self.a * person_id + self.b) % PRIME


def tie_for(opening: str) -> Tie:
    """The tie-break of one opening, from its public id: the same on every machine and day."""
    digest = sha256(opening.encode()).digest()
    return Tie(
        1 + int.from_bytes(digest[:8], "big") % (PRIME - 1), int.from_bytes(digest[8:16], "big") % PRIME
    )


def minimum(level: int) -> int:
    """The person's level (0-255) at which a requirement of this level (1-5) is met."""
    return 51 * level - 25


def check(requirements: Sequence[Requirement]) -> None:
    """Raise BadRequirements with every reason: 1 to 8, each skill once, levels 1-5, weights 1-10."""
    reasons = []
    if not requirements:
        reasons.append("At least one skill is needed.")
    if len(requirements) > MOST_REQUIREMENTS:
        reasons.append(f"{len(requirements)} skills are listed; at most {MOST_REQUIREMENTS} can be.")
    seen: set[int] = set()
    for place, asked in enumerate(requirements, 1):
        if not _whole(asked.skill_id, 1, LARGEST_ID):
            reasons.append(f"Skill {place}: {asked.skill_id!r} is not a skill.")
        elif asked.skill_id in seen:
            reasons.append(f"Skill {place} is listed twice.")
        else:
            seen.add(asked.skill_id)
        if not _whole(asked.level, 1, 5):
            reasons.append(f"Skill {place}: level {asked.level!r} is not 1 to 5.")
        if not _whole(asked.weight, 1, 10):
            reasons.append(f"Skill {place}: weight {asked.weight!r} is not 1 to 10.")
    if reasons:
        raise BadRequirements(reasons)


def _whole(value: object, low: int, high: int) -> bool:
    """Whether a value is an int (and no bool) in the range, ends included."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def contribution(level: int, requirement: Requirement) -> int:
    """What a person's level (0-255) in the skill asked adds to the score."""
    m = requirement.minimum
    c = requirement.weight * (
        min(level, m) * COVERED // m + max(level - m, 0) * SURPLUS // (TOP_LEVEL + 1 - m)
    )
    return c + ESSENTIAL if requirement.essential and level >= m else c


def contributions(levels: Sequence[int], requirements: Sequence[Requirement]) -> tuple[int, ...]:
    """One contribution for each requirement, in their order. Levels run 0-255, 0 for no evidence."""
    return tuple(contribution(lv, asked) for lv, asked in zip(levels, requirements, strict=True))


def score(levels: Sequence[int], requirements: Sequence[Requirement]) -> int:
    """The sum of the contributions; at most 8,482,768, so that 32 bits are enough."""
    return sum(contributions(levels, requirements))


def order_key(person_id: int, points: int, tie: Tie) -> tuple[int, int, int]:
    """Sorts the best first."""
    return (-points, tie.of(person_id), person_id)


def rank(
    people: Mapping[int, Sequence[int]], requirements: Sequence[Requirement], tie: Tie, k: int
) -> list[tuple[int, int]]:
    """The first k (person id, score) among people (id to levels); who has none of the skills is not listed."""
    check(requirements)
    scored = ((person, score(levels, requirements)) for person, levels in people.items())
    found = [(person, points) for person, points in scored if points > 0]
    return sorted(found, key=lambda pair: order_key(pair[0], pair[1], tie))[:k]


@dataclass(frozen=True, slots=True)
class TwoNumbers:
    """What people are shown: "essential `met` of `of`", and coverage in whole percent."""

    met: int
    of: int
    coverage: int


def two_numbers(levels: Sequence[int], requirements: Sequence[Requirement]) -> TwoNumbers:
    """Essential n of m, and coverage: the weighted share of each minimum that is reached.

    Rounded to the nearest percent (halves up), but 100 is said only when nothing is missing and 0 only when
    there is nothing.
    """
    essential = [(lv, asked) for lv, asked in zip(levels, requirements, strict=True) if asked.essential]
    # coverage() in whole numbers over one denominator: the same answer, and lists ask for it twenty times a page
    common = lcm(*(asked.minimum for asked in requirements))
    whole = common * sum(asked.weight for asked in requirements)
    reached = sum(
        asked.weight * min(lv, asked.minimum) * (common // asked.minimum)
        for lv, asked in zip(levels, requirements, strict=True)
    )
    percent = (200 * reached + whole) // (2 * whole)
    if 0 < reached < whole:
        percent = min(99, max(1, percent))
    return TwoNumbers(sum(lv >= asked.minimum for lv, asked in essential), len(essential), percent)


def coverage(levels: Sequence[int], requirements: Sequence[Requirement]) -> Fraction:
    """Sum of weight*min(level, m)/m over the sum of weights: 0 to 1, exact."""
    parts = (asked.weight * share(lv, asked.minimum) for lv, asked in zip(levels, requirements, strict=True))
    return sum(parts, Fraction()) / sum(asked.weight for asked in requirements)


def share(level: int, least: int) -> Fraction:
    """How much of a minimum a level reaches: 0 to 1."""
    return Fraction(min(level, least), least)
