"""Programmes in the browser: begun from a template, written phase by phase without a script, published, read, opened."""

import json
import re
from typing import Any

import httpx
import pytest

from market.credentials import achievements
from market.credentials.rules import Draft as Earned
from market.opportunities import queries as opportunity_queries
from market.opportunities.queries import get_opportunity
from market.opportunities.rules import Status as Posting
from market.programmes import queries
from market.programmes.rules import Status
from tests.opportunities.postings import published, skills
from tests.programmes import plans
from tests.support.client import Client, words
from tests.support.world import World


def at(response: httpx.Response) -> str:
    """The public id in the address an answer leads to."""
    assert response.status_code == 303, words(response)
    found: list[str] = re.findall(r"/(?:programmes|postings)/([a-z2-7]{16})", response.headers["location"])
    return found[0]


def linked(response: httpx.Response) -> dict[str, Any]:
    """The data block of a page, parsed."""
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', response.text, re.DOTALL)
    assert len(blocks) == 1
    data: dict[str, Any] = json.loads(blocks[0])
    assert data["@context"] == "https://schema.org"
    return data


def whole(make: World, public_id: str) -> queries.Whole:
    with make.read() as db:
        programme = queries.get_programme(db, public_id)
        return queries.whole(db, queries.version_of(db, programme, 0) or queries.newest(db, programme))


def test_a_template_becomes_a_programme_of_ones_own_and_goes_out(client: Client, make: World) -> None:
    skills(make, "Stocktaking", "Reorder planning", "Writing instructions")
    bruno = client.as_(make.bruno)
    assert "Stores and stock" in words(bruno.get("/programmes/new"))
    made = at(bruno.post("/programmes/new", {"template": "stores"}))
    for section in (
        "about",
        "outcomes",
        "learning",
        "tasks",
        "mentorship",
        "capstone",
        "rubric",
        "evidence",
        "check",
    ):
        assert bruno.get(f"/programmes/{made}/edit/{section}").status_code == 200
    assert "No mentor is named" in words(bruno.get(f"/programmes/{made}/edit/check"))
    refused = bruno.post(f"/programmes/{made}/publish")
    assert refused.status_code == 422
    mentors = {
        "mentors": make.mira.public_id, f"words_{make.mira.public_id}": "22 years in parts",
        "sessions_planned": "5", "sessions_least": "4", "session_minutes": "45", "pulse": "1",
    }  # fmt: skip
    on = bruno.post(f"/programmes/{made}/edit/mentorship", {**mentors, "go": "evidence"})
    assert on.headers["location"].endswith("/edit/evidence")  # a step of the list saves, too
    evidence = {
        "awarding_body": "Nettle & Rye Bakery", "country": "GB", "eqf_level": "2", "identification": "account",
        "quality_assurance": "Read once a year.", "evidence_hours": "1",
    }  # fmt: skip
    bruno.post(f"/programmes/{made}/edit/evidence", evidence)
    capstone = {
        "capstone_title": "A stocktake, alone", "capstone_brief": "Count an aisle and explain what differs.",
        "capstone_accepted_when": "The count is within one in fifty of the assessor's.", "capstone_hours": "8",
        "capstone_productive": "1", "supervision": "in_person", "assessor": make.bruno.public_id,
    }  # fmt: skip
    bruno.post(f"/programmes/{made}/edit/capstone", capstone)
    checked = bruno.get(f"/programmes/{made}/edit/check")
    assert "Publish version 1" in words(checked), words(checked)
    sent = bruno.post(f"/programmes/{made}/publish")
    assert "Version 1 is out" in words(bruno.follow(sent))
    assert plans.fresh(make, made).status is Status.PUBLISHED
    assert bruno.get(f"/programmes/{made}/edit/about").status_code == 409


def test_words_are_kept_from_page_to_page_also_half_written(client: Client, make: World) -> None:
    bruno = client.as_(make.bruno)
    made = at(bruno.post("/programmes/new", {"title": "Something new"}))
    bruno.post(f"/programmes/{made}/edit/outcomes", {
        "outcomes-0-text": "Tie a bowline", "outcomes-0-skill": "Knots nobody listed", "outcomes-0-level": "2",
        "add": "row",
    })  # fmt: skip
    page = bruno.get(f"/programmes/{made}/edit/outcomes/more")
    assert "Tie a bowline" in page.text
    assert "Knots nobody listed" in page.text
    assert "outcomes-1-text" in page.text
    unclear = bruno.post(f"/programmes/{made}/edit/outcomes", {
        "outcomes-0-text": "Tie a bowline", "outcomes-0-skill": "Knots nobody listed", "outcomes-0-level": "2",
    })  # fmt: skip
    assert unclear.status_code == 422
    assert "Tie a bowline" in unclear.text
    assert whole(make, made).draft.outcomes[0].skill_id is None


def test_questions_are_written_as_text_and_told_back(client: Client, make: World) -> None:
    made = plans.draft(make)
    bruno = client.as_(make.bruno)
    row = {
        "resources-0-kind": "reading", "resources-0-title": "Counting", "resources-0-minutes": "30",
        "resources-0-place": "The red folder", "resources-0-day": "2", "resources-0-mandatory": "1",
    }  # fmt: skip
    asked = "Is 38 of 40 right?\nYes\n* No\n= Two are missing."
    saved = bruno.post(f"/programmes/{made}/edit/learning", {**row, "resources-0-questions": asked})
    assert saved.status_code == 303
    question = whole(make, made).draft.resources[0].questions[0]
    assert (question.choices, question.right, question.because) == (("Yes", "No"), 2, "Two are missing.")
    assert "* No" in bruno.get(f"/programmes/{made}/edit/learning").text
    wrong = bruno.post(f"/programmes/{made}/edit/learning", {**row, "resources-0-questions": "Only this"})
    assert wrong.status_code == 422
    assert "at least two choices" in words(wrong)
    linkless = bruno.post(f"/programmes/{made}/edit/learning", {**row, "resources-0-link": "ftp://a"})
    assert "A link begins with https://" in words(linkless)


def test_tasks_name_the_outcomes_they_practise(client: Client, make: World) -> None:
    made = plans.draft(make)
    bruno = client.as_(make.bruno)
    row = {
        "title": "Both",
        "text": "All of it.",
        "accepted_when": "Ten of ten match.",
        "hours": "9",
        "week": "3",
    }
    form: dict[str, Any] = {f"tasks-0-{k}": v for k, v in row.items()} | {"tasks-0-outcomes": ["1", "2"]}
    assert bruno.post(f"/programmes/{made}/edit/tasks", form).status_code == 303
    task = whole(make, made).draft.tasks[0]
    assert (task.outcomes, task.hours, task.productive) == ((0, 1), 9, False)
    form["tasks-0-outcomes"] = ["2", "0", "-1", "99", "001" + "0" * 5000, "\u00b2"]
    assert bruno.post(f"/programmes/{made}/edit/tasks", form).status_code == 303
    assert whole(make, made).draft.tasks[0].outcomes == (1,)


def test_a_criterion_takes_skill_and_level_from_its_outcome(client: Client, make: World) -> None:
    made = plans.draft(make)
    bruno = client.as_(make.bruno)
    row = {"name": "Labels", "assesses": "2", "step_1": "a", "step_2": "b", "step_3": "c", "step_4": ""}
    form = {f"criteria-0-{k}": v for k, v in row.items()} | {"pass_mark": "2"}
    assert bruno.post(f"/programmes/{made}/edit/rubric", form).status_code == 303
    found = whole(make, made)
    assert found.rubric is not None
    assert [(c.name, c.skill) for c in found.rubric.criteria] == [("Labels", "Writing instructions")]
    assert found.draft.criteria == (1,)
    assert "Nobody assesses outcome 1" in words(bruno.get(f"/programmes/{made}/edit/rubric"))
    nothing = bruno.post(f"/programmes/{made}/edit/rubric", {**form, "criteria-0-assesses": "0"})
    assert nothing.status_code == 422


def test_two_who_write_at_once_are_told(client: Client, make: World) -> None:
    made = plans.draft(make)
    bruno = client.as_(make.bruno)
    form = {"title": "Mine", "weeks": "5", "mode": "remote", "seen": "1"}
    assert bruno.post(f"/programmes/{made}/edit/about", form).status_code == 303
    stale = bruno.post(f"/programmes/{made}/edit/about", {**form, "title": "Yours"})
    assert stale.status_code == 409
    assert "Someone else saved this draft" in words(stale)
    assert 'value="Yours"' in stale.text


def test_everyone_reads_a_programme_and_machines_do_too(client: Client, make: World) -> None:
    made = plans.published(make)
    opening = plans.round_open(make, made)
    page = client.get(f"/programmes/{made}")
    said = words(page)
    assert "It completes only when 3 sessions were held and the capstone was passed" in said
    assert "11 of 11 filled in" in said
    assert "3 of 3 free" in said
    data = linked(page)
    assert data["@type"] == "EducationalOccupationalProgram"
    assert data["startDate"] == "2026-12-07"
    assert data["provider"]["name"] == "Nettle & Rye Bakery"
    assert data["occupationalCredentialAwarded"]["competencyRequired"][1].startswith("Write a label")
    job = linked(client.get(f"/openings/{opening}"))
    assert (job["@type"], job["experienceInPlaceOfEducation"]) == ("JobPosting", True)
    assert job["employmentType"] == "INTERN"
    assert job["jobLocation"]["address"]["streetAddress"] == "Weir Lane, step-free"


def test_a_gig_is_a_job_posting_while_people_can_apply(client: Client, make: World) -> None:
    opening = published(make, title="</script><script>alert(1)</script>")
    page = client.get(f"/openings/{opening}")
    data = linked(page)
    assert data["title"] == "</script><script>alert(1)</script>"  # told whole, and not a tag of the page
    assert "<script>alert" not in page.text
    assert data["baseSalary"]["value"] == {"@type": "QuantitativeValue", "value": 288.0, "unitText": "TOTAL"}
    assert data["jobLocationType"] == "TELECOMMUTE"
    from tests.opportunities.postings import draft

    waiting = draft(make, known=skills(make, "Other"))
    assert "ld+json" not in client.as_(make.bruno).get(f"/openings/{waiting}").text


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("", True),
        ("?skill=stock", True),
        ("?skill=juggling", False),
        ("?hours_to=22", True),
        ("?hours_to=21", False),
        ("?cost=free", True),
        ("?open=1", True),
        ("?start_from=2026-12-07", True),
        ("?start_from=2026-12-08", False),
        ("?after=nonsense", True),
    ],
)
def test_the_list_is_narrowed(client: Client, make: World, query: str, there: bool) -> None:
    plans.round_open(make)
    page = client.get(f"/programmes{query}")
    assert page.status_code == 200
    assert ("Stores and stock" in words(page)) is there
    assert there or "No programme matches all of this" in words(page)


def test_what_cannot_be_read_is_said_beside_its_field(client: Client, make: World) -> None:
    plans.round_open(make)
    page = client.get("/programmes?hours_to=many&start_from=soon")
    assert page.status_code == 422
    assert "Give a whole number" in page.text.partition('id="hours_to-error"')[2].partition("</p>")[0]
    assert "Give a day" in page.text.partition('id="start_from-error"')[2].partition("</p>")[0]
    assert "Stores and stock" in words(page)


def test_a_list_without_programmes_leads_on(client: Client, make: World) -> None:
    assert "No programme is offered at the moment" in words(client.get("/programmes"))
    assert "No programme yet" in words(client.as_(make.bruno).get("/programmes/ours"))


def test_a_round_is_written_on_one_page_and_published(client: Client, make: World) -> None:
    made = plans.published(make)
    bruno = client.as_(make.bruno)
    opening = at(bruno.post(f"/programmes/{made}/rounds"))
    form = {
        "start": "cohort", "starts_on": "2026-12-07", "seats": "4", "pay": "200", "deadline_on": "2026-11-27",
        "answer_days": "5", "time_zone": "Europe/London", "questions-0-text": "Why stock?",
    }  # fmt: skip
    less = bruno.post(f"/postings/{opening}/edit/round", {**form, "pay": "199"})
    assert less.status_code == 422
    assert "pay that, or more" in words(less)
    past = bruno.post(f"/postings/{opening}/edit/round", {**form, "starts_on": "2026-11-02"})
    assert "That day has passed" in words(past)
    on = bruno.post(f"/postings/{opening}/edit/round", form)
    assert "This is what people will read" in words(bruno.follow(on))
    assert bruno.post(f"/postings/{opening}/send").status_code == 303
    make.drain()
    with make.read() as db:
        assert get_opportunity(db, opening).status is Posting.PUBLISHED
    assert "0 of 4 taken" in words(bruno.get(f"/programmes/{made}/manage"))
    assert "Takes people now" in words(client.get("/programmes"))


def test_a_version_that_was_signed_stays_to_be_read(client: Client, make: World) -> None:
    made = plans.published(make)
    bruno = client.as_(make.bruno)
    assert bruno.post(f"/programmes/{made}/steps/renew").status_code == 303
    bruno.post(f"/programmes/{made}/edit/about", {"title": "Stores anew", "summary": "Another.", "weeks": "5",
               "mode": "on_site", "place": "Here", "pay": "200"})  # fmt: skip
    assert bruno.post(f"/programmes/{made}/publish").status_code == 303
    assert "Stores anew" in words(client.get(f"/programmes/{made}"))
    first = words(client.get(f"/programmes/{made}/versions/1"))
    assert "Stores and stock" in first
    assert "kept for those who signed it" in first
    assert client.get(f"/programmes/{made}/versions/3").status_code == 404
    assert client.get(f"/programmes/{made}/versions/0").status_code == 404


def test_a_retired_programme_says_so_and_leads_on(client: Client, make: World) -> None:
    made = plans.published(make)
    bruno = client.as_(make.bruno)
    bruno.post(f"/programmes/{made}/steps/retire")
    page = client.get(f"/programmes/{made}")
    assert "This programme is retired" in words(page)
    assert "ld+json" not in page.text
    assert "Stores and stock" not in words(client.get("/programmes"))
    assert bruno.post(f"/programmes/{made}/steps/restore").status_code == 303


def test_a_credential_that_is_there_already_can_be_what_is_issued(client: Client, make: World) -> None:
    made, bruno = plans.draft(make), client.as_(make.bruno)
    with make.write() as db:
        actor = make.actor(make.bruno)
        earned = achievements.create_achievement(
            db, actor, make.bakery.id, Earned("Night bread", "Words.", "Bake.")
        )
        achievements.publish_achievement(db, actor, earned)
    form = {
        "achievement": earned.public_id, "awarding_body": "Bakery", "country": "GB", "eqf_level": "2",
        "identification": "account", "quality_assurance": "Yearly.",
    }  # fmt: skip
    refused = bruno.post(f"/programmes/{made}/edit/evidence", {**form, "achievement": "aaaaaaaaaaaaaaaa"})
    assert "Choose a credential of yours that is published" in words(refused)
    assert bruno.post(f"/programmes/{made}/edit/evidence", form).status_code == 303
    assert "Night bread" in bruno.get(f"/programmes/{made}/edit/evidence").text
    assert bruno.post(f"/programmes/{made}/publish").status_code == 303
    assert whole(make, made).version.achievement_id == earned.id


def test_skills_to_come_with_are_what_a_round_asks(client: Client, make: World) -> None:
    made, bruno = plans.draft(make), client.as_(make.bruno)
    form: dict[str, Any] = {
        "title": "Stores", "summary": "Five weeks in a store.", "weeks": "5", "mode": "on_site", "place": "Weir Lane",
        "pay": "200", "entry-0-skill": "Writing instructions", "entry-0-level": "1", "entry-0-matters": "essential",
        "prerequisites": "A forklift licence",
    }  # fmt: skip
    twice = {
        **form,
        "entry-1-skill": "Writing instructions",
        "entry-1-level": "2",
        "entry-1-matters": "desirable",
    }
    assert "Name each once" in words(bruno.post(f"/programmes/{made}/edit/about", twice))
    assert bruno.post(f"/programmes/{made}/edit/about", form).status_code == 303
    assert "A forklift licence" in bruno.get(f"/programmes/{made}/edit/about").text
    assert bruno.post(f"/programmes/{made}/publish").status_code == 303
    with make.read() as db:
        opening = get_opportunity(db, plans.round_draft(make, made))
        asked = opportunity_queries.asked_for(db, opening)
    assert [(a.skill, a.level, a.essential) for a in asked] == [("Writing instructions", 1, True)]
    assert "Writing instructions , level 1, essential" in words(client.get(f"/programmes/{made}"))


def test_a_copy_is_begun_from_the_page_of_the_first(client: Client, make: World) -> None:
    made, bruno = plans.published(make), client.as_(make.bruno)
    copied = at(bruno.post(f"/programmes/{made}/copy"))
    assert copied != made
    assert "Stores and stock" in bruno.get(f"/programmes/{copied}/edit/about").text


def test_a_draft_is_thrown_away_after_a_page_that_says_what_goes(client: Client, make: World) -> None:
    made = plans.published(make)
    bruno = client.as_(make.bruno)
    bruno.post(f"/programmes/{made}/steps/renew")
    assert f"/programmes/{made}/discard" in bruno.get(f"/programmes/{made}/manage").text
    asked = bruno.get(f"/programmes/{made}/discard")
    assert "Version 1 stays out as it is" in words(asked)
    bruno.post(
        f"/programmes/{made}/edit/about", {"title": "Others", "weeks": "5", "mode": "on_site", "save": "1"}
    )
    seen = re.search(r'name="seen" value="(\d+)"', asked.text)
    assert seen is not None
    assert bruno.post(f"/programmes/{made}/discard", {"seen": seen[1]}).status_code == 409
    seen = re.search(r'name="seen" value="(\d+)"', bruno.get(f"/programmes/{made}/discard").text)
    assert seen is not None
    gone = bruno.post(f"/programmes/{made}/discard", {"seen": seen[1]})
    assert gone.headers["location"].startswith(f"/programmes/{made}/manage")
    assert "There is no draft" in words(bruno.get(f"/programmes/{made}/discard"))
    assert "discard" not in bruno.get(f"/programmes/{made}/manage").text
    first = plans.draft(make)
    assert "It was never out" in words(bruno.get(f"/programmes/{first}/discard"))
    assert bruno.post(f"/programmes/{first}/discard").headers["location"].startswith("/programmes/ours")
    assert bruno.get(f"/programmes/{first}/manage").status_code == 404
