"""`market verify`: check a credential from a file, an address or standard input, and say what was found."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from market import clock
from market.credentials.child import Verifier
from market.credentials.proofs.baked import MAX_IMAGE
from market.credentials.proofs.binding import Person
from market.credentials.proofs.checks import Verification
from market.credentials.proofs.sources import Document, Unavailable
from market.credentials.proofs.trust import Registry
from market.credentials.resolve import Fetch, fetch_from_the_web, resolve

if TYPE_CHECKING:  # without a site beside it the command opens no database
    from sqlalchemy import Engine

EXIT = {"verified": 0, "verified_with_warnings": 0, "not_verified": 1, "inconclusive": 2}
UNREADABLE = 3
SAID = {
    "verified": "Verified.",
    "verified_with_warnings": "Verified, with warnings.",
    "inconclusive": "Not settled: something could not be checked.",
    "not_verified": "Not verified.",
}
MARKS = {"pass": "ok", "warn": "warning", "fail": "FAILED", "unknown": "unknown", "not_applicable": "-"}


class Misuse(ValueError):
    """The command was given something it cannot use; the text says what."""


def verify_command(
    target: str,
    *,
    as_json: bool = False,
    at: str | None = None,
    documents: Path | None = None,
    recipient: str | None = None,
    beside: Engine | None = None,
) -> int:
    """Check `target` (a file, an https address or "-") and print the outcome; returns the exit status.

    0 verified or with warnings, 1 not verified, 2 inconclusive, 3 unreadable. `at` is an ISO 8601 time (now when
    absent). `documents` is a folder whose `manifest.json` maps URLs to paths in it; nothing is fetched then. `beside` is
    the database of a site: what it publishes itself is read there, and its lists say whom it knows.
    """
    site = Site()
    try:
        moment = _moment(at)
        if documents is not None:
            site = Site(from_folder(documents))
        elif beside is not None:
            site = site_of(beside)
        data = _read(target)
    except (Misuse, OSError) as cause:
        print(f"market verify: {cause}", file=sys.stderr)
        return UNREADABLE
    person = Person(emails=(recipient,)) if recipient else None
    with Verifier() as verifier:
        one_pass = partial(
            verifier.verify, data, at=moment, person=person, registries=site.registries, own=site.own
        )
        made = resolve(lambda documents: one_pass(documents=documents), site.fetch, own=site.own)
    print(
        json.dumps(as_plain(made, asked=person is not None), ensure_ascii=False, indent=2)
        if as_json
        else _say(made)
    )
    return EXIT[made.verdict] if made.readable else UNREADABLE


@dataclass(frozen=True)
class Site:
    """Where documents come from, which hosts are a site's own, and which issuers it knows."""

    fetch: Fetch = fetch_from_the_web
    own: tuple[str, ...] = ()
    registries: Sequence[Registry] = ()


def site_of(engine: Engine) -> Site:
    """A site as its database has it: its own documents are read there, all others fetched.

    A database that cannot be read is said to be one, and nothing is taken from it.
    """
    from sqlalchemy.exc import SQLAlchemyError

    from market.credentials import publishing
    from market.credentials.checking.work import registries_of
    from market.db import transaction

    def fetch(url: str) -> Document | Unavailable:
        with transaction(engine, write=False) as db:
            found = publishing.own_document(db, url)
        return fetch_from_the_web(url) if found is None else found

    try:
        with transaction(engine, write=False) as db:
            return Site(fetch, publishing.own_hosts(db), registries_of(db))
    except SQLAlchemyError:
        words = "the site's database cannot be read, so its documents are fetched; `market migrate` brings it up to date."
        print(f"market verify: {words}", file=sys.stderr)
        return Site()


def as_plain(made: Verification, *, asked: bool) -> dict[str, Any]:
    """The JSON of the command. `bound` is null when nobody asked whose the credential is."""
    plain: dict[str, Any] = {
        "verdict": made.verdict,
        "format": None if made.format == "url" else made.format,
        "issuer": {"id": made.issuer.id, "name": made.issuer.name, "known": made.issuer.known},
        "bound": made.bound is not None if asked else None,
        "checks": [
            {"id": one.id, "group": one.group, "status": one.status, "code": one.code, "message": one.message}
            for one in made.checks
        ],
    }
    if made.inner:
        plain["inner"] = [as_plain(one, asked=False) for one in made.inner]
    return plain


def from_folder(folder: Path) -> Fetch:
    """Serve documents from a folder by its `manifest.json` of URL to path. Raises `Misuse`, `OSError`."""
    root = folder.resolve()
    try:
        manifest = json.loads((root / "manifest.json").read_text("utf-8"))
    except ValueError as cause:
        raise Misuse(f"{root / 'manifest.json'} is not JSON.") from cause
    if not isinstance(manifest, dict) or not all(isinstance(path, str) for path in manifest.values()):
        raise Misuse(f"{root / 'manifest.json'} must map addresses to paths.")

    def fetch(url: str) -> Document | Unavailable:
        name = manifest.get(url)
        if name is None:
            return Unavailable("it is not in the folder of documents")
        path = (root / name).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            return Unavailable("the folder of documents names a file that is not there")
        return Document(path.read_bytes())

    return fetch


def _moment(at: str | None) -> datetime:
    if at is None:
        return clock.now()
    try:
        made = datetime.fromisoformat(at)
    except ValueError as cause:
        raise Misuse(f"“{at}” is not a time such as 2026-11-01T12:00:00Z.") from cause
    return made if made.tzinfo else made.replace(tzinfo=UTC)


def _read(target: str) -> bytes:
    if target.startswith(("https://", "http://")):
        return target.encode("utf-8")
    if target == "-":
        return sys.stdin.buffer.read(MAX_IMAGE + 1)
    with Path(target).open("rb") as file:
        return file.read(MAX_IMAGE + 1)


def _say(made: Verification) -> str:
    lines = [SAID[made.verdict]]
    lines.extend(f"  {MARKS[one.status]:>8}  {one.message}" for one in made.checks)
    return "\n".join(lines)
