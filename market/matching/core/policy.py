"""Ranking policy: what is done to a list on top of the score, so that newcomers are seen and attention is spread.

Whoever meets more essential requirements stands first, whatever the policy: only what the score says beside
that is lowered. A list of ten has eight places by score and two labelled places for people without completed
work here, ordered by what they may well be able to do (mu + sigma). Whole numbers only, so that a list can be
replayed; every policy has a version, and its cost is measured by `market simulate`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import NamedTuple

from market.evidence.posterior import CLAIMED, DOORSTEP, UNITS
from market.evidence.posterior import DEFAULTS as MODEL
from market.matching.core.contract import ESSENTIAL, TOP_LEVEL, Requirement, Tie, check, score


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of a list. Change `version` with any default: rankings are logged with it, and `policy_with` makes
    a site's own version of it.

    `newcomers_at` are the places (from 1) kept for people without completed work here. A share of the desirable
    part of a score is taken off for each time someone was shown lately, and of an opening's for each applicant
    a seat; both in thousandths, 0 for none.
    """

    version: int = 2
    newcomers_at: tuple[int, ...] = (3, 8)
    newcomer_exposure: int = 300
    exposure: int = 20
    applicants_per_seat: int = 50


DEFAULTS = Policy()
_OWN = 100_000_000  # a site's own values stand below the number of the version
SEEN_AT_ONCE = 10
"""How many places of a list are seen without turning a page: the kept places lie among them."""
HOPE_AT_FIRST = round(UNITS * (MODEL.m0 + sqrt(1 / MODEL.p0)))
"""The hopeful level (0-255) of someone of whom nothing is known."""
BY_SCORE = Policy(version=0, newcomers_at=(), exposure=0, applicants_per_seat=0)
"""Nothing but the contract."""


def kept_places(count: int, of: int = SEEN_AT_ONCE) -> tuple[int, ...]:
    """`count` places spread evenly over the first `of`: 2 of 10 are the third and the eighth."""
    return tuple(of * (2 * n - 1) // (2 * count) + 1 for n in range(1, count + 1))


def policy_with(
    places: int = len(DEFAULTS.newcomers_at),
    exposure: int = DEFAULTS.exposure,
    applicants_per_seat: int = DEFAULTS.applicants_per_seat,
) -> Policy:
    """The policy of a site that chose these values: so many kept places of ten, and thousandths below 1000 each.

    Its version holds the values, so that no two policies have one. Without `exposure` being seen lowers nobody, for
    the kept places neither.
    """
    chosen = replace(
        DEFAULTS,
        newcomers_at=kept_places(places),
        newcomer_exposure=DEFAULTS.newcomer_exposure if exposure else 0,
        exposure=exposure,
        applicants_per_seat=applicants_per_seat,
    )
    if chosen == DEFAULTS:
        return DEFAULTS
    own = (places * 1000 + exposure) * 1000 + applicants_per_seat
    return replace(chosen, version=DEFAULTS.version * _OWN + own)


def version_name(version: int) -> str:
    """A policy's version to be read: 2, or 2-5-20-50 for five places and penalties of 20 and 50."""
    base, own = divmod(version, _OWN)
    if not base:
        return str(version)
    return f"{base}-{own // 1_000_000}-{own // 1000 % 1000}-{own % 1000}"


class Candidate(NamedTuple):
    """A person who may be listed: levels and hopeful levels (0-255) in the order of the requirements.

    `exposures` counts the lists they stood in lately, among the places that are seen at once.
    """

    person_id: int
    levels: tuple[int, ...]
    hopeful: tuple[int, ...] = ()
    newcomer: bool = False
    exposures: int = 0


class Placed(NamedTuple):
    """One place of a list; `newcomer` says that it was kept for a newcomer."""

    person_id: int
    score: int
    newcomer: bool


def hopeful(mu: float, sigma: float, level: int, tier: int) -> int:
    """The level (0-255) a person may well have, mu + sigma; 0 with nothing to go by.

    What people claim gives nobody a higher hope than another claim would: while nothing stands above the
    doorstep, hope ends where it starts for someone of whom nothing is known.
    """
    if level == 0:
        return 0
    if tier == CLAIMED:
        return HOPE_AT_FIRST
    hoped = min(TOP_LEVEL, max(1, round(UNITS * (mu + sigma))))
    return min(hoped, HOPE_AT_FIRST) if level <= DOORSTEP else hoped


def lowered(points: int, unit: int, times: int, per_mille: int) -> int:
    """Points of which the part below the last whole `unit` is divided by 1 + times * per_mille/1000."""
    whole, part = divmod(points, unit)
    return whole * unit + part * 1000 // (1000 + per_mille * times)


def spread(points: int, exposures: int, policy: Policy = DEFAULTS) -> int:
    """A score, lowered for recent exposure; the essentials met count in full."""
    return lowered(points, ESSENTIAL, exposures, policy.exposure)


def crowded(standing: int, unit: int, applicants: int, seats: int, policy: Policy = DEFAULTS) -> int:
    """An opening's standing for one person, lowered for the people who applied already, by seat.

    `unit` is what one more essential requirement met adds to the standing; ValueError without a seat.
    """
    if seats < 1:
        raise ValueError(f"{seats} seats")
    whole, part = divmod(standing, unit)
    return whole * unit + part * 1000 * seats // (1000 * seats + policy.applicants_per_seat * applicants)


def hope(one: Candidate, requirements: Sequence[Requirement], policy: Policy = DEFAULTS) -> int | None:
    """What orders newcomers for the places kept for them, in thousandths of a point; None for who may not have one.

    The contract's score at the hopeful levels, divided by 1 + 0.3 for each recent exposure. Every essential
    requirement must be met at the hopeful level.
    """
    if not one.newcomer or any(
        asked.essential and level < asked.minimum
        for asked, level in zip(requirements, one.hopeful, strict=True)
    ):
        return None
    desirable = score(one.hopeful, requirements) % ESSENTIAL
    return desirable * 1_000_000 // (1000 + policy.newcomer_exposure * one.exposures)


def place(
    candidates: Iterable[Candidate],
    requirements: Sequence[Requirement],
    tie: Tie,
    k: int,
    policy: Policy = DEFAULTS,
) -> list[Placed]:
    """The first k places. Nobody stands twice; a place that no newcomer can take goes to the next by score."""
    check(requirements)
    known = {one.person_id: one for one in candidates}
    scores = {person: score(one.levels, requirements) for person, one in known.items()}
    by_score = sorted(
        (person for person, points in scores.items() if points > 0),
        key=lambda p: (-spread(scores[p], known[p].exposures, policy), tie.of(p), p),
    )
    kept = [at for at in sorted(set(policy.newcomers_at)) if 1 <= at <= k]
    ahead = set(by_score[: k - len(kept)])  # who is seen anyway takes no place from another newcomer
    hopes = {
        person: found
        for person, one in known.items()
        if person not in ahead and (found := hope(one, requirements, policy)) is not None
    }
    newcomers = sorted(hopes, key=lambda p: (-hopes[p], tie.of(p), p))[: len(kept)]
    taken = dict(zip(kept, newcomers, strict=False))
    chosen = set(newcomers)
    others = iter([person for person in by_score if person not in chosen])
    placed: list[Placed] = []
    for at in range(1, k + 1):
        person = taken.get(at) or next(others, None)
        if person is not None:
            placed.append(Placed(person, scores[person], at in taken))
    return placed
