"""Attacks on signed tokens: each is refused for its own reason, and the honest token beside it is accepted."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from market.credentials.proofs import multi
from market.credentials.proofs.sources import Unavailable

from .maker import Signer, badge, check, codes, did_web, doc, token

RSA = Signer("RSA")
WEB = "did:web:issuer.example"
AT_WEB = "https://issuer.example/.well-known/did.json"
KID = f"{WEB}#key-1"


def web_badge(**changes: Any) -> dict[str, Any]:
    return badge(issuer={"id": WEB, "type": ["Profile"], "name": "Harbour Works"}, **changes)


def claims(credential: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The Open Badges 3 form: the credential with the token's own claims beside it."""
    made = credential | {
        "iss": WEB,
        "sub": "did:example:amara",
        "jti": credential["id"],
        "nbf": 1767225600,
        "exp": 1893456000,
    }
    return made | changes


def served(signer: Signer = RSA, **more: Any) -> dict[str, Any]:
    return {AT_WEB: did_web(signer)} | more


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [("RSA", "RS256"), ("RSA", "PS256"), ("P-256", "ES256"), ("P-384", "ES384"), ("Ed25519", "EdDSA")],
)
def test_an_honest_token_is_verified(kind: str, algorithm: str) -> None:
    signer = RSA if kind == "RSA" else Signer(kind)
    made = check(token(claims(web_badge()), signer, algorithm, kid=KID), served(signer))
    assert made.verdict == "verified", made.checks
    assert made.format == "ob-3.0"
    assert made.container == "jwt"
    assert made.view["credentialSubject"]["achievement"]["name"] == "Seam sealing"


def test_an_honest_vc_1_token_and_an_enveloped_one_are_verified() -> None:
    inner = {"vc": {key: value for key, value in web_badge().items() if key not in ("id", "issuer")}}
    payload = inner | {"iss": WEB, "jti": "urn:uuid:1", "sub": "did:example:amara"}
    assert check(token(payload, RSA, "RS256", kid=KID), served()).verdict == "verified"
    text = token(web_badge(), RSA, "RS256", kid=KID, typ="vc+jwt")
    envelope = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{text}",
    }
    made = check(envelope, served())
    assert made.verdict == "verified"
    assert made.container == "json"


def test_a_key_that_the_token_brings_counts_when_the_issuer_lists_it_too() -> None:
    text = token(claims(web_badge()), RSA, "RS256", jwk=RSA.jwk())
    assert check(text, served()).verdict == "verified"


def test_kid_that_is_an_https_address_of_a_jwk_the_issuer_lists() -> None:
    url = "https://issuer.example/keys/1"
    text = token(claims(web_badge()), RSA, "RS256", kid=url)
    assert [need.url for need in check(text).needs] == [url]
    assert check(text, served(**{url: RSA.jwk()})).verdict == "verified"
    stranger = Signer("RSA")
    forged = token(claims(web_badge()), stranger, "RS256", kid=url)
    assert "key_only_claimed" in codes(check(forged, served(**{url: stranger.jwk()})))


def unsigned(header: dict[str, Any], signature: bytes = b"") -> str:
    parts = [multi.base64url_encode(json.dumps(part).encode()) for part in (header, claims(web_badge()))]
    return ".".join([*parts, multi.base64url_encode(signature)])


@pytest.mark.parametrize("name", ["none", "None", "nOnE", "NONE", ""])
def test_no_algorithm_is_no_signature(name: str) -> None:
    made = check(unsigned({"alg": name, "kid": KID}), served())
    assert not made.verdict.startswith("verified")


def test_public_key_as_hmac_secret_is_refused() -> None:
    head = unsigned({"alg": "HS256", "kid": KID}).rpartition(".")[0]
    for secret in (RSA.pem().encode(), json.dumps(RSA.jwk()).encode()):
        mac = hmac.new(secret, head.encode(), hashlib.sha256).digest()
        made = check(f"{head}.{multi.base64url_encode(mac)}", served())
        assert made.verdict == "not_verified"
        assert codes(made) == {"algorithm_refused"}


def test_the_attackers_own_key_in_the_header_is_refused() -> None:
    attacker = Signer("RSA")
    made = check(token(claims(web_badge()), attacker, "RS256", jwk=attacker.jwk()), served())
    assert made.verdict == "not_verified"
    assert codes(made) == {"key_only_claimed"}
    assert made.view == {}


@pytest.mark.parametrize(
    "kid",
    [
        "file:///etc/passwd",
        "http://issuer.example/key",
        "https://127.0.0.1/key",
        "https://[::1]/key",
        "https://localhost/key",
        "https://169.254.169.254/latest/meta-data",
        "https://user:pass@issuer.example/key",
        "https://issuer.example:8443/key",
        "https://2130706433/key",
        "https://printer.local/key",
        "https://issuer.example\\@evil.example/key",
    ],
)
def test_kid_that_points_where_we_do_not_go_is_refused_without_a_fetch(kid: str) -> None:
    made = check(token(claims(web_badge()), RSA, "RS256", kid=kid), served())
    assert not made.verdict.startswith("verified")
    assert all(need.url.startswith("https://issuer.example/") for need in made.needs)


def test_signature_by_another_over_a_victim_issuer_is_refused() -> None:
    attacker = Signer("P-256")
    text = token(claims(web_badge()), attacker, "ES256", kid=attacker.method)
    made = check(text, served())
    assert made.verdict == "not_verified"
    assert "issuer_other_key" in codes(made)
    assert made.view == {}


def test_key_listed_only_for_authentication_is_refused() -> None:
    document = did_web(RSA, assertionMethod=[], authentication=[KID])
    made = check(token(claims(web_badge()), RSA, "RS256", kid=KID), {AT_WEB: document})
    assert codes(made) == {"key_not_authorised"}


def test_document_about_somebody_else_is_no_issuers_document() -> None:
    made = check(
        token(claims(web_badge()), RSA, "RS256", kid=KID), {AT_WEB: did_web(RSA, id="did:web:evil.example")}
    )
    assert codes(made) == {"key_document_of_another"}


def test_key_of_another_controller_is_refused() -> None:
    document = did_web(RSA)
    document["verificationMethod"][0]["controller"] = "did:web:evil.example"
    assert codes(check(token(claims(web_badge()), RSA, "RS256", kid=KID), {AT_WEB: document})) == {
        "key_of_another_controller"
    }


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "did:web:other.example"},
        {"sub": "did:example:mallory"},
        {"jti": "urn:uuid:other"},
        {"exp": 1999999999},
        {"nbf": 1},
    ],
)
def test_claims_that_differ_from_the_credential_are_refused(change: dict[str, Any]) -> None:
    made = check(token(claims(web_badge(), **change), RSA, "RS256", kid=KID), served())
    assert codes(made) == {"claims_differ"}


@pytest.mark.parametrize("value", [None, "1893456000", True, [1], {}, "soon"])
@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
def test_dates_of_the_token_that_are_no_numbers_are_refused(claim: str, value: Any) -> None:
    made = check(token(claims(web_badge(), **{claim: value}), RSA, "RS256", kid=KID), served())
    assert "date_malformed" in codes(made)


def test_nan_in_a_token_is_refused() -> None:
    text = token(claims(web_badge(), exp=float("nan")), RSA, "RS256", kid=KID)
    assert codes(check(text, served())) == {"token_malformed"}


def test_expired_and_not_yet_valid_tokens_are_refused() -> None:
    payload = {name: value for name, value in web_badge().items() if name not in ("validFrom", "validUntil")}
    late = token(payload | {"exp": 1700000000}, RSA, "RS256", kid=KID)
    soon = token(payload | {"nbf": 1999999999}, RSA, "RS256", kid=KID)
    assert codes(check(late, served())) == {"expired"}
    assert codes(check(soon, served())) == {"not_yet_valid"}


def test_ecdsa_signature_in_der_short_or_high_form_is_no_signature_of_this_form() -> None:
    signer = Signer("P-256")
    text = token(claims(web_badge()), signer, "ES256", kid=KID)
    head, _, tail = text.rpartition(".")
    raw = multi.base64url_decode(tail)
    der = signer.private.sign(head.encode(), ec.ECDSA(hashes.SHA256()))
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    zero = b"\0" * 32
    for other in (
        der,
        raw[:-1],
        raw + b"\0",
        b"",
        zero + raw[32:],
        raw[:32] + zero,
        order.to_bytes(32, "big") + raw[32:],
    ):
        made = check(f"{head}.{multi.base64url_encode(other)}", served(signer))
        assert codes(made) == {"signature_wrong"}, other.hex()


def test_the_high_s_twin_of_a_signature_holds_and_proves_no_more() -> None:
    """Honest signers make high-S half of the time; nothing here tells credentials apart by their signature."""
    signer = Signer("P-256")
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    head, _, tail = token(claims(web_badge()), signer, "ES256", kid=KID).rpartition(".")
    raw = multi.base64url_decode(tail)
    twin = raw[:32] + (order - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    assert check(f"{head}.{multi.base64url_encode(twin)}", served(signer)).verdict == "verified"


def test_a_p256_key_does_not_serve_es384() -> None:
    signer = Signer("P-256")
    made = check(token(claims(web_badge()), signer, "ES384", kid=KID), served(signer))
    assert codes(made) == {"key_algorithm_differs"}


def test_weak_and_secret_keys_are_refused() -> None:
    for change, code in (
        ({"n": multi.base64url_encode(b"\xff" * 128)}, "key_too_weak"),
        ({"d": "AQAB"}, "key_private"),
        ({"use": "enc"}, "key_not_for_signatures"),
    ):
        document = did_web(RSA)
        document["verificationMethod"][0]["publicKeyJwk"] |= change
        assert codes(check(token(claims(web_badge()), RSA, "RS256", kid=KID), {AT_WEB: document})) == {code}


@pytest.mark.parametrize(
    "header", [{"crit": ["exp"]}, {"b64": False}, {"zip": "DEF"}, {"typ": "vp+jwt"}, {"typ": 5}]
)
def test_headers_with_rules_of_their_own_are_refused(header: dict[str, Any]) -> None:
    made = check(token(claims(web_badge()), RSA, "RS256", kid=KID, **header), served())
    assert codes(made) == {"header_malformed"}


def test_envelope_whose_inside_is_no_credential_is_refused() -> None:
    envelope = {"@context": "https://www.w3.org/ns/credentials/v2", "type": "EnvelopedVerifiableCredential"}
    for inside in (
        {"type": "Note"},
        {"type": ["VerifiablePresentation"]},
        {"type": ["EnvelopedVerifiableCredential"]},
    ):
        text = token(inside, RSA, "RS256", kid=KID)
        made = check(envelope | {"id": f"data:application/vc+jwt,{text}"}, served())
        assert made.verdict == "not_verified"
    good = f"data:application/vc+jwt,{token(web_badge(), RSA, 'RS256', kid=KID)}"
    assert codes(check(envelope | {"id": good, "name": "Doctor of Law"}, served())) == {"envelope_extra"}
    other = good.replace("application/vc+jwt", "application/vc+cose")
    assert check(envelope | {"id": other}, served()).verdict == "inconclusive"
    misnamed = good.replace("application/vc+jwt", "application/vc+sd-jwt")
    assert codes(check(envelope | {"id": misnamed}, served())) == {"disclosure_malformed"}


def test_key_document_that_comes_from_another_site_after_a_redirect_is_no_issuers_document() -> None:
    moved = replace(doc(did_web(RSA)), final_url="https://evil.example/did.json")
    made = check(token(claims(web_badge()), RSA, "RS256", kid=KID), {AT_WEB: moved})
    assert made.verdict == "inconclusive"
    assert codes(made, "unknown") == {"key_unreachable", "signature_waits"}


def test_without_the_issuers_document_a_token_is_inconclusive_and_shows_nothing() -> None:
    text = token(claims(web_badge()), RSA, "RS256", kid=KID)
    made = check(text)
    assert made.verdict == "inconclusive"
    assert [need.url for need in made.needs] == [AT_WEB]
    assert made.view == {}
    gone = check(text, {AT_WEB: Unavailable("the site did not answer")})
    assert gone.verdict == "inconclusive"
    assert gone.needs == ()


@pytest.mark.parametrize(
    "did",
    [
        "did:web:issuer.example:..:..:etc",
        "did:web:issuer.example%2Fevil",
        "did:web:user%40issuer.example",
        "did:web:issuer.example%3A8443",
        "did:web:127.0.0.1",
        "did:web:localhost",
        "did:web:issuer.example:a%2Fb",
        "did:web:issuer.example:",
        "did:web:ISSUER.example",
        "did:web:",
        "did:web:issuer.example?x=1",
    ],
)
def test_did_web_that_tries_to_lead_astray_is_refused_without_a_fetch(did: str) -> None:
    credential = badge(issuer={"id": did, "type": ["Profile"], "name": "x"})
    made = check(token(credential, RSA, "RS256", kid=f"{did}#key-1"))
    assert made.verdict == "not_verified"
    assert made.needs == ()
