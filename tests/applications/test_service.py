"""Applying and deciding, through the services, on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from market import clock
from market.access import Role
from market.applications import queries, service
from market.applications.models import Answer, Application
from market.applications.rules import DeclineCode, Status
from market.errors import Conflict, Forbidden, Invalid
from market.opportunities import service as opportunities
from market.opportunities.models import Opportunity
from tests.applications import scene
from tests.support.world import World


def apply_as(make: World, who: Any, opening: int, **more: Any) -> Application:
    given = more.pop("answers", scene.answers(make, opening))
    with make.write() as db:
        return service.apply(db, make.actor(who), db.get_one(Opportunity, opening), given, **more)


def test_an_application_says_when_the_answer_is_promised_and_is_counted(make: World) -> None:
    opening = scene.opening(make)
    made = scene.state(make, scene.applied(make, opening))
    there = scene.fresh(make, opening)
    assert made.status is Status.SUBMITTED
    assert made.submitted_at == clock.now()
    assert there.deadline_at is not None
    assert made.answer_due_at == there.deadline_at + timedelta(days=there.answer_days)
    assert (made.opportunity_version, made.org_id) == (1, make.bakery.id)
    assert there.applicants_count == 1
    assert [e.payload["person_id"] for e in make.events("application.submitted")] == [make.amara.id]


def test_a_person_applies_once(make: World) -> None:
    opening = scene.opening(make)
    scene.applied(make, opening)
    with pytest.raises(Conflict, match="applied already"):
        apply_as(make, make.amara, opening)
    assert scene.fresh(make, opening).applicants_count == 1


def test_nobody_applies_within_their_own_organisation(make: World) -> None:
    opening = scene.opening(make)
    for who in (make.bruno, make.mira):
        with pytest.raises(Forbidden, match="nobody applies within their own"):
            apply_as(make, who, opening)


def test_nobody_applies_where_a_block_stands_whoever_set_it(make: World) -> None:
    opening = scene.opening(make)
    make.block(make.bruno, person=make.amara)
    make.block(make.chidi, organisation=make.bakery)
    for who in (make.amara, make.chidi):
        with pytest.raises(Forbidden, match="cannot apply to this organisation"):
            apply_as(make, who, opening)


def test_the_deadline_ends_applying_even_before_the_sweep(make: World, standing_clock: Any) -> None:
    opening = scene.opening(make)
    standing_clock.move(days=12)
    with pytest.raises(Forbidden, match="Applications closed on 27 November"):
        apply_as(make, make.amara, opening)


def test_a_paused_opening_takes_no_applications(make: World) -> None:
    opening = scene.opening(make)
    with make.write() as db:
        opportunities.pause(db, make.actor(make.bruno), db.get_one(Opportunity, opening))
    with pytest.raises(Forbidden, match="paused"):
        apply_as(make, make.amara, opening)


def test_an_opening_closes_with_as_many_applications_as_it_takes(make: World) -> None:
    opening = scene.opening(make, applicants_cap=1)
    scene.applied(make, opening)
    assert scene.fresh(make, opening).status == "closed"
    with pytest.raises(Forbidden):
        apply_as(make, make.chidi, opening)


def test_each_question_is_answered_within_its_length(make: World) -> None:
    opening = scene.opening(make)
    for text, words in (("", "Answer this"), ("a" * 601, "601 characters long. Shorten it to 600")):
        with pytest.raises(Invalid) as refused:
            apply_as(make, make.amara, opening, answers={1: text})
        assert words in refused.value.fields["answers-1"]
    with make.read() as db:
        assert queries.application_of(db, opening, make.amara.id) is None
    apply_as(make, make.amara, opening, answers={1: "a" * 600})


def test_a_missing_skill_never_blocks(make: World) -> None:
    assert scene.state(make, scene.applied(make, scene.opening(make), make.chidi)).status is Status.SUBMITTED


def test_terms_that_changed_meanwhile_are_shown_before_an_application_goes(make: World) -> None:
    opening = scene.opening(make)
    with make.write() as db:
        there = db.get_one(Opportunity, opening)
        opportunities.add_addendum(db, make.actor(make.bruno), there, "The start moves to 2 December.")
    with pytest.raises(service.TermsChanged) as refused:
        apply_as(make, make.amara, opening, version=1)
    assert [a.text for a in refused.value.addenda] == ["The start moves to 2 December."]
    assert apply_as(make, make.amara, opening, version=2).opportunity_version == 2


def test_a_draft_is_kept_as_it_is_and_only_its_author_knows_of_it(make: World) -> None:
    opening = scene.opening(make)
    with make.write() as db:
        there = db.get_one(Opportunity, opening)
        draft = service.save_draft(db, make.actor(make.amara), there, {1: "x" * 900}, agrees_to_pool=True)
    with make.read() as db:
        assert [a.text for a in queries.answers_of(db, draft.id)] == ["x" * 900]
        assert queries.candidates(db, opening) == []
        assert scene.fresh(make, opening).applicants_count == 0
        for who in (make.bruno, make.chidi):
            with pytest.raises(Exception, match="no such application"):
                queries.get_application(db, make.actor(who), draft.public_id)
    sent = apply_as(make, make.amara, opening)
    assert sent.id == draft.id
    with make.read() as db:
        assert len(db.exec(queries.pick(Answer)).all()) == 1


def test_an_application_can_be_taken_back_and_sent_again(make: World) -> None:
    opening = scene.opening(make)
    one = scene.applied(make, opening)
    with make.write() as db:
        service.withdraw(db, make.actor(make.amara), db.get_one(Application, one))
    assert (scene.state(make, one).status, scene.fresh(make, opening).applicants_count) == ("withdrawn", 0)
    with make.write() as db:
        service.resubmit(db, make.actor(make.amara), db.get_one(Application, one))
    assert (scene.state(make, one).status, scene.fresh(make, opening).applicants_count) == ("submitted", 1)


def test_sending_again_asks_to_read_terms_that_changed(make: World) -> None:
    opening = scene.opening(make)
    one = scene.applied(make, opening)
    with make.write() as db:
        service.withdraw(db, make.actor(make.amara), db.get_one(Application, one))
        there = db.get_one(Opportunity, opening)
        opportunities.add_addendum(db, make.actor(make.bruno), there, "Two mornings, not one.")
    with pytest.raises(service.TermsChanged), make.write() as db:
        service.resubmit(db, make.actor(make.amara), db.get_one(Application, one))
    with make.write() as db:
        service.resubmit(db, make.actor(make.amara), db.get_one(Application, one), version=2)
    assert scene.state(make, one).opportunity_version == 2


def test_after_the_deadline_nothing_is_sent_again(make: World, standing_clock: Any) -> None:
    one = scene.applied(make, scene.opening(make))
    with make.write() as db:
        service.withdraw(db, make.actor(make.amara), db.get_one(Application, one))
    standing_clock.move(days=12)
    with pytest.raises(Forbidden, match="closed"), make.write() as db:
        service.resubmit(db, make.actor(make.amara), db.get_one(Application, one))


def test_reading_is_a_step_that_the_applicant_sees_and_reading_twice_is_none(make: World) -> None:
    one = scene.applied(make, scene.opening(make))
    with make.write() as db:
        assert service.open_(db, make.actor(make.bruno), db.get_one(Application, one))
    assert scene.state(make, one).status is Status.IN_REVIEW
    with make.write() as db:
        assert not service.open_(db, make.actor(make.bruno), db.get_one(Application, one))
    assert len(make.events("application.opened")) == 1


def test_a_refusal_has_a_reason_and_keeps_what_was_lacking(make: World) -> None:
    opening = scene.opening(make)
    one = scene.reviewed(make, scene.applied(make, opening))
    with make.write() as db:
        application = db.get_one(Application, one)
        service.decline(
            db, make.actor(make.bruno), application, DeclineCode.EVIDENCE, "Others had done this."
        )
    found = scene.state(make, one)
    assert (found.status, found.decline_code, found.decline_text) == (
        "declined",
        "evidence",
        "Others had done this.",
    )
    assert found.gap_report is not None
    assert (found.gap_report["met"], found.gap_report["of"]) == (0, 1)
    assert next(p["skill"] for p in found.gap_report["parts"]) == "Spreadsheets"
    assert found.gap_report["change"]["skill"] == "Spreadsheets"
    assert found.decided_at == clock.now()


def test_a_refusal_for_another_reason_says_it_in_words(make: World) -> None:
    one = scene.reviewed(make, scene.applied(make, scene.opening(make)))
    with pytest.raises(Invalid), make.write() as db:
        service.decline(db, make.actor(make.bruno), db.get_one(Application, one), DeclineCode.OTHER, "  ")
    assert scene.state(make, one).status is Status.IN_REVIEW


def test_who_is_declined_can_be_reconsidered(make: World) -> None:
    one = scene.reviewed(make, scene.applied(make, scene.opening(make)))
    with make.write() as db:
        application = db.get_one(Application, one)
        service.decline(db, make.actor(make.bruno), application, DeclineCode.TIMING)
        service.reconsider(db, make.actor(make.bruno), application)
    assert (scene.state(make, one).status, scene.state(make, one).decided_at) == ("in_review", None)


def test_only_who_agreed_is_kept_for_later_and_until_the_agreement_ends(
    make: World, standing_clock: Any
) -> None:
    opening = scene.opening(make)
    one, two = (
        scene.reviewed(make, scene.applied(make, opening, who, agrees_to_pool=agrees))
        for who, agrees in ((make.amara, True), (make.chidi, False))
    )
    with make.write() as db:
        service.pool(db, make.actor(make.bruno), db.get_one(Application, one))
    with pytest.raises(Forbidden, match="not agreed"), make.write() as db:
        service.pool(db, make.actor(make.bruno), db.get_one(Application, two))
    standing_clock.move(days=181)
    with pytest.raises(Forbidden, match="run out"), make.write() as db:
        service.revive(db, make.actor(make.bruno), db.get_one(Application, one))
    make.sweep()
    assert scene.state(make, one).status is Status.AUTO_CLOSED


def test_taking_the_agreement_back_lets_a_pooled_person_go(make: World) -> None:
    one = scene.reviewed(make, scene.applied(make, scene.opening(make), agrees_to_pool=True))
    with make.write() as db:
        service.pool(db, make.actor(make.bruno), db.get_one(Application, one))
        service.agree_to_pool(db, make.actor(make.amara), db.get_one(Application, one), agrees=False)
    assert scene.state(make, one).status is Status.AUTO_CLOSED
    assert make.events("application.auto_closed")[0].reason == "consent_withdrawn"


def test_past_the_promised_day_it_is_overdue_once_and_three_pause_the_opening(
    make: World, standing_clock: Any
) -> None:
    opening = scene.opening(make)
    ones = [scene.applied(make, opening, make.person()) for _ in range(3)]
    with make.write() as db:  # so that the deadline does not close it first
        there = db.get_one(Opportunity, opening)
        there.deadline_at = clock.now() + timedelta(days=50)
        db.add(there)
    standing_clock.move(days=17)
    make.sweep()
    make.sweep()
    assert len(make.events("application.overdue")) == 3
    assert {scene.state(make, one).status for one in ones} == {Status.SUBMITTED}  # a flag, not a state
    assert scene.fresh(make, opening).status == "paused"
    with make.read() as db:
        found = queries.responsiveness(db, make.bakery.id)
    assert (found.due, found.in_time, found.share) == (3, 0, 0)


def test_answers_make_the_responsiveness_that_everyone_reads(make: World, standing_clock: Any) -> None:
    opening = scene.opening(make)
    one, two = scene.applied(make, opening), scene.applied(make, opening, make.chidi)
    standing_clock.move(days=2)
    with make.write() as db:
        service.decline(db, make.actor(make.bruno), db.get_one(Application, one), DeclineCode.OTHERS)
    with make.read() as db:
        found = queries.responsiveness(db, make.bakery.id)
    assert found == (1, 1, 2.0)  # the other still has time
    standing_clock.move(days=20)
    with make.read() as db:
        found = queries.responsiveness(db, make.bakery.id)
    assert (found.due, found.in_time, found.share) == (2, 1, 0.5)
    assert scene.state(make, two).status is Status.SUBMITTED


def test_sixty_days_of_silence_close_it_in_plain_words(make: World, standing_clock: Any) -> None:
    one = scene.applied(make, scene.opening(make), agrees_to_pool=True)
    standing_clock.move(days=59)
    make.sweep()
    assert scene.state(make, one).status is Status.SUBMITTED
    standing_clock.move(days=1)
    make.sweep()
    assert scene.state(make, one).status is Status.AUTO_CLOSED
    with make.write() as db:
        service.revive(db, make.actor(make.bruno), db.get_one(Application, one))
    make.sweep()
    assert scene.state(make, one).status is Status.IN_REVIEW  # the sixty days begin anew


def test_silence_closes_nothing_before_the_promised_day(make: World, standing_clock: Any) -> None:
    one = scene.applied(make, scene.opening(make))
    with make.write() as db:
        db.get_one(Application, one).answer_due_at = clock.now() + timedelta(days=80)
    standing_clock.move(days=79)
    make.sweep()
    assert scene.state(make, one).status is Status.SUBMITTED
    standing_clock.move(days=1)
    make.sweep()
    assert scene.state(make, one).status is Status.AUTO_CLOSED


def test_a_filled_opening_tells_the_others_and_leaves_the_pool_alone(make: World) -> None:
    opening = scene.opening(make)
    one, two, pooled = (
        scene.applied(make, opening, who, agrees_to_pool=True)
        for who in (make.amara, make.chidi, make.person())
    )
    scene.reviewed(make, pooled)
    with make.write() as db:
        service.pool(db, make.actor(make.bruno), db.get_one(Application, pooled))
    offer = scene.offered(make, one)
    with make.write() as db:
        from market.applications import offers
        from market.applications.models import Offer

        offers.accept(db, make.actor(make.amara), db.get_one(Offer, offer))
    make.drain()
    assert scene.fresh(make, opening).status == "filled"
    assert [scene.state(make, i).status for i in (one, two, pooled)] == ["accepted", "not_selected", "pooled"]


def test_a_cancelled_opening_ends_every_application_and_offer(make: World) -> None:
    opening = scene.opening(make)
    one, two = scene.applied(make, opening), scene.applied(make, opening, make.chidi)
    offer = scene.offered(make, one)
    with make.write() as db:
        there = db.get_one(Opportunity, opening)
        opportunities.cancel(db, make.actor(make.bruno), there, note="The oven broke.")
    make.drain()
    assert [scene.state(make, i).status for i in (one, two)] == ["opportunity_cancelled"] * 2
    assert scene.offer_state(make, offer).status == "rescinded"


def test_a_recruiter_decides_and_a_mentor_does_not(make: World) -> None:
    one = scene.applied(make, scene.opening(make))
    recruiter = make.member(make.bakery, Role.RECRUITER)
    with pytest.raises(Forbidden), make.write() as db:
        service.shortlist(db, make.actor(make.mira), db.get_one(Application, one))
    with make.write() as db:
        application = db.get_one(Application, one)
        service.open_(db, make.actor(recruiter), application)
        service.shortlist(db, make.actor(recruiter), application)
    assert scene.state(make, one).status is Status.SHORTLISTED
