"""The tables of engagements. Whose they are (`org_id`, `person_id`) is kept on each row, so that its rules need no other."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from market import clock
from market.db import append_only, choice_field, id_field, instant_field, one_of, public_id_field, refers_to
from market.engagements import rules
from market.engagements.rules import Fault, MilestoneStatus, Status, TrialOutcome
from market.lifecycle import Lifecycle


class Engagement(SQLModel, table=True):
    """The agreed work of one person for one organisation."""

    __tablename__ = "engagement"
    __table_args__ = (
        one_of("status", Status),
        one_of("fault", Fault),
        one_of("outcome", TrialOutcome),
        CheckConstraint("status <> 'ended_early' OR fault IS NOT NULL", name="ended_early_fault"),
        Index("ix_engagement_person", "person_id", "status"),
        Index("ix_engagement_org", "org_id", "status"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = rules.LIFECYCLE

    id: int = id_field()
    public_id: str = public_id_field()
    opportunity_id: int | None = refers_to("opportunity.id", nullable=True)
    application_id: int | None = refers_to("application.id", nullable=True, unique=True)
    cohort_id: int | None = None
    programme_version_id: int | None = None
    person_id: int = refers_to("person.id", index=False)
    org_id: int = refers_to("organisation.id", index=False)
    title: str = ""
    kind: str = "gig"
    status: Status = choice_field(Status, default=Status.SCHEDULED)
    terms: dict[str, Any] = Field(sa_type=JSON)  # the signed version of the offer
    terms_version: int = 1
    rubric_id: int | None = refers_to("rubric.id", nullable=True, index=False)
    holds_seat: bool = True
    supervisor_ids: list[int] = Field(
        default_factory=list, sa_type=JSON
    )  # people of the organisation it was given to
    talent_ready: bool = False  # both ready starts it before the start date
    employer_ready: bool = False
    starts_on: date
    ends_on: date | None = None
    started_at: datetime | None = instant_field(nullable=True)
    paused_at: datetime | None = instant_field(nullable=True)
    pause_until: date | None = None
    resumed_at: datetime | None = instant_field(nullable=True)  # the last time
    nudged_at: datetime | None = instant_field(nullable=True)  # the last reminder of this state
    ended_at: datetime | None = instant_field(nullable=True)
    end_reason: str | None = None
    fault: Fault | None = choice_field(Fault, nullable=True)
    outcome: TrialOutcome | None = choice_field(TrialOutcome, nullable=True)
    # Of a programme, written downwards by what runs it (market/apprenticeships): its end is guarded by these.
    sessions_least: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    sessions_held: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # confirmed by both
    needs_capstone: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    capstone_passed: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    assessment_round: int = Field(
        default=1, sa_column_kwargs={"server_default": "1"}
    )  # the attempt that is judged
    for_members: bool = Field(
        default=False, sa_column_kwargs={"server_default": "0"}
    )  # a round of an internal programme: the person belongs to the organisation, and no opening led here
    capstone_round: int = Field(
        default=0, sa_column_kwargs={"server_default": "0"}
    )  # the attempt last handed in
    assessor_ids: list[int] = Field(
        default_factory=list, sa_type=JSON, sa_column_kwargs={"server_default": "[]"}
    )  # people named to judge it; empty: whoever looks after it
    created_at: datetime = instant_field(factory=clock.now)


class MemberFunction(StrEnum):
    MENTOR = "mentor"
    ASSESSOR = "assessor"
    CONTACT = "contact"


class EngagementMember(SQLModel, table=True):
    """A member of the organisation to whom this engagement was given."""

    __tablename__ = "engagement_member"
    __table_args__ = (
        UniqueConstraint("engagement_id", "membership_id", "function"),
        one_of("function", MemberFunction),
    )

    id: int = id_field()
    engagement_id: int = refers_to("engagement.id", index=False)
    membership_id: int = refers_to("membership.id")
    function: MemberFunction = choice_field(MemberFunction)


class TermsChange(SQLModel, table=True):
    """Changed terms (a later end, another pay) that one side proposes and the other signs."""

    __tablename__ = "terms_change"
    __table_args__ = (CheckConstraint("answered_at IS NULL OR accepted IS NOT NULL", name="answer"),)

    id: int = id_field()
    public_id: str = public_id_field()
    engagement_id: int = refers_to("engagement.id")
    proposed_by: str  # talent or employer
    proposer_id: int = refers_to("person.id", index=False)
    terms: dict[str, Any] = Field(sa_type=JSON)
    note: str = ""
    created_at: datetime = instant_field(factory=clock.now)
    answered_at: datetime | None = instant_field(nullable=True)
    accepted: bool | None = None


class Milestone(SQLModel, table=True):
    """A dated part of an engagement, with what it pays."""

    __tablename__ = "milestone"
    __table_args__ = (
        UniqueConstraint("engagement_id", "position"),
        one_of("status", MilestoneStatus),
        CheckConstraint("amount_minor >= 0", name="amount"),
        Index("ix_milestone_due", "status", "due_on"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = rules.MILESTONE_LIFECYCLE

    id: int = id_field()
    public_id: str = public_id_field()
    engagement_id: int = refers_to("engagement.id", index=False)
    person_id: int = refers_to("person.id", index=False)
    org_id: int = refers_to("organisation.id", index=False)
    supervisor_ids: list[int] = Field(default_factory=list, sa_type=JSON)
    position: int
    title: str
    text: str = ""
    accepted_when: str = ""
    due_on: date | None = None
    amount_minor: int = 0
    currency: str = Field(default="GBP", max_length=3)
    status: MilestoneStatus = choice_field(MilestoneStatus, default=MilestoneStatus.PLANNED)
    version: int = 0  # of what was handed in last
    submitted_at: datetime | None = instant_field(nullable=True)
    settled_at: datetime | None = instant_field(nullable=True)
    overdue_told_at: datetime | None = instant_field(nullable=True)
    phase: str | None = None  # of a programme: tasks or capstone
    programme_task_id: int | None = None  # the task it was planned as


class Deliverable(SQLModel, table=True):
    """One version of what was handed in for a milestone."""

    __tablename__ = "deliverable"
    __table_args__ = (UniqueConstraint("milestone_id", "version"),)

    id: int = id_field()
    public_id: str = public_id_field()
    milestone_id: int = refers_to("milestone.id", index=False)
    version: int
    note: str = ""
    link: str = ""
    as_evidence: bool = False  # the person agrees that it may be shown as evidence
    at: datetime = instant_field(factory=clock.now)


class DeliverableFile(SQLModel, table=True):
    """A file of a deliverable, pinned by its hash."""

    __tablename__ = "deliverable_file"
    __table_args__ = (UniqueConstraint("deliverable_id", "file_id"),)

    id: int = id_field()
    deliverable_id: int = refers_to("deliverable.id", index=False)
    file_id: int = refers_to("file.id")
    sha256: str = Field(max_length=64)


class PaymentKind(StrEnum):
    AGREED = "agreed"
    DECLARED_PAID = "declared_paid"
    CONFIRMED_RECEIVED = "confirmed_received"
    CORRECTED = "corrected"


class PaymentEntry(SQLModel, table=True):
    """What was agreed, declared paid, and confirmed received. The site holds no money."""

    __tablename__ = "payment_entry"
    __table_args__ = (one_of("kind", PaymentKind),)

    id: int = id_field()
    milestone_id: int = refers_to("milestone.id")
    kind: PaymentKind = choice_field(PaymentKind)
    amount_minor: int
    currency: str = Field(max_length=3)
    at: datetime = instant_field(factory=clock.now)
    actor_id: int | None = refers_to("person.id", nullable=True, index=False)
    note: str = ""


append_only(PaymentEntry)


class AssessmentSide(StrEnum):
    SELF = "self"
    ASSESSOR1 = "assessor1"
    ASSESSOR2 = "assessor2"


class AssessmentStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"  # chosen blind; the other side's steps may be seen from here on
    SIGNED = "signed"  # an assessor's last word: written to the ledger


class Assessment(SQLModel, table=True):
    """One judgement by the rubric: the person's own, or an assessor's."""

    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("engagement_id", "rubric_id", "by_side", "round"),
        one_of("by_side", AssessmentSide),
        one_of("status", AssessmentStatus),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    engagement_id: int = refers_to("engagement.id", index=False)
    rubric_id: int = refers_to("rubric.id", index=False)
    by_side: AssessmentSide = choice_field(AssessmentSide)
    round: int = 1
    status: AssessmentStatus = choice_field(AssessmentStatus, default=AssessmentStatus.DRAFT)
    person_id: int = refers_to("person.id")  # who judged
    comment: str = ""
    submitted_at: datetime | None = instant_field(nullable=True)
    signed_at: datetime | None = instant_field(nullable=True)


class AssessmentResult(SQLModel, table=True):
    """The step chosen for one criterion, 0 to 4, with a word of why."""

    __tablename__ = "assessment_result"
    __table_args__ = (CheckConstraint("step BETWEEN 0 AND 4", name="step"),)

    assessment_id: int = refers_to("assessment.id", primary_key=True)
    criterion_id: int = refers_to("criterion.id", primary_key=True)
    step: int
    feedback: str = ""


class BlindStep(SQLModel, table=True):
    """What one of two assessors chose before they saw the other's: kept, since signing rewrites the first's steps."""

    __tablename__ = "blind_step"
    __table_args__ = (
        UniqueConstraint("engagement_id", "round", "criterion_id", "by_side"),
        one_of("by_side", AssessmentSide),
        CheckConstraint("step BETWEEN 0 AND 4", name="step"),
    )

    id: int = id_field()
    engagement_id: int = refers_to("engagement.id", index=False)
    round: int
    criterion_id: int = refers_to("criterion.id", index=False)
    by_side: AssessmentSide = choice_field(AssessmentSide)
    step: int
    at: datetime = instant_field(factory=clock.now)


append_only(BlindStep, erasable=True)
