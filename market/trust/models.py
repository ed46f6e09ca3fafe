"""The tables of trust: issuers, what moderators decided about them, and the registries that others keep."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from market import clock
from market.db import (
    append_only,
    choice_field,
    id_field,
    instant_field,
    one_of,
    public_id_field,
    refers_to,
)
from market.trust.rules import RegistryKind, Standing

__all__ = ["IssuerDecision", "KnownIssuer", "Registry", "RegistryEntry", "RegistryKind", "Standing"]


class KnownIssuer(SQLModel, table=True):
    """An issuer that was met: named by a credential somebody holds here, or listed by a registry.

    `own_name` is the issuer's own word, taken from what it signed. `name` and `homepage` are this site's, given with
    a decision; `standing` and `reason` are the latest decision.
    """

    __tablename__ = "issuer"
    __table_args__ = (one_of("standing", Standing), Index("ix_issuer_standing", "standing", "id"))

    id: int = id_field()
    public_id: str = public_id_field()
    uri: str = Field(unique=True, max_length=500)
    own_name: str = ""
    standing: Standing = choice_field(Standing, default=Standing.NONE)
    name: str = ""
    homepage: str = ""
    reason: str = ""
    first_seen_at: datetime = instant_field(factory=clock.now)


class IssuerDecision(SQLModel, table=True):
    """One decision about an issuer, with the reason in the moderator's words. `person_id` is empty for the command line."""

    __tablename__ = "issuer_decision"
    __table_args__ = (one_of("standing", Standing),)

    id: int = id_field()
    issuer_id: int = refers_to("issuer.id")
    standing: Standing = choice_field(Standing)
    name: str = ""
    reason: str = ""
    person_id: int | None = refers_to("person.id", nullable=True)
    at: datetime = instant_field(factory=clock.now)


append_only(IssuerDecision, erasable=True)


class Registry(SQLModel, table=True):
    """A list of issuers that somebody else keeps. They are asked in the order of `position`; the first that speaks counts.

    `failure` is why the last reading gave nothing, empty when it went well; entries of the reading before stay.
    """

    __tablename__ = "issuer_registry"
    __table_args__ = (one_of("kind", RegistryKind),)

    id: int = id_field()
    public_id: str = public_id_field()
    kind: RegistryKind = choice_field(RegistryKind)
    name: str
    url: str = Field(unique=True)
    position: int = 0
    refreshed_at: datetime | None = instant_field(nullable=True)
    tried_at: datetime | None = instant_field(nullable=True)
    due_at: datetime = instant_field(factory=clock.now, index=True)
    failure: str = ""
    added_by: int | None = refers_to("person.id", nullable=True, index=False)
    added_at: datetime = instant_field(factory=clock.now)


class RegistryEntry(SQLModel, table=True):
    """One issuer in one registry, by the name that the registry gives it. A federation's answer runs out."""

    __tablename__ = "issuer_registry_entry"
    __table_args__ = (UniqueConstraint("registry_id", "issuer_id"),)

    id: int = id_field()
    registry_id: int = refers_to("issuer_registry.id", index=False)
    issuer_id: int = refers_to("issuer.id")
    name: str
    homepage: str = ""
    seen_at: datetime = instant_field(factory=clock.now)
    expires_at: datetime | None = instant_field(nullable=True)
