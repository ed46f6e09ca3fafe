"""What a skill or a programme would change for one person: which openings it brings into reach, and which to take first.

Pure. A level is 0-255; what is learned is a skill at a level of 1-5, and counts as the least that meets it: for the
skill itself, and in part for the broader skills that the evidence of it counts for, as in every list.
An opening is within reach of a person who meets all its essential requirements.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from market.evidence.credit import Path
from market.matching.core.contract import Requirement, minimum

Counts = Mapping[int, Sequence[Path]]
"""For a skill shown, the paths to the skills asked that evidence of it counts for."""
ALONE: Counts = {}
"""A taxonomy in which every skill counts for itself only."""


class Counted(NamedTuple):
    """What something learned counts as (0-255) for a skill asked, and the skill that was learned."""

    level: int
    by: int


def counted(outcomes: Mapping[int, int], counts: Counts = ALONE) -> dict[int, Counted]:
    """What outcomes (skill to level 1-5) count as once shown: each for itself, or the best path from another."""
    found = {skill: Counted(minimum(level), skill) for skill, level in outcomes.items()}
    for skill, level in sorted(outcomes.items()):
        for path in counts.get(skill, ()):
            through = Counted(path.counted(minimum(level)), skill)
            asked = path.skills[0]
            if asked not in found or through.level > found[asked].level:
                found[asked] = through
    return found


def after(levels: Mapping[int, int], outcomes: Mapping[int, int], counts: Counts = ALONE) -> dict[int, int]:
    """Levels once each outcome (skill to level 1-5) was shown. What was higher before stays."""
    then = counted(outcomes, counts)
    return {**levels, **{skill: max(levels.get(skill, 0), one.level) for skill, one in then.items()}}


def unmet(levels: Mapping[int, int], asked: Sequence[Requirement]) -> dict[int, int]:
    """The essential requirements not met: skill to the level (0-255) that would meet it."""
    return {q.skill_id: q.minimum for q in asked if q.essential and levels.get(q.skill_id, 0) < q.minimum}


class Reach(NamedTuple):
    """Places of openings in the list: those brought into reach, and those of which one essential more would be met."""

    opened: tuple[int, ...]
    closer: tuple[int, ...]


class Distance:
    """What one person lacks for each of many openings, worked out once and asked for many programmes."""

    def __init__(
        self,
        levels: Mapping[int, int],
        openings: Sequence[Sequence[Requirement]],
        counts: Counts = ALONE,
    ) -> None:
        self.levels = levels
        self.counts = counts
        self.lacking = [
            (place, missing) for place, asked in enumerate(openings) if (missing := unmet(levels, asked))
        ]

    def reach(self, outcomes: Mapping[int, int]) -> Reach:
        """What these outcomes (skill to level 1-5) would change. O(openings not within reach)."""
        shown = counted(outcomes, self.counts)
        opened, closer = [], []
        for place, missing in self.lacking:
            left = sum(skill not in shown or shown[skill].level < least for skill, least in missing.items())
            if not left:
                opened.append(place)
            elif left < len(missing):
                closer.append(place)
        return Reach(tuple(opened), tuple(closer))


class SkillGap(NamedTuple):
    """A skill a person could gain: at `level` (1-5) it alone would open `opens` more openings."""

    skill_id: int
    level: int
    opens: int


def skill_gaps(distance: Distance, most: int = 10) -> tuple[SkillGap, ...]:
    """The skills asked that would each alone open most openings, the best first.

    Of those that open as many, the one least is missing of. Each stands once, at the lowest level that opens all it can.
    """
    asked = {skill for _place, missing in distance.lacking for skill in missing}
    from_below: dict[int, set[int]] = {skill: {skill} for skill in asked}
    for shown in asked:
        for path in distance.counts.get(shown, ()):
            from_below.get(path.skills[0], set()).add(shown)
    needed: dict[int, list[int]] = {}
    for _place, missing in distance.lacking:
        for skill in set.intersection(*(from_below[one] for one in missing)):
            if level := _least(skill, missing, distance.counts):
                needed.setdefault(skill, []).append(level)
    gaps = [SkillGap(skill, max(levels), len(levels)) for skill, levels in needed.items()]

    def place(gap: SkillGap) -> tuple[int, int, int]:
        return (-gap.opens, minimum(gap.level) - distance.levels.get(gap.skill_id, 0), gap.skill_id)

    return tuple(sorted(gaps, key=place)[:most])


def _least(skill: int, missing: Mapping[int, int], counts: Counts) -> int | None:
    """The lowest level (1-5) of a skill that counts for enough of each skill missing; None where none does."""
    for level in range(1, 6):
        shown = counted({skill: level}, counts)
        if all(one in shown and shown[one].level >= least for one, least in missing.items()):
            return level
    return None


class Course(NamedTuple):
    """What putting programmes in order asks of one. Skills map to levels 1-5."""

    id: int
    teaches: Mapping[int, int]
    entry: Mapping[int, int]  # essential ones only
    cost_minor: int
    currency: str
    hours: int
    places: int  # free now


class Way(NamedTuple):
    """One programme with what it would do: of what was asked, and of everything that is open."""

    course: Course
    closes: tuple[int, ...]  # skills asked that it teaches to the level asked
    towards: tuple[
        int, ...
    ]  # skills asked that it teaches higher than the person stands, yet not to that level
    lacks: tuple[int, ...]  # skills that it asks one to come with and that are not shown
    opens: int
    by: Mapping[int, int]  # for each skill asked the one taught: itself, or a narrower one that counts for it

    @property
    def key(self) -> tuple[int, ...]:
        """Sorts the best first: see `ways`. Without the cost, which compares within one currency alone."""
        return (bool(self.lacks), -len(self.closes), -self.opens, not self.course.places)


def ways(
    distance: Distance, wanted: Mapping[int, int], courses: Iterable[Course], most: int = 3
) -> tuple[Way, ...]:
    """Programmes that raise one of the skills wanted (skill to level 1-5), the best first.

    In this order, each asked only where the one before says the same: whether the person meets what it asks them to
    come with; how many of the skills wanted it teaches to the level wanted; how many openings it brings into reach;
    whether a place is free; whether it is free of charge, then the cost; the hours; the programme that came first.
    """
    found = [one for course in courses if (one := way(distance, wanted, course))]
    return tuple(
        sorted(
            found,
            key=lambda one: (
                *one.key,
                one.course.cost_minor > 0,
                one.course.currency if one.course.cost_minor else "",
                one.course.cost_minor,
                one.course.hours,
                one.course.id,
            ),
        )[:most]
    )


def way(distance: Distance, wanted: Mapping[int, int], course: Course) -> Way | None:
    """What a programme would do for this person; None where it raises none of the skills wanted."""
    held = distance.levels
    shown = counted(course.teaches, distance.counts)
    raised = [skill for skill in wanted if skill in shown and shown[skill].level > held.get(skill, 0)]
    if not raised:
        return None
    return Way(
        course,
        tuple(skill for skill in raised if shown[skill].level >= minimum(wanted[skill])),
        tuple(skill for skill in raised if shown[skill].level < minimum(wanted[skill])),
        tuple(skill for skill, level in course.entry.items() if held.get(skill, 0) < minimum(level)),
        len(distance.reach(course.teaches).opened),
        {skill: shown[skill].by for skill in raised},
    )
