"""Asking registries over the web, from the worker: each outside any transaction, and a failure changes nothing."""

from collections.abc import Callable

from sqlalchemy import Engine

from market import clock
from market.db import transaction
from market.net.errors import FetchError
from market.trust import federation, lists, queries, service
from market.trust.lists import Unreadable
from market.trust.models import Registry
from market.trust.rules import RETRY_AFTER

Get = Callable[[str, str], bytes]
"""(address, accept) -> the body of a good answer. Raises `FetchError`, `Unreadable` or `Gone`."""


class Gone(LookupError):
    """The address answers that there is nothing: 404 or 410."""


def read_due(engine: Engine, get: Get) -> bool:
    """Read the registry that has waited longest, if one is due; whether there was one."""
    with transaction(engine, write=True) as db:
        registry = queries.due_registry(db, clock.now())
        if registry is None:
            return False
        registry.due_at = clock.now() + RETRY_AFTER  # if this worker dies, another tries then
        db.add(registry)
        url, registry_id = registry.url, registry.id
    try:
        listed = lists.read_registry(get(url, "application/json"))
    except (FetchError, Unreadable, Gone) as cause:
        with transaction(engine, write=True) as db:
            if (registry := db.get(Registry, registry_id)) is not None:
                service.note_failure(db, registry, why(cause))
        return True
    with transaction(engine, write=True) as db:
        if (registry := db.get(Registry, registry_id)) is not None:
            service.take_in(db, registry, listed, clock.now())
    return True


def ask_federations(engine: Engine, issuer: str, get: Get) -> bool:
    """Ask each federation about an issuer until one knows it; whether one does. What it says is kept for a while."""
    with transaction(engine, write=False) as db:
        registries = [(one.id, one.url) for one in queries.federations(db)]
    for registry_id, url in registries:
        failure, answer = "", None
        try:
            anchor = federation.read_anchor(get(url, "application/entity-statement+jwt"), clock.now())
            token = get(anchor.question(issuer), "application/entity-statement+jwt")
            answer = federation.read_answer(token, anchor, issuer, clock.now())
        except Gone:
            pass  # the federation does not know the issuer: no failure
        except (FetchError, Unreadable) as cause:
            failure = why(cause)
        with transaction(engine, write=True) as db:
            registry = db.get(Registry, registry_id)
            if registry is None:
                continue
            if failure:
                service.note_failure(db, registry, failure)
                continue
            listed = answer.listed if answer else None
            service.note_answer(db, registry, issuer, listed, answer.expires_at if answer else None)
        if answer is not None:
            return True
    return False


def why(cause: Exception) -> str:
    """A failure as the moderators' page says it."""
    if isinstance(cause, Gone):
        return "There is nothing at this address."
    return cause.reason if isinstance(cause, FetchError) else str(cause)
