"""What a posting says, as plain values: for checking it, freezing it and showing it. Pure."""

from datetime import date, datetime
from typing import Any, NamedTuple, TypedDict

from market.opportunities.rules import Kind, Mode, PayBasis


class Part(NamedTuple):
    """One thing to hand in, and what someone would do to see that it is done."""

    title: str
    text: str = ""
    accepted_when: str = ""


class Need(NamedTuple):
    """One skill asked for: level 1 to 5, weight 1 to 10."""

    skill_id: int
    level: int
    essential: bool = True
    weight: int = 5


class Fields(TypedDict, total=False):
    """The columns of an opportunity that a person writes."""

    kind: Kind
    title: str
    summary: str
    language: str
    hours: int
    weeks: int
    starts_on: date | None
    starts_by: date | None
    pay_basis: PayBasis
    pay_minor: int
    currency: str
    seats: int
    applicants_cap: int | None
    invited_count: int
    mode: Mode
    place: str
    time_zone: str
    overlap_hours: int
    access_needs: str
    learner_cost_minor: int
    ip_note: str
    deadline_at: datetime | None
    answer_days: int
    rubric_id: int | None


class Programmed(NamedTuple):
    """What is known of the programme that a micro-apprenticeship is a round of."""

    title: str
    is_published: bool
    productive_hours: int  # of work that the organisation uses, so it is paid
    pay_minor: int  # the least it pays
    mentors: tuple[str, ...]  # who are members still, by name
    asks: int  # how many skills to come with; with none the opening asks for a beginning in what is taught


class Draft(NamedTuple):
    """A posting as it stands, whole: what the checks look at."""

    kind: Kind
    title: str
    summary: str
    language: str
    hours: int
    weeks: int
    starts_on: date | None
    starts_by: date | None
    pay_basis: PayBasis
    pay_minor: int
    currency: str
    seats: int
    invited_count: int
    mode: Mode
    place: str
    time_zone: str
    learner_cost_minor: int
    deadline_at: datetime | None
    parts: tuple[Part, ...] = ()
    needs: tuple[Need, ...] = ()
    questions: tuple[str, ...] = ()
    proposed_skill: str = ""  # one that is asked for and waits for a moderator, empty when none
    rubric_attached: bool = False
    rubric_problem: str = ""  # what the attached rubric lacks, empty when nothing
    rubric_skills: tuple[int, ...] = ()
    programme: Programmed | None = None  # of a micro-apprenticeship

    @property
    def pay_total_minor(self) -> int:
        """What the whole work pays, before what it costs the person."""
        return self.pay_minor if self.pay_basis is PayBasis.FIXED else self.pay_minor * self.hours

    @property
    def hourly_minor(self) -> int:
        """What an hour comes to, rounded down, after what taking part costs the person."""
        return (self.pay_total_minor - self.learner_cost_minor) // max(1, self.hours)


def hourly_minor(basis: PayBasis, pay_minor: int, hours: int) -> int:
    """What an hour is paid, rounded down: fixed pay divided by the hours."""
    return pay_minor if basis is PayBasis.HOURLY else pay_minor // max(1, hours)


Terms = dict[str, Any]
