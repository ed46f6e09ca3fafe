"""Whatever bytes come in: a verdict comes out, never an exception, never "verified", and soon."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market.credentials.proofs.verify import verify
from tests.support import effort

from .maker import AT, ISSUER, Signer, badge, check, did_web, doc, entry, prove, status_list, token
from .test_baked import itxt, png
from .test_ob2 import assertion, world

WEB = "did:web:issuer.example"
URL = "https://issuer.example/status/1"
SERVED = {
    "https://issuer.example/.well-known/did.json": doc(did_web(ISSUER)),
    URL: doc(status_list(URL)),
} | {url: doc(value) for url, value in world().items()}
SIGNED = prove(badge(credentialStatus=entry(URL)))
TOKEN = token(badge(issuer=WEB), ISSUER, "EdDSA", kid=f"{WEB}#key-1")
SEEDS = [
    json.dumps(SIGNED).encode(),
    TOKEN.encode(),
    png(itxt(json.dumps(SIGNED).encode())),
    json.dumps(assertion()).encode(),
]

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(
        [
            "VerifiableCredential", "OpenBadgeCredential", "@id", "@type", "@context", "did:key:z6Mk", "did:web:a.example",
            "https://www.w3.org/ns/credentials/v2", "_:b0", "_:c14n0", "2026-01-01T00:00:00Z", "assertionMethod",
            "DataIntegrityProof", "eddsa-rdfc-2022", "BitstringStatusListEntry", URL, "data:application/vc+jwt,", "u", "z",
        ]
    )
)  # fmt: skip
NAMES = st.sampled_from(
    [
        "@context", "id", "type", "issuer", "validFrom", "validUntil", "credentialSubject", "credentialStatus", "proof",
        "proofValue", "verificationMethod", "cryptosuite", "created", "achievement", "result", "identifier", "endorsement",
        "verifiableCredential", "statusListIndex", "statusPurpose", "statusListCredential", "recipient", "badge", "verify",
        "verification", "@graph", "@included", "@value", "@id", "name", "previousProof", "alignment", "resultDescription",
    ]
) | st.text(max_size=8)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=25,
)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def look(data: bytes) -> Any:
    with effort.at_most(effort.HOSTILE):
        made = verify(data, at=AT, documents=SERVED)
    assert made.verdict in ("verified", "verified_with_warnings", "inconclusive", "not_verified")
    assert all(check.message for check in made.checks)
    return made


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, child in value.items():
            found.extend(paths(child, (*path, key)))
    if isinstance(value, list):
        for index, child in enumerate(value):
            found.extend(paths(child, (*path, index)))
    return found


@settings(max_examples=400, deadline=None, suppress_health_check=SLOW)
@given(VALUES)
def test_any_json_is_answered_and_none_is_verified(value: Any) -> None:
    assert not look(json.dumps(value).encode("utf-8", "surrogatepass")).verdict.startswith("verified")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_answered_and_none_are_verified(data: bytes) -> None:
    assert not look(data).verdict.startswith("verified")


@settings(max_examples=400, deadline=None, suppress_health_check=SLOW)
@given(st.sampled_from(paths(SIGNED)), VALUES)
def test_any_member_replaced_by_anything_never_shows_what_was_not_signed(
    path: tuple[Any, ...], value: Any
) -> None:
    forged = copy.deepcopy(SIGNED)
    target: Any = forged
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    made = look(json.dumps(forged).encode("utf-8", "surrogatepass"))
    if made.verdict.startswith("verified"):
        # Only a change that leaves the signed statements as they were can pass, and then the view is unchanged.
        assert made.view["credentialSubject"]["achievement"] == SIGNED["credentialSubject"]["achievement"]
        assert made.view["validUntil"] == SIGNED["validUntil"]
        assert made.issuer.id == ISSUER.did


@settings(max_examples=400, deadline=None, suppress_health_check=SLOW)
@given(st.sampled_from([*paths(SIGNED), ()]), NAMES, VALUES)
def test_any_member_added_anywhere_is_never_shown(path: tuple[Any, ...], name: str, value: Any) -> None:
    forged = copy.deepcopy(SIGNED)
    target: Any = forged
    for step in path:
        target = target[step]
    if not isinstance(target, dict) or name in target:
        return
    target[name] = value
    made = look(json.dumps(forged).encode("utf-8", "surrogatepass"))
    if made.verdict.startswith("verified"):
        honest = check(SIGNED, {URL: json.loads(SERVED[URL].body)})
        assert made.view == honest.view


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SEEDS), st.integers(0, 10_000), st.binary(max_size=8), st.integers(0, 12))
def test_damaged_bytes_are_answered(seed: bytes, at: int, put: bytes, drop: int) -> None:
    at %= len(seed)
    look(seed[:at] + put + seed[at + drop :])


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(st.sampled_from(sorted(SERVED)), VALUES | st.binary(max_size=60))
def test_any_fetched_document_is_answered(url: str, value: Any) -> None:
    """What the network brings is as hostile as what a person brings."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode("utf-8", "surrogatepass")
    for seed in SEEDS:
        made = verify(seed, at=AT, documents=SERVED | {url: doc(body)})
        assert made.checks


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(
    st.dictionaries(NAMES, VALUES, max_size=8),
    st.dictionaries(st.sampled_from(["alg", "kid", "jwk", "typ"]), VALUES),
)
def test_any_token_is_answered(payload: dict[str, Any], header: dict[str, Any]) -> None:
    text = token(payload, Signer(seed=3), "EdDSA", **header)
    assert not look(text.encode("utf-8", "surrogatepass")).verdict.startswith("verified")


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(st.dictionaries(NAMES, VALUES, max_size=8))
def test_any_document_signed_by_a_stranger_is_answered(extra: dict[str, Any]) -> None:
    """An attacker may sign what they like with a key of their own: it must never crash, nor speak for the issuer."""
    stranger = Signer(seed=11)
    try:
        made = look(
            json.dumps(prove(badge() | extra, stranger, "eddsa-jcs-2022")).encode("utf-8", "surrogatepass")
        )
    except (ValueError, TypeError):  # what our own signer cannot sign
        return
    if made.verdict.startswith("verified"):
        assert made.issuer.id == stranger.did
