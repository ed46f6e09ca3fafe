"""The last word counts: what an earlier attempt or assessment left behind gives way to it, on both databases."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from market import clock
from market.apprenticeships import capstone, service
from market.credentials import issuing
from market.credentials.models import Achievement, Issued
from market.engagements import milestones
from market.engagements import service as work_service
from market.engagements.models import Engagement
from market.engagements.queries import milestones_of
from market.errors import Forbidden
from tests.apprenticeships.scene import held, logged, on_session, running
from tests.apprenticeships.test_capstone import (
    WHY,
    accept_capstone,
    appealed,
    hand_in,
    hand_in_again,
    judge,
    on_appeal,
    parts,
    rubric_of,
    steps,
)
from tests.engagements.scene import do, ledger, on_part
from tests.support.world import World


def papers(make: World) -> list[tuple[str, str]]:
    """Amara's credentials in their order, with what became of each."""
    make.drain()
    with make.read() as db:
        rows = db.exec(
            select(Achievement.name, Issued.status)
            .join(Issued, col(Issued.achievement_id) == col(Achievement.id))
            .where(Issued.person_id == make.amara.id)
            .order_by(col(Issued.id))
        ).all()
    return [(name, str(status)) for name, status in rows]


def ended(make: World, e: int) -> None:
    do(make, make.amara, e, work_service.end_early, "I moved to another town.", "none")
    make.drain()


def completed(make: World) -> int:
    e = running(make)
    held(make, e, 3)
    hand_in(make, e)
    judge(make, e, 3, 3)
    accept_capstone(make, e)
    do(make, make.amara, e, work_service.finish)
    make.drain()
    return e


def answered(make: World, e: int, *chosen: int) -> None:
    """Amara appeals, and Mira judges it anew."""
    appealed(make, e)
    on_appeal(make, make.bruno, e, capstone.give, make.mira.public_id)
    on_appeal(make, make.mira, e, capstone.decide, rubric_of(make, e), steps(make, e, *chosen), WHY)


def test_a_second_attempt_judged_after_the_end_takes_the_place_of_the_first(make: World) -> None:
    e = running(make)
    hand_in(make, e)
    judge(make, e, 3, 2)
    do(make, make.amara, e, capstone.try_again, clock.today() + timedelta(days=14))
    hand_in_again(make, e)
    ended(make, e)
    assert papers(make) == [("Stock control, in Stores and stock", "offered")]
    judge(make, e, 4, 4)
    assert papers(make) == [
        ("Stock control, in Stores and stock", "superseded"),
        ("Stock control, in Stores and stock", "offered"),
        ("Writing instructions, in Stores and stock", "offered"),
    ]
    assert len(ledger(make, make.amara.id, 4)) == 2  # one for each skill, not two


def test_a_better_answer_to_an_appeal_takes_the_place_of_the_credential_and_stays_accepted(
    make: World,
) -> None:
    e = completed(make)
    with make.write() as db:
        issuing.accept(db, make.actor(make.amara), db.exec(select(Issued)).one(), True)
    answered(make, e, 4, 4)
    assert papers(make) == [("Stores and stock", "superseded"), ("Stores and stock", "accepted")]
    assert len(ledger(make, make.amara.id, 4)) == 2


def test_an_answer_below_the_pass_mark_takes_the_credential_back(make: World) -> None:
    e = completed(make)
    answered(make, e, 3, 2)
    assert papers(make) == [("Stores and stock", "revoked")]


def test_whoever_took_part_and_reached_no_pass_mark_keeps_that_they_took_part(make: World) -> None:
    e = running(make)
    held(make, e)
    hand_in(make, e)
    judge(make, e, 2, 2)
    ended(make, e)
    assert papers(make) == [("Took part in Stores and stock", "offered")]


def test_a_session_confirmed_after_an_early_end_shows_that_they_took_part(make: World) -> None:
    e = running(make)
    row = logged(make, make.mira, e)
    ended(make, e)
    assert papers(make) == []
    on_session(make, make.amara, row, service.confirm_session)
    assert papers(make) == [("Took part in Stores and stock", "offered")]
    make.drain()
    assert len(papers(make)) == 1


def test_a_session_confirmed_after_an_early_end_adds_nothing_to_what_was_reached(make: World) -> None:
    e = running(make)
    row = logged(make, make.mira, e)
    hand_in(make, e)
    judge(make, e, 3, 2)
    ended(make, e)
    before = papers(make)
    on_session(make, make.amara, row, service.confirm_session)
    assert papers(make) == before == [("Stock control, in Stores and stock", "offered")]


@pytest.mark.parametrize("back", ["taken back", "changes asked for"])
def test_a_capstone_that_went_back_is_judged_once_it_is_handed_in_again(make: World, back: str) -> None:
    e = running(make)
    hand_in(make, e)
    if back == "taken back":
        on_part(make, make.amara, e, -1, milestones.take_back)
    else:
        on_part(make, make.bruno, e, -1, milestones.request_changes, "One aisle is missing.")
    with pytest.raises(Forbidden, match="not been handed in"):
        judge(make, e, 3, 3)
    hand_in_again(make, e)
    judge(make, e, 3, 3)


def test_whoever_was_asked_for_changes_and_did_not_pass_can_try_again(make: World) -> None:
    e = running(make)
    hand_in(make, e)
    judge(make, e, 2, 2)
    on_part(make, make.bruno, e, -1, milestones.request_changes, "Count it twice.")
    day = clock.today() + timedelta(days=14)
    do(make, make.amara, e, capstone.try_again, day)
    assert (parts(make, e)[-1].status, parts(make, e)[-1].due_on) == ("in_progress", day)
    hand_in_again(make, e)
    judge(make, e, 3, 3)
    with make.read() as db:
        assert db.get_one(Engagement, e).capstone_passed
        assert milestones_of(db, e)[-1].version == 2
