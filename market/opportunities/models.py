"""The tables of opportunities. A draft's parts are rows that are edited; what was published is frozen as JSON terms."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from market import clock
from market.db import (
    append_only,
    change_number,
    choice_field,
    id_field,
    instant_field,
    one_of,
    public_id_field,
    refers_to,
)
from market.lifecycle import Lifecycle
from market.opportunities import rules
from market.opportunities.rules import Kind, Mode, PayBasis, Status


class Opportunity(SQLModel, table=True):
    """What is posted. `seats_taken` and `applicants_count` are written by the features that cause the change."""

    __tablename__ = "opportunity"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("status", Status),
        one_of("pay_basis", PayBasis),
        one_of("mode", Mode),
        CheckConstraint("seats_taken BETWEEN 0 AND seats", name="seats"),
        CheckConstraint("hours BETWEEN 1 AND 400", name="hours"),
        CheckConstraint("pay_minor >= 0 AND learner_cost_minor >= 0", name="money"),
        CheckConstraint("answer_days BETWEEN 1 AND 60", name="answer_days"),
        CheckConstraint(
            "kind <> 'micro_apprenticeship' OR programme_version_id IS NOT NULL", name="programme"
        ),
        CheckConstraint("kind <> 'trial' OR hours <= 40", name="trial_hours"),
        Index("ix_opportunity_browse", "status", "published_at", "id"),
        Index("ix_opportunity_active", "status", "active_at"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = rules.LIFECYCLE

    id: int = id_field()
    public_id: str = public_id_field()
    org_id: int = refers_to("organisation.id")
    author_id: int = refers_to("person.id", index=False)  # the member who wrote it
    kind: Kind = choice_field(Kind)
    status: Status = choice_field(Status, default=Status.DRAFT)
    version: int = 0  # 0 before the first publishing; each addendum adds one
    title: str = ""
    summary: str = ""
    language: str = "en"
    hours: int = 8  # about how many in all
    weeks: int = 1  # calendar weeks it may spread over
    starts_on: date | None = None  # the start window
    starts_by: date | None = None
    pay_basis: PayBasis = choice_field(PayBasis, default=PayBasis.FIXED)
    pay_minor: int = 0  # fixed: for the whole; hourly: for an hour
    currency: str = Field(default="GBP", max_length=3)
    pay_hourly_ref_minor: int | None = Field(
        default=None, index=True
    )  # frozen at publishing, in the site's currency
    seats: int = 1
    seats_taken: int = 0
    applicants_count: int = 0
    applicants_cap: int | None = None
    invited_count: int = 0  # planned for a trial; who was asked is counted from the invitations
    mode: Mode = choice_field(Mode, default=Mode.REMOTE)
    place: str = ""
    time_zone: str = "Europe/London"  # of the deadline
    overlap_hours: int = 0  # hours a day in which both have to be awake, 0 for none
    access_needs: str = ""  # device, bandwidth, captions, step-free and so on
    learner_cost_minor: int = 0
    ip_note: str = ""
    rubric_id: int | None = refers_to("rubric.id", nullable=True)
    deadline_at: datetime | None = instant_field(nullable=True, index=True)
    was_extended: bool = False
    answer_days: int = 7
    published_at: datetime | None = instant_field(nullable=True)
    active_at: datetime | None = instant_field(
        nullable=True
    )  # the last sign of life, for expiry after 30 idle days
    warned_at: datetime | None = instant_field(nullable=True)  # told that it will expire
    search_text: str = ""  # normalised: title, summary, skills and organisation, made at publishing
    programme_version_id: int | None = None
    copied_from_id: int | None = refers_to("opportunity.id", nullable=True, index=False)
    created_at: datetime = instant_field(factory=clock.now)
    updated_at: datetime = instant_field(factory=clock.now)
    draft_version: int = 1  # counts saves of the draft: two editors must not overwrite each other
    # Set by every statement that writes the row: what an index of openings follows (`matching.openings_index`).
    changed: int = Field(
        default=None,
        sa_column=Column(
            BigInteger,
            default=change_number("opportunity"),
            onupdate=change_number("opportunity"),
            server_default="0",
            nullable=False,
            index=True,
        ),
    )


class DeliverableSpec(SQLModel, table=True):
    """One thing to hand in, and what someone would do to see that it is done."""

    __tablename__ = "opportunity_deliverable"
    __table_args__ = (UniqueConstraint("opportunity_id", "position"),)

    id: int = id_field()
    opportunity_id: int = refers_to("opportunity.id", index=False)
    position: int
    title: str
    text: str = ""
    accepted_when: str = ""


class Question(SQLModel, table=True):
    """One of at most three questions to applicants."""

    __tablename__ = "opportunity_question"
    __table_args__ = (
        UniqueConstraint("opportunity_id", "position"),
        CheckConstraint("position BETWEEN 1 AND 3", name="position"),
    )

    id: int = id_field()
    opportunity_id: int = refers_to("opportunity.id", index=False)
    position: int
    text: str
    most_characters: int = 600


class Requirement(SQLModel, table=True):
    """A skill asked for. Version 0 belongs to the draft; each published version has rows of its own."""

    __tablename__ = "requirement"
    __table_args__ = (
        UniqueConstraint("opportunity_id", "version", "skill_id"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
        CheckConstraint("weight BETWEEN 1 AND 10", name="weight"),
        Index("ix_requirement_skill", "skill_id", "opportunity_id"),
    )

    id: int = id_field()
    opportunity_id: int = refers_to("opportunity.id", index=False)
    version: int = 0
    position: int = 1
    skill_id: int = refers_to("skill.id", index=False)
    level: int
    essential: bool = True
    weight: int = 5


class OpportunityVersion(SQLModel, table=True):
    """The terms as published, word for word."""

    __tablename__ = "opportunity_version"
    __table_args__ = (UniqueConstraint("opportunity_id", "version"),)

    id: int = id_field()
    opportunity_id: int = refers_to("opportunity.id", index=False)
    version: int
    terms: dict[str, Any] = Field(sa_type=JSON)
    rubric_id: int | None = refers_to("rubric.id", nullable=True, index=False)
    published_at: datetime = instant_field(factory=clock.now)


append_only(OpportunityVersion)


class Addendum(SQLModel, table=True):
    """A change to published terms, in words, visible to all."""

    __tablename__ = "addendum"
    __table_args__ = (UniqueConstraint("opportunity_id", "version"),)

    id: int = id_field()
    opportunity_id: int = refers_to("opportunity.id", index=False)
    version: int
    text: str
    author_id: int = refers_to("person.id", index=False)
    at: datetime = instant_field(factory=clock.now)


class Watch(SQLModel, table=True):
    """Someone keeps an eye on an opportunity and is told when it changes."""

    __tablename__ = "watch"
    opportunity_id: int = refers_to("opportunity.id", primary_key=True)
    person_id: int = Field(primary_key=True, foreign_key="person.id", index=True)
    since: datetime = instant_field(factory=clock.now)
