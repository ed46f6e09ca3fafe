"""The tables of an organisation's own people. An agreement that ends is deleted, with what hangs on it: the events
`pool.agreed`, `pool.ended`, `matrix.agreed` and `matrix.ended` keep from when to when it held."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from market import clock
from market.db import id_field, instant_field, public_id_field, refers_to


class PoolPlace(SQLModel, table=True):
    """One person's agreement that one organisation may write to them about openings, until a day."""

    __tablename__ = "staff_pool_place"
    __table_args__ = (
        UniqueConstraint("person_id", "org_id"),
        Index("ix_staff_pool_place_org", "org_id", "id"),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    org_id: int = refers_to("organisation.id", index=False)
    person_id: int = refers_to("person.id", index=False)
    engagement_id: int = refers_to("engagement.id")  # what was completed last when they agreed
    agreed_at: datetime = instant_field(factory=clock.now)
    until: datetime = instant_field(index=True)
    paused_at: datetime | None = instant_field(nullable=True)  # by the person: not at the moment


class PoolNote(SQLModel, table=True):
    """What a member noted about someone in the pool, for the other members who read it."""

    __tablename__ = "staff_pool_note"

    id: int = id_field()
    public_id: str = public_id_field()
    place_id: int = refers_to("staff_pool_place.id")
    author_id: int = refers_to("person.id")
    text: str
    at: datetime = instant_field(factory=clock.now)


class MatrixConsent(SQLModel, table=True):
    """A member's agreement to stand in the organisation's skill matrix."""

    __tablename__ = "staff_matrix_consent"

    org_id: int = refers_to("organisation.id", primary_key=True)
    person_id: int = Field(primary_key=True, foreign_key="person.id", index=True)
    agreed_at: datetime = instant_field(factory=clock.now)


class Need(SQLModel, table=True):
    """A skill that an organisation says it needs among its people, at a level."""

    __tablename__ = "staff_need"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 5", name="level"),)

    org_id: int = refers_to("organisation.id", primary_key=True)
    skill_id: int = Field(primary_key=True, foreign_key="skill.id", index=True)
    level: int


class Incentive(SQLModel, table=True):
    """What an organisation promises its members for an achievement. It is never rewritten: closed, and set anew."""

    __tablename__ = "staff_incentive"
    __table_args__ = (
        CheckConstraint("amount_minor IS NULL OR amount_minor > 0", name="amount"),
        Index("ix_staff_incentive_org", "org_id", "id"),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    org_id: int = refers_to("organisation.id", index=False)
    line: str = Field(max_length=16, index=True)  # of the achievement: any version of it earns this
    achievement_id: int = refers_to("achievement.id")  # the version it was set for, for its name
    text: str
    amount_minor: int | None = None
    currency: str = Field(default="GBP", max_length=3)
    set_by: int | None = refers_to("person.id", nullable=True, index=False)
    set_at: datetime = instant_field(factory=clock.now)
    closed_at: datetime | None = instant_field(nullable=True)


class Promise(SQLModel, table=True):
    """A member earned an incentive: what they were promised is what it said on that day. Each side records its part."""

    __tablename__ = "staff_promise"
    __table_args__ = (
        UniqueConstraint("incentive_id", "person_id"),
        Index("ix_staff_promise_org", "org_id", "id"),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    incentive_id: int = refers_to("staff_incentive.id", index=False)
    org_id: int = refers_to("organisation.id", index=False)
    person_id: int = refers_to("person.id")
    issued_id: int = refers_to("issued.id")  # what earned it
    made_at: datetime = instant_field(factory=clock.now)
    given_at: datetime | None = instant_field(nullable=True)  # the organisation says so
    given_by: int | None = refers_to("person.id", nullable=True, index=False)
    received_at: datetime | None = instant_field(nullable=True)  # the person says so


class Packet(SQLModel, table=True):
    """What someone completed, as one signed document for a personnel system. Empty until the worker has signed it."""

    __tablename__ = "staff_packet"
    __table_args__ = (Index("ix_staff_packet_engagement", "engagement_id", "id"),)

    id: int = id_field()
    public_id: str = public_id_field()
    engagement_id: int = refers_to("engagement.id", index=False)
    asked_by: int | None = refers_to("person.id", nullable=True, index=False)
    asked_at: datetime = instant_field(factory=clock.now)
    document: str | None = None
    signed_at: datetime | None = instant_field(nullable=True)
