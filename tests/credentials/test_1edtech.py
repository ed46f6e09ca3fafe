"""1EdTech's published resources come out as written down, each with the reason why.

Keys, badges and issuers are served from where the files say they lie; for issuers at invented addresses a
controller document is made that lists the keys the files name, since the set brings none.
"""

from __future__ import annotations

import functools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from market.credentials.proofs import baked, contexts, di, dids, jose, jsonio, keys
from market.credentials.proofs.sources import Document, Sources
from market.credentials.proofs.verify import verify

from .fixtures import HERE, SETS, load, need

ROOT = SETS / "1edtech-public-validator"
VC = ROOT / "inspector-vc" / "src" / "test" / "resources"
CLR = ROOT / "inspector-clr" / "src" / "test" / "resources"
EXPECTED: dict[str, dict[str, Any]] = load(HERE / "1edtech_expected.json")
AT = datetime(2026, 11, 1, tzinfo=UTC)
LIST = (
    "https://raw.githubusercontent.com/1EdTech/digital-credentials-public-validator/refs/heads/main/"
    "inspector-vc/src/test/resources/ob30/bit-string-list/testlist"
)


def files() -> list[Path]:
    found = [
        *VC.glob("ob30/**/*"),
        *VC.glob("ob20/*.*"),
        *VC.glob("ob20/rdf-validation/*"),
        *CLR.glob("clr20/*"),
    ]
    return sorted(path for path in found if path.is_file())


def name_of(path: Path) -> str:
    return str(path.relative_to(VC if path.is_relative_to(VC) else CLR))


def texts() -> list[str]:
    """The text of each file, taken out of pictures."""
    found = []
    for path in files():
        raw = path.read_bytes()
        found.append(
            baked.extract(raw)[1] if path.suffix in (".png", ".svg") else raw.decode("utf-8").strip()
        )
    return found


def own_address(text: bytes) -> str | None:
    """The id of a JSON text; None where it has none or is no JSON (some are templates)."""
    try:
        own = json.loads(text).get("id")
    except ValueError:
        return None
    return own if isinstance(own, str) else None


def proofs_in(value: Any) -> list[dict[str, Any]]:
    """The proofs of a document and of the credentials inside it."""
    if isinstance(value, list):
        return [proof for item in value for proof in proofs_in(item)]
    if not isinstance(value, dict):
        return []
    own = [proof for proof in jsonio.listed(value.get("proof")) if isinstance(proof, dict)]
    return own + [proof for key, item in value.items() if key != "proof" for proof in proofs_in(item)]


@functools.cache
def published() -> dict[str, Document]:
    """What the addresses in the files would serve."""
    methods: dict[str, dict[str, Any]] = {}
    found: dict[str, Document] = {LIST: Document((VC / "ob30/bit-string-list/testlist").read_bytes())}
    for text in texts():
        if jose.looks_like(text):
            token = jose.read(text)
            issuer = token.payload.get("iss")
            if "jwk" in token.header and isinstance(issuer, str):
                fragment = f"{issuer}#{keys.jwk_thumbprint(token.header['jwk'])}"
                method = {
                    "id": fragment,
                    "type": "JsonWebKey",
                    "controller": issuer,
                    "publicKeyJwk": token.header["jwk"],
                }
                methods.setdefault(issuer, {})[fragment] = method
            continue
        try:
            document = json.loads(text)
        except ValueError:  # a template, not JSON as it stands
            continue
        for proof in proofs_in(document):
            reference = str(proof.get("verificationMethod"))
            issuer, _, fragment = reference.partition("#")
            if reference.startswith("https://") and fragment:
                method = {
                    "id": reference,
                    "type": "Multikey",
                    "controller": issuer,
                    "publicKeyMultibase": fragment,
                }
                methods.setdefault(issuer, {})[reference] = method
    for issuer, listed in methods.items():
        body = {"id": issuer, "assertionMethod": list(listed.values())}
        found[issuer] = Document(json.dumps(body).encode())
    for path in (VC / "ob20" / "assets").glob("*.json"):
        for scheme in ("http", "https"):
            found[f"{scheme}://example.org/{path.name}"] = Document(path.read_bytes())
        own = own_address(path.read_bytes())
        if own is not None and own.startswith("http"):
            found[own] = Document(path.read_bytes())
    return found


def outcome(path: Path) -> Any:
    """The verification of one file, which its own address serves where it is a hosted badge."""
    pinned = contexts.installed().adding(load(need("contexts") / "jsonld-contexts-from-npm.json"))
    served = dict(published())
    raw = path.read_bytes()
    text = baked.extract(raw)[1].encode() if path.suffix in (".png", ".svg") else raw
    own = own_address(text)
    if path.parent.name == "ob20" and own is not None:
        served[own] = Document(text)
    return verify(raw, at=AT, documents=served, contexts=pinned)


@pytest.mark.parametrize("path", files(), ids=name_of)
def test_resource_comes_out_as_written_down(path: Path) -> None:
    made = outcome(path)
    expected = EXPECTED[name_of(path)]
    assert made.verdict == expected["verdict"], made.checks
    assert (
        sorted({check.code for check in made.checks if check.status in ("fail", "unknown")})
        == expected["because"]
    )
    assert expected["reason"]


def test_every_resource_has_an_expected_outcome() -> None:
    need("1edtech-public-validator")
    assert sorted(EXPECTED) == sorted(map(name_of, files()))


def test_a_key_in_a_fragment_or_header_is_not_enough() -> None:
    """1EdTech's own validator takes the key from there; here the issuer's document must list it."""
    need("1edtech-public-validator")
    for name in ("ob30/simple.json", "ob30/simple-jwt.png", "ob30/simple-did-web-method.json"):
        raw = (VC / name).read_bytes()
        made = verify(raw, at=AT)
        assert made.verdict == "inconclusive"
        issuer = made.needs[0].url
        empty = {issuer: Document(json.dumps({"id": issuer, "assertionMethod": []}).encode())}
        assert verify(raw, at=AT, documents=empty).verdict == "not_verified"


def holds(document: dict[str, Any], pinned: contexts.Contexts, **changes: Any) -> bool:
    """Whether the proof of a document holds, with the key that its method names in its fragment."""
    (proof,) = jsonio.listed(document["proof"])
    proof = proof | changes
    suite = di.suite_of(proof)
    assert suite is not None
    text = proof["verificationMethod"].partition("#")[2]
    key = dids.resolve(f"did:key:{text}#{text}", "assertionMethod", Sources({})).key
    plain = di.unsecured(document, proof, [])
    return di.holds(proof, key, di.secured(plain, proof, suite, key, pinned))


WRONG_TYPES = sorted(
    name
    for name, expected in EXPECTED.items()
    if expected["reason"].startswith("It was signed under a draft")
)


@pytest.mark.parametrize("name", WRONG_TYPES)
def test_files_with_a_wrong_type_were_signed_under_a_draft_vocabulary(name: str) -> None:
    """What the reason says: with the draft's catch-all the signature fits, with the published vocabulary it does not."""
    need("1edtech-public-validator")
    document = load(VC / name)
    published_one = contexts.installed().document(contexts.VC2)
    catch_all = {"@vocab": "https://www.w3.org/ns/credentials/issuer-dependent#"}
    draft = {"@context": published_one["@context"] | catch_all}
    others = {url: contexts.installed().document(url) for url in document["@context"]}
    assert holds(document, contexts.Contexts(others | {contexts.VC2: draft}))
    assert not holds(document, contexts.installed())


def test_there_are_eight_such_files() -> None:
    assert len(WRONG_TYPES) == 8


def test_files_with_a_wrong_key_name_or_signature_were_edited_after_signing() -> None:
    need("1edtech-public-validator")
    right = "https://example.com/issuers/876543#z6MkrvfzkMnvCroEUP2DVc9SHPE48CRsvHiVSusHioxTYu1x"
    methods = [load(VC / name) for name in EXPECTED if "simple-err-proof-method" in name]
    assert len(methods) == 3
    for document in methods:
        assert holds(document, contexts.installed(), verificationMethod=right)
    value = methods[0]["proof"][0]["proofValue"]
    swapped = load(VC / "ob30" / "simple-err-proof-value.json")
    assert sum(one != other for one, other in zip(value, swapped["proof"][0]["proofValue"], strict=True)) <= 2
    assert not holds(swapped, contexts.installed())
    assert holds(swapped, contexts.installed(), proofValue=value)


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("", True),
        ("-valid-starts-with", True),
        ("-valid-multiple-starts-with", True),
        ("-invalid-starts-with", False),
        ("-invalid-multiple-starts-with", False),
    ],
)
def test_with_their_addresses_put_right_the_rules_about_origins_decide_as_the_names_say(
    name: str, fits: bool
) -> None:
    need("1edtech-public-validator")
    assertion = load(VC / "ob20" / f"basic-assertion-with-allowed-origins{name}.json")
    badge = load(VC / "ob20" / "assets" / f"badgeclass-with-verification{name}.json")
    issuer = load(VC / "ob20" / "assets" / f"issuer-with-allowed-origins{name}.json")
    badge["id"], issuer["id"] = assertion["badge"], badge["issuer"]
    served = {one["id"]: Document(json.dumps(one).encode()) for one in (assertion, badge, issuer)}
    made = verify(json.dumps(assertion), at=AT, documents=served)
    failed = {check.code for check in made.of("fail")}
    assert failed == (set() if fits else {"issuer_other_host"}), made.checks
    assert made.verdict == ("verified_with_warnings" if fits else "not_verified")
