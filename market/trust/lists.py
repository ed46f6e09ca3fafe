"""Reading registries of issuers in the form of the Digital Credentials Consortium: bytes in, entries out.

A registry is one JSON document that maps issuer ids to names and pages (`registry`, in older ones `entries`), or a plain
list of objects that each name their issuer. Whoever keeps it is trusted for names only, so all else is left out.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from market.trust.rules import MOST_NAME, RegistryKind, is_issuer_uri

MOST_ENTRIES = 20_000
_NAMES_OF_ID = ("did", "id", "issuer", "uri")


class Unreadable(ValueError):
    """The document is no registry; the text says why, as a sentence."""


class Listed(NamedTuple):
    """One issuer as a registry names it."""

    uri: str
    name: str
    homepage: str = ""


class Named(NamedTuple):
    """One registry in a list of registries."""

    kind: RegistryKind
    name: str
    url: str


def read_registry(body: bytes) -> list[Listed]:
    """The issuers of a registry, each once, in its order; entries that name nobody are left out. Raises `Unreadable`."""
    document = _json(body)
    if isinstance(document, dict):
        for key in ("registry", "entries"):
            if isinstance(document.get(key), dict | list):
                document = document[key]
                break
        else:
            raise Unreadable("The document has no “registry” in it.")
    entries = document if isinstance(document, list) else []
    pairs = document.items() if isinstance(document, dict) else _pairs(entries)
    found: dict[str, Listed] = {}
    for uri, entry in pairs:
        if len(found) >= MOST_ENTRIES:
            raise Unreadable(f"The document lists more than {MOST_ENTRIES:,} issuers.")
        if isinstance(uri, str) and is_issuer_uri(uri) and isinstance(entry, dict):
            name = _text(entry.get("name"))
            if name:
                homepage = _text(entry.get("url") or entry.get("homepage"), 500)
                web = homepage.startswith(("https://", "http://"))
                found.setdefault(uri, Listed(uri, name, homepage if web else ""))
    if not found:
        raise Unreadable("The document lists no issuer that has an identifier and a name.")
    return list(found.values())


def read_registries(body: bytes) -> list[Named]:
    """The registries of a list of registries (`name`, `type`, `url` or `trustAnchorEC`). Raises `Unreadable`."""
    document = _json(body)
    found = []
    for entry in document if isinstance(document, list) else []:
        if not isinstance(entry, dict):
            continue
        federation = entry.get("type") == "oidf"
        url = _text(entry.get("trustAnchorEC") if federation else entry.get("url"), 500)
        name = _text(entry.get("name"))
        if name and url.startswith("https://"):
            found.append(Named(RegistryKind.FEDERATION if federation else RegistryKind.DCC, name, url))
    if not found:
        raise Unreadable("The document names no registry.")
    return found


def is_list_of_registries(body: bytes) -> bool:
    """Does this name registries rather than issuers?"""
    document = _json(body)
    return isinstance(document, list) and any(
        isinstance(entry, dict) and ("trustAnchorEC" in entry or entry.get("type") in ("oidf", "dcc-legacy"))
        for entry in document
    )


def _pairs(entries: list[Any]) -> Iterator[tuple[Any, Any]]:
    for entry in entries:
        if isinstance(entry, dict):
            yield next((entry[key] for key in _NAMES_OF_ID if isinstance(entry.get(key), str)), None), entry


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("The document is not JSON.") from None


def _text(value: Any, most: int = MOST_NAME) -> str:
    """A text on one line, or nothing. One that is too long is no name."""
    made = " ".join(value.split()) if isinstance(value, str) else ""
    return made if len(made) <= most and made.isprintable() else ""
