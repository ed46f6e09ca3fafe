"""Open Badges 1 and 2: hosted ones count where their issuer serves them, signed ones with a key it lists."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from market.credentials.proofs.binding import Person
from market.credentials.proofs.sources import Unavailable
from market.credentials.proofs.verify import verify

from .maker import AT, Signer, check, codes, doc, token

SITE = "https://badges.example"
RSA = Signer("RSA")
V2 = "https://w3id.org/openbadges/v2"


def identity(email: str = "amara@example.org", salt: str = "sea", name: str = "sha256") -> dict[str, Any]:
    digest = hashlib.new(name, (email + salt).encode()).hexdigest()
    return {"type": "email", "hashed": True, "salt": salt, "identity": f"{name}${digest}"}


def assertion(**changes: Any) -> dict[str, Any]:
    return {
        "@context": V2,
        "type": "Assertion",
        "id": f"{SITE}/a/1",
        "recipient": identity(),
        "badge": f"{SITE}/b/1",
        "issuedOn": "2026-01-01T00:00:00Z",
        "verification": {"type": "hosted"},
    } | changes


def world(**changes: Any) -> dict[str, Any]:
    """What the issuer's site serves; `assertion`, `badge`, `issuer`, `key`, `list` may be changed or left out."""
    found = {
        "assertion": assertion(),
        "badge": {
            "@context": V2,
            "type": "BadgeClass",
            "id": f"{SITE}/b/1",
            "name": "Seams",
            "issuer": f"{SITE}/i",
        },
        "issuer": {
            "@context": V2,
            "type": "Issuer",
            "id": f"{SITE}/i",
            "name": "Harbour Works",
            "url": SITE,
            "publicKey": f"{SITE}/k/1",
            "revocationList": f"{SITE}/r",
        },
        "key": {
            "@context": V2,
            "type": "CryptographicKey",
            "id": f"{SITE}/k/1",
            "owner": f"{SITE}/i",
            "publicKeyPem": RSA.pem(),
        },
        "list": {"@context": V2, "type": "RevocationList", "id": f"{SITE}/r", "revokedAssertions": []},
    }
    for name, value in changes.items():
        found[name] = None if value is None else found[name] | value
    places = {"assertion": "a/1", "badge": "b/1", "issuer": "i", "key": "k/1", "list": "r"}
    return {f"{SITE}/{places[name]}": value for name, value in found.items() if value is not None}


def signed(signer: Signer = RSA, algorithm: str = "RS256", **changes: Any) -> str:
    how = {"verification": {"type": "signed", "creator": f"{SITE}/k/1"}, "id": "urn:uuid:a1"}
    return token(assertion(**(how | changes)), signer, algorithm)


def test_a_hosted_badge_is_verified_with_the_warning_that_it_is_not_signed() -> None:
    made = check(assertion(), world())
    assert made.verdict == "verified_with_warnings"
    assert codes(made, "warn") == {"hosted_only"}
    assert made.format == "ob-2.0"
    assert made.issuer.name == "Harbour Works"
    assert made.view["badge"]["issuer"]["name"] == "Harbour Works"


def test_documents_are_asked_for_step_by_step() -> None:
    served: dict[str, Any] = {}
    everything = world()
    asked = []
    for _ in range(5):
        made = check(f"{SITE}/a/1", served)
        if not made.needs:
            break
        for need in made.needs:
            asked.append(need.url)
            served[need.url] = everything[need.url]
    assert asked == [f"{SITE}/a/1", f"{SITE}/b/1", f"{SITE}/i"]
    assert made.verdict == "verified_with_warnings"
    assert made.container == "url"


def test_a_signed_badge_is_verified() -> None:
    made = check(signed(), world())
    assert made.verdict == "verified", made.checks
    assert made.container == "jwt"


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": identity("mallory@example.org")},
        {"badge": f"{SITE}/b/2"},
        {"issuedOn": "2025-01-01T00:00:00Z"},
        {"expires": "2040-01-01T00:00:00Z"},
    ],
)
def test_a_copy_unlike_the_hosted_one_is_refused(change: dict[str, Any]) -> None:
    assert codes(check(assertion(**change), world())) == {"hosted_copy_differs"}


def test_an_assertion_on_another_host_than_its_issuer_is_refused() -> None:
    evil = "https://evil.example/a/1"
    made = check(assertion(id=evil), world() | {evil: assertion(id=evil)})
    assert codes(made) == {"issuer_other_host"}
    assert made.view == {}


@pytest.mark.parametrize(
    ("rules", "place", "fits"),
    [
        ({"allowedOrigins": ["hosting.example"]}, "https://hosting.example/a/1", True),
        ({"allowedOrigins": "hosting.example"}, "https://hosting.example.evil.example/a/1", False),
        ({"allowedOrigins": ["hosting.example"]}, "https://evil.example/hosting.example/a/1", False),
        ({"startsWith": f"{SITE}/a/"}, f"{SITE}/a/1", True),
        ({"startsWith": f"{SITE}/a/"}, f"{SITE}/b2/1", False),
        ({"startsWith": SITE}, f"{SITE}.evil.example/a/1", False),
        ({"startsWith": f"{SITE}/a/"}, f"{SITE}/a/../evil/1", False),
        ({"startsWith": [f"{SITE}/x/", f"{SITE}/a/"]}, f"{SITE}/a/1", True),
        ({}, f"{SITE}.evil.example/a/1", False),
    ],
)
def test_where_badges_may_lie_is_for_the_issuer_to_say(rules: dict[str, Any], place: str, fits: bool) -> None:
    served = world(issuer={"verification": rules}) | {place: assertion(id=place)}
    made = check(assertion(id=place), served)
    assert made.verdict == ("verified_with_warnings" if fits else "not_verified"), made.checks


@pytest.mark.parametrize(
    "address",
    [
        "https://badges.example@evil.example/a",
        "file:///a",
        "https://127.0.0.1/a",
        "https://badges.example:99/a",
    ],
)
def test_an_address_that_leads_astray_is_refused_without_a_fetch(address: str) -> None:
    made = check(assertion(id=address), {})
    assert not made.verdict.startswith("verified")
    assert address not in [need.url for need in made.needs]


def test_an_open_redirect_on_the_issuers_site_lends_its_name_to_nobody() -> None:
    address = f"{SITE}/go?to=evil"
    forged = assertion(id=address)
    served = {url: doc(value) for url, value in world().items()}
    for given in (forged, address):
        served[address] = replace(doc(forged), final_url="https://evil.example/a/1")
        made = check(given, served)
        assert made.verdict == "inconclusive"
        assert made.view == {}
    served[address] = replace(doc(forged), final_url=f"{SITE}/moved/1")
    assert check(forged, served).verdict == "verified_with_warnings"


def test_a_revoked_badge_is_refused() -> None:
    assert codes(check(assertion(), world(assertion={"revoked": True}))) == {"revoked"}
    for row in ("urn:uuid:a1", {"id": "urn:uuid:a1", "revocationReason": "By mistake."}):
        made = check(signed(), world(list={"revokedAssertions": [row]}))
        assert codes(made) == {"revoked"}


def test_a_revoked_key_is_refused() -> None:
    made = check(signed(), world(list={"revokedAssertions": [f"{SITE}/k/1"]}))
    assert codes(made) == {"revoked"}
    assert codes(check(signed(), world(key={"revoked": True}))) == {"key_withdrawn"}


def test_a_key_that_the_issuer_does_not_list_is_refused() -> None:
    assert codes(check(signed(), world(issuer={"publicKey": f"{SITE}/k/2"}))) == {"key_not_of_issuer"}
    assert codes(check(signed(), world(key={"owner": "https://evil.example/i"}))) == {
        "key_of_another_controller"
    }


def test_a_badge_signed_by_another_is_refused() -> None:
    made = check(signed(Signer("RSA")), world())
    assert codes(made) == {"signature_wrong"}
    assert made.view == {}


def test_a_signed_badge_given_as_plain_json_is_refused() -> None:
    assert codes(check(assertion(verification={"type": "signed"}), world())) == {"proof_missing"}


def test_a_hosted_badge_dressed_as_a_signed_one_is_refused() -> None:
    assert "claims_differ" in codes(check(signed(verification={"type": "hosted"}), world()))


def test_expired_and_future_badges_are_refused() -> None:
    for change, code in (
        ({"expires": "2026-05-01T00:00:00Z"}, "expired"),
        ({"issuedOn": "2027-01-01"}, "not_yet_valid"),
    ):
        made = check(assertion(**change), world(assertion=change))
        assert codes(made) == {code}


def test_a_list_that_is_down_is_inconclusive() -> None:
    made = check(signed(), world() | {f"{SITE}/r": Unavailable("no answer")})
    assert made.verdict == "inconclusive"


def test_a_badge_without_its_award_is_told_so() -> None:
    assert codes(check(world()[f"{SITE}/b/1"])) == {"badge_class_only"}


def verify_for(document: Any, *emails: str) -> Any:
    return check(document, world(assertion={"recipient": document["recipient"]}), person=Person(emails))


def test_the_recipient_is_found_by_the_salted_address() -> None:
    made = verify_for(assertion(), "other@example.org", "amara@example.org")
    assert made.bound == "email"
    made = verify_for(assertion(), "Amara@Example.org")
    assert made.bound == "email"
    assert "recipient_case" in codes(made, "warn")


def test_a_badge_of_somebody_else_is_refused() -> None:
    made = verify_for(assertion(), "mallory@example.org")
    assert codes(made) == {"recipient_mismatch"}
    assert made.bound is None


def test_weak_hashes_warn_and_malformed_ones_are_refused() -> None:
    for weak in (identity(name="md5"), identity(salt="")):
        assert "recipient_weak" in codes(verify_for(assertion(recipient=weak), "amara@example.org"), "warn")
    odd = {"type": "email", "hashed": True, "identity": "sha256$zz"}
    assert codes(verify_for(assertion(recipient=odd), "amara@example.org")) == {"recipient_malformed"}


def test_open_badges_1_hosted_and_signed() -> None:
    old = {
        "uid": "a1",
        "recipient": identity(),
        "badge": f"{SITE}/b/1",
        "issuedOn": 1767225600,
        "verify": {"type": "hosted", "url": f"{SITE}/a/1"},
    }
    served = world() | {f"{SITE}/a/1": old}
    made = check(old, served)
    assert made.format == "ob-1.x"
    assert made.verdict == "verified_with_warnings", made.checks
    new = old | {"verify": {"type": "signed", "url": f"{SITE}/key.pem"}}
    served |= {f"{SITE}/key.pem": RSA.pem().encode(), f"{SITE}/r": {"other": "reason"}}
    assert check(token(new, RSA, "RS256"), served).verdict == "verified"
    served[f"{SITE}/r"] = {"a1": "By mistake."}
    assert codes(check(token(new, RSA, "RS256"), served)) == {"revoked"}
    elsewhere = old | {"verify": {"type": "signed", "url": "https://evil.example/key.pem"}}
    assert "key_not_of_issuer" in codes(check(token(elsewhere, RSA, "RS256"), served))


def test_the_report_says_what_it_rests_on() -> None:
    made = check(assertion(), world())
    assert set(made.fetched) == {f"{SITE}/a/1", f"{SITE}/b/1", f"{SITE}/i"}
    assert all(len(one["sha256"]) == 64 for one in made.fetched.values())
    assert made.libraries["pyld"]
    assert len(made.sha256) == 64
    assert verify(b"", at=AT).sha256 == hashlib.sha256(b"").hexdigest()
