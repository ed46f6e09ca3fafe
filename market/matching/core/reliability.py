"""Does what was shown before say anything of what came after? Bins with their interval, and how often order was right.

Pure. A case is the coverage that was shown (whole percent, 0-100) and whether it went well. Coverage promises no share
of successes: what is asked is whether the share rises with it.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

EDGES = (0, 20, 40, 60, 80, 101)
FEWEST = 30  # cases before anything is shown
FEWEST_IN_BIN = 5  # before a bin is shown
Z90 = 1.6448536269514722  # the 95th percentile of the normal: an interval of 90 %


class Case(NamedTuple):
    """One outcome: the coverage that was shown before, and whether it went well."""

    coverage: int
    well: bool


class Bin(NamedTuple):
    """Cases whose coverage was `low` or more and less than `high`."""

    low: int
    high: int
    n: int
    well: int

    @property
    def is_shown(self) -> bool:
        return self.n >= FEWEST_IN_BIN

    @property
    def share(self) -> float:
        """0-1; 0 of an empty bin."""
        return self.well / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share lies nine times in ten: Wilson's interval, which holds for few cases too."""
        return wilson(self.well, self.n)

    @property
    def last(self) -> int:
        """The highest whole percent in it."""
        return min(self.high - 1, 100)


def wilson(well: int, n: int, z: float = Z90) -> tuple[float, float]:
    """The score interval of a share (E. B. Wilson, 1927); 0 to 1 of nothing."""
    if n == 0:
        return 0.0, 1.0
    share = well / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def binned(cases: Iterable[Case], edges: Sequence[int] = EDGES) -> tuple[Bin, ...]:
    """Every bin, empty ones too."""
    known = list(cases)
    made = []
    for low, high in pairwise(edges):
        inside = [one.well for one in known if low <= one.coverage < high]
        made.append(Bin(low, high, len(inside), sum(inside)))
    return tuple(made)


class Order(NamedTuple):
    """Of pairs of which one went well and the other did not: in how many the one that did had more coverage."""

    pairs: int
    right: int
    equal: int

    @property
    def share(self) -> float | None:
        """Equal ones count half; 0.5 is chance. None without a pair."""
        return (self.right + self.equal / 2) / self.pairs if self.pairs else None


def ordered(cases: Iterable[Case]) -> Order:
    """The concordance (area under the ROC curve) as counts. O(cases): percents are few."""
    well, not_well = [0] * 101, [0] * 101
    for one in cases:
        (well if one.well else not_well)[one.coverage] += 1
    right = equal = below = 0
    for percent in range(101):
        right += well[percent] * below
        equal += well[percent] * not_well[percent]
        below += not_well[percent]
    return Order(sum(well) * sum(not_well), right, equal)


class Reliability(NamedTuple):
    """What the page shows; nothing but the number while there are too few cases."""

    n: int
    bins: tuple[Bin, ...]
    order: Order

    @property
    def is_enough(self) -> bool:
        return self.n >= FEWEST


def reliability(cases: Sequence[Case]) -> Reliability:
    return Reliability(len(cases), binned(cases), ordered(cases))
