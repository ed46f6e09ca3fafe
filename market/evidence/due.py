"""When a level changes next by age alone, so that the nightly sweep touches only what is due.

All items of a skill grow old at one rate, so between two dates (an expiry, a day that comes) level and hope depend on a
single number: with the spread w = P^-0.5, the estimate is mu = m0 + r - r*p0*w^2, where r is the weighted mean of the
readings less m0. Where `mu - caution*w` or `mu + w` meets the next half unit is then a root of a quadratic. A due day
may come up to a day early, at which nothing changes, and never late: tests/evidence/test_due.py holds it to the full
recomputation of every day.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import ceil, inf, log2, sqrt

from market.evidence.posterior import (
    DEFAULTS,
    DOORSTEP,
    UNITS,
    Aside,
    Item,
    Level,
    Settings,
    half_life_days,
    posterior,
)

TOP = 255
FAR = 365_000
"""Days after which nothing is due: a thousand years."""


def hope_units(mu: float, sigma: float) -> int:
    """The level (1-255) that someone may well have: mu + sigma in units."""
    return min(TOP, max(1, round(UNITS * (mu + sigma))))


def next_due(
    items: Iterable[Item], family: str, as_of: date, settings: Settings = DEFAULTS
) -> tuple[Level, date | None]:
    """The level of a day, and the first later day on which level or hope may be another; None for never."""
    ledger = list(items)
    found = posterior(ledger, family, as_of, settings)
    half_life = half_life_days(family, settings)
    days = [_event(ledger, found, as_of)]
    if not found.own_word:  # of which neither level nor hope changes with age
        days.append(_crossing(found, -settings.caution, _edges(found, settings), half_life, settings))
        days.append(_crossing(found, 1.0, _hopes(found, settings), half_life, settings))
    first = min(days)
    if first > min(FAR, (date.max - as_of).days):
        return found, None
    return found, as_of + timedelta(days=max(1, ceil(first - 1e-6)))


def _event(ledger: Sequence[Item], found: Level, as_of: date) -> float:
    """Days until an item that counts or waits for its turn expires, or until one comes."""
    late = {line.item.id for line in found.lines if line.aside is Aside.LATER}
    days = [(item.occurred_on - as_of).days - 0.5 for item in ledger if item.id in late]
    days += [
        (item.expires_on - as_of).days + 0.5
        for item in ledger
        if item.expires_on is not None and item.expires_on >= as_of
    ]
    return min(days, default=inf)


def _edges(found: Level, settings: Settings) -> tuple[float, ...]:
    """The half units, in whole units of 51 a step, at which the integer level becomes another."""
    return _around(min(TOP, max(1, round(UNITS * (found.mu - settings.caution * found.sigma)))))


def _hopes(found: Level, settings: Settings) -> tuple[float, ...]:
    """The same for hope: at the doorstep it is held to what anyone may hope for."""
    hoped, at_first = hope_units(found.mu, found.sigma), hope_units(settings.m0, settings.p0**-0.5)
    if found.level <= DOORSTEP and hoped > at_first:
        return (at_first + 0.5,)
    return _around(hoped)


def _around(units: int) -> tuple[float, ...]:
    """The half units on either side; at the ends of the scale only the one that leads back."""
    if units >= TOP:
        return (TOP - 0.5,)
    return (units + 0.5,) if units <= 1 else (units - 0.5, units + 0.5)


def _crossing(
    found: Level, per_spread: float, edges: Sequence[float], half_life: float, settings: Settings
) -> float:
    """Days until `51*(mu + per_spread*sigma)` meets one of the edges, with age alone; infinity for never."""
    total = 1 / found.sigma**2
    weight = total - settings.p0
    if weight <= 1e-12:
        return inf
    r = sum(line.moves for line in found.lines) * total / weight
    w0, most = found.sigma, 1 / sqrt(settings.p0)
    first = inf
    for edge in edges:
        # r*p0*w^2 - per_spread*w + (edge/51 - m0 - r) = 0
        for w in _roots(r * settings.p0, -per_spread, edge / UNITS - settings.m0 - r):
            if not w0 * (1 - 1e-12) < w < most:
                continue
            left = min(1.0, (w**-2 - settings.p0) / weight)
            if left > 0:  # what cancels in `left` is worth so many days
                first = min(first, (-log2(left) - 1e-13 / left) * half_life)
    return first


def _roots(a: float, b: float, c: float) -> tuple[float, ...]:
    """The real roots of a*w^2 + b*w + c, without cancellation."""
    if abs(a) < 1e-15:
        return (-c / b,) if b else ()
    inside = b * b - 4 * a * c
    if inside < 0:
        return ()
    q = -(b + sqrt(inside) * (1 if b >= 0 else -1)) / 2
    return (q / a, c / q) if q else (0.0,)
