"""The tables of the taxonomy: skills, their names in each language, how they lie to each other, and where they come from."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from market import clock
from market.db import choice_field, id_field, instant_field, one_of, public_id_field, refers_to
from market.lifecycle import Lifecycle
from market.skills import rules
from market.skills.records import Family
from market.skills.rules import Status as SkillStatus

__all__ = ["Family", "LabelKind", "RelationKind", "Skill", "SkillAlignment", "SkillImport", "SkillKind"]
__all__ += ["SkillLabel", "SkillRelation", "SkillStatus", "TaxonomyVersion"]


class SkillKind(StrEnum):
    SKILL = "skill"
    GROUP = "group"


class LabelKind(StrEnum):
    PREFERRED = "preferred"
    ALTERNATIVE = "alternative"
    HIDDEN = "hidden"


class RelationKind(StrEnum):
    BROADER = "broader"
    RELATED = "related"


class Skill(SQLModel, table=True):
    """One entry of the taxonomy. `name` is its preferred label in the site's language.

    `key` names the row of the list that the skill comes from (a seed's handle, or ESCO's URI), and says which list
    may rename it. A merged skill keeps its row, so that what was recorded about it stands; `merged_into_id` is
    always a skill in use.
    """

    LIFECYCLE: ClassVar[Lifecycle] = rules.LIFECYCLE
    __tablename__ = "skill"
    __table_args__ = (
        one_of("kind", SkillKind),
        one_of("family", Family),
        one_of("status", SkillStatus),
        CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_something"),
        Index("ix_skill_field_name", "field", "name", "id"),
        Index("ix_skill_waiting", "proposed_by", "status"),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    key: str | None = Field(default=None, unique=True)
    kind: SkillKind = choice_field(SkillKind, default=SkillKind.SKILL)
    family: Family = choice_field(Family, default=Family.KNOWLEDGE)
    status: SkillStatus = choice_field(SkillStatus, default=SkillStatus.ACTIVE)
    name: str
    description: str = ""
    field: str = ""  # the field of work it is listed under
    merged_into_id: int | None = refers_to("skill.id", nullable=True)
    proposed_by: int | None = refers_to("person.id", nullable=True, index=False)
    created_at: datetime = instant_field(factory=clock.now)


class SkillLabel(SQLModel, table=True):
    """One name of a skill. `norm` is what is looked up, by its beginning too: so it is ordered by bytes everywhere."""

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
    norm: str = Field(sa_type=Text().with_variant(Text(collation="C"), "postgresql"))


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


class TaxonomyVersion(SQLModel, table=True):
    """One row whose token changes with the names of skills in use, so that an index of them knows it is out of date.

    A random token and no counter: one that was rolled back never comes again with other names behind it.
    """

    __tablename__ = "skill_version"

    id: int = id_field()
    token: str


class SkillImport(SQLModel, table=True):
    """How far one file was taken in. A file is known by its content, so a renamed one goes on where it stopped."""

    __tablename__ = "skill_import"
    __table_args__ = (UniqueConstraint("sha256", "part"),)

    id: int = id_field()
    sha256: str = Field(max_length=64)
    part: str  # "names" or "relations": relations are read when every name of the file is known
    name: str
    line_done: int = 0
    started_at: datetime = instant_field(factory=clock.now)
    finished_at: datetime | None = instant_field(nullable=True)
