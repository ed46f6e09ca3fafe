"""SD-JWT: each part shown is the one a digest stands for; what decides is plain to see; the holder's token binds."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from market.credentials.proofs import contexts, multi, sdjwt
from market.credentials.proofs.binding import Person
from market.credentials.proofs.presentation import check_presentation
from market.credentials.proofs.sources import Unavailable
from market.credentials.proofs.verify import verify

from .fixtures import need
from .maker import AT, OB, Signer, badge, check, codes, did_web, doc, prove
from .maker import ISSUER as SIGNER
from .maker_selective import digest, disclosure, key_binding, sd_jwt, status_token

SITE = "https://issuer.example"
ISSUER = Signer("P-256", seed=30)
HOLDER = Signer("P-256", seed=31)
THIEF = Signer("P-256", seed=32)
META = f"{SITE}/.well-known/jwt-vc-issuer"
LIST = f"{SITE}/status/1"
KID = "key-1"

GRADE = disclosure("salt-1", "grade", "with distinction")
NAME = disclosure("salt-2", "name", "Amara")
WEEKS = disclosure("salt-3", 6)
INNER = disclosure("salt-4", "place", "Harbour")
OUTER = disclosure("salt-5", "course", {"title": "Seams", "_sd": [digest(INNER)]})
DECOY = digest("nothing stands behind this")


def claims(**changes: Any) -> dict[str, Any]:
    made = {
        "iss": SITE,
        "vct": "https://issuer.example/types/seams",
        "iat": int(AT.timestamp()) - 3600,
        "nbf": int(AT.timestamp()) - 3600,
        "exp": int(AT.timestamp()) + 3600,
        "cnf": {"jwk": HOLDER.jwk()},
        "_sd_alg": "sha-256",
        "_sd": [digest(GRADE), digest(NAME), digest(OUTER), DECOY],
        "weeks": [{"...": digest(WEEKS)}, 12, {"...": DECOY + "x"}],
    } | changes
    return {name: value for name, value in made.items() if value is not None}


def metadata(signer: Signer = ISSUER, **changes: Any) -> dict[str, Any]:
    return {"issuer": SITE, "jwks": {"keys": [signer.jwk() | {"kid": KID}]}} | changes


def made(payload: dict[str, Any] | None = None, *shown: str, signer: Signer = ISSUER, **rest: Any) -> str:
    return sd_jwt(payload or claims(), signer, shown, **({"kid": KID} | rest))


def look(text: str, found: dict[str, Any] | None = None, **asked: Any) -> Any:
    return check(text, {META: metadata()} | (found or {}), **asked)


def test_a_credential_is_verified_and_seen_as_far_as_it_is_shown() -> None:
    one = look(made(claims(), GRADE, WEEKS, OUTER, INNER))
    assert one.verdict == "verified", one.checks
    assert (one.format, one.container, one.issuer.id) == ("sd-jwt-vc", "sd-jwt", SITE)
    assert one.view["grade"] == "with distinction"
    assert one.view["weeks"] == [6, 12]
    assert one.view["course"] == {"title": "Seams", "place": "Harbour"}
    assert "name" not in one.view
    assert not any(name.startswith("_sd") for name in one.view)
    bare = look(made())
    assert bare.verdict == "verified"
    assert bare.view["weeks"] == [12]


def test_digests_that_stand_for_nothing_do_no_harm() -> None:
    assert look(made(claims(_sd=[DECOY, digest("another"), digest(GRADE)]), GRADE)).verdict == "verified"


TWICE = disclosure("salt-9", "grade", "again")
ATTACKS: dict[str, tuple[dict[str, Any], tuple[str, ...], str]] = {
    "a part that nobody signed": ({}, (disclosure("x", "grade", "A"),), "disclosure_unused"),
    "a part shown twice": ({}, (GRADE, GRADE), "disclosure_twice"),
    "a digest in two places": ({"_sd": [digest(GRADE), digest(GRADE)]}, (GRADE,), "disclosure_twice"),
    "a digest in two places, shown nowhere": ({"_sd": [DECOY, DECOY]}, (), "disclosure_twice"),
    "a digest as member and as entry": ({"weeks": [{"...": digest(GRADE)}]}, (GRADE,), "disclosure_malformed"),
    "a part over what is said": ({"grade": "pass"}, (GRADE,), "disclosure_collides"),
    "two parts of one name": ({"_sd": [digest(GRADE), digest(TWICE)]}, (GRADE, TWICE), "disclosure_collides"),
    "an inner part without its outer one": ({}, (INNER,), "disclosure_unused"),
    "a member where an entry belongs": ({"_sd": [], "weeks": [{"...": digest(GRADE)}]}, (GRADE,), "disclosure_malformed"),
    "an entry where a member belongs": ({"_sd": [digest(WEEKS)], "weeks": []}, (WEEKS,), "disclosure_malformed"),
    "something beside a digest": ({"weeks": [{"...": digest(WEEKS), "x": 1}]}, (WEEKS,), "disclosure_malformed"),
    "digests that are no list": ({"_sd": digest(GRADE)}, (GRADE,), "disclosure_malformed"),
    "a digest that is a number": ({"_sd": [5]}, (), "disclosure_malformed"),
    "an unknown way of hiding": ({"_sd_alg": "md5"}, (GRADE,), "disclosure_algorithm"),
    "a way of hiding that is no text": ({"_sd_alg": 5}, (), "disclosure_algorithm"),
    "reserved names inside": ({"course": {"_sd_alg": "sha-256"}}, (), "disclosure_malformed"),
    "dots as a member": ({"course": {"...": DECOY}}, (), "disclosure_malformed"),
    "too many parts": ({}, tuple(disclosure("x", str(n), n) for n in range(1001)), "too_complex"),
    "too many digests": ({"_sd": [str(n) for n in range(4001)]}, (), "too_complex"),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_parts_that_do_not_fit_their_digests_are_refused(attack: str) -> None:
    changes, shown, code = ATTACKS[attack]
    one = look(made(claims(**changes), *shown))
    assert one.verdict == "not_verified"
    assert codes(one) == {code}
    assert one.view == {}


@pytest.mark.parametrize(
    "parts",
    [("x",), ("x", "y", "z", "w"), (5, "grade", "A"), ("x", 5, "A"), ("x", "_sd", []), ("x", "...", "A"), ()],
)
def test_a_part_of_another_form_is_refused(parts: tuple[Any, ...]) -> None:
    one = disclosure(*parts)
    assert codes(look(made(claims(_sd=[digest(one)]), one))) == {"disclosure_malformed"}


@pytest.mark.parametrize(
    "part", ["", "not-base64!", multi.base64url_encode(b'{"a":1}'), multi.base64url_encode(b'["s","a",NaN]')]
)
def test_a_part_that_is_no_json_list_is_refused(part: str) -> None:
    assert codes(look(made(claims(_sd=[digest(part)]), part))) == {"disclosure_malformed"}


def test_texts_that_are_cut_too_long_or_lead_to_no_list_of_keys_are_refused() -> None:
    with pytest.raises(sdjwt.BadDisclosure):
        sdjwt.split("ey.ey.ey")
    with pytest.raises(sdjwt.BadDisclosure):
        sdjwt.split("ey.ey.ey~" + "x" * sdjwt.MAX_TEXT)
    assert codes(look(made(), {META: b"<html>"})) == {"key_document_unreadable"}


def test_parts_within_parts_are_followed_no_deeper_than_any_credential_goes() -> None:
    inner = disclosure("s", "x", 1)
    parts = [inner]
    for number in range(200):
        inner = disclosure(f"s{number}", "x", {"_sd": [digest(inner)]})
        parts.append(inner)
    assert codes(look(made(claims(_sd=[digest(inner)]), *parts))) == {"too_complex"}


@pytest.mark.parametrize("name", ["iss", "nbf", "exp", "cnf", "vct", "status"])
def test_what_decides_may_not_be_a_part_that_can_be_hidden(name: str) -> None:
    value = claims().get(name, {"status_list": {"idx": 1, "uri": LIST}})
    part = disclosure("s", name, value)
    payload = claims(_sd=[digest(part)])
    if name != "vct":
        payload.pop(name, None)
        one = look(made(payload, part))
        assert "disclosure_forbidden" in codes(one)
        assert one.view == {}
    else:
        payload.pop("vct")
        assert look(made(payload, part)).verdict == "not_verified"


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [one for key, item in value.items() for one in leaves(item, (*path, key))]
    if isinstance(value, list):
        return [one for index, item in enumerate(value) for one in leaves(item, (*path, index))]
    return [path]


def test_no_signature_holds_when_a_claim_a_header_or_a_shown_part_is_changed() -> None:
    honest = made(claims(), GRADE, WEEKS, OUTER, INNER)
    parts = sdjwt.split(honest)
    head, body, signature = parts.token.split(".")
    payload = claims()
    tried = 0
    for path in leaves(payload):
        forged = copy.deepcopy(payload)
        target = forged
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = f"{target[path[-1]]}x"
        other = sd_jwt(forged, ISSUER, (), kid=KID).split("~")[0].split(".")[1]
        one = look("~".join([f"{head}.{other}.{signature}", *parts.disclosures, ""]))
        assert not one.verdict.startswith("verified"), path
        assert one.view == {}, path
        tried += 1
    for number, part in enumerate(parts.disclosures):
        raw = multi.base64url_decode(part)
        for place in range(0, len(raw), 3):
            bent = multi.base64url_encode(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
            shown = [*parts.disclosures[:number], bent, *parts.disclosures[number + 1 :]]
            one = look("~".join([parts.token, *shown, ""]))
            assert one.verdict == "not_verified", (number, place)
            tried += 1
    assert tried > 60
    assert look(honest).verdict == "verified"
    assert body


@pytest.mark.parametrize("name", ["none", "None", "HS256"])
def test_no_algorithm_and_a_shared_secret_are_no_signature(name: str) -> None:
    text = made(claims(), GRADE)
    head = multi.base64url_encode(b'{"alg":"%s","typ":"dc+sd-jwt","kid":"key-1"}' % name.encode())
    _, body, rest = text.split(".")
    for signature in ("", rest.partition("~")[0]):
        one = look(f"{head}.{body}.{signature}~{GRADE}~")
        assert codes(one) == {"algorithm_refused"}
        assert one.view == {}


def test_a_strangers_signature_and_a_strangers_list_of_keys_are_refused() -> None:
    assert codes(look(made(signer=THIEF))) == {"signature_wrong"}
    elsewhere = metadata(THIEF, issuer="https://evil.example")
    assert codes(look(made(signer=THIEF), {META: elsewhere})) == {"key_document_of_another"}
    # A key in the header is a claim; the issuer's own list is asked all the same.
    assert codes(look(made(signer=THIEF, jwk=THIEF.jwk()))) == {"signature_wrong"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"jwks": None}, "key_document_unreadable"),
        ({"jwks": {"keys": []}}, "key_not_listed"),
        ({"jwks": {"keys": [ISSUER.jwk() | {"kid": "other"}]}}, "key_not_listed"),
        ({"jwks": {"keys": [ISSUER.jwk() | {"kid": KID}] * 2}}, "key_listed_twice"),
        ({"jwks": {"keys": [ISSUER.jwk() | {"kid": KID, "d": "AQAB"}]}}, "key_private"),
        ({"jwks": {"keys": [ISSUER.jwk() | {"kid": KID, "use": "enc"}]}}, "key_not_for_signatures"),
        ({"jwks_uri": f"{SITE}/jwks"}, "key_document_unreadable"),
    ],
)
def test_the_issuers_list_of_keys_is_read_strictly(changes: dict[str, Any], code: str) -> None:
    assert codes(look(made(), {META: metadata(**changes)})) == {code}


def test_the_issuers_keys_are_asked_for_where_they_lie() -> None:
    first = check(made())
    assert [need.url for need in first.needs] == [META]
    assert first.verdict == "inconclusive"
    assert first.view == {}
    moved = {"issuer": SITE, "jwks_uri": f"{SITE}/jwks"}
    second = check(made(), {META: moved})
    assert [need.url for need in second.needs] == [f"{SITE}/jwks"]
    done = check(made(), {META: moved, f"{SITE}/jwks": {"keys": [ISSUER.jwk()]}})
    assert codes(done) == {"key_not_listed"}
    done = check(made(), {META: moved, f"{SITE}/jwks": {"keys": [ISSUER.jwk() | {"kid": KID}]}})
    assert done.verdict == "verified"
    tenant = check(made(claims(iss=f"{SITE}/tenants/7")))
    assert [need.url for need in tenant.needs] == [f"{META}/tenants/7"]


@pytest.mark.parametrize(
    "issuer",
    ["http://issuer.example", "https://127.0.0.1", "https://issuer.example?x=1", "issuer", "", 5, None],
)
def test_an_issuer_that_is_no_address_we_visit_is_refused_without_a_fetch(issuer: Any) -> None:
    one = check(made(claims(iss=issuer)))
    assert one.verdict == "not_verified"
    assert one.needs == ()


def test_an_issuer_may_be_a_did() -> None:
    did = "did:web:issuer.example"
    text = made(claims(iss=did), GRADE, kid=f"{did}#key-1")
    one = check(text, {f"{SITE}/.well-known/did.json": did_web(ISSUER)})
    assert one.verdict == "verified", one.checks


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": int(AT.timestamp()) - 1}, "expired"),
        ({"nbf": int(AT.timestamp()) + 3600}, "not_yet_valid"),
        ({"exp": "2030-01-01T00:00:00Z"}, "date_malformed"),
        ({"nbf": True}, "date_malformed"),
        ({"iat": "now"}, "date_malformed"),
        ({"vct": 5}, "shape_wrong"),
        ({"vct": ""}, "shape_wrong"),
    ],
)
def test_dates_and_type_are_held_to(changes: dict[str, Any], code: str) -> None:
    assert code in codes(look(made(claims(**changes))))


@pytest.mark.parametrize("kind", ["JWT", "kb+jwt", "statuslist+jwt", "vp+sd-jwt", 5])
def test_a_token_of_another_type_is_no_credential(kind: Any) -> None:
    one = look(made(typ=kind))
    assert one.verdict == "not_verified"
    assert one.view == {}


def test_a_holders_token_or_a_plain_token_does_not_pass_as_a_credential() -> None:
    text = made()
    assert look(key_binding(text, HOLDER)).verdict == "not_verified"
    assert look(text.removesuffix("~")).verdict == "not_verified"


# The status list

ENTRY = {"status_list": {"idx": 7, "uri": LIST}}


def listed(values: dict[int, int] | None = None, **changes: Any) -> Any:
    found = {LIST: doc(status_token(LIST, values or {}, ISSUER, **({"header": {"kid": KID}} | changes)))}
    return look(made(claims(status=ENTRY)), found)


def test_the_status_list_decides() -> None:
    assert [one.url for one in look(made(claims(status=ENTRY))).needs] == [LIST]
    for bits in (1, 2, 4, 8):
        assert listed(bits=bits).verdict == "verified"
        assert codes(listed({7: 1}, bits=bits)) == {"revoked"}
        assert listed({6: 1, 8: 1}, bits=bits).verdict == "verified"
    assert codes(listed({7: 2})) == {"suspended"}
    assert codes(listed({7: 3}), "unknown") == {"status_message"}
    gone = look(made(claims(status=ENTRY)), {LIST: Unavailable("the site did not answer")})
    assert gone.verdict == "inconclusive"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sub": f"{SITE}/status/2"}, "status_list_other"),
        ({"iss": "https://evil.example"}, "status_list_issuer"),
        ({"exp": int(AT.timestamp()) - 1}, "status_list_stale"),
        ({"iat": int(AT.timestamp()) + 3600}, "status_list_stale"),
        ({"iat": "now"}, "status_list_unreadable"),
        ({"status_list": {"bits": 3, "lst": "eNo"}}, "status_list_unreadable"),
        ({"status_list": {"bits": True, "lst": "eNo"}}, "status_list_unreadable"),
        ({"status_list": {"bits": 1, "lst": "eNo"}}, "status_list_unreadable"),
        ({"status_list": {"bits": 1, "lst": "!"}}, "status_list_unreadable"),
        ({"status_list": {"bits": 1}}, "status_list_unreadable"),
        ({"status_list": "none"}, "status_list_unreadable"),
        ({"header": {"typ": "JWT", "kid": KID}}, "status_list_type"),
        ({"header": {"kid": "other"}}, "status_list_unsigned"),
    ],
)
def test_a_status_list_in_doubt_is_inconclusive(changes: dict[str, Any], code: str) -> None:
    one = listed(**changes)
    assert one.verdict == "inconclusive"
    assert codes(one, "unknown") == {code}


def test_a_strangers_status_list_does_not_count_and_withdrawal_counts_in_an_old_one() -> None:
    forged = {LIST: doc(status_token(LIST, {}, THIEF, header={"kid": KID}))}
    assert codes(look(made(claims(status=ENTRY)), forged), "unknown") == {"status_list_unsigned"}
    assert codes(listed({7: 1}, exp=int(AT.timestamp()) - 1)) == {"revoked"}
    junk = {LIST: doc(b"<html>")}
    assert codes(look(made(claims(status=ENTRY)), junk), "unknown") == {"status_list_unreadable"}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ({"status_list": {"idx": -1, "uri": LIST}}, "status_malformed"),
        ({"status_list": {"idx": "7", "uri": LIST}}, "status_malformed"),
        ({"status_list": {"idx": 7.5, "uri": LIST}}, "status_malformed"),
        ({"status_list": {"idx": True, "uri": LIST}}, "status_malformed"),
        ({"status_list": {"idx": 7}}, "status_malformed"),
        ({"status_list": {"idx": 4096, "uri": LIST}}, "status_index_outside"),
        ({"status_list": {"idx": 7, "uri": "https://127.0.0.1/"}}, "status_url_refused"),
        ({"status_list": [7]}, "status_unsupported"),
        ({"other": {}}, "status_unsupported"),
        (ENTRY | {"other": {}}, "status_unsupported"),
        ("none", "status_unsupported"),
    ],
)
def test_a_status_that_cannot_be_followed_is_never_a_pass(status: Any, code: str) -> None:
    found = {LIST: doc(status_token(LIST, {}, ISSUER, header={"kid": KID}))}
    one = look(made(claims(status=status)), found)
    assert not one.verdict.startswith("verified")
    assert code in codes(one) | codes(one, "unknown")


def test_a_packed_bomb_as_a_status_list_is_put_aside() -> None:
    one = listed(size=(9 << 20) * 8, bits=1)
    assert codes(one, "unknown") == {"status_list_unreadable"}


# The holder

ASKED: dict[str, Any] = {"challenge": "c-1", "domain": "market.example", "issued_at": AT, "at": AT}


def proved(text: str, **changes: Any) -> str | None:
    return check_presentation(text, **(ASKED | changes)).did


def test_the_holders_token_binds_the_key_that_the_issuer_wrote_in() -> None:
    text = made(claims(), GRADE, holder=HOLDER)
    key = proved(text)
    assert key is not None
    assert key.startswith("urn:ietf:params:oauth:jwk-thumbprint:sha-256:")
    mine = look(made(claims(), GRADE), person=Person(dids=(key,)))
    assert (mine.verdict, mine.bound) == ("verified", "did")
    others = look(made(claims(cnf={"jwk": THIEF.jwk()}), GRADE), person=Person(dids=(key,)))
    assert others.bound is None
    assert "recipient_unshown" in codes(others, "warn")


def test_a_holders_token_for_somebody_else_neither_binds_nor_harms() -> None:
    one = look(made(claims(), GRADE, holder=HOLDER), person=Person(emails=("amara@example.org",)))
    assert one.bound is None
    assert "holder_elsewhere" in codes(one, "not_applicable")
    assert one.verdict == "verified_with_warnings"
    assert codes(one, "warn") == {"recipient_unshown"}


BINDINGS: dict[str, dict[str, Any]] = {
    "a challenge of another time": {"nonce": "c-0"},
    "no challenge": {"nonce": None},
    "for another site": {"aud": "evil.example"},
    "for two sites": {"aud": ["market.example", "evil.example"]},
    "for no site": {"aud": None},
    "made before the challenge": {"iat": int(AT.timestamp()) - 3600},
    "made later than now": {"iat": int(AT.timestamp()) + 3600},
    "no time": {"iat": None},
    "a time that is a text": {"iat": "now"},
    "ended": {"exp": int(AT.timestamp()) - 1},
    "over other parts": {"sd_hash": digest("other")},
    "over nothing": {"sd_hash": None},
    "of another type": {"header": {"typ": "JWT"}},
}


@pytest.mark.parametrize("attack", BINDINGS)
def test_a_holders_token_that_does_not_answer_us_proves_nothing(attack: str) -> None:
    text = made(claims(), GRADE)
    assert proved(text + key_binding(text, HOLDER)) is not None
    assert proved(text + key_binding(text, HOLDER, **BINDINGS[attack])) is None


def test_a_missing_a_strangers_and_a_moved_holders_token_prove_nothing() -> None:
    text = made(claims(), GRADE)
    assert proved(text) is None
    assert proved(text + key_binding(text, THIEF)) is None
    # A token made over fewer parts, put behind more of them.
    assert proved(text + key_binding(made(), HOLDER)) is None
    # A key without the holder's signature under the challenge; a holder's key that is no key.
    bare = made(claims(cnf=None), GRADE)
    assert proved(bare + key_binding(bare, HOLDER)) is None
    broken = made(claims(cnf={"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}), GRADE)
    assert proved(broken + key_binding(broken, HOLDER)) is None
    late = AT + timedelta(minutes=6)
    assert proved(text + key_binding(text, HOLDER), at=late) is None


def test_a_copy_whose_holders_token_does_not_hold_is_refused_as_a_whole() -> None:
    text = made(claims(), GRADE)
    for bad in (key_binding(text, THIEF), key_binding(made(), HOLDER), "ey.ey.ey", "junk"):
        one = look(text + bad)
        assert "holder_refused" in codes(one), bad
        assert one.verdict == "not_verified"


# Credentials of the VC data model in this form

WEB = "did:web:issuer.example"
SERVED = {f"{SITE}/.well-known/did.json": did_web(ISSUER)}


def model(hide: str | None = None, **changes: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """An Open Badge as an SD-JWT payload, its subject's id a part; with `hide`, a member of the top level too."""
    payload = badge(issuer=WEB, **changes)
    subject = payload["credentialSubject"]
    own = disclosure("s-1", "id", subject.pop("id"))
    subject["_sd"] = [digest(own), DECOY]
    parts: tuple[str, ...] = (own,)
    if hide is not None:
        parts = (disclosure("s-2", hide, payload.pop(hide)), own)
        payload["_sd"] = [digest(parts[0])]
    return payload, parts


def model_text(payload: dict[str, Any], *shown: str, **header: Any) -> str:
    return sd_jwt(payload, ISSUER, shown, **({"typ": "vc+sd-jwt", "kid": f"{WEB}#key-1"} | header))


def test_an_open_badge_in_this_form_is_verified_and_seen_as_it_was_meant() -> None:
    payload, parts = model()
    one = check(model_text(payload, *parts), SERVED)
    assert (one.verdict, one.format, one.container) == ("verified", "ob-3.0", "sd-jwt")
    assert one.view["credentialSubject"] == badge()["credentialSubject"]
    envelope = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+sd-jwt,{model_text(payload, *parts)}",
    }
    assert check(envelope, SERVED).verdict == "verified"


@pytest.mark.parametrize("name", ["validUntil", "credentialStatus"])
def test_an_end_or_a_status_left_out_is_never_a_pass(name: str) -> None:
    status = {
        "id": f"{LIST}#1", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
        "statusListIndex": "1", "statusListCredential": LIST,
    }  # fmt: skip
    payload, parts = model(hide=name, credentialStatus=status)
    one = check(model_text(payload, *parts[1:]), SERVED)
    assert one.verdict == "inconclusive"
    assert "disclosed_unsure" in codes(one, "unknown")
    shown = check(model_text(payload, *parts), SERVED)
    assert "disclosed_part" in codes(shown, "pass")


def test_of_two_status_entries_the_one_that_withdraws_cannot_be_kept_back_unseen() -> None:
    def status(index: str, purpose: str) -> dict[str, Any]:
        return {
            "id": f"{LIST}#{index}", "type": "BitstringStatusListEntry", "statusPurpose": purpose,
            "statusListIndex": index, "statusListCredential": LIST,
        }  # fmt: skip

    kept_back = disclosure("s-9", status("2", "revocation"))
    entries = [status("1", "suspension"), {"...": digest(kept_back)}]
    payload, parts = model(credentialStatus=entries)
    one = check(model_text(payload, *parts), SERVED)
    assert "disclosed_unsure" in codes(one, "unknown")
    assert "disclosed_part" in codes(check(model_text(payload, kept_back, *parts), SERVED), "pass")


def test_a_changed_part_or_a_bare_token_of_this_form_is_refused() -> None:
    payload, _ = model()
    forged = disclosure("s-1", "id", "did:example:mallory")
    assert codes(check(model_text(payload, forged), SERVED)) == {"disclosure_unused"}
    assert check(model_text(payload).rstrip("~"), SERVED).verdict == "not_verified"
    assert codes(check(model_text(payload, typ="JWT"), SERVED)) == {"header_malformed"}


def test_the_w3cs_examples_that_are_made_to_be_bad_are_refused() -> None:
    folder = need("w3c-vc-jose-cose-ts") / "tests" / "input"
    files = sorted(folder.glob("*sdjwt*.txt"))
    assert len(files) >= 4
    for path in files:
        one = verify(path.read_bytes(), at=AT)
        assert not one.verdict.startswith("verified"), path.name
        assert one.view == {}


def record(*inner: Any) -> dict[str, Any]:
    """A learner record that holds these, signed as text."""
    clr = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
    return prove(
        {
            "@context": [contexts.VC2, clr, OB],
            "id": "urn:uuid:5d1c7a7e-0000-4000-8000-000000000011",
            "type": ["VerifiableCredential", "ClrCredential"],
            "issuer": {"id": SIGNER.did, "type": ["Profile"], "name": "Harbour Works"},
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": {"type": ["ClrSubject"], "verifiableCredential": list(inner)},
        },
        suite="eddsa-jcs-2022",
    )


@pytest.mark.parametrize("wrapped", [False, True], ids=["as text", "in an envelope"])
def test_one_inside_a_record_is_read_like_any_other(wrapped: bool) -> None:
    def inner(text: str) -> Any:
        envelope = {
            "@context": [contexts.VC2],
            "id": f"data:application/dc+sd-jwt,{text}",
            "type": "EnvelopedVerifiableCredential",
        }
        return envelope if wrapped else text

    good, forged = made(claims(), GRADE), made(claims(), GRADE, signer=THIEF)
    whole = look(record(inner(good), inner(forged)))
    assert whole.format == "clr-2.0"
    assert [(one.format, one.verdict) for one in whole.inner] == [
        ("sd-jwt-vc", "verified"),
        ("sd-jwt-vc", "not_verified"),
    ]
    assert whole.inner[0].view["grade"] == "with distinction"
    assert "inner_doubtful" in codes(whole, "warn")
