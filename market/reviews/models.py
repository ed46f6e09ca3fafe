"""The tables of reviews."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from market import clock
from market.db import choice_field, id_field, instant_field, one_of, public_id_field, refers_to
from market.lifecycle import Lifecycle
from market.reviews import rules
from market.reviews.rules import Side, Status


class ReviewPair(SQLModel, table=True):
    """The two reviews of one ended engagement, and the instant at which the window closes."""

    __tablename__ = "review_pair"
    __table_args__ = (one_of("status", Status), Index("ix_review_pair_due", "status", "deadline_at"))
    LIFECYCLE: ClassVar[Lifecycle] = rules.LIFECYCLE

    id: int = id_field()
    public_id: str = public_id_field()
    engagement_id: int = refers_to("engagement.id", unique=True)
    person_id: int = refers_to("person.id")
    org_id: int = refers_to("organisation.id")
    deadline_at: datetime = instant_field()
    status: Status = choice_field(Status, default=Status.OPEN)
    revealed_at: datetime | None = instant_field(nullable=True)


class Review(SQLModel, table=True):
    """What one side says. `side` is the side that writes; the subject is the other."""

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("pair_id", "side"), one_of("side", Side))

    id: int = id_field()
    public_id: str = public_id_field()
    pair_id: int = refers_to("review_pair.id", index=False)
    side: Side = choice_field(Side)
    author_id: int = refers_to("person.id", index=False)
    text: str = ""
    private_note: str = ""  # to the moderators only
    written_at: datetime = instant_field(factory=clock.now)
    edited_at: datetime | None = instant_field(nullable=True)
    reply: str | None = None
    replied_at: datetime | None = instant_field(nullable=True)
    moderation: str | None = None  # reported, kept, redacted, removed


class ReviewAxis(SQLModel, table=True):
    """One rating on an anchored scale, 1 to 5."""

    __tablename__ = "review_axis"
    __table_args__ = (CheckConstraint("step BETWEEN 1 AND 5", name="step"),)

    review_id: int = refers_to("review.id", primary_key=True)
    axis: str = Field(primary_key=True)
    step: int


class ReviewSkillStatement(SQLModel, table=True):
    """A statement about one skill that the work showed, with the level it showed, 1 to 5."""

    __tablename__ = "review_skill_statement"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 5", name="level"),)

    review_id: int = refers_to("review.id", primary_key=True)
    skill_id: int = refers_to("skill.id", primary_key=True)
    level: int
    text: str = ""
