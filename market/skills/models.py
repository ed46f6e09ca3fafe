"""The tables of the taxonomy: skills, their names in each language, how they lie to each other, and where they come from."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from market import clock
from market.db import choice_field, id_field, instant_field, one_of, public_id_field, refers_to


class SkillKind(StrEnum):
    SKILL = "skill"
    GROUP = "group"


class Family(StrEnum):
    """How fast evidence ages: see `evidence.posterior`."""

    TOOL = "tool"
    KNOWLEDGE = "knowledge"
    SOFT = "soft"


class SkillStatus(StrEnum):
    PROPOSED = "proposed"
    ACTIVE = "active"
    MERGED = "merged"


class LabelKind(StrEnum):
    PREFERRED = "preferred"
    ALTERNATIVE = "alternative"
    HIDDEN = "hidden"


class RelationKind(StrEnum):
    BROADER = "broader"
    RELATED = "related"


class Skill(SQLModel, table=True):
    """One entry of the taxonomy. `name` is its preferred label in the site's language, `key` its handle in a seed list."""

    __tablename__ = "skill"
    __table_args__ = (one_of("kind", SkillKind), one_of("family", Family), one_of("status", SkillStatus))

    id: int = id_field()
    public_id: str = public_id_field()
    key: str | None = Field(default=None, unique=True)
    kind: SkillKind = choice_field(SkillKind, default=SkillKind.SKILL)
    family: Family = choice_field(Family, default=Family.KNOWLEDGE)
    status: SkillStatus = choice_field(SkillStatus, default=SkillStatus.ACTIVE)
    name: str
    description: str = ""
    field: str = ""  # the field of work it is listed under
    merged_into_id: int | None = refers_to("skill.id", nullable=True, index=False)
    proposed_by: int | None = refers_to("person.id", nullable=True, index=False)
    created_at: datetime = instant_field(factory=clock.now)


class SkillLabel(SQLModel, table=True):
    """One name of a skill. `norm` is what is looked up."""

    __tablename__ = "skill_label"
    __table_args__ = (
        UniqueConstraint("skill_id", "language", "norm"),
        one_of("kind", LabelKind),
        Index("ix_skill_label_norm", "norm"),
    )

    id: int = id_field()
    skill_id: int = refers_to("skill.id", index=False)
    language: str = "en"
    kind: LabelKind = choice_field(LabelKind, default=LabelKind.ALTERNATIVE)
    text: str
    norm: str


class SkillRelation(SQLModel, table=True):
    """How two skills lie to each other: the first is narrower than (or related to) the second."""

    __tablename__ = "skill_relation"
    __table_args__ = (one_of("kind", RelationKind),)

    narrower_id: int = refers_to("skill.id", primary_key=True)
    broader_id: int = Field(primary_key=True, foreign_key="skill.id", index=True)
    kind: RelationKind = choice_field(RelationKind, default=RelationKind.BROADER)


class SkillAlignment(SQLModel, table=True):
    """The same skill in another framework."""

    __tablename__ = "skill_alignment"
    __table_args__ = (UniqueConstraint("framework", "uri"),)

    id: int = id_field()
    skill_id: int = refers_to("skill.id")
    framework: str
    uri: str
