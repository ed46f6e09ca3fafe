"""The rules of the wallet, by tables: when a credential counts, at which level, and what becomes of its state."""

from datetime import UTC, datetime, timedelta

import pytest

from market.access import SYSTEM, VISITOR, Actor
from market.wallet import rules
from market.wallet.models import Held, IdentityProof, ProofKind, ProofStatus
from market.wallet.rules import GOOD, UNDER_WAY, HeldStatus, Step5

NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
YES = {"known": True, "bound": True, "issued_here": False}


def held(**more: object) -> Held:
    return Held(**{"id": 1, "person_id": 7, "sha256": "", "check_id": 1, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("status", HeldStatus)
def test_only_what_is_verified_counts(status: HeldStatus) -> None:
    assert bool(rules.counts(status, **YES)) is (status in GOOD)
    assert rules.counts(status, **YES).reason or status in GOOD


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"known": False}, "We do not know who issued it"),
        ({"bound": False}, "not shown to be yours"),
        ({"issued_here": True}, "not counted twice"),
    ],
)
def test_each_of_the_answers_is_needed(given: dict[str, bool], says: str) -> None:
    decision = rules.counts(HeldStatus.VERIFIED, **(YES | given))
    assert not decision
    assert says in decision.reason


def test_what_cannot_be_asked_for_now_counts_for_thirty_days_after_it_was_last_verified() -> None:
    grace = rules.in_grace(HeldStatus.INCONCLUSIVE, NOW - timedelta(days=30), NOW)
    assert grace
    assert rules.counts(HeldStatus.INCONCLUSIVE, **YES, in_grace=True)
    assert not rules.in_grace(HeldStatus.INCONCLUSIVE, NOW - timedelta(days=31), NOW)
    assert not rules.in_grace(HeldStatus.INCONCLUSIVE, None, NOW), "it was never verified"
    assert not rules.in_grace(HeldStatus.NOT_VERIFIED, NOW, NOW), "a failure is a failure"


@pytest.mark.parametrize(
    ("status", "verdict", "step"),
    [
        (HeldStatus.CHECKING, "verified", "verify"),
        (HeldStatus.CHECKING, "verified_with_warnings", "warn"),
        (HeldStatus.CHECKING, "inconclusive", "leave_open"),
        (HeldStatus.CHECKING, "not_verified", "fail"),
        (HeldStatus.INCONCLUSIVE, "not_verified", "fail"),
        (HeldStatus.VERIFIED, "not_verified", "lose"),
        (HeldStatus.VERIFIED_WITH_WARNINGS, "not_verified", "lose"),
        (HeldStatus.VERIFIED, "verified", None),
        (HeldStatus.NOT_VERIFIED, "verified", "verify"),
    ],
)
def test_a_verdict_is_a_step(status: HeldStatus, verdict: str, step: str | None) -> None:
    assert rules.step_to(status, verdict) == step


@pytest.mark.parametrize("status", [*UNDER_WAY, *GOOD, HeldStatus.INCONCLUSIVE, HeldStatus.NOT_VERIFIED])
@pytest.mark.parametrize("verdict", ["verified", "verified_with_warnings", "inconclusive", "not_verified"])
def test_every_verdict_has_its_step_from_every_state(status: HeldStatus, verdict: str) -> None:
    step = rules.step_to(status, verdict)
    if step is not None:
        assert rules.LIFECYCLE.step(status, step).target == verdict


@pytest.mark.parametrize(
    ("words", "level"),
    [
        (["Level 3 of 5"], 3),
        (["3/5"], 3),
        (["Niveau 4 sur 5"], 4),
        (["", "level 1 of 5"], 1),
        (["Level 6 of 5"], None),
        (["Level 3"], None),
        (["Level 35"], None),
        (["CS 3 of 4"], None),
        (["EQF 5"], None),
        ([], None),
    ],
)
def test_a_level_is_read_only_where_it_is_said_out_of_five(words: list[str], level: int | None) -> None:
    assert rules.stated_level(words) == level


@pytest.mark.parametrize(
    ("level", "results", "reading"),
    [
        (3, [], 3000),
        (3, [Step5(3, 3)], 3000),
        (3, [Step5(4, 3), Step5(3, 3)], 3500),
        (3, [Step5(1, 3)], 1000),
        (1, [Step5(0, 3)], 0),
        (5, [Step5(4, 3)], 5000),
    ],
)
def test_results_move_the_stated_level(level: int, results: list[Step5], reading: int) -> None:
    assert rules.stated_reading(level, results) == reading


def test_a_holders_own_word_reaches_three() -> None:
    assert [rules.own_reading(n) for n in (0, 1, 3, 5)] == [1000, 1000, 3000, 3000]


@pytest.mark.parametrize(
    ("url", "spelling"),
    [
        ("https://data.europa.eu/esco/skill/1", "http://data.europa.eu/esco/skill/1"),
        ("http://data.europa.eu/esco/skill/1/", "http://data.europa.eu/esco/skill/1"),
        (
            "https://esco.ec.europa.eu/en/classification/skill?uri=http%3A%2F%2Fdata.europa.eu%2Fesco%2Fskill%2F1",
            "http://data.europa.eu/esco/skill/1",
        ),
        ("urn:skill:1", "urn:skill:1"),
    ],
)
def test_an_address_of_a_skill_is_found_by_its_spellings(url: str, spelling: str) -> None:
    assert spelling in rules.skill_addresses(url)


def test_a_portal_is_believed_only_where_it_is_escos() -> None:
    found = rules.skill_addresses("https://evil.example/?uri=http%3A%2F%2Fdata.europa.eu%2Fesco%2Fskill%2F1")
    assert "http://data.europa.eu/esco/skill/1" not in found


@pytest.mark.parametrize(
    ("codes", "reason"),
    [
        (["signature_holds", "revoked"], "revoked"),
        (["expired"], "expired"),
        (["signature_wrong"], "changed"),
        ([], "changed"),
    ],
)
def test_why_one_was_lost(codes: list[str], reason: str) -> None:
    assert rules.why_lost(codes) == reason


def test_it_is_its_holders_and_nobody_elses() -> None:
    assert rules.may_see(Actor(id=7), held())
    assert not rules.may_see(Actor(id=8), held())
    assert not rules.may_see(VISITOR, held(person_id=0))
    assert not rules.may_see(Actor(id=7), held(status=HeldStatus.REMOVED))
    assert rules.parties(SYSTEM, held()) == {"system"}
    assert rules.parties(Actor(id=7), held()) == {"holder"}
    assert rules.parties(Actor(id=8), held()) == frozenset()
    proof = IdentityProof(person_id=7, kind=ProofKind.DID, status=ProofStatus.OPEN)
    assert rules.may_use_proof(Actor(id=7), proof)
    assert not rules.may_use_proof(Actor(id=8), proof)
