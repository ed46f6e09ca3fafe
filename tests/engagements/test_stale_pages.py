"""Pages of work that were opened before the other side did something: what was not read is not answered."""

import re

import pytest
from sqlmodel import Session, col, select

from market.engagements import milestones
from market.engagements.models import Engagement
from market.errors import Conflict
from market.transitions import Transition
from tests.engagements import scene
from tests.support.client import Client, words
from tests.support.html import carried, complaints, why_not
from tests.support.world import World


@pytest.fixture
def work(make: World) -> int:
    return make.engagement(**scene.mentored(make))


def part_path(make: World, work: int, place: int = 0) -> str:
    return f"/work/milestones/{scene.parts(make, work)[place].public_id}"


def state(make: World, work: int, place: int = 0) -> tuple[str, int]:
    found = scene.parts(make, work)[place]
    return str(found.status), found.version


@pytest.mark.parametrize(
    ("step", "field", "after"), [("approve", "note", "approved"), ("changes", "changes", "in_progress")]
)
def test_an_answer_to_a_version_that_was_taken_back_settles_nothing_and_keeps_its_words(
    make: World, client: Client, work: int, step: str, field: str, after: str
) -> None:
    bruno, part = client.as_(make.bruno), part_path(make, work)
    scene.hand_in(make, work, note="The first.")
    sent = {**carried(bruno.get(part).text, f"{part}/{step}"), "note": "I read the whole list."}
    scene.on_part(make, make.amara, work, 0, milestones.take_back)
    between = bruno.post(f"{part}/{step}", sent)
    assert between.status_code == 409
    assert "I read the whole list." in between.text
    scene.hand_in(make, work, note="The second, with prices.")
    stale = bruno.post(f"{part}/{step}", sent)
    assert stale.status_code == 409
    assert "Another version was handed in since you opened this page: version 2." in words(stale)
    assert "The second, with prices." in stale.text
    assert re.search(rf'<textarea id="{field}"[^>]*>I read the whole list\.</textarea>', stale.text)
    assert state(make, work) == ("submitted", 2)
    again = {**carried(stale.text, f"{part}/{step}"), "note": "Now the second."}
    assert bruno.post(f"{part}/{step}", again).status_code == 303
    assert state(make, work) == (after, 2)


def test_a_form_refused_for_its_words_still_carries_the_version_that_was_read(
    make: World, client: Client, work: int
) -> None:
    bruno, part = client.as_(make.bruno), part_path(make, work)
    scene.hand_in(make, work)
    opened = carried(bruno.get(part).text, f"{part}/changes")
    scene.on_part(make, make.amara, work, 0, milestones.take_back)
    scene.hand_in(make, work)
    refused = bruno.post(f"{part}/changes", {**opened, "note": "no"})
    assert refused.status_code == 422
    for step in ("approve", "changes"):
        sent = {**carried(refused.text, f"{part}/{step}"), "note": "Add the prices."}
        assert bruno.post(f"{part}/{step}", sent).status_code == 409, step
    assert state(make, work) == ("submitted", 2)


def test_an_answer_that_names_no_version_or_another_settles_nothing(
    make: World, client: Client, work: int
) -> None:
    scene.hand_in(make, work)
    bruno, part = client.as_(make.bruno), part_path(make, work)
    for sent in ({}, {"version": "-1"}, {"version": "2"}):
        assert bruno.post(f"{part}/approve", sent).status_code == 409, sent
    assert bruno.post(f"{part}/approve", {"version": "one"}).status_code == 422
    assert state(make, work) == ("submitted", 1)


def test_the_version_is_compared_with_the_row_and_not_with_what_was_loaded_before(
    make: World, work: int
) -> None:
    def handed_in_anew(db: Session) -> None:
        """What another request committed: the row moves on, the object in this session does not know."""
        found = scene.queries.milestones_of(db, work)[0]
        table = type(found).__table__  # type: ignore[attr-defined]
        db.connection().execute(table.update().where(table.c.id == found.id).values(version=2))

    scene.hand_in(make, work)
    bruno = make.actor(make.bruno)
    for step, more in ((milestones.approve, ()), (milestones.request_changes, ("Add the prices.",))):
        with make.write() as db:
            engagement, part = db.get_one(Engagement, work), scene.queries.milestones_of(db, work)[0]
            handed_in_anew(db)
            assert part.version == 1
            with pytest.raises(Conflict, match="version 2"):
                step(db, bruno, engagement, part, *more, read=1)
            db.rollback()
    with make.read() as db:
        taken = db.exec(
            select(Transition.step).where(col(Transition.step).in_(("approve", "request_changes")))
        )
        assert taken.all() == []


def test_a_version_that_was_taken_back_says_so_to_both_sides(make: World, client: Client, work: int) -> None:
    scene.hand_in(make, work)
    scene.on_part(make, make.amara, work, 0, milestones.take_back)
    scene.hand_in(make, work)
    for who in (make.amara, make.bruno):
        for page in (part_path(make, work), f"/work/{scene.work(make, work).public_id}"):
            shown = client.as_(who).get(page)
            assert len(re.findall(r"Taken back <small>", shown.text)) == 1, page
            assert shown.text.count(">Not answered yet<") == 1, page


def test_the_page_that_a_late_answer_gets_is_sound(make: World, client: Client, work: int) -> None:
    if why_not():
        pytest.skip(str(why_not()))
    scene.hand_in(make, work)
    bruno, part = client.as_(make.bruno), part_path(make, work)
    pages = {step: bruno.post(f"{part}/{step}", {"note": "Words."}).text for step in ("approve", "changes")}
    assert complaints(pages) == []


def test_work_that_was_handed_in_anew_is_read_before_it_is_judged(
    make: World, client: Client, work: int
) -> None:
    page = f"/work/{scene.work(make, work).public_id}/assess"
    bruno = client.as_(make.bruno)
    scene.hand_in(make, work)
    with make.read() as db:
        places = [c.position for c in scene.rubric(db, db.get_one(Engagement, work)).criteria]
    steps = {f"step-{n}": "3" for n in places} | {f"why-{n}": f"I counted row {n}." for n in places}
    sent = {**carried(bruno.get(page).text, page), **steps}
    scene.on_part(make, make.amara, work, 0, milestones.take_back)
    scene.hand_in(make, work)
    stale = bruno.post(page, sent)
    assert stale.status_code == 409
    assert "Since you opened this page, version 2 of “" in words(stale)
    assert all(f"I counted row {n}." in stale.text for n in places)
    assert len(re.findall(r'value="3"[^>]* checked', stale.text)) == len(places)
    sent |= carried(stale.text, page)
    assert bruno.post(page, sent).status_code == 303

    sign = page + "ment"
    last = {**steps, "comment": "Keep counting.", **carried(bruno.get(sign).text, sign)}
    scene.hand_in(make, work, 1)
    late = bruno.post(sign, last)
    assert late.status_code == 409
    assert "Keep counting." in late.text
    last |= carried(late.text, sign)
    assert bruno.post(sign, last).status_code == 303


def test_a_draft_of_an_assessment_is_kept_whatever_came_meanwhile(
    make: World, client: Client, work: int
) -> None:
    page = f"/work/{scene.work(make, work).public_id}/assess"
    bruno = client.as_(make.bruno)
    opened = carried(bruno.get(page).text, page)
    scene.hand_in(make, work)
    assert bruno.post(page, {**opened, "step-1": "2", "save": "draft"}).status_code == 303
