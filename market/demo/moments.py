"""Moments in time: what happens on which day, in which order within it, and at what hour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from market.demo.cast import Cast

Do = Callable[[Session, Cast], object]

# The order within a day. An application is sent before anything else of that day happens to it; work ends after its
# last part is settled, and is reviewed after that.
ORDER = (
    "arrive",
    "found",
    "verify",
    "settle",
    "post",
    "change",
    "apply",
    "decide",
    "work",
    "talk",
    "judge",
    "end",
    "review",
    "answer",
    "define",
    "issue",
    "take",
)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """One service call on one day."""

    day: int
    rank: int
    number: int
    do: Do = field(compare=False)
    what: str = field(compare=False, default="")


@dataclass(slots=True)
class Moments:
    """Everything that is to happen, in any order until it is asked for."""

    found: list[Moment] = field(default_factory=list)

    def at(self, day: int, rank: str, *does: Do, what: str = "") -> None:
        """Have these calls made on a day, one after another."""
        for do in does:
            self.found.append(Moment(day, ORDER.index(rank), len(self.found), do, what))

    def by_day(self) -> Iterator[tuple[int, list[Moment]]]:
        """Each day from the first moment to today, with its moments in order; days without any among them."""
        days: dict[int, list[Moment]] = {}
        for moment in sorted(self.found):
            days.setdefault(moment.day, []).append(moment)
        for day in range(min(days), 1):
            yield day, days.get(day, [])


def hour_of(now: datetime, day: int, rank: int, place: int) -> datetime:
    """When a moment happens: between eight and eight on days gone by; today within the half hour before `now`."""
    if day == 0:
        return now - timedelta(minutes=30) + timedelta(minutes=2 * rank, seconds=place % 60)
    morning = (now + timedelta(days=day)).replace(hour=8, minute=0, second=0, microsecond=0)
    return morning + timedelta(minutes=45 * rank + place % 45, seconds=(place * 7) % 60)
