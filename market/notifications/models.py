"""The tables of notifications and of the mail that goes out."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from market import clock
from market.db import BigId, Choice, choice_field, id_field, instant_field, one_of, public_id_field, refers_to
from market.notifications.rules import USUAL_HOUR, Channel, MailStatus, Topic


class Notification(SQLModel, table=True):
    """One person is told of one event. `params` holds ids, dates and codes; names are looked up when it is read."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        Index("ix_notification_list", "person_id", "at", "id"),
        Index("ix_notification_digest", "digest_due_at"),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    person_id: int = refers_to("person.id", index=False)
    event_id: int = refers_to("event.id", index=False)
    kind: str  # the event and who is told: the key of a row of `table.NEWS`
    params: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    at: datetime = instant_field(factory=clock.now)
    read_at: datetime | None = instant_field(nullable=True)
    digest_due_at: datetime | None = instant_field(nullable=True)  # waits for this daily letter


class Preference(SQLModel, table=True):
    """How a person wants to hear of a topic by e-mail; the usual way where there is no row."""

    __tablename__ = "preference"
    __table_args__ = (one_of("topic", Topic), one_of("channel", Channel))

    person_id: int = refers_to("person.id", primary_key=True)
    topic: Topic = Field(sa_type=Choice(Topic), primary_key=True)
    channel: Channel = choice_field(Channel)


class DailyLetter(SQLModel, table=True):
    """When a person wants the daily letter."""

    __tablename__ = "daily_letter"
    __table_args__ = (CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),)

    person_id: int = refers_to("person.id", primary_key=True)
    hour: int = USUAL_HOUR


class OutgoingMail(SQLModel, table=True):
    """A mail that waits, or went. Where it goes is read when it is sent; its contents are blanked then.

    A mail to an address that its owner removes goes with it.
    """

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        one_of("status", MailStatus),
        CheckConstraint("(email_id IS NULL) <> (invitation_id IS NULL)", name="one_address"),
        CheckConstraint(
            "status = 'queued' OR (subject = '' AND text = '' AND html = '')", name="blank_when_done"
        ),
        UniqueConstraint("event_id", "email_id"),
        Index("ix_outgoing_mail_due", "status", "due_at"),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    email_id: int | None = Field(
        default=None, foreign_key="email.id", ondelete="CASCADE", index=True, nullable=True, sa_type=BigId
    )
    invitation_id: int | None = refers_to("invitation.id", nullable=True)
    event_id: int | None = refers_to("event.id", nullable=True, index=False)  # none for a daily letter
    subject: str
    text: str
    html: str
    status: MailStatus = choice_field(MailStatus, default=MailStatus.QUEUED)
    attempts: int = 0
    due_at: datetime = instant_field(factory=clock.now)
    claimed_until: datetime | None = instant_field(nullable=True)
    last_error: str | None = None
    created_at: datetime = instant_field(factory=clock.now)
    sent_at: datetime | None = instant_field(nullable=True)
