"""What a programme would change for one person: which openings it would bring into reach, and which to take first.

Pure. A level is 0-255; what a programme teaches is a skill at a level of 1-5, and counts as the least that meets it.
An opening is within reach of a person who meets all its essential requirements.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from market.matching.core.contract import Requirement, minimum


def after(levels: Mapping[int, int], outcomes: Mapping[int, int]) -> dict[int, int]:
    """Levels once each outcome (skill to level 1-5) was shown. What was higher before stays."""
    return {**levels, **{s: max(levels.get(s, 0), minimum(level)) for s, level in outcomes.items()}}


def unmet(levels: Mapping[int, int], asked: Sequence[Requirement]) -> dict[int, int]:
    """The essential requirements not met: skill to the level (0-255) that would meet it."""
    return {q.skill_id: q.minimum for q in asked if q.essential and levels.get(q.skill_id, 0) < q.minimum}


class Reach(NamedTuple):
    """Places of openings in the list: those brought into reach, and those of which one essential more would be met."""

    opened: tuple[int, ...]
    closer: tuple[int, ...]


class Distance:
    """What one person lacks for each of many openings, worked out once and asked for many programmes."""

    def __init__(self, levels: Mapping[int, int], openings: Sequence[Sequence[Requirement]]) -> None:
        self.levels = levels
        self.lacking = [
            (place, missing) for place, asked in enumerate(openings) if (missing := unmet(levels, asked))
        ]

    def reach(self, outcomes: Mapping[int, int]) -> Reach:
        """What these outcomes (skill to level 1-5) would change. O(openings not within reach)."""
        shown = {skill: minimum(level) for skill, level in outcomes.items()}
        opened, closer = [], []
        for place, missing in self.lacking:
            left = sum(shown.get(skill, 0) < least for skill, least in missing.items())
            if not left:
                opened.append(place)
            elif left < len(missing):
                closer.append(place)
        return Reach(tuple(opened), tuple(closer))


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
    raised = [
        skill
        for skill in wanted
        if skill in course.teaches and minimum(course.teaches[skill]) > held.get(skill, 0)
    ]
    if not raised:
        return None
    return Way(
        course,
        tuple(skill for skill in raised if course.teaches[skill] >= wanted[skill]),
        tuple(skill for skill in raised if course.teaches[skill] < wanted[skill]),
        tuple(skill for skill, level in course.entry.items() if held.get(skill, 0) < minimum(level)),
        len(distance.reach(course.teaches).opened),
    )
