"""Partial credit: what evidence on a narrower or broader skill says about the skill asked for.

A narrower skill (one way of doing it) counts 9/10 a step, a broader one (the field it lies in) 1/2 a step, at most two
steps, straight up or straight down: a sibling is neither. The best path counts and never the sum, and the path is kept
so that it can be shown. Broader evidence brings a person to the doorstep and not over it: one whole
number for each person and skill must do for every requirement, and alone it may never meet an essential one. What is
only claimed counts for the skill it names and no other, and what somebody shows by themselves counts for no skill in
working with people: a project on public speaking is no evidence of communication. Whole-number arithmetic, so that both databases agree.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from market.evidence.posterior import CLAIMED, DOORSTEP, SHOWN, SOFT

STEPS = 2
NARROWER = (9, 10)
BROADER = (1, 2)


def carries(tier: int, asked_family: str) -> bool:
    """Does evidence of this tier count for another skill, one of this family?"""
    return tier > (SHOWN if asked_family == SOFT else CLAIMED)


@dataclass(frozen=True, slots=True)
class Path:
    """How one skill lies to the skill asked for. `skills` begins at the one asked and ends at the one shown."""

    skills: tuple[int, ...]
    broader: bool = False

    @property
    def steps(self) -> int:
        """0 for the skill itself."""
        return len(self.skills) - 1

    @property
    def shown(self) -> int:
        """The skill that the evidence is of."""
        return self.skills[-1]

    @property
    def part(self) -> tuple[int, int]:
        """The part of a level that counts, as numerator and denominator."""
        numerator, denominator = BROADER if self.broader else NARROWER
        return numerator**self.steps, denominator**self.steps

    def counted(self, level: int) -> int:
        """What a level (0-255) counts for along this path, rounded down."""
        numerator, denominator = self.part
        found = level * numerator // denominator
        return min(found, DOORSTEP) if self.broader else found


@dataclass(frozen=True, slots=True)
class Credit:
    """The level (0-255) a person has for the skill asked, and the path it came by."""

    level: int
    path: Path


def best_credit(skill: int, own: int, others: Iterable[tuple[int, Path]]) -> Credit:
    """The highest credit: the own level (0-255), or another skill's along its path. The shorter path on a tie."""
    found = [Credit(own, Path((skill,))), *(Credit(path.counted(level), path) for level, path in others)]
    return max(found, key=lambda c: (c.level, -c.path.steps, [-s for s in c.path.skills]))
