"""The forms of a programme that runs: sessions, hours, the two questions of a week, who mentors."""

from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from market.apprenticeships.soft_rules import SoftSkill
from market.engagements.rules import TrialOutcome
from market.programmes.rules import Phase
from market.web.forms import Form, Tick
from market.words import _


def _clock_time(text: object) -> object:
    """14:00, as browsers send it and as people type it: 14.00, 9:30."""
    if not isinstance(text, str):
        return text
    hours, _colon, minutes = text.strip().replace(".", ":").partition(":")
    digits = hours.isdecimal() and len(hours) <= 2 and minutes[:2].isdecimal()
    if not (digits and int(hours) < 24 and int(minutes[:2]) < 60):
        raise ValueError(_("Write a time of day, as 14:00."))
    return time(int(hours), int(minutes[:2]))


Time = Annotated[time, BeforeValidator(_clock_time)]


def instant(day: date, at: time, zone: str) -> datetime:
    """A day and a time of day where this person lives. Of a time that a clock change skips or repeats, the first."""
    return datetime.combine(day, at, ZoneInfo(zone))


class PlanSession(Form):
    day: date
    at: Time
    topic: str = Field(default="", max_length=200)


class LogSession(Form):
    held_on: date
    held_at: Time
    minutes: int = Field(ge=1, le=24 * 60)
    note: str = Field(default="", max_length=1000)


class Deny(Form):
    note: str = Field(min_length=5, max_length=1000)


class Hours(Form):
    worked_on: date
    hours: Annotated[float, Field(gt=0, le=24)]
    phase: Phase
    note: str = Field(default="", max_length=300)

    @property
    def minutes(self) -> int:
        return max(1, round(self.hours * 60))


class PulseForm(Form):
    week: int = Field(ge=1, le=200)
    first: int = Field(ge=1, le=5)
    second: int = Field(ge=1, le=5)
    words: str = Field(default="", max_length=500)


class TickForm(Form):
    resource: str = Field(max_length=32)
    done: Tick = False


class MentorForm(Form):
    mentor: str = Field(max_length=32)


class AssessorsForm(Form):
    first: str = Field(max_length=32)
    second: str = Field(default="", max_length=32)


class TryAgain(Form):
    due_on: date


class AppealForm(Form):
    words: str = Field(min_length=20, max_length=3000)


class GiveForm(Form):
    assessor: str = Field(max_length=32)


class DecideForm(Form):
    comment: str = Field(min_length=20, max_length=2000)


class AfterwardsForm(Form):
    after_days: int = Field(ge=0, le=90)
    outcome: TrialOutcome


UNSEEN = "unseen"
"""What the form of soft skills sends for "I could not see this"."""


class SoftForm(Form):
    """One answer for each soft skill: a step, or that it could not be seen. What is left open is no answer."""

    communication: str = Field(default="", max_length=10)
    teamwork: str = Field(default="", max_length=10)
    leadership: str = Field(default="", max_length=10)
    reliability: str = Field(default="", max_length=10)
    problem_solving: str = Field(default="", max_length=10)

    @property
    def steps(self) -> dict[SoftSkill, int | None]:
        """The answers that were given."""
        said = {one: getattr(self, one.value) for one in SoftSkill}
        return {
            one: None if words == UNSEEN else int(words)
            for one, words in said.items()
            if words == UNSEEN or (words.isascii() and words.isdigit())
        }
