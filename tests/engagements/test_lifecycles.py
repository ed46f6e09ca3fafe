"""Both tables of steps: every step, from every state, by everyone; what is refused changes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from market import clock, transitions
from market.access import Actor, Decision, Membership, Role
from market.engagements import rules
from market.engagements.models import Engagement, Milestone
from market.engagements.rules import LIFECYCLE, MILESTONE_LIFECYCLE, Facts, MilestoneStatus, Status
from market.errors import Conflict, Forbidden
from market.lifecycle import Lifecycle
from tests.engagements import scene
from tests.support.world import World

NAMES = sorted({step.name for step in LIFECYCLE.steps})
PART_NAMES = sorted({step.name for step in MILESTONE_LIFECYCLE.steps})


def expected(lifecycle: Lifecycle, name: str, status: Any, who: str) -> str:
    if not lifecycle.has_step(status, name):
        return "conflict"
    return "done" if scene.party(who) in lifecycle.step(status, name).by else "forbidden"


def tried(
    make: World, actor: Actor, thing: type, thing_id: int, name: str, facts: Facts, status: Any
) -> tuple[str, Any]:
    """What came of trying the step on a thing that was put into this state; everything is rolled back after it."""
    got = "done"
    with make.read() as db:
        row = db.get_one(thing, thing_id)
        row.status = status
        if status == "ended_early":
            row.fault = rules.Fault.NONE
        db.add(row)
        db.flush()
        try:
            transitions.take(
                db,
                actor,
                row,
                name,
                facts=facts,
                reason="because",
                changes={"fault": rules.Fault.NONE} if name == "end_early" else None,
            )
        except Conflict:
            got = "conflict"
        except Forbidden:
            got = "forbidden"
        db.expire_all()
        return got, db.get_one(thing, thing_id).status


@pytest.fixture
def work(make: World) -> int:
    return make.engagement(started=False, **scene.mentored(make))


def test_a_step_of_the_work_is_taken_by_its_parties_and_by_nobody_else(make: World, work: int) -> None:
    actors = scene.cast(make)
    day = scene.day("2027-01-01")
    for name in NAMES:
        # facts with which the guard lets the step go, so that only the party decides
        facts = Facts(day, (MilestoneStatus.PLANNED,) if name == "no_show" else (MilestoneStatus.APPROVED,))
        for status in Status:
            for who in scene.WHO:
                got, after = tried(make, actors[who], Engagement, work, name, facts, status)
                assert got == expected(LIFECYCLE, name, status, who), (name, status, who)
                assert after is (LIFECYCLE.step(status, name).target if got == "done" else status)


def test_a_step_of_a_part_is_taken_by_its_parties_and_by_nobody_else(make: World, work: int) -> None:
    actors = scene.cast(make)
    part = scene.parts(make, work)[0].id
    facts = Facts(scene.day("2027-01-01"), may_try_again=True)
    for name in PART_NAMES:
        for status in MilestoneStatus:
            for who in scene.WHO:
                got, after = tried(make, actors[who], Milestone, part, name, facts, status)
                assert got == expected(MILESTONE_LIFECYCLE, name, status, who), (name, status, who)
                assert after is (MILESTONE_LIFECYCLE.step(status, name).target if got == "done" else status)


def facts(day: str, *statuses: MilestoneStatus, status: Status = Status.ACTIVE) -> Facts:
    return Facts(scene.day(day), statuses, status)


P, W, A, X = (
    MilestoneStatus.PLANNED,
    MilestoneStatus.IN_PROGRESS,
    MilestoneStatus.APPROVED,
    MilestoneStatus.CANCELLED,
)


@pytest.mark.parametrize(
    ("ready", "day", "starts"),
    [
        ((False, False), "2026-11-29", False),
        ((True, False), "2026-11-29", False),
        ((True, True), "2026-11-29", True),
        ((False, False), "2026-11-30", True),
    ],
)
def test_work_starts_on_its_day_or_when_both_are_ready(
    ready: tuple[bool, bool], day: str, starts: bool
) -> None:
    row = Engagement(
        person_id=1,
        org_id=1,
        terms={},
        starts_on=scene.day("2026-11-30"),
        talent_ready=ready[0],
        employer_ready=ready[1],
    )
    decision = rules.may_start(row, facts(day))
    assert bool(decision) is starts
    assert starts or "2026-11-30" in decision.reason


@pytest.mark.parametrize(
    ("day", "states", "word"),
    [
        ("2026-12-06", (P, P), "a week after"),
        ("2026-12-07", (P, P), ""),
        ("2026-12-07", (W, P), "Work has begun"),
    ],
)
def test_nobody_came_is_said_a_week_after_the_start_with_nothing_begun(
    day: str, states: tuple[MilestoneStatus, ...], word: str
) -> None:
    row = Engagement(person_id=1, org_id=1, terms={}, starts_on=scene.day("2026-11-30"))
    decision = rules.may_call_no_show(row, facts(day, *states))
    assert word in decision.reason
    assert bool(decision) is (not word)


@pytest.mark.parametrize(
    ("states", "word"),
    [
        ((A, A), ""),
        ((A, X), ""),
        ((A, P), "1 milestones are not settled"),
        ((X, X), "No milestone was accepted"),
        ((MilestoneStatus.DEEMED_APPROVED, MilestoneStatus.REJECTED), ""),
    ],
)
def test_work_is_finished_when_all_is_settled_and_something_was_accepted(
    states: tuple[MilestoneStatus, ...], word: str
) -> None:
    row = Engagement(person_id=1, org_id=1, terms={}, starts_on=scene.day("2026-11-30"))
    decision = rules.may_finish(row, facts("2026-12-01", *states))
    assert word in decision.reason
    assert bool(decision) is (not word)


@pytest.mark.parametrize(
    ("kept", "word"),
    [
        ({"sessions_least": 4, "sessions_held": 4, "needs_capstone": True, "capstone_passed": True}, ""),
        ({"sessions_least": 4, "sessions_held": 5, "needs_capstone": False}, ""),
        ({"sessions_least": 4, "sessions_held": 3, "capstone_passed": True}, "3 of at least 4 sessions"),
        ({"sessions_least": 0, "needs_capstone": True}, "capstone is not passed"),
    ],
)
def test_a_programme_is_finished_when_it_was_mentored_and_its_capstone_passed(
    kept: dict[str, int], word: str
) -> None:
    row = Engagement(person_id=1, org_id=1, terms={}, starts_on=scene.day("2026-11-30"), **kept)
    decision = rules.may_finish(row, facts("2026-12-01", A, A))
    assert word in decision.reason
    assert bool(decision) is (not word)


def test_a_capstone_is_judged_by_who_was_named_once_it_is_handed_in() -> None:
    now = datetime(2026, 12, 1, 10, tzinfo=UTC)
    row = Engagement(
        person_id=1, org_id=7, terms={}, starts_on=scene.day("2026-11-30"), rubric_id=1, status=Status.ACTIVE,
        needs_capstone=True, supervisor_ids=[2, 3], assessor_ids=[3],
    )  # fmt: skip
    learner = Actor(id=1)
    mentor, assessor = (Actor(id=n, memberships=(Membership(n, 7, Role.MENTOR),)) for n in (2, 3))
    assert "named to judge" in rules.may_assess(mentor, row, now).reason
    assert "not been handed in" in rules.may_assess(assessor, row, now).reason
    assert "not been handed in" in rules.may_self_assess(learner, row, now).reason
    row.capstone_round = 1
    assert rules.may_assess(assessor, row, now)
    assert rules.may_self_assess(learner, row, now)
    row.assessment_round = 2
    assert not rules.may_assess(assessor, row, now)
    assert not rules.may_leave_out(row)
    row.status = Status.ENDED_EARLY
    assert rules.may_assess(assessor, row, now)
    assert rules.may_leave_out(row)


@pytest.mark.parametrize(
    ("status", "open_again", "word"),
    [
        (Status.ACTIVE, True, ""),
        (Status.PAUSED, True, "not under way"),
        (Status.ACTIVE, False, "no other attempt"),
    ],
)
def test_a_capstone_is_tried_again_while_an_attempt_is_left(
    status: Status, open_again: bool, word: str
) -> None:
    part = Milestone(engagement_id=1, person_id=1, org_id=1, position=1, title="")
    decision = rules.may_try_again(
        part, facts("2026-12-01", status=status)._replace(may_try_again=open_again)
    )
    assert word in decision.reason
    assert bool(decision) is (not word)


@pytest.mark.parametrize("status", list(Status))
def test_nothing_is_handed_in_or_sent_back_unless_work_is_under_way(status: Status) -> None:
    part = Milestone(
        engagement_id=1, person_id=1, org_id=1, position=1, title="", due_on=scene.day("2026-12-07")
    )
    now = facts("2026-12-01", status=status)
    running = status in (Status.ACTIVE, Status.PAUSED)
    assert bool(rules.may_hand_in(part, now)) is (status is Status.ACTIVE)
    assert bool(rules.may_send_back(part, now)) is running
    assert bool(rules.may_cancel(part, now)) is (not running and status is not Status.SCHEDULED)


def test_a_signed_part_is_taken_out_only_after_its_day() -> None:
    part = Milestone(
        engagement_id=1, person_id=1, org_id=1, position=1, title="", due_on=scene.day("2026-12-07")
    )
    assert "has not passed" in rules.may_cancel(part, facts("2026-12-07")).reason
    assert rules.may_cancel(part, facts("2026-12-08"))
    part.due_on = None
    assert rules.may_cancel(part, facts("2026-12-01"))


@pytest.mark.parametrize("status", list(Status))
def test_a_capstone_stays_as_long_as_the_work_does(status: Status) -> None:
    part = Milestone(
        engagement_id=1,
        person_id=1,
        org_id=1,
        position=1,
        title="",
        due_on=scene.day("2026-12-07"),
        phase="capstone",
    )
    allowed = rules.may_cancel(part, facts("2027-03-01", status=status))
    goes_on = status in (Status.SCHEDULED, Status.ACTIVE, Status.PAUSED)
    assert bool(allowed) is not goes_on
    assert ("end the work early" in allowed.reason) is goes_on


def decisions(make: World, work: int, who: Actor) -> dict[str, Decision]:
    engagement, part = scene.work(make, work), scene.parts(make, work)[0]
    now = clock.now()
    return {
        "see": rules.may_see(who, engagement, None, now),
        "assess": rules.may_assess(who, engagement, now),
        "self": rules.may_self_assess(who, engagement, now),
        "outcome": rules.may_record_outcome(who, engagement),
        "declare": rules.may_declare(who, engagement, part, who.may_for(rules.Task.PAY, engagement.org_id)),
        "confirm": rules.may_confirm(who, engagement, 100, 0),
        "show": rules.may_show_work(who, engagement, False),
    }


def test_who_may_do_what_with_finished_work(make: World) -> None:
    work = make.finished(**scene.mentored(make))
    actors = scene.cast(make)
    allowed = {
        who: {name for name, decision in decisions(make, work, actor).items() if decision}
        for who, actor in actors.items()
    }
    assert allowed == {
        "talent": {"see", "self", "confirm", "show"},
        "owner": {"see", "assess", "declare"},
        "recruiter": {"see", "assess", "declare"},
        "mentor": {"see", "assess"},
        "other mentor": set(),
        "other organisation": set(),
        "stranger": set(),
        "moderator": set(),
        "system": {"see"},
    }


@pytest.mark.parametrize(("days", "sees"), [(None, False), (0, True), (59, True), (60, False)])
def test_a_moderator_sees_work_for_sixty_days_after_a_concern_and_nobody_else_does(
    make: World, days: int | None, sees: bool
) -> None:
    engagement, now = scene.work(make, make.engagement()), clock.now()
    concern = None if days is None else now - timedelta(days=days)
    for who in (make.actor(make.dana), Actor(id=99, is_admin=True)):
        assert bool(rules.may_see(who, engagement, concern, now)) is sees
    assert not rules.may_see(make.actor(make.chidi), engagement, concern, now)
    assert rules.may_see(make.actor(make.amara), engagement, concern, now)


def test_a_refusal_says_why(make: World) -> None:
    work = make.engagement(started=False)
    bruno, amara = make.actor(make.bruno), make.actor(make.amara)
    told = decisions(make, work, bruno), decisions(make, work, amara)
    assert "before work has begun" in told[0]["assess"].reason
    assert "before work has begun" in told[1]["self"].reason
    assert "own work" in told[1]["assess"].reason
    assert "not been accepted" in told[0]["declare"].reason
    assert "Only a trial" in told[0]["outcome"].reason
    assert "completed" in told[1]["show"].reason
    engagement = scene.work(make, work)
    engagement.rubric_id = None
    now = clock.now()
    assert "No rubric" in rules.may_assess(bruno, engagement, now).reason
    assert "No rubric" in rules.may_self_assess(amara, engagement, now).reason
    assert "Nothing has been declared" in rules.may_confirm(amara, engagement, 0, 0).reason
    assert "You have confirmed" in rules.may_confirm(amara, engagement, 5, 5).reason
    engagement.kind = "trial"
    assert "once it has ended" in rules.may_record_outcome(bruno, engagement).reason
    assert "The employer says" in rules.may_record_outcome(amara, engagement).reason
    engagement.status, engagement.outcome = Status.COMPLETED, rules.TrialOutcome.HIRED
    assert "on record" in rules.may_record_outcome(bruno, engagement).reason
    engagement.outcome = None
    assert rules.may_record_outcome(bruno, engagement)
    assert "among your projects" in rules.may_show_work(amara, engagement, True).reason


def test_dates_change_until_the_work_has_ended_and_judging_closes_two_weeks_after() -> None:
    row = Engagement(person_id=1, org_id=1, terms={}, starts_on=scene.day("2026-11-30"))
    for status in Status:
        row.status = status
        assert bool(rules.may_change_dates(row)) is (status in ("scheduled", "active", "paused"))
    assert "has ended" in rules.may_change_dates(row).reason
    row.status, row.ended_at, row.rubric_id = Status.COMPLETED, clock.now(), 1
    judge = Actor(id=1)
    assert rules.may_self_assess(judge, row, row.ended_at + rules.ASSESS_WITHIN)
    late = rules.may_self_assess(judge, row, row.ended_at + rules.ASSESS_WITHIN * 2)
    assert "closed two weeks after" in late.reason
