"""The tables of evidence: the append-only ledger, what was learned of those who speak in it, and the levels it makes."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from market import clock
from market.db import (
    Choice,
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


SOFT_MENTOR, SOFT_PEERS = "soft_mentor", "soft_peers"
"""Sources: what mentors, and what the other learners of a group, said of how somebody works with others.

Peers are no raters of the organisation whose party they stand under (for its ceiling): its severity is neither learned
from them nor taken off what they say.
"""


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


class SourceKind(StrEnum):
    """In what an organisation or issuer speaks: as an assessor and endorser, or by its credentials."""

    RATER = "rater"
    ISSUER = "issuer"


class Release(SQLModel, table=True):
    """One time at which severity and strength were learned and published. Version 0 is before the first."""

    __tablename__ = "evidence_release"

    version: int = id_field()
    published_at: datetime = instant_field(factory=clock.now)
    model_version: int
    marks: int  # it was learned from so many marks
    holders: int  # and so many credentials of people assessed here afterwards
    changed: int  # sources whose values it changed
    checked_at: datetime = instant_field(
        factory=clock.now
    )  # until when the ledger taught nothing more that matters
    taken_up_at: datetime | None = instant_field(nullable=True)  # when every level it touches had followed


class SourceStrength(SQLModel, table=True):
    """What a source's readings are worth from a release on: `reading = gain*ability + inflation`, in thousandths.

    Of a rater only inflation is learned: how much higher (severe: lower) than others they mark. `n` is the number of
    marks, or of people, that it was learned from, 0 where moderators vouch for an issuer of which nothing was learned.
    An issuer without a row is on trial, and so is one for which they vouch no more (`on_trial`). A release writes only
    what it changes; the latest row holds.
    """

    __tablename__ = "source_strength"
    __table_args__ = (
        one_of("kind", SourceKind),
        CheckConstraint("gain_milli > 0", name="gain"),
        Index("ix_source_strength_version", "version"),
    )

    kind: SourceKind = Field(sa_type=Choice(SourceKind), primary_key=True)
    party_kind: str = Field(primary_key=True)
    party_id: int = Field(primary_key=True)
    version: int = Field(primary_key=True, foreign_key="evidence_release.version")
    gain_milli: int = 1000
    inflation_milli: int = 0
    n: int
    on_trial: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})


append_only(SourceStrength)


class PersonSkill(SQLModel, table=True):
    """What the ledger says of one person in one skill, as matching reads it: `level` is 1-255, 51 a step.

    `own` is the level by evidence of the skill itself, 0 without any. Where a narrower or broader skill counts for more,
    `via_skill_id` names it and `via_steps` how far it lies: 1 or 2 narrower, -1 or -2 broader, 0 for the skill itself;
    `mu`, `sigma` and `tier` are those of what counts. On `due_on` the own level may change by age alone; rows from before
    there was such a day are due at once.
    """

    __tablename__ = "person_skill"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 255", name="level"),
        Index("ix_person_skill_person", "person_id", "skill_id"),
        Index("ix_person_skill_as_of", "as_of"),
        Index("ix_person_skill_due", "due_on"),
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
    own: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    via_skill_id: int | None = Field(default=None, sa_type=BigInteger)
    via_steps: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    due_on: date | None = Field(default=None, sa_column_kwargs={"server_default": "1970-01-01"})


class Rebuild(SQLModel, table=True):
    """One run of making every level anew: how far it came, so that an interrupted one goes on there."""

    __tablename__ = "evidence_rebuild"

    id: int = id_field()
    started_at: datetime = instant_field(factory=clock.now)
    reached_id: int = 0  # the last person whose levels were made
    people_count: int = 0
    finished_at: datetime | None = instant_field(nullable=True)


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
