"""Documents made to keep a verifier busy are refused soon: lists, members, proofs, chains, endorsements."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support import effort

from .maker import badge, check, codes, entry, prove, status_list

PROOF = prove(badge())["proof"]


def alignments(count: int) -> list[dict[str, Any]]:
    return [
        {"type": ["Alignment"], "targetName": str(index), "targetUrl": f"https://a.example/{index}"}
        for index in range(count)
    ]


def with_achievement(**members: Any) -> dict[str, Any]:
    made = badge(proof=PROOF)
    made["credentialSubject"]["achievement"] |= members
    return made


def chained(count: int) -> dict[str, Any]:
    made = with_achievement(alignment=alignments(700))
    proofs = [PROOF | {"id": f"urn:uuid:{index}"} for index in range(count)]
    for index in range(1, count):
        proofs[index]["previousProof"] = f"urn:uuid:{index - 1}"
    return made | {"proof": proofs}


INNER = with_achievement(alignment=alignments(100)) | {"proof": [PROOF] * 6}
HEAVY = {
    "five thousand alignments": with_achievement(alignment=alignments(5000)),
    "as many as are looked at": with_achievement(alignment=alignments(700)),
    "forty thousand tags": with_achievement(tag=[str(index) for index in range(40_000)]),
    "forty thousand types": badge(
        proof=PROOF, type=["VerifiableCredential", *(f"T{index}" for index in range(40_000))]
    ),
    "forty thousand members": badge(proof=PROOF, **{f"k{index}": 1 for index in range(40_000)}),
    "blank nodes": with_achievement(
        related=[{"id": f"_:b{index}", "type": ["Related"]} for index in range(700)]
    ),
    "a chain of proofs": chained(6),
    "endorsements with many proofs": badge(proof=PROOF, endorsement=[INNER] * 24),
}


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_document_is_refused_soon(name: str) -> None:
    data = json.dumps(HEAVY[name])
    with effort.at_most(effort.HOSTILE):
        made = check(data)
    assert made.verdict == "not_verified"


def test_heavy_endorsements_in_a_badge_signed_as_text_do_not_hold_up_the_rest() -> None:
    document = prove(badge(endorsement=[INNER] * 24), suite="eddsa-jcs-2022")
    with effort.at_most(effort.HOSTILE):
        made = check(document)
    assert all(one.verdict != "verified" for one in made.inner)


def test_a_name_in_a_list_of_withdrawn_badges_does_not_hide_behind_many_lists() -> None:
    urls = [f"https://a{index}.example/list" for index in range(9)]
    document = prove(badge(credentialStatus=[entry(url) for url in urls]))
    made = check(document, {url: status_list(url) for url in urls})
    assert codes(made, "unknown") == {"status_too_many"}


def test_an_honest_large_record_is_still_read() -> None:
    made = check(prove(badge(credentialSubject=badge()["credentialSubject"]) | {"evidence": evidence(60)}))
    assert made.verdict == "verified_with_warnings", made.checks


def evidence(count: int) -> list[dict[str, Any]]:
    return [
        {"id": f"https://a.example/{index}", "type": ["Evidence"], "name": f"Photo {index}"}
        for index in range(count)
    ]
