"""The one entrance: bytes, documents and a time in; a `Verification` with its checks, verdict and needs out."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from importlib import metadata

from . import baked, credential, jose, jsonio, ob2, sdjwt, selective
from .binding import Person
from .checks import Issuer, Report, Verification
from .contexts import Contexts, installed
from .run import Budget, Run
from .sources import BadURL, Document, Missing, Sources, Unavailable, Unreachable
from .trust import Registry

_URL = re.compile(r"https?://\S+\Z")
_PICTURES = (b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"\x00\x00\x00", b"II*\x00", b"MM\x00*")
_LIBRARIES = ("cryptography", "pyld", "rfc8785", "defusedxml", "openbadgeslib", "jsonschema")
MAX_INPUT = baked.MAX_IMAGE
MAX_VALUES = 12_000  # of linked data in one run; a record of a hundred badges holds about 10,000


def verify(
    data: bytes | str,
    *,
    at: datetime,
    documents: Mapping[str, Document | Unavailable] | None = None,
    person: Person | None = None,
    registries: Sequence[Registry] = (),
    contexts: Contexts | None = None,
    own: Collection[str] = (),
) -> Verification:
    """What can be said of a credential at a time, from these documents alone.

    `at` is an aware datetime. `documents` maps URLs (without fragment) to what was fetched, or to `Unavailable`
    where the fetch failed. While `needs` of the result is not empty, fetch those and call again; the verdict is
    "inconclusive" or worse until then. `own` are hosts of the site itself, whose documents are never fetched. Never
    raises for the input's sake.
    """
    if at.tzinfo is None:
        raise ValueError("the time must be aware of its zone")
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    sources = Sources(documents or {}, own)
    pinned = (contexts or installed()).metered(MAX_VALUES)
    run = Run(at, sources, pinned, person, registries, Budget())
    made = _dispatch(raw, run)
    return replace(
        made,
        needs=tuple(sources.needs.values()),
        at=at,
        sha256=hashlib.sha256(raw).hexdigest(),
        fetched={
            url: {
                "sha256": hashlib.sha256(found.body).hexdigest(),
                "fetched_at": found.fetched_at or "",
                "final_url": found.final_url or url,
            }
            for url, found in sources.used.items()
        },
        libraries=_libraries(),
    )


@functools.cache
def _libraries() -> dict[str, str]:
    return {name: metadata.version(name) for name in _LIBRARIES}


def _dispatch(raw: bytes, run: Run) -> Verification:
    """Tell the forms apart by their first bytes and hand on."""
    text = raw.strip()
    if not text:
        return _unreadable("empty")
    if len(raw) > MAX_INPUT:
        return _unreadable("too_large")
    if raw.startswith(baked.PNG) or (text[:1] == b"<" and b"<svg" in text[:4096].lower()):
        return _dispatch_baked(raw, run)
    if text[:1] == b"<":
        return _unreadable("html_page")
    if text.startswith(b"%PDF"):
        return _unreadable("pdf")
    if raw.startswith(_PICTURES):
        return _unreadable("photograph")
    if len(raw) > jose.MAX_TOKEN:
        return _unreadable("too_large")
    plain = text.decode("utf-8", "replace")
    if _URL.match(plain) and len(plain) <= 2000:
        return _dispatch_url(plain, run)
    return _dispatch_text(text, plain, run, "json")


def _dispatch_text(text: bytes, plain: str, run: Run, container: str, url: str | None = None) -> Verification:
    if sdjwt.looks_like(plain):
        return selective.verify_text(plain, run, "sd-jwt" if container == "json" else container)
    if jose.looks_like(plain):
        return _dispatch_token(plain, run, "jwt" if container == "json" else container)
    if text[:1] not in (b"{", b"[") and not text.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return _unreadable("not_a_credential")
    try:
        document = jsonio.parse_object(text)
    except jsonio.BadJSON as cause:
        return _unreadable(cause.code, detail=cause.detail)
    kind = ob2.kind_of(document)
    if kind == "part":
        return _unreadable("badge_class_only")
    if kind is not None:
        return ob2.verify_hosted(document, run, container, url)
    if "@context" not in document and "type" not in document:
        return _unreadable("not_a_credential")
    return credential.verify_json(document, run, container)


def _dispatch_token(text: str, run: Run, container: str) -> Verification:
    try:
        token = jose.read(text)
    except jose.BadToken:
        return credential.verify_token(text, run, container)
    if ob2.kind_of(token.payload) not in (None, "part"):
        return ob2.verify_signed(token, run, container)
    return credential.verify_token(text, run, container)


def _dispatch_baked(raw: bytes, run: Run) -> Verification:
    try:
        container, text = baked.extract(raw)
    except baked.BadImage as cause:
        return _unreadable(cause.code, detail=cause.detail)
    if _URL.match(text):
        return _dispatch_url(text, run, container)
    return _dispatch_text(text.encode("utf-8", "replace"), text, run, container)


def _dispatch_url(url: str, run: Run, container: str = "url") -> Verification:
    report = Report()
    try:
        found = run.sources.get(url, "assertion", plain_http=True)
    except Missing:
        report.add("format", "document", "unknown", "needs_document")
    except Unreachable as cause:
        report.add("format", "document", "unknown", "hosted_unreachable", reason=cause.reason)
    except BadURL:
        report.add("format", "document", "fail", "hosted_url_refused", detail=url[:200])
    else:
        body = found.body.strip()
        if found.body.startswith(baked.PNG) or b"<svg" in body[:4096].lower():
            return _dispatch_baked_once(found.body, run)
        if body[:1] == b"<":
            return _unreadable("html_page")
        return _dispatch_text(body, body.decode("utf-8", "replace"), run, container, url)
    return Verification(report.verdict(), "url", container, Issuer(), None, tuple(report.checks))


def _dispatch_baked_once(raw: bytes, run: Run) -> Verification:
    """A picture found behind a URL; an address baked into it is not followed any further."""
    try:
        container, text = baked.extract(raw)
    except baked.BadImage as cause:
        return _unreadable(cause.code, detail=cause.detail)
    return _dispatch_text(text.encode("utf-8", "replace"), text, run, container)


def _unreadable(code: str, **facts: str) -> Verification:
    report = Report()
    report.add("parse", "document", "fail", code, **facts)
    return Verification("not_verified", None, "unknown", Issuer(), None, tuple(report.checks))
