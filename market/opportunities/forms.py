"""The forms of a posting, one for each step of writing it. A draft may be incomplete; what is there must make sense."""

from datetime import date, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, StringConstraints, field_validator

from market import clock
from market.opportunities.rules import Mode, PayBasis
from market.web.forms import Form, Minor, Tick, within
from market.words import _

Short = Annotated[str, StringConstraints(max_length=120)]
Words = Annotated[str, StringConstraints(max_length=1200)]
MOST_PARTS = 10


class WorkForm(Form):
    """What the work is."""

    kind: Literal["gig", "trial"]
    title: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    summary: Words = ""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] = "en"
    ip_note: Words = ""


class PartRow(Form):
    title: Short = ""
    text: Words = ""
    accepted_when: Annotated[str, StringConstraints(max_length=600)] = ""


class PartsForm(Form):
    """What is handed in."""

    parts: list[PartRow] = Field(default=[], max_length=MOST_PARTS)


class NeedRow(Form):
    """A skill by its name as typed, and the one chosen among several."""

    skill: Annotated[str, StringConstraints(max_length=200)] = ""
    skill_id: Annotated[str, StringConstraints(max_length=16)] = ""
    level: int = Field(ge=1, le=5)
    matters: Literal["essential", "desirable"] = "essential"
    weight: int = Field(default=5, ge=1, le=10)


class QuestionRow(Form):
    text: Annotated[str, StringConstraints(max_length=300)] = ""


class SkillsForm(Form):
    """Which skills are asked for, and the questions to applicants."""

    needs: list[NeedRow] = Field(default=[], max_length=8)
    questions: list[QuestionRow] = Field(default=[], max_length=3)


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(_("This is no time zone we know. Write one such as Europe/London."))
    return value


class PayForm(Form):
    """Hours, pay, places, where and when."""

    hours: int = Field(ge=1, le=80)
    weeks: int = Field(default=1, ge=1, le=52)
    pay_basis: PayBasis
    pay: Annotated[Minor, within(0, 100_000_000)] = 0
    learner_cost: Annotated[Minor, within(0, 100_000_000)] = 0
    seats: int = Field(default=1, ge=1, le=50)
    invited_count: int = Field(default=0, ge=0, le=200)
    applicants_cap: int | None = Field(default=None, ge=1, le=1000)
    mode: Mode
    place: Annotated[str, StringConstraints(max_length=160)] = ""
    time_zone: str
    overlap_hours: int = Field(default=0, ge=0, le=12)
    access_needs: Annotated[str, StringConstraints(max_length=600)] = ""
    starts_on: date | None = None
    starts_by: date | None = None
    deadline_on: date | None = None
    answer_days: int = Field(default=7, ge=1, le=60)

    _known_zone = field_validator("time_zone")(_zone)

    @property
    def deadline_at(self) -> datetime | None:
        """The last minute of the last day, where the posting is."""
        return end_of_day(self.deadline_on, self.time_zone) if self.deadline_on else None


class RoundForm(Form):
    """A round of a programme: its start, places, pay, dates and questions."""

    start: Literal["cohort", "rolling"]
    starts_on: date | None = None
    starts_by: date | None = None
    pay: Annotated[Minor, within(0, 100_000_000)] = 0
    seats: int = Field(default=1, ge=1, le=50)
    applicants_cap: int | None = Field(default=None, ge=1, le=1000)
    time_zone: str
    deadline_on: date | None = None
    answer_days: int = Field(default=7, ge=1, le=60)
    questions: list[QuestionRow] = Field(default=[], max_length=3)

    _known_zone = field_validator("time_zone")(_zone)

    @property
    def deadline_at(self) -> datetime | None:
        """The last minute of the last day, where the round is."""
        return end_of_day(self.deadline_on, self.time_zone) if self.deadline_on else None


class CriterionRow(Form):
    name: Short = ""
    feeds: str = ""  # the public id of a skill
    step_1: Annotated[str, StringConstraints(max_length=300)] = ""
    step_2: Annotated[str, StringConstraints(max_length=300)] = ""
    step_3: Annotated[str, StringConstraints(max_length=300)] = ""
    step_4: Annotated[str, StringConstraints(max_length=300)] = ""
    needed: Tick = False


class RubricForm(Form):
    """How it will be judged."""

    rubric_title: Short = ""
    pass_mark: int = Field(default=3, ge=1, le=4)
    criteria: list[CriterionRow] = Field(default=[], max_length=8)


class AddendumForm(Form):
    """A change to published terms."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=1200)]
    starts_on: date | None = None
    starts_by: date | None = None
    pay: Annotated[Minor, within(0, 100_000_000)] | None = None
    seats: int | None = Field(default=None, ge=1, le=50)
    version: int = 0  # of the terms that the page showed


class DeadlineForm(Form):
    """A new last day to apply."""

    deadline_on: date | None = None

    @field_validator("deadline_on")
    @classmethod
    def _ahead(cls, value: date | None) -> date | None:
        if value is not None and value < clock.today():
            raise ValueError(_("That day has passed."))
        return value


class CancelForm(Form):
    """Why it ends."""

    note: Annotated[str, StringConstraints(min_length=1, max_length=600)]


def end_of_day(day: date, zone: str) -> datetime:
    """The last minute of a day in an IANA zone; the offset is that of the day asked."""
    return datetime.combine(day, time(23, 59), ZoneInfo(zone))
