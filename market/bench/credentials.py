"""How fast a badge is checked, beside openbadgeslib and openvc-core, on the same badge in the same run.

`python -m market.bench.credentials FILE` with a badge that carries one eddsa-rdfc-2022 proof by a did:key; of any
other credential that needs no further document only the whole report is timed. Prints the median CPU time of each in
milliseconds. The comparison needs the `bench` dependency group.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization

from market import clock
from market.credentials.pinned import pinned_contexts
from market.credentials.proofs import di, dids, jsonio, multi
from market.credentials.proofs.sources import Sources
from market.credentials.proofs.verify import verify

ROUNDS = 100


def median_ms(work: Callable[[], Any]) -> float:
    """Median CPU time of one call, after five to warm up."""
    for _ in range(5):
        work()
    times = []
    for _ in range(ROUNDS):
        before = time.process_time()
        work()
        times.append(time.process_time() - before)
    return statistics.median(times) * 1000


def figures(data: bytes) -> dict[str, float]:
    """Milliseconds of the whole report, and by contender where the badge is one that all of them take."""
    contexts = pinned_contexts()
    report = verify(data, at=clock.now(), contexts=contexts)
    if report.needs:
        raise SystemExit("This credential needs other documents: take one by a did:key, without a status.")
    whole = {
        "whole report with signed view": median_ms(lambda: verify(data, at=clock.now(), contexts=contexts))
    }
    proof = jsonio.parse_object(data).get("proof") if data.lstrip().startswith(b"{") else None
    comparable = isinstance(proof, dict) and proof.get("cryptosuite") == "eddsa-rdfc-2022"
    return (_compared(data) if comparable else {}) | whole


def _compared(data: bytes) -> dict[str, float]:
    """Milliseconds by contender. Raises where one of them does not accept the badge."""
    from openbadgeslib.ob3 import ldp
    from openbadgeslib.ob3.contexts import document_loader
    from openvc.proof import data_integrity

    badge = jsonio.parse_object(data)
    proof = badge["proof"]
    suite = di.suite_of(proof)
    assert suite is not None
    key = dids.resolve(proof["verificationMethod"], "assertionMethod", Sources({})).key
    plain = di.unsecured(badge, proof, [proof])
    contexts = pinned_contexts()
    everything = {url: contexts.document(url) for url in badge["@context"]}
    raw, pem = (
        key.public.public_bytes(encoding, form)
        for encoding, form in (
            (serialization.Encoding.Raw, serialization.PublicFormat.Raw),
            (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        )
    )
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": multi.base64url_encode(raw)}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    options["@context"] = badge["@context"]
    signature = multi.multibase_decode(proof["proofValue"])
    theirs = document_loader()  # its own bundle, which it caches
    others = data_integrity.document_loader(everything)

    def ours() -> None:
        assert di.holds(proof, key, di.secured(plain, proof, suite, key, contexts))

    def openvc() -> None:
        hashed = data_integrity._hash_data(plain, options, others)
        assert data_integrity._verify_ed25519(jwk, hashed, signature)

    return {
        "canonicalisation and signature": median_ms(ours),
        "openbadgeslib, the same": median_ms(lambda: ldp._verify_eddsa_rdfc_2022(badge, proof, pem, theirs)),
        "openvc-core, the same": median_ms(openvc),
    }


if __name__ == "__main__":
    for name, value in figures(Path(sys.argv[1]).read_bytes()).items():
        print(f"{value:8.2f} ms  {name}")
