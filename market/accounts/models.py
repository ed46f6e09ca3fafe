"""The tables of people, organisations and sign-in. Contact data live only in `email`; `person` survives as a tombstone."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from market import clock
from market.access import Role
from market.accounts import rules
from market.accounts.rules import PersonStatus
from market.db import choice_field, id_field, instant_field, one_of, public_id_field, refers_to
from market.lifecycle import Lifecycle

__all__ = [
    "Block",
    "Email",
    "FactorKind",
    "Invitation",
    "Membership",
    "OneTimeToken",
    "Organisation",
    "Person",
    "PersonStatus",
    "SignInFactor",
    "SignInSession",
    "TokenPurpose",
]


class Person(SQLModel, table=True):
    """Someone with an account."""

    __tablename__ = "person"
    __table_args__ = (one_of("status", PersonStatus),)
    LIFECYCLE: ClassVar[Lifecycle] = rules.LIFECYCLE

    id: int = id_field()
    public_id: str = public_id_field()
    status: PersonStatus = choice_field(PersonStatus, default=PersonStatus.ACTIVE)
    display_name: str | None = None
    time_zone: str = "Europe/London"
    language: str = "en"
    is_moderator: bool = False
    is_admin: bool = False
    unread_count: int = 0  # written by notifications, so that no page has to count
    created_at: datetime = instant_field(factory=clock.now)
    erased_at: datetime | None = instant_field(nullable=True)


class Email(SQLModel, table=True):
    """An address of a person. One verified owner each; one primary each."""

    __tablename__ = "email"
    __table_args__ = (
        Index(
            "uq_email_verified",
            "address_norm",
            unique=True,
            sqlite_where=text("verified_at IS NOT NULL"),
            postgresql_where=text("verified_at IS NOT NULL"),
        ),
        Index(
            "uq_email_primary",
            "person_id",
            unique=True,
            sqlite_where=text("is_primary"),
            postgresql_where=text("is_primary"),
        ),
    )

    id: int = id_field()
    person_id: int = refers_to("person.id")
    address: str
    address_norm: str = Field(index=True)
    verified_at: datetime | None = instant_field(nullable=True)
    is_primary: bool = False
    created_at: datetime = instant_field(factory=clock.now)


class FactorKind(StrEnum):
    PASSWORD = "password"


class SignInFactor(SQLModel, table=True):
    """What a person signs in with: `secret` is an argon2id hash."""

    __tablename__ = "sign_in_factor"
    __table_args__ = (UniqueConstraint("person_id", "kind"), one_of("kind", FactorKind))

    id: int = id_field()
    person_id: int = refers_to("person.id", index=False)
    kind: FactorKind = choice_field(FactorKind)
    secret: str
    created_at: datetime = instant_field(factory=clock.now)


class SignInSession(SQLModel, table=True):
    """One browser that is signed in. The token itself is never kept, only its SHA-256."""

    __tablename__ = "session"
    token_sha256: str = Field(primary_key=True, max_length=64)
    public_id: str = public_id_field()
    person_id: int = refers_to("person.id")
    browser: str = ""
    created_at: datetime = instant_field(factory=clock.now)
    last_seen_at: datetime = instant_field(factory=clock.now)
    expires_at: datetime = instant_field()


class TokenPurpose(StrEnum):
    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"
    INVITATION = "invitation"


class OneTimeToken(SQLModel, table=True):
    """A link sent by mail: good once, for one purpose, until it runs out."""

    __tablename__ = "one_time_token"
    __table_args__ = (one_of("purpose", TokenPurpose),)
    token_sha256: str = Field(primary_key=True, max_length=64)
    purpose: TokenPurpose = choice_field(TokenPurpose)
    person_id: int | None = refers_to("person.id", nullable=True)
    email_id: int | None = refers_to("email.id", nullable=True, index=False)
    invitation_id: int | None = refers_to("invitation.id", nullable=True)
    created_at: datetime = instant_field(factory=clock.now)
    expires_at: datetime = instant_field()
    used_at: datetime | None = instant_field(nullable=True)


class Organisation(SQLModel, table=True):
    """An employer, an issuer, or both. `name_skeleton` is what a look-alike name would share."""

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("answer_days BETWEEN 1 AND 60", name="answer_days"),)

    id: int = id_field()
    public_id: str = public_id_field()
    name: str
    name_skeleton: str = Field(unique=True)
    about: str = ""
    place: str = ""
    website: str = ""
    is_employer: bool = True
    is_issuer: bool = False
    verified_at: datetime | None = instant_field(nullable=True)
    answer_days: int = 7
    created_at: datetime = instant_field(factory=clock.now)


class Membership(SQLModel, table=True):
    """One role of one person in one organisation, for as long as `ended_at` is empty."""

    __tablename__ = "membership"
    __table_args__ = (
        one_of("role", Role),
        Index(
            "uq_membership_current",
            "org_id",
            "person_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int = id_field()
    org_id: int = refers_to("organisation.id", index=False)
    person_id: int = refers_to("person.id")
    role: Role = choice_field(Role)
    since: datetime = instant_field(factory=clock.now)
    ended_at: datetime | None = instant_field(nullable=True)


class Invitation(SQLModel, table=True):
    """An invitation to join an organisation, sent to an address."""

    __tablename__ = "invitation"
    __table_args__ = (one_of("role", Role),)

    id: int = id_field()
    public_id: str = public_id_field()
    org_id: int = refers_to("organisation.id")
    address: str
    address_norm: str = Field(index=True)
    role: Role = choice_field(Role)
    invited_by: int = refers_to("person.id", index=False)
    created_at: datetime = instant_field(factory=clock.now)
    expires_at: datetime = instant_field()
    accepted_at: datetime | None = instant_field(nullable=True)
    withdrawn_at: datetime | None = instant_field(nullable=True)


class Block(SQLModel, table=True):
    """One person wants no contact with another, or with an organisation. It works in both directions, everywhere."""

    __tablename__ = "block"
    __table_args__ = (
        CheckConstraint("(blocked_person_id IS NULL) <> (blocked_org_id IS NULL)", name="one_target"),
        UniqueConstraint("blocker_id", "blocked_person_id"),
        UniqueConstraint("blocker_id", "blocked_org_id"),
    )

    id: int = id_field()
    blocker_id: int = refers_to("person.id", index=False)
    blocked_person_id: int | None = refers_to("person.id", nullable=True)
    blocked_org_id: int | None = refers_to("organisation.id", nullable=True)
    created_at: datetime = instant_field(factory=clock.now)
