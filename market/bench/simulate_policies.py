"""The policies that are compared: the product's own code with parts switched on and off, and what others use.

`product` runs market.evidence.posterior, severity and strength, market.matching.core.contract and policy: the
functions themselves, no copies.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from market.bench.simulate_world import Opening, Pair, World, delivered
from market.evidence import severity, strength
from market.evidence.posterior import (
    CLAIMED,
    CREDENTIALED,
    DEFAULTS,
    DEMONSTRATED,
    UNITS,
    Item,
    Level,
    posterior,
)
from market.evidence.posterior import Settings as ModelSettings
from market.matching.core.contract import TOP_LEVEL, score
from market.matching.core.policy import BY_SCORE, Candidate, Placed, Policy, hopeful, place
from market.matching.core.policy import DEFAULTS as POLICY

SEEN = 10


@dataclass
class State:
    """What one policy's market has become: it begins as the world's and grows by the work that is done."""

    world: World
    ledger: dict[Pair, list[Item]]
    stars: dict[int, list[float]]
    worked: set[int]
    exposed: list[Counter[int]] = field(default_factory=lambda: [Counter(), Counter()])

    def exposures(self, person: int) -> int:
        """How often they stood among the first ten in this round and the one before."""
        return self.exposed[-1][person] + self.exposed[-2][person]


def begun(world: World) -> State:
    """The state before the first round."""
    ledger = {pair: list(items) for pair, items in world.ledger.items()}
    return State(world, ledger, {p: list(stars) for p, stars in world.stars.items()}, set(world.stars))


class Ranker:
    """Orders a pool. Told when a round begins and whose ledger grew."""

    def __init__(self, state: State) -> None:
        """For one market."""
        self.state = state

    def begin(self, round_: int) -> None:
        """A round begins."""

    def learned(self, person: int, skills: Sequence[int]) -> None:
        """Somebody's ledger grew in these skills."""

    def order(self, opening: Opening, pool: Sequence[int]) -> list[Placed]:
        """The first ten at least."""
        raise NotImplementedError


class ByNumber(Ranker):
    """The highest number first, ties in the opening's own order."""

    def number(self, opening: Opening, person: int) -> tuple[float, ...]:
        """What people are ordered by."""
        raise NotImplementedError

    def order(self, opening: Opening, pool: Sequence[int]) -> list[Placed]:
        """By the number."""
        key = {p: tuple(-x for x in self.number(opening, p)) for p in pool}
        return [
            Placed(p, 0, False) for p in sorted(pool, key=lambda p: (key[p], opening.tie.of(p + 1)))[:SEEN]
        ]


class Perfect(ByNumber):
    """Knows what everyone would deliver."""

    def number(self, opening: Opening, person: int) -> tuple[float, ...]:
        """The quality itself."""
        return (float(self.state.world.quality(opening, np.array([person]))[0]),)


class Random(ByNumber):
    """Draws lots."""

    def number(self, opening: Opening, person: int) -> tuple[float, ...]:
        """Nothing: the opening's tie-break is the lot."""
        return ()


class Keyword(ByNumber):
    """How many of the skills asked stand in the profile, then how high the claims are."""

    def number(self, opening: Opening, person: int) -> tuple[float, ...]:
        """Skills named, and the sum of the highest claims."""
        claims = [
            max(
                (i.reading for i in self.state.ledger.get((person, q.skill_id), ()) if i.tier == CLAIMED),
                default=0,
            )
            for q in opening.requirements
        ]
        return (float(sum(claim > 0 for claim in claims)), float(sum(claims)))


class DegreeFirst(Keyword):
    """A degree, then keywords, then the name of the school."""

    def number(self, opening: Opening, person: int) -> tuple[float, ...]:
        """Degree, skills named, prestige."""
        world = self.state.world
        return (
            float(world.degree[person]),
            super().number(opening, person)[0],
            float(world.prestige[person]),
        )


class RawRating(ByNumber):
    """The mean of the stars, then their number; nobody's stars count as none."""

    def number(self, opening: Opening, person: int) -> tuple[float, ...]:
        """Mean and count."""
        stars = self.state.stars.get(person, [])
        return (float(np.mean(stars)) if stars else 0.0, float(len(stars)))


class ContractOnAbilities(ByNumber):
    """The contract's score of the true abilities: what is lost by the contract alone."""

    def number(self, opening: Opening, person: int) -> tuple[float, ...]:
        """The score."""
        known = self.state.world.ability[person]
        levels = [
            min(TOP_LEVEL, max(1, round(UNITS * known[asked.skill_id]))) for asked in opening.requirements
        ]
        return (float(score(levels, opening.requirements)),)


@dataclass
class Ours(Ranker):
    """The product: posterior levels, the integer contract and the policy; learning severity and strength or not."""

    state: State
    policy: Policy = POLICY
    learn_severity: bool = True
    learn_strength: bool = True
    model: ModelSettings = DEFAULTS
    levels: dict[Pair, Level] = field(default_factory=dict)
    hopes: dict[Pair, int] = field(default_factory=dict)
    shifts: severity.Shifts = severity.NONE
    strengths: Mapping[str, strength.Strength] = field(default_factory=dict)
    day: int = 0

    def begin(self, round_: int) -> None:
        """Learn what the evidence says of its sources, then every level anew, as the nightly sweep does."""
        self.day = round_
        ledger = self.state.ledger
        if self.learn_severity:
            marks = [
                m
                for (p, s), items in ledger.items()
                for m in severity.marks_of(p, s, items, self.model.variance)
            ]
            self.shifts = severity.learn(marks, round_ + 1)
        if self.learn_strength:
            self.strengths = strength.learn(
                [
                    holder
                    for (p, s), items in ledger.items()
                    if {CREDENTIALED, DEMONSTRATED} <= {item.tier for item in items}
                    for holder in strength.holders_of(
                        p, s, self.corrected(items), family(s), self.state.world.day(round_), self.model
                    )
                ],
                self.strengths,
                round_ + 1,
            )
        for pair in ledger:
            self.level(pair)

    def corrected(self, items: Sequence[Item]) -> list[Item]:
        """Items with the shift of their rater and the strength of their issuer."""
        found = [severity.corrected(item, self.shifts) for item in items]
        return [strength.corrected(item, self.strengths) for item in found] if self.learn_strength else found

    def level(self, pair: Pair) -> None:
        """One level anew."""
        found = posterior(
            self.corrected(self.state.ledger[pair]),
            family(pair[1]),
            self.state.world.day(self.day),
            self.model,
        )
        self.levels[pair] = found
        self.hopes[pair] = hopeful(found.mu, found.sigma, found.level, found.tier)

    def learned(self, person: int, skills: Sequence[int]) -> None:
        """The levels that new evidence touches."""
        for skill in skills:
            self.level((person, skill))

    def order(self, opening: Opening, pool: Sequence[int]) -> list[Placed]:
        """As the product places people. Ids begin at 1 there."""
        skills = [asked.skill_id for asked in opening.requirements]
        candidates = [
            Candidate(
                person + 1,
                tuple(self.levels[person, s].level if (person, s) in self.levels else 0 for s in skills),
                tuple(self.hopes.get((person, s), 0) for s in skills),
                person not in self.state.worked,
                self.state.exposures(person),
            )
            for person in pool
        ]
        placed = place(candidates, opening.requirements, opening.tie, SEEN, self.policy)
        return [one._replace(person_id=one.person_id - 1) for one in placed]


class PosteriorByQuality(Ours):
    """Ordered by what the estimates' means would deliver, with the world's own formula: what another contract could gain."""

    def order(self, opening: Opening, pool: Sequence[int]) -> list[Placed]:
        """By quality at mu, the start where nothing is known."""
        skills = [asked.skill_id for asked in opening.requirements]
        mu = np.array(
            [[self.levels[p, s].mu if (p, s) in self.levels else self.model.m0 for s in skills] for p in pool]
        ).reshape(len(pool), len(skills))
        known = dict(zip(pool, delivered(mu, opening.requirements).tolist(), strict=True))
        best = sorted(pool, key=lambda p: (-known[p], opening.tie.of(p + 1)))
        return [Placed(p, 0, False) for p in best[:SEEN]]


def family(skill: int) -> str:
    """Half of the skills are tools, half knowledge."""
    return "tool" if skill % 2 else "knowledge"


def _ours(**chosen: object) -> Callable[[State], Ranker]:
    """The product with some parts chosen otherwise."""
    return lambda state: Ours(state, **chosen)  # type: ignore[arg-type]


EXPLORING = replace(BY_SCORE, newcomers_at=POLICY.newcomers_at)
POLICIES: dict[str, Callable[[State], Ranker]] = {
    "product": _ours(),
    "perfect": Perfect,
    "degree_first": DegreeFirst,
    "keyword": Keyword,
    "raw_rating": RawRating,
    "random": Random,
    "posterior": _ours(policy=BY_SCORE, learn_severity=False, learn_strength=False),
    "posterior+issuers": _ours(policy=BY_SCORE, learn_severity=False),
    "posterior+severity": _ours(policy=BY_SCORE, learn_strength=False),
    "posterior+learned": _ours(policy=BY_SCORE),
    "posterior+newcomers": _ours(policy=EXPLORING, learn_severity=False, learn_strength=False),
    "posterior_by_quality": PosteriorByQuality,
    "contract_on_abilities": ContractOnAbilities,
}
REQUIRED = ("product", "perfect", "degree_first", "keyword", "raw_rating", "random")
