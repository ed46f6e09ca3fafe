"""The rest of the list of attacks (`docs/attacks.md`): reused proofs, moved keys, other people's badges, odd forms."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from market.credentials.proofs import contexts, di, keys, multi
from market.credentials.proofs.binding import Person

from .maker import ISSUER, OTHER, Signer, badge, check, codes, did_web, doc, prove, token
from .test_baked import itxt, png
from .test_ob2 import SITE, assertion, identity, world

ANSWERED = {"proofPurpose": "authentication", "challenge": "c-1", "domain": "market.example"}


@pytest.mark.parametrize("taken", [(), ("challenge",), ("challenge", "domain")])
def test_a_proof_made_to_answer_a_challenge_cannot_be_turned_into_one_that_asserts(
    taken: tuple[str, ...],
) -> None:
    """The holder of a key listed for both signed an answer; with its purpose changed it must not be a credential."""
    document = prove(badge(), **ANSWERED)
    proof = {name: value for name, value in document["proof"].items() if name not in taken}
    made = check(document | {"proof": proof | {"proofPurpose": "assertionMethod"}})
    assert made.verdict == "not_verified"
    assert codes(made) & {"signature_wrong", "proof_purpose_wrong"}
    assert made.view == {}


def test_a_signature_of_another_badge_does_not_serve_this_one() -> None:
    other = prove(badge(name="Roof engineer"))
    assert codes(check(badge(proof=other["proof"]))) == {"signature_wrong"}


def test_a_kid_whose_address_sends_on_to_another_site_is_no_key() -> None:
    web, kid = "did:web:issuer.example", "https://issuer.example/keys/1"
    rsa = Signer("RSA")
    text = token(badge(issuer=web), rsa, "RS256", kid=kid)
    served: dict[str, Any] = {"https://issuer.example/.well-known/did.json": did_web(rsa)}
    assert check(text, served | {kid: rsa.jwk()}).verdict == "verified"
    moved = replace(doc(rsa.jwk()), final_url="https://evil.example/keys/1")
    made = check(text, served | {kid: moved})
    assert made.verdict == "inconclusive"
    assert made.view == {}


def hashed(email: str, **changes: Any) -> dict[str, Any]:
    one = identity(email)
    return {
        "type": "IdentityObject",
        "identityType": "emailAddress",
        "identityHash": one["identity"],
        "hashed": True,
        "salt": one["salt"],
    } | changes


def awarded(*identifiers: dict[str, Any], subject: str | None = None) -> dict[str, Any]:
    made = badge()
    del made["credentialSubject"]["id"]
    if identifiers:
        made["credentialSubject"]["identifier"] = list(identifiers)
    if subject:
        made["credentialSubject"]["id"] = subject
    return prove(made)


def test_someone_elses_valid_badge_is_refused() -> None:
    me = Person(emails=("mallory@example.org",), dids=("did:example:mallory",))
    made = check(awarded(hashed("amara@example.org")), person=me)
    assert codes(made) == {"recipient_mismatch"}
    assert made.bound is None
    assert check(awarded(hashed("amara@example.org")), person=Person(("amara@example.org",))).bound == "email"
    named = check(awarded(subject="did:example:amara"), person=me)
    assert named.bound is None
    assert "recipient_unshown" in codes(named, "warn")


def test_a_hashed_address_counts_where_the_subject_has_an_id_too() -> None:
    document = awarded(hashed("amara@example.org"), subject="did:example:amara")
    assert codes(check(document, person=Person(("mallory@example.org",)))) == {"recipient_mismatch"}
    assert check(document, person=Person(("amara@example.org",))).bound == "email"
    assert check(document, person=Person((), ("did:example:amara",))).bound == "did"


def test_a_name_that_matches_binds_nobody() -> None:
    named = hashed("x", identityType="name", identityHash="Amara", hashed=False)
    assert check(awarded(named), person=Person(("amara@example.org",))).bound is None


def test_a_baked_copy_unlike_the_hosted_one_is_refused() -> None:
    forged = png(itxt(json.dumps(assertion(issuedOn="2020-01-01T00:00:00Z")).encode(), keyword=b"openbadges"))
    assert codes(check(forged, world())) == {"hosted_copy_differs"}
    honest = png(itxt(json.dumps(assertion()).encode(), keyword=b"openbadges"))
    assert check(honest, world()).verdict == "verified_with_warnings"
    assert SITE in assertion()["id"]


ORDER = keys.ORDERS["P-256"]


@pytest.mark.parametrize(
    "change",
    [
        lambda signer, data, raw: signer.private.sign(data, ec.ECDSA(hashes.SHA256())),
        lambda signer, data, raw: raw[:-1],
        lambda signer, data, raw: raw + b"\0",
        lambda signer, data, raw: bytes(32) + raw[32:],
        lambda signer, data, raw: raw[:32] + bytes(32),
        lambda signer, data, raw: ORDER.to_bytes(32, "big") + raw[32:],
        lambda signer, data, raw: b"",
    ],
    ids=["DER", "short", "long", "zero r", "zero s", "r past the order", "empty"],
)
def test_an_ecdsa_proof_in_another_form_is_no_signature(change: Any) -> None:
    signer = Signer("P-256")
    document = prove(badge(issuer=signer.did), signer, "ecdsa-rdfc-2019")
    proof = document["proof"]
    suite = di.suite_of(proof)
    assert suite is not None
    key = keys.Key("P-256", signer.private.public_key())
    plain = di.unsecured(document, proof, [])
    data = di.secured(plain, proof, suite, key, contexts.installed()).data("sha256")
    raw = multi.base58_decode(proof["proofValue"][1:])
    forged = "z" + multi.base58_encode(change(signer, data, raw))
    assert codes(check(document | {"proof": proof | {"proofValue": forged}})) == {"signature_wrong"}


def test_a_proof_value_in_another_alphabet_or_base_is_no_signature() -> None:
    document = prove(badge())
    value = document["proof"]["proofValue"]
    raw = multi.base58_decode(value[1:])
    for other in (
        "u" + multi.base64url_encode(raw),
        value[1:],
        value + "0",
        f"z{value[1:]} ",
        "z1" + value[1:],
    ):
        assert codes(check(document | {"proof": document["proof"] | {"proofValue": other}})) == {
            "signature_wrong"
        }, other


def test_a_key_of_another_suite_under_the_issuers_name_is_refused() -> None:
    """The issuer's Ed25519 key named under an ECDSA suite, and a stranger's key under the issuer's name."""
    document = prove(badge())
    swapped = document["proof"] | {"cryptosuite": "ecdsa-jcs-2019"}
    assert codes(check(document | {"proof": swapped})) == {"proof_key_kind"}
    named = document["proof"] | {"verificationMethod": f"{ISSUER.did}#{OTHER.multikey}"}
    assert "key_not_listed" in codes(check(document | {"proof": named}))
