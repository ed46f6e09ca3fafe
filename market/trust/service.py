"""Deciding about issuers, and taking in what registries say. Reading registries from the web is `reading`'s."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from market import clock
from market.access import Actor, require
from market.errors import Conflict, Invalid
from market.evidence import learning
from market.outbox import announce
from market.trust import queries, rules
from market.trust.lists import Listed
from market.trust.models import (
    IssuerDecision,
    KnownIssuer,
    Registry,
    RegistryEntry,
    RegistryKind,
    Standing,
)
from market.words import _


def meet(db: Session, uri: str, own_name: str = "") -> KnownIssuer:
    """The issuer with this id, made when it is met for the first time; its own word for itself is kept up to date."""
    uri, own_name = uri[: rules.MOST_URI], own_name[: rules.MOST_NAME]
    found = queries.issuer_of(db, uri)
    if found is None:
        try:
            with db.begin_nested():
                found = KnownIssuer(uri=uri, own_name=own_name)
                db.add(found)
                db.flush()
        except IntegrityError:  # another worker met it in this moment
            found = db.exec(select(KnownIssuer).where(KnownIssuer.uri == uri)).one()
    if own_name and found.own_name != own_name:
        found.own_name = own_name
        db.add(found)
        db.flush()
    return found


def decide(
    db: Session,
    actor: Actor,
    issuer: KnownIssuer,
    standing: Standing,
    *,
    reason: str,
    name: str = "",
    homepage: str = "",
) -> None:
    """Put an issuer on the site's own list, or take it off it. Credentials it signed are checked anew.

    Who is on the list as known is vouched for: its credentials count in full, before anything is learned of it here.
    """
    require(rules.may_decide(actor))
    if standing is Standing.ALLOWED and not (name or issuer.name):
        words = _("Say by which name people shall know it. Its own word for itself is not enough.")
        raise Invalid(words, name=words)
    issuer.standing, issuer.reason = standing, reason
    issuer.name = name or issuer.name
    issuer.homepage = homepage or issuer.homepage
    db.add(issuer)
    db.add(
        IssuerDecision(
            issuer_id=issuer.id,
            standing=standing,
            name=issuer.name,
            reason=reason,
            person_id=actor.id or None,
        )
    )
    db.flush()
    learning.vouch(db, issuer.id, clock.now(), holds=standing is Standing.ALLOWED)
    announce(
        db, "issuer.decided", actor, subject=("issuer", issuer.id), reason=str(standing), issuer_id=issuer.id
    )


def add_registry(db: Session, actor: Actor, kind: RegistryKind, name: str, url: str) -> Registry:
    """Another registry, asked after those there are. The worker reads it soon."""
    require(rules.may_decide(actor))
    if db.exec(select(Registry.id).where(Registry.url == url)).first() is not None:
        words = _("This registry is in the list already.")
        raise Invalid(words, url=words)
    last = db.exec(select(func.max(Registry.position))).one() or 0
    made = Registry(kind=kind, name=name, url=url, position=last + 1, added_by=actor.id or None)
    db.add(made)
    db.flush()
    announce(db, "registry.added", actor, subject=("registry", made.id), registry_id=made.id)
    return made


def read_now(db: Session, actor: Actor, registry: Registry) -> None:
    """Have the worker read a registry with its next round."""
    require(rules.may_decide(actor))
    if registry.kind is RegistryKind.FEDERATION:
        raise Conflict(_("A federation is asked each time a credential of an issuer is checked."))
    registry.due_at = clock.now()
    db.add(registry)
    db.flush()


def remove_registry(db: Session, actor: Actor, registry: Registry) -> None:
    """Ask a registry no more; whom it alone knew is unknown from now on."""
    require(rules.may_decide(actor))
    db.exec(delete(RegistryEntry).where(col(RegistryEntry.registry_id) == registry.id))
    db.delete(registry)
    db.flush()
    announce(db, "registry.changed", actor, subject=("registry", registry.id), registry_id=registry.id)


def take_in(db: Session, registry: Registry, listed: Sequence[Listed], now: datetime) -> int:
    """Make a registry's entries what was read; how many came, went or were renamed. Nobody is told when none did."""
    wanted = {one.uri: one for one in listed}
    have = {
        uri: entry
        for entry, uri in db.exec(
            select(RegistryEntry, KnownIssuer.uri)
            .join(KnownIssuer, col(KnownIssuer.id) == col(RegistryEntry.issuer_id))
            .where(RegistryEntry.registry_id == registry.id)
        )
    }
    changed = 0
    for uri, entry in have.items():
        if uri not in wanted:
            db.delete(entry)
            changed += 1
    known = {
        one.uri: one.id
        for start in range(0, len(listed), 400)
        for one in db.exec(
            select(KnownIssuer).where(col(KnownIssuer.uri).in_([x.uri for x in listed[start : start + 400]]))
        )
    }
    for uri, one in wanted.items():
        if uri in have:
            entry = have[uri]
            changed += (entry.name, entry.homepage) != (one.name, one.homepage)
            entry.name, entry.homepage, entry.seen_at = one.name, one.homepage, now
            db.add(entry)
            continue
        issuer_id = known[uri] if uri in known else meet(db, uri).id
        db.add(
            RegistryEntry(
                registry_id=registry.id,
                issuer_id=issuer_id,
                name=one.name,
                homepage=one.homepage,
                seen_at=now,
            )
        )
        changed += 1
    registry.refreshed_at = registry.tried_at = now
    registry.failure, registry.due_at = "", now + rules.READ_EVERY
    db.add(registry)
    db.flush()
    if changed:
        announce(db, "registry.changed", subject=("registry", registry.id), registry_id=registry.id)
    return changed


def note_answer(
    db: Session, registry: Registry, issuer: str, listed: Listed | None, expires_at: datetime | None
) -> None:
    """Keep what a federation says of one issuer until it runs out; None when it does not know the issuer."""
    now = clock.now()
    met = meet(db, issuer)
    entry = db.exec(
        select(RegistryEntry).where(
            RegistryEntry.registry_id == registry.id, RegistryEntry.issuer_id == met.id
        )
    ).first()
    if listed is None:
        if entry is not None:
            db.delete(entry)
    else:
        entry = entry or RegistryEntry(registry_id=registry.id, issuer_id=met.id, name=listed.name)
        entry.name, entry.homepage, entry.seen_at, entry.expires_at = (
            listed.name,
            listed.homepage,
            now,
            expires_at,
        )
        db.add(entry)
    registry.refreshed_at = registry.tried_at = now
    registry.failure = ""
    db.add(registry)
    db.flush()


def note_failure(db: Session, registry: Registry, why: str) -> None:
    """A registry could not be read; what it said before stays. It is tried again in an hour."""
    registry.tried_at = clock.now()
    registry.failure = why[:300]
    registry.due_at = registry.tried_at + rules.RETRY_AFTER
    db.add(registry)
    db.flush()
