"""How an employer answers is counted by one rule, on its page, on its desk and on the first page."""

from datetime import timedelta
from typing import Any

import pytest

from market import clock
from market.applications import offers, service
from market.applications.models import Application, Offer
from market.applications.queries import responsiveness
from market.applications.rules import DeclineCode, Status
from market.home import public
from market.reviews.queries import employer_figures
from tests.applications import scene
from tests.support.world import Standing, World

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "due_in", "decided_in", "counts", "in_time"),
    [
        (Status.SUBMITTED, 1, None, False, False),  # there is still time
        (Status.IN_REVIEW, -1, None, True, False),
        (Status.DECLINED, 1, 0, True, True),
        (Status.POOLED, 1, 0, True, True),
        (Status.OFFERED, -2, -1, True, False),  # late
        (Status.WITHDRAWN, -1, None, False, False),  # before an answer: says nothing of the employer
        (Status.WITHDRAWN, -1, -2, True, True),  # after one
        (Status.AUTO_CLOSED, -1, None, True, False),
        (Status.NOT_SELECTED, -1, None, True, False),
        (Status.NOT_SELECTED, 1, None, False, False),  # nobody waited past a promise yet
        (Status.OPPORTUNITY_CANCELLED, -1, None, True, False),
    ],
)
def test_withdrawn_before_an_answer_never_counts_and_closed_without_one_counts_as_unanswered(
    make: World, status: Status, due_in: int, decided_in: int | None, counts: bool, in_time: bool
) -> None:
    one, now = scene.applied(make, scene.opening(make)), clock.now()
    decided: dict[str, Any] = {} if decided_in is None else {"decided_at": now + decided_in * DAY}
    sent = now - 5 * DAY
    scene.force(make, one, status, submitted_at=sent, answer_due_at=now + due_in * DAY, **decided)
    with make.read() as db:
        found = responsiveness(db, make.bakery.id)
        figures = public.front(db).figures
        assert employer_figures(db, make.bakery.id).replies == found
    assert (found.due, found.in_time) == (figures.due, figures.answered_in_time) == (counts, in_time)
    assert found.share == (float(in_time) if counts else None)
    assert found.median_days == (None if decided_in is None else 5.0 + decided_in)


def test_an_offer_made_in_time_stays_in_time_however_long_the_person_thinks(
    make: World, standing_clock: Standing
) -> None:
    one = scene.applied(make, scene.opening(make))
    offer = scene.offered(make, one)
    made_at = clock.now()
    standing_clock.move(days=3)
    with make.write() as db:
        offers.accept(db, make.actor(make.amara), db.get_one(Offer, offer))
    assert scene.state(make, one).decided_at == made_at


def test_taking_someone_up_again_leaves_them_waiting_until_the_next_answer(make: World) -> None:
    one = scene.applied(make, scene.opening(make))
    with make.write() as db:
        service.decline(db, make.actor(make.bruno), db.get_one(Application, one), DeclineCode.OTHERS)
    with make.write() as db:
        service.reconsider(db, make.actor(make.bruno), db.get_one(Application, one))
    with make.read() as db:
        assert responsiveness(db, make.bakery.id) == (0, 0, None)
