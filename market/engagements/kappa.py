"""How far two assessors agree beyond chance: Cohen's kappa with quadratic weights. Pure.

Cohen (1968), "Weighted kappa", Psychological Bulletin 70, 213-220: a disagreement of two steps weighs four times one of
a single step, and what two people would disagree by chance, each choosing as often as they did, is the measure.
"""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction


def weighted_kappa(pairs: Iterable[tuple[int, int]]) -> float | None:
    """Agreement of (first, second) steps: 1 is full, 0 what chance would give, below 0 less than that.

    None where it says nothing: no pairs, or both chose one and the same step each time.
    """
    found = list(pairs)
    first, second = Counter(a for a, _b in found), Counter(b for _a, b in found)
    by_chance = sum(n * m * (a - b) ** 2 for a, n in first.items() for b, m in second.items())
    if by_chance == 0:
        return None
    apart = len(found) * sum((a - b) ** 2 for a, b in found)
    return float(1 - Fraction(apart, by_chance))
