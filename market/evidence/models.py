"""The tables of evidence: the append-only ledger, the levels computed from it, and the log that indexes follow."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from market import clock
from market.db import (
    append_only,
    choice_field,
    id_field,
    instant_field,
    one_of,
    refers_to,
    transaction_number,
)


class Kind(StrEnum):
    """What an item is."""

    CLAIM = "claim"  # T0: the person says so
    PROJECT = "project"  # T1: shown by something anyone can open
    EXPERIENCE = "experience"  # T1
    ENDORSEMENT = "endorsement"  # T2: a counterparty's statement after real work
    CREDENTIAL = "credential"  # T3
    ASSESSMENT = "assessment"  # T4: judged here by the rubric


class Evidence(SQLModel, table=True):
    """One item of the ledger. A correction is a new row whose `voids_id` names the row that no longer counts.

    `reading_milli` is the level shown in thousandths (0-5000), `variance_milli` its variance in thousandths. `source`
    is what it was written for (an assessment, a review's statement, a project), `party` who says so.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        one_of("kind", Kind),
        CheckConstraint("tier BETWEEN 0 AND 4", name="tier"),
        CheckConstraint("reading_milli BETWEEN 0 AND 5000", name="reading"),
        CheckConstraint("variance_milli > 0", name="variance"),
        Index("ix_evidence_person_skill", "person_id", "skill_id"),
        Index(
            "uq_evidence_source",
            "source_kind",
            "source_id",
            "person_id",
            "skill_id",
            unique=True,
            sqlite_where=text("voids_id IS NULL"),
            postgresql_where=text("voids_id IS NULL"),
        ),
    )

    id: int = id_field()
    person_id: int = refers_to("person.id", index=False)
    skill_id: int = refers_to("skill.id")
    kind: Kind = choice_field(Kind)
    tier: int
    reading_milli: int
    variance_milli: int
    source_kind: str
    source_id: int
    party_kind: str = ""  # organisation, issuer; empty for oneself
    party_id: int | None = None
    occurred_on: date
    recorded_at: datetime = instant_field(factory=clock.now)
    expires_on: date | None = None
    voids_id: int | None = refers_to("evidence.id", nullable=True, unique=True)  # voided once


append_only(Evidence, erasable=True)


class PersonSkill(SQLModel, table=True):
    """What the ledger says of one person in one skill, as matching reads it: `level` is 1-255, 51 a step."""

    __tablename__ = "person_skill"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 255", name="level"),
        Index("ix_person_skill_person", "person_id", "skill_id"),
        Index("ix_person_skill_as_of", "as_of"),
        {"sqlite_with_rowid": False},
    )

    skill_id: int = refers_to("skill.id", primary_key=True)
    person_id: int = refers_to("person.id", primary_key=True)
    level: int
    mu: float
    sigma: float
    tier: int
    as_of: date
    version: int  # of the model's settings


class MatchChange(SQLModel, table=True):
    """A person to look at again: levels changed, or what filters ask. Indexes follow it (`matching.changes`).

    On PostgreSQL numbers are not given in the order of commits, so each row carries its transaction's number too.
    """

    __tablename__ = "match_change"
    seq: int = id_field()
    person_id: int = Field(index=True)
    xact: int = Field(
        default=None,
        sa_column=Column(
            BigInteger, default=transaction_number(), server_default="0", nullable=False, index=True
        ),
    )
