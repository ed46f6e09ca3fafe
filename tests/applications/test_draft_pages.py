"""Drafts of applications: kept, read when their opening is gone, and thrown away."""

from typing import Any

import pytest
from sqlmodel import func, select

from market.applications import service
from market.applications.models import Answer
from market.opportunities import service as opportunities
from market.opportunities.models import Opportunity
from tests.applications import scene
from tests.support.client import Client, words
from tests.support.html import complaints
from tests.support.world import World


def test_a_draft_is_kept_and_comes_back(make: World, client: Client, there: str) -> None:
    amara = client.as_(make.amara)
    kept = amara.post(f"/openings/{there}/apply/draft", {"version": "1", "answers-1": "Half a thought"})
    assert "Draft, not sent" in words(amara.follow(kept))
    assert "Half a thought" in amara.get(f"/openings/{there}/apply").text


def test_words_are_kept_when_the_opening_closes_while_they_are_written(
    make: World, client: Client, there: str, standing_clock: Any
) -> None:
    amara = client.as_(make.amara)
    assert amara.get(f"/openings/{there}/apply").status_code == 200
    standing_clock.move(days=12)
    for path in (f"/openings/{there}/apply", f"/openings/{there}/apply/draft"):
        late = amara.post(path, {"version": "1", "answers-1": scene.ANSWER})
        assert late.status_code == 403
        assert "Applications closed on 27 November." in words(late)
        assert scene.ANSWER in late.text
    assert scene.changes_of_applications(make) == 0


def test_a_draft_has_no_page_but_its_form(make: World, client: Client, opening: int, there: str) -> None:
    with make.write() as db:
        draft_of = service.save_draft(db, make.actor(make.amara), db.get_one(Opportunity, opening), {1: "x"})
    answer = client.as_(make.amara).get(f"/applications/{draft_of.public_id}")
    assert (answer.status_code, answer.headers["location"][-6:]) == (303, "/apply")


def _drafted(make: World, opening: int, text: str = scene.ANSWER) -> str:
    with make.write() as db:
        there = db.get_one(Opportunity, opening)
        return service.save_draft(db, make.actor(make.amara), there, {1: text}).public_id


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (opportunities.cancel, "This opening was cancelled."),
        (opportunities.pause, "Applications are paused at the moment."),
        (None, "Applications closed on 27 November."),
    ],
)
def test_a_draft_outlives_its_opening_and_says_what_became_of_it(
    make: World, client: Client, opening: int, there: str, standing_clock: Any, step: Any, reason: str
) -> None:
    mine, amara = _drafted(make, opening), client.as_(make.amara)
    if step is None:
        standing_clock.move(days=12)
    else:
        with make.write() as db:
            why = {"note": "The oven is broken."} if step is opportunities.cancel else {}
            step(db, make.actor(make.bruno), db.get_one(Opportunity, opening), **why)
    home = words(amara.get("/home"))
    assert "Finish your draft" not in home
    listed = amara.get("/applications")
    assert reason in words(listed)
    assert "Send it by" not in words(listed)
    assert f'href="/applications/{mine}"' in listed.text
    assert f"/openings/{there}/apply" not in listed.text
    page = amara.get(f"/applications/{mine}")
    assert page.status_code == 200
    assert f"{reason} This is a draft. Nobody else sees it." in words(page)
    assert scene.ANSWER in page.text
    assert complaints({"draft": page.text, "list": listed.text}) == []
    old = amara.get(f"/openings/{there}/apply")
    assert old.status_code == (303 if step is opportunities.cancel else 200)
    assert scene.ANSWER in (amara.follow(old) if old.status_code == 303 else old).text


def test_a_draft_that_was_left_empty_says_so_once_its_opening_is_gone(
    make: World, client: Client, opening: int
) -> None:
    mine = _drafted(make, opening, "")
    with make.write() as db:
        opportunities.cancel(db, make.actor(make.bruno), db.get_one(Opportunity, opening), note="No oven.")
    assert "Nothing was written yet." in words(client.as_(make.amara).get(f"/applications/{mine}"))


def test_a_draft_can_be_thrown_away_by_its_author_and_nothing_else_can(
    make: World, client: Client, opening: int, there: str
) -> None:
    mine, amara = _drafted(make, opening), client.as_(make.amara)
    assert f'action="/applications/{mine}/discard"' in amara.get(f"/openings/{there}/apply").text
    assert client.as_(make.bruno).post(f"/applications/{mine}/discard").status_code == 404
    said = words(amara.follow(amara.post(f"/applications/{mine}/discard")))
    assert "The draft is gone." in said
    assert "Nothing sent yet" in said
    assert scene.changes_of_applications(make) == 0
    with make.read() as db:
        assert db.exec(select(func.count()).select_from(Answer)).one() == 0
    assert scene.ANSWER not in amara.get(f"/openings/{there}/apply").text
    sent = scene.state(make, scene.applied(make, opening)).public_id
    assert amara.post(f"/applications/{sent}/discard").status_code == 409
    assert "discard" not in amara.get(f"/applications/{sent}").text
    assert scene.changes_of_applications(make) == 1
