"""Parts of the work: versions with their hashes, consent to show them, and the record of pay."""

import hashlib

import pytest
from sqlmodel import select

from market.engagements import milestones, payments, queries
from market.engagements.models import Deliverable, DeliverableFile, Engagement
from market.engagements.queries import Paid
from market.errors import Conflict, Forbidden, Invalid, NotFound
from tests.engagements import scene
from tests.support.world import World

TEXT = b"item,unit,price\nrye,kg,1.20\n"


def test_each_version_is_kept_with_its_files_hashes_and_answer(make: World) -> None:
    work = make.engagement()
    scene.hand_in(make, work, note="First.", uploads=(("stock.csv", TEXT),))
    scene.on_part(make, make.bruno, work, 0, milestones.request_changes, "The prices are missing.")
    scene.hand_in(make, work, note="Second.", link="https://example.org/sheet")
    scene.on_part(make, make.amara, work, 0, milestones.take_back)
    scene.hand_in(make, work, note="Third.")
    scene.on_part(make, make.bruno, work, 0, milestones.approve, "Thank you.")
    with make.read() as db:
        told = queries.versions_of(db, scene.parts(make, work)[0])
        kept = db.exec(select(DeliverableFile)).one()
    assert [(v.version, v.note, v.answer) for v in told] == [
        (3, "Third.", "Thank you."),
        (2, "Second.", ""),
        (1, "First.", "The prices are missing."),
    ]
    assert kept.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert told[2].files[0][1:] == ("stock.csv", kept.sha256[:8])


def test_nothing_is_handed_in_when_there_is_nothing_or_a_file_is_refused(make: World) -> None:
    work = make.engagement()
    with pytest.raises(Invalid):
        scene.hand_in(make, work, note="")
    with pytest.raises(Invalid):
        scene.hand_in(make, work, uploads=(("good.csv", TEXT), ("run.exe", b"MZ\x90\x00" + b"\x00" * 200)))
    part = scene.parts(make, work)[0]
    assert (part.version, str(part.status)) == (0, "in_progress")
    with make.read() as db:
        assert db.exec(select(Deliverable)).all() == []


def test_consent_is_the_persons_own_and_can_be_changed(make: World) -> None:
    work = make.engagement()
    scene.hand_in(make, work, as_evidence=True)

    def agreed() -> bool:
        with make.read() as db:
            return queries.versions_of(db, scene.parts(make, work)[0])[0].as_evidence

    for who in (make.bruno, make.dana, make.chidi):
        with pytest.raises(Forbidden):
            scene.on_part(make, who, work, 0, milestones.consent, 1, False)
    assert agreed()
    scene.on_part(make, make.amara, work, 0, milestones.consent, 1, False)
    assert not agreed()
    with pytest.raises(NotFound):
        scene.on_part(make, make.amara, work, 0, milestones.consent, 2, True)


def paid(make: World, work: int) -> Paid:
    with make.read() as db:
        return queries.payments_of(db, work)[scene.parts(make, work)[0].id]


def test_pay_is_declared_corrected_and_confirmed_and_the_record_keeps_both_sides(make: World) -> None:
    work = make.engagement()
    assert paid(make, work) == Paid(14_400, 0, 0)
    with pytest.raises(Forbidden, match="not been accepted"):
        scene.on_part(make, make.bruno, work, 0, payments.declare, 14_400)
    scene.hand_in(make, work)
    scene.on_part(make, make.bruno, work, 0, milestones.approve)
    with pytest.raises(Forbidden, match="Nothing has been declared"):
        scene.on_part(make, make.amara, work, 0, payments.confirm, 14_400)
    with pytest.raises(Conflict, match="nothing to correct"):
        scene.on_part(make, make.bruno, work, 0, payments.correct, 14_400, "Oops.")
    for who in (make.amara, make.mira, make.chidi, make.dana):
        with pytest.raises(Forbidden):
            scene.on_part(make, who, work, 0, payments.declare, 14_400)
    for amount in (0, -1, 100_000_001):
        with pytest.raises(Invalid):
            scene.on_part(make, make.bruno, work, 0, payments.declare, amount)
    scene.on_part(make, make.bruno, work, 0, payments.declare, 14_500)
    with pytest.raises(Invalid):
        scene.on_part(make, make.bruno, work, 0, payments.correct, 14_400, "")
    with pytest.raises(Invalid):
        scene.on_part(make, make.bruno, work, 0, payments.correct, -5, "Wrong.")
    scene.on_part(make, make.bruno, work, 0, payments.correct, 14_400, "A typing error.")
    with pytest.raises(Invalid):
        scene.on_part(make, make.amara, work, 0, payments.confirm, 0)
    with pytest.raises(Forbidden):
        scene.on_part(make, make.bruno, work, 0, payments.confirm, 14_400)
    scene.on_part(make, make.amara, work, 0, payments.confirm, 14_000)
    assert paid(make, work) == Paid(14_400, 14_400, 14_000)
    scene.on_part(make, make.amara, work, 0, payments.confirm, 400)
    assert paid(make, work) == Paid(14_400, 14_400, 14_400)
    with pytest.raises(Forbidden, match="You have confirmed"):
        scene.on_part(make, make.amara, work, 0, payments.confirm, 400)
    assert [e.name for e in make.events() if e.name.startswith("payment.")] == [
        "payment.declared", "payment.corrected", "payment.confirmed", "payment.confirmed",
    ]  # fmt: skip


def test_a_file_of_the_work_is_read_by_its_two_sides_only(make: World) -> None:
    from market.engagements.panels import may_read_file

    work = make.engagement(**scene.mentored(make))
    actors = scene.cast(make)
    with make.read() as db:
        readers = {who for who, actor in actors.items() if may_read_file(db, actor, work)}
        assert not may_read_file(db, actors["owner"], 0)
    assert readers == {"talent", "owner", "recruiter", "mentor", "system"}
    with make.read() as db:
        assert db.get_one(Engagement, work).supervisor_ids == [make.mira.id]
