"""Many at once: one winner, clear refusals, no number lost."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine

from market.applications import offers, queries, service
from market.applications.models import Application, Offer
from market.db import connect, transaction
from market.errors import MarketError
from market.opportunities.models import Opportunity
from tests.applications import scene
from tests.support.world import World


def at_once(engine: Engine, jobs: list[Callable[[Any], None]], threads: int) -> Counter[str]:
    """Run the jobs from many threads that start together; how each ended."""
    told: Counter[str] = Counter()
    url = engine.url.render_as_string(hide_password=False)
    own = connect(url, pool_size=threads)
    gate, mine = threading.Barrier(threads), threading.Lock()

    def work(share: list[Callable[[Any], None]]) -> None:
        gate.wait()
        for job in share:
            try:
                with transaction(own, write=True) as db:
                    job(db)
                end = "done"
            except MarketError as refused:
                end = type(refused).__name__
            except Exception as error:
                end = f"broken: {type(error).__name__}: {error}"
            with mine:
                told[end] += 1

    workers = [threading.Thread(target=work, args=(jobs[n::threads],)) for n in range(threads)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    own.dispose()
    return told


def test_sixteen_people_apply_at_once_and_none_is_lost(make: World) -> None:
    opening = scene.opening(make)
    people = [make.person() for _ in range(16)]
    given = scene.answers(make, opening)

    def job(who: Any) -> Callable[[Any], None]:
        actor = make.actor(who)
        return lambda db: service.apply(db, actor, db.get_one(Opportunity, opening), given) and None  # type: ignore[func-returns-value]

    assert at_once(make.engine, [job(who) for who in people], 16) == {"done": 16}
    assert scene.fresh(make, opening).applicants_count == 16


def test_one_person_who_applies_sixteen_times_at_once_has_applied_once(make: World) -> None:
    opening = scene.opening(make)
    given, actor = scene.answers(make, opening), make.actor(make.amara)

    def job(db: Any) -> None:
        service.apply(db, actor, db.get_one(Opportunity, opening), given)

    assert at_once(make.engine, [job] * 16, 16) == {"done": 1, "Conflict": 15}
    assert scene.fresh(make, opening).applicants_count == 1
    assert len(make.events("application.submitted")) == 1


def test_fifty_sign_for_the_last_place_at_once_and_one_has_it(make: World) -> None:
    opening = scene.opening(make)
    people = [make.person() for _ in range(50)]
    offered = [scene.offered(make, scene.applied(make, opening, who)) for who in people]

    def job(who: Any, offer: int) -> Callable[[Any], None]:
        actor = make.actor(who)
        return lambda db: offers.accept(db, actor, db.get_one(Offer, offer)) and None  # type: ignore[func-returns-value]

    told = at_once(make.engine, [job(who, offer) for who, offer in zip(people, offered, strict=True)], 50)
    assert told == {"done": 1, "Conflict": 49}
    after = scene.fresh(make, opening)
    assert (after.seats_taken, after.status) == (1, "filled")
    with make.read() as db:
        states = Counter(str(row.status) for row in queries.candidates(db, opening))
        signed = [scene.offer_state(make, i).status for i in offered].count(offers.OfferStatus.ACCEPTED)
    assert (states, signed) == ({"accepted": 1, "offered": 49}, 1)
    make.drain()
    with make.read() as db:
        states = Counter(str(row.status) for row in queries.candidates(db, opening))
    assert states == {"accepted": 1, "not_selected": 49}


def test_both_sides_move_at_once_and_one_of_them_has_moved_first(make: World) -> None:
    opening = scene.opening(make)
    one = scene.applied(make, opening)
    offer = scene.offered(make, one)
    amara, bruno = make.actor(make.amara), make.actor(make.bruno)

    def sign(db: Any) -> None:
        offers.accept(db, amara, db.get_one(Offer, offer))

    def rescind(db: Any) -> None:
        offers.rescind(db, bruno, db.get_one(Offer, offer), "Our plans changed.")

    def withdraw(db: Any) -> None:
        service.withdraw(db, amara, db.get_one(Application, one))

    told = at_once(make.engine, [sign, rescind, withdraw], 3)
    assert (told["done"], told["Conflict"]) == (1, 2), told
    assert scene.fresh(make, opening).seats_taken == (1 if scene.state(make, one).status == "accepted" else 0)
