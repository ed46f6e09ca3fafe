"""What work earns: a passed assessment issues the achievement that the organisation tied to its rubric, once."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from market.accounts.sessions import actor_for
from market.credentials import achievements
from market.credentials.models import Issued
from market.credentials.rules import Draft, Status
from market.engagements import service as work
from market.engagements.models import Engagement
from market.outbox import Event
from tests.credentials.issuing_scene import check, document
from tests.engagements import scene
from tests.engagements.test_assessments import end_first, settle, sign_first, sign_then_end_early
from tests.support.world import World


def judged(make: World, step: int = 3) -> int:
    """Work whose parts are settled and whose steps the organisation has put in: its inner id."""
    made = make.engagement()
    settle(make, made)
    scene.judge(make, make.bruno, made, step)
    return made


def tie(make: World, made: int) -> int:
    """An achievement of the bakery for the rubric of this work: its inner id."""
    with make.write() as db:
        rubric = scene.rubric(db, db.get_one(Engagement, made)).rubric
        bruno = actor_for(db, make.bruno.id)
        draft = Draft("A fair shelf", "Work that was accepted.", "Pass by the rubric.", rubric_id=rubric.id)
        achievement = achievements.create_achievement(db, bruno, make.bakery.id, draft)
        achievements.publish_achievement(db, bruno, achievement)
        return achievement.id


def earned(make: World) -> list[Issued]:
    make.drain()
    with make.read() as db:
        return list(db.exec(select(Issued).order_by(col(Issued.id))).all())


@pytest.mark.parametrize("order", [end_first, sign_first])
def test_a_passed_assessment_issues_once_whichever_comes_first(
    make: World, order: Callable[[World, int], None]
) -> None:
    made = judged(make)
    tie(make, made)
    order(make, made)
    (issued,) = earned(make)
    assert (issued.person_id, issued.status, issued.issued_by) == (make.amara.id, Status.OFFERED, None)
    with make.read() as db:
        found = document(db, issued.id)
        assert check(db, found).verdict == "verified"
    assert len(found["credentialSubject"]["result"]) == len(issued.facts["results"]) > 0


def test_it_writes_no_second_row_to_the_ledger(make: World) -> None:
    made = judged(make)
    tie(make, made)
    end_first(make, made)
    earned(make)
    assert scene.ledger(make, make.amara.id, 3) == []
    assert scene.ledger(make, make.amara.id, 4)


def test_nothing_is_earned_below_the_pass_mark(make: World) -> None:
    made = judged(make, 2)
    tie(make, made)
    scene.sign(make, make.bruno, made, 2)
    scene.do(make, make.amara, made, work.finish)
    assert earned(make) == []


def test_nothing_is_earned_by_work_that_ended_early(make: World) -> None:
    made = judged(make)
    tie(make, made)
    sign_then_end_early(make, made)
    assert earned(make) == []


def test_nothing_is_issued_without_an_achievement_tied_to_the_rubric(make: World) -> None:
    made = judged(make)
    end_first(make, made)
    assert earned(make) == []


def test_a_second_delivery_of_the_same_event_issues_nothing_more(make: World) -> None:
    from market.engagements.earning import issue_earned

    made = judged(make)
    tie(make, made)
    end_first(make, made)
    assert len(earned(make)) == 1
    with make.write() as db:
        for event in db.exec(
            select(Event).where(col(Event.name).in_(("assessment.signed", "engagement.completed")))
        ):
            issue_earned(db, event)
    assert len(earned(make)) == 1
