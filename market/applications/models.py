"""The tables of applications and offers. `org_id` is kept with the application so that its rules need no other row."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from market import clock
from market.applications import rules
from market.applications.rules import OfferStatus, Side, Status
from market.db import choice_field, id_field, instant_field, one_of, public_id_field, refers_to
from market.lifecycle import Lifecycle


class Application(SQLModel, table=True):
    """One person's wish to take one opportunity."""

    __tablename__ = "application"
    __table_args__ = (
        UniqueConstraint("opportunity_id", "person_id"),
        one_of("status", Status),
        Index("ix_application_person", "person_id", "status"),
        Index("ix_application_org", "org_id", "status", "answer_due_at"),
        Index("ix_application_due", "status", "answer_due_at"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = rules.LIFECYCLE

    id: int = id_field()
    public_id: str = public_id_field()
    opportunity_id: int = refers_to("opportunity.id", index=False)
    opportunity_version: int = 1  # the terms the person read
    org_id: int = refers_to("organisation.id", index=False)
    person_id: int = refers_to("person.id", index=False)
    status: Status = choice_field(Status, default=Status.DRAFT)
    note: str = ""
    withdraw_if_hired: bool = False  # take this one back when an offer elsewhere is accepted
    agrees_to_pool: bool = False  # to be asked again
    pool_until: datetime | None = instant_field(nullable=True)  # when that agreement runs out
    created_at: datetime = instant_field(factory=clock.now)
    submitted_at: datetime | None = instant_field(nullable=True)
    answer_due_at: datetime | None = instant_field(nullable=True)
    revived_at: datetime | None = instant_field(nullable=True)  # taken up again: the sixty days begin anew
    overdue_told_at: datetime | None = instant_field(nullable=True)
    decided_at: datetime | None = instant_field(nullable=True)
    decline_code: str | None = None
    decline_text: str | None = None
    decline_shared: bool = True  # the words too, not only the reason chosen
    gap_report: dict[str, Any] | None = Field(
        default=None, sa_type=JSON
    )  # the explanation as it stood at the refusal


class Answer(SQLModel, table=True):
    """What an applicant wrote to one question."""

    __tablename__ = "application_answer"
    __table_args__ = (UniqueConstraint("application_id", "position"),)

    id: int = id_field()
    application_id: int = refers_to("application.id", index=False)
    position: int
    question: str
    text: str = ""


class Offer(SQLModel, table=True):
    """One version of the terms. At most one is open for an application."""

    __tablename__ = "offer"
    __table_args__ = (
        UniqueConstraint("application_id", "version"),
        one_of("status", OfferStatus),
        one_of("proposed_by", Side),
        Index(
            "uq_offer_open",
            "application_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_offer_expiry", "status", "expires_at"),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    application_id: int = refers_to("application.id", index=False)
    version: int
    status: OfferStatus = choice_field(OfferStatus, default=OfferStatus.OPEN)
    proposed_by: Side = choice_field(Side)
    proposer_id: int = refers_to("person.id", index=False)
    terms: dict[str, Any] = Field(sa_type=JSON)  # see terms.Terms; frozen once sent
    note: str = ""  # why these terms, in a sentence to the other side
    created_at: datetime = instant_field(factory=clock.now)
    expires_at: datetime = instant_field()
    answered_at: datetime | None = instant_field(nullable=True)
    answered_by: int | None = refers_to("person.id", nullable=True, index=False)
    reason: str | None = None
    warned_at: datetime | None = instant_field(nullable=True)  # told that it lapses soon


class InvitationToApply(SQLModel, table=True):
    """Someone of an organisation asks a person to apply for one opening."""

    __tablename__ = "invitation_to_apply"
    __table_args__ = (UniqueConstraint("opportunity_id", "person_id"),)

    id: int = id_field()
    public_id: str = public_id_field()
    opportunity_id: int = refers_to("opportunity.id", index=False)
    person_id: int = refers_to("person.id")
    invited_by: int = refers_to("person.id", index=False)
    note: str = ""
    created_at: datetime = instant_field(factory=clock.now)
    dismissed_at: datetime | None = instant_field(nullable=True)  # the person said no, thank you
