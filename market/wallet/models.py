"""The tables of the wallet: credentials brought here, the skills they show, and identifiers shown to be one's own."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from market import clock
from market.db import choice_field, id_field, instant_field, one_of, public_id_field, refers_to
from market.lifecycle import Lifecycle
from market.wallet import rules
from market.wallet.rules import Basis, HeldStatus, ProofKind, ProofStatus, Visibility

__all__ = [
    "Basis",
    "Held",
    "HeldSkill",
    "HeldStatus",
    "IdentityProof",
    "ProofKind",
    "ProofStatus",
    "Visibility",
]


class Held(SQLModel, table=True):
    """A credential that a person brought. What it says and how it was checked lies with its check.

    `title`, the dates and `issuer_id` are from the signed view of the last report that had one. A removed one keeps its
    row without any of that, since the ledger names it.
    """

    LIFECYCLE: ClassVar[Lifecycle] = rules.LIFECYCLE
    __tablename__ = "held"
    __table_args__ = (
        one_of("status", HeldStatus),
        one_of("visibility", Visibility),
        CheckConstraint("(status = 'removed') = (check_id IS NULL)", name="removed_without_check"),
        Index(
            "uq_held_document",
            "person_id",
            "sha256",
            unique=True,
            sqlite_where=text("status <> 'removed'"),
            postgresql_where=text("status <> 'removed'"),
        ),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    person_id: int = refers_to("person.id")
    check_id: int | None = refers_to("credential_check.id", unique=True, nullable=True)
    sha256: str = Field(max_length=64)
    status: HeldStatus = choice_field(HeldStatus, default=HeldStatus.RECEIVED)
    visibility: Visibility = choice_field(Visibility, default=Visibility.PRIVATE)
    title: str = ""
    kind: str = ""
    issuer_id: int | None = refers_to("issuer.id", nullable=True)
    issuer_known: bool = False
    bound: str = ""  # how it is shown to be the holder's: email, did; empty when it is not
    issued_here: bool = False
    issued_on: date | None = None
    expires_on: date | None = None
    added_at: datetime = instant_field(factory=clock.now)
    checked_at: datetime | None = instant_field(nullable=True, index=True)
    verified_at: datetime | None = instant_field(nullable=True)


class HeldSkill(SQLModel, table=True):
    """A skill that a credential shows, confirmed by its holder. The source of the row in the ledger.

    What the ledger voided stays silent, so a credential that verifies again gets new rows: `ended_at` closes the old.
    """

    __tablename__ = "held_skill"
    __table_args__ = (
        one_of("basis", Basis),
        CheckConstraint("reading_milli BETWEEN 0 AND 5000", name="reading"),
        Index(
            "uq_held_skill_current",
            "held_id",
            "skill_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int = id_field()
    held_id: int = refers_to("held.id", index=False)
    skill_id: int = refers_to("skill.id")
    issuer_id: int = refers_to("issuer.id")
    basis: Basis = choice_field(Basis)
    reading_milli: int
    stated: bool  # the credential states the level; else it is the holder's word
    confirmed_at: datetime = instant_field(factory=clock.now)
    is_recorded: bool = False
    ended_at: datetime | None = instant_field(nullable=True)


class IdentityProof(SQLModel, table=True):
    """An identifier or a page elsewhere, and whether it was shown to be this person's.

    For an identifier `challenge` is what a presentation has to sign, good once and for five minutes after `asked_at`;
    `answer` is kept until the worker has looked at it. For a page `value` is its address from the start, and `due_at` is
    when the worker looks at it again; `settled_at` is when it was last seen to link back, or not to.
    """

    __tablename__ = "identity_proof"
    __table_args__ = (
        one_of("kind", ProofKind),
        one_of("status", ProofStatus),
        Index(
            "uq_identity_proof_held",
            "value",
            unique=True,
            sqlite_where=text("status = 'held'"),
            postgresql_where=text("status = 'held'"),
        ),
        Index("ix_identity_proof_due", "status", "due_at"),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    person_id: int = refers_to("person.id")
    kind: ProofKind = choice_field(ProofKind)
    status: ProofStatus = choice_field(ProofStatus)
    value: str = ""
    challenge: str = ""
    domain: str = ""
    asked_at: datetime = instant_field(factory=clock.now)
    answered_at: datetime | None = instant_field(nullable=True)
    answer: bytes | None = Field(default=None, sa_type=LargeBinary)
    problem: str = ""
    due_at: datetime = instant_field(factory=clock.now)
    tries: int = 0
    settled_at: datetime | None = instant_field(nullable=True)
