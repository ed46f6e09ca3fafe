"""Building and signing as pure functions: whatever people write is signed whole, and every change to it is noticed."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from market.credentials import documents, signing
from market.credentials.pinned import pinned_contexts
from market.credentials.proofs.checks import Verification
from market.credentials.proofs.sources import Document
from market.credentials.proofs.status import unpack
from market.credentials.proofs.verify import verify
from market.credentials.rules import KeyKind, plain
from market.credentials.values import Achieved, Alignment, Award, Criterion, Evidence, Issuer, Place

AT = datetime(2026, 11, 16, 10, tzinfo=UTC)
SITE = "https://jobs.example.org"
DID = documents.did_web(SITE, "o", "bakery")
ISSUER = Issuer(DID, "Nettle & Rye", f"{SITE}/organisations/bakery")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))  # a vector of our own: no secret
METHOD = f"{DID}#key-2026-11"
LIST = f"{SITE}/status/one"
HOLDER = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"


@pytest.fixture(scope="module")
def rsa() -> RSAPrivateKey:
    made = signing.new_private(KeyKind.RSA)
    assert isinstance(made, RSAPrivateKey)
    return made


def award(**more: Any) -> Award:
    rubric = (Criterion(7, "Crust", ((1, "Pale."), (2, "Gold."), (3, "Crisp.")), 2),)
    skill = Alignment("Baking", "http://data.europa.eu/esco/skill/1", "ESCO", "Level 3 of 5")
    what = Achieved(
        f"{SITE}/achievements/bread", "Bread", "Forty.", "Bake.", "Badge", 2, "en", (skill,), rubric
    )
    given = {
        "url": f"{SITE}/credentials/one",
        "issuer": ISSUER,
        "achievement": what,
        "valid_from": AT,
        "valid_until": AT + timedelta(days=30),
        "email_hash": documents.email_identity("amara@example.org", "salt"),
        "salt": "salt",
        "results": ((7, 3),),
        "evidence": (Evidence("Plan", "Who bakes.", "https://example.com/plan", "ab" * 32),),
        "status": Place(LIST, 5),
    }
    return Award(**{**given, **more})  # type: ignore[arg-type]


def signed(**more: Any) -> dict[str, Any]:
    return signing.add_proof(documents.credential(award(**more)), KEY, METHOD, AT)


def status_list(*positions: int) -> dict[str, Any]:
    encoded = documents.encoded_list(positions)
    made = documents.status_list(LIST, DID, encoded, AT, AT + timedelta(hours=24))
    return signing.add_proof(made, KEY, METHOD, AT)


def check(
    document: dict[str, Any] | str, rsa: RSAPrivateKey | None = None, at: datetime = AT
) -> Verification:
    """What our verifier says, with this issuer's DID document, key and clear lists at hand."""
    listed = [("key-2026-11", signing.public_jwk(KEY))]
    given = {LIST: status_list()}
    if rsa is not None:
        listed.append(("rs256", signing.public_jwk(rsa)))
        given[f"{SITE}/keys/rsa"] = signing.public_jwk(rsa)
    given[f"{SITE}/o/bakery/did.json"] = documents.did_document(DID, listed)
    served = {url: Document(json.dumps(one).encode()) for url, one in given.items()}
    text = document if isinstance(document, str) else json.dumps(document)
    return verify(text, at=at, documents=served, contexts=pinned_contexts())


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every text in a document."""
    if isinstance(value, dict):
        return [found for name, one in value.items() for found in places(one, (*path, name))]
    if isinstance(value, list):
        return [found for index, one in enumerate(value) for found in places(one, (*path, index))]
    return [path] if isinstance(value, str) else []


def test_our_own_vector_stays_as_it_is() -> None:
    """Ed25519 signs the same bytes the same way: a change here changes what verifiers are given."""
    proof = signed()["proof"]
    assert proof["cryptosuite"] == "eddsa-rdfc-2022"
    assert proof["proofValue"] == (
        "z2z4hytpZio7GB8vdH5pfy7mjVkbspNk7T2pgcSsoJjHoBBgxyhPeqcWR4TGx7pPE9WUF3epzPXhMCTveZNkBzFBk"
    )


@pytest.mark.parametrize("path", places(signed()), ids=lambda path: "/".join(map(str, path)))
def test_every_change_of_a_signed_text_is_noticed(path: tuple[str | int, ...]) -> None:
    changed = copy.deepcopy(signed())
    within: Any = changed
    for step in path[:-1]:
        within = within[step]
    within[path[-1]] += "x"
    found = check(changed)
    assert found.verdict != "verified"
    if path[-3:] in (("issuer", "type", 0), ("creator", "type", 0)):
        # The issuer stands twice, as who issued and as who made the achievement, and says its type in both places:
        # what is signed is the same, and the member that is no part of it is named.
        assert (found.verdict, len(found.unsigned)) == ("verified_with_warnings", 1)
    else:
        assert found.verdict != "verified_with_warnings"


TEXT = st.text(min_size=1, max_size=40) | st.sampled_from(
    ['{"@id": "x"}', "@type", "]]>", "\u202egnp.exe", "a\u0000b\u001f", "\u2028", "e\u0301", "𝔅", "null"]
)
TEXT = TEXT.filter(plain)  # what is nothing else is refused when it is written


@settings(max_examples=40)
@given(*[TEXT] * 6)
def test_whatever_people_write_is_signed_whole(a: str, b: str, c: str, d: str, e: str, f: str) -> None:
    what = Achieved(
        f"{SITE}/achievements/bread",
        a,
        b,
        c,
        "Badge",
        alignments=(Alignment(d, f"{SITE}/skills/one", e, f),),
        rubric=(Criterion(7, a, ((1, b), (2, c)), 2),),
    )
    made = signed(
        achievement=what,
        issuer=Issuer(DID, d, ISSUER.url),
        results=((7, 2),),
        evidence=(Evidence(e, f), Evidence(f, e)),
    )
    found = check(made)
    assert found.verdict == "verified", [(one.code, one.message) for one in found.checks]
    assert not found.unsigned
    assert not {"\u0000", "\u001f"} & set(json.dumps(made, ensure_ascii=False))


@pytest.mark.parametrize("subject", [{}, {"subject": HOLDER}], ids=["by address", "by identifier"])
def test_a_whole_record_holds_each_credential_as_it_was_issued(subject: dict[str, str]) -> None:
    one, other = signed(**subject), signed(url=f"{SITE}/credentials/two", **subject)
    who = subject or {"email_hash": documents.email_identity("amara@example.org", "salt"), "salt": "salt"}
    record = documents.record(f"{SITE}/records/one", ISSUER, "Everything", [one, other], AT, **who)
    found = check(signing.add_proof(record, KEY, METHOD, AT))
    assert found.verdict == "verified"
    assert found.format == "clr-2.0"
    assert [inner.verdict for inner in found.inner] == ["verified"] * 2


def test_a_token_says_what_the_credential_says(rsa: RSAPrivateKey) -> None:
    plain = documents.credential(award(subject=HOLDER))
    token = signing.as_token(plain, rsa, f"{SITE}/keys/rsa")
    found = check(token, rsa)
    assert found.verdict == "verified"
    assert found.view == plain
    head, payload, signature = token.split(".")
    assert check(f"{head}.{payload}.{signature[:-4]}AAAA", rsa).verdict == "not_verified"
    other = signing.new_private(KeyKind.RSA)
    assert isinstance(other, RSAPrivateKey)
    assert check(signing.as_token(plain, other, f"{SITE}/keys/rsa"), rsa).verdict == "not_verified"


@pytest.mark.parametrize(
    ("at", "code"),
    [(AT - timedelta(days=1), "not_yet_valid"), (AT + timedelta(days=31), "expired")],
)
def test_it_counts_in_its_time_only(at: datetime, code: str) -> None:
    assert code in {one.code for one in check(signed(), at=at).checks if one.status == "fail"}


def test_a_list_says_which_bits_are_set_and_always_in_the_same_bytes() -> None:
    encoded = documents.encoded_list([0, 7, 8, 131_071])
    bits = unpack(encoded, prefixed=True)
    assert len(bits) * 8 == 131_072
    assert (bits[0], bits[1], bits[-1]) == (0b10000001, 0b10000000, 1)
    assert encoded == documents.encoded_list([131_071, 8, 7, 0])
    assert check(status_list()).verdict == "verified"


@pytest.mark.parametrize(
    ("url", "path", "did"),
    [
        ("https://jobs.example.org", (), "did:web:jobs.example.org"),
        ("http://127.0.0.1:8000", ("o", "x"), "did:web:127.0.0.1%3A8000:o:x"),
        ("https://JOBS.example.org", (), "did:web:jobs.example.org"),
    ],
)
def test_the_identifier_of_a_site(url: str, path: tuple[str, ...], did: str) -> None:
    assert documents.did_web(url, *path) == did


@pytest.mark.parametrize(
    "pem", ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]
)
def test_what_is_no_key_is_said_to_be_none(pem: str) -> None:
    with pytest.raises(signing.KeyUnusable):
        signing.unseal(pem, None)


def test_a_key_of_another_kind_or_too_short_does_not_sign() -> None:
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric import rsa as rsa_keys

    for private in (ec.generate_private_key(ec.SECP256R1()), rsa_keys.generate_private_key(65537, 1024)):
        pem = private.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()).decode()
        with pytest.raises(signing.KeyUnusable):
            signing.unseal(pem, None)
