"""The shell around the pure core: fetch what a verification names, within a budget, and ask again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from market.credentials.documents import did_web
from market.credentials.proofs.checks import Verification
from market.credentials.proofs.schema import KNOWN, WAITS
from market.credentials.proofs.sources import Document, Unavailable
from market.net.errors import FetchError
from market.net.fetch import DEFAULT_POLICY, Policy, fetch

MAX_FETCHES = 8
ACCEPT = "application/did+json, application/vc+ld+json, application/ld+json, application/json, */*;q=0.5"
Documents = dict[str, Document | Unavailable]
"""By address."""
Verify = Callable[[Documents], Verification]
"""One pass, with the documents that are at hand."""
Fetch = Callable[[str], Document | Unavailable]


def resolve(
    verify: Verify,
    get: Fetch,
    *,
    own: Sequence[str] = (),
    budget: int = MAX_FETCHES,
    documents: Documents | None = None,
) -> Verification:
    """Verify, getting at most `budget` documents that are named, until nothing more is. Blocks: call it from a worker.

    `documents` are at hand already; what is got is added to them. `own` are hosts of this site, whose documents `get`
    has without asking anyone.
    """
    at_hand = {} if documents is None else documents
    while True:
        made = verify(at_hand)
        asked = [need.url for need in made.needs if need.url not in at_hand]
        if not asked:
            wanted = None if budget <= 0 or is_own(made, own) else schema_wanted(made)
            if wanted is None or wanted in at_hand:
                return made
            asked = [wanted]
        for url in asked:
            if budget <= 0:
                at_hand[url] = Unavailable("the credential asks for too many documents")
            else:
                at_hand[url] = get(url)
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


def fetch_from_the_web(
    url: str, accept: str = ACCEPT, *, policy: Policy = DEFAULT_POLICY
) -> Document | Unavailable:
    """One document through the guarded fetcher."""
    try:
        found = fetch(url, policy=policy, accept=accept)
    except FetchError as cause:
        return Unavailable(_phrase(cause.reason))
    if not found.ok:
        return Unavailable(f"the site answered {found.status}")
    return Document(found.body, found.media_type, found.url, found.at.isoformat())


def _phrase(sentence: str) -> str:
    """The first sentence of an explanation, to stand inside another."""
    first = sentence.partition(". ")[0].rstrip(".")
    return first[:1].lower() + first[1:]
