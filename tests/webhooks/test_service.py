"""Setting, agreeing and handing over, on both databases."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from market import clock
from market.access import Role
from market.accounts import members
from market.accounts.models import Membership
from market.config import Settings
from market.errors import Conflict, Forbidden, Invalid, NotFound
from market.net.errors import Refused, Unreachable
from market.net.fetch import Fetched
from market.notifications.models import Notification
from market.outbox import Event
from market.webhooks import queries, rules, sending, service
from market.webhooks.models import HandOver, HandOverConsent, Hook
from market.webhooks.rules import HandOverStatus
from market.webhooks.sending import Sender
from tests.support.world import World
from tests.webhooks import scene

Status = HandOverStatus
Posted = list[tuple[str, bytes, dict[str, str]]]


def answering(*answers: int | Exception) -> tuple[Sender, Posted]:
    """A sender whose receiver gives these answers in turn, the last one for ever; and what it got."""
    got: Posted = []
    left = list(answers)

    def post(url: str, body: bytes, *, headers: dict[str, str], **_more: Any) -> Fetched:
        got.append((url, body, headers))
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return Fetched(url, answer, {}, b"", (), clock.now())

    return Sender(Settings(), send=post), got


def is_signed(secret: str, message: tuple[str, bytes, dict[str, str]], place: int = 0) -> bool:
    """As a receiver checks it."""
    _url, body, headers = message
    raw = base64.b64decode(secret.removeprefix(rules.PREFIX))
    at = clock.now().fromtimestamp(int(headers["webhook-timestamp"]), clock.now().tzinfo)
    wanted = rules.signature(raw, headers["webhook-id"], at, body)
    return headers["webhook-signature"].split(" ")[place] == wanted


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hr.example/hook", "https"),
        ("ftp://hr.example/hook", "https"),
        ("https://user:word@hr.example/", "@"),
        ("https://hr.example:8443/", "ports"),
        ("https://0x7f000001/", "unusual"),
        ("not an address", "whole web address"),
    ],
)
def test_only_an_address_that_could_be_asked_is_set(make: World, url: str, words: str) -> None:
    with make.write() as db, pytest.raises(Invalid, match=words):
        service.put(db, make.actor(make.bruno), make.bakery.id, url)


def test_the_secret_is_told_once_and_lies_encrypted(make: World) -> None:
    made, secret = scene.hook(make)
    with make.read() as db:
        hook = db.get_one(Hook, made)
        assert secret.startswith("whsec_")
        assert secret.removeprefix("whsec_") not in hook.sealed
        assert all(secret not in json.dumps(one.payload) for one in db.exec(select(Event)).all())
    with make.write() as db:
        hook = scene.the_hook(db)
        with pytest.raises(Conflict, match="one already"):
            service.put(db, make.actor(make.bruno), make.bakery.id, scene.URL)
        for who in (make.mira, make.chidi):
            with pytest.raises(Forbidden):
                service.rotate(db, make.actor(who), hook)
            with pytest.raises(NotFound):
                queries.get_hook(db, make.actor(who), hook.public_id)


def test_a_packet_goes_out_signed_to_whom_its_person_agreed(make: World) -> None:
    work = make.finished()
    _made, secret = scene.hook(make)
    scene.packet(make, work)
    assert scene.in_line(make) == []  # nobody agreed
    scene.agreed(make)
    scene.packet(make, work)
    [one] = scene.in_line(make)
    sender, got = answering(200)
    assert sender.run(make.engine) == 1
    url, body, headers = got[0]
    assert (url, headers["webhook-id"], headers["content-type"]) == (
        scene.URL,
        f"msg_{one.public_id}",
        "application/json",
    )
    assert is_signed(secret, got[0])
    said = json.loads(body)
    assert said["type"] == "completion_packet.signed"
    assert said["data"]["person"]["name"] == make.amara.name
    assert said["data"]["proof"]["cryptosuite"] == "eddsa-jcs-2022"
    assert [(o.status, o.tries, o.answer) for o in scene.in_line(make)] == [(Status.DONE, 1, 200)]
    assert sender.run(make.engine) == 0


def test_completed_work_of_who_agreed_is_handed_over_by_itself_and_once(make: World) -> None:
    make.finished()
    scene.hook(make)
    scene.agreed(make)
    with make.write() as db:
        wanted = select(Event).where(Event.name == "engagement.completed")
        event = db.exec(wanted).one()
        service.follow_completed(db, event)
    make.drain()
    with make.write() as db:
        signed = db.exec(select(Event).where(Event.name == "packet.signed")).one()
        service.follow_signed(db, signed)  # delivered twice
    assert len(scene.in_line(make)) == 1


def test_an_agreement_ends_by_leaving_and_by_taking_it_back_also_for_what_waits(make: World) -> None:
    work = make.finished()
    scene.hook(make)
    scene.agreed(make)
    scene.packet(make, work)
    with make.write() as db:
        mine = select(Membership.id).where(Membership.person_id == make.amara.id)
        members.end_membership(db, make.actor(make.bruno), make.bakery.id, db.exec(mine).one())
    sender, got = answering(200)
    sender.run(make.engine)  # before the worker has tidied
    assert got == []
    assert [one.status for one in scene.in_line(make)] == [Status.DROPPED]
    make.drain()
    with make.read() as db:
        assert db.exec(select(HandOverConsent)).all() == []
    clock.move(timedelta(days=1))
    make.member(make.bakery, Role.MENTOR, person=make.amara)  # who comes back agrees anew
    with make.write() as db:
        assert not queries.consents(db, make.bakery.id, make.amara.id)
        service.agree(db, make.actor(make.amara), make.bakery.id)
        service.agree(db, make.actor(make.amara), make.bakery.id)
    scene.packet(make, work)
    with make.write() as db:
        service.take_back(db, make.actor(make.amara), make.bakery.id)
    assert [one.status for one in scene.in_line(make)] == [Status.DROPPED, Status.DROPPED]


def test_nobody_agrees_to_what_is_not_there_or_not_theirs(make: World) -> None:
    with make.write() as db:
        with pytest.raises(Conflict, match="nothing to agree"):
            service.agree(db, make.actor(make.mira), make.bakery.id)
        with pytest.raises(Forbidden):
            service.agree(db, make.actor(make.chidi), make.bakery.id)


def test_what_is_not_taken_is_tried_with_growing_pauses_then_given_up_and_told(make: World) -> None:
    scene.hook(make)
    scene.try_in_line(make)
    sender, got = answering(500)
    for n in range(1, rules.TRIES + 1):
        assert sender.run(make.engine) == 1
        assert sender.run(make.engine) == 0  # not before its time
        pause = rules.pause_after(n)
        if pause is not None:
            clock.move(pause)
    [one] = scene.in_line(make)
    assert (one.status, one.tries, one.answer) == (Status.DEAD, rules.TRIES, 500)
    assert len({headers["webhook-id"] for _url, _body, headers in got}) == 1  # the number stays
    make.drain()
    with make.read() as db:
        told = db.exec(select(Notification).where(Notification.person_id == make.bruno.id)).all()
    assert [row.kind for row in told if "webhook" in row.kind] == ["webhook.gave_up:owners"]
    with make.write() as db:
        service.retry(db, make.actor(make.bruno), scene.the_hook(db), one.public_id)
    sender, got = answering(204)
    assert sender.run(make.engine) == 1
    assert scene.in_line(make)[0].status is Status.DONE
    with make.write() as db, pytest.raises(Conflict, match="given up"):
        service.retry(db, make.actor(make.bruno), scene.the_hook(db), one.public_id)


@pytest.mark.parametrize(
    ("answer", "status", "trouble"),
    [
        (302, Status.WAITING, sending.MOVED),
        (410, Status.DEAD, None),
        (Refused("not_public", "10.0.0.5"), Status.DEAD, "not_public"),
        (Unreachable("too_slow"), Status.WAITING, "too_slow"),
        (RuntimeError("a fault of ours"), Status.WAITING, sending.FAILED),
    ],
)
def test_what_became_of_a_try(
    make: World, answer: int | Exception, status: Status, trouble: str | None
) -> None:
    scene.hook(make)
    scene.try_in_line(make)
    sender, _got = answering(answer)
    sender.run(make.engine)
    [one] = scene.in_line(make)
    assert (one.status, one.trouble, one.tries) == (status, trouble, 1)
    assert one.claimed_until is None


def test_a_new_secret_signs_first_and_the_old_one_beside_it_for_a_day(make: World) -> None:
    _made, old = scene.hook(make)
    with make.write() as db:
        new = service.rotate(db, make.actor(make.bruno), scene.the_hook(db))
    sender, got = answering(200)
    scene.try_in_line(make)
    sender.run(make.engine)
    assert is_signed(new, got[0])
    assert is_signed(old, got[0], 1)
    clock.move(rules.OVERLAP)
    scene.try_in_line(make)
    sender.run(make.engine)
    assert len(got[1][2]["webhook-signature"].split(" ")) == 1
    with make.write() as db:
        assert service.forget_old(db, clock.now()) == 1
        assert scene.the_hook(db).old_sealed is None


def test_a_pause_holds_back_and_removing_takes_all_of_it_away(make: World) -> None:
    scene.hook(make)
    scene.agreed(make)
    scene.try_in_line(make)
    sender, got = answering(200)
    with make.write() as db:
        service.pause(db, make.actor(make.bruno), scene.the_hook(db), paused=True)
    assert sender.run(make.engine) == 0
    with make.write() as db:
        hook = scene.the_hook(db)
        with pytest.raises(Conflict, match="paused"):
            service.test(db, make.actor(make.bruno), hook)
        service.pause(db, make.actor(make.bruno), hook, paused=False)
        assert service.change(db, make.actor(make.bruno), hook, "https://other.example/in")
    assert sender.run(make.engine) == 1
    assert got[0][0] == "https://other.example/in"
    clock.move(rules.KEEP)
    with make.write() as db:
        assert service.forget_old(db, clock.now() + rules.CLAIM) == 1
        service.remove(db, make.actor(make.bruno), scene.the_hook(db))
        assert (db.exec(select(Hook)).all(), db.exec(select(HandOverConsent)).all()) == ([], [])


def test_members_agreed_to_one_host_and_are_asked_anew_for_another(make: World) -> None:
    scene.hook(make)
    scene.agreed(make)
    for url, moves in (("https://hr.example/other/path", False), ("https://elsewhere.example/", True)):
        with make.write() as db:
            assert service.change(db, make.actor(make.bruno), scene.the_hook(db), url) is moves
        assert bool(_agreed_ids(make)) is not moves


def _agreed_ids(make: World) -> list[int]:
    with make.read() as db:
        return [one.person_id for one in db.exec(select(HandOverConsent)).all()]


def test_a_claim_that_ran_out_is_taken_up_by_the_next(make: World) -> None:
    scene.hook(make)
    one = scene.try_in_line(make)
    with make.write() as db:
        assert sending.take(db, db.get_one(HandOver, one), clock.now()) is not None
    sender, got = answering(200)
    assert sender.run(make.engine) == 0
    clock.move(rules.CLAIM)
    assert sender.run(make.engine) == 1
    with make.write() as db:
        sending.settle(db, one, 500, None)  # the first comes back late
        assert db.get_one(HandOver, one).status is Status.DONE
        sending.settle(db, 10_000, 200, None)
    assert len(got) == 1


def test_a_secret_that_cannot_be_read_is_said_and_nothing_goes_out(make: World) -> None:
    made, _secret = scene.hook(make)
    scene.try_in_line(make)
    with make.write() as db:
        hook = db.get_one(Hook, made)
        hook.sealed = "nonsense"
        db.add(hook)
    sender, got = answering(200)
    sender.run(make.engine)
    assert got == []
    assert scene.in_line(make)[0].trouble == sending.UNREADABLE


def test_a_thread_begins_where_something_is_due(make: World) -> None:
    sender, got = answering(200)
    assert sender(make.engine) == 0
    assert sender._thread is None
    scene.hook(make)
    scene.try_in_line(make)
    sender(make.engine)
    assert sender._thread is not None
    sender._thread.join()
    assert len(got) == 1
    sender.close()


def test_in_the_demo_nothing_is_sent(make: World) -> None:
    scene.hook(make)
    scene.try_in_line(make)

    def never(*_given: Any, **_more: Any) -> Fetched:
        raise AssertionError("something was sent")

    sender = Sender(Settings(demo=True), send=never)
    assert (sender(make.engine), sender.run(make.engine)) == (0, 0)
    assert sender._thread is None
    with make.read() as db:
        assert db.exec(select(HandOver.tries).order_by(col(HandOver.id))).all() == [0]
