"""Partial credit: what evidence on a narrower or broader skill says about the skill asked for.

A narrower skill (one way of doing it) counts 9/10 a step, a broader one (the field it lies in) 1/2 a
step, at most two steps, straight up or straight down: a sibling is neither. The best path counts and
never the sum, and the path is kept so that it can be shown. Broader evidence alone never meets an
essential requirement. Whole-number arithmetic, so that both databases agree.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

STEPS = 2
NARROWER = (9, 10)
BROADER = (1, 2)

Neighbours = Callable[[int], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Path:
    """How one skill lies to the skill asked for. `skills` begins at the one asked and ends at the one shown."""

    skills: tuple[int, ...]
    broader: bool = False

    @property
    def steps(self) -> int:
        """0 for the skill itself."""
        return len(self.skills) - 1

    def counted(self, level: int) -> int:
        """The part of a level (0-255) that counts along this path, rounded down."""
        numerator, denominator = BROADER if self.broader else NARROWER
        return int(level * numerator**self.steps // denominator**self.steps)


@dataclass(frozen=True, slots=True)
class Credit:
    """The level (0-255) a person has for the skill asked, and the path it came by."""

    level: int
    path: Path

    def towards(self, minimum: int, essential: bool) -> int:
        """The level to score with: broader evidence stays one unit below an essential minimum."""
        return min(self.level, minimum - 1) if essential and self.path.broader else self.level


def paths(skill: int, narrower: Neighbours, broader: Neighbours) -> dict[int, Path]:
    """Every skill within two steps straight down or straight up, by its best path; the skill itself included.

    `narrower(id)` and `broader(id)` give direct relations. Cycles in the taxonomy do no harm.
    """
    found = {skill: Path((skill,))}
    for is_broader, neighbours in ((False, narrower), (True, broader)):
        edge = [found[skill].skills]
        for _ in range(STEPS):
            edge = [(*trail, step) for trail in edge for step in sorted(neighbours(trail[-1]))]
            for trail in edge:
                found.setdefault(trail[-1], Path(trail, is_broader))
    return found


def best_credit(skill: int, levels: Mapping[int, int], reachable: Mapping[int, Path]) -> Credit:
    """The highest credit over the person's own levels (skill id to 0-255); the shorter path on a tie."""
    own = Credit(levels.get(skill, 0), Path((skill,)))
    others = (
        Credit(path.counted(levels[shown]), path) for shown, path in reachable.items() if levels.get(shown)
    )
    return max([own, *others], key=lambda c: (c.level, -c.path.steps, [-s for s in c.path.skills]))
