"""The tables of rubrics: a rubric, its criteria, and the five described steps of each."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from market import clock
from market.db import id_field, instant_field, public_id_field, refers_to


class Rubric(SQLModel, table=True):
    """A scale to judge by. Once `frozen_at` is set nothing of it changes; a copy carries `version` + 1."""

    __tablename__ = "rubric"
    __table_args__ = (CheckConstraint("pass_mark BETWEEN 0 AND 4", name="pass_mark"),)

    id: int = id_field()
    public_id: str = public_id_field()
    org_id: int | None = refers_to("organisation.id", nullable=True)
    title: str = ""
    version: int = 1
    pass_mark: int = 3  # the step that every needed criterion has to reach
    in_library: bool = Field(
        default=False, sa_column_kwargs={"server_default": "0"}
    )  # written by itself, for whatever will be judged by it
    frozen_at: datetime | None = instant_field(nullable=True)
    created_at: datetime = instant_field(factory=clock.now)


class Criterion(SQLModel, table=True):
    """One row of a rubric: it feeds one skill, and its step 3 shows `target_level`."""

    __tablename__ = "criterion"
    __table_args__ = (
        UniqueConstraint("rubric_id", "position"),
        CheckConstraint("target_level BETWEEN 1 AND 5", name="target_level"),
        CheckConstraint("weight BETWEEN 1 AND 10", name="weight"),
    )

    id: int = id_field()
    rubric_id: int = refers_to("rubric.id", index=False)
    position: int
    name: str
    skill_id: int = refers_to("skill.id")
    target_level: int
    weight: int = 5
    needed: bool = False


class CriterionLevel(SQLModel, table=True):
    """One step of a criterion, 0 to 4: what it looks like, and the level it shows in thousandths."""

    __tablename__ = "criterion_level"
    __table_args__ = (
        CheckConstraint("step BETWEEN 0 AND 4", name="step"),
        CheckConstraint("shows_level_milli BETWEEN 0 AND 5000", name="shows_level_milli"),
    )

    criterion_id: int = refers_to("criterion.id", primary_key=True)
    step: int = Field(primary_key=True)
    anchor: str = ""
    shows_level_milli: int = 0
