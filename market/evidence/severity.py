"""Severity: how far each rater's marks lie from what other raters say of the same people, shrunken towards none.

A mark is `y = mean + ability + shift + noise`, abilities and shifts drawn around 0: a two-way model with random
effects on both sides, so that a rater with few marks, or one who alone knows their people, is believed to be like
the others. Only differences between raters can be seen, so the shifts are re-centred to mean 0. Pure functions;
the estimate is found by conjugate gradients and held to a dense solution by tests/evidence/test_severity.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.evidence.posterior import DEMONSTRATED, ENDORSED, Item

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Settings:
    """How much abilities and raters differ, in steps of the 0-5 scale. Change `version` with any of them."""

    version: int = 1
    ability_sd: float = 1.2  # between people in one skill
    shift_sd: float = 1.0  # between raters; more than most differ, so that rings are found out
    tolerance: float = 1e-10
    least_people: int = 5  # whose marks by one rater are enough to say anything of the rater


DEFAULTS = Settings()


class Mark(NamedTuple):
    """One rater's mark (0-5) of one person in one skill, with its variance; `rater` as in Item.party."""

    person_id: int
    skill_id: int
    rater: str
    value: float
    variance: float


class Shift(NamedTuple):
    """What a rater adds to a mark: below 0 severe, above 0 lenient. `n` marks it was learned from."""

    value: float = 0.0
    n: int = 0


@dataclass(frozen=True, slots=True)
class Shifts:
    """The shifts of one release, by rater."""

    version: int
    by_rater: Mapping[str, Shift]


NONE = Shifts(0, MappingProxyType({}))


def learn(marks: Iterable[Mark], version: int, settings: Settings = DEFAULTS) -> Shifts:
    """The shift of every rater who marked enough people; the order of the marks is of no matter.

    Who marked fewer is taken into account, and not spoken of: shrinking alone would read the one high mark of somebody
    outstanding as a third leniency. O(marks) a step, some tens of steps.
    """
    ordered = sorted(marks)
    if not ordered:
        return Shifts(version, MappingProxyType({}))
    raters = sorted({mark.rater for mark in ordered})
    places = {rater: place for place, rater in enumerate(raters)}
    subjects = {pair: place for place, pair in enumerate(sorted({mark[:2] for mark in ordered}))}
    rater = np.array([places[mark.rater] for mark in ordered])
    subject = np.array([subjects[mark[:2]] for mark in ordered])
    weight = 1 / np.array([mark.variance for mark in ordered])
    value = np.array([mark.value for mark in ordered])
    shifts = _shifts(rater, subject, weight, value - np.average(value, weights=weight), settings)
    shifts -= shifts.mean()
    counts = np.bincount(rater)
    people: dict[str, set[int]] = {}
    for mark in ordered:
        people.setdefault(mark.rater, set()).add(mark.person_id)
    known = {one: p for one, p in places.items() if len(people[one]) >= settings.least_people}
    found = {one: Shift(float(shifts[p]), int(counts[p])) for one, p in known.items()}
    return Shifts(version, MappingProxyType(found))


def _shifts(
    rater: NDArray[np.intp], subject: NDArray[np.intp], weight: Floats, value: Floats, settings: Settings
) -> Floats:
    """The mode of the shifts: the abilities are eliminated, and what remains is solved by conjugate gradients."""
    raters, subjects = int(rater.max()) + 1, int(subject.max()) + 1
    own = _sums(rater, weight, raters) + settings.shift_sd**-2
    theirs = _sums(subject, weight, subjects) + settings.ability_sd**-2

    def unexplained(by_mark: Floats) -> Floats:
        """For each rater, the sum over their marks of what abilities do not explain."""
        abilities = _sums(subject, weight * by_mark, subjects) / theirs
        return _sums(rater, weight * (by_mark - abilities[subject]), raters)

    found = np.zeros(raters)
    left = unexplained(value)
    scaled: Floats = left / own
    towards, size = scaled.copy(), float(left @ scaled)
    for _ in range(raters + 50):  # exact arithmetic needs `raters` steps at most, and some tens are enough
        if np.abs(left).max() <= settings.tolerance * own.max():
            break
        moved = unexplained(towards[rater]) + towards * settings.shift_sd**-2
        step = size / float(towards @ moved)
        found += step * towards
        left = left - step * moved
        scaled = left / own
        size, before = float(left @ scaled), size
        towards = scaled + (size / before) * towards
    return found


def _sums(places: NDArray[np.intp], amounts: Floats, count: int) -> Floats:
    """The sum of the amounts at each place."""
    return np.bincount(places, amounts, count).astype(np.float64)


def marks_of(person_id: int, skill_id: int, items: Iterable[Item], variance: tuple[float, ...]) -> list[Mark]:
    """The marks among a person's items in one skill: assessments and endorsements by someone. `variance` is by tier."""
    return [
        Mark(person_id, skill_id, item.party, item.reading, item.variance or variance[item.tier])
        for item in items
        if item.tier in (ENDORSED, DEMONSTRATED) and item.party
    ]


def corrected(item: Item, shifts: Shifts) -> Item:
    """The item, to be read with its rater's shift taken off."""
    if item.tier not in (ENDORSED, DEMONSTRATED) or item.party not in shifts.by_rater:
        return item
    return replace(item, inflation=shifts.by_rater[item.party].value)
