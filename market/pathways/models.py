"""The tables of pathways: achievements that stack to a larger one, from one or several issuers.

A pathway is complete for someone when they hold `needed` of its parts, in their order where it is `ordered`, and its
prerequisites are met; then its own achievement is issued by itself. A part is an achievement of this site, from the
version that is named here on.
"""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import SQLModel

from market import clock
from market.db import choice_field, id_field, instant_field, one_of, public_id_field, refers_to
from market.lifecycle import Lifecycle
from market.pathways import rules
from market.pathways.rules import PathwayStatus


class Pathway(SQLModel, table=True):
    """`needed` of its parts stack to `achievement_id`. Published, its parts do not change."""

    LIFECYCLE: ClassVar[Lifecycle] = rules.LIFECYCLE
    __tablename__ = "pathway"
    __table_args__ = (one_of("status", PathwayStatus), CheckConstraint("needed >= 1", name="needed"))

    id: int = id_field()
    public_id: str = public_id_field()
    org_id: int = refers_to("organisation.id")  # who issues the larger credential
    status: PathwayStatus = choice_field(PathwayStatus, default=PathwayStatus.DRAFT)
    title: str = ""
    summary: str = ""
    needed: int = 1  # k of the n parts
    ordered: bool = False  # each part counts only when the ones before it are there
    achievement_id: int | None = refers_to("achievement.id", nullable=True)  # what it stacks to
    for_members: bool = False  # an internal pathway
    created_at: datetime = instant_field(factory=clock.now)
    published_at: datetime | None = instant_field(nullable=True)
    retired_at: datetime | None = instant_field(nullable=True)


class PathwayPart(SQLModel, table=True):
    """One of the n achievements, of any issuer of this site."""

    __tablename__ = "pathway_part"
    __table_args__ = (
        UniqueConstraint("pathway_id", "position"),
        UniqueConstraint("pathway_id", "achievement_id"),
    )

    id: int = id_field()
    pathway_id: int = refers_to("pathway.id", index=False)
    position: int
    achievement_id: int = refers_to("achievement.id")
    required: bool = False  # counts among the k in any case


class PathwayPrerequisite(SQLModel, table=True):
    """Another pathway to complete, or an achievement to hold, before this one can complete. No circles."""

    __tablename__ = "pathway_prerequisite"
    __table_args__ = (
        CheckConstraint("(needs_pathway_id IS NULL) <> (needs_achievement_id IS NULL)", name="one"),
        CheckConstraint("needs_pathway_id <> pathway_id", name="itself"),
    )

    id: int = id_field()
    pathway_id: int = refers_to("pathway.id")
    needs_pathway_id: int | None = refers_to("pathway.id", nullable=True)
    needs_achievement_id: int | None = refers_to("achievement.id", nullable=True, index=False)


class ExternalCredit(SQLModel, table=True):
    """What an institution outside counts it as: how much, and the page that says so."""

    __tablename__ = "external_credit"
    __table_args__ = (CheckConstraint("amount_tenths > 0", name="amount"),)

    id: int = id_field()
    pathway_id: int = refers_to("pathway.id")
    institution: str
    amount_tenths: int  # 25 is 2.5
    unit: str = "ECTS"
    link: str


class PathwayCompletion(SQLModel, table=True):
    """Someone completed a pathway, and what was issued for it; none while it cannot be. Once for pathway and person."""

    __tablename__ = "pathway_completion"
    __table_args__ = (UniqueConstraint("pathway_id", "person_id"),)

    id: int = id_field()
    pathway_id: int = refers_to("pathway.id", index=False)
    person_id: int = refers_to("person.id")
    issued_id: int | None = refers_to("issued.id", nullable=True)
    at: datetime = instant_field(factory=clock.now)
