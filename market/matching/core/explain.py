"""The one explanation, read by both sides: what is asked, what is shown, what each part adds, what would change it.

Built from the same levels and the same contract as the ranking, so that it cannot say anything else. Words
are for the templates; this gives data. The names of `Part` and `Fit` are those the drawing macros use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from market.evidence.credit import Path, best_credit, carries
from market.evidence.posterior import (
    CREDENTIALED,
    DEFAULTS,
    DEMONSTRATED,
    ENDORSED,
    SHOWN,
    Item,
    Level,
    Settings,
    posterior,
    with_one_more,
)
from market.matching.core.contract import (
    Requirement,
    TwoNumbers,
    check,
    contribution,
    two_numbers,
)


@dataclass(frozen=True, slots=True)
class Other:
    """A narrower or broader skill that evidence stands for, and the way from the skill asked to it."""

    skill: str
    family: str
    items: Sequence[Item]
    path: Path


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of a person in one skill asked: its name and family, its items, and those of skills around it."""

    skill: str
    family: str
    items: Sequence[Item] = ()
    others: Sequence[Other] = ()


@dataclass(frozen=True, slots=True)
class Via:
    """The skill that counts in part for the one asked, where it counts for more than evidence of that one itself."""

    skill: str
    level: Level
    path: Path
    unit: int  # what it counts as, 0-255


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
    via: Via | None = None

    @property
    def counted(self) -> Level | None:
        """The level behind the number: that of the skill itself, or of the one that counts for it in part."""
        return self.via.level if self.via else self.shown

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
    def rounding(self) -> int:
        """What whole percents leave over: the coverage less the parts as they are printed, in percent."""
        return self.coverage - sum(round(part.got) for part in self.parts)

    @property
    def two(self) -> TwoNumbers:
        """The two numbers alone."""
        return TwoNumbers(self.met, self.of, self.coverage)


@dataclass(frozen=True, slots=True)
class Change:
    """One more piece of evidence (T4 unless `tier` says otherwise) at the level asked, and the two numbers around it."""

    skill: str
    skill_id: int
    level: int
    before: TwoNumbers
    after: TwoNumbers
    level_after: Level
    meets: bool  # whether the requirement is met then
    tier: int = DEMONSTRATED
    second_meets: bool = False  # where it does not: whether a second such item of somebody else would


@dataclass(frozen=True, slots=True)
class Explanation:
    """The fit, the person's level by skill name, and the one change that would help most (None when all is met).

    `options` are a few pieces of evidence, of any tier, that would help; what would help most stands first.
    """

    fit: Fit
    skills: Mapping[str, Level]
    change: Change | None
    as_of: date
    settings_version: int
    options: tuple[Change, ...] = ()


MOST_OPTIONS = 4


def fit(
    requirements: Sequence[Requirement],
    levels: Sequence[int],
    names: Sequence[str],
    shown: Sequence[Level | None] | None = None,
    vias: Sequence[Via | None] | None = None,
) -> Fit:
    """The fit of levels (0-255, in the order of the requirements); names are the skills as people read them."""
    check(requirements)
    numbers = two_numbers(levels, requirements)
    total = sum(asked.weight for asked in requirements)
    blank: Sequence[None] = [None] * len(requirements)
    parts: list[Part] = []
    start = 0.0
    for asked, unit, name, level, via in zip(
        requirements, levels, names, shown or blank, vias or blank, strict=True
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
                via=via,
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
    vias = [_via(skill, level, as_of, settings) for skill, level in zip(held, shown, strict=True)]
    units = [via.unit if via else level.level for level, via in zip(shown, vias, strict=True)]
    now = fit(requirements, units, [skill.skill for skill in held], shown, vias)
    options = _options(requirements, held, units, now.two, as_of, settings)
    return Explanation(
        fit=now,
        skills={skill.skill: level for skill, level in zip(held, shown, strict=True)},
        change=next((one for one in options if one.tier == DEMONSTRATED), None),
        as_of=as_of,
        settings_version=settings.version,
        options=tuple(options[:MOST_OPTIONS]),
    )


def _via(held: Held, own: Level, as_of: date, settings: Settings) -> Via | None:
    """The other skill that counts for more than the own evidence. Not all evidence counts for another skill."""
    found = [(one, posterior(one.items, one.family, as_of, settings)) for one in held.others]
    found = [(one, level) for one, level in found if carries(level.tier, held.family)]
    skill = found[0][0].path.skills[0] if found else 0
    credit = best_credit(skill, own.level, [(level.level, one.path) for one, level in found])
    if credit.level == 0 or not credit.path.steps:
        return None
    other, level = next((one, level) for one, level in found if one.path == credit.path)
    return Via(other.skill, level, credit.path, credit.level)


def _options(
    requirements: Sequence[Requirement],
    held: Sequence[Held],
    units: Sequence[int],
    before: TwoNumbers,
    as_of: date,
    settings: Settings,
) -> list[Change]:
    """One more item of each tier at the level asked for each requirement not met, what helps most first.

    By essentials met, then coverage; of equals the smaller gap, then the tier that is easier to come by, first. What
    changes neither number is left out, unless it is the nearest T4: a step on the way is worth naming.
    """
    found: list[tuple[tuple[int, int, int, int, int], Change]] = []
    for place, (asked, skill) in enumerate(zip(requirements, held, strict=True)):
        if units[place] >= asked.minimum:
            continue
        for tier in (DEMONSTRATED, CREDENTIALED, ENDORSED, SHOWN):
            after = with_one_more(
                skill.items, skill.family, as_of, tier=tier, reading=asked.level, settings=settings
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
                tier=tier,
                second_meets=unit < asked.minimum <= _after_two(skill, tier, asked.level, as_of, settings),
            )
            if numbers != before or tier == DEMONSTRATED:
                key = (-numbers.met, -numbers.coverage, asked.minimum - units[place], place, tier)
                found.append((key, change))
    return [change for _key, change in sorted(found, key=lambda pair: pair[0])]


def _after_two(held: Held, tier: int, reading: int, as_of: date, settings: Settings) -> int:
    """The level (0-255) after two more items of this tier and reading, each from a party not heard before."""
    first = Item(1 + max((i.id for i in held.items), default=0), tier, reading, as_of, "someone newer")
    return with_one_more(
        [*held.items, first], held.family, as_of, tier=tier, reading=reading, settings=settings
    ).level
