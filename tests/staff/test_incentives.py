"""Incentives: who may promise, who earns, what each side records; on both databases."""

import pytest
from sqlmodel import select

from market.access import Role
from market.accounts import members
from market.accounts.models import Membership
from market.credentials.models import Achievement
from market.errors import Forbidden, Invalid, NotFound
from market.staff import incentives
from market.staff.models import Incentive, Promise
from tests.credentials import issued_scene as issued
from tests.support.client import Client, words
from tests.support.world import Known, World


def promise(make: World, what: Achievement, by: Known | None = None, amount: int | None = 5000) -> Incentive:
    with make.write() as db:
        actor = make.actor(by or make.bruno)
        return incentives.promise_for(
            db, actor, make.bakery.id, what.public_id, " A tool kit. ", amount, "GBP"
        )


def owed(make: World) -> list[Promise]:
    with make.read() as db:
        return list(db.exec(select(Promise).order_by(Promise.id)).all())


def test_a_member_who_accepts_the_credential_is_owed_what_was_promised_once(make: World) -> None:
    what = issued.achievement(make)
    made = promise(make, what)
    assert (made.text, made.amount_minor) == ("A tool kit.", 5000)
    issued.given(make, what, make.mira)
    assert owed(make) == []  # offered is not accepted
    issued.accepted(make, what, make.mira)
    issued.accepted(make, what, make.mira)
    (one,) = owed(make)
    assert (one.incentive_id, one.person_id, one.given_at, one.received_at) == (
        made.id, make.mira.id, None, None,
    )  # fmt: skip


def test_nobody_outside_nobody_before_it_and_nobody_after_its_end_is_owed_anything(make: World) -> None:
    early, late = issued.achievement(make), issued.achievement(make)
    issued.accepted(make, early, make.mira)
    promise(make, early)
    ended = promise(make, late)
    with make.write() as db:
        incentives.close(db, make.actor(make.bruno), db.get_one(Incentive, ended.id))
        incentives.close(db, make.actor(make.bruno), db.get_one(Incentive, ended.id))
    issued.accepted(make, late, make.mira)
    issued.accepted(make, early, make.amara)
    make.drain()
    assert owed(make) == []
    with make.read() as db:
        assert ended.public_id not in [row.public_id for row in incentives.open_ones(db, make.bakery.id)]


def test_each_side_records_its_own_part_and_nobody_the_other_s(make: World) -> None:
    what = issued.achievement(make)
    promise(make, what)
    issued.accepted(make, what, make.mira)
    (one,) = owed(make)
    bruno, mira, chidi = (make.actor(who) for who in (make.bruno, make.mira, make.chidi))
    with make.write() as db, pytest.raises(NotFound):
        incentives.get_promise(db, chidi, one.public_id)
    with make.write() as db, pytest.raises(Forbidden):
        incentives.receive(db, bruno, incentives.get_promise(db, bruno, one.public_id))
    with make.write() as db, pytest.raises(Forbidden):
        incentives.give(db, mira, incentives.get_promise(db, mira, one.public_id))
    with make.write() as db:
        incentives.receive(db, mira, incentives.get_promise(db, mira, one.public_id))
    with make.write() as db:
        incentives.give(db, bruno, incentives.get_promise(db, bruno, one.public_id))
    (done,) = owed(make)
    assert (done.given_by, done.received_at is not None) == (make.bruno.id, True)
    with make.write() as db, pytest.raises(Forbidden, match="recorded"):
        incentives.give(db, bruno, incentives.get_promise(db, bruno, one.public_id))
    with make.write() as db, pytest.raises(Forbidden, match="already"):
        incentives.receive(db, mira, incentives.get_promise(db, mira, one.public_id))


def test_who_left_keeps_what_they_are_owed(make: World) -> None:
    what = issued.achievement(make)
    promise(make, what)
    issued.accepted(make, what, make.mira)
    with make.write() as db:
        role = db.exec(select(Membership).where(Membership.person_id == make.mira.id)).one()
        members.end_membership(db, make.actor(make.mira), make.bakery.id, role.id)
    (one,) = owed(make)
    with make.write() as db:
        mira = make.actor(make.mira)
        incentives.receive(db, mira, incentives.get_promise(db, mira, one.public_id))
    assert owed(make)[0].received_at is not None


def test_only_owners_promise_and_only_for_what_is_published_here(make: World) -> None:
    what, draft = issued.achievement(make), issued.achievement(make, published=False)
    recruiter = make.member(make.bakery, Role.RECRUITER)
    for who in (make.mira, recruiter, make.chidi):
        with pytest.raises(Forbidden):
            promise(make, what, who)
    with pytest.raises(Invalid):
        promise(make, draft)
    garage = make.organisation("Hollow Lane Garage", owner=make.chidi)
    with make.write() as db, pytest.raises(Invalid):
        incentives.promise_for(
            db, make.actor(make.chidi), garage.id, what.public_id, "A tool kit.", None, "GBP"
        )


def test_the_page_takes_the_promise_and_shows_it_to_members(client: Client, make: World) -> None:
    what, here = issued.achievement(make), f"/organisations/{make.bakery.public_id}/incentives"
    bruno, mira = client.as_(make.bruno), client.as_(make.mira)
    refused = bruno.post(here, {"achievement": what.public_id, "text": "A tool kit.", "amount": "lots"})
    assert refused.status_code == 422
    assert "A tool kit." in refused.text
    assert bruno.post(here, {"achievement": "nothing", "text": "A tool kit."}).status_code == 422
    done = bruno.post(here, {"achievement": what.public_id, "text": "A tool kit.", "amount": "50"})
    assert "£50" in words(bruno.follow(done))
    assert "A tool kit." in words(mira.get(here))
    assert "Promise something" not in words(mira.get(here))
    issued.accepted(make, what, make.mira)
    (one,) = owed(make)
    assert "I received it" in words(mira.get("/agreements"))
    assert "Recorded." in words(bruno.follow(bruno.post(f"/promises/{one.public_id}/given")))
    assert "They say they gave it" in words(mira.get("/agreements"))
    assert "Received" in words(mira.follow(mira.post(f"/promises/{one.public_id}/received")))
    assert make.mira.name in words(bruno.get(here))
    with make.read() as db:
        made = db.exec(select(Incentive)).one().public_id
    assert "Ended." in words(bruno.follow(bruno.post(f"/incentives/{made}/close")))
