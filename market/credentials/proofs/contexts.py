"""The JSON-LD contexts that are ever served: pinned by URL and hash, taken from installed packages, never fetched.

`contexts.json` beside this file holds, for each URL, the SHA-256 of the context's canonical JSON (RFC 8785),
so that the same context counts as the same however a package has wrapped it, and, where a Python package
brings it, the package and path. The rest come from the npm lock: a shell reads them and calls `adding`.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

import rfc8785
from pyld.context_resolver import ContextResolver

VC1 = "https://www.w3.org/2018/credentials/v1"
VC2 = "https://www.w3.org/ns/credentials/v2"
MAX_CONTEXTS = 8


class ContextNotPinned(ValueError):
    """A document names a context that this project does not pin; `url` says which."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class ContextNotAllowed(ValueError):
    """The `@context` of a document has a form that is refused; `code` says which rule it breaks."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def digest(context: Any) -> str:
    """SHA-256 of the canonical JSON of a context document."""
    return hashlib.sha256(rfc8785.dumps(context)).hexdigest()


@functools.cache
def manifest() -> dict[str, dict[str, str]]:
    """URL to `sha256` and, where a Python package brings the document, `package` and `path`."""
    text = resources.files(__package__).joinpath("contexts.json").read_text("utf-8")
    made: dict[str, dict[str, str]] = json.loads(text)
    return made


class Contexts:
    """A closed set of context documents by URL. Anything else raises `ContextNotPinned`."""

    def __init__(self, documents: Mapping[str, dict[str, Any]]) -> None:
        self._documents = dict(documents)
        # What PyLD has worked out of these documents; a document's own contexts never get here (see `view`).
        self._resolved: dict[str, Any] = {}
        self._left: int | None = None

    def __contains__(self, url: object) -> bool:
        return url in self._documents

    def document(self, url: str) -> dict[str, Any]:
        """The context document of this URL, compared as exact text."""
        try:
            return self._documents[url]
        except KeyError:
            raise ContextNotPinned(url) from None

    def metered(self, values: int) -> Contexts:
        """This set for one run, with room for so many values of documents to be expanded under it."""
        made = Contexts(self._documents)
        made._resolved = self._resolved
        made._left = values
        return made

    def spend(self, values: int) -> bool:
        """Take from the run's room; whether there was enough."""
        self._left = None if self._left is None else self._left - values
        return self._left is None or self._left >= 0

    def hashes(self, urls: Iterable[str]) -> dict[str, str]:
        """The SHA-256 of each context used, for the report."""
        return {url: digest(self._documents[url]) for url in urls if url in self._documents}

    def load(self, url: str, _options: Any = None) -> dict[str, Any]:
        """The document in the form that PyLD asks its loader for; `tag` lets it keep what it makes of it."""
        return {"contextUrl": None, "documentUrl": url, "document": self.document(url), "tag": "static"}

    def resolver(self) -> ContextResolver:
        """PyLD's resolver for one operation, on this set's own cache: half of the time of an expansion."""
        return ContextResolver(self._resolved, self.load)

    def adding(self, documents: Mapping[str, Any]) -> Contexts:
        """This set with more of the manifest's contexts; those of another hash or no entry are left out."""
        known = manifest()
        fitting = {
            url: document
            for url, document in documents.items()
            if url in known and digest(document) == known[url]["sha256"]
        }
        return Contexts(self._documents | fitting)


@functools.cache
def installed() -> Contexts:
    """The pinned contexts that the installed Python packages bring, each checked against its hash."""
    found: dict[str, Any] = {}
    for url, entry in manifest().items():
        if "package" in entry:
            text = resources.files(entry["package"]).joinpath(entry["path"]).read_text("utf-8")
            found[url] = json.loads(text)
    return Contexts({}).adding(found)


def named(document: Mapping[str, Any]) -> list[str]:
    """The context URLs of a document, in order.

    Raises `ContextNotAllowed` for an inline context, a list that is empty or too long, a URL named twice, or
    a first context other than the credentials context of either data model.
    """
    value = document.get("@context")
    given = value if isinstance(value, list) else [value]
    if value is None or not given:
        raise ContextNotAllowed("context_missing")
    urls = [url for url in given if isinstance(url, str)]
    if len(urls) != len(given):
        raise ContextNotAllowed("context_inline")
    if len(urls) > MAX_CONTEXTS:
        raise ContextNotAllowed("context_too_many")
    if len(set(urls)) != len(urls):
        raise ContextNotAllowed("context_repeated")
    if urls[0] not in (VC1, VC2) or (VC1 in urls and VC2 in urls):
        raise ContextNotAllowed("context_not_a_credential")
    return urls
