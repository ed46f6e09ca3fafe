"""The documents a verification may read: those it was given, and the list of those it still needs."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_HOST = re.compile(r"(?=.{1,253}\Z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z")
MAX_NEEDS = 24
# What is signed, looked up again at its own address, or a schema that decides nothing, may come from elsewhere after
# a redirect. All else counts because of where it lies, so an open redirect on an issuer's site must not lend its name to a stranger.
MAY_MOVE = ("status", "assertion", "schema")


@dataclass(frozen=True)
class Document:
    """A fetched document: the bytes, and where they came from in the end when a redirect led elsewhere."""

    body: bytes
    content_type: str = ""
    final_url: str | None = None
    fetched_at: str | None = None


@dataclass(frozen=True)
class Unavailable:
    """The shell tried to fetch a document and could not; `reason` is a short sentence."""

    reason: str


@dataclass(frozen=True)
class Need:
    """A document the core asks for: its URL and what for (did, key, status, issuer, badge, assertion, list)."""

    url: str
    purpose: str


class Missing(LookupError):
    """The document is not there yet; it has been noted as needed."""


class Unreachable(LookupError):
    """The shell could not get the document."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class BadURL(ValueError):
    """The URL is not one that a credential may send us to."""


def allowed_url(url: str, *, plain_http: bool = False, own: Collection[str] = ()) -> str:
    """The URL without its fragment, when it may be fetched at all; raises `BadURL`.

    https (http only for the oldest badges), a public-looking host name, no user part, no port but the
    standard one, no control characters or backslash. That the name resolves to public addresses only is for
    the shell that fetches to make sure. A host (with its port) in `own` is the site's own: its documents are at hand
    and never fetched, so it may be any.
    """
    if (
        not url.isascii()
        or len(url) > 2000
        or any(letter <= " " or letter in '\\"<>^`{|}\x7f' for letter in url)
    ):
        raise BadURL(url[:200])
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as cause:
        raise BadURL(url[:200]) from cause
    if parts.netloc.lower() in own and parts.scheme in ("https", "http"):
        return url.partition("#")[0]
    schemes = ("https", "http") if plain_http else ("https",)
    host = parts.hostname or ""
    fine = parts.scheme in schemes and "@" not in parts.netloc and _HOST.match(host)
    if not fine or port not in (None, {"https": 443, "http": 80}.get(parts.scheme)):
        raise BadURL(url[:200])
    if host.endswith((".local", ".localhost", ".internal", ".home.arpa")):
        raise BadURL(url[:200])
    return url.partition("#")[0]


def origin(url: str) -> tuple[str, str]:
    """Scheme and host (with a port that is not the standard one) of a URL, in lower case."""
    parts = urlsplit(url)
    return parts.scheme.lower(), (parts.hostname or "").lower() + (f":{parts.port}" if parts.port else "")


class Sources:
    """What was given, with a memory of what was asked for, so that a report can say what it rests on."""

    def __init__(self, documents: Mapping[str, Document | Unavailable], own: Collection[str] = ()) -> None:
        self._documents = documents
        self.own = own
        self.needs: dict[str, Need] = {}
        self.used: dict[str, Document] = {}

    def has(self, url: str) -> bool:
        """Whether something was given for the URL, be it only that it could not be had. Asks for nothing."""
        return url in self._documents

    def get(self, url: str, purpose: str, *, plain_http: bool = False) -> Document:
        """The document of this URL. Raises `Missing` after noting the need, `Unreachable` or `BadURL`."""
        bare = allowed_url(url, plain_http=plain_http, own=self.own)
        found = self._documents.get(bare, self._documents.get(url))
        if isinstance(found, Document):
            if found.final_url and purpose not in MAY_MOVE and origin(found.final_url)[1] != origin(bare)[1]:
                raise Unreachable(bare, "the address sends on to another site, which cannot speak for it")
            self.used[bare] = found
            return found
        if isinstance(found, Unavailable):
            raise Unreachable(bare, found.reason)
        if len(self.needs) >= MAX_NEEDS:
            raise Unreachable(bare, "the credential asks for too many documents")
        self.needs[bare] = Need(bare, purpose)
        raise Missing(bare)
