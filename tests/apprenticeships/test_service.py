"""A programme that runs, through its services on both databases: learning, sessions, hours, the pulse, a stand-in, alarms."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from market import clock
from market.access import Role
from market.apprenticeships import naming, queries, service
from market.apprenticeships.models import MentorSession, ResourceTick
from market.apprenticeships.rules import PulseSide, SessionStatus
from market.engagements import milestones
from market.engagements import service as work_service
from market.engagements.models import Engagement, EngagementMember
from market.engagements.queries import milestones_of
from market.errors import Conflict, Forbidden, Invalid, NotFound
from market.programmes.models import Resource
from market.programmes.rules import Phase
from tests.apprenticeships import scene
from tests.apprenticeships.scene import held, logged, on_session, running, session
from tests.engagements.scene import do, work
from tests.support.world import Known, World


def test_a_session_counts_once_both_sides_say_that_it_was_held(make: World) -> None:
    e = running(make)
    row = logged(make, make.mira, e)
    assert session(make, row).status is SessionStatus.LOGGED
    assert work(make, e).sessions_held == 0
    with pytest.raises(Forbidden, match="the other side confirms it"):
        on_session(make, make.mira, row, service.confirm_session)
    for stranger in (make.bruno, make.chidi, make.dana):
        with pytest.raises(Forbidden):
            on_session(make, stranger, row, service.confirm_session)
    on_session(make, make.amara, row, service.confirm_session)
    assert session(make, row).status is SessionStatus.HELD
    assert work(make, e).sessions_held == 1
    with pytest.raises(Conflict):
        on_session(make, make.amara, row, service.confirm_session)
    assert work(make, e).sessions_held == 1


def test_what_one_side_denies_is_written_down_anew(make: World) -> None:
    e = running(make)
    row = logged(make, make.amara, e, minutes=60)
    with pytest.raises(Invalid):
        on_session(make, make.mira, row, service.deny_session, "")
    on_session(make, make.mira, row, service.deny_session, "It was half an hour.")
    assert session(make, row).denied_note == "It was half an hour."
    with make.write() as db:
        again = db.get_one(MentorSession, row)
        service.log_session(
            db,
            make.actor(make.amara),
            db.get_one(Engagement, e),
            held_at=clock.now() - timedelta(hours=2),
            minutes=30,
            session=again,
        )
    on_session(make, make.mira, row, service.confirm_session)
    assert (session(make, row).minutes, work(make, e).sessions_held) == (30, 1)


def test_a_planned_session_is_moved_missed_or_held(make: World) -> None:
    e = running(make)
    first: MentorSession = do(make, make.mira, e, service.plan_session, scene.in_days(3), "Shelves")
    moved: MentorSession = on_session(make, make.amara, first.id, service.move_session, scene.in_days(5))
    assert session(make, first.id).status is SessionStatus.MOVED
    assert session(make, moved.id).topic == "Shelves"
    on_session(make, make.mira, moved.id, service.miss_session)
    assert session(make, moved.id).status is SessionStatus.MISSED
    with pytest.raises(Invalid, match="lies ahead"):
        do(make, make.mira, e, service.plan_session, scene.in_days(-1))
    third: MentorSession = do(make, make.amara, e, service.plan_session, scene.in_days(2))
    assert third.mentor_id == make.mira.id
    with pytest.raises(Invalid, match="lies ahead"):
        on_session(make, make.amara, third.id, service.move_session, scene.in_days(-1))
    for stranger in (make.chidi, make.dana):
        with pytest.raises(Forbidden):
            do(make, stranger, e, service.plan_session, scene.in_days(2))


def test_a_programme_is_finished_only_with_its_sessions_held(make: World) -> None:
    e = running(make)
    with make.write() as db:
        found = db.get_one(Engagement, e)
        found.capstone_passed = True
        db.add(found)
        for part in milestones_of(db, e):
            milestones.hand_in(
                db, make.actor(make.amara), found, part, note="Done.", link="", uploads=(), as_evidence=False
            )
            milestones.approve(db, make.actor(make.bruno), found, part)
    held(make, e, 2)
    with pytest.raises(Forbidden, match="2 of at least 3 sessions"):
        do(make, make.amara, e, work_service.finish)
    held(make, e)
    do(make, make.amara, e, work_service.finish)
    assert work(make, e).status == "completed"


def test_a_session_logged_in_time_is_confirmed_up_to_two_weeks_after_the_end(make: World) -> None:
    e = running(make)
    early, late = logged(make, make.mira, e), logged(make, make.mira, e)
    do(make, make.amara, e, work_service.end_early, "I moved to another town.", "none")
    on_session(make, make.amara, early, service.confirm_session)
    clock.move(timedelta(days=15))
    with pytest.raises(Conflict, match="two weeks ago"):
        on_session(make, make.amara, late, service.confirm_session)
    with pytest.raises(Invalid, match="under way"):
        logged(make, make.mira, e)


def test_learning_is_ticked_off_by_the_learner_alone(make: World) -> None:
    e = running(make)
    with make.read() as db:
        ids = list(db.exec(select(Resource.public_id).order_by(Resource.position)))  # type: ignore[arg-type]
    do(make, make.amara, e, service.tick, ids[0], True)
    do(make, make.amara, e, service.tick, ids[0], True)
    with make.read() as db:
        assert [one.done_at is not None for one in queries.learning_of(db, work(make, e))] == [True, False]
    do(make, make.amara, e, service.tick, ids[0], False)
    with make.read() as db:
        assert db.exec(select(ResourceTick)).all() == []
    with pytest.raises(Forbidden):
        do(make, make.mira, e, service.tick, ids[0], True)
    with pytest.raises(NotFound):
        do(make, make.amara, e, service.tick, "nothing", True)
    do(make, make.amara, e, work_service.end_early, "I moved to another town.", "none")
    with pytest.raises(Conflict):
        do(make, make.amara, e, service.tick, ids[0], True)


def hours(make: World, e: int, minutes: int, *, day: date | None = None, who: Known | None = None) -> int:
    row = do(
        make,
        who or make.amara,
        e,
        service.log_hours,
        worked_on=day or clock.today(),
        minutes=minutes,
        phase=Phase.TASKS,
        note="",
    )
    found: int = row.id
    return found


def test_hours_are_the_learners_and_a_wrong_entry_is_taken_back(make: World) -> None:
    e = running(make)
    first = hours(make, e, 600)
    with pytest.raises(Invalid, match="24 hours"):
        hours(make, e, 900)
    with pytest.raises(Forbidden):
        hours(make, e, 60, who=make.mira)
    with pytest.raises(Forbidden):
        do(make, make.mira, e, service.void_hours, first)
    do(make, make.amara, e, service.void_hours, first)
    with pytest.raises(Conflict, match="taken back before"):
        do(make, make.amara, e, service.void_hours, first)
    with pytest.raises(NotFound):
        do(make, make.amara, e, service.void_hours, first + 1)  # the row that voids
    hours(make, e, 900)
    with make.read() as db:
        assert [day.minutes for day in queries.hours_of(db, e)] == [900]
    do(make, make.amara, e, work_service.end_early, "I moved to another town.", "none")
    with pytest.raises(Conflict):
        do(make, make.amara, e, service.void_hours, first)


def test_too_many_hours_are_told_once_to_both(make: World) -> None:
    e = running(make)
    hours(make, e, 6 * 60)
    make.sweep()
    make.sweep()
    assert len(make.events("apprenticeship.load_high")) == 1
    with make.read() as db:
        assert queries.running_row(db, e).load_told_at is not None


def test_silence_is_told_after_two_weeks_to_both_and_after_three_to_moderators(make: World) -> None:
    e = running(make)

    def told() -> tuple[int, int]:
        make.sweep()
        return len(make.events("apprenticeship.quiet")), len(make.events("apprenticeship.quiet_long"))

    clock.move(timedelta(days=13))
    assert told() == (0, 0)
    clock.move(timedelta(days=1))
    assert told() == (1, 0)
    assert told() == (1, 0)
    clock.move(timedelta(days=7))
    assert told() == (1, 1)
    held(make, e)
    assert told() == (1, 1)
    clock.move(timedelta(days=14))
    assert told() == (2, 1)


def test_a_pause_is_left_in_peace_and_counts_for_nothing(make: World) -> None:
    e = running(make)
    do(make, make.amara, e, work_service.pause, "Exams.", None)
    clock.move(timedelta(days=25))
    make.sweep()
    assert make.events("apprenticeship.quiet") == []
    do(make, make.amara, e, work_service.resume)
    clock.move(timedelta(days=13))
    make.sweep()
    assert make.events("apprenticeship.quiet") == []
    clock.move(timedelta(days=1))
    make.sweep()
    assert len(make.events("apprenticeship.quiet")) == 1


def pulse(make: World, who: Known, e: int, first: int = 4, second: int = 4, week: int = 1) -> None:
    do(make, who, e, service.answer_pulse, week=week, first=first, second=second, words="")


def test_each_side_answers_two_questions_a_week_and_a_low_answer_is_told(make: World) -> None:
    e = running(make)
    pulse(make, make.amara, e)
    with pytest.raises(Conflict, match="You answered"):
        pulse(make, make.amara, e)
    pulse(make, make.mira, e, second=2)
    assert (len(make.events("pulse.answered")), len(make.events("pulse.low"))) == (1, 1)
    with make.read() as db:
        assert set(queries.pulses_of(db, e)) == {(1, PulseSide.TALENT), (1, PulseSide.MENTOR)}
    with pytest.raises(Forbidden):
        pulse(make, make.chidi, e)
    clock.move(timedelta(days=14))
    make.sweep()
    make.sweep()
    assert len(make.events("pulse.asked")) == 1  # about week 2; week 1 has its answers
    clock.move(timedelta(days=14))
    with pytest.raises(Conflict, match="is over"):
        pulse(make, make.amara, e, week=2)


def test_a_session_that_waits_is_told_once(make: World) -> None:
    e = running(make)
    logged(make, make.mira, e)
    clock.move(timedelta(days=2, minutes=1))
    make.sweep()
    make.sweep()
    assert len(make.events("session.waits")) == 1


def test_somebody_else_mentors_and_takes_over_what_is_not_settled(make: World) -> None:
    e = running(make)
    planned: MentorSession = do(make, make.amara, e, service.plan_session, scene.in_days(2))
    by_mira = logged(make, make.mira, e)
    stand_in = make.member(make.bakery, Role.MENTOR)
    with pytest.raises(Forbidden, match="choose people"):
        do(make, make.mira, e, naming.change_mentor, stand_in.public_id)
    with pytest.raises(Forbidden, match="Only a member"):
        do(make, make.bruno, e, naming.change_mentor, make.chidi.public_id)
    do(make, make.bruno, e, naming.change_mentor, stand_in.public_id)
    with pytest.raises(Invalid, match="already"):
        do(make, make.bruno, e, naming.change_mentor, stand_in.public_id)
    assert work(make, e).supervisor_ids == sorted([make.bruno.id, stand_in.id])  # Bruno assesses
    assert session(make, planned.id).mentor_id == stand_in.id
    assert session(make, by_mira).mentor_id == make.mira.id
    on_session(make, make.amara, by_mira, service.confirm_session)
    with pytest.raises(Forbidden):
        do(make, make.mira, e, service.plan_session, scene.in_days(3))
    assert logged(make, stand_in, e)
    assert len(make.events("engagement.mentor_changed")) == 1
    do(make, make.amara, e, work_service.end_early, "I moved to another town.", "none")
    with pytest.raises(Conflict):
        do(make, make.bruno, e, naming.change_mentor, make.mira.public_id)


def test_without_a_mentor_the_learner_is_told_so(make: World) -> None:
    e = running(make)
    with make.write() as db:
        for row in db.exec(select(EngagementMember)).all():
            db.delete(row)
    with pytest.raises(Conflict, match="Nobody mentors here"):
        do(make, make.amara, e, service.plan_session, scene.in_days(2))
