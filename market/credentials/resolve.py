"""The shell around the pure core: fetch what a verification names, within a budget, and ask again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from market.credentials.child import Verifier
from market.credentials.documents import did_web
from market.credentials.proofs.binding import Person
from market.credentials.proofs.checks import Verification
from market.credentials.proofs.schema import KNOWN, WAITS
from market.credentials.proofs.sources import Document, Need, Unavailable
from market.credentials.proofs.trust import Registry

MAX_FETCHES = 8
Fetch = Callable[[str], Document | Unavailable]


def resolve(
    data: bytes,
    verifier: Verifier,
    fetch: Fetch,
    *,
    at: datetime,
    person: Person | None = None,
    registries: Sequence[Registry] = (),
    own: Sequence[str] = (),
    budget: int = MAX_FETCHES,
) -> Verification:
    """Verify a document, fetching at most `budget` others for it. Blocks: call it from a worker.

    `own` are hosts of this site, whose documents `fetch` has at hand.
    """
    documents: dict[str, Document | Unavailable] = {}
    while True:
        made = verifier.verify(
            data, at=at, documents=documents, person=person, registries=registries, own=own
        )
        asked: Sequence[Need] = [need for need in made.needs if need.url not in documents]
        if not asked:
            wanted = None if budget <= 0 or is_own(made, own) else schema_wanted(made)
            if wanted is None or wanted in documents:
                return made
            asked = [Need(wanted, "schema")]
        for need in asked:
            if budget <= 0:
                documents[need.url] = Unavailable("the credential asks for too many documents")
            else:
                documents[need.url] = fetch(need.url)
            budget -= 1


def is_own(made: Verification, hosts: Sequence[str]) -> bool:
    """Whether a site of these hosts issued it: the check of such a credential asks nobody outside."""
    issuer = made.issuer.id or ""
    return any(f"{issuer}:".startswith(f"{did_web(f'https://{host}')}:") for host in hosts)


def schema_wanted(made: Verification) -> str | None:
    """The address of a schema that a verification would compare with, were it at hand; always one of 1EdTech's own.

    Only once all else is settled and holds: for a credential that is refused the comparison would change nothing.
    """
    if not made.verdict.startswith("verified"):
        return None
    found = (one.evidence.get("url") for one in made.checks if one.code == WAITS)
    return next((url for url in found if url in KNOWN), None)


def fetch_from_the_web(url: str) -> Document | Unavailable:
    """One document through the site's guarded fetcher."""
    from market.net.errors import FetchError
    from market.net.fetch import fetch

    try:
        found = fetch(url, accept="application/did+json, application/json, */*;q=0.5")
    except FetchError as cause:
        return Unavailable(cause.code)
    if not found.ok:
        return Unavailable(f"the site answered {found.status}")
    return Document(found.body, found.media_type, found.url, found.at.isoformat())
