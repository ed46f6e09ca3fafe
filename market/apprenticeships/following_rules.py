"""What a programme led to: when each side is asked, who may answer, and when counts are large enough to be shown."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from market.access import YES, Decision, no
from market.engagements.rules import TrialOutcome
from market.words import _

AFTER_DAYS = (0, 90)
TOO_LATE = timedelta(days=180)  # a question that was not asked by then is not asked any more
FEWEST = 5
"""Answers of one side below this number are not shown in public: a count of one may be somebody's name."""


class FollowUpSide(StrEnum):
    TALENT = "talent"
    EMPLOYER = "employer"


def may_answer(sides: Iterable[str], side: FollowUpSide) -> Decision:
    """Each side answers for itself; `sides` is what the actor is to the work."""
    return YES if side.value in sides else no(_("This question is for the other side."))


class Count(NamedTuple):
    """One question to one side: how many were asked, and what those said who answered."""

    after_days: int
    side: FollowUpSide
    asked: int
    said: dict[TrialOutcome, int]

    @property
    def answered(self) -> int:
        return sum(self.said.values())

    @property
    def is_shown(self) -> bool:
        """Are there enough answers to show what was said?"""
        return self.answered >= FEWEST


class Record(NamedTuple):
    """How often a programme was begun, and how it ended."""

    begun: int
    ended: int
    completed: int

    @property
    def is_shown(self) -> bool:
        """Have enough people ended it to say how? Of one or two it would be said who."""
        return self.ended >= FEWEST


def counts(rows: Iterable[tuple[int, str, str | None, int]]) -> list[Count]:
    """From (days, side, outcome or None, how many) to one count for each question and side, those of the end first.

    Silence is counted as asked and as nothing else.
    """
    found: dict[tuple[int, FollowUpSide], Count] = {}
    for days, side, outcome, n in rows:
        key = (days, FollowUpSide(side))
        one = found.get(key, Count(*key, 0, {}))
        said = dict(one.said)
        if outcome is not None:
            said[TrialOutcome(outcome)] = said.get(TrialOutcome(outcome), 0) + n
        found[key] = Count(*key, one.asked + n, said)
    order = {side: place for place, side in enumerate(FollowUpSide)}
    return sorted(found.values(), key=lambda one: (one.after_days, order[one.side]))
