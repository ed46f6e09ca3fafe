"""The pure rules of applications: each refusal in words, each state with a sentence for both sides."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from market.access import SYSTEM, VISITOR, Actor, Membership, Role
from market.applications import rules, sentences
from market.applications.models import Application, Offer
from market.applications.rules import DeclineCode, OfferStatus, RejectCode, Side, Status
from market.applications.terms import Part, Terms, from_json, problems
from market.opportunities.models import Opportunity
from market.opportunities.rules import Status as Opening
from market.transitions import Transition
from tests.applications import scene

NOW = datetime(2026, 11, 16, 10, tzinfo=UTC)
AMARA = Actor(id=1, name="Amara", is_verified=True)
BRUNO = Actor(id=2, name="Bruno", memberships=(Membership(1, 9, Role.OWNER),))
MIRA = Actor(id=3, name="Mira", memberships=(Membership(2, 9, Role.MENTOR),))


def opening(**more: Any) -> Opportunity:
    given: dict[str, Any] = {
        "id": 5,
        "org_id": 9,
        "author_id": 2,
        "kind": "gig",
        "status": Opening.PUBLISHED,
        "deadline_at": NOW + timedelta(days=11),
        "answer_days": 5,
        "pay_minor": 28_800,
        "pay_basis": "fixed",
        "hours": 18,
    }
    return Opportunity(**{**given, **more})


def application(**more: Any) -> Application:
    given: dict[str, Any] = {"id": 7, "opportunity_id": 5, "org_id": 9, "person_id": 1, "submitted_at": NOW}
    return Application(**{**given, **more})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"status": Opening.PAUSED}, "paused"),
        ({"status": Opening.FILLED}, "All places are taken"),
        ({"status": Opening.CANCELLED}, "was cancelled"),
        ({"status": Opening.CLOSED, "deadline_at": NOW - timedelta(days=2)}, "closed on 14 November"),
        ({"status": Opening.CLOSED}, "takes no applications now"),
        ({"status": Opening.EXPIRED}, "takes no applications now"),
        ({"status": Opening.DRAFT, "deadline_at": None}, "takes no applications now"),
        ({"applicants_cap": 3, "applicants_count": 3}, "as many applications as its employer can answer"),
    ],
)
def test_an_opening_that_takes_no_applications_says_why(changed: dict[str, Any], words: str) -> None:
    decision = rules.may_apply(AMARA, opening(**changed), None, blocked=False, now=NOW)
    assert not decision
    assert words in decision.reason


def test_the_deadline_is_an_instant_and_closes_at_it() -> None:
    there = opening(deadline_at=NOW)
    assert not rules.is_open_to_applicants(there, NOW)
    assert rules.is_open_to_applicants(there, NOW - timedelta(seconds=1))


@pytest.mark.parametrize("status", list(Status))
def test_one_application_stands_for_each_person(status: Status) -> None:
    allowed = bool(rules.may_apply(AMARA, opening(), status, blocked=False, now=NOW))
    assert allowed == (status in (Status.DRAFT, Status.WITHDRAWN))


def test_who_asks_matters() -> None:
    def asked(actor: Actor, *, blocked: bool = False) -> str:
        return rules.may_apply(actor, opening(), None, blocked=blocked, now=NOW).reason

    assert asked(AMARA) == ""
    assert "Sign in" in asked(VISITOR)
    assert "nobody applies within their own" in asked(BRUNO)
    assert "nobody applies within their own" in asked(MIRA)
    assert "cannot apply to this organisation" in asked(AMARA, blocked=True)


def test_an_invitation_is_refused_with_the_reason() -> None:
    def asked(actor: Actor = BRUNO, **facts: bool) -> str:
        given = {"is_member": False, "blocked": False, "applied": False, **facts}
        return rules.may_invite(actor, opening(), now=NOW, **given).reason

    assert asked() == ""
    assert "Only owners and recruiters" in asked(MIRA)
    assert "belongs to your organisation" in asked(is_member=True)
    assert "cannot write" in asked(blocked=True)
    assert "has applied already" in asked(applied=True)


def test_a_place_is_offered_only_where_there_is_one() -> None:
    assert rules.may_offer(opening(), blocked=False)
    assert "no contact" in rules.may_offer(opening(), blocked=True).reason
    assert "taken" in rules.may_offer(opening(seats=1, seats_taken=1), blocked=False).reason
    assert "taken" in rules.may_offer(opening(status=Opening.FILLED), blocked=False).reason
    assert "is over" in rules.may_offer(opening(status=Opening.EXPIRED), blocked=False).reason


def test_sides_and_parties() -> None:
    sent, own_draft = application(status=Status.SUBMITTED), application(status=Status.DRAFT)
    assert rules.side_of(AMARA, sent) is Side.TALENT
    assert rules.side_of(BRUNO, sent) is Side.EMPLOYER
    assert rules.side_of(BRUNO, own_draft) is None  # a draft is its author's
    assert rules.side_of(MIRA, sent) is None
    assert rules.side_of(VISITOR, sent) is None
    assert rules.parties(SYSTEM, sent) == {"system"}
    both = replace(AMARA, memberships=BRUNO.memberships)
    assert rules.parties(both, sent) == {"talent"}  # nobody decides about an application of their own


def test_who_signs_and_when() -> None:
    offer = Offer(
        application_id=7,
        version=1,
        proposed_by=Side.EMPLOYER,
        proposer_id=2,
        terms={},
        expires_at=NOW + timedelta(days=7),
        status=OfferStatus.OPEN,
    )
    assert rules.may_sign(Side.TALENT, offer, NOW)
    assert "other side signs" in rules.may_sign(Side.EMPLOYER, offer, NOW).reason
    assert "Only the two sides" in rules.may_sign(None, offer, NOW).reason
    assert "lapsed" in rules.may_sign(Side.TALENT, offer, NOW + timedelta(days=7)).reason
    offer.status = OfferStatus.COUNTERED
    assert "not the ones on the table" in rules.may_sign(Side.TALENT, offer, NOW).reason


def test_the_answer_is_promised_from_the_deadline_or_from_sending_where_there_is_none() -> None:
    assert rules.answer_due(opening(), NOW) == NOW + timedelta(days=16)
    assert rules.answer_due(opening(deadline_at=None), NOW) == NOW + timedelta(days=5)
    assert rules.answer_due_again(opening(), NOW) == NOW + timedelta(days=5)


def test_overdue_is_a_flag_of_what_waits() -> None:
    due = NOW - timedelta(days=1)
    assert rules.is_overdue(application(status=Status.SUBMITTED, answer_due_at=due), NOW)
    assert not rules.is_overdue(application(status=Status.DECLINED, answer_due_at=due), NOW)
    assert not rules.is_overdue(application(status=Status.SUBMITTED, answer_due_at=NOW), NOW)
    assert not rules.is_overdue(application(status=Status.SUBMITTED, answer_due_at=None), NOW)


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("side", list(Side))
def test_every_state_has_a_mark_and_a_sentence_for_both_sides(status: Status, side: Side) -> None:
    there = application(status=status, answer_due_at=NOW + timedelta(days=16))
    kind, glyph, words = sentences.mark(status, there.answer_due_at, side, NOW, "Europe/London")
    assert (kind in ("", "ok", "warn", "bad", "way"), bool(glyph), bool(words)) == (True, True, True)
    sentence = sentences.standing(there, "Nettle & Rye", side, NOW, "Europe/London")
    assert bool(sentence) == (status is not Status.DRAFT or side is Side.TALENT)


@pytest.mark.parametrize("side", list(Side))
def test_overdue_says_the_day_that_passed_and_what_was_done(side: Side) -> None:
    there = application(status=Status.IN_REVIEW, answer_due_at=NOW - timedelta(days=2))
    assert (
        sentences.mark(there.status, there.answer_due_at, side, NOW, "UTC")[2] == "Overdue since 14 November"
    )
    assert "14 November" in sentences.standing(there, "Amara", side, NOW, "UTC")


def test_every_reason_has_words() -> None:
    assert all(sentences.decline_words(code) for code in DeclineCode)
    assert all(sentences.reject_words(code) for code in RejectCode)
    assert (sentences.decline_words(None), sentences.reject_words(None)) == ("", "")


def step(name: str, reason: str | None = None, note: str | None = None) -> Transition:
    return Transition(
        subject_kind="application",
        subject_id=7,
        step=name,
        from_status="x",
        to_status="y",
        party="x",
        at=NOW,
        reason=reason,
        note=note,
    )


def test_the_timeline_has_a_title_for_every_step() -> None:
    names = {one.name for one in rules.LIFECYCLE.steps}
    reasons = {"decline": "timing", "reject": "pay"}
    told = sentences.timeline(
        [step(n, reasons.get(n)) for n in sorted(names)], application(), Side.TALENT, "UTC"
    )
    assert len({line.title for line in told}) >= len(names) - 1
    assert [line.state for line in told[-2:]] == ["done", "now"]


def test_words_that_were_not_shared_are_not_in_the_timeline_of_the_other_side() -> None:
    there, steps = application(decline_shared=False), [step("decline", "timing", "For us only.")]
    assert "For us only." not in sentences.timeline(steps, there, Side.TALENT, "UTC")[0].note
    assert "For us only." in sentences.timeline(steps, there, Side.EMPLOYER, "UTC")[0].note


def test_terms_survive_being_kept_and_unknown_fields_are_left_aside() -> None:
    terms = scene.terms(mentors=(4, 5))
    assert from_json(terms.as_json()) == terms
    assert from_json({**terms.as_json(), "later": "field"}) == terms


def test_terms_of_a_trial_take_at_most_forty_hours() -> None:
    long = Terms(
        "fixed",
        80_000,
        "GBP",
        41,
        date(2026, 11, 30),
        date(2026, 12, 18),
        milestones=(Part("All", amount_minor=80_000),),
    )
    assert "at most 40 hours" in problems(long, opening(kind="trial"), [], date(2026, 11, 16))["hours"]
    assert problems(replace(long, hours=40), opening(kind="trial"), [], date(2026, 11, 16)) == {}
    assert "hours" in problems(replace(long, hours=0), opening(), [], date(2026, 11, 16))
