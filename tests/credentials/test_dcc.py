"""The badges of the Digital Credentials Consortium come out as written down, each with the reason why."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from market.credentials.proofs import contexts
from market.credentials.proofs.sources import Document
from market.credentials.proofs.verify import verify

from .fixtures import HERE, SETS, load, need
from .maker import badge, entry, prove

DCC = SETS / "dcc-vc-test-fixtures"
EXPECTED: dict[str, dict[str, Any]] = load(HERE / "dcc_expected.json")
LISTS = "statusLists/didkey-ed25519Signature2020"
SITE = "https://digitalcredentials.github.io/vc-test-fixtures"
SECOND = "https://raw.githubusercontent.com/digitalcredentials/verifier-core/refs/heads/main/src/test-fixtures/status"
AT = datetime(2026, 11, 1, tzinfo=UTC)


def published() -> dict[str, Document]:
    """What the badges' addresses would serve: DID documents and status lists."""
    found = {}
    for path in (DCC / LISTS).iterdir():
        found[f"{SITE}/{LISTS}/{path.name}"] = found[f"{SECOND}/{path.name}"] = Document(path.read_bytes())
    for name in ("oidf", "legacy"):
        found[f"{SITE}/dids/{name}/did.json"] = Document((DCC / f"dids/{name}/did.json").read_bytes())
    return found


def pinned() -> contexts.Contexts:
    return contexts.installed().adding(load(need("contexts") / "jsonld-contexts-from-npm.json"))


def files() -> list[str]:
    folder = DCC / "verifiableCredentials"
    return sorted(str(path.relative_to(folder)) for path in folder.glob("**/*.json"))


def outcome(path: Path) -> Any:
    return verify(path.read_bytes(), at=AT, documents=published(), contexts=pinned())


@pytest.mark.parametrize("name", files())
def test_badge_comes_out_as_written_down(name: str) -> None:
    made = outcome(DCC / "verifiableCredentials" / name)
    expected = EXPECTED[name]
    assert made.verdict == expected["verdict"], [check for check in made.checks if check.status != "pass"]
    assert (
        sorted({check.code for check in made.checks if check.status in ("fail", "unknown")})
        == expected["because"]
    )
    assert expected["reason"]
    assert not made.needs


def test_every_badge_has_an_expected_outcome_and_none_is_left_over() -> None:
    need("dcc-vc-test-fixtures")
    assert sorted(EXPECTED) == files()


def ended(document: dict[str, Any]) -> bool:
    end = document.get("validUntil") or document.get("expirationDate")
    return end is not None and datetime.fromisoformat(end) < AT


def withdrawn(document: dict[str, Any]) -> bool:
    """The bit itself, read without the verifier."""
    entry = document.get("credentialStatus")
    if entry is None:
        return False
    name, number = entry["statusListCredential"].rpartition("/")[2], int(entry["statusListIndex"])
    packed = load(DCC / LISTS / name)["credentialSubject"]["encodedList"].removeprefix("u")
    bits = gzip.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    return bool(bits[number // 8] >> (7 - number % 8) & 1)


def test_what_is_written_down_agrees_with_the_dates_and_bits_of_the_files_themselves() -> None:
    need("dcc-vc-test-fixtures")
    looked_at = 0
    for name, expected in EXPECTED.items():
        text = (DCC / "verifiableCredentials" / name).read_text("utf-8")
        if not text.strip():
            assert expected["because"] == ["empty"]
        elif expected["because"] != ["context_inline"]:
            document = json.loads(text)
            looked_at += 1
            assert ("expired" in expected["because"]) == ended(document), name
            assert ("revoked" in expected["because"]) == withdrawn(document), name
            assert ("did:key" in expected["reason"]) == (
                expected["verdict"].startswith("verified") and "did:key" in json.dumps(document["issuer"])
            ), name
    assert looked_at >= 54


def test_no_badge_that_is_revoked_expired_or_tampered_by_its_name_is_accepted() -> None:
    need("dcc-vc-test-fixtures")
    bad = ("revoked", "-expired", "tampered", "badSchema", "expiredStatus", "notYetValidStatus")
    named = [name for name in files() if any(word in name for word in bad)]
    assert len(named) >= 20
    for name in named:
        assert not outcome(DCC / "verifiableCredentials" / name).verdict.startswith("verified"), name


@pytest.mark.parametrize("name", ["expired", "notYetValid", "tampered", "missingBitStringType"])
def test_status_lists_made_to_be_bad_are_no_reason_to_accept(name: str) -> None:
    """A badge signed here, whose status lies in the published list, is inconclusive at best."""
    need("dcc-vc-test-fixtures")
    url = f"{SITE}/{LISTS}/{name}"
    made = prove(badge(credentialStatus=entry(url, "7")))
    found = verify(json.dumps(made), at=AT, documents=published(), contexts=pinned())
    assert found.verdict == "inconclusive"
