"""Days that come near are told, on both databases: to whom they matter, once, with the day, and in time."""

import pytest
from sqlmodel import select

from market.applications import service
from market.engagements import milestones
from market.engagements import service as work
from market.engagements.models import Milestone
from market.engagements.queries import milestones_of
from market.notifications.models import OutgoingMail
from market.opportunities import service as postings
from market.opportunities.models import Opportunity
from tests.applications import scene
from tests.engagements import scene as works
from tests.notifications.test_telling import news_of
from tests.support.world import Known, Standing, World


def told(make: World, who: Known, event: str) -> list[tuple[str, str]]:
    """What someone was told of one event: to whom it is addressed and its day, the oldest first."""
    found = [one for one in news_of(make, who) if one.kind.startswith(f"{event}:")]
    assert all(one.due in one.title for one in found), "the day stands in the title"
    return [(one.kind.partition(":")[2], one.due) for one in found]


def sweeps(make: World) -> None:
    """Timers run as often as they like."""
    make.sweep()
    make.sweep()


def letters(make: World) -> int:
    with make.read() as db:
        return len(db.exec(select(OutgoingMail.id)).all())


def test_a_part_that_is_due_in_three_days_is_told_once_to_the_person(
    make: World, standing_clock: Standing
) -> None:
    make.engagement()  # parts are due on 7 and 18 December
    standing_clock.move(days=17)
    sweeps(make)
    assert told(make, make.amara, "milestone.due_soon") == []
    standing_clock.move(days=1)
    before = letters(make)
    sweeps(make)
    assert told(make, make.amara, "milestone.due_soon") == [("person", "7 December")]
    assert letters(make) == before + 1, "by mail at once, as it is usual for what is due"
    for _day in range(3):
        standing_clock.move(days=1)
        sweeps(make)
    assert told(make, make.amara, "milestone.due_soon") == [("person", "7 December")]
    assert told(make, make.bruno, "milestone.due_soon") == []


def test_what_was_handed_in_or_is_paused_asks_for_nothing(make: World, standing_clock: Standing) -> None:
    first, second = make.engagement(), make.engagement(who=make.chidi)
    works.hand_in(make, first)
    standing_clock.move(days=18)
    works.do(make, make.chidi, second, work.pause, "My child is ill.")
    make.sweep()
    for who in (make.amara, make.chidi):
        assert told(make, who, "milestone.due_soon") == []


def test_a_day_that_was_moved_is_told_again(make: World, standing_clock: Standing) -> None:
    made = make.engagement()
    standing_clock.move(days=18)
    make.sweep()
    with make.write() as db:
        part = db.get_one(Milestone, milestones_of(db, made)[0].id)
        part.due_on = works.day("2026-12-12")
        db.add(part)
    standing_clock.move(days=5)
    sweeps(make)
    days = [day for _who, day in told(make, make.amara, "milestone.due_soon")]
    assert days == ["7 December", "12 December"]


def test_the_agreed_end_of_work_is_told_to_both_sides_and_stands_for_what_is_due_that_day(
    make: World, standing_clock: Standing
) -> None:
    make.engagement()
    standing_clock.move(days=28)
    sweeps(make)
    assert told(make, make.amara, "engagement.ends_soon") == []
    standing_clock.move(days=1)
    sweeps(make)
    assert told(make, make.amara, "engagement.ends_soon") == [("person", "18 December")]
    assert told(make, make.bruno, "engagement.ends_soon") == [("team", "18 December")]
    assert "18 December" not in [day for _who, day in told(make, make.amara, "milestone.due_soon")]


def test_whoever_judges_hears_by_when_as_the_work_is_completed_and_again_before_the_time_is_over(
    make: World, standing_clock: Standing
) -> None:
    make.finished(**works.mentored(make))
    assert told(make, make.mira, "engagement.completed") == [("judges", "30 November")]
    standing_clock.move(days=10)
    sweeps(make)
    assert told(make, make.mira, "assessment.due_soon") == []
    standing_clock.move(days=1)
    sweeps(make)
    standing_clock.move(days=2)
    sweeps(make)
    assert told(make, make.mira, "assessment.due_soon") == [("judges", "30 November")]
    assert told(make, make.amara, "assessment.due_soon") == []


def test_when_the_employers_side_completes_it_the_others_who_judge_hear_by_when(make: World) -> None:
    made = make.engagement(**works.mentored(make))
    for place in (0, 1):
        works.hand_in(make, made, place)
        works.on_part(make, make.bruno, made, place, milestones.approve)
    works.do(make, make.bruno, made, work.finish)
    make.drain()
    assert told(make, make.mira, "engagement.completed") == [("judges", "30 November")]
    kinds = [one.kind for one in news_of(make, make.amara)]
    assert "engagement.completed:other_side" in kinds


def test_what_was_judged_is_not_asked_for_again(make: World, standing_clock: Standing) -> None:
    made = make.finished()
    works.judge(make, make.bruno, made)
    works.sign(make, make.bruno, made)
    standing_clock.move(days=11)
    make.sweep()
    assert not make.events("assessment.due_soon")


@pytest.fixture
def opening(make: World) -> int:
    """Open until 27 November."""
    found = scene.opening(make)
    with make.write() as db:
        service.save_draft(db, make.actor(make.amara), db.get_one(Opportunity, found), {})
    scene.applied(make, found, make.chidi)
    return found


def test_the_last_day_to_apply_is_told_once_to_those_with_a_draft_and_to_those_who_posted(
    make: World, standing_clock: Standing, opening: int
) -> None:
    standing_clock.move(days=7)
    sweeps(make)
    assert not make.events("opportunity.closes_soon")
    standing_clock.move(days=1)
    sweeps(make)
    standing_clock.move(days=1)
    sweeps(make)
    assert told(make, make.amara, "opportunity.closes_soon") == [("drafters", "27 November")]
    assert told(make, make.bruno, "opportunity.closes_soon") == [("posters", "27 November")]
    assert told(make, make.chidi, "opportunity.closes_soon") == [], "theirs is in"


def test_nobody_is_hurried_to_an_opening_that_takes_no_applications(
    make: World, standing_clock: Standing, opening: int
) -> None:
    with make.write() as db:
        postings.pause(db, make.actor(make.bruno), db.get_one(Opportunity, opening))
    standing_clock.move(days=9)
    make.sweep()
    assert not make.events("opportunity.closes_soon")


def test_a_pause_whose_time_is_up_says_until_when_it_was_to_be(make: World, standing_clock: Standing) -> None:
    made = make.engagement()
    works.do(make, make.amara, made, work.pause, "My child is ill.", works.day("2026-11-21"))
    standing_clock.move(days=6)
    make.sweep()
    (one,) = [n for n in news_of(make, make.bruno) if n.kind == "engagement.pause_over:other_side"]
    assert one.title.endswith("was to be paused until 21 November")
