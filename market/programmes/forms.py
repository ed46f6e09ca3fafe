"""The forms of a programme, one for each page of writing it. A draft may be half written; what is there makes sense."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints, field_validator

from market.programmes import rules
from market.programmes.drafts import Question
from market.programmes.rules import Captions, Identification, Mode, ResourceKind, Supervision
from market.web.forms import Form, Minor, Tick, within
from market.words import _

Short = Annotated[str, StringConstraints(max_length=120)]
Line = Annotated[str, StringConstraints(max_length=300)]
Words = Annotated[str, StringConstraints(max_length=1200)]
Many = Annotated[list[str], BeforeValidator(lambda value: value if isinstance(value, list) else [value])]


class BeginForm(Form):
    """How a programme is begun: from a template, or with a title alone."""

    org: str = ""
    template: str = ""
    title: Short = ""


class ReadersForm(Form):
    """Whom a programme is for, before it goes out."""

    inside: Tick = False


class InsideForm(Form):
    """A round that members join; with no day people begin one after another."""

    starts_on: date | None = None
    seats: int = Field(ge=1, le=200)


class EntryRow(Form):
    skill: Annotated[str, StringConstraints(max_length=200)] = ""
    skill_id: Annotated[str, StringConstraints(max_length=16)] = ""
    level: int = Field(default=1, ge=1, le=5)
    matters: str = "essential"


class AboutForm(Form):
    """What it is, for whom, where, and what it pays."""

    title: Short = ""
    summary: Words = ""
    field: Short = ""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] = "en"
    weeks: int = Field(default=4, ge=1, le=rules.MOST_WEEKS)
    mode: Mode = Mode.HYBRID
    place: Annotated[str, StringConstraints(max_length=160)] = ""
    access_needs: Words = ""
    pay: Annotated[Minor, within(0, 100_000_000)] = 0
    learner_cost: Annotated[Minor, within(0, 100_000_000)] = 0
    tools: Line = ""
    ip_note: Words = ""
    prerequisites: Line = ""
    entry: list[EntryRow] = Field(default=[], max_length=rules.MOST_PREREQUISITES)


class OutcomeRow(Form):
    """`row` is the id of the row that is changed, empty for a new one."""

    text: Line = ""
    skill: Annotated[str, StringConstraints(max_length=200)] = ""
    skill_id: Annotated[str, StringConstraints(max_length=16)] = ""
    level: int = Field(default=2, ge=1, le=5)
    row: int = 0


class OutcomesForm(Form):
    """What someone can do at the end."""

    outcomes: list[OutcomeRow] = Field(default=[], max_length=rules.MOST_OUTCOMES)


def _questions(value: str) -> str:
    read_questions(value)
    return value


class ResourceRow(Form):
    kind: ResourceKind = ResourceKind.READING
    title: Short = ""
    link: Annotated[str, StringConstraints(max_length=500)] = ""
    minutes: int = Field(default=0, ge=0, le=10_000)
    cost: Annotated[Minor, within(0, 10_000_000)] = 0
    captions: Captions = Captions.NOT_NEEDED
    mandatory: Tick = False
    day: int = Field(default=1, ge=1, le=rules.MOST_WEEKS * 7)
    at_time: Annotated[str, StringConstraints(pattern=r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$")] | None = None
    place: Annotated[str, StringConstraints(max_length=160)] = ""
    questions: Annotated[str, StringConstraints(max_length=3000)] = ""

    _asked = field_validator("questions")(_questions)

    @field_validator("link")
    @classmethod
    def _is_a_link(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError(_("A link begins with https://"))
        return value


class LearningForm(Form):
    """Phase one."""

    resources: list[ResourceRow] = Field(default=[], max_length=rules.MOST_RESOURCES)


class TaskRow(Form):
    """`outcomes` are places in the list of outcomes, from 1."""

    title: Short = ""
    text: Words = ""
    accepted_when: Annotated[str, StringConstraints(max_length=600)] = ""
    hours: int = Field(default=0, ge=0, le=rules.MOST_HOURS)
    week: int = Field(default=1, ge=1, le=rules.MOST_WEEKS)
    productive: Tick = False
    outcomes: Many = Field(default=[])


class TasksForm(Form):
    """Phase two."""

    tasks: list[TaskRow] = Field(default=[], max_length=rules.MOST_TASKS)


class MentorshipForm(Form):
    """Phase three. `mentors` are people of the organisation; what is said of each comes in fields of their own."""

    mentors: list[str] = Field(default=[], max_length=rules.MOST_MENTORS)
    sessions_planned: int = Field(default=0, ge=0, le=60)
    sessions_least: int = Field(default=0, ge=0, le=60)
    session_minutes: int = Field(default=45, ge=5, le=240)
    mentoring: Words = ""
    pulse: Tick = False

    @field_validator("sessions_least")
    @classmethod
    def _within(cls, value: int, info: object) -> int:
        planned = getattr(info, "data", {}).get("sessions_planned")
        if planned is not None and value > planned:
            raise ValueError(_("At most as many as are planned."))
        return value


class CapstoneForm(Form):
    """Phase four, without its rubric."""

    capstone_title: Short = ""
    capstone_brief: Words = ""
    capstone_accepted_when: Annotated[str, StringConstraints(max_length=600)] = ""
    capstone_hours: int = Field(default=0, ge=0, le=200)
    capstone_productive: Tick = False
    supervision: Supervision = Supervision.NONE
    assessor: str = ""
    second_assessor: str = ""


class CriterionRow(Form):
    name: Short = ""
    assesses: int = Field(default=0, ge=0, le=rules.MOST_OUTCOMES)  # the place of the outcome, from 1
    step_1: Line = ""
    step_2: Line = ""
    step_3: Line = ""
    step_4: Line = ""
    needed: Tick = False


class RubricForm(Form):
    """How the capstone is judged."""

    rubric_title: Short = ""
    pass_mark: int = Field(default=3, ge=1, le=4)
    criteria: list[CriterionRow] = Field(default=[], max_length=8)


class EvidenceForm(Form):
    """Phase five, and what else the descriptor states."""

    achievement: Annotated[str, StringConstraints(max_length=16)] = ""  # empty: made from the programme
    achievement_name: Short = ""
    portfolio_words: Words = ""
    evidence_hours: int = Field(default=1, ge=0, le=20)
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    awarding_body: Short = ""
    eqf_level: int = Field(default=0, ge=0, le=8)
    level_assigned_by: Short = ""
    identification: Identification = Identification.ACCOUNT
    quality_assurance: Line = ""
    stackability: Line = ""


def read_questions(text: str) -> tuple[Question, ...]:
    """Check questions as people write them; ValueError with what to mend.

    An empty line parts them. The first line asks; the lines under it are the choices, the right one begins with `*`;
    a line that begins with `=` says why.
    """
    found = []
    for block in filter(str.strip, text.replace("\r\n", "\n").split("\n\n")):
        asked, *rest = [line.strip() for line in block.strip().splitlines() if line.strip()]
        because = " ".join(line[1:].strip() for line in rest if line.startswith("="))
        choices = [line for line in rest if not line.startswith("=")]
        right = [n for n, line in enumerate(choices, start=1) if line.startswith("*")]
        if len(choices) < 2 or len(right) != 1:
            raise ValueError(
                _(
                    "“%(question)s” needs at least two choices, and a * before the right one.",
                    question=asked[:60],
                )
            )
        found.append(Question(asked, tuple(line.lstrip("* ") for line in choices), right[0], because))
    if len(found) > rules.MOST_QUESTIONS:
        raise ValueError(_("Keep at most %(n)s questions.", n=rules.MOST_QUESTIONS))
    return tuple(found)


def questions_text(questions: tuple[Question, ...]) -> str:
    """The same, the other way."""
    blocks = []
    for one in questions:
        lines = [one.text]
        lines += [("* " if n == one.right else "") + words for n, words in enumerate(one.choices, start=1)]
        lines += [f"= {one.because}"] if one.because else []
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
