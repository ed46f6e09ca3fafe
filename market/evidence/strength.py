"""Issuer strength: what a credential's reading is worth, learned from holders who were later assessed here.

A credential reads `z = gain*theta + inflation + noise`. Each holder's `theta` is taken from the rest of their
ledger, every word of that issuer left out, so an issuer can not vouch for itself. With a normal prior around the
gain 1 and no inflation the estimate is closed; it is shrunken, needs five people, and moves only so far in one
release. A badge that everyone gets at the same level ends with a gain near 0, and then weighs almost nothing.
Pure functions; held to a grid search by tests/evidence/test_strength.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import fsum
from typing import NamedTuple

from market.evidence import posterior as model
from market.evidence.posterior import CREDENTIALED, DEMONSTRATED, Item

MIDDLE = 2.5
"""Where on the 0-5 scale inflation is measured while learning: there it does not hang together with the gain."""
ROUNDS = 4
"""How often the weights are renewed from the gain; after four nothing moves by a thousandth."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The prior, the caps and the least number of people. Change `version` with any of them."""

    version: int = 1
    least_people: int = 5
    gain_sd: float = 0.5
    inflation_sd: float = 1.0
    gain_drift: float = 0.5  # the most that one release may change it
    inflation_drift: float = 1.0
    least_gain: float = 0.1
    most_gain: float = 1.5


DEFAULTS = Settings()


@dataclass(frozen=True, slots=True)
class Strength:
    """What is known of an issuer: `n` people it was learned from, 0 while there are too few, and the release."""

    gain: float = 1.0
    inflation: float = 0.0
    n: int = 0
    version: int = 0

    @property
    def in_the_middle(self) -> float:
        """How much too high it reads for someone in the middle of the scale."""
        return self.inflation + (self.gain - 1) * MIDDLE


KNOWN = Strength()
"""What an issuer is taken for where the site vouches for it, and from where learning sets out."""


class Holder(NamedTuple):
    """A credential's reading, and what everyone else's evidence says of the same person and skill."""

    issuer: str
    person_id: int
    skill_id: int
    reading: float
    variance: float
    mean: float
    sigma: float


def holders_of(
    person_id: int,
    skill_id: int,
    items: Sequence[Item],
    family: str,
    as_of: date,
    settings: model.Settings = model.DEFAULTS,
) -> list[Holder]:
    """One holder for each issuer whose credential was followed by an assessment of someone else's, the latest credential.

    Items may be corrected for severity and for other issuers' strength beforehand.
    """
    latest: dict[str, Item] = {}
    for item in items:
        if item.tier == CREDENTIALED and item.occurred_on <= as_of:
            held = latest.setdefault(item.party, item)
            latest[item.party] = max(held, item, key=lambda one: (one.occurred_on, one.id))
    found = []
    for issuer, credential in sorted(latest.items()):
        rest = [item for item in items if item.party != issuer]
        if not any(
            item.tier == DEMONSTRATED and credential.occurred_on <= item.occurred_on <= as_of for item in rest
        ):
            continue
        level = model.posterior(rest, family, as_of, settings)
        variance = credential.variance or settings.variance[CREDENTIALED]
        found.append(Holder(issuer, person_id, skill_id, credential.reading, variance, level.mu, level.sigma))
    return found


def learn(
    holders: Iterable[Holder], before: Mapping[str, Strength], version: int, settings: Settings = DEFAULTS
) -> dict[str, Strength]:
    """The next release: every issuer with enough people moves towards what they show, the others stay as they were."""
    by_issuer: dict[str, list[Holder]] = {}
    for holder in sorted(holders):
        by_issuer.setdefault(holder.issuer, []).append(holder)
    release = dict(before)
    for issuer, known in by_issuer.items():
        people = len({holder.person_id for holder in known})
        if people >= settings.least_people:
            release[issuer] = _towards(
                before.get(issuer, KNOWN), *_estimate(known, settings), people, version, settings
            )
    return release


def _estimate(holders: Sequence[Holder], settings: Settings) -> tuple[float, float]:
    """Gain, and inflation in the middle, that the holders and the prior together make most likely."""
    gain, middle = 1.0, 0.0
    for _ in range(ROUNDS):
        # The posterior's own doubt about a holder blurs the reading by gain^2*sigma^2.
        rows = [
            (1 / (h.variance + (gain * h.sigma) ** 2), h.mean - MIDDLE, h.reading - h.mean) for h in holders
        ]
        ww = fsum([settings.inflation_sd**-2, *(w for w, _, _ in rows)])
        wx = fsum(w * x for w, x, _ in rows)
        xx = fsum([settings.gain_sd**-2, *(w * x * x for w, x, _ in rows)])
        wy = fsum(w * y for w, _, y in rows)
        xy = fsum(w * x * y for w, x, y in rows)
        whole = ww * xx - wx * wx
        gain = min(settings.most_gain, max(settings.least_gain, 1 + (ww * xy - wx * wy) / whole))
        middle = (wy - (gain - 1) * wx) / ww
    return gain, middle


def _towards(
    before: Strength, gain: float, middle: float, n: int, version: int, settings: Settings
) -> Strength:
    """The strength of this release: at most a drift away from the last."""
    gain = before.gain + _held(gain - before.gain, settings.gain_drift)
    middle = before.in_the_middle + _held(middle - before.in_the_middle, settings.inflation_drift)
    return Strength(gain, middle - (gain - 1) * MIDDLE, n, version)


def _held(change: float, most: float) -> float:
    """A change, cut at `most` either way."""
    return max(-most, min(most, change))


def corrected(item: Item, strengths: Mapping[str, Strength]) -> Item:
    """The item, to be read with its issuer's strength; on trial where nothing is known of the issuer."""
    if item.tier != CREDENTIALED:
        return item
    strength = strengths.get(item.party)
    if strength is None:
        return replace(item, on_trial=True)
    return replace(item, gain=strength.gain, inflation=strength.inflation, on_trial=False)
