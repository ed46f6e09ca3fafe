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
