"""The one explanation, read by both sides: what is asked, what is shown, what each part adds, what would change it.

Built from the same levels and the same contract as the ranking, so that it cannot say anything else. Words
are for the templates; this gives data. The names of `Part` and `Fit` are those the drawing macros use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from market.evidence.credit import Path
from market.evidence.posterior import DEFAULTS, DEMONSTRATED, Item, Level, Settings, posterior, with_one_more
from market.matching.core.contract import (
    Requirement,
    TwoNumbers,
    check,
    contribution,
    two_numbers,
)


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of a person in one skill asked: the ledger's items, and its name and family.

    `credit` and `path` are set when a narrower or broader skill counts for more than the skill itself:
    the level (0-255) to score with, and the way it came by.
    """

    skill: str
    family: str
    items: Sequence[Item] = ()
    credit: int | None = None
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One requirement in an explanation. `share` is 0-1; `most`, `got` and `start` are percent of the whole."""

    skill: str
    skill_id: int
    level: int
    essential: bool
    weight: int
    unit: int  # the person's level, 0-255
    share: float
    met: bool
    most: float
    got: float
    start: float
    points: int  # its line of the score
    shown: Level | None = None
    path: Path | None = None

    @property
    def short(self) -> int:
        """How many units (of 51 a step) are missing; 0 when met."""
        return max(0, 51 * self.level - 25 - self.unit)


@dataclass(frozen=True, slots=True)
class Fit:
    """A scored pair as people see it: essential `met` of `of`, coverage in whole percent, and its parts."""

    parts: tuple[Part, ...]
    met: int
    of: int
    coverage: int
    score: int

    @property
    def lacks(self) -> tuple[str, ...]:
        """The skills asked that are not met, in the order asked."""
        return tuple(part.skill for part in self.parts if not part.met)

    @property
    def rounding(self) -> float:
        """What writing the coverage in whole percent adds to the sum of the parts, in percent."""
        return self.coverage - sum(part.got for part in self.parts)

    @property
    def two(self) -> TwoNumbers:
        """The two numbers alone."""
        return TwoNumbers(self.met, self.of, self.coverage)


@dataclass(frozen=True, slots=True)
class Change:
    """One assessed piece of work at the level asked, and the two numbers before and after it."""

    skill: str
    skill_id: int
    level: int
    before: TwoNumbers
    after: TwoNumbers
    level_after: Level
    meets: bool  # whether the requirement is met then


@dataclass(frozen=True, slots=True)
class Explanation:
    """The fit, the person's level by skill name, and the one change that would help most (None when all is met)."""

    fit: Fit
    skills: Mapping[str, Level]
    change: Change | None
    as_of: date
    settings_version: int


def fit(
    requirements: Sequence[Requirement],
    levels: Sequence[int],
    names: Sequence[str],
    shown: Sequence[Level | None] | None = None,
    paths: Sequence[Path | None] | None = None,
) -> Fit:
    """The fit of levels (0-255, in the order of the requirements); names are the skills as people read them."""
    check(requirements)
    numbers = two_numbers(levels, requirements)
    total = sum(asked.weight for asked in requirements)
    blank: Sequence[None] = [None] * len(requirements)
    parts: list[Part] = []
    start = 0.0
    for asked, unit, name, level, path in zip(
        requirements, levels, names, shown or blank, paths or blank, strict=True
    ):
        reached = min(unit, asked.minimum) / asked.minimum
        most = 100 * asked.weight / total
        parts.append(
            Part(
                skill=name,
                skill_id=asked.skill_id,
                level=asked.level,
                essential=asked.essential,
                weight=asked.weight,
                unit=unit,
                share=reached,
                met=unit >= asked.minimum,
                most=most,
                got=most * reached,
                start=start,
                points=contribution(unit, asked),
                shown=level,
                path=path,
            )
        )
        start += most * reached
    return Fit(tuple(parts), numbers.met, numbers.of, numbers.coverage, sum(part.points for part in parts))


def explain(
    requirements: Sequence[Requirement],
    held: Sequence[Held],
    as_of: date,
    settings: Settings = DEFAULTS,
) -> Explanation:
    """Why a person stands where they stand for these requirements, on one day."""
    shown = [posterior(skill.items, skill.family, as_of, settings) for skill in held]
    units = [max(level.level, skill.credit or 0) for level, skill in zip(shown, held, strict=True)]
    paths = [
        skill.path if unit > level.level else None
        for level, unit, skill in zip(shown, units, held, strict=True)
    ]
    now = fit(requirements, units, [skill.skill for skill in held], shown, paths)
    return Explanation(
        fit=now,
        skills={skill.skill: level for skill, level in zip(held, shown, strict=True)},
        change=_nearest_change(requirements, held, units, now.two, as_of, settings),
        as_of=as_of,
        settings_version=settings.version,
    )


def _nearest_change(
    requirements: Sequence[Requirement],
    held: Sequence[Held],
    units: Sequence[int],
    before: TwoNumbers,
    as_of: date,
    settings: Settings,
) -> Change | None:
    """The single T4 at the level asked that helps most: essentials met, then coverage, then the smaller gap."""
    changes: list[tuple[tuple[int, int, int, int], Change]] = []
    for place, (asked, skill) in enumerate(zip(requirements, held, strict=True)):
        if units[place] >= asked.minimum:
            continue
        after = with_one_more(
            skill.items, skill.family, as_of, tier=DEMONSTRATED, reading=asked.level, settings=settings
        )
        unit = max(after.level, units[place])
        numbers = two_numbers([*units[:place], unit, *units[place + 1 :]], requirements)
        change = Change(
            skill=skill.skill,
            skill_id=asked.skill_id,
            level=asked.level,
            before=before,
            after=numbers,
            level_after=after,
            meets=unit >= asked.minimum,
        )
        changes.append(((numbers.met, numbers.coverage, units[place] - asked.minimum, -place), change))
    return max(changes, key=lambda pair: pair[0])[1] if changes else None
