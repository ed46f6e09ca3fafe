"""The completion packet: what it says, that its proof holds and breaks with a change, and who gets it."""

import json
from typing import Any

import pytest
from sqlmodel import select

from market.credentials import keys as kept
from market.credentials.proofs import di
from market.credentials.proofs.contexts import installed
from market.credentials.proofs.keys import Key
from market.credentials.rules import KeyKind
from market.engagements import service as work_service
from market.engagements.models import Engagement
from market.errors import Forbidden, NotFound
from market.staff import packets
from market.staff.models import Packet
from tests.engagements.scene import do, judge, sign
from tests.engagements.test_assessments import settle
from tests.support.client import Client, words
from tests.support.world import Known, World


def ask(make: World, work: int, who: Known | None = None) -> str:
    with make.write() as db:
        return packets.ask(db, make.actor(who or make.amara), db.get_one(Engagement, work)).public_id


def document(make: World) -> dict[str, Any]:
    with make.read() as db:
        text = db.exec(select(Packet)).one().document
    assert text is not None
    made: dict[str, Any] = json.loads(text)
    return made


def proof_holds(make: World, made: dict[str, Any]) -> bool:
    """By the verifying core, with the key that the organisation's DID document lists."""
    with make.read() as db:
        row, private = kept.signing_key(db, make.bakery.id, KeyKind.ED25519)
    key = Key("Ed25519", private.public_key())  # type: ignore[arg-type]
    proof = made["proof"]
    assert proof["verificationMethod"].endswith(f":{make.bakery.public_id}#{row.name}")
    plain = {name: value for name, value in made.items() if name != "proof"}
    suite = di.suite_of(proof)
    assert suite is not None
    di.check_form(proof, suite)
    return di.holds(proof, key, di.secured(plain, proof, suite, key, installed()))


def test_it_says_what_was_done_and_is_signed_by_the_organisation(make: World) -> None:
    ask(make, make.finished())
    make.drain()
    made = document(make)
    assert made["type"] == "FootholdCompletionPacket"
    assert made["person"]["name"] == make.amara.name
    assert made["organisation"]["name"] == make.bakery.name
    assert made["steps"]
    assert {one["status"] for one in made["steps"]} == {"approved"}
    assert made["hours"]["agreedHours"] > 0
    assert make.amara.email not in json.dumps(made)
    assert proof_holds(make, made)


@pytest.mark.parametrize("member", ["person", "hours", "steps", "assessment", "id"])
def test_a_changed_packet_is_found_out(make: World, member: str) -> None:
    ask(make, make.finished())
    make.drain()
    assert not proof_holds(make, {**document(make), member: "something else"})


def test_it_is_made_of_completed_work_only_and_by_its_two_sides(make: World) -> None:
    running = make.engagement()
    with pytest.raises(Forbidden):
        ask(make, running)
    done = make.finished(who=make.chidi)
    for who in (make.mira, make.amara, make.dana):
        with pytest.raises(Forbidden):
            ask(make, done, who)
    first = ask(make, done, make.bruno)
    assert ask(make, done, make.chidi) == first  # it waits: not asked for twice
    with make.read() as db, pytest.raises(NotFound):
        packets.readable(db, make.actor(make.bruno), first)  # not signed yet
    make.drain()
    with make.read() as db:
        assert packets.readable(db, make.actor(make.bruno), first).signed_at is not None
        for who in (make.amara, make.mira, make.dana):
            with pytest.raises(NotFound):
                packets.readable(db, make.actor(who), first)
    assert ask(make, done, make.bruno) != first


def test_what_was_judged_stands_in_it_criterion_by_criterion(make: World) -> None:
    work = make.engagement()
    for who in (make.amara, make.bruno):
        judge(make, who, work)
    sign(make, make.bruno, work, words="Nineteen of twenty.")
    settle(make, work)
    do(make, make.amara, work, work_service.finish)
    make.drain()
    ask(make, work)
    make.drain()
    judged = document(make)["assessment"]
    assert judged["results"]
    assert all(one["step"] == 3 and one["means"] and one["skill"] for one in judged["results"])
    assert document(make)["credentials"] == []


def test_the_page_has_it_made_and_gives_the_file(client: Client, make: World) -> None:
    work = make.finished()
    with make.read() as db:
        public_id = db.get_one(Engagement, work).public_id
    amara = client.as_(make.amara)
    assert "Have it made" in words(amara.get(f"/work/{public_id}"))
    assert "It is being signed" in words(amara.follow(amara.post(f"/work/{public_id}/packet")))
    make.drain()
    assert "Download the signed file" in words(amara.get(f"/work/{public_id}"))
    with make.read() as db:
        packet = db.exec(select(Packet)).one().public_id
    file = amara.get(f"/packets/{packet}")
    assert file.headers["content-disposition"] == f'attachment; filename="completion-{packet}.json"'
    assert proof_holds(make, json.loads(file.text))
    assert client.as_(make.chidi).get(f"/packets/{packet}").status_code == 404
