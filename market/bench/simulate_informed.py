"""Observers who know the simulated world's own numbers, and of people's abilities only what the ledger says.

They read every item by the very chances with which the world wrote it: each rubric step, each employer and each issuer as
they are, what gamers wrote left out, nothing lost to age. What they reach is what the evidence itself allows; what the
product falls short of it is the price of not knowing these numbers, and of the rules it keeps. Exact sums over a grid
of abilities, and of the general ability that a person's skills share.
"""

from collections.abc import Callable, Sequence
from math import erf, inf, sqrt

import numpy as np

from market.bench.simulate_policies import SEEN, Ranker, State
from market.bench.simulate_world import CLAIMS, Floats, Opening, Pair
from market.evidence.posterior import CLAIMED, CREDENTIALED, ENDORSED, OWN_WORD, SHOWN, UNITS, Item
from market.evidence.posterior import DEFAULTS as MODEL
from market.matching.core.contract import TOP_LEVEL
from market.matching.core.policy import BY_SCORE, Candidate, Placed, place

GRID: Floats = np.linspace(0, 5, 51)
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_ENDS: Floats = np.concatenate(([-inf], (GRID[1:] + GRID[:-1]) / 2, [inf]))
_below = np.vectorize(lambda x: (1 + erf(x / sqrt(2))) / 2, otypes=[np.float64])


def _between(low: float, high: float, mean: Floats, sd: float) -> Floats:
    """How likely a normal draw is to fall between two numbers, for each mean."""
    found: Floats = _below((high - mean) / sd) - _below((low - mean) / sd)
    return found


def _held(reading: float, mean: Floats, sd: float) -> Floats:
    """How likely a reading is that was held to 0-5: all that lies beyond an end counts as the end."""
    if 0 < reading < 5:
        found: Floats = np.exp(-((reading - mean) ** 2) / (2 * sd**2))
        return found
    return _between(-inf, 0, mean, sd) if reading <= 0 else _between(5, inf, mean, sd)


def _abilities(mean: float, by_general: float, sd: float) -> Floats:
    """The chances of each ability on the grid, a row for each general ability."""
    return np.array([np.diff(_below((_ENDS - mean - by_general * g) / sd)) for g in _NODES])


PRIOR = 0.4 * _abilities(2.2, 0.7, 0.9) + 0.6 * _abilities(0.6, 0.3, 0.4)
"""Of someone of whom it is not known what they practise; the numbers are those of `make_world`."""


class Informed(Ranker):
    """By the contract, within the calibration table: nobody's own word counts for more than being found."""

    by_quality = False

    def __init__(self, state: State) -> None:
        """For one market: reads what stands in the ledger."""
        super().__init__(state)
        world = state.world
        self.gamers = set(world.members[CLAIMS].tolist())
        self.likely = np.ones((len(world.joined), world.setting.skills + 1, len(GRID)))
        self.chances = np.zeros_like(self.likely)
        self.read: dict[Pair, int] = {}
        for pair in state.ledger:
            self._read(pair)
        for person in range(len(world.joined)):
            self._solve(person)

    def learned(self, person: int, skills: Sequence[int]) -> None:
        """What is new in the ledger, and what it says of the person's other skills."""
        for skill in skills:
            self._read((person, skill))
        self._solve(person)

    def _read(self, pair: Pair) -> None:
        items = self.state.ledger[pair]
        for item in items[self.read.get(pair, 0) :]:
            self.likely[pair] *= np.maximum(self._likelihood(pair[0], item), 1e-12)
        self.read[pair] = len(items)

    def _likelihood(self, person: int, item: Item) -> Floats:
        """How likely the item is at each ability; the same at all for what gamers wrote."""
        world, nothing = self.state.world, np.ones(len(GRID))
        setting, number = world.setting, item.party.partition(":")[2]
        if item.tier == CLAIMED:
            if person in self.gamers:
                return nothing
            low = -inf if item.reading <= 0 else item.reading - 0.5
            high = inf if item.reading >= 5 else item.reading + 0.5
            return _between(low, high, GRID + setting.claim_bias, sqrt(setting.claim_sd**2 + 0.2**2))
        if item.tier == SHOWN:
            return _held(item.reading, GRID + setting.project_bias, setting.project_sd)
        if item.tier == CREDENTIALED:
            if int(number) > 8:  # a mill
                return nothing
            gain, inflation = (1.0, 0.0) if int(number) < 6 else (0.6, 1.8)
            return _held(item.reading, gain * GRID + inflation, setting.credential_sd)
        if not number.isdecimal():  # a ring
            return nothing
        mean = GRID + world.severity[int(number)]
        if item.tier == ENDORSED:
            return _held(item.reading, mean, setting.endorsement_sd)
        level, step = world.steps[item.id]
        low, high = -inf if step == 0 else step - 0.5, inf if step == 4 else step + 0.5
        return _between(low, high, mean - level + 3, setting.assessment_sd)

    def _solve(self, person: int) -> None:
        """The chances of each ability in each skill, given all that is known of all skills."""
        joint = PRIOR[None] * self.likely[person][:, None, :]
        by_general = joint.sum(2)
        general = np.log(_WEIGHTS) + np.log(by_general[1:]).sum(0)
        weights = np.exp(general - general.max())
        found = (joint / by_general[:, :, None] * weights[None, :, None]).sum(1)
        self.chances[person] = found / weights.sum()

    def order(self, opening: Opening, pool: Sequence[int]) -> list[Placed]:
        """As the product places people by their levels, or by the quality to be expected."""
        skills = [asked.skill_id for asked in opening.requirements]
        chances = self.chances[np.ix_(pool, skills)]
        if self.by_quality:
            weights = [asked.weight * (2 if asked.essential else 1) for asked in opening.requirements]
            done = [1 / (1 + np.exp(-1.6 * (GRID - asked.level + 0.5))) for asked in opening.requirements]
            expected = np.einsum("psg,sg,s->p", chances, np.array(done), np.array(weights, dtype=np.float64))
            number = dict(zip(pool, expected.tolist(), strict=True))
            best = sorted(pool, key=lambda p: (-number[p], opening.tie.of(p + 1)))
            return [Placed(p, 0, False) for p in best[:SEEN]]
        mean = chances @ GRID
        doubt = MODEL.caution * np.sqrt(np.maximum(chances @ GRID**2 - mean**2, 0))
        levels = np.clip(np.rint(UNITS * (mean - doubt)), 1, TOP_LEVEL).astype(int)
        candidates = [
            Candidate(
                person + 1,
                tuple(self._held(person, s, level) for s, level in zip(skills, row, strict=True)),
            )
            for person, row in zip(pool, levels.tolist(), strict=True)
        ]
        placed = place(candidates, opening.requirements, opening.tie, SEEN, BY_SCORE)
        return [one._replace(person_id=one.person_id - 1) for one in placed]

    def _held(self, person: int, skill: int, level: int) -> int:
        """The level, held to what the calibration table allows where there is nothing, or a claim alone."""
        items = self.state.ledger.get((person, skill), ())
        return 0 if not items else OWN_WORD if all(i.tier == CLAIMED for i in items) else level


class InformedByQuality(Informed):
    """Ordered by the quality to be expected: no rule about claims, no essentials first."""

    by_quality = True


BOUNDS: dict[str, Callable[[State], Ranker]] = {
    "informed": Informed,
    "informed_by_quality": InformedByQuality,
}
"""What limits any policy; measured when they are asked for by name."""
