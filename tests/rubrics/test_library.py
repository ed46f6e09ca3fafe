"""The library: rubrics written by themselves, finished once, and used by openings, programmes and achievements."""

import re
from typing import Any

import pytest
from sqlmodel import select

from market.access import Actor, Membership, Role
from market.errors import Conflict, Forbidden, Invalid, NotFound
from market.paths import data_dir
from market.programmes.models import OutcomeCriterion
from market.rubrics import library, rules
from market.rubrics.models import Rubric
from market.rubrics.queries import rubric_with_criteria, rubrics_of
from market.rubrics.service import drafts_of
from tests.opportunities import postings
from tests.programmes import plans
from tests.rubrics.library_scene import in_library
from tests.support.client import Client, words
from tests.support.world import World

BAKERY, OTHER = 1, 2


def member(role: Role) -> Actor:
    return Actor(id=7, memberships=(Membership(1, BAKERY, role),))


@pytest.mark.parametrize(
    ("role", "may"), [(Role.OWNER, True), (Role.RECRUITER, True), (Role.ISSUER, True), (Role.MENTOR, False)]
)
def test_who_posts_and_who_issues_keeps_the_library(*, role: Role, may: bool) -> None:
    assert bool(rules.may_keep(member(role), BAKERY)) is may
    assert bool(rules.keeps_rubrics(member(role))) is may
    assert not rules.may_keep(member(role), OTHER)
    assert not rules.may_keep(member(role), None)


def test_visitors_are_asked_to_sign_in() -> None:
    assert rules.keeps_rubrics(Actor()).reason == "Sign in to go on."


def test_the_words_to_begin_with_are_whole_and_of_skills_the_seeds_know() -> None:
    lines = (data_dir("seeds") / "skills.csv").read_text().splitlines()
    known = {line.split(",")[1] for line in lines}
    for start in library.starts():
        drafts = [
            rules.CriterionDraft(c["name"], 1, c["level"], tuple(c["steps"]), needed=c.get("needed", False))
            for c in start.criteria
        ]
        assert rules.problems(drafts) == [], start.key
        assert {c["skill"] for c in start.criteria} <= known, start.key
    soft = next(one for one in library.starts() if one.key == "working-together")
    assert [c["skill"] for c in soft.criteria] == [
        "Communication", "Teamwork", "Leadership", "Reliability", "Problem solving",
    ]  # fmt: skip


def test_a_finished_rubric_stays_as_it_is_and_a_copy_is_the_next_version(make: World) -> None:
    draft = in_library(make, title="Our lists")
    with make.write() as db:
        bruno, rubric = make.actor(make.bruno), db.get_one(Rubric, draft.id)
        drafts = drafts_of(rubric_with_criteria(db, rubric.id))
        library.save(db, bruno, rubric, "Our lists, kept", drafts[:1], 2)
        library.finish(db, bruno, rubric)
        assert len(rubric_with_criteria(db, rubric.id).criteria) == 1
    with pytest.raises(Conflict, match="Make a copy"), make.write() as db:
        library.save(db, make.actor(make.bruno), db.get_one(Rubric, draft.id), "Other", drafts, 3)
    with make.write() as db:
        copied = library.copy(db, make.actor(make.bruno), db.get_one(Rubric, draft.id))
        assert (copied.title, copied.version, copied.frozen_at) == ("Our lists, kept", 2, None)
    with make.read() as db:
        assert [(r.version, r.is_finished, r.criteria) for r in library.ours(db, [make.bakery.id], 10)] == [
            (2, False, 1),
            (1, True, 1),
        ]
        assert [r.id for r in rubrics_of(db, make.bakery.id)] == [draft.id]


def test_strangers_neither_begin_nor_find_nor_finish(make: World) -> None:
    draft = in_library(make)
    chidi = make.actor(make.chidi)
    with make.write() as db:
        with pytest.raises(Forbidden):
            library.begin(db, chidi, make.bakery.id, "Theirs", "", lambda _name: None)
        with pytest.raises(Forbidden):
            library.finish(db, chidi, db.get_one(Rubric, draft.id))
        with pytest.raises(NotFound):
            library.get_ours(db, chidi, draft.public_id)
        blank = library.begin(db, make.actor(make.bruno), make.bakery.id, "Blank", "", lambda _name: None)
        with pytest.raises(Invalid):
            library.finish(db, make.actor(make.bruno), blank)


def test_skills_the_site_does_not_know_are_left_out(make: World) -> None:
    with make.write() as db:
        made = library.begin(db, make.actor(make.bruno), make.bakery.id, "", "list", lambda _name: None)
        assert made.title == "A list put in order"
        assert rubric_with_criteria(db, made.id).criteria == ()


def at(location: str) -> str:
    found = re.search(r"/rubrics/([^/?#]+)", location)
    assert found
    return found[1]


def test_a_rubric_is_begun_written_finished_and_copied_on_its_pages(client: Client, make: World) -> None:
    postings.skills(make, "Data cleaning", "Spreadsheets")
    bruno = client.as_(make.bruno)
    assert "No rubrics yet" in words(bruno.get("/rubrics"))
    assert bruno.post("/rubrics/new", {"title": "", "start": ""}).status_code == 422
    begun = bruno.post("/rubrics/new", {"title": "", "start": "list"})
    rubric = at(begun.headers["location"])
    page = bruno.follow(begun)
    assert "At most one of twenty entries is wrong." in page.text
    fields: dict[str, Any] = {
        "title": "Lists", "pass_mark": "2", "criteria-0-name": "Accuracy", "criteria-0-skill": "Data cleaning",
        "criteria-0-level": "3", "criteria-0-weight": "7", "criteria-0-step_0": "No list.",
        "criteria-0-step_1": "Half is wrong.", "criteria-0-step_2": "Some is wrong.",
    }  # fmt: skip
    refused = bruno.post(f"/rubrics/{rubric}/edit", fields)
    assert refused.status_code == 422
    assert "Say what step 3 looks like." in words(refused)
    stale = bruno.post(f"/rubrics/{rubric}/edit", {**fields, "seen": "other", "save": "draft"})
    assert stale.status_code == 409
    assert "saved by someone else" in words(stale)
    wrong = bruno.post(
        f"/rubrics/{rubric}/edit", {**fields, "criteria-0-skill": "Juggling fire", "save": "1"}
    )
    assert wrong.status_code == 422
    fields["criteria-0-step_3"] = "Nothing is wrong."
    for key in ("add", "remove", "save"):
        value = "5" if key == "remove" else "1"
        assert bruno.post(f"/rubrics/{rubric}/edit", {**fields, key: value}).status_code == 303
    assert "Criterion 2" in words(bruno.get(f"/rubrics/{rubric}/edit/more"))
    read = bruno.follow(bruno.post(f"/rubrics/{rubric}/edit", fields))
    assert "Weight 7" in words(read)
    assert "Finished." in words(bruno.follow(bruno.post(f"/rubrics/{rubric}/finish")))
    assert bruno.get(f"/rubrics/{rubric}/edit").status_code == 409
    assert bruno.post(f"/rubrics/{rubric}/edit", fields).status_code == 409
    copied = bruno.post(f"/rubrics/{rubric}/copy")
    assert at(copied.headers["location"]) != rubric
    assert "version 2" in words(bruno.get("/rubrics"))
    empty = at(bruno.post("/rubrics/new", {"title": "Empty"}).headers["location"])
    assert "Write at least one criterion." in words(bruno.follow(bruno.post(f"/rubrics/{empty}/finish")))


def test_openings_programmes_and_achievements_can_use_a_finished_one(client: Client, make: World) -> None:
    done = in_library(make, finished=True, title="Lists of the house")
    draft = in_library(make, title="Not yet")
    bruno = client.as_(make.bruno)
    known = postings.skills(make, "Data cleaning", "Spreadsheets")
    opening = postings.draft(make, known=known)
    programme = plans.draft(make, known=list(known.values()), with_rubric=False)
    achievement = bruno.post("/achievements/new", {"name": "Lists", "kind": "Badge"}).headers["location"]
    for page in (f"/postings/{opening}/rubric", f"/programmes/{programme}/edit/rubric", achievement):
        said = bruno.get(page).text
        assert "Lists of the house" in said, page
        assert "Not yet" not in said, page
    path = f"/programmes/{programme}/edit/rubric"
    assert bruno.post(path, {"copy": "1", "from": draft.public_id}).status_code == 404
    assert "At most one of twenty entries is wrong." in words(
        bruno.follow(bruno.post(path, {"copy": "1", "from": done.public_id}))
    )
    with make.read() as db:
        assert len(db.exec(select(OutcomeCriterion)).all()) == 2
    bruno.post(f"/postings/{opening}/rubric", {"copy": "1", "from": done.public_id})
    assert "At most one of twenty entries is wrong." in bruno.get(f"/postings/{opening}/rubric").text
