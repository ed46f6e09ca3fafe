"""The W3C vectors of Data Integrity: each proof holds, and with any signed member changed none does."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from market.credentials.proofs import canon, contexts, di, dids, jsonio, keys, linked, multi
from market.credentials.proofs.sources import Sources

from .fixtures import SETS, load, need

EDDSA, ECDSA = SETS / "w3c-vc-di-eddsa" / "TestVectors", SETS / "w3c-vc-di-ecdsa" / "TestVectors"
# The context of the W3C examples is pinned for these vectors only: it gives any word a meaning.
EXAMPLES = {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}
PINNED = contexts.Contexts(
    {
        contexts.VC2: contexts.installed().document(contexts.VC2),
        "https://www.w3.org/ns/credentials/examples/v2": EXAMPLES,
    }
)
EMPLOYMENT = "employ/signedECDSAP384.json"


def signed() -> list[Path]:
    found = [*EDDSA.glob("**/signed*.json"), *ECDSA.glob("*-2019-*/**/signed*.json")]
    return sorted(path for path in found if not str(path).endswith(EMPLOYMENT))


def holds(document: dict[str, Any], proof: dict[str, Any]) -> bool:
    """One proof of a document, from form to signature, as the verifier goes about it."""
    suite = di.suite_of(proof)
    if suite is None:
        return False
    try:
        di.check_form(proof, suite)
        key = dids.resolve(proof["verificationMethod"], proof["proofPurpose"], Sources({})).key
        plain = di.unsecured(document, proof, jsonio.listed(document["proof"]))
        return di.holds(proof, key, di.secured(plain, proof, suite, key, PINNED))
    except (ValueError, LookupError):
        return False


def all_hold(document: dict[str, Any]) -> bool:
    return all(holds(document, proof) for proof in jsonio.listed(document["proof"]))


def changes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every leaf of a document with another value, and every member taken away."""
    if isinstance(value, dict):
        for key, child in value.items():
            if not (path == () and key == "proof"):
                yield from changes(child, (*path, key))
                yield (*path, key), None
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from changes(child, (*path, index))
    elif isinstance(value, str):
        yield path, value + "x"
    else:
        yield path, "other"


def changed(document: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    made = copy.deepcopy(document)
    target: Any = made
    for step in path[:-1]:
        target = target[step]
    if value is None:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return made


def canonical(document: dict[str, Any], suite: di.Suite) -> str:
    plain = {name: value for name, value in document.items() if name != "proof"}
    if not suite.linked:
        return json.dumps(plain, sort_keys=True)
    try:
        return canon.canonicalise(linked.dataset(linked.expand(plain, PINNED)))[0]
    except ValueError as cause:
        return f"refused: {type(cause).__name__}"


def test_the_vectors_are_there() -> None:
    need("w3c-vc-di-eddsa")
    need("w3c-vc-di-ecdsa")
    assert len(signed()) >= 6


@pytest.mark.parametrize("path", signed(), ids=lambda path: path.stem)
def test_every_proof_of_the_vector_holds(path: Path) -> None:
    assert all_hold(load(path))


@pytest.mark.parametrize("path", signed(), ids=lambda path: path.stem)
def test_no_proof_holds_when_a_signed_member_is_changed(path: Path) -> None:
    document = load(path)
    suite = di.suite_of(jsonio.listed(document["proof"])[0])
    assert suite is not None
    before = canonical(document, suite)
    tried = 0
    for where, value in changes(document):
        forged = changed(document, where, value)
        if canonical(forged, suite) == before:
            continue
        tried += 1
        assert not any(holds(forged, proof) for proof in jsonio.listed(forged["proof"])), where
    assert tried >= 8


@pytest.mark.parametrize("path", signed(), ids=lambda path: path.stem)
def test_no_proof_holds_when_one_of_its_options_is_changed(path: Path) -> None:
    document = load(path)
    for index, proof in enumerate(jsonio.listed(document["proof"])):
        for name, value in proof.items():
            for other in (None, f"{value}x" if isinstance(value, str) else ["urn:uuid:other"]):
                forged = {key: part for key, part in (proof | {name: other}).items() if part is not None}
                proofs = list(jsonio.listed(document["proof"]))
                proofs[index] = forged
                assert not holds(document | {"proof": proofs}, forged), name


def test_digests_on_the_way_are_those_of_the_vectors() -> None:
    folder = need("w3c-vc-di-ecdsa") / "TestVectors" / "ecdsa-rdfc-2019-p384"
    document = load(folder / "signedECDSAP384.json")
    proof = document.pop("proof")
    suite = di.suite_of(proof)
    assert suite is not None
    key = dids.resolve(proof["verificationMethod"], "assertionMethod", Sources({})).key
    secured = di.secured(document, proof, suite, key, PINNED)
    assert secured.document == (folder / "canonDocECDSAP384.txt").read_text("utf-8")
    assert secured.options == (folder / "proofCanonECDSAP384.txt").read_text("utf-8")
    combined = (folder / "combinedHashECDSAP384.txt").read_text("utf-8").strip()
    assert secured.data("sha384").hex() == combined


def test_the_employment_vector_holds_over_its_published_canonical_form() -> None:
    """Its citizenship vocabulary is in no package, so the published canonical text stands in for our own."""
    folder = need("w3c-vc-di-ecdsa") / "TestVectors" / "ecdsa-rdfc-2019-p384" / "employ"
    proof = load(folder / "signedECDSAP384.json")["proof"]
    texts = [(folder / f"{name}ECDSAP384.txt").read_text("utf-8") for name in ("canonDoc", "proofCanon")]
    key = dids.resolve(proof["verificationMethod"], "assertionMethod", Sources({})).key
    assert di.holds(proof, key, di.Secured(*texts))
    assert not di.holds(proof, key, di.Secured(texts[0] + " ", texts[1]))


def test_previous_proof_that_is_missing_breaks_the_chain() -> None:
    document = load(need("w3c-vc-di-eddsa") / "TestVectors" / "proof-set-chain" / "signedProofChain2.json")
    proofs = document["proof"]
    for gone in range(3):
        left = document | {"proof": [proof for index, proof in enumerate(proofs) if index != gone]}
        assert not all_hold(left)


def did_keys(name: str) -> dict[str, Any]:
    path = SETS / "did-method-key" / "test-vectors" / name
    found = load(path) if path.exists() else {}
    return found.get("didDocument", found)  # one file nests its vectors one level deeper


def supported(did: str) -> bool:
    return multi.multikey_decode(did.removeprefix("did:key:"))[0] in (multi.ED25519, multi.P256, multi.P384)


@pytest.mark.parametrize("name", ["ed25519-x25519.json", "nist-curves.json", "secp256k1.json", "x25519.json"])
def test_did_key_vectors(name: str) -> None:
    """Ed25519, P-256 and P-384 are read as published; the rest are named as unsupported."""
    need("did-method-key")
    vectors = did_keys(name)
    assert vectors
    for did, vector in vectors.items():
        if not supported(did):
            with pytest.raises(keys.BadKey, match=r"P-521|secp256k1|X25519") as refused:
                dids.document_of(did, Sources({}))
            assert refused.value.code == "key_kind_unsupported"
            continue
        document = dids.document_of(did, Sources({}))
        published = vector["didDocument"]["verificationMethod"][0] if "didDocument" in vector else None
        method = dids.methods(document, "assertionMethod")[0]
        found = keys.from_method(method)
        given = vector.get("verificationKeyPair") or vector.get("verificationMethod") or published
        given = given[0] if isinstance(given, list) else given
        if given["type"] == "P256Key2021":  # an older spelling of a compressed point
            raw = multi.base58_decode(given["publicKeyBase58"])
            given = {"publicKeyMultibase": multi.multikey_encode(multi.P256, raw)}
        assert found.fingerprint() == keys.from_method(given).fingerprint(), did


def test_every_supported_kind_is_among_the_did_key_vectors() -> None:
    need("did-method-key")
    kinds = {
        keys.from_multikey(did.removeprefix("did:key:")).kind
        for name in ("ed25519-x25519.json", "nist-curves.json")
        for did in did_keys(name)
        if supported(did)
    }
    assert kinds == {"Ed25519", "P-256", "P-384"}


def test_digest_of_multibase_text_survives_a_round_trip() -> None:
    for length in range(40):
        data = hashlib.sha256(bytes([length])).digest()[:length]
        assert multi.base58_decode(multi.base58_encode(b"\0" + data)) == b"\0" + data
        assert multi.base64url_decode(multi.base64url_encode(data)) == data
