"""What holds while a programme runs, as tables: sessions, hours, silence, the pulse, the plan's states."""

from datetime import UTC, date, datetime, timedelta

import pytest

from market.access import VISITOR, Actor, Membership, Role
from market.apprenticeships import rules
from market.apprenticeships.models import Appeal, MentorSession
from market.apprenticeships.rules import Judged, Log, SessionStatus
from market.apprenticeships.timeline import State, Thing, What, counted, line, state_of
from market.transitions import may_take

NOW = datetime(2026, 11, 16, 10, tzinfo=UTC)
LEARNER = Actor(id=1)
MENTOR = Actor(id=2, memberships=(Membership(1, 7, Role.MENTOR),))
LEFT = Actor(id=2)  # the mentor, whose membership ended
OTHER = Actor(id=3, memberships=(Membership(2, 7, Role.OWNER),))


def a_session(status: SessionStatus = SessionStatus.PLANNED, by: int | None = None) -> MentorSession:
    return MentorSession(engagement_id=1, person_id=1, org_id=7, mentor_id=2, status=status, logged_by=by)


@pytest.mark.parametrize(
    ("who", "party"),
    [(LEARNER, {"talent"}), (MENTOR, {"mentor"}), (LEFT, set()), (OTHER, set()), (VISITOR, set())],
)
def test_a_session_has_two_parties_and_nobody_is_both(who: Actor, party: set[str]) -> None:
    assert rules.parties(who, a_session()) == party


def log(ago: timedelta = timedelta(hours=1), minutes: int = 45, **more: object) -> Log:
    facts = Log(NOW, 1, True, NOW - timedelta(days=40), NOW - ago, minutes)
    return facts._replace(**more)


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        (log(), ""),
        (log(minutes=15), ""),
        (log(ago=timedelta(days=31)), ""),
        (log(is_running=False), "while the work is under way"),
        (log(ago=-timedelta(minutes=1)), "after it was held"),
        (log(held_at=None), "after it was held"),
        (log(started_at=None), "before the work began"),
        (log(started_at=NOW), ""),
        (log(ago=timedelta(days=10), started_at=NOW - timedelta(days=8)), "before the work began"),
        (log(ago=timedelta(days=32)), "more than a month ago"),
        (log(minutes=14), "from 15 minutes to 8 hours"),
        (log(minutes=481), "from 15 minutes to 8 hours"),
    ],
)
def test_a_session_is_written_down_after_it_was_held(facts: Log, word: str) -> None:
    decision = may_take(LEARNER, a_session(), "log", facts)
    assert word in decision.reason
    assert bool(decision) is (not word)


@pytest.mark.parametrize("step", ["confirm", "deny"])
@pytest.mark.parametrize(("by", "who", "allowed"), [(1, MENTOR, True), (1, LEARNER, False), (2, LEARNER, True), (2, MENTOR, False)])  # fmt: skip
def test_only_the_side_that_did_not_write_it_confirms(step: str, by: int, who: Actor, allowed: bool) -> None:
    decision = may_take(who, a_session(SessionStatus.LOGGED, by), step, Log(NOW, who.id, True))
    assert bool(decision) is allowed
    assert allowed or "the other side confirms it" in decision.reason


def test_a_session_moves_only_while_work_is_under_way() -> None:
    assert may_take(LEARNER, a_session(), "move", Log(NOW, 1, True))
    assert "not under way" in may_take(LEARNER, a_session(), "move", Log(NOW, 1, False)).reason


@pytest.mark.parametrize(
    ("person", "may_supervise", "word"),
    [(2, True, ""), (1, True, "Nobody mentors themselves"), (3, False, "Only a member")],
)
def test_who_may_mentor(person: int, may_supervise: bool, word: str) -> None:
    decision = rules.may_mentor(person, 1, may_supervise)
    assert word in decision.reason
    assert bool(decision) is (not word)


@pytest.mark.parametrize(
    ("ahead", "is_running", "word"),
    [
        (timedelta(minutes=1), True, ""),
        (timedelta(days=183), True, ""),
        (timedelta(0), True, "lies ahead"),
        (timedelta(days=184), True, "six months"),
        (timedelta(days=1), False, "under way"),
    ],
)
def test_sessions_are_planned_ahead(ahead: timedelta, is_running: bool, word: str) -> None:
    decision = rules.may_plan(NOW + ahead, NOW, is_running)
    assert word in decision.reason
    assert bool(decision) is (not word)


TODAY = date(2026, 11, 16)


@pytest.mark.parametrize(
    ("day", "minutes", "before", "started", "is_running", "word"),
    [
        (TODAY, 1440, 0, TODAY, True, ""),
        (TODAY, 60, 0, None, True, "under way"),
        (TODAY, 60, 0, TODAY, False, "under way"),
        (TODAY + timedelta(days=1), 60, 0, TODAY, True, "lies ahead"),
        (TODAY - timedelta(days=1), 60, 0, TODAY, True, "began on 2026-11-16"),
        (TODAY - timedelta(days=32), 60, 0, date(2026, 1, 1), True, "more than a month ago"),
        (TODAY, 61, 1380, TODAY, True, "more than 24 hours"),
    ],
)
def test_hours_are_written_down_for_days_that_were(
    day: date, minutes: int, before: int, started: date | None, is_running: bool, word: str
) -> None:
    decision = rules.may_log_hours(day, minutes, before, started, TODAY, is_running)
    assert word in decision.reason
    assert bool(decision) is (not word)


@pytest.mark.parametrize(
    ("day", "spent", "planned", "high"),
    [
        (0, 6 * 60, 5 * 60, False),  # the first week counts whole, and 120 % is not above 120 %
        (0, 6 * 60 + 1, 5 * 60, True),
        (6, 5 * 60, 5 * 60, False),
        (13, 12 * 60, 10 * 60, False),
        (13, 12 * 60 + 1, 10 * 60, True),
        (300, 20 * 60, 20 * 60, False),  # the plan ends with its last week
    ],
)
def test_the_alarm_rings_above_a_fifth_more_than_the_plan_so_far(
    day: int, spent: int, planned: int, high: bool
) -> None:
    found = rules.load(spent, 20, 4, TODAY, TODAY + timedelta(days=day))
    assert (found.planned_so_far, found.planned, found.is_high) == (planned, 1200, high)
    assert found.percent == spent * 100 // planned
    assert not rules.load(600, 0, 4, TODAY, TODAY).is_high
    assert rules.load(600, 0, 4, TODAY, TODAY).percent == 0


@pytest.mark.parametrize(
    ("days", "held", "long", "too_long"),
    [(13, 0, False, False), (14, 0, True, False), (20, 0, True, False), (21, 0, True, True), (90, 4, False, False)],
)  # fmt: skip
def test_two_weeks_without_a_session_are_long_and_three_too_long(
    days: int, held: int, long: bool, too_long: bool
) -> None:
    found = rules.quiet(NOW - timedelta(days=days), NOW, held, 4)
    assert (found.is_long, found.is_too_long) == (long, too_long)
    assert not rules.quiet(NOW - timedelta(days=99), NOW, 0, 0).is_long


@pytest.mark.parametrize(("day", "week"), [(-1, 0), (0, 1), (6, 1), (7, 2), (27, 4)])
def test_weeks_count_from_the_start(day: int, week: int) -> None:
    assert rules.week_of(TODAY, TODAY + timedelta(days=day)) == week


@pytest.mark.parametrize(
    ("week", "answered", "is_running", "word"),
    [
        (3, False, True, ""),
        (2, False, True, ""),
        (1, False, True, "is over"),
        (4, False, True, "has not begun"),
        (0, False, True, "has not begun"),
        (3, True, True, "You answered"),
        (3, False, False, "under way"),
    ],
)
def test_a_week_is_answered_in_it_or_in_the_one_after(
    week: int, answered: bool, is_running: bool, word: str
) -> None:
    decision = rules.may_answer_pulse(week, 3, answered, is_running)
    assert word in decision.reason
    assert bool(decision) is (not word)


def thing(on: date | None = None, **more: bool) -> Thing:
    return Thing(What.TASK, "Count", on, **more)


@pytest.mark.parametrize(
    ("one", "state"),
    [
        (thing(TODAY - timedelta(days=1)), State.OVERDUE),
        (thing(TODAY - timedelta(days=1), is_done=True), State.DONE),
        (thing(TODAY - timedelta(days=1), is_over=True), State.GONE),
        (thing(TODAY), State.NOW),
        (thing(TODAY + timedelta(days=7)), State.NOW),
        (thing(TODAY + timedelta(days=8)), State.NEXT),
        (thing(TODAY + timedelta(days=8), is_begun=True), State.NOW),
        (thing(), State.NEXT),
    ],
)
def test_a_day_is_overdue_now_next_or_done(one: Thing, state: State) -> None:
    assert state_of(one, TODAY) is state


def test_the_plan_stands_in_the_order_of_its_days() -> None:
    days = [thing(), thing(TODAY + timedelta(days=9)), thing(TODAY)]
    found = line(days, TODAY)
    assert [entry.thing.on for entry in found] == [TODAY, TODAY + timedelta(days=9), None]
    assert counted(found)[State.NEXT] == 2


APPEAL = Appeal(engagement_id=1, person_id=1, org_id=7, assessment_id=1, assessor_id=4)
JUDGE = Actor(id=4, memberships=(Membership(3, 7, Role.MENTOR),))


@pytest.mark.parametrize(
    ("who", "party"),
    [
        (LEARNER, set()),
        (OTHER, {"employer"}),
        (JUDGE, {"assessor"}),
        (Actor(id=4), set()),
        (MENTOR, set()),
        (VISITOR, set()),
    ],
)
def test_an_appeal_is_given_by_the_organisation_and_answered_by_whom_it_named(
    who: Actor, party: set[str]
) -> None:
    assert rules.appeal_parties(who, APPEAL) == party


SIGNED = Judged(True, NOW - timedelta(days=7), False, 1)


@pytest.mark.parametrize(
    ("who", "judged", "word"),
    [
        (1, SIGNED, ""),
        (2, SIGNED, "Only the person who was judged"),
        (1, SIGNED._replace(is_signed=False), "Nothing is signed"),
        (1, SIGNED._replace(signed_at=None), "Nothing is signed"),
        (1, SIGNED._replace(was_appealed=True), "before"),
        (1, SIGNED._replace(round=11), "last word"),
        (1, SIGNED._replace(signed_at=NOW - timedelta(days=7, seconds=1)), "seven days"),
    ],
)
def test_who_may_appeal_and_until_when(who: int, judged: Judged, word: str) -> None:
    decision = rules.may_appeal(who, 1, judged, NOW)
    assert word in decision.reason
    assert bool(decision) is (not word)


@pytest.mark.parametrize(
    ("person", "may_assess", "word"),
    [(4, True, ""), (1, True, "own work"), (3, True, "other than who judged"), (5, False, "Only a member")],
)
def test_an_appeal_goes_to_somebody_else(person: int, may_assess: bool, word: str) -> None:
    decision = rules.may_judge_appeal(person, 1, {3}, may_assess)
    assert word in decision.reason
    assert bool(decision) is (not word)


@pytest.mark.parametrize(
    ("active", "judged", "passed", "attempt", "appealing", "word"),
    [
        (True, SIGNED, False, 1, False, ""),
        (False, SIGNED, False, 1, False, "under way"),
        (True, SIGNED, True, 1, False, "is passed"),
        (True, SIGNED._replace(is_signed=False), False, 1, False, "not judged yet"),
        (True, SIGNED, False, 1, True, "being looked at"),
        (True, SIGNED, False, 2, False, "Both attempts"),
    ],
)
def test_there_is_a_second_attempt_once_the_first_was_not_enough(
    active: bool, judged: Judged, passed: bool, attempt: int, appealing: bool, word: str
) -> None:
    decision = rules.may_try_again(active, judged, passed, attempt, appealing)
    assert word in decision.reason
    assert bool(decision) is (not word)
