"""A presentation proves a DID only over our own fresh challenge, for our own site, by the DID's own key."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from market.credentials.proofs import contexts
from market.credentials.proofs.presentation import check_presentation

from .maker import AT, ISSUER, OTHER, did_web, doc, prove, token

ASKED: dict[str, Any] = {"challenge": "c-1", "domain": "market.example", "issued_at": AT, "at": AT}
ANSWER = {
    "proofPurpose": "authentication",
    "challenge": "c-1",
    "domain": "market.example",
    "created": "2026-11-01T00:00:00Z",
}


def wrapper(**changes: Any) -> dict[str, Any]:
    return {"@context": [contexts.VC2], "type": ["VerifiablePresentation"], "holder": ISSUER.did} | changes


def answer(document: Any = None, **changes: Any) -> Any:
    return json.dumps(document or prove(wrapper(), **(ANSWER | changes)))


def test_an_answer_to_our_challenge_proves_the_did() -> None:
    assert check_presentation(answer(), **ASKED).did == ISSUER.did
    text = token(
        {"iss": ISSUER.did, "nonce": "c-1", "aud": "market.example"} | wrapper(),
        ISSUER,
        "EdDSA",
        kid=ISSUER.method,
    )
    assert check_presentation(text, **ASKED).did == ISSUER.did


@pytest.mark.parametrize(
    "change",
    [
        {"challenge": "c-2"},
        {"challenge": None},
        {"domain": "evil.example"},
        {"domain": None},
        {"proofPurpose": "assertionMethod"},
        {"created": "2026-10-31T23:00:00Z"},
        {"created": "2026-11-01T01:00:00Z"},
        {"expires": "2026-10-31T23:59:00Z"},
    ],
)
def test_another_challenge_site_purpose_or_time_proves_nothing(change: dict[str, Any]) -> None:
    assert check_presentation(answer(**change), **ASKED).did is None


def test_an_old_challenge_is_no_challenge() -> None:
    late = ASKED | {"at": AT + timedelta(minutes=6)}
    assert check_presentation(answer(), **late).problem == "the challenge is too old"
    assert check_presentation(answer(), **(ASKED | {"at": AT - timedelta(minutes=6)})).did is None


def test_another_signer_than_the_holder_proves_nothing() -> None:
    made = prove(wrapper(), OTHER, **ANSWER)
    assert check_presentation(answer(made), **ASKED).did is None
    made["holder"] = OTHER.did
    assert check_presentation(answer(made), **ASKED).did is None
    stolen = token(
        {"iss": ISSUER.did, "nonce": "c-1", "aud": "market.example"} | wrapper(),
        OTHER,
        "EdDSA",
        kid=OTHER.method,
    )
    assert check_presentation(stolen, **ASKED).did is None


def test_a_key_that_is_not_for_authentication_proves_nothing() -> None:
    did, at = "did:web:amara.example", "https://amara.example/.well-known/did.json"
    made = prove(wrapper(holder=did), **(ANSWER | {"verificationMethod": f"{did}#key-1"}))
    found = check_presentation(answer(made), **ASKED)
    assert found.did is None
    assert [need.url for need in found.needs] == [at]
    document = did_web(ISSUER, did)
    assert (
        check_presentation(answer(made), documents={at: doc(document)}, **ASKED).problem
        == "key_not_authorised"
    )
    document["authentication"] = document["assertionMethod"]
    assert check_presentation(answer(made), documents={at: doc(document)}, **ASKED).did == did


@pytest.mark.parametrize("data", [b"", b"{}", b"ey.ey.ey", b'{"type": "VerifiablePresentation"}', b"\xff"])
def test_what_is_no_presentation_proves_nothing(data: bytes) -> None:
    assert check_presentation(data, **ASKED).did is None
