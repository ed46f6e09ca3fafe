"""The tables of issuing: what can be earned, the keys that sign, the lists that withdraw, and what was issued.

What a credential says is frozen in `Issued.facts`; each time it is signed makes one row of `Signed`, so that every
document that ever left the house can be shown again. What people bring from elsewhere has its own tables.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from market import clock
from market.credentials import rules
from market.credentials.rules import AchievementStatus, KeyKind, KeyStatus, Status, Visibility
from market.db import choice_field, id_field, instant_field, one_of, public_id_field, refers_to
from market.lifecycle import Lifecycle


class Achievement(SQLModel, table=True):
    """What can be earned. Frozen once published: a changed one is a new row of the same `line`, `version` + 1."""

    __tablename__ = "achievement"
    __table_args__ = (
        one_of("status", AchievementStatus),
        UniqueConstraint("line", "version"),
        Index("ix_achievement_org", "org_id", "status"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = rules.ACHIEVEMENT_LIFECYCLE

    id: int = id_field()
    public_id: str = public_id_field()
    line: str = Field(max_length=16)  # the public id of the first version
    org_id: int = refers_to("organisation.id", index=False)
    version: int = 1
    name: str
    description: str = ""
    criteria: str = ""
    kind: str = "Badge"  # an achievementType of Open Badges 3.0, see rules.KINDS
    language: str = "en"
    rubric_id: int | None = refers_to("rubric.id", nullable=True)
    valid_months: int | None = None
    for_members: bool = Field(
        default=False, sa_column_kwargs={"server_default": "0"}
    )  # earned by the organisation's own people alone: listed to nobody else, while its page stays for who holds one
    status: AchievementStatus = choice_field(AchievementStatus, default=AchievementStatus.DRAFT)
    created_by: int | None = refers_to("person.id", nullable=True, index=False)
    created_at: datetime = instant_field(factory=clock.now)
    published_at: datetime | None = instant_field(nullable=True)


class AchievementSkill(SQLModel, table=True):
    """A skill that the achievement shows, at a level: its alignment."""

    __tablename__ = "achievement_skill"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 5", name="level"),)

    achievement_id: int = refers_to("achievement.id", primary_key=True)
    skill_id: int = Field(primary_key=True, foreign_key="skill.id", index=True)
    level: int


class IssuingAddress(SQLModel, table=True):
    """The public address that identifiers and links of issued documents are made with; one is current."""

    __tablename__ = "issuing_address"

    id: int = id_field()
    public_url: str = Field(unique=True)
    since: datetime = instant_field(factory=clock.now)
    is_current: bool | None = Field(default=True, unique=True)  # True or empty, so at most one is current


class IssuerKey(SQLModel, table=True):
    """A signing key of an organisation, or of the site itself (no `org_id`).

    The secret half is an encrypted PKCS #8 PEM in `sealed`, or lies in the file named by `path`.
    """

    __tablename__ = "issuer_key"
    __table_args__ = (
        one_of("kind", KeyKind),
        one_of("status", KeyStatus),
        UniqueConstraint("org_id", "name"),
        CheckConstraint("(sealed IS NULL) <> (path IS NULL)", name="one_place"),
        Index("ix_issuer_key_in_use", "org_id", "kind", "status"),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    org_id: int | None = refers_to("organisation.id", nullable=True, index=False)
    kind: KeyKind = choice_field(KeyKind)
    name: str  # the fragment of its verification method: key-2026-11
    public: dict[str, Any] = Field(sa_type=JSON)  # the public half as a JWK
    sealed: str | None = None
    path: str | None = None
    status: KeyStatus = choice_field(KeyStatus, default=KeyStatus.ACTIVE)
    created_at: datetime = instant_field(factory=clock.now)
    retired_at: datetime | None = instant_field(nullable=True)
    compromised_at: datetime | None = instant_field(nullable=True)


class StatusList(SQLModel, table=True):
    """A list in which each signing of a credential has a bit at a random place: set, it is withdrawn for good.

    `signed` is the document as it is served.
    """

    __tablename__ = "status_list"
    __table_args__ = (
        CheckConstraint("size >= 131072", name="size"),
        Index("ix_status_list_open", "org_id", "address_id"),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    org_id: int = refers_to("organisation.id", index=False)
    address_id: int = refers_to("issuing_address.id", index=False)
    size: int = 131_072
    taken: int = 0
    is_stale: bool = True  # changed since it was signed
    signed: str | None = None
    signed_at: datetime | None = instant_field(nullable=True)
    signed_until: datetime | None = instant_field(nullable=True, index=True)


class StatusEntry(SQLModel, table=True):
    """One credential's place in one list. It has several when it was signed anew at another address, or after a
    suspension."""

    __tablename__ = "status_entry"

    list_id: int = refers_to("status_list.id", primary_key=True)
    position: int = Field(primary_key=True)
    issued_id: int = refers_to("issued.id")
    is_set: bool = False


class Issued(SQLModel, table=True):
    """A credential of a person, issued here. Its last signed document is the row `signed_id` of `Signed`.

    `facts` is what it says beside the achievement: results, evidence and parts, frozen when it was drafted.
    """

    __tablename__ = "issued"
    __table_args__ = (
        one_of("status", Status),
        one_of("visibility", Visibility),
        UniqueConstraint("source_kind", "source_id", "achievement_id", "person_id"),
        CheckConstraint("(source_kind IS NULL) = (source_id IS NULL)", name="source_whole"),
        CheckConstraint("status <> 'accepted' OR accepted_at IS NOT NULL", name="accepted_when"),
        Index("ix_issued_person", "person_id", "status"),
        Index("ix_issued_org", "org_id", "status"),
        Index("ix_issued_valid_until", "status", "valid_until"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = rules.LIFECYCLE

    id: int = id_field()
    public_id: str = public_id_field()
    achievement_id: int = refers_to("achievement.id")
    org_id: int = refers_to("organisation.id", index=False)
    person_id: int = refers_to("person.id", index=False)
    issued_by: int | None = refers_to("person.id", nullable=True, index=False)
    status: Status = choice_field(Status, default=Status.DRAFTED)
    visibility: Visibility = choice_field(Visibility, default=Visibility.PRIVATE)
    source_kind: str | None = None  # what it was earned by ("assessment", "cohort"); one credential for each
    source_id: int | None = None
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    valid_from: datetime = instant_field(factory=clock.now)
    valid_until: datetime | None = instant_field(nullable=True)
    created_at: datetime = instant_field(factory=clock.now)
    signed_id: int | None = None  # the Signed row that counts
    accepted_at: datetime | None = instant_field(nullable=True)
    reminded_at: datetime | None = instant_field(nullable=True)  # that it runs out
    withdrawn_reason: str = ""  # of a revocation or suspension: both sides read it
    replaces_id: int | None = refers_to("issued.id", nullable=True)
    superseded_by: int | None = refers_to("issued.id", nullable=True, index=False)


class IssuedPart(SQLModel, table=True):
    """A credential that another one stacks upon."""

    __tablename__ = "issued_part"

    issued_id: int = refers_to("issued.id", primary_key=True)
    part_id: int = Field(primary_key=True, foreign_key="issued.id", index=True)


class Signed(SQLModel, table=True):
    """One signing of a credential: the document, byte for byte as it is served, and its token where it has one."""

    __tablename__ = "signed"

    id: int = id_field()
    issued_id: int = refers_to("issued.id")
    address_id: int = refers_to("issuing_address.id", index=False)
    key_id: int = refers_to("issuer_key.id")
    token_key_id: int | None = refers_to("issuer_key.id", nullable=True)
    document: str
    token: str | None = None  # the OB3 VC-JWT
    at: datetime = instant_field(factory=clock.now)
