"""Reading what is known of issuers: for a check, for their pages, and for the moderators' list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, or_, true
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from market import clock
from market.db import Utc
from market.errors import NotFound
from market.gather import Gather
from market.trust.models import (
    IssuerDecision,
    KnownIssuer,
    Registry,
    RegistryEntry,
    RegistryKind,
    Standing,
)
from market.words import _


@dataclass(frozen=True)
class Roll:
    """One list of issuers as a check reads it: who is known by which name, who is refused."""

    name: str
    known: Mapping[str, str] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()


class Naming(NamedTuple):
    """Who an issuer is by the first list that speaks of it; `by` is that list's name, empty when none does."""

    name: str
    by: str
    denied: bool

    @property
    def known(self) -> bool:
        return bool(self.by) and not self.denied


OWN_LIST = "this site’s own list"


def rolls(db: Session, uris: Iterable[str] | None = None) -> list[Roll]:
    """The site's own list first, then each registry in its order; only about `uris` when they are given."""
    wanted = None if uris is None else set(uris)
    own = select(KnownIssuer).where(col(KnownIssuer.standing) != Standing.NONE)
    listed = (
        select(Registry.id, Registry.name, KnownIssuer.uri, RegistryEntry.name)
        .join(RegistryEntry, col(RegistryEntry.registry_id) == col(Registry.id))
        .join(KnownIssuer, col(KnownIssuer.id) == col(RegistryEntry.issuer_id))
        .where(or_(col(RegistryEntry.expires_at).is_(None), col(RegistryEntry.expires_at) > clock.now()))
        .order_by(col(Registry.position), col(Registry.id))
    )
    if wanted is not None:
        own = own.where(col(KnownIssuer.uri).in_(wanted))
        listed = listed.where(col(KnownIssuer.uri).in_(wanted))
    mine = db.exec(own).all()
    found = [
        Roll(
            OWN_LIST,
            {
                one.uri: one.name or one.own_name or one.uri
                for one in mine
                if one.standing == Standing.ALLOWED
            },
            frozenset(one.uri for one in mine if one.standing == Standing.DENIED),
        )
    ]
    by_registry: dict[int, tuple[str, dict[str, str]]] = {}
    for registry_id, registry, uri, name in db.exec(listed):
        by_registry.setdefault(registry_id, (registry, {}))[1][uri] = name
    return [*found, *(Roll(registry, known) for registry, known in by_registry.values())]


def naming(found: Sequence[Roll], uri: str) -> Naming:
    """What the lists say of one issuer."""
    for roll in found:
        if uri in roll.denied:
            return Naming("", roll.name, True)
        if uri in roll.known:
            return Naming(roll.known[uri], roll.name, False)
    return Naming("", "", False)


def get_issuer(db: Session, public_id: str) -> KnownIssuer:
    """The issuer with this public id; raises `NotFound`."""
    found = db.exec(select(KnownIssuer).where(KnownIssuer.public_id == public_id)).first()
    if found is None:
        raise NotFound(_("There is no such issuer."))
    return found


def issuer_of(db: Session, uri: str) -> KnownIssuer | None:
    return db.exec(select(KnownIssuer).where(KnownIssuer.uri == uri)).first()


def issuers_by_id(db: Session, ids: Iterable[int]) -> dict[int, KnownIssuer]:
    rows = db.exec(select(KnownIssuer).where(col(KnownIssuer.id).in_(set(ids))))
    return {one.id: one for one in rows}


class Listing(NamedTuple):
    """Where a registry lists an issuer, and by which name."""

    registry: str
    name: str
    homepage: str
    seen_at: datetime
    expires_at: datetime | None


def listings_of(db: Session, issuer_id: int) -> list[Listing]:
    """Every registry that lists the issuer, in the order they are asked."""
    rows = db.execute(
        select_rows(
            col(Registry.name),
            col(RegistryEntry.name),
            col(RegistryEntry.homepage),
            col(RegistryEntry.seen_at),
            col(RegistryEntry.expires_at),
        )
        .join(RegistryEntry, col(RegistryEntry.registry_id) == col(Registry.id))
        .where(col(RegistryEntry.issuer_id) == issuer_id)
        .order_by(col(Registry.position), col(Registry.id))
    )
    return [Listing(*row) for row in rows]


def decisions_about(db: Session, issuer_id: int) -> list[IssuerDecision]:
    """Every decision about an issuer, the newest first."""
    wanted = select(IssuerDecision).where(IssuerDecision.issuer_id == issuer_id)
    return list(db.exec(wanted.order_by(col(IssuerDecision.id).desc())))


def get_registry(db: Session, public_id: str) -> Registry:
    found = db.exec(select(Registry).where(Registry.public_id == public_id)).first()
    if found is None:
        raise NotFound(_("There is no such registry."))
    return found


def has_due_registry(db: Session) -> bool:
    """Is there one to be read? Looked at without a lock."""
    return db.exec(_due(clock.now())).first() is not None


def due_registry(db: Session, now: datetime) -> Registry | None:
    """The registry of the kind that is read whole, that has waited longest to be read; no other worker has it."""
    found: Registry | None = db.exec(_due(now).with_for_update(skip_locked=True)).first()
    return found


def _due(now: datetime) -> Any:
    return (
        select(Registry)
        .where(Registry.kind == RegistryKind.DCC, col(Registry.due_at) <= now)
        .order_by(col(Registry.due_at), col(Registry.id))
        .limit(1)
    )


def federations(db: Session) -> list[Registry]:
    """The registries that are asked for one issuer at a time, in their order."""
    wanted = select(Registry).where(Registry.kind == RegistryKind.FEDERATION)
    return list(db.exec(wanted.order_by(col(Registry.position), col(Registry.id))))


class IssuerRow(NamedTuple):
    """One issuer in a list: by this site's decision, else by a registry, else by its own word."""

    id: int
    public_id: str
    uri: str
    own_name: str
    standing: Standing
    name: str
    reason: str
    listed_name: str | None
    registry: str | None

    @property
    def shown(self) -> str:
        """The name to show; by its own word alone it stands marked as such."""
        return self.name or self.listed_name or self.own_name or self.uri

    @property
    def is_known(self) -> bool:
        return self.standing == Standing.ALLOWED or (
            self.standing == Standing.NONE and self.listed_name is not None
        )


_FIRST = (
    select_rows(col(RegistryEntry.id))
    .join(Registry, col(Registry.id) == col(RegistryEntry.registry_id))
    .where(
        col(RegistryEntry.issuer_id) == col(KnownIssuer.id),
        or_(
            col(RegistryEntry.expires_at).is_(None),
            col(RegistryEntry.expires_at) > bindparam("now", callable_=clock.now, type_=Utc),
        ),
    )
    .order_by(col(Registry.position), col(Registry.id))
    .limit(1)
    .correlate(KnownIssuer)
    .scalar_subquery()
)
ISSUERS: Any = (
    select_rows(
        col(KnownIssuer.id),
        col(KnownIssuer.public_id),
        col(KnownIssuer.uri),
        col(KnownIssuer.own_name),
        col(KnownIssuer.standing),
        col(KnownIssuer.name),
        col(KnownIssuer.reason),
        col(RegistryEntry.name),
        col(Registry.name),
    )
    .select_from(KnownIssuer)
    .outerjoin(RegistryEntry, col(RegistryEntry.id) == _FIRST)
    .outerjoin(Registry, col(Registry.id) == col(RegistryEntry.registry_id))
)
"""Every issuer with the first registry that lists it now: rows for `IssuerRow`."""


def known_issuers(db: Session, after: int, most: int, text: str = "") -> list[IssuerRow]:
    """Issuers that a list names and none refuses, from after this id, in the order they were met."""
    named = (col(KnownIssuer.standing) == Standing.ALLOWED) | col(RegistryEntry.id).is_not(None)
    wanted = _listed(after, most, text).where(named, col(KnownIssuer.standing) != Standing.DENIED)
    return [IssuerRow(*row) for row in db.execute(wanted)]


_LISTS = select_rows(col(RegistryEntry.registry_id), func.count().label("n")).group_by(
    col(RegistryEntry.registry_id)
)


def moderated(
    db: Session, after: int, most: int, text: str = ""
) -> tuple[list[IssuerRow], list[tuple[Registry, int]]]:
    """Issuers from after this id, and each registry in its order, with how many it lists. One statement.

    Unless they are searched for, those are left out that nothing here is about but the entry of a registry.
    """
    wanted = _listed(after, most, text)
    if not text:
        wanted = wanted.where(
            (col(KnownIssuer.standing) != Standing.NONE)
            | (col(KnownIssuer.own_name) != "")
            | col(RegistryEntry.id).is_(None)
        )
    found, (rows, lists) = Gather(wanted, _LISTS).beside(db, Registry, true())
    counts = {row.registry_id: row.n for row in lists}
    in_order = sorted(found, key=lambda one: (one.position, one.id))
    return [IssuerRow(*row) for row in rows], [(one, counts.get(one.id, 0)) for one in in_order]


def _listed(after: int, most: int, text: str) -> Any:
    """Issuers from after an id, in the order they were met; with `text`, those that are called something like it."""
    wanted = ISSUERS.where(col(KnownIssuer.id) > after)
    if text:
        like = f"%{text.lower()}%"
        wanted = wanted.where(
            or_(
                func.lower(col(KnownIssuer.uri)).like(like),
                func.lower(col(KnownIssuer.own_name)).like(like),
                func.lower(col(KnownIssuer.name)).like(like),
                func.lower(col(RegistryEntry.name)).like(like),
            )
        )
    return wanted.order_by(col(KnownIssuer.id)).limit(most)


class Named(NamedTuple):
    """An issuer as it is named to people: `is_own_word` where no list names it."""

    public_id: str
    name: str
    uri: str
    is_own_word: bool
    by: str


def names_of(db: Session, ids: Iterable[int]) -> dict[int, Named]:
    """Issuers by inner id, named by the first list that speaks of each, else by their own word, else by their id."""
    wanted = set(ids)
    return named_in(db.execute(ISSUERS.where(col(KnownIssuer.id).in_(wanted)))) if wanted else {}


def named_in(rows: Iterable[Any]) -> dict[int, Named]:
    """The same from rows of `ISSUERS`."""
    named = {}
    for row in rows:
        one = IssuerRow(*row)
        by, name = "", ""
        if one.standing == Standing.ALLOWED:
            by, name = OWN_LIST, one.name
        elif one.standing == Standing.NONE and one.listed_name is not None:
            by, name = one.registry or "", one.listed_name
        named[one.id] = Named(one.public_id, name or one.own_name or one.uri, one.uri, not by, by)
    return named
