"""The tables of messages."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from market import clock
from market.db import choice_field, id_field, instant_field, one_of, public_id_field, refers_to


class About(StrEnum):
    APPLICATION = "application"
    ENGAGEMENT = "engagement"


class Thread(SQLModel, table=True):
    """The conversation about one thing."""

    __tablename__ = "thread"
    __table_args__ = (UniqueConstraint("about_kind", "about_id"), one_of("about_kind", About))

    id: int = id_field()
    public_id: str = public_id_field()
    about_kind: About = choice_field(About)
    about_id: int
    person_id: int = refers_to("person.id")
    org_id: int = refers_to("organisation.id")


class Message(SQLModel, table=True):
    """What someone wrote."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_thread", "thread_id", "id"),)

    id: int = id_field()
    public_id: str = public_id_field()
    thread_id: int = refers_to("thread.id", index=False)
    author_id: int = refers_to("person.id")
    language: str = "en"
    text: str
    removed_at: datetime | None = instant_field(nullable=True)  # by a moderator: the words are shown no more
    at: datetime = instant_field(factory=clock.now)


class ThreadRead(SQLModel, table=True):
    """How far a person has read."""

    __tablename__ = "thread_read"
    thread_id: int = refers_to("thread.id", primary_key=True)
    person_id: int = refers_to("person.id", primary_key=True)
    message_id: int = Field(default=0)
