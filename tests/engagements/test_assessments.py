"""Judging: blind, then side by side, then signed; and what it leaves in the ledger, exactly once."""

from collections.abc import Callable

import pytest
from sqlmodel import Session

from market.access import Actor, Role
from market.engagements import assessments, milestones, outcomes, service
from market.engagements.models import Engagement
from market.engagements.rules import Fault
from market.errors import Conflict, Forbidden, Invalid
from tests.engagements import scene
from tests.support.client import Client, words
from tests.support.world import Known, Standing, World

SAW = "Twenty items of the shelf were right at once."


def seen(make: World, who: Known, work: int) -> assessments.Open:
    with make.read() as db:
        return assessments.open_to(db, make.actor(who), db.get_one(Engagement, work))


def settle(make: World, work: int) -> None:
    for place in (0, 1):
        scene.hand_in(make, work, place)
        scene.on_part(make, make.bruno, work, place, milestones.approve)


@pytest.mark.parametrize("first", ["amara", "bruno"])
def test_neither_side_sees_the_others_steps_before_its_own_are_in(make: World, first: str) -> None:
    work = make.engagement()
    one, other = (make.amara, make.bruno) if first == "amara" else (make.bruno, make.amara)
    scene.judge(make, one, work, 2, SAW)
    assert seen(make, other, work) == assessments.Open(None, None, True)
    scene.judge(make, other, work, 4, do=assessments.save)
    assert seen(make, other, work).theirs is None
    assert seen(make, one, work)[1:] == (None, False, None)
    scene.judge(make, other, work, 4)
    for who in (one, other):
        assert seen(make, who, work).theirs is not None


@pytest.mark.parametrize("first", ["amara", "bruno"])
def test_no_page_tells_the_other_side_what_was_chosen(make: World, client: Client, first: str) -> None:
    work = make.engagement()
    at = scene.work(make, work).public_id
    chooser, other = (make.amara, make.bruno) if first == "amara" else (make.bruno, make.amara)
    reader = client.as_(other)
    pages = [
        f"/work/{at}",
        f"/work/{at}/assess",
        f"/work/{at}/assessment",
        f"/work/{at}/terms",
        f"/work/{at}/pay",
        "/work",
        "/team",
        f"/people/{make.amara.public_id}",
    ]
    scene.judge(make, chooser, work, 0, SAW)
    answers = [reader.get(page) for page in pages]
    assert answers[2].status_code == 303
    assert answers[2].headers["location"].endswith("/assess")
    for page, answer in zip(pages, answers, strict=True):
        assert SAW not in answer.text, page
        assert "is-theirs" not in answer.text, page
        assert "is-own" not in answer.text, page
    assert "checked" not in reader.get(f"/work/{at}/assess").text
    assert "The other side has put in its steps." in words(answers[1])
    for target in ("main", "judged", "compare"):
        for page in pages[:3]:
            assert SAW not in reader.fragment(page, target).text


def test_a_draft_is_its_authors_alone(make: World, client: Client) -> None:
    work = make.engagement()
    at = scene.work(make, work).public_id
    scene.judge(make, make.bruno, work, 1, SAW, do=assessments.save)
    scene.concern(make, work)
    colleague = make.member(make.bakery, Role.RECRUITER, person=make.person("Ines Baker"))
    for who in (colleague, make.dana, make.amara):
        page = client.as_(who).get(f"/work/{at}/assess")
        assert SAW not in page.text
        # A moderator may not judge, so nothing leads them to a form.
        wanted = 403 if who is make.dana else 303
        assert client.as_(who).get(f"/work/{at}/assessment").status_code == wanted
    assert "Bruno Keller keeps a draft" in words(client.as_(colleague).get(f"/work/{at}/assess"))
    assert SAW in client.as_(make.bruno).get(f"/work/{at}/assess").text
    assert seen(make, make.dana, work) == assessments.Open(None, None, False)


def test_a_changed_step_needs_a_reason_of_its_own(make: World) -> None:
    work = make.engagement()
    with pytest.raises(Conflict, match="Put in your steps first"):
        scene.sign(make, make.bruno, work)
    scene.judge(make, make.bruno, work, 2, SAW)
    for why in ("", SAW):
        with pytest.raises(Invalid) as refused:
            scene.sign(make, make.bruno, work, 3, why)
        assert list(refused.value.fields) == ["why-1"]
    scene.sign(make, make.bruno, work, 3, "She showed me the second sheet.")
    for again in (scene.sign, scene.judge):
        with pytest.raises(Conflict):
            again(make, make.bruno, work)


def test_steps_are_put_in_whole_and_once(make: World) -> None:
    work = make.engagement()

    def nothing(db: Session, actor: Actor, engagement: Engagement) -> None:
        assessments.submit(db, actor, engagement, scene.rubric(db, engagement), {})

    with pytest.raises(Invalid):
        scene.do(make, make.amara, work, nothing)
    assert seen(make, make.amara, work).mine is None
    scene.judge(make, make.amara, work)
    with pytest.raises(Conflict):
        scene.judge(make, make.amara, work)
    with pytest.raises(Conflict, match="need no signature"):
        scene.sign(make, make.amara, work)


def test_once_signed_it_is_open_and_ones_own_can_no_longer_be_blind(make: World) -> None:
    work = make.engagement()
    scene.judge(make, make.bruno, work)
    scene.sign(make, make.bruno, work)
    assert seen(make, make.amara, work).theirs is not None
    assert seen(make, make.dana, work).mine is not None
    with pytest.raises(Conflict, match="blind"):
        scene.judge(make, make.amara, work)


def test_who_is_no_side_judges_nothing(make: World) -> None:
    work = make.engagement(**scene.mentored(make))
    actors = scene.cast(make)
    for who in set(scene.WHO) - {"talent", "owner", "recruiter", "mentor"}:
        with pytest.raises(Forbidden):
            scene.judge(make, actors[who], work)
    scene.judge(make, make.mira, work)
    scene.sign(make, make.mira, work)


def end_first(make: World, work: int) -> None:
    scene.do(make, make.amara, work, service.finish)
    assert scene.ledger(make, make.amara.id, 4) == []
    scene.sign(make, make.bruno, work)


def sign_first(make: World, work: int) -> None:
    scene.sign(make, make.bruno, work)
    assert scene.ledger(make, make.amara.id, 4) == []
    scene.do(make, make.amara, work, service.finish)


def sign_then_end_early(make: World, work: int) -> None:
    scene.sign(make, make.bruno, work)
    scene.do(make, make.amara, work, service.end_early, "I found lasting work.", Fault.NONE)


@pytest.mark.parametrize("order", [end_first, sign_first, sign_then_end_early])
def test_t4_is_written_once_whichever_comes_first(make: World, order: Callable[[World, int], None]) -> None:
    work = make.engagement()
    settle(make, work)
    scene.judge(make, make.bruno, work)
    order(make, work)
    make.drain()
    items = scene.ledger(make, make.amara.id, 4)
    assert [(i.reading_milli, i.party_kind, i.party_id) for i in items] == [
        (3000, "organisation", make.bakery.id)
    ]
    with make.write() as db:
        assert outcomes.write_evidence(db, db.get_one(Engagement, work)) == 0
    assert len(scene.ledger(make, make.amara.id, 4)) == 1


def test_after_two_weeks_there_is_no_assessment_and_the_person_reads_why(
    make: World, client: Client, standing_clock: Standing
) -> None:
    work = make.finished()
    page = f"/work/{scene.work(make, work).public_id}"
    amara = client.as_(make.amara)
    assert "may still assess it" in words(amara.get(page))
    standing_clock.move(days=14)
    scene.judge(make, make.bruno, work)
    standing_clock.move(seconds=1)
    with pytest.raises(Forbidden, match="two weeks"):
        scene.sign(make, make.bruno, work)
    with pytest.raises(Forbidden, match="two weeks"):
        scene.judge(make, make.amara, work)
    assert "no demonstrated evidence (T4)" in words(client.as_(make.amara).get(page))
    assert client.as_(make.amara).get(f"{page}/assess").status_code == 403
    assert scene.ledger(make, make.amara.id, 4) == []


def test_silence_and_a_skipped_assessment_leave_the_ledger_empty(make: World) -> None:
    work = make.finished()
    assert scene.work(make, work).status == "completed"
    assert scene.ledger(make, make.amara.id, 4) == []
