"""Waiting for a place in a programme: the line and its order, told when places come free, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from market import clock
from market.access import Decision
from market.applications import offers
from market.applications import service as applications
from market.applications.models import Application, Offer
from market.applications.planned import first_terms
from market.apprenticeships import waiting
from market.apprenticeships.models import WaitingPlace
from market.apprenticeships.waiting_rules import Line, WaitingStatus, may_wait, to_ask
from market.engagements import service as work_service
from market.errors import Conflict, Forbidden
from market.notifications.models import Notification
from market.notifications.queries import tell as tell_of
from market.opportunities import service as openings
from market.opportunities.models import Opportunity
from market.opportunities.queries import get_opportunity
from market.programmes import queries
from market.programmes import service as programme_service
from tests.programmes import plans
from tests.support.client import Client, words
from tests.support.world import Known, World

OPEN = Line(True, False, False, 0, False, False)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (OPEN, ""),
        (OPEN._replace(is_published=False), "takes nobody"),
        (OPEN._replace(is_blocked=True), "takes nobody"),
        (OPEN._replace(is_theirs=True), "You belong to this organisation"),
        (OPEN._replace(for_members=True), "own people"),
        (OPEN._replace(for_members=True, is_theirs=True), "join its rounds"),
        (OPEN._replace(has_place=True), "You have a place"),
        (OPEN._replace(places_free=1), "A place is free now"),
    ],
)
def test_who_may_wait(make: World, line: Line, reason: str) -> None:
    found: Decision = may_wait(make.actor(make.amara), line)
    assert (bool(found), reason in found.reason) == (not reason, True)


@pytest.mark.parametrize(("free", "lately", "more"), [(3, 0, 3), (3, 2, 1), (1, 1, 0), (0, 0, 0), (1, 4, 0)])
def test_as_many_are_asked_as_places_are_free(free: int, lately: int, more: int) -> None:
    assert to_ask(free, lately) == more


def act(make: World, who: Known, programme: str, what: Any) -> Any:
    actor = make.actor(who)
    with make.write() as db:
        return what(db, actor, queries.get_programme(db, programme))


def stands(make: World, who: Known) -> WaitingStatus:
    with make.read() as db:
        found = db.exec(select(WaitingPlace).where(WaitingPlace.person_id == who.id)).one()
        return found.status


def line(make: World, programme: str, n: int) -> list[Known]:
    """So many people, each a minute after the other."""
    people = [make.person() for _ in range(n)]
    for one in people:
        act(make, one, programme, waiting.join)
        clock.move(timedelta(minutes=1))
    return people


def close(make: World, opening: str) -> None:
    with make.write() as db:
        openings.pause(db, make.actor(make.bruno), get_opportunity(db, opening))
    make.drain()


def test_those_who_waited_longest_are_told_as_many_as_places_are_free(make: World) -> None:
    programme = plans.published(make)
    first, second, third = line(make, programme, 3)
    opening = plans.round_open(make, programme, seats=2)
    assert [stands(make, one) for one in (first, second, third)] == ["asked", "asked", "waiting"]
    assert len(make.events("waiting.asked")) == 2
    make.sweep()
    assert stands(make, third) == "waiting"  # the first two have three days
    clock.move(timedelta(days=3, minutes=1))
    make.sweep()
    assert stands(make, third) == "asked"
    close(make, opening)
    assert {stands(make, one) for one in (first, second, third)} == {"waiting"}
    with make.read() as db:  # where they stood before
        assert [waiting.mine(db, one.id)[0].before for one in (first, second, third)] == [0, 1, 2]


def test_a_second_delivery_tells_nobody_else(make: World) -> None:
    programme = plans.published(make)
    line(make, programme, 3)
    plans.round_open(make, programme, seats=1)
    (event,) = make.events("opportunity.published")
    with make.write() as db:
        waiting.follow_opening(db, event)
        waiting.ask_next(db, clock.now())
    assert len(make.events("waiting.asked")) == 1


def news(make: World, who: Known) -> list[str]:
    make.drain()
    with make.read() as db:
        found = db.exec(
            select(Notification).where(Notification.person_id == who.id).order_by(col(Notification.id))
        )
        return [told.title for told in tell_of(db, list(found), "UTC")]


def test_whoever_was_told_of_a_round_hears_that_it_was_cancelled_and_not_that_it_was_paused(
    make: World,
) -> None:
    programme = plans.published(make)
    first, second = line(make, programme, 2)
    opening = plans.round_open(make, programme, seats=1)
    close(make, opening)
    assert news(make, first) == ["A place came free in “Stores and stock”"]
    other = plans.round_open(make, programme, seats=1)
    with make.write() as db:
        openings.cancel(db, make.actor(make.bruno), get_opportunity(db, other), note="The store moves.")
    assert news(make, first)[-1] == "The round of “Stores and stock” you were told of was cancelled"
    assert (stands(make, first), news(make, second)) == ("waiting", [])


def test_whoever_waits_hears_that_a_programme_is_offered_no_more_and_keeps_their_turn(make: World) -> None:
    programme = plans.published(make)
    first, gone = line(make, programme, 2)
    act(make, gone, programme, waiting.leave)
    act(make, make.bruno, programme, lambda db, actor, one: programme_service.retire(db, actor, one))
    assert news(make, first) == ["“Stores and stock” is not offered any more"]
    assert (stands(make, first), news(make, gone)) == ("waiting", [])
    act(make, make.bruno, programme, lambda db, actor, one: programme_service.restore(db, actor, one))
    plans.round_open(make, programme, seats=1)
    assert stands(make, first) == "asked"


def test_nobody_is_put_in_and_who_gets_a_place_waits_no_more(make: World) -> None:
    programme = plans.published(make)
    act(make, make.amara, programme, waiting.join)
    act(make, make.chidi, programme, waiting.join)
    opening = plans.round_open(make, programme, seats=1, is_rolling=True)
    assert (stands(make, make.amara), stands(make, make.chidi)) == ("asked", "waiting")
    with make.read() as db:
        opening_id = get_opportunity(db, opening).id
        assert db.exec(select(Application)).all() == []
        assert db.get_one(Opportunity, opening_id).seats_taken == 0
    application = make.application(opening_id)
    with make.write() as db:
        bruno, one = make.actor(make.bruno), db.get_one(Application, application)
        applications.open_(db, bruno, one)
        plan = first_terms(db, db.get_one(Opportunity, opening_id), clock.today())
        offer = offers.make(db, bruno, one, plan).id
    with make.write() as db:
        work_service.sign(db, make.actor(make.amara), db.get_one(Offer, offer))
    make.drain()
    assert (stands(make, make.amara), stands(make, make.chidi)) == ("taken", "waiting")
    with pytest.raises(Forbidden, match="You have a place"):
        act(make, make.amara, programme, waiting.join)


def test_joining_twice_leaving_and_coming_back(make: World) -> None:
    programme = plans.published(make)
    (first,) = line(make, programme, 1)
    act(make, make.amara, programme, waiting.join)
    with pytest.raises(Conflict, match="already"):
        act(make, first, programme, waiting.join)
    act(make, first, programme, waiting.leave)
    with pytest.raises(Conflict):
        act(make, first, programme, waiting.leave)
    with pytest.raises(Conflict, match="do not wait"):
        act(make, make.chidi, programme, waiting.leave)
    clock.move(timedelta(minutes=1))
    act(make, first, programme, waiting.join)  # at the end of the line
    with make.read() as db:
        assert waiting.mine(db, first.id)[0].before == 1
        assert waiting.in_line(db, queries.get_programme(db, programme).id) == (2, 0)


def test_who_is_blocked_or_came_to_belong_is_passed_over(make: World) -> None:
    from market.access import Role

    programme = plans.published(make)
    blocked, joined, last = line(make, programme, 3)
    make.block(blocked, organisation=make.bakery)
    make.member(make.bakery, Role.MENTOR, person=joined)
    plans.round_open(make, programme, seats=1)
    assert [stands(make, one) for one in (blocked, joined, last)] == ["waiting", "waiting", "asked"]


def test_two_windows_of_one_person_join_once(make: World) -> None:
    programme = plans.published(make)

    def join(_n: int) -> bool:
        try:
            act(make, make.amara, programme, waiting.join)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(join, range(4))) == [False, False, False, True]


def test_workers_that_ask_at_once_ask_each_place_once(make: World) -> None:
    programme = plans.published(make)
    line(make, programme, 4)
    made = plans.round_draft(make, programme, seats=2)
    with make.write() as db:
        openings.publish(db, make.actor(make.bruno), get_opportunity(db, made), plans.FLOOR)
    (event,) = make.events("opportunity.published")

    def ask(_n: int) -> None:
        with make.write() as db:
            waiting.follow_opening(db, event)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, range(4)))
    assert len(make.events("waiting.asked")) == 2


def test_the_pages_of_both_sides(client: Client, make: World) -> None:
    programme = plans.published(make)
    amara, bruno = client.as_(make.amara), client.as_(make.bruno)
    page = f"/programmes/{programme}"
    assert "Sign in to wait for a place." in words(client.get(page))
    assert "You belong to this organisation" in words(bruno.get(page))
    assert "You wait for nothing" in words(amara.get("/waiting"))
    said = amara.follow(amara.post(f"{page}/wait"))
    assert "You wait since" in words(said)
    assert "You are the first in line." in words(amara.get("/waiting"))
    assert "One person waits." in words(bruno.get(f"{page}/manage"))
    plans.round_open(make, programme, seats=1)
    assert "A place came free" in words(amara.get("/waiting"))
    assert "it was your turn to be told" in words(amara.get(page))
    assert "A place came free in “Stores and stock”" in words(amara.get("/news"))
    assert "One was told of a free place" in words(bruno.get(f"{page}/manage"))
    assert "Waiting for a place" not in words(client.get(page))
    left = amara.follow(amara.post(f"{page}/wait/leave"))
    assert "You do not wait for it any more." in words(left)
