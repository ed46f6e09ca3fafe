"""The worker's part in showing what is one's own: presentations go through the child, pages through the fetcher."""

from datetime import timedelta

from sqlalchemy import Engine

from market.accounts.models import Person
from market.credentials.checking.work import Also, Checker
from market.credentials.proofs.sources import Document, Unavailable
from market.db import transaction
from market.wallet import identities
from market.wallet.models import IdentityProof, ProofKind

MOST_DOCUMENTS = 4


def prove_next(checker: Checker, engine: Engine) -> bool:
    """Look at what has waited longest, if anything has; whether there was something."""
    with transaction(engine, write=True) as db:
        proof = identities.claim(db)
        if proof is None:
            return False
        person = db.get_one(Person, proof.person_id)
    if proof.kind is ProofKind.DID:
        value, problem, passing = _presentation(checker, engine, proof)
    else:
        own = f"{checker.settings.public_url.rstrip('/')}/people/{person.public_id}"
        value, problem, passing = _page(checker, proof, own)
    with transaction(engine, write=True) as db:
        current = db.get(IdentityProof, proof.id)
        if current is not None and not (passing and identities.put_back(db, current)):
            again = timedelta(days=checker.settings.recheck_days)
            identities.settle(db, current, value, problem, again=again)
    return True


def _presentation(checker: Checker, engine: Engine, proof: IdentityProof) -> tuple[str | None, str, bool]:
    """The identifier that signed the answer, or what is wrong with it, and whether that may pass."""
    documents: dict[str, Document | Unavailable] = {}
    assert proof.answer is not None
    assert proof.answered_at is not None
    while True:
        killed = checker.verifier.killed
        holder = checker.verifier.prove(
            proof.answer,
            challenge=proof.challenge,
            domain=proof.domain,
            issued_at=proof.asked_at,
            at=proof.answered_at,
            documents=documents,
        )
        asked = [need.url for need in holder.needs if need.url not in documents]
        if not asked or len(documents) >= MOST_DOCUMENTS:
            unreachable = any(isinstance(one, Unavailable) for one in documents.values())
            passing = holder.did is None and (unreachable or checker.verifier.killed > killed)
            return holder.did, holder.problem or "", passing
        for url in asked[:MOST_DOCUMENTS]:
            documents[url] = checker.document(engine, url)


def _page(checker: Checker, proof: IdentityProof, own_url: str) -> tuple[str | None, str, bool]:
    """The page's address if it links back; else what was found, and whether that may pass."""
    found = checker.web(proof.value, "text/html")
    if isinstance(found, Unavailable):
        return None, found.reason, True
    if identities.links_back(found.body.decode("utf-8", "replace"), found.final_url or proof.value, own_url):
        return proof.value, "", False
    return None, 'the page has no link to your page here that says rel="me"', False


PROVING = Also(identities.is_due, prove_next)
"""For the checker, which has the child and the fetcher that this needs."""
