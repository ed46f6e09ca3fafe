"""ecdsa-sd-2023: what a holder shows of a credential holds as far as it was signed, and not one statement further."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from market.credentials.proofs import canon, cbor, contexts, derived, di, dids, jsonio, linked, multi
from market.credentials.proofs.sources import Sources

from .fixtures import SETS, load, need
from .maker import OTHER, Signer, badge, check, codes, doc, options, prove, status_list
from .maker import entry as status_entry
from .maker_selective import OWN, derive, must_be_shown
from .test_vectors import changed, changes

W3C = SETS / "w3c-vc-di-ecdsa" / "TestVectors" / "ecdsa-sd-2023"
OB3 = SETS / "1edtech-public-validator" / "inspector-vc" / "src" / "test" / "resources" / "ob30" / "sd"
CITIZEN = "https://w3id.org/citizenship#"
# The words of the citizenship vocabulary that the W3C's examples show, mapped as their published statements read.
PINNED = contexts.Contexts(
    {
        contexts.VC2: contexts.installed().document(contexts.VC2),
        "https://w3id.org/citizenship/v4rc1": {
            "@context": {
                name: CITIZEN + name
                for name in (
                    "PermanentResidentCardCredential",
                    "PermanentResident",
                    "EmploymentAuthorizationDocumentCredential",
                    "EmployablePerson",
                    "birthCountry",
                )
            }
            | {
                "Person": "https://schema.org/Person",
                "image": {"@id": "https://schema.org/image", "@type": "@id"},
            }
        },
    }
)


def vectors() -> list[Path]:
    return [W3C / name / "derivedRevealDocument.json" for name in ("employ", "prc")]


def published() -> list[tuple[Path, contexts.Contexts]]:
    return [*((path, PINNED) for path in vectors()), (OB3 / "derivedcredential.json", contexts.installed())]


def holds(document: dict[str, Any], pinned: contexts.Contexts) -> bool:
    """One derived proof, from form to signature, as the verifier goes about it."""
    try:
        (proof,) = jsonio.listed(document["proof"])
        suite = di.suite_of(proof)
        if suite is None or not suite.selective:
            return False
        di.check_form(proof, suite)
        text = proof["verificationMethod"].partition("#")[2]
        key = dids.resolve(f"did:key:{text}#{text}", proof["proofPurpose"], Sources({})).key
        return derived.holds(di.unsecured(document, proof, []), proof, suite, key, pinned)
    except (ValueError, LookupError):
        return False


def lines(document: dict[str, Any], pinned: contexts.Contexts) -> str:
    plain = {name: value for name, value in document.items() if name != "proof"}
    try:
        return canon.canonicalise(linked.dataset(linked.expand(plain, pinned)))[0]
    except ValueError as cause:
        return f"refused: {type(cause).__name__}"


def test_the_vectors_are_there() -> None:
    need("w3c-vc-di-ecdsa")
    need("1edtech-public-validator")
    assert all(path.exists() for path, _ in published())


@pytest.mark.parametrize(("path", "pinned"), published(), ids=lambda value: getattr(value, "parent", value))
def test_a_published_derived_proof_holds(path: Path, pinned: contexts.Contexts) -> None:
    need("w3c-vc-di-ecdsa")
    assert holds(load(path), pinned)


@pytest.mark.parametrize("name", ["employ", "prc"])
def test_the_steps_of_the_vectors_come_out_as_published(name: str) -> None:
    need("w3c-vc-di-ecdsa")
    document = load(W3C / name / "derivedRevealDocument.json")
    value = derived.parse(document["proof"]["proofValue"])
    told = load(W3C / name / "verifyDerivedProofValue.json")
    assert value.base_signature.hex() == told["baseSignature"]
    assert value.labels == dict(told["labelMap"])
    assert sorted(value.mandatory) == told["mandatoryIndexes"]
    plain = {key: item for key, item in document.items() if key != "proof"}
    made = canon.relabelled(linked.dataset(linked.expand(plain, PINNED)), value.labels)
    assert made == load(W3C / name / "verifyNQuads.json")


@pytest.mark.parametrize(("path", "pinned"), published(), ids=lambda value: getattr(value, "parent", value))
def test_no_proof_holds_when_a_shown_member_is_changed_or_taken_away(
    path: Path, pinned: contexts.Contexts
) -> None:
    need("w3c-vc-di-ecdsa")
    document = load(path)
    before = lines(document, pinned)
    tried = 0
    for where, value in changes(document):
        forged = changed(document, where, value)
        if lines(forged, pinned) == before:
            continue
        tried += 1
        assert not holds(forged, pinned), where
    assert tried >= 15


@pytest.mark.parametrize(("path", "pinned"), published(), ids=lambda value: getattr(value, "parent", value))
def test_no_proof_holds_when_one_of_its_options_or_a_byte_of_its_value_is_changed(
    path: Path, pinned: contexts.Contexts
) -> None:
    need("w3c-vc-di-ecdsa")
    document = load(path)
    (proof,) = jsonio.listed(document["proof"])
    for name, value in proof.items():
        for other in (None, f"{value}x"):
            forged = {key: item for key, item in proof.items() if other is not None or key != name}
            if other is not None:
                forged[name] = other
            assert not holds(document | {"proof": forged}, pinned), name
    raw = multi.multibase_decode(proof["proofValue"], allowed="u")
    for place in range(0, len(raw), 7):
        bent = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        assert not holds(
            document | {"proof": proof | {"proofValue": "u" + multi.base64url_encode(bent)}}, pinned
        ), place


LIST = "https://issuer.example/status/1"
ISSUER = Signer("P-256", seed=20)
WHOLE = badge(
    issuer={"id": ISSUER.did, "type": ["Profile"], "name": "Harbour Works"},
    credentialStatus=status_entry(LIST),
)


def without(*path: str) -> dict[str, Any]:
    made = copy.deepcopy(WHOLE)
    target = made
    for step in path[:-1]:
        target = target[step]
    del target[path[-1]]
    return made


def served() -> dict[str, Any]:
    made = status_list(LIST)
    made.pop("proof")
    return {LIST: doc(prove(made | {"issuer": ISSUER.did}, ISSUER, "ecdsa-rdfc-2019"))}


def look(document: dict[str, Any]) -> Any:
    return check(document, served())


PART = without("credentialSubject", "result")


def test_a_part_that_shows_its_end_and_its_status_is_verified_and_seen_as_shown() -> None:
    for part in (WHOLE, PART):
        made = look(derive(WHOLE, part, ISSUER))
        assert codes(made, "warn") == {"issuer_self_asserted"}, made.checks
        assert made.verdict == "verified_with_warnings"
        assert "disclosed_part" in codes(made, "pass")
        assert made.view == part
        assert made.unsigned == ()


@pytest.mark.parametrize(
    ("hidden", "said"),
    [(("validUntil",), "no end date"), (("credentialStatus",), "no status")],
)
def test_an_end_or_a_status_that_may_be_hidden_is_never_a_pass(hidden: tuple[str, ...], said: str) -> None:
    def careless(line: str) -> bool:
        return "#issuer>" in line

    made = look(derive(WHOLE, without(*hidden), ISSUER, careless))
    assert made.verdict == "inconclusive"
    (one,) = [check for check in made.of("unknown") if check.id == "disclosure"]
    assert said in one.message


def test_of_two_status_entries_the_one_that_withdraws_cannot_be_kept_back_unseen() -> None:
    """An issuer that fixed its own name alone: a suspended badge could show the entry of its revocation only."""
    second = status_entry(LIST, "6", purpose="suspension")
    whole = WHOLE | {"credentialStatus": [WHOLE["credentialStatus"], second]}

    def careless(line: str) -> bool:
        return "#issuer>" in line or "#validUntil>" in line

    made = look(derive(whole, WHOLE, ISSUER, careless))
    assert made.verdict == "inconclusive"
    assert codes(made, "unknown") == {"disclosed_unsure"}
    assert codes(look(derive(whole, WHOLE, ISSUER))) == {"signature_wrong"}, (
        "all entries are fixed, one is missing"
    )


def test_a_part_that_must_be_shown_cannot_be_left_out() -> None:
    for hidden in ("validUntil", "validFrom", "credentialStatus"):
        made = look(derive(WHOLE, without(hidden), ISSUER))
        assert codes(made) == {"signature_wrong"}, hidden
        assert made.view == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(validUntil="2099-01-01T00:00:00Z"),
        lambda d: d["credentialSubject"].update(id="did:example:mallory"),
        lambda d: d["credentialSubject"]["achievement"].update(name="Roof engineer"),
        lambda d: d["credentialSubject"]["achievement"]["alignment"][0].update(
            targetUrl="https://e.example/9"
        ),
        lambda d: d["credentialSubject"]["result"][0].update(achievedLevel="urn:uuid:other"),
        lambda d: d["issuer"].update(id=OTHER.did),
        lambda d: d["credentialSubject"].update(result=d["credentialSubject"]["result"] * 2),
        lambda d: d["credentialSubject"]["achievement"].update(tag=["extra"]),
    ],
)
def test_a_shown_statement_that_was_not_signed_is_refused(change: Callable[[dict[str, Any]], Any]) -> None:
    made = derive(WHOLE, WHOLE, ISSUER)
    forged = copy.deepcopy(made)
    change(forged)
    assert look(forged).verdict == "not_verified"
    assert look(forged).view == {}


def swap_labels(parts: list[Any]) -> list[Any]:
    labels = dict(parts[3])
    first, second = list(labels)[:2]
    labels[first], labels[second] = labels[second], labels[first]
    return [*parts[:3], labels, parts[4]]


def one_label_for_two(parts: list[Any]) -> list[Any]:
    labels = dict(parts[3])
    first, second = list(labels)[:2]
    labels[first] = labels[second]
    return [*parts[:3], labels, parts[4]]


ATTACKS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "no statement must be shown": lambda parts: [*parts[:4], []],
    "every statement must be shown": lambda parts: [*parts[:2], [], parts[3], list(range(60))],
    "a number moved by one": lambda parts: [*parts[:4], [number + 1 for number in parts[4]]],
    "a number outside": lambda parts: [*parts[:4], [*parts[4], 9999]],
    "a number twice": lambda parts: [*parts[:4], [*parts[4], parts[4][0]]],
    "a signature left out": lambda parts: [*parts[:2], parts[2][1:], *parts[3:]],
    "a signature too many": lambda parts: [*parts[:2], [*parts[2], parts[2][0]], *parts[3:]],
    "signatures in another order": lambda parts: [*parts[:2], parts[2][::-1], *parts[3:]],
    "no signatures and no statements to sign": lambda parts: [*parts[:2], [], *parts[3:]],
    "a signature in another form": lambda parts: [*parts[:2], [b"\x30" + parts[2][0], *parts[2][1:]], *parts[3:]],
    "the issuer's signature left empty": lambda parts: [b"", *parts[1:]],
    "a key of the attacker's": lambda parts: [
        parts[0], multi.multibase_decode(Signer("P-256", seed=66).multikey), *parts[2:]
    ],
    "a key of another kind": lambda parts: [parts[0], multi.multibase_decode(Signer().multikey), *parts[2:]],
    "labels swapped": swap_labels,
    "one label for two things": one_label_for_two,
    "a label left out": lambda parts: [*parts[:3], dict(list(parts[3].items())[1:]), parts[4]],
    "a label too many": lambda parts: [*parts[:3], parts[3] | {99: bytes(32)}, parts[4]],
    "a label of another length": lambda parts: [*parts[:3], parts[3] | {0: b"short"}, parts[4]],
    "labels as a list": lambda parts: [*parts[:3], [], parts[4]],
    "four parts": lambda parts: parts[:4],
    "six parts": lambda parts: [*parts, b""],
    "a text for the signatures": lambda parts: [*parts[:2], "none", *parts[3:]],
    "a number as text": lambda parts: [*parts[:4], ["0"]],
    "a thousand and one signatures": lambda parts: [*parts[:2], [parts[2][0]] * 1001, *parts[3:]],
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_proof_that_was_tampered_with_is_refused(attack: str) -> None:
    made = look(derive(WHOLE, PART, ISSUER, change=ATTACKS[attack]))
    assert made.verdict == "not_verified"
    assert codes(made) <= {"signature_wrong", "proof_malformed", "too_complex", "proof_key_kind"}
    assert made.view == {}


def test_statements_of_another_credential_do_not_mix_in() -> None:
    """Each credential has a key of its own; a statement that it signed does not stand in another one."""
    other = badge(
        issuer={"id": ISSUER.did, "type": ["Profile"], "name": "Harbour Works"},
        credentialStatus=status_entry(LIST),
        validUntil="2099-01-01T00:00:00Z",
    )
    mixed = derive(WHOLE, WHOLE, ISSUER) | {"validUntil": other["validUntil"]}
    assert codes(look(mixed)) == {"signature_wrong"}


def test_a_blank_node_written_in_a_text_is_no_blank_node() -> None:
    """A text that looks like a label must not be relabelled: a reader would see other words than were signed."""
    whole = copy.deepcopy(WHOLE)
    whole["credentialSubject"]["achievement"]["description"] = "see _:c14n0 and _:c14n1"
    assert look(derive(whole, whole, ISSUER)).verdict == "verified_with_warnings"


def test_the_issuers_original_is_told_apart_and_not_passed() -> None:
    raw = derived.BASE + b"\x85\x40\x40\x40\x80\x80"
    proof = options(ISSUER, "ecdsa-sd-2023", proofValue="u" + multi.base64url_encode(raw))
    made = look(WHOLE | {"proof": proof})
    assert made.verdict == "inconclusive"
    assert codes(made, "unknown") == {"proof_base_copy"}


@pytest.mark.parametrize("value", ["z2V0B", "u", "uAAAA", "u2V0B", "u2V0Bn_8", "u2V0B__________8", "u2V0BhQ"])
def test_a_value_of_another_form_is_refused(value: str) -> None:
    proof = options(ISSUER, "ecdsa-sd-2023", proofValue=value)
    assert codes(look(WHOLE | {"proof": proof})) == {"proof_malformed"}


def test_an_issuers_key_of_another_kind_is_refused() -> None:
    proof = derive(WHOLE, PART, ISSUER)["proof"] | {"verificationMethod": OTHER.method}
    assert "proof_key_kind" in codes(look(PART | {"proof": proof}))


def test_a_second_whole_proof_leaves_nothing_to_be_hidden() -> None:
    plain = badge(issuer=ISSUER.did, validUntil=None)
    del plain["validUntil"]
    both = prove(derive(plain, plain, ISSUER), ISSUER, "ecdsa-rdfc-2019")
    made = look(both)
    assert made.verdict == "verified_with_warnings"
    assert "disclosed_part" not in codes(made, "pass")


@pytest.mark.parametrize(
    "data",
    [b"", b"\x18\x01", b"\x19\x00\x10", b"\x9f\xff", b"\xc1\x00", b"\xf4", b"\xf9\x00\x00", b"\x20", b"\x00\x00",
     b"\x61\xff", b"\x81" * 6 + b"\x00", b"\x9a\xff\xff\xff\xff", b"\xa2\x00\x00\x00\x00", b"\xa1\x80\x00", b"\x5b" + b"\xff" * 8],
)  # fmt: skip
def test_cbor_of_any_other_form_is_refused(data: bytes) -> None:
    with pytest.raises(cbor.BadCBOR):
        cbor.decode(data)


def test_the_makers_of_these_tests_are_honest() -> None:
    value = derived.parse(derive(WHOLE, PART, ISSUER)["proof"]["proofValue"])
    assert value.public_key == multi.multibase_decode(OWN.multikey)
    assert len(value.mandatory) >= 4
    assert sum(map(must_be_shown, lines(PART, contexts.installed()).splitlines())) == len(value.mandatory)
