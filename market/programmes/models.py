"""The tables of programmes. A version that is out never changes; the next one is written as a copy of it (version 0)."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from market import clock
from market.db import choice_field, id_field, instant_field, one_of, public_id_field, refers_to
from market.lifecycle import Lifecycle
from market.programmes import rules
from market.programmes.rules import (
    Captions,
    Function,
    Identification,
    Mode,
    ResourceKind,
    Status,
    Supervision,
)


class Programme(SQLModel, table=True):
    """A plan of five phases that an organisation runs again and again. What it says stands in its versions."""

    __tablename__ = "programme"
    __table_args__ = (
        one_of("status", Status),
        CheckConstraint("status = 'draft' OR version > 0", name="published_version"),
        Index("ix_programme_browse", "status", "published_at", "id"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = rules.LIFECYCLE

    id: int = id_field()
    public_id: str = public_id_field()
    org_id: int = refers_to("organisation.id")
    author_id: int = refers_to("person.id", index=False)  # the member who began it
    status: Status = choice_field(Status, default=Status.DRAFT)
    version: int = 0  # the newest that is out, 0 before the first
    title: str = ""  # of the newest version that is out, of the draft before that
    for_members: bool = False  # internal, for the organisation's own people; fixed once it is out
    copied_from_id: int | None = refers_to("programme.id", nullable=True, index=False)
    created_at: datetime = instant_field(factory=clock.now)
    updated_at: datetime = instant_field(factory=clock.now)
    published_at: datetime | None = instant_field(nullable=True)  # the newest version


class ProgrammeVersion(SQLModel, table=True):
    """What a programme says, whole. Version 0 is the draft; a programme has one at most."""

    __tablename__ = "programme_version"
    __table_args__ = (
        UniqueConstraint("programme_id", "version"),
        one_of("mode", Mode),
        one_of("identification", Identification),
        one_of("supervision", Supervision),
        CheckConstraint("(version = 0) = (published_at IS NULL)", name="published"),
        CheckConstraint("weeks BETWEEN 1 AND 26", name="weeks"),
        CheckConstraint("eqf_level BETWEEN 0 AND 8", name="eqf_level"),
        CheckConstraint("pay_minor >= 0 AND learner_cost_minor >= 0", name="money"),
        CheckConstraint("sessions_least <= sessions_planned", name="sessions"),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    programme_id: int = refers_to("programme.id", index=False)
    org_id: int = refers_to("organisation.id")
    version: int = 0
    published_at: datetime | None = instant_field(nullable=True)
    draft_version: int = 1  # counts saves: two editors must not overwrite each other
    descriptor: dict[str, Any] | None = Field(default=None, sa_type=JSON)  # frozen at publishing
    workload_hours: int = 0  # frozen at publishing, for lists

    title: str = ""
    summary: str = ""
    field: str = ""  # of work, by the name the list of skills gives it
    language: str = "en"
    weeks: int = 4
    mode: Mode = choice_field(Mode, default=Mode.HYBRID)
    place: str = ""
    time_zone: str = "Europe/London"
    access_needs: str = ""
    pay_minor: int = 0  # for the whole, at least; an opening may pay more
    currency: str = Field(default="GBP", max_length=3)
    learner_cost_minor: int = 0  # all that taking part costs the person; 0 is called free
    tools: str = ""  # what is lent or given
    ip_note: str = ""

    sessions_planned: int = 4
    sessions_least: int = 4  # held and confirmed by both, or it does not complete
    session_minutes: int = 45
    mentoring: str = ""  # how it goes, in words
    pulse: bool = True  # two questions a week to each side

    capstone_title: str = ""
    capstone_brief: str = ""
    capstone_accepted_when: str = ""
    capstone_hours: int = 0
    capstone_productive: bool = True
    supervision: Supervision = choice_field(Supervision, default=Supervision.NONE)
    rubric_id: int | None = refers_to("rubric.id", nullable=True, index=False)

    achievement_id: int | None = refers_to(
        "achievement.id", nullable=True
    )  # what is issued; made at publishing when none
    achievement_name: str = ""
    portfolio_words: str = ""  # what the entry on the profile says
    evidence_hours: int = 1

    country: str = Field(default="", max_length=2)  # of the issuer, ISO 3166-1
    awarding_body: str = ""
    eqf_level: int = 0  # 1 to 8 of the European Qualifications Framework, 0 when not stated
    level_assigned_by: str = ""  # empty: by the organisation itself
    identification: Identification = choice_field(Identification, default=Identification.ACCOUNT)
    quality_assurance: str = ""
    prerequisites: str = ""  # in words, beside the skills
    stackability: str = ""


class LearningOutcome(SQLModel, table=True):
    """What someone can do at the end: one sentence, one skill at one level. A draft may lack the skill."""

    __tablename__ = "programme_outcome"
    __table_args__ = (
        UniqueConstraint("version_id", "position"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
        Index("ix_programme_outcome_skill", "skill_id", "version_id"),
    )

    id: int = id_field()
    version_id: int = refers_to("programme_version.id", index=False)
    position: int
    text: str
    skill_id: int | None = refers_to("skill.id", nullable=True, index=False)
    skill_words: str = ""  # as typed, while no skill is chosen
    level: int = 2


class Resource(SQLModel, table=True):
    """Something to learn from. `day` counts from the start (1 is the first day); workshops have a time and a place."""

    __tablename__ = "programme_resource"
    __table_args__ = (
        UniqueConstraint("version_id", "position"),
        one_of("kind", ResourceKind),
        one_of("captions", Captions),
        CheckConstraint("minutes >= 0 AND cost_minor >= 0 AND day >= 1", name="numbers"),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    version_id: int = refers_to("programme_version.id", index=False)
    position: int
    kind: ResourceKind = choice_field(ResourceKind)
    title: str
    link: str = ""
    minutes: int = 0
    cost_minor: int = 0
    captions: Captions = choice_field(Captions, default=Captions.NOT_NEEDED)
    mandatory: bool = True
    day: int = 1
    at_time: str = ""  # 14:00, of workshops and guided practice
    place: str = ""


class CheckQuestion(SQLModel, table=True):
    """A short question after a resource, for the learner alone: it opens nothing and is not counted."""

    __tablename__ = "programme_question"
    __table_args__ = (UniqueConstraint("resource_id", "position"),)

    id: int = id_field()
    resource_id: int = refers_to("programme_resource.id", index=False)
    position: int
    text: str
    choices: str = ""  # one a line
    right_choice: int = 1
    because: str = ""


class TaskPlan(SQLModel, table=True):
    """A piece of hands-on work. On signing, each becomes a milestone; `week` is the one at whose end it is due."""

    __tablename__ = "programme_task"
    __table_args__ = (
        UniqueConstraint("version_id", "position"),
        CheckConstraint("hours >= 0 AND week >= 1", name="numbers"),
    )

    id: int = id_field()
    version_id: int = refers_to("programme_version.id", index=False)
    position: int
    title: str
    text: str = ""
    accepted_when: str = ""
    hours: int
    week: int = 1
    productive: bool = True  # the organisation uses what comes of it, so it is paid


class TaskOutcome(SQLModel, table=True):
    """Which outcomes a task practises."""

    __tablename__ = "programme_task_outcome"
    task_id: int = refers_to("programme_task.id", primary_key=True)
    outcome_id: int = refers_to("programme_outcome.id", primary_key=True)


class OutcomeCriterion(SQLModel, table=True):
    """Which outcome a criterion of the rubric assesses. By its position: rubrics are rewritten while they are drafts."""

    __tablename__ = "programme_criterion"
    version_id: int = refers_to("programme_version.id", primary_key=True)
    position: int = Field(primary_key=True)
    outcome_id: int = refers_to("programme_outcome.id")


class ProgrammePerson(SQLModel, table=True):
    """A named member: mentor, assessor, second assessor."""

    __tablename__ = "programme_person"
    __table_args__ = (
        UniqueConstraint("version_id", "membership_id", "function"),
        one_of("function", Function),
    )

    id: int = id_field()
    version_id: int = refers_to("programme_version.id", index=False)
    membership_id: int = refers_to("membership.id")
    function: Function = choice_field(Function)
    words: str = ""  # what readers should know: 22 years in parts


class Prerequisite(SQLModel, table=True):
    """A skill to come with. An opening of the programme asks for it."""

    __tablename__ = "programme_prerequisite"
    __table_args__ = (
        UniqueConstraint("version_id", "skill_id"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    )

    id: int = id_field()
    version_id: int = refers_to("programme_version.id", index=False)
    position: int
    skill_id: int = refers_to("skill.id")
    level: int
    essential: bool = True


class Cohort(SQLModel, table=True):
    """One round of a programme: the people who begin together, or with no `starts_on` one after another.

    It belongs to one opening; `is_open`, `apply_by` and `seats_free` are written downwards by it, for lists. A round of an
    internal programme has none: members join it where they find it.
    """

    __tablename__ = "cohort"
    __table_args__ = (
        CheckConstraint("seats >= 1", name="seats"),
        Index("ix_cohort_version", "programme_version_id", "is_open"),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    programme_version_id: int = refers_to("programme_version.id", index=False)
    opportunity_id: int | None = refers_to("opportunity.id", nullable=True, unique=True)
    starts_on: date | None = None  # None: a rolling start
    seats: int = 1
    is_open: bool = False  # people can apply now
    seats_free: int = 0
    apply_by: datetime | None = instant_field(nullable=True)
    created_at: datetime = instant_field(factory=clock.now)
