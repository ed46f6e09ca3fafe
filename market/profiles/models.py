"""The tables of profiles."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from market import clock
from market.db import choice_field, id_field, instant_field, one_of, public_id_field, refers_to
from market.profiles.rules import Visibility

__all__ = [
    "Education",
    "Experience",
    "ProfileLanguage",
    "Project",
    "ProjectSkill",
    "SkillClaim",
    "TalentProfile",
    "Visibility",
]

# The ledger names a claim and a project's skill by their ids for ever, so an id that was deleted is never given again.
_IDS_ONCE = {"sqlite_autoincrement": True}


class TalentProfile(SQLModel, table=True):
    """One person's profile. `completed_count` is written by engagements."""

    __tablename__ = "talent_profile"
    __table_args__ = (
        one_of("visibility", Visibility),
        CheckConstraint("hours_week IS NULL OR hours_week BETWEEN 1 AND 80", name="hours"),
        CheckConstraint("pay_min_minor IS NULL OR pay_min_minor >= 0", name="pay"),
    )

    person_id: int = refers_to("person.id", primary_key=True)
    headline: str = ""
    about: str = ""
    place: str = ""
    visibility: Visibility = choice_field(Visibility, default=Visibility.PRIVATE)
    is_findable: bool = True  # may be ranked for openings that they did not apply to
    # Chose to be put in no order: listed nowhere, and among applicants after the others by the day they applied.
    is_apart: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    available_from: date | None = None
    hours_week: int | None = None
    availability_note: str = ""
    pay_min_minor: int | None = None  # an hour
    currency: str = Field(default="GBP", max_length=3)
    completed_count: int = 0
    created_at: datetime = instant_field(factory=clock.now)
    updated_at: datetime = instant_field(factory=clock.now)


class ProfileLanguage(SQLModel, table=True):
    """A language someone works in, with how well in their own words."""

    __tablename__ = "profile_language"
    person_id: int = refers_to("person.id", primary_key=True)
    language: str = Field(primary_key=True, max_length=8)
    fluency: str = ""
    position: int = 0


class SkillClaim(SQLModel, table=True):
    """A skill that someone says they have (with a level, 1-5), or wants to learn. Another level is another row."""

    __tablename__ = "skill_claim"
    __table_args__ = (
        UniqueConstraint("person_id", "skill_id", "wanted"),
        CheckConstraint("level IS NULL OR level BETWEEN 1 AND 5", name="level"),
        CheckConstraint("wanted OR level IS NOT NULL", name="level_given"),
        _IDS_ONCE,
    )

    id: int = id_field()
    person_id: int = refers_to("person.id", index=False)
    skill_id: int = refers_to("skill.id")
    wanted: bool = False
    level: int | None = None
    created_at: datetime = instant_field(factory=clock.now)


class Project(SQLModel, table=True):
    """Something someone made, that others can look at."""

    __tablename__ = "project"
    id: int = id_field()
    public_id: str = public_id_field()
    person_id: int = refers_to("person.id")
    title: str
    role: str = ""
    text: str = ""
    link: str = ""
    done_on: date
    created_at: datetime = instant_field(factory=clock.now)
    # where it came from work done here: the engagement it shows
    engagement_public_id: str | None = None


class ProjectSkill(SQLModel, table=True):
    """A skill a project shows, at the level its owner says it shows (1-5). What is changed is another row."""

    __tablename__ = "project_skill"
    __table_args__ = (
        UniqueConstraint("project_id", "skill_id"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
        _IDS_ONCE,
    )

    id: int = id_field()
    project_id: int = refers_to("project.id", index=False)
    skill_id: int = refers_to("skill.id")
    level: int


class Experience(SQLModel, table=True):
    """Work, paid or not, in a person's own words."""

    __tablename__ = "experience"
    __table_args__ = (Index("ix_experience_person", "person_id", "from_on"),)
    id: int = id_field()
    public_id: str = public_id_field()
    person_id: int = refers_to("person.id", index=False)
    title: str
    where: str = ""
    from_on: date
    until_on: date | None = None
    text: str = ""


class Education(SQLModel, table=True):
    """Schooling that someone chose to list. Shown, and never joined by matching."""

    __tablename__ = "education"
    id: int = id_field()
    public_id: str = public_id_field()
    person_id: int = refers_to("person.id")
    title: str
    where: str = ""
    year: int | None = None
