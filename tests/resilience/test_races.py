"""Many at once: one winner, no lock error, none lost. (Sixteen who apply, fifty who sign for the last place of an
application: tests/applications/test_races.py.)
"""

import multiprocessing
from collections.abc import Callable
from typing import Any

from sqlmodel import select

from market.applications import queries
from market.applications.models import Offer
from market.engagements import service as work
from market.engagements.models import Engagement
from market.reviews import queries as pairs
from market.reviews import service as reviews
from market.reviews.rules import AXES, Side
from tests.applications import scene
from tests.applications.test_races import at_once
from tests.resilience import writers
from tests.support.faults import everything
from tests.support.world import World

PROCESSES, EACH = 4, 10


def test_four_processes_that_write_at_once_lose_nothing_and_never_find_the_database_locked(
    make: World,
) -> None:
    opening = make.opening()
    people = [make.person().id for _ in range(PROCESSES * EACH)]
    given = scene.answers(make, opening)
    url = make.engine.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([writers.__name__])
    gate = context.Barrier(PROCESSES)
    with context.Pool(PROCESSES, initializer=writers.begin, initargs=(gate,)) as pool:
        shares = [(url, opening, people[n::PROCESSES], given) for n in range(PROCESSES)]
        wrong = pool.starmap(writers.apply_all, shares, chunksize=1)
    assert wrong == [[]] * PROCESSES
    assert scene.fresh(make, opening).applicants_count == len(people)
    with make.read() as db:
        assert len(queries.candidates(db, opening)) == len(people)
    assert sorted(e.actor_id or 0 for e in make.events("application.submitted")) == sorted(people)
    make.drain()


def test_sixteen_sign_at_once_for_two_places_and_two_of_them_have_work(make: World) -> None:
    opening = make.opening(seats=2)
    people = [make.person() for _ in range(16)]
    offers = [scene.offered(make, make.application(opening, who)) for who in people]

    def job(who: Any, offer: int) -> Callable[[Any], None]:
        actor = make.actor(who)

        def sign(db: Any) -> None:
            work.sign(db, actor, db.get_one(Offer, offer))

        return sign

    told = at_once(make.engine, [job(who, offer) for who, offer in zip(people, offers, strict=True)], 16)
    assert told == {"done": 2, "Conflict": 14}
    with make.read() as db:
        assert len(db.exec(select(Engagement)).all()) == 2
    assert scene.fresh(make, opening).seats_taken == 2
    make.drain()


def test_both_reviews_sealed_at_one_moment_are_revealed_once(make: World) -> None:
    made = make.finished()

    def job(who: Any, about: Side) -> Callable[[Any], None]:
        actor = make.actor(who)

        def write(db: Any) -> None:
            pair = pairs.pair_of(db, made)
            assert pair is not None
            reviews.write(db, actor, pair, axes=dict.fromkeys(AXES[about], 4), text="It went well.")

        return write

    told = at_once(make.engine, [job(make.amara, Side.EMPLOYER), job(make.bruno, Side.TALENT)], 2)
    assert told == {"done": 2}
    assert len(make.events("review.revealed")) == 1
    assert len(everything(make.engine)["review"]) == 2
