"""The tables of webhooks. The secrets lie under the site's own; a consent that ends is deleted."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from market import clock
from market.db import choice_field, id_field, instant_field, one_of, public_id_field, refers_to
from market.webhooks.rules import HandOverStatus, What


class Hook(SQLModel, table=True):
    """Where an organisation has completion packets sent."""

    __tablename__ = "webhook"
    __table_args__ = (CheckConstraint("(old_sealed IS NULL) = (old_until IS NULL)", name="old"),)

    id: int = id_field()
    public_id: str = public_id_field()
    org_id: int = refers_to("organisation.id", unique=True)
    url: str
    sealed: str  # the secret, encrypted
    old_sealed: str | None = None  # the one before, which signs beside it until a day
    old_until: datetime | None = instant_field(nullable=True)
    set_by: int | None = refers_to("person.id", nullable=True, index=False)
    set_at: datetime = instant_field(factory=clock.now)
    paused_at: datetime | None = instant_field(nullable=True)


class HandOverConsent(SQLModel, table=True):
    """A member's agreement that their completion packets go to the organisation's HR system."""

    __tablename__ = "webhook_consent"

    org_id: int = refers_to("organisation.id", primary_key=True)
    person_id: int = Field(primary_key=True, foreign_key="person.id", index=True)
    agreed_at: datetime = instant_field(factory=clock.now)


class HandOver(SQLModel, table=True):
    """One delivery. What is sent is made when it is sent; of an answer only the number is kept."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        one_of("what", What),
        one_of("status", HandOverStatus),
        CheckConstraint("(what = 'packet') = (packet_id IS NOT NULL)", name="packet"),
        Index("ix_webhook_delivery_due", "status", "due_at"),
        Index("ix_webhook_delivery_hook", "hook_id", "id"),
    )

    id: int = id_field()
    public_id: str = public_id_field()  # the number the other side tells repeats by
    hook_id: int = refers_to("webhook.id", index=False)
    what: What = choice_field(What)
    packet_id: int | None = refers_to("staff_packet.id", nullable=True)
    person_id: int | None = refers_to("person.id", nullable=True)  # whose packet it is
    status: HandOverStatus = choice_field(HandOverStatus, default=HandOverStatus.WAITING)
    tries: int = 0
    created_at: datetime = instant_field(factory=clock.now)
    due_at: datetime = instant_field(factory=clock.now)
    claimed_until: datetime | None = instant_field(nullable=True)
    over_at: datetime | None = instant_field(nullable=True)
    answer: int | None = None  # the HTTP status of the last try
    trouble: str | None = None  # a code of net.errors.SENTENCES
