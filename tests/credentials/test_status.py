"""Status lists: withdrawn is withdrawn, and a list that cannot be had or trusted is never a pass."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import pytest

from market.credentials.proofs import contexts
from market.credentials.proofs.sources import Unavailable
from market.credentials.proofs.status import unpack
from tests.support import effort

from .fixtures import need
from .maker import ISSUER, OB, OTHER, badge, check, codes, entry, prove, status_list, token

URL = "https://issuer.example/status/1"
SECOND = "https://issuer.example/status/2"


def with_status(*entries: Any) -> dict[str, Any]:
    return prove(badge(credentialStatus=list(entries) if len(entries) > 1 else entries[0]))


def made(*entries: Any, **served: Any) -> Any:
    return check(with_status(*entries), served)


def outcome(listed: Any, index: Any = "5", **changes: Any) -> Any:
    return check(with_status(entry(URL, index, **changes)), {URL: listed})


def test_a_badge_that_is_not_withdrawn_passes() -> None:
    found = outcome(status_list(URL, bits=(4, 6)))
    assert found.verdict == "verified_with_warnings"
    assert "status_clear" in codes(found, "pass")


@pytest.mark.parametrize("index", ["5", 5])
def test_a_withdrawn_badge_is_refused(index: Any) -> None:
    assert codes(outcome(status_list(URL, bits=(5,)), index)) == {"revoked"}


def test_a_suspended_badge_is_refused() -> None:
    listed = status_list(URL, bits=(5,), subject={"statusPurpose": "suspension"})
    assert codes(outcome(listed, purpose="suspension")) == {"suspended"}


def test_the_list_is_asked_for_by_its_address() -> None:
    found = made(entry(URL))
    assert [(need.url, need.purpose) for need in found.needs] == [(URL, "status")]
    assert found.verdict == "inconclusive"


def test_a_list_that_is_down_is_inconclusive() -> None:
    assert codes(made(entry(URL), **{URL: Unavailable("no answer")}), "unknown") == {"status_unreachable"}


def test_a_list_as_a_signed_token_is_read() -> None:
    credential = status_list(URL, bits=(5,))
    del credential["proof"]
    text = token(credential, ISSUER, "EdDSA", kid=ISSUER.method, typ="vc+jwt")
    assert codes(outcome(text.encode())) == {"revoked"}
    assert outcome(text.encode(), "6").verdict == "verified_with_warnings"


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        (status_list(URL, signer=OTHER), "status_list_issuer"),
        (status_list(URL) | {"proof": []}, "status_list_unsigned"),
        (status_list(URL) | {"validFrom": "2026-02-02T00:00:00Z"}, "status_list_unsigned"),
        (status_list(URL, validUntil="2026-10-01T00:00:00Z"), "status_list_stale"),
        (status_list(URL, validFrom="2027-10-01T00:00:00Z"), "status_list_stale"),
        (status_list(URL, type=["VerifiableCredential"]), "status_list_type"),
        (status_list(URL, subject={"type": "Thing"}), "status_list_unsigned"),
        (status_list(SECOND), "status_list_other"),
        (status_list(URL, subject={"statusPurpose": "suspension"}), "status_list_other"),
        (status_list(URL, size=1024), "status_list_short"),
        (status_list(URL, subject={"encodedList": "uAAAA"}), "status_list_unreadable"),
        (status_list(URL, subject={"encodedList": "H4sI"}), "status_list_unreadable"),
        (b"<html>", "status_list_unsigned"),
        (b"", "status_list_unsigned"),
        (b"{}", "status_list_unsigned"),
        (prove(badge()), "status_list_type"),
    ],
)
def test_a_list_that_cannot_be_trusted_is_inconclusive(listed: Any, code: str) -> None:
    found = outcome(listed)
    assert found.verdict == "inconclusive"
    assert codes(found, "unknown") == {code}


def test_a_list_in_doubt_that_says_withdrawn_still_counts() -> None:
    for listed in (status_list(URL, bits=(5,), signer=OTHER), status_list(SECOND, bits=(5,))):
        assert codes(outcome(listed)) == {"revoked"}


@pytest.mark.parametrize(
    "index", ["-1", -1, 1.5, "1.5", "0x10", "007", "", " 5", "5 ", None, True, [], "٣", "99999999999"]
)
def test_a_number_that_is_no_number_is_refused(index: Any) -> None:
    found = check(
        prove(badge(credentialStatus=entry(URL, "5")), suite="eddsa-jcs-2022"), {URL: status_list(URL)}
    )
    assert found.verdict == "verified_with_warnings"
    odd = entry(URL, "5") | {"statusListIndex": index}
    found = check(prove(badge(credentialStatus=odd), suite="eddsa-jcs-2022"), {URL: status_list(URL)})
    assert codes(found) == {"status_malformed"}


def test_a_number_outside_of_the_list_is_refused() -> None:
    assert codes(outcome(status_list(URL), "131072")) == {"status_index_outside"}


def test_of_two_entries_each_counts() -> None:
    lists = {URL: status_list(URL), SECOND: status_list(SECOND, bits=(9,))}
    assert codes(check(with_status(entry(URL), entry(SECOND, "9")), lists)) == {"revoked"}
    assert check(with_status(entry(URL), entry(SECOND, "8")), lists).verdict == "verified_with_warnings"
    unknown = entry(SECOND) | {"type": "SomeStatus"}
    found = check(prove(badge(credentialStatus=[entry(URL), unknown]), suite="eddsa-jcs-2022"), lists)
    assert codes(found, "unknown") == {"status_unsupported"}
    assert check(with_status(entry(URL), entry(SECOND)), {URL: lists[URL]}).verdict == "inconclusive"


@pytest.mark.parametrize("value", [None, [], "x", 5, [None], {}])
def test_a_status_that_is_no_entry_is_never_a_pass(value: Any) -> None:
    found = check(prove(badge(credentialStatus=value), suite="eddsa-jcs-2022"))
    assert not found.verdict.startswith("verified")


def test_a_gzip_bomb_is_refused_soon() -> None:
    packed = gzip.compress(b"\0" * 200_000_000)
    text = "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
    listed = status_list(URL, subject={"encodedList": text})
    with effort.at_most(effort.HOSTILE):
        found = outcome(listed)
    assert codes(found, "unknown") == {"status_list_unreadable"}


def test_a_list_with_a_status_of_its_own_does_not_lead_in_circles() -> None:
    listed = status_list(URL, credentialStatus=entry(URL, "3"))
    assert outcome(listed).verdict == "verified_with_warnings"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "http://issuer.example/x",
        "file:///x",
        "https://a@issuer.example/x",
        "https://localhost/x",
    ],
)
def test_a_list_where_we_do_not_go_is_inconclusive_without_a_fetch(url: str) -> None:
    found = check(prove(badge(credentialStatus=entry(url)), suite="eddsa-jcs-2022"))
    assert found.verdict == "inconclusive"
    assert found.needs == ()


def test_a_status_of_several_bits_is_inconclusive() -> None:
    found = check(
        prove(badge(credentialStatus=entry(URL, statusSize=2)), suite="eddsa-jcs-2022"),
        {URL: status_list(URL)},
    )
    assert codes(found, "unknown") == {"status_unsupported"}


def test_statuslist2021_is_read() -> None:
    def listed(bits: tuple[int, ...]) -> dict[str, Any]:
        made = status_list(URL, bits, type=["VerifiableCredential", "StatusList2021Credential"])
        subject = made["credentialSubject"]
        subject |= {"type": "StatusList2021", "encodedList": subject["encodedList"][1:]}
        return prove({name: value for name, value in made.items() if name != "proof"}, suite="eddsa-jcs-2022")

    odd = entry(URL) | {"type": "StatusList2021Entry"}
    document = prove(badge(credentialStatus=odd), suite="eddsa-jcs-2022")
    assert codes(check(document, {URL: listed((5,))})) == {"revoked"}
    assert check(document, {URL: listed(())}).verdict == "verified_with_warnings"


def test_the_1edtech_revocation_list_is_read() -> None:
    extensions = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
    status = {"id": URL, "type": "1EdTechRevocationList"}
    document = prove(badge(**{"@context": [contexts.VC2, OB, extensions]}, credentialStatus=status))

    def listed(*rows: Any, **changes: Any) -> dict[str, Any]:
        return {"id": URL, "issuer": ISSUER.did, "revokedCredential": list(rows)} | changes

    row = {"id": badge()["id"], "revoked": True, "revocationReason": "Awarded by mistake."}
    assert codes(check(document, {URL: listed(row)})) == {"revoked"}
    assert (
        check(document, {URL: listed({"id": "urn:uuid:2", "revoked": True})}).verdict
        == "verified_with_warnings"
    )
    assert codes(check(document, {URL: listed(issuer=OTHER.did)}), "unknown") == {"status_list_issuer"}
    assert codes(check(document, {URL: {"id": URL}}), "unknown") == {"status_list_type"}
    assert check(document).verdict == "inconclusive"


def test_published_lists_unpack_to_what_their_publishers_say() -> None:
    folder = need("openvc-interop") / "tests" / "fixtures" / "interop" / "status"
    text = (folder / "digitalbazaar-100k-50k-revoked-encodedList.txt").read_text().strip()
    bits = unpack(text, prefixed=True)
    assert len(bits) * 8 == 100_000
    # Made when bits were still counted from the right of each byte: number 50,000 then, 50,007 in today's order.
    assert [index for index in range(100_000) if bits[index // 8] & (128 >> index % 8)] == [50_007]
    text = (folder / "w3c-rec-example3-encodedList.txt").read_text().strip()
    assert unpack(text, prefixed=True) == bytes(131_072 // 8)
