"""Attacks on proofs and on what they cover: nothing decides, and nothing is shown, that the issuer did not sign."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from market.credentials.proofs import contexts, di, dids, keys, linked, multi
from market.credentials.proofs.sources import Sources
from tests.support import effort

from .maker import AT, ISSUER, OB, OTHER, Signer, badge, check, codes, did_web, options, prove

CRED = "https://www.w3.org/2018/credentials#"
VOCAB = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"


def forged(change: Any, document: dict[str, Any] | None = None) -> Any:
    """The verification of an honest badge after `change` has had its way with the JSON."""
    made = copy.deepcopy(document or prove(badge()))
    change(made)
    return check(made)


@pytest.mark.parametrize(
    ("kind", "suite"),
    [
        ("Ed25519", "eddsa-rdfc-2022"),
        ("Ed25519", "eddsa-jcs-2022"),
        ("P-256", "ecdsa-rdfc-2019"),
        ("P-384", "ecdsa-rdfc-2019"),
        ("P-256", "ecdsa-jcs-2019"),
        ("P-384", "ecdsa-jcs-2019"),
    ],
)
def test_an_honest_badge_is_verified_with_its_view(kind: str, suite: str) -> None:
    signer = Signer(kind)
    made = check(prove(badge(issuer={"id": signer.did, "type": ["Profile"]}), signer, suite))
    assert made.verdict == "verified_with_warnings"
    assert codes(made, "warn") == {"issuer_self_asserted"}
    assert made.unsigned == ()
    assert made.view == badge(issuer={"id": signer.did, "type": ["Profile"]})


def test_an_issuer_with_a_domain_is_verified_without_a_warning() -> None:
    did = "did:web:issuer.example"
    document = prove(badge(issuer=did), verificationMethod=f"{did}#key-1")
    made = check(document, {"https://issuer.example/.well-known/did.json": did_web(ISSUER)})
    assert made.verdict == "verified"


def test_an_https_issuer_must_list_the_key_in_its_own_document() -> None:
    url = "https://issuer.example/profile"
    document = prove(badge(issuer=url), verificationMethod=f"{url}#{ISSUER.multikey}")
    assert [need.url for need in check(document).needs] == [url]
    method = {
        "id": f"#{ISSUER.multikey}",
        "type": "Multikey",
        "controller": url,
        "publicKeyMultibase": ISSUER.multikey,
    }
    listed = {"id": url, "assertionMethod": [method]}
    assert check(document, {url: listed}).verdict == "verified"
    # The key in the fragment is a claim: a document that does not list it is no authority for it.
    assert codes(check(document, {url: {"id": url, "assertionMethod": []}})) == {"key_not_listed"}


def test_no_proof_and_an_empty_list_of_proofs_are_refused() -> None:
    assert codes(check(badge())) == {"proof_missing"}
    assert codes(check(badge(proof=[]))) == {"proof_missing"}
    assert codes(check(badge(proof=["z"]))) == {"proof_malformed"}


def test_signature_by_another_over_a_victim_issuer_is_refused() -> None:
    made = check(prove(badge(), OTHER))
    assert made.verdict == "not_verified"
    assert codes(made) == {"issuer_other_key"}
    assert made.view == {}


def test_a_good_and_a_bad_proof_together_are_refused() -> None:
    good = prove(badge())["proof"]
    bad = good | {"created": "2026-01-02T00:00:00Z"}
    for proofs in ([good, bad], [bad, good]):
        made = check(badge(proof=proofs))
        assert "signature_wrong" in codes(made)
        assert made.view == {}


def test_an_unknown_proof_beside_a_good_one_only_warns_and_alone_is_inconclusive() -> None:
    good = prove(badge())["proof"]
    assert "proof_unrecognised" in codes(check(badge(proof=[{"type": "SomeProof"}, good])), "warn")
    assert check(badge(proof={"type": "SomeProof"})).verdict == "inconclusive"
    later = options(suite="bbs-2023") | {"proofValue": "u2V0"}
    assert check(badge(proof=later)).verdict == "inconclusive"


def test_a_second_signer_is_named_beside_the_issuer() -> None:
    made = check(prove(prove(badge()), OTHER))
    assert made.verdict == "verified_with_warnings"
    assert "issuer_cosigned" in codes(made, "warn")


def test_a_chain_holds_and_breaks_when_the_proof_before_is_gone_or_changed() -> None:
    first = prove(badge(), id="urn:uuid:first")
    chain = prove(first, OTHER, previousProof="urn:uuid:first")
    assert check(chain).verdict == "verified_with_warnings"
    alone = chain | {"proof": [chain["proof"][1]]}
    assert "proof_chain_broken" in codes(check(alone))
    twice = chain | {"proof": [chain["proof"][0], *chain["proof"]]}
    assert "proof_chain_broken" in codes(check(twice))
    again = prove(badge(), id="urn:uuid:first", created="2026-02-02T00:00:00Z")["proof"]
    assert "signature_wrong" in codes(check(chain | {"proof": [again, chain["proof"][1]]}))


@pytest.mark.parametrize("purpose", ["authentication", "keyAgreement", "capabilityInvocation", ""])
def test_proof_made_for_another_purpose_is_refused(purpose: str) -> None:
    assert "proof_purpose_wrong" in codes(check(prove(badge(), proofPurpose=purpose)))


def test_proof_of_a_presentation_does_not_serve_a_credential() -> None:
    made = check(prove(badge(), challenge="123", domain="https://market.example"))
    assert "proof_purpose_wrong" in codes(made)


def test_swapped_suite_purpose_or_time_of_a_proof_breaks_it() -> None:
    for change in (
        {"cryptosuite": "eddsa-jcs-2022"},
        {"cryptosuite": "ecdsa-rdfc-2019"},
        {"created": "2026-05-05T00:00:00Z"},
        {"expires": "2031-01-01T00:00:00Z"},
        {"id": "urn:uuid:1"},
    ):
        made = forged(lambda document, change=change: document["proof"].update(change))
        assert codes(made) & {"signature_wrong", "proof_key_kind"}, change


def test_expired_proof_and_unknown_members_of_a_proof_are_refused() -> None:
    assert codes(check(prove(badge(), expires="2026-02-01T00:00:00Z"))) == {"proof_expired"}
    made = forged(lambda document: document["proof"].update(extra="x"))
    assert codes(made) == {"proof_member_unknown"}
    assert codes(forged(lambda document: document["proof"].update(created=None))) == {"proof_malformed"}


def test_key_listed_for_authentication_only_is_refused() -> None:
    did = "did:web:issuer.example"
    document = prove(badge(issuer=did), verificationMethod=f"{did}#key-1")
    for change in (
        {"assertionMethod": []},
        {"assertionMethod": [f"{did}#key-2"], "authentication": [f"{did}#key-1"]},
    ):
        made = check(document, {"https://issuer.example/.well-known/did.json": did_web(ISSUER, **change)})
        assert codes(made) == {"key_not_authorised"}


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["credentialSubject"].update(id="did:example:mallory"),
        lambda d: d["credentialSubject"]["result"][0].update(achievedLevel="urn:uuid:other"),
        lambda d: d["credentialSubject"]["achievement"]["alignment"][0].update(
            targetUrl="https://esco.example/9"
        ),
        lambda d: d["credentialSubject"]["achievement"].update(name="Roof engineer"),
        lambda d: d.update(validUntil="2099-01-01T00:00:00Z"),
        lambda d: d.pop("validUntil"),
        lambda d: d["issuer"].update(id=OTHER.did),
        lambda d: d["issuer"].update(name="Another Works"),
        lambda d: d["credentialSubject"].pop("result"),
        lambda d: d["type"].append("EndorsementCredential"),
    ],
)
def test_a_changed_signed_member_is_refused(change: Any) -> None:
    made = forged(change)
    assert made.verdict == "not_verified"
    assert made.view == {}


def test_a_status_taken_away_is_refused() -> None:
    document = prove(
        badge(credentialStatus={"id": "https://a.example/l#1", "type": "BitstringStatusListEntry"})
    )
    assert codes(forged(lambda made: made.pop("credentialStatus"), document)) == {"signature_wrong"}


def test_undefined_members_are_listed_and_never_shown() -> None:
    document = prove(badge())

    def add(made: dict[str, Any]) -> None:
        made["credentialSubject"]["achievement"]["criteria"]["type"] = "Rules"
        made["credentialSubject"]["achievement"]["grade"] = "with distinction"
        made["rating"] = 5

    made = forged(add, document)
    assert made.verdict == "verified_with_warnings"
    assert set(made.unsigned) == {
        "/credentialSubject/achievement/criteria/type",
        "/credentialSubject/achievement/grade",
        "/rating",
    }
    assert made.view == badge()


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["type"].append("DoctorOfLaw"),
        lambda d: d["credentialSubject"].update(type=["AchievementSubject", "Professor"]),
        lambda d: d["credentialSubject"]["achievement"]["alignment"][0].update(level="5"),
        lambda d: d["credentialSubject"]["result"][0].update(grade="A"),
    ],
)
def test_undefined_members_where_it_matters_are_refused(change: Any) -> None:
    made = forged(change)
    assert codes(made) == {"coverage_policy"}
    assert made.view == {}


@pytest.mark.parametrize(
    ("term", "iri"), [("validUntil", f"{CRED}validUntil"), ("credentialSubject", f"{CRED}credentialSubject")]
)
def test_a_signed_member_spelt_as_its_address_is_refused(term: str, iri: str) -> None:
    def rename(document: dict[str, Any]) -> None:
        document[iri] = document.pop(term)

    assert not forged(rename).verdict.startswith("verified")


def test_an_end_date_signed_under_its_bare_address_does_not_pass_a_reader_by() -> None:
    document = badge()
    document[f"{CRED}validUntil"] = "2020-01-01T00:00:00Z"
    del document["validUntil"]
    assert codes(check(prove(document))) == {"keyword_misused"}


def test_dates_of_the_older_model_hidden_under_the_newer_vocabulary_are_refused() -> None:
    document = badge()
    document[f"{CRED}expirationDate"] = {
        "@value": "2020-01-01T00:00:00Z",
        "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
    }
    assert codes(check(prove(document))) == {"keyword_misused"}


@pytest.mark.parametrize(
    "keyword", ["@included", "@reverse", "@graph", "@nest", "@id", "@type", "@set", "@list", "@index"]
)
def test_keywords_in_which_statements_hide_are_refused(keyword: str) -> None:
    assert codes(forged(lambda document: document.update({keyword: {}}))) == {"keyword_misused"}
    made = forged(lambda document: document["credentialSubject"].update({keyword: []}))
    assert codes(made) == {"keyword_misused"}


def test_a_status_described_in_two_places_is_refused() -> None:
    entry = {
        "id": "https://a.example/list#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://a.example/list",
    }
    document = prove(badge(credentialStatus=entry, relatedResource=[{"id": entry["id"]}]))

    def move(made: dict[str, Any]) -> None:
        made["relatedResource"] = [made["credentialStatus"]]
        made["credentialStatus"] = {"id": entry["id"]}

    assert not forged(move, document).verdict.startswith("verified")


@pytest.mark.parametrize(
    ("context", "code"),
    [
        ([contexts.VC2, OB, {"name": "https://evil.example/name"}], "context_inline"),
        ([contexts.VC2, OB, {"@vocab": "https://evil.example/"}], "context_inline"),
        ([contexts.VC2, {"@import": OB}], "context_inline"),
        ([contexts.VC2, contexts.VC2, OB], "context_repeated"),
        ([OB, contexts.VC2], "context_not_a_credential"),
        ([contexts.VC2, contexts.VC1], "context_not_a_credential"),
        ([], "context_missing"),
        (None, "context_missing"),
        ([None], "context_inline"),
        ([contexts.VC2, *(f"https://a.example/{index}" for index in range(9))], "context_too_many"),
    ],
)
def test_vocabularies_that_could_change_the_meaning_are_refused(context: Any, code: str) -> None:
    assert codes(forged(lambda document: document.update({"@context": context}))) == {code}


def test_a_vocabulary_inside_the_document_is_refused() -> None:
    made = forged(lambda document: document["credentialSubject"].update({"@context": [contexts.VC2]}))
    assert codes(made) == {"context_nested"}


def test_swapped_vocabularies_do_not_carry_a_signature_over() -> None:
    other = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json"
    made = forged(lambda document: document.update({"@context": [contexts.VC2, other]}))
    assert (
        not made.verdict.startswith("verified")
        or made.view["credentialSubject"] == badge()["credentialSubject"]
    )


def test_an_unknown_vocabulary_is_inconclusive() -> None:
    made = forged(lambda document: document["@context"].append("https://unknown.example/v1"))
    assert made.verdict == "inconclusive"
    assert codes(made, "unknown") == {"context_not_pinned"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"validUntil": "2026-10-31T23:59:59Z"}, "expired"),
        ({"validFrom": "2026-11-02T00:00:00Z"}, "not_yet_valid"),
        ({"validFrom": "2031-01-01T00:00:00Z", "validUntil": "2030-01-01T00:00:00Z"}, "not_yet_valid"),
        ({"validUntil": "NaN"}, "date_malformed"),
        ({"validUntil": "2030-13-01T00:00:00Z"}, "date_malformed"),
        ({"validUntil": "tomorrow"}, "date_malformed"),
        ({"validUntil": 1893456000}, "date_malformed"),
        ({"validUntil": "2030-01-01"}, "date_malformed"),
        ({"validUntil": "2026-11-01T01:00:00+02:00"}, "expired"),
    ],
)
def test_dates_are_held_to(change: dict[str, Any], code: str) -> None:
    assert code in codes(check(prove(badge(**change))))


def test_a_date_that_is_null_is_no_missing_date() -> None:
    assert not check(prove(badge(validUntil=None))).verdict.startswith("verified")


def test_a_result_must_name_a_level_that_exists() -> None:
    document = badge()
    document["credentialSubject"]["result"][0]["achievedLevel"] = (
        "urn:uuid:00000000-0000-4000-8000-00000000dead"
    )
    assert codes(check(prove(document))) == {"shape_wrong"}


@pytest.mark.parametrize(
    ("place", "fails"),
    [("", {"coverage_policy"}), ("credentialSubject", {"coverage_policy"}), ("issuer", set())],
)
def test_a_type_that_looks_like_a_keyword_stands_for_nothing(place: str, fails: set[str]) -> None:
    """Found by the fuzzer: such a type made the check break off. Nobody can sign it."""

    def add(made: dict[str, Any]) -> dict[str, Any]:
        target = made[place] if place else made
        target["type"] = [*target["type"], "@d"]
        return made

    for made in (check(add(prove(badge()))), check(prove(add(badge())))):
        assert codes(made) == fails
        assert made.unsigned == (f"{place and '/' + place}/type",)
        assert "@d" not in json.dumps(made.view)


@pytest.mark.parametrize("level", [[], {}, 5, ["urn:uuid:00000000-0000-4000-8000-000000000002"]])
@pytest.mark.parametrize("place", ["achieved", "described"])
def test_a_level_that_is_no_name_is_answered(level: Any, place: str) -> None:
    """Found by the fuzzer: a level that cannot be looked up in a set of names."""
    document = badge()
    subject = document["credentialSubject"]
    if place == "achieved":
        subject["result"][0]["achievedLevel"] = level
    else:
        subject["achievement"]["resultDescription"][0]["rubricCriterionLevel"][0]["id"] = level
    made = check(prove(document, suite="eddsa-jcs-2022"))
    assert codes(made) == {"shape_wrong"}


def test_small_order_keys_are_refused() -> None:
    for y in keys.SMALL_ORDER_Y:
        for sign in (0, 1):
            raw = bytearray(y.to_bytes(32, "little"))
            raw[31] |= sign << 7
            with pytest.raises(keys.BadKey) as refused:
                keys.from_multikey(multi.multikey_encode(multi.ED25519, bytes(raw)))
            assert refused.value.code == "key_too_weak"


def test_every_point_of_small_order_is_on_the_list() -> None:
    """Multiplying points of the curve by the order of its large subgroup leaves the points of small order."""
    prime = 2**255 - 19
    d = -121665 * pow(121666, -1, prime) % prime
    large = 2**252 + 27742317777372353535851937790883648493

    def add(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
        (a, b), (x, y) = one, other
        k = d * a * b * x * y
        return (a * y + x * b) * pow(1 + k, -1, prime) % prime, (b * y + a * x) * pow(
            1 - k, -1, prime
        ) % prime

    found = {1}
    for y in range(2, 40):
        square = (y * y - 1) * pow(d * y * y + 1, -1, prime) % prime
        x = pow(square, (prime + 3) // 8, prime)
        if (x * x - square) % prime:
            x = x * pow(2, (prime - 1) // 4, prime) % prime
        if (x * x - square) % prime:
            continue
        made, power, times = (0, 1), (x, y), large
        while times:
            made = add(made, power) if times & 1 else made
            power, times = add(power, power), times >> 1
        found.add(made[1])
    assert found == keys.SMALL_ORDER_Y


def test_many_proofs_cliques_and_deep_nesting_are_refused_soon() -> None:
    good = prove(badge())
    nodes = [
        {
            "id": f"_:n{index}",
            "type": "Achievement",
            "related": [{"id": f"_:n{other}"} for other in range(12)],
        }
        for index in range(12)
    ]
    clique = badge()
    clique["credentialSubject"]["achievement"]["related"] = nodes
    clique["proof"] = good["proof"]
    deep: Any = "x"
    for _ in range(3000):
        deep = [deep]
    brackets = b'{"@context":' + b"[" * 100_000
    for document in (badge(proof=[good["proof"]] * 500), clique, brackets, b"{" * 10_000_000):
        with effort.at_most(effort.HOSTILE):
            made = check(document)
        assert made.verdict == "not_verified"
    assert codes(check(clique)) & {"too_complex", "signature_wrong"}


def test_a_name_that_would_write_another_statement_is_refused() -> None:
    document = prove(badge())
    document["credentialSubject"]["achievement"]["id"] = "https://a.example/> <x:y> <z:z> .\n<a:b"
    assert codes(check(document)) & {"unwritable_name", "signature_wrong"}


def test_a_relative_name_signs_nothing() -> None:
    document = badge()
    document["credentialSubject"]["achievement"]["id"] = "achievements/1"
    assert not check(prove(document)).verdict.startswith("verified")


def test_a_clr_reports_each_credential_inside_it() -> None:
    clr = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
    good, foreign = prove(badge()), prove(badge())
    foreign["credentialSubject"]["id"] = "did:example:mallory"
    stranger = prove(badge(credentialSubject=badge()["credentialSubject"] | {"id": "did:example:chidi"}))

    def record(*inner: Any) -> Any:
        subject = {"id": "did:example:amara", "type": ["ClrSubject"], "verifiableCredential": list(inner)}
        made = {
            "@context": [contexts.VC2, clr, OB],
            "id": "urn:uuid:5d1c7a7e-0000-4000-8000-000000000001",
            "type": ["VerifiableCredential", "ClrCredential"],
            "issuer": {"id": ISSUER.did, "type": ["Profile"], "name": "Harbour Works"},
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": subject,
        }
        return check(prove(made, suite="eddsa-jcs-2022"))

    made = record(good)
    assert made.format == "clr-2.0"
    assert [one.verdict for one in made.inner] == ["verified_with_warnings"]
    made = record(good, foreign, "not a credential")
    assert [one.verdict for one in made.inner] == ["verified_with_warnings", "not_verified", "not_verified"]
    assert "inner_doubtful" in codes(made, "warn")
    assert "inner_of_another" in codes(record(stranger), "warn")


def test_a_forged_endorsement_counts_for_nothing() -> None:
    endorsement = {
        "@context": [contexts.VC2, OB],
        "id": "urn:uuid:5d1c7a7e-0000-4000-8000-000000000002",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": OTHER.did, "type": ["Profile"], "name": "University"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": ISSUER.did,
            "type": ["EndorsementSubject"],
            "endorsementComment": "Splendid",
        },
    }
    honest, false = prove(endorsement, OTHER), prove(endorsement, ISSUER)
    made = check(prove(badge(endorsement=[honest, false])))
    assert made.verdict == "verified_with_warnings", made.checks
    assert [one.verdict for one in made.inner] == ["verified_with_warnings", "not_verified"]


def test_a_proof_over_statements_that_fell_away_is_noticed() -> None:
    """Without the suite's vocabulary its options would not be signed: the proof is refused, not waved through."""
    proof = options() | {"type": "Ed25519Signature2020"}
    del proof["cryptosuite"]
    suite = di.suite_of(proof)
    assert suite is not None
    key = dids.resolve(ISSUER.method, "assertionMethod", Sources({})).key
    with pytest.raises((di.ProofRefused, linked.NotLinked)):
        di.secured(badge(), proof, suite, key, contexts.installed())


def test_the_time_must_be_aware() -> None:
    with pytest.raises(ValueError, match="zone"):
        check(json.dumps(badge()), at=AT.replace(tzinfo=None))
