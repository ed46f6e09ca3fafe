"""Soft skills: the five that are looked at, when a group is asked, who says something of whom, and what is made of it.

Steps go from 0 to 4, each with a described anchor (`soft_words`); None is the honest answer "I could not see this".
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median_low
from typing import TYPE_CHECKING, NamedTuple

from market.access import YES, Actor, Decision, no
from market.engagements.rules import RUNNING
from market.engagements.rules import Status as WorkStatus
from market.lifecycle import Lifecycle, Step
from market.words import _

if TYPE_CHECKING:
    from market.apprenticeships.models import SoftRound


class SoftSkill(StrEnum):
    """In the order in which they are asked. The name of a column of `soft_rating`, and the key of the list of skills."""

    COMMUNICATION = "communication"
    TEAMWORK = "teamwork"
    LEADERSHIP = "leadership"
    RELIABILITY = "reliability"
    PROBLEM_SOLVING = "problem_solving"

    @property
    def key(self) -> str:
        """What the site's own list of skills calls it."""
        return self.value.replace("_", "-")


class Side(StrEnum):
    MENTOR = "mentor"
    PEER = "peer"


class RoundStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


Steps = Mapping[SoftSkill, int | None]
"""What one person says of another: a step for each skill, None where they could not see it."""

STEPS = range(5)
SCALE = 1  # the version of the anchors; a round keeps the one it was asked by
TARGET = 3  # the level that step 3 shows: so a step shows the level of its number, and none shows level 5
BEFORE_END = timedelta(days=7)  # asked from a week before the last planned day
WINDOW = timedelta(days=14)  # after the last planned day, or after all have ended
REMIND = timedelta(days=3)  # before the time is over
LEAST_STAY = timedelta(days=14)  # who left sooner was not seen for long enough
FEWEST_PEERS = 3
"""Fewer answers of peers are shown nowhere and count for nothing: one could tell who said what."""
VARIANCE_MILLI = {Side.MENTOR: 800, Side.PEER: 3000}
"""Fixed, in thousandths. A mentor's look over weeks weighs as one credential does, less than an assessed piece of work;
a whole group of peers weighs as a good project, less than half of a mentor."""


def parties(actor: Actor, soft_round: "SoftRound") -> frozenset[str]:
    """Time alone moves a round."""
    return frozenset({"system"} if actor.is_system else ())


LIFECYCLE = Lifecycle(
    "soft_round",
    RoundStatus.OPEN,
    Step("close", (RoundStatus.OPEN,), RoundStatus.CLOSED, ("system",), "soft_round.closed"),
    parties=parties,
)


class Stay(NamedTuple):
    """One person's time in a programme."""

    status: WorkStatus
    started_at: datetime
    last_day: date  # as planned
    ended_at: datetime | None

    @property
    def is_running(self) -> bool:
        return self.status in (*RUNNING, WorkStatus.DISPUTED)

    @property
    def left_early(self) -> bool:
        return self.status is WorkStatus.ENDED_EARLY


def was_seen(stay: Stay) -> bool:
    """Was this person there for long enough to be spoken of? Whoever finished was, and whoever is still there."""
    if stay.left_early and stay.ended_at is not None:
        return stay.ended_at - stay.started_at >= LEAST_STAY
    return stay.is_running or stay.status is WorkStatus.COMPLETED


def deadline(stays: Sequence[Stay], now: datetime) -> datetime | None:
    """Until when the people around a group may be asked, if it is time to ask them now; None while it is not, or too late.

    From a week before the last planned day of those who are still there, until two weeks after it; once all have ended,
    two weeks from the end. While everybody who is left pauses nothing is asked.
    """
    running = [one for one in stays if one.is_running]
    if running:
        if all(one.status is WorkStatus.PAUSED for one in running):
            return None
        left = max(one.last_day for one in running) - now.date()
        return now + max(left, timedelta()) + WINDOW if left <= BEFORE_END else None
    ended = [one.ended_at for one in stays if one.ended_at is not None]
    return now + WINDOW if ended and max(ended) > now - WINDOW else None


def asks_peers(people: int) -> bool:
    """Are the people of a group asked of each other? Only where each of them has enough others to stay unnamed."""
    return people > FEWEST_PEERS


def may_say(
    by_person: int, of_person: int, is_asked: bool, status: RoundStatus, deadline_at: datetime, now: datetime
) -> Decision:
    """Say how somebody works with others."""
    if by_person == of_person:
        return no(_("Nobody says this of themselves."))
    if not is_asked:
        return no(_("Only mentors, and people who learn in the same group, are asked this."))
    if status is RoundStatus.CLOSED or now >= deadline_at:
        return no(_("The time for this is over."))
    return YES


def missing(steps: Steps) -> list[SoftSkill]:
    """The skills without an answer. "I could not see this" is one; a step that is not on the scale is none."""
    return [one for one in SoftSkill if one not in steps or steps[one] not in (None, *STEPS)]


class Result(NamedTuple):
    """The middle of what a side said of one skill, and how many of it saw something. Of an even number, the lower one."""

    step: int
    n: int


def result(side: Side, said: Iterable[int | None]) -> Result | None:
    """What may be shown of one side's answers for one skill; None without any, and for fewer than three peers."""
    steps = [step for step in said if step is not None]
    if len(steps) < (FEWEST_PEERS if side is Side.PEER else 1):
        return None
    return Result(median_low(steps), len(steps))


def pairs(people: Collection[int], apart: Collection[frozenset[int]]) -> list[tuple[int, int]]:
    """(who says, of whom) for a group: each of each other one, never of oneself, and not where a block parts two."""
    return [(by, of) for of in people for by in people if by != of and frozenset((by, of)) not in apart]
