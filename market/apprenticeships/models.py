"""The tables of a programme while it runs: sessions, hours, the pulse, what was learnt from, the capstone and appeals.

Each row belongs to one engagement. What was planned stands in market/programmes; here is only what happened.
"""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from market import clock
from market.apprenticeships import rules, soft_rules, waiting_rules
from market.apprenticeships.following_rules import FollowUpSide
from market.apprenticeships.rules import AppealStatus, PulseSide, SessionStatus
from market.apprenticeships.soft_rules import RoundStatus, SoftSkill
from market.apprenticeships.soft_rules import Side as SoftSide
from market.apprenticeships.waiting_rules import WaitingStatus
from market.db import (
    Choice,
    append_only,
    choice_field,
    id_field,
    instant_field,
    one_of,
    public_id_field,
    refers_to,
)
from market.engagements.rules import TrialOutcome
from market.lifecycle import Lifecycle


class Running(SQLModel, table=True):
    """What both sides were told of a programme that runs, so that nobody is told twice."""

    __tablename__ = "running"

    engagement_id: int = refers_to("engagement.id", primary_key=True)
    pulse_asked_week: int = 0
    load_told_at: datetime | None = instant_field(nullable=True)  # while the hours are above the alarm
    quiet_told_at: datetime | None = instant_field(nullable=True)  # since no session was held for 14 days
    quiet_raised_at: datetime | None = instant_field(nullable=True)  # since for 21: a moderator was told


class MentorSession(SQLModel, table=True):
    """One meeting of the person and a mentor. It counts once both have confirmed it, each for themselves."""

    __tablename__ = "mentor_session"
    __table_args__ = (
        one_of("status", SessionStatus),
        CheckConstraint(
            "status <> 'held' OR (confirmed_by_mentor_at IS NOT NULL AND confirmed_by_talent_at IS NOT NULL "
            "AND held_at IS NOT NULL AND minutes > 0)",
            name="held_by_both",
        ),
        Index("ix_mentor_session_engagement", "engagement_id", "status", "planned_at"),
    )

    LIFECYCLE: ClassVar[Lifecycle] = rules.SESSION_LIFECYCLE

    id: int = id_field()
    public_id: str = public_id_field()
    engagement_id: int = refers_to("engagement.id", index=False)
    person_id: int = refers_to(
        "person.id", index=False
    )  # who learns; kept here so that the rules need no other row
    org_id: int = refers_to("organisation.id", index=False)
    mentor_id: int = refers_to("person.id")  # the person who mentors, not the membership
    status: SessionStatus = choice_field(SessionStatus, default=SessionStatus.PLANNED)
    planned_at: datetime | None = instant_field(nullable=True)
    held_at: datetime | None = instant_field(nullable=True)
    minutes: int = 0
    topic: str = ""
    note: str = ""
    logged_by: int | None = refers_to("person.id", nullable=True, index=False)
    confirmed_by_mentor_at: datetime | None = instant_field(nullable=True)
    confirmed_by_talent_at: datetime | None = instant_field(nullable=True)
    denied_note: str = ""
    logged_at: datetime | None = instant_field(nullable=True)
    reminded_at: datetime | None = instant_field(nullable=True)  # that the other side's word is missing
    created_at: datetime = instant_field(factory=clock.now)


class HoursEntry(SQLModel, table=True):
    """Time the person spent, as they say it. A wrong entry is corrected by another with `voids_id`."""

    __tablename__ = "hours_entry"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes"),
        Index("ix_hours_entry_engagement", "engagement_id", "worked_on"),
    )

    id: int = id_field()
    engagement_id: int = refers_to("engagement.id", index=False)
    milestone_id: int | None = refers_to("milestone.id", nullable=True, index=False)
    phase: str  # of market.programmes.rules.Phase
    worked_on: date
    minutes: int
    note: str = ""
    by_person: int = refers_to("person.id", index=False)
    voids_id: int | None = refers_to("hours_entry.id", nullable=True, unique=True)
    at: datetime = instant_field(factory=clock.now)


append_only(HoursEntry, erasable=True)


class Pulse(SQLModel, table=True):
    """The two questions of one week to one side, 1 to 5 each with a word. `week` counts from 1."""

    __tablename__ = "pulse"
    __table_args__ = (
        UniqueConstraint("engagement_id", "week", "side"),
        one_of("side", PulseSide),
        CheckConstraint("first BETWEEN 1 AND 5 AND second BETWEEN 1 AND 5", name="answers"),
    )

    id: int = id_field()
    engagement_id: int = refers_to("engagement.id", index=False)
    week: int
    side: PulseSide = choice_field(PulseSide)
    person_id: int = refers_to("person.id", index=False)
    first: int
    second: int
    words: str = ""
    at: datetime = instant_field(factory=clock.now)


class ResourceTick(SQLModel, table=True):
    """The person is through with a resource of their programme."""

    __tablename__ = "resource_tick"
    engagement_id: int = refers_to("engagement.id", primary_key=True)
    resource_id: int = refers_to("programme_resource.id", primary_key=True)
    at: datetime = instant_field(factory=clock.now)


class Appeal(SQLModel, table=True):
    """The person asks for another assessor, within seven days of the assessment. Once for each."""

    __tablename__ = "appeal"
    __table_args__ = (
        one_of("status", AppealStatus),
        CheckConstraint("status = 'open' OR assessor_id IS NOT NULL", name="given"),
        CheckConstraint("(status IN ('upheld', 'changed')) = (second_id IS NOT NULL)", name="decided"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = rules.APPEAL_LIFECYCLE

    id: int = id_field()
    public_id: str = public_id_field()
    engagement_id: int = refers_to("engagement.id")
    person_id: int = refers_to("person.id", index=False)
    org_id: int = refers_to("organisation.id", index=False)
    assessment_id: int = refers_to("assessment.id", unique=True)  # the one appealed against
    status: AppealStatus = choice_field(AppealStatus, default=AppealStatus.OPEN)
    words: str = ""
    assessor_id: int | None = refers_to("person.id", nullable=True, index=False)  # another than the first
    second_id: int | None = refers_to("assessment.id", nullable=True, index=False)  # what they said
    opened_at: datetime = instant_field(factory=clock.now)
    decided_at: datetime | None = instant_field(nullable=True)


class PartAchievement(SQLModel, table=True):
    """What is issued for one skill of a programme that ended early; with no skill, for having taken part."""

    __tablename__ = "part_achievement"
    __table_args__ = (UniqueConstraint("version_id", "skill_id"),)

    id: int = id_field()
    version_id: int = refers_to("programme_version.id", index=False)
    skill_id: int | None = refers_to("skill.id", nullable=True)
    achievement_id: int = refers_to("achievement.id", unique=True)


class WaitingPlace(SQLModel, table=True):
    """Someone's place in the line of a programme. Who leaves and comes back stands at its end again."""

    __tablename__ = "waiting_place"
    __table_args__ = (
        UniqueConstraint("programme_id", "person_id"),
        one_of("status", WaitingStatus),
        CheckConstraint("(status = 'asked') = (opportunity_id IS NOT NULL)", name="asked"),
        Index("ix_waiting_place_line", "programme_id", "status", "since"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = waiting_rules.LIFECYCLE

    id: int = id_field()
    programme_id: int = refers_to("programme.id", index=False)
    person_id: int = refers_to("person.id")
    status: WaitingStatus = choice_field(WaitingStatus, default=WaitingStatus.WAITING)
    since: datetime = instant_field(factory=clock.now)
    asked_at: datetime | None = instant_field(nullable=True)  # the last time
    opportunity_id: int | None = refers_to("opportunity.id", nullable=True)  # for which they are asked now


class SoftRound(SQLModel, table=True):
    """One time at which people are asked how others worked with them: those of a cohort together, or one alone.

    All its answers are opened at one moment, so that nobody can answer an answer.
    """

    __tablename__ = "soft_round"
    __table_args__ = (
        one_of("status", RoundStatus),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        Index("ix_soft_round_due", "status", "deadline_at"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = soft_rules.LIFECYCLE

    id: int = id_field()
    org_id: int = refers_to("organisation.id", index=False)
    status: RoundStatus = choice_field(RoundStatus, default=RoundStatus.OPEN)
    scale: int = soft_rules.SCALE  # by which version of the anchors it was asked
    opened_at: datetime = instant_field(factory=clock.now)
    deadline_at: datetime = instant_field()
    reminded_at: datetime | None = instant_field(nullable=True)
    closed_at: datetime | None = instant_field(nullable=True)


class SoftPlace(SQLModel, table=True):
    """Whose way of working a round is about: one piece of work, once."""

    __tablename__ = "soft_place"

    engagement_id: int = refers_to("engagement.id", primary_key=True)
    round_id: int = refers_to("soft_round.id")


class SoftRating(SQLModel, table=True):
    """Who is asked of whom in a round, and the step they chose for each skill; none where they could not see it.

    Those of peers are deleted when the round closes: of them only the middle of the group stays, in `soft_result`.
    """

    __tablename__ = "soft_rating"
    __table_args__ = (
        UniqueConstraint("engagement_id", "by_person"),
        one_of("side", SoftSide),
        CheckConstraint("by_person <> of_person", name="not_oneself"),
        *(CheckConstraint(f"{one} BETWEEN 0 AND 4", name=one) for one in SoftSkill),
        Index("ix_soft_rating_by_person", "by_person", "answered_at"),
    )

    id: int = id_field()
    round_id: int = refers_to("soft_round.id")
    engagement_id: int = refers_to("engagement.id", index=False)  # of the person it is about
    of_person: int = refers_to("person.id", index=False)
    by_person: int = refers_to("person.id", index=False)
    side: SoftSide = choice_field(SoftSide)
    communication: int | None = None
    teamwork: int | None = None
    leadership: int | None = None
    reliability: int | None = None
    problem_solving: int | None = None
    answered_at: datetime | None = instant_field(nullable=True)

    @property
    def steps(self) -> dict[SoftSkill, int | None]:
        """The step for each skill."""
        return {one: getattr(self, one.value) for one in SoftSkill}


class SoftResult(SQLModel, table=True):
    """What a closed round says of one skill: the middle of what mentors, or at least three peers, saw."""

    __tablename__ = "soft_result"
    __table_args__ = (
        one_of("side", SoftSide),
        one_of("skill", SoftSkill),
        CheckConstraint("step BETWEEN 0 AND 4", name="step"),
        CheckConstraint("n >= 1 AND (side <> 'peer' OR n >= 3)", name="enough"),
    )

    engagement_id: int = refers_to("engagement.id", primary_key=True)
    side: SoftSide = Field(sa_type=Choice(SoftSide), primary_key=True)
    skill: SoftSkill = Field(sa_type=Choice(SoftSkill), primary_key=True)
    step: int
    n: int


class FollowUp(SQLModel, table=True):
    """What a programme led to, asked of one side: at its end (`after_days` 0), and again after 90 days.

    Without an answer it says nothing: it counts as asked, and as no outcome.
    """

    __tablename__ = "follow_up"
    __table_args__ = (
        UniqueConstraint("engagement_id", "after_days", "side"),
        one_of("side", FollowUpSide),
        one_of("outcome", TrialOutcome),
        CheckConstraint("after_days IN (0, 90)", name="after_days"),
        CheckConstraint("(outcome IS NULL) = (answered_at IS NULL)", name="answered"),
        Index("ix_follow_up_programme", "programme_id", "after_days"),
        Index("ix_follow_up_org", "org_id", "after_days"),
    )

    id: int = id_field()
    engagement_id: int = refers_to("engagement.id", index=False)
    programme_id: int = refers_to("programme.id", index=False)  # kept here for the counts
    org_id: int = refers_to("organisation.id", index=False)
    after_days: int
    side: FollowUpSide = choice_field(FollowUpSide)
    asked_at: datetime = instant_field(factory=clock.now)
    outcome: TrialOutcome | None = choice_field(TrialOutcome, nullable=True)
    answered_at: datetime | None = instant_field(nullable=True)
    by_person: int | None = refers_to("person.id", nullable=True, index=False)  # who answered
