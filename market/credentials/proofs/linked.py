"""JSON-LD: from a document to what its statements are, under the pinned contexts and nothing else."""

from __future__ import annotations

from typing import Any

from pyld import jsonld
from pyld.jsonld import JsonLdProcessor

from .canon import Dataset, TooComplex
from .contexts import Contexts

MAX_LIST = 800  # entries; PyLD's time grows with the square

# Relative references mean nothing in a credential. They are resolved here, so that they can be told apart and
# left out: no statement about them is signed.
NOWHERE = "https://relative.invalid/"


class NotLinked(ValueError):
    """The document is not well-formed JSON-LD under its contexts."""


def _options(contexts: Contexts) -> dict[str, Any]:
    return {
        "documentLoader": contexts.load,
        "contextResolver": contexts.resolver(),
        "base": NOWHERE,
        "processingMode": "json-ld-1.1",
    }


def expand(document: dict[str, Any], contexts: Contexts) -> list[Any]:
    """The expanded form, without names that are relative references.

    Raises `ContextNotPinned`, `NotLinked`, and `TooComplex` for a document on which PyLD would be busy too long:
    it takes about 0.1 ms a value, and compares each entry of a list with every other.
    """
    if not contexts.spend(_values(document)):
        raise TooComplex
    try:
        expanded = jsonld.expand(document, _options(contexts))
    except jsonld.JsonLdError as cause:
        raise NotLinked(str(cause.code or cause.type)[:200]) from cause
    except (RecursionError, TypeError, ValueError, AttributeError, KeyError) as cause:
        if type(cause).__module__.startswith("market."):
            raise
        raise NotLinked(type(cause).__name__) from cause
    return [kept for item in expanded if (kept := _without_relative(item)) is not None]


def _values(document: dict[str, Any]) -> int:
    """How many values a document holds. Raises `TooComplex` where a list is longer than any honest one."""
    count = 0
    stack: list[Any] = [document]
    while stack:
        item = stack.pop()
        count += 1
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            if len(item) > MAX_LIST:
                raise TooComplex
            stack.extend(item)
    return count


def _without_relative(item: Any) -> Any:
    """The item without relative names, or None when it is one."""
    if isinstance(item, list):
        return [kept for child in item if (kept := _without_relative(child)) is not None]
    if not isinstance(item, dict) or "@value" in item:
        return item
    if str(item.get("@id", "")).startswith(NOWHERE):
        return None
    made = {}
    for key, value in item.items():
        if key == "@type":
            # A type that looks like a keyword ("@d") expands to nothing at all.
            types = [name for name in value if isinstance(name, str) and not name.startswith(NOWHERE)]
            if types:
                made[key] = types
        elif key == "@id" or isinstance(value, str):
            made[key] = value
        elif (kept := _without_relative(value)) is not None:
            made[key] = kept
    return made


def dataset(expanded: list[Any]) -> Dataset:
    """The RDF dataset of an expanded document, in PyLD's form."""
    try:
        made: Dataset = JsonLdProcessor().to_rdf(expanded, {"base": NOWHERE, "documentLoader": _refuse})
    except (jsonld.JsonLdError, RecursionError, TypeError, ValueError, AttributeError, KeyError) as cause:
        raise NotLinked(type(cause).__name__) from cause
    return made


def compact(expanded: list[Any], urls: list[str], contexts: Contexts) -> dict[str, Any]:
    """The expanded document in the terms of the contexts named."""
    try:
        made = jsonld.compact(expanded, urls, _options(contexts) | {"skipExpansion": True})
    except (jsonld.JsonLdError, RecursionError, TypeError, ValueError, AttributeError, KeyError) as cause:
        raise NotLinked(type(cause).__name__) from cause
    if not isinstance(made, dict):
        raise NotLinked("not one object")
    return made


def _refuse(url: str, _options: Any) -> Any:
    raise NotLinked(url[:200])
