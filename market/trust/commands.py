"""What operators do about issuers by hand: `market issuers ...`."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from sqlmodel import Session, select

from market import clock
from market.access import SYSTEM
from market.config import Settings
from market.errors import Invalid
from market.net.errors import FetchError
from market.net.fetch import fetch
from market.net.policy import policy_of
from market.trust import lists, queries, service
from market.trust.models import Registry, RegistryKind, Standing
from market.trust.rules import is_issuer_uri

Begin = Callable[[], AbstractContextManager[Session]]


class Misuse(ValueError):
    """The command was given something it cannot use; the text says what."""


def read(source: str, settings: Settings) -> bytes:
    """The bytes of a file or of an https address. Raises `Misuse`, `OSError`."""
    if not source.startswith(("https://", "http://")):
        return Path(source).read_bytes()
    try:
        found = fetch(source, policy=policy_of(settings), accept="application/json")
    except FetchError as cause:
        raise Misuse(cause.reason) from cause
    if not found.ok:
        raise Misuse(f"The site answered {found.status}.")
    return found.body


def import_from(source: str, settings: Settings, begin: Begin, *, name: str = "") -> str:
    """Take a registry of issuers, or a list of registries, from a file or an address; a sentence about what came of it.

    A registry read from an address is read again by the worker every day; one from a file stays as it was read.
    """
    body = read(source, settings)
    try:
        named = lists.read_registries(body) if lists.is_list_of_registries(body) else []
        listed = [] if named else lists.read_registry(body)
    except lists.Unreadable as cause:
        raise Misuse(str(cause)) from cause
    is_address = source.startswith("https://")
    with begin() as db:
        if named:
            added = 0
            for one in named:
                try:
                    service.add_registry(db, SYSTEM, one.kind, one.name, one.url)
                except Invalid:
                    continue  # it is there already
                added += 1
            return f"{added} of {len(named)} registries are new. The worker reads them."
        url = source if is_address else f"file:{Path(source).resolve().name}"
        found = db.exec(select(Registry).where(Registry.url == url)).first()
        registry = found or service.add_registry(db, SYSTEM, RegistryKind.DCC, name or url, url)
        changed = service.take_in(db, registry, listed, clock.now())
        if not is_address:
            registry.due_at = clock.now().replace(year=9999)
            db.add(registry)
        return f"{registry.name} lists {len(listed)} issuers; {changed} came, went or changed."


def decide(uri: str, standing: Standing, begin: Begin, *, name: str, reason: str) -> str:
    """Put an issuer on the site's own list, or take it off; a sentence about it."""
    if not is_issuer_uri(uri):
        raise Misuse(f"{uri!r} is no issuer: write did:web:example.org, or its web address.")
    with begin() as db:
        try:
            service.decide(db, SYSTEM, service.meet(db, uri), standing, reason=reason, name=name)
        except Invalid as cause:
            raise Misuse(cause.reason) from cause
    return (
        f"{uri} is {standing}."
        if standing is not Standing.NONE
        else f"{uri} is on no list of this site's own."
    )


def listed(begin: Begin) -> list[str]:
    """A line for each issuer that a list names, and for each that is refused."""
    with begin() as db:
        lines = []
        for roll in queries.rolls(db):
            lines += [f"known    {uri}  {name}  ({roll.name})" for uri, name in sorted(roll.known.items())]
            lines += [f"refused  {uri}  ({roll.name})" for uri in sorted(roll.denied)]
        return lines
