"""A market whose abilities we know: people, what they say and show, employers, issuers, openings; and who games it.

Degrees follow privilege and hardly ability. Employers are severe or lenient; issuers reliable, generous or mills
that sell the same badge to everyone. All chances are drawn beforehand for each seed, so that two policies in the
same world differ by nothing but their order. Numbers here are assumptions, written out in the model card; one was
changed after a first look: claims were drawn far too exact (the literature has self-assessment and performance
correlate at about 0.3; Zell and Krizan 2014).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from market.evidence.posterior import CLAIMED, CREDENTIALED, DEMONSTRATED, ENDORSED, SHOWN, Item, shows_level
from market.matching.core.contract import Requirement, Tie, tie_for

Floats = NDArray[np.float64]
Pair = tuple[int, int]
START = date(2026, 1, 1)
ROUND = timedelta(days=60)
CLAIMS, MILLS, RINGS = "self-claims", "badge mills", "rings"
STRATEGIES = (CLAIMS, MILLS, RINGS)
ALL = frozenset(STRATEGIES)


@dataclass(frozen=True, slots=True)
class Setting:
    """The world's numbers. Abilities are on the scale 0-5, shares 0-1, `sd` standard deviations."""

    people: int = 300  # when it begins; 60 % of them have worked here before
    joining: int = 15  # each round, without work or assessment here
    rounds: int = 8  # see ROUND
    openings: int = 50  # each round, one seat each
    skills: int = 12
    employers: int = 25
    established: float = 0.6
    degree_by_privilege: float = 1.5  # log-odds for one sd
    degree_by_ability: float = 0.25
    severity_sd: float = 0.5
    assessment_sd: float = 0.7
    endorsement_sd: float = 1.2
    credential_sd: float = 0.9
    project_sd: float = 2.0
    project_bias: float = 0.5
    claim_sd: float = 2.0
    claim_bias: float = 0.3
    interview_sd: float = 0.2
    gamers: float = 0.1
    mill_customers: float = 0.1
    ring_members: float = 0.04
    ring_employers: int = 3


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening. `pool` are the people who applied, ascending."""

    number: int
    round: int
    employer: int
    requirements: tuple[Requirement, ...]
    pool: NDArray[np.int64]
    tie: Tie


@dataclass
class World:
    """Everything that does not depend on the policy. People are 0 to n-1, skills 1 to `skills`."""

    setting: Setting
    ability: Floats  # (people, skills + 1), column 0 unused
    degree: NDArray[np.bool_]
    prestige: Floats
    joined: NDArray[np.int64]  # the round
    severity: Floats  # by employer
    practised: NDArray[np.bool_]
    openings: list[Opening]
    interview: Floats  # (openings, people)
    mark_noise: Floats  # (openings, people, 4)
    star_noise: Floats  # (openings, people)
    members: dict[str, NDArray[np.int64]]  # of each strategy, whether or not they follow it
    ledger: dict[Pair, list[Item]] = field(default_factory=dict)
    stars: dict[int, list[float]] = field(default_factory=dict)
    items: int = 0
    steps: dict[int, tuple[int, int]] = field(
        default_factory=dict
    )  # of items that a rubric gave: level asked, step

    def day(self, round_: int) -> date:
        """The day a round begins."""
        return START + round_ * ROUND

    def add(
        self,
        ledger: dict[Pair, list[Item]],
        pair: Pair,
        tier: int,
        reading: float,
        day: date,
        party: str = "",
        step: tuple[int, int] | None = None,
    ) -> None:
        """Write one item to a ledger. `step` is what a rubric gave: the level asked and the step."""
        self.items += 1
        if step is not None:
            self.steps[self.items] = step
        ledger.setdefault(pair, []).append(Item(self.items, tier, float(min(5, max(0, reading))), day, party))

    def quality(self, opening: Opening, people: NDArray[np.int64]) -> Floats:
        """What each would really deliver, 0-1."""
        skills = np.array([asked.skill_id for asked in opening.requirements])
        return delivered(self.ability[np.ix_(people, skills)], opening.requirements)

    def step(self, person: int, skill: int, level: int, severity: float, noise: float) -> int:
        """The step (0-4) that an employer's rubric gives, around the level asked."""
        seen = self.ability[person, skill] + severity + noise
        return int(np.clip(round(seen - level + 3), 0, 4))

    def star(self, opening: Opening, person: int) -> float:
        """The stars (1-5) of a review of the work."""
        quality = float(self.quality(opening, np.array([person]))[0])
        noise = float(self.star_noise[opening.number, person])
        return float(np.clip(round(3.2 + 2 * quality + self.severity[opening.employer] + noise), 1, 5))


def delivered(abilities: Floats, requirements: Sequence[Requirement]) -> Floats:
    """The share of the work (0-1) that abilities, of shape (people, requirements), would deliver.

    Each requirement logistic in ability less level, by its weight, essentials twice.
    """
    weights = np.array([q.weight * (2 if q.essential else 1) for q in requirements], dtype=np.float64)
    short = abilities - np.array([q.level for q in requirements])
    done: Floats = 1 / (1 + np.exp(-1.6 * (short + 0.5)))
    found: Floats = done @ weights / weights.sum()
    return found


def make_world(seed: int, setting: Setting | None = None, strategies: frozenset[str] = ALL) -> World:
    """The world of a seed. The same people stand in it whichever strategies are followed."""
    setting = setting or Setting()
    random = np.random.default_rng([seed, 0])
    n = setting.people + setting.joining * (setting.rounds - 1)
    arriving = np.full(setting.rounds, setting.joining)
    arriving[0] = setting.people
    joined = np.repeat(np.arange(setting.rounds), arriving)
    general, privilege = random.normal(size=n), random.normal(size=n)
    practised = random.random((n, setting.skills + 1)) < 0.4
    ability = np.where(
        practised,
        2.2 + 0.7 * general[:, None] + random.normal(0, 0.9, practised.shape),
        0.6 + 0.3 * general[:, None] + random.normal(0, 0.4, practised.shape),
    ).clip(0, 5)
    odds = setting.degree_by_privilege * privilege + setting.degree_by_ability * general
    openings = _openings(random, setting, practised, joined)
    shuffled = random.permutation(n)
    shares = np.array([setting.gamers, setting.mill_customers, setting.ring_members])
    ends = np.cumsum((n * shares).astype(np.int64))
    world = World(
        setting=setting,
        ability=ability,
        degree=random.random(n) < 1 / (1 + np.exp(-odds)),
        prestige=privilege + random.normal(0, 0.5, n),
        joined=joined,
        severity=random.normal(0, setting.severity_sd, setting.employers),
        practised=practised,
        openings=openings,
        interview=random.normal(0, setting.interview_sd, (len(openings), n)),
        mark_noise=random.normal(0, setting.assessment_sd, (len(openings), n, 4)),
        star_noise=random.normal(0, 0.6, (len(openings), n)),
        members=dict(zip(STRATEGIES, np.split(shuffled, ends)[:3], strict=True)),
    )
    _history(world, np.random.default_rng([seed, 1]), privilege)
    _game(world, np.random.default_rng([seed, 2]), strategies)
    return world


def _openings(
    random: np.random.Generator,
    setting: Setting,
    practised: NDArray[np.bool_],
    joined: NDArray[np.int64],
) -> list[Opening]:
    """The openings of all rounds, with who applies: half of those who practise an essential skill, few others."""
    openings = []
    for number in range(setting.rounds * setting.openings):
        round_ = number // setting.openings
        skills = random.permutation(setting.skills)[: random.integers(2, 5)] + 1
        levels = random.choice([1, 2, 3, 4], len(skills), p=[0.15, 0.35, 0.35, 0.15])
        weights = random.integers(1, 11, len(skills))
        essentials = random.integers(1, 3)
        requirements = tuple(
            Requirement(int(skill), int(level), int(weight), bool(place < essentials))
            for place, (skill, level, weight) in enumerate(zip(skills, levels, weights, strict=True))
        )
        interested = practised[:, skills[:essentials]].any(axis=1)
        applies = random.random(len(joined)) < np.where(interested, 0.5, 0.05)
        openings.append(
            Opening(
                number,
                round_,
                int(random.integers(setting.employers)),
                requirements,
                np.flatnonzero(applies & (joined <= round_)),
                tie_for(f"opening {number}"),
            )
        )
    return openings


def _history(world: World, random: np.random.Generator, privilege: Floats) -> None:
    """What stands in the ledger when people come: claims, projects, credentials; for most of the first, work here."""
    setting = world.setting
    for person, joined in enumerate(world.joined):
        for skill in np.flatnonzero(world.practised[person, 1:]) + 1:
            pair, true = (person, int(skill)), float(world.ability[person, skill])
            came = world.day(int(joined))
            bias = setting.claim_bias + 0.2 * float(privilege[person])
            world.add(
                world.ledger, pair, CLAIMED, round(true + bias + random.normal(0, setting.claim_sd)), came
            )
            if random.random() < 0.4:
                shown = true + setting.project_bias + random.normal(0, setting.project_sd)
                world.add(world.ledger, pair, SHOWN, shown, came - _days(random, 900))
            if random.random() < 0.3:
                # Issuers 0-5 are reliable, 6-8 generous: they lift the weak.
                issuer = int(random.integers(9))
                gain, inflation = (1.0, 0.0) if issuer < 6 else (0.6, 1.8)
                read = gain * true + inflation + random.normal(0, setting.credential_sd)
                world.add(
                    world.ledger, pair, CREDENTIALED, read, came - _days(random, 900), f"issuer:{issuer}"
                )
        if joined == 0 and random.random() < setting.established:
            _worked_before(world, random, person)


def _worked_before(world: World, random: np.random.Generator, person: int) -> None:
    """One to three pieces of work here within three years, assessed or only endorsed."""
    mine = np.flatnonzero(world.practised[person, 1:]) + 1
    for _ in range(int(random.integers(1, 4)) if len(mine) else 0):
        employer, day = int(random.integers(world.setting.employers)), START - _days(random, 1000)
        severity, marks = float(world.severity[employer]), []
        assessed = random.random() < 0.7
        for skill in random.permutation(mine)[:2].tolist():
            level = int(random.integers(1, 5))
            if assessed:
                step = world.step(
                    person, skill, level, severity, random.normal(0, world.setting.assessment_sd)
                )
                tier, mark, given = DEMONSTRATED, shows_level(step, level), (level, step)
            else:
                given = None
                mark = (
                    world.ability[person, skill] + severity + random.normal(0, world.setting.endorsement_sd)
                )
                tier = ENDORSED
            world.add(world.ledger, (person, skill), tier, mark, day, f"organisation:{employer}", given)
            marks.append(1 / (1 + np.exp(-1.6 * (world.ability[person, skill] - level + 0.5))))
        star = 3.2 + 2 * float(np.mean(marks)) + severity + random.normal(0, 0.6)
        world.stars.setdefault(person, []).append(float(np.clip(round(star), 1, 5)))


def _game(world: World, random: np.random.Generator, strategies: frozenset[str]) -> None:
    """What those who game the market add to their ledgers, if they do.

    Claims of 5 in every skill; three mill badges, in any skill; work that ring organisations pretend to have had
    done and assess at 5, in two skills each: the strongest of the three, since it forges the strongest tier.
    """
    skills = world.setting.skills
    for person in world.members[CLAIMS].tolist():
        for skill in range(1, skills + 1):
            if CLAIMS in strategies:
                world.add(world.ledger, (person, skill), CLAIMED, 5, world.day(int(world.joined[person])))
    for person in world.members[MILLS].tolist():
        for skill in (random.permutation(skills)[:3] + 1).tolist():
            party, read = f"issuer:{random.integers(9, 12)}", random.normal(4.6, 0.3)
            on = world.day(int(world.joined[person])) - _days(random, 300)
            if MILLS in strategies:
                world.add(world.ledger, (person, skill), CREDENTIALED, read, on, party)
    for person in world.members[RINGS].tolist():
        came = world.day(int(world.joined[person]))
        for skill in (random.permutation(skills)[:2] + 1).tolist():
            for accomplice in range(world.setting.ring_employers):
                if RINGS in strategies:
                    party = f"organisation:ring {accomplice}"
                    world.add(world.ledger, (person, skill), DEMONSTRATED, 5, came, party)
                    world.stars.setdefault(person, []).append(5.0)


def _days(random: np.random.Generator, most: int) -> timedelta:
    """Up to `most` days."""
    return timedelta(days=int(random.integers(most)))
