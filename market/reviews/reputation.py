"""Reputation, published: a mean of reviews that says how sure it is. Pure.

Each review counts as the mean of its axes, 1 to 5. It fades with a half-life of two years; what one rater says in all
counts as at most one and a half reviews. The mean leans to the site's mean with the weight of three reviews, so that one
review decides little, and the interval is where the true mean lies nine times in ten if reviews scatter by one step.
Silence never counts. Shown, and never an input to a ranking.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import fsum, sqrt

HALF_LIFE_DAYS = 2 * 365.25
PRIOR_WEIGHT = 3.0
PRIOR_MEAN = 4.0  # until the site has reviews of its own to take a mean of
RATER_CAP = 1.5
SCATTER = 1.0
SPREAD_90 = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Rated:
    """One review: 1 to 5, the day it was revealed, and who gave it."""

    stars: float
    on: date
    rater: str


@dataclass(frozen=True, slots=True)
class Reputation:
    """`mean` with its 90 % interval, all 1 to 5, from `n` reviews."""

    mean: float
    lo: float
    hi: float
    n: int

    @property
    def is_new(self) -> bool:
        """Nobody has reviewed this person or organisation yet."""
        return self.n == 0


def reputation(reviews: Iterable[Rated], as_of: date, site_mean: float = PRIOR_MEAN) -> Reputation:
    """What the reviews say on a day. The order of the reviews is of no matter."""
    found = list(reviews)
    faded = [0.5 ** (max(0, (as_of - r.on).days) / HALF_LIFE_DAYS) for r in found]
    by_rater: dict[str, list[float]] = {}
    for review, weight in zip(found, faded, strict=True):
        by_rater.setdefault(review.rater, []).append(weight)
    said = {rater: fsum(parts) for rater, parts in by_rater.items()}  # exact: the order is of no matter
    weights = [w * min(1.0, RATER_CAP / said[r.rater]) for r, w in zip(found, faded, strict=True)]
    total = PRIOR_WEIGHT + fsum(weights)
    mean = (PRIOR_WEIGHT * site_mean + fsum(w * r.stars for w, r in zip(weights, found, strict=True))) / total
    half = SPREAD_90 * SCATTER / sqrt(total)
    return Reputation(mean, max(1.0, mean - half), min(5.0, mean + half), len(found))
