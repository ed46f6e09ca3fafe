"""Writing and completing pathways, on both databases: issued once, by the parts that stand."""

import json
import threading
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from market.access import SYSTEM
from market.accounts import organisations
from market.accounts.models import Organisation
from market.credentials import achievements, issuing
from market.credentials.models import Achievement, Issued, IssuedPart
from market.credentials.rules import Status
from market.errors import Forbidden, Invalid
from market.pathways import queries, service
from market.pathways.models import Pathway, PathwayCompletion
from market.pathways.rules import PathwayStatus
from tests.credentials import issuing_scene
from tests.pathways import scene
from tests.support.world import World


def act(make: World, who: Any, issued_id: int, what: Any, *more: Any) -> None:
    with make.write() as db:
        what(db, make.actor(who), db.get_one(Issued, issued_id), *more)
    make.drain()


def test_a_pathway_over_two_issuers_completes_and_its_larger_credential_verifies(make: World) -> None:
    _pathway, bread, flour, target = scene.two_issuers(make)
    _mill, otto = scene.mill(make)
    one = scene.give(make, bread, make.amara)
    other = scene.give(make, flour, make.amara, by=otto, accept=False)
    assert scene.completions(make) == []  # offered is not accepted
    scene.take(make, other, make.amara)
    [done] = scene.completions(make, make.amara)
    [larger] = scene.got(make, target, make.amara)
    assert done.issued_id == larger.id
    assert scene.is_offered(larger)
    assert scene.told(make, make.amara) == ["pathway.completed"]
    assert scene.told(make, make.bruno) == ["pathway.completed"]
    with make.read() as db:
        parts = db.exec(select(IssuedPart.part_id).where(IssuedPart.issued_id == larger.id)).all()
        assert set(parts) == {one, other}
        document = issuing_scene.document(db, larger.id)
        found = issuing_scene.check(db, json.dumps(document), emails=(make.amara.email,))
        assert found.verdict == "verified", [c.message for c in found.checks if c.status != "pass"]
        ids = {db.get_one(Issued, part).public_id for part in (one, other)}
        assert {e["id"].rpartition("/")[2] for e in document["evidence"]} == ids
    scene.take(make, larger.id, make.amara)
    assert len(scene.got(make, target, make.amara)) == 1


def test_k_of_n_is_enough_and_more_parts_issue_nothing_more(make: World) -> None:
    parts = [scene.achievement(make, name) for name in ("One", "Two", "Three")]
    target = scene.achievement(make, "Baker")
    scene.publish(make, scene.draft(make, target, parts, needed=2))
    for part in parts:
        scene.give(make, part, make.amara)
    [larger] = scene.got(make, target, make.amara)
    with make.read() as db:
        assert len(db.exec(select(IssuedPart).where(IssuedPart.issued_id == larger.id)).all()) == 2


def test_who_held_enough_before_it_was_out_completes_it_when_it_is(make: World) -> None:
    parts = [scene.achievement(make, name) for name in ("One", "Two")]
    target = scene.achievement(make, "Baker")
    for part in parts:
        scene.give(make, part, make.amara)
    scene.give(make, parts[0], make.chidi)
    scene.publish(make, scene.draft(make, target, parts))
    assert [one.person_id for one in scene.completions(make)] == [make.amara.id]


def test_two_workers_at_once_complete_it_once(make: World) -> None:
    _pathway, bread, flour, target = scene.two_issuers(make)
    _mill, otto = scene.mill(make)
    first = scene.give(make, bread, make.amara, accept=False)
    other = scene.give(make, flour, make.amara, by=otto, accept=False)
    scene.take(make, first, make.amara, drain=False)
    scene.take(make, other, make.amara, drain=False)
    together, failed = threading.Barrier(4), []

    def work() -> None:
        together.wait()
        try:
            with make.write() as db:
                service.complete_for(db, make.amara.id)
        except Exception as trouble:
            failed.append(trouble)

    workers = [threading.Thread(target=work) for _each in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert failed == []
    make.drain()
    assert len(scene.completions(make, make.amara)) == 1
    assert len(scene.got(make, target, make.amara)) == 1


def test_an_ordered_pathway_asks_for_the_parts_in_their_order(make: World, standing_clock: Any) -> None:
    one, two = scene.achievement(make, "One"), scene.achievement(make, "Two")
    target = scene.achievement(make, "Baker")
    scene.publish(make, scene.draft(make, target, [one, two], ordered=True))
    scene.give(make, two, make.amara)
    standing_clock.move(days=1)
    scene.give(make, one, make.amara)
    assert scene.completions(make) == []
    standing_clock.move(days=1)
    scene.give(make, two, make.amara)
    assert len(scene.completions(make)) == 1


def test_a_pathway_that_comes_before_and_an_achievement_to_hold_are_asked_for(make: World) -> None:
    _pathway, bread, flour, target = scene.two_issuers(make)
    first_id = _pathway
    _mill, otto = scene.mill(make)
    more, licence = scene.achievement(make, "Cakes"), scene.achievement(make, "Hygiene")
    top = scene.achievement(make, "Master")
    second = scene.draft(make, top, [bread, more], before=[first_id], held=[licence], title="Master's way")
    scene.publish(make, second)
    for one in (bread, more):
        scene.give(make, one, make.amara)
    scene.give(make, flour, make.amara, by=otto)
    [larger] = scene.got(make, target, make.amara)
    assert scene.got(make, top, make.amara) == []
    scene.take(make, larger.id, make.amara)
    assert scene.got(make, top, make.amara) == []
    scene.give(make, licence, make.amara)
    assert len(scene.got(make, top, make.amara)) == 1


def test_what_is_suspended_or_revoked_does_not_count_until_it_does_again(make: World) -> None:
    _pathway, bread, flour, target = scene.two_issuers(make)
    _mill, otto = scene.mill(make)
    one = scene.give(make, bread, make.amara)
    act(make, make.bruno, one, issuing.suspend, "We look into it.")
    scene.give(make, flour, make.amara, by=otto)
    assert scene.completions(make) == []
    with make.read() as db:
        whole = queries.whole(db, db.get_one(Pathway, _pathway))
        assert service.progress_of(db, make.amara.id, [whole])[_pathway].done == 1
    act(make, make.bruno, one, issuing.reinstate)
    assert len(scene.got(make, target, make.amara)) == 1


def test_a_part_revoked_after_completion_is_told_and_the_larger_one_stays_until_its_issuer_decides(
    make: World,
) -> None:
    _pathway, bread, flour, target = scene.two_issuers(make)
    _mill, otto = scene.mill(make)
    scene.give(make, bread, make.amara)
    part = scene.give(make, flour, make.amara, by=otto)
    [larger] = scene.got(make, target, make.amara)
    scene.take(make, larger.id, make.amara)
    act(make, otto, part, issuing.revoke, "It was a mistake.")
    assert scene.told(make, make.amara) == ["pathway.completed", "pathway.part_lost"]
    assert scene.told(make, make.bruno) == ["pathway.completed", "pathway.part_lost"]
    [larger] = scene.got(make, target, make.amara)
    assert larger.status is Status.ACCEPTED
    act(make, make.bruno, larger.id, issuing.revoke, "Its part does not stand.")
    scene.give(make, flour, make.amara, by=otto)
    assert [one.status for one in scene.got(make, target, make.amara)] == [
        Status.REVOKED
    ]  # by hand from then on


def test_a_newer_version_of_a_part_counts_as_the_part(make: World) -> None:
    _pathway, bread, flour, target = scene.two_issuers(make)
    _mill, otto = scene.mill(make)
    old = scene.give(make, bread, make.amara)
    second = scene.newer(make, bread)
    new = scene.give(make, second, make.amara, accept=False)
    act(
        make,
        make.bruno,
        old,
        lambda db, actor, one: issuing.supersede(db, actor, one, db.get_one(Issued, new)),
    )
    scene.give(make, flour, make.amara, by=otto)
    [larger] = scene.got(make, target, make.amara)
    with make.read() as db:
        parts = db.exec(select(IssuedPart.part_id).where(IssuedPart.issued_id == larger.id)).all()
        assert new in parts
        assert old not in parts


def test_what_cannot_be_issued_yet_is_issued_when_it_can(make: World) -> None:
    _pathway, bread, flour, target = scene.two_issuers(make)
    _mill, otto = scene.mill(make)
    with make.write() as db:
        achievements.retire_achievement(db, make.actor(make.bruno), db.get_one(Achievement, target))
    scene.give(make, bread, make.amara)
    scene.give(make, flour, make.amara, by=otto)
    [done] = scene.completions(make)
    assert done.issued_id is None
    make.sweep()
    assert scene.completions(make)[0].issued_id is None
    second = scene.newer(make, target)
    make.sweep()
    make.drain()
    make.sweep()
    [issued] = scene.got(make, second, make.amara)
    assert scene.completions(make)[0].issued_id == issued.id


def test_a_retired_pathway_is_completed_by_those_who_had_begun(make: World, standing_clock: Any) -> None:
    pathway, bread, flour, _target = scene.two_issuers(make)
    _mill, otto = scene.mill(make)
    scene.give(make, bread, make.amara)
    standing_clock.move(days=1)
    with make.write() as db:
        service.retire(db, make.actor(make.bruno), db.get_one(Pathway, pathway))
    make.drain()
    standing_clock.move(days=1)
    for who in (make.amara, make.chidi):
        scene.give(make, flour, who, by=otto)
    scene.give(make, bread, make.chidi)
    assert [one.person_id for one in scene.completions(make)] == [make.amara.id]


def test_a_pathway_for_members_counts_for_members_alone(make: World) -> None:
    _pathway, bread, flour, _target = scene.two_issuers(make, for_members=True)
    _mill, otto = scene.mill(make)
    for who in (make.mira, make.chidi):
        scene.give(make, bread, who)
        scene.give(make, flour, who, by=otto)
    assert [one.person_id for one in scene.completions(make)] == [make.mira.id]


def test_a_pathway_that_needs_itself_is_refused_with_the_way(make: World) -> None:
    one, two, three = (scene.achievement(make, name) for name in ("One", "Two", "Three"))
    with pytest.raises(Invalid, match="cannot be a part of itself"):
        scene.draft(make, one, [one, two])
    first = scene.draft(make, one, [two, three], title="First")
    second = scene.draft(make, two, [one, three], title="Second")  # neither is out: no circle yet
    scene.publish(make, first)
    with pytest.raises(Invalid, match="It would need itself: Second → One → First → Two"):
        scene.publish(make, second)
    with pytest.raises(Invalid, match="It would need itself: Third → First → Two"):
        scene.draft(make, two, [three, scene.achievement(make, "Four")], before=[first], title="Third")


def test_two_that_need_each_other_cannot_be_published_at_once(make: World) -> None:
    one, two, three = (scene.achievement(make, name) for name in ("One", "Two", "Three"))
    drafts = [
        scene.draft(make, one, [two, three], title="First"),
        scene.draft(make, two, [one, three], title="Second"),
    ]
    together, refused = threading.Barrier(2), []

    def work(pathway: int) -> None:
        together.wait()
        try:
            scene.publish(make, pathway, drain=False)
        except Invalid as reason:
            refused.append(reason)

    workers = [threading.Thread(target=work, args=(each,)) for each in drafts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(refused) == 1
    with make.read() as db:
        states = [db.get_one(Pathway, each).status for each in drafts]
    assert sorted(states) == [PathwayStatus.DRAFT, PathwayStatus.PUBLISHED]


def test_only_an_issuer_writes_and_what_is_published_stays(make: World) -> None:
    one, two, target = (scene.achievement(make, name) for name in ("One", "Two", "Baker"))
    pathway = scene.draft(make, target, [one, two])
    with make.write() as db, pytest.raises(Forbidden):
        service.create(db, make.actor(make.mira), make.bakery.id, "Mine")
    with make.write() as db, pytest.raises(Forbidden):
        service.publish(db, make.actor(make.chidi), db.get_one(Pathway, pathway))
    scene.publish(make, pathway)
    with make.write() as db, pytest.raises(Forbidden, match="stays as it is"):
        service.save(db, make.actor(make.bruno), db.get_one(Pathway, pathway), title="Other")
    with make.write() as db:
        made = service.copy(db, make.actor(make.bruno), db.get_one(Pathway, pathway))
        before, after = (queries.whole(db, db.get_one(Pathway, each)).draft for each in (pathway, made.id))
        assert before == after
        assert made.status is PathwayStatus.DRAFT


def test_what_went_out_while_someone_wrote_stays_as_it_went_out(make: World) -> None:
    pathway = scene.draft(make, *_parts(make))
    with make.read() as db:
        seen = db.get_one(Pathway, pathway)  # as the writer read it before
        db.expunge(seen)
    scene.publish(make, pathway)
    with make.write() as db:
        db.add(seen)
        with pytest.raises(Forbidden, match="stays as it is"):
            service.save(db, make.actor(make.bruno), seen, title="Other")


def _parts(make: World) -> tuple[int, list[int]]:
    one, two, target = (scene.achievement(make, name) for name in ("One", "Two", "Baker"))
    return target, [one, two]


def test_what_is_missing_keeps_it_from_going_out(make: World) -> None:
    one, two = scene.achievement(make, "One"), scene.achievement(make, "Two")
    org, otto = scene.mill(make)
    theirs = scene.achievement(make, "Theirs", by=otto, org=org.id)
    with pytest.raises(Invalid, match="Choose what it stacks to"):
        scene.publish(make, scene.draft(make, None, [one, two]))
    with pytest.raises(Invalid, match="among your own"):
        scene.draft(make, theirs, [one, two])
    target = scene.achievement(make, "Baker")
    pathway = scene.draft(make, target, [one, two])
    with make.write() as db:
        organisations.unverify_organisation(db, SYSTEM, db.get_one(Organisation, make.bakery.id))
    with pytest.raises(Invalid, match="not verified yet"):
        scene.publish(make, pathway)


def test_the_database_keeps_one_completion_for_pathway_and_person(make: World) -> None:
    pathway, _bread, _flour, _target = scene.two_issuers(make)
    with make.write() as db:
        db.add(PathwayCompletion(pathway_id=pathway, person_id=make.amara.id))
    with pytest.raises(IntegrityError), make.write() as db:
        db.add(PathwayCompletion(pathway_id=pathway, person_id=make.amara.id))
