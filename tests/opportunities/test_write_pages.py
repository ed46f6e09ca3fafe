"""Writing a posting in the browser: six pages, rows without a script, words kept, two editors, sending it out."""

import re
from typing import Any

import httpx
import pytest

from market.access import Role
from market.opportunities import queries
from market.opportunities.rules import Status
from market.rubrics.queries import rubric_with_criteria
from tests.opportunities.postings import PARTS, draft, fresh, published, skills
from tests.support.client import Client, words
from tests.support.world import World


def at(response: httpx.Response) -> str:
    """The public id in the address an answer leads to."""
    assert response.status_code == 303, words(response)
    return re.findall(r"/postings/([a-z2-7]{16})", response.headers["location"])[0]


def pay(**more: Any) -> dict[str, Any]:
    return {
        "hours": "18",
        "weeks": "2",
        "pay": "288",
        "pay_basis": "fixed",
        "seats": "1",
        "mode": "remote",
        "time_zone": "Europe/London",
        "starts_on": "2026-11-30",
        "deadline_on": "2026-11-27",
        "answer_days": "5",
        **more,
    }


def test_a_gig_is_written_page_by_page_and_published(client: Client, make: World) -> None:
    skills(make)
    bruno = client.as_(make.bruno)
    assert bruno.get("/postings/new").status_code == 200
    answer = bruno.post(
        "/postings/new",
        {
            "kind": "gig",
            "title": "Turn our stock list into a sheet",
            "summary": "We keep flour in notebooks.",
        },
    )
    made = at(answer)
    assert answer.headers["location"].endswith("/edit/parts")
    answer = bruno.post(
        f"/postings/{made}/edit/parts",
        {
            "seen": "1",
            "parts-0-title": PARTS[0].title,
            "parts-0-text": PARTS[0].text,
            "parts-0-accepted_when": PARTS[0].accepted_when,
        },
    )
    assert answer.headers["location"].endswith("/edit/skills")
    answer = bruno.post(
        f"/postings/{made}/edit/skills",
        {"needs-0-skill": "stock control", "needs-0-level": "2", "needs-0-matters": "essential",
         "needs-0-weight": "5", "questions-0-text": "Which sheet are you proud of?"},
    )  # fmt: skip
    assert answer.headers["location"].endswith("/rubric")
    page = bruno.follow(answer)
    skill = re.findall(r'<option value="(\w{16})"', page.text)[0]
    answer = bruno.post(
        f"/postings/{made}/rubric",
        {"criteria-0-name": "Accuracy", "criteria-0-feeds": skill, "criteria-0-step_1": "Three of 20 wrong.",
         "criteria-0-step_2": "Two of 20 wrong.", "criteria-0-step_3": "One of 20 wrong.",
         "criteria-0-needed": "1", "pass_mark": "3"},
    )  # fmt: skip
    assert answer.headers["location"].endswith("/edit/pay"), words(answer)
    answer = bruno.post(f"/postings/{made}/edit/pay", pay())
    assert answer.headers["location"].endswith("/edit/check"), words(answer)
    assert "It is published at once" in words(bruno.follow(answer))
    page = bruno.follow(bruno.post(f"/postings/{made}/send"))
    assert "It is out" in words(page)
    one = fresh(make, made)
    assert (one.status, one.version) == (Status.PUBLISHED, 1)
    assert "Open until 27 November" in words(client.get(f"/openings/{made}"))


def test_a_draft_may_be_as_empty_as_one_likes_and_is_kept(client: Client, make: World) -> None:
    bruno = client.as_(make.bruno)
    answer = bruno.post("/postings/new", {"kind": "trial", "title": "Try a morning", "save": "draft"})
    page = bruno.follow(answer)
    assert "Kept as a draft" in words(page)
    assert "keep it from going out" in words(page)
    assert "Try a morning" in words(bruno.get("/postings?show=drafts"))


def test_words_that_cannot_be_checked_come_back_with_what_to_mend(client: Client, make: World) -> None:
    made = draft(make)
    given = {
        "parts-0-title": "The list",
        "parts-0-text": "One page.",
        "parts-0-accepted_when": "It looks good.",
    }
    answer = client.as_(make.bruno).post(f"/postings/{made}/edit/parts", given)
    assert answer.status_code == 422
    assert "“It looks good” cannot be checked" in words(answer)
    assert "One page." in answer.text
    with make.read() as db:
        assert queries.parts_of(db, fresh(make, made).id) == PARTS


def test_the_same_words_may_be_kept_in_a_draft(client: Client, make: World) -> None:
    made = draft(make)
    given = {"parts-0-title": "The list", "parts-0-accepted_when": "It looks good.", "save": "draft"}
    assert client.as_(make.bruno).post(f"/postings/{made}/edit/parts", given).status_code == 303
    with make.read() as db:
        assert [p.title for p in queries.parts_of(db, fresh(make, made).id)] == ["The list"]


def test_rows_are_added_and_taken_out_without_a_script(client: Client, make: World) -> None:
    made, bruno = draft(make), client.as_(make.bruno)
    given = {f"parts-{n}-{key}": value for n, p in enumerate(PARTS) for key, value in p._asdict().items()}
    page = bruno.follow(bruno.post(f"/postings/{made}/edit/parts", {**given, "add": "part"}))
    assert 'name="parts-2-title"' in page.text
    page = bruno.follow(bruno.post(f"/postings/{made}/edit/parts", {**given, "remove": "0"}))
    assert "The Thursday list" in page.text
    assert "The stock sheet" not in page.text
    page = bruno.follow(bruno.post(f"/postings/{made}/edit/skills", {"add": "question"}))
    assert 'name="questions-0-text"' in page.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hours": "81"}, "Take 80 or less"),
        ({"hours": "many"}, "Write a whole number"),
        ({"hours": ""}, "Fill this in"),
        ({"pay": "a lot"}, "Write an amount"),
        ({"deadline_on": "2026-11-01"}, "That day has passed"),
        ({"starts_on": "yesterday"}, "Write a date"),
        ({"starts_on": "2026-12-10", "starts_by": "2026-12-01"}, "latest start comes before"),
        ({"time_zone": "Mars/Olympus"}, "no time zone we know"),
        ({"mode": "anywhere"}, "Choose one of the answers"),
        ({"place": "x" * 161}, "161 characters"),
        ({"seats": "0"}, "Take 1 or more"),
    ],
)
def test_what_cannot_be_comes_back_beside_its_field(
    client: Client, make: World, changes: dict[str, str], said: str
) -> None:
    made = draft(make)
    answer = client.as_(make.bruno).post(
        f"/postings/{made}/edit/pay", pay(access_needs="A laptop of your own", **changes)
    )
    assert answer.status_code == 422
    assert said in words(answer)
    assert "A laptop of your own" in answer.text
    assert fresh(make, made).access_needs == ""


def test_an_unpaid_trial_is_refused_with_the_reason(client: Client, make: World) -> None:
    made, bruno = draft(make, kind="trial", invited_count=1), client.as_(make.bruno)
    answer = bruno.post(f"/postings/{made}/edit/pay", pay(hours="8", pay="0", invited_count="1"))
    assert answer.status_code == 422
    assert "A trial project is real work, so it is paid" in words(answer)
    answer = bruno.post(f"/postings/{made}/edit/pay", pay(hours="41", invited_count="1"))
    assert "A trial project takes at most 40 hours" in words(answer)


def test_a_skill_of_two_meanings_is_never_picked_silently(client: Client, make: World) -> None:
    known = skills(make, "Stock control", "Stock photography")
    made, bruno = draft(make, known=known), client.as_(make.bruno)
    given = {
        "needs-0-skill": "stock",
        "needs-0-level": "2",
        "needs-0-matters": "essential",
        "needs-0-weight": "5",
    }
    page = bruno.post(f"/postings/{made}/edit/skills", given)
    assert page.status_code == 422
    assert "Choose which skill you mean" in words(page)
    found = re.findall(r'name="needs-0-skill_id" value="(\w{16})"[^>]*><label[^>]*>([^<]+)', page.text)
    chosen = {name: public_id for public_id, name in found}
    assert set(chosen) == {"Stock control", "Stock photography"}
    answer = bruno.post(
        f"/postings/{made}/edit/skills", {**given, "needs-0-skill_id": chosen["Stock photography"]}
    )
    assert answer.status_code == 303, words(answer)
    with make.read() as db:
        assert [a.skill for a in queries.asked_for(db, fresh(make, made))] == ["Stock photography"]


def test_an_unknown_skill_and_one_named_twice_come_back(client: Client, make: World) -> None:
    made, bruno = draft(make), client.as_(make.bruno)
    row = {"level": "2", "matters": "desirable", "weight": "3"}
    given = {f"needs-{n}-{k}": v for n in (0, 1) for k, v in row.items()}
    page = bruno.post(
        f"/postings/{made}/edit/skills", {**given, "needs-0-skill": "Zzyzx", "needs-1-skill": "Spreadsheets"}
    )
    assert page.status_code == 422
    assert "We know no skill called “Zzyzx”" in words(page)
    page = bruno.post(
        f"/postings/{made}/edit/skills",
        {**given, "needs-0-skill": "Spreadsheets", "needs-1-skill": "spreadsheets"},
    )
    assert "Name each once" in words(page)


def test_when_the_level_asked_changes_the_rubric_follows(client: Client, make: World) -> None:
    made = draft(make)
    answer = client.as_(make.bruno).post(
        f"/postings/{made}/edit/skills",
        {"needs-0-skill": "Spreadsheets", "needs-0-level": "5", "needs-0-matters": "essential",
         "needs-0-weight": "5"},
    )  # fmt: skip
    assert answer.status_code == 303
    with make.read() as db:
        view = rubric_with_criteria(db, fresh(make, made).rubric_id or 0)
        assert [c.target_level for c in view.criteria] == [5]
        assert view.criteria[0].shows(3) == 5000


def test_the_second_of_two_editors_is_told_and_keeps_their_words(client: Client, make: World) -> None:
    made = draft(make)
    other = client.as_(make.member(make.bakery, Role.RECRUITER))
    bruno = client.as_(make.bruno)
    seen = re.findall(r'name="seen" value="(\d+)"', bruno.get(f"/postings/{made}/edit").text)[0]
    given = {"kind": "gig", "seen": seen}
    assert other.post(f"/postings/{made}/edit/work", {**given, "title": "Theirs"}).status_code == 303
    answer = bruno.post(f"/postings/{made}/edit/work", {**given, "title": "Mine, with care"})
    assert answer.status_code == 409
    assert "Someone else saved this draft" in words(answer)
    assert "Mine, with care" in answer.text
    assert fresh(make, made).title == "Theirs"
    again = re.findall(r'name="seen" value="(\d+)"', answer.text)[0]
    answer = bruno.post(f"/postings/{made}/edit/work", {**given, "seen": again, "title": "Mine, with care"})
    assert answer.status_code == 303
    assert fresh(make, made).title == "Mine, with care"


def test_the_rubric_page_asks_for_each_step_and_keeps_the_words(client: Client, make: World) -> None:
    made, bruno = draft(make, rubric=False), client.as_(make.bruno)
    skill = re.findall(r'<option value="(\w{16})"', bruno.get(f"/postings/{made}/rubric").text)[0]
    answer = bruno.post(
        f"/postings/{made}/rubric",
        {"criteria-0-name": "Fitness", "criteria-0-feeds": skill, "criteria-0-step_3": "Used alone."},
    )
    assert answer.status_code == 422
    assert "Say what step 1 looks like" in words(answer)
    assert "Used alone." in answer.text
    foreign = {"criteria-0-name": "Fitness", "criteria-0-feeds": "x" * 16, "save": "draft"}
    assert "Choose one of the skills" in words(bruno.post(f"/postings/{made}/rubric", foreign))
    page = bruno.follow(bruno.post(f"/postings/{made}/rubric", {"add": "row"}))
    assert 'name="criteria-1-name"' in page.text or 'name="criteria-0-name"' in page.text


def test_another_rubric_of_ours_can_be_copied_and_nobody_elses(client: Client, make: World) -> None:
    known = skills(make)
    published(make, known=known)
    made, bruno = draft(make, known=known, rubric=False), client.as_(make.bruno)
    page = bruno.get(f"/postings/{made}/rubric")
    there = re.findall(r'<option value="(\w{16})">Stock list', page.text)[0]
    page = bruno.follow(bruno.post(f"/postings/{made}/rubric", {"copy": "1", "from": there}))
    assert "Accuracy" in page.text
    owner = make.person()
    org = make.organisation("Kettle Repairs", owner=owner)
    theirs = draft(make, actor=make.actor(owner), org=org, known=known)
    answer = client.as_(owner).post(f"/postings/{theirs}/rubric", {"copy": "1", "from": there})
    assert answer.status_code == 404


def test_what_is_not_ready_is_not_sent(client: Client, make: World) -> None:
    made, bruno = draft(make, rubric=False), client.as_(make.bruno)
    answer = bruno.post(f"/postings/{made}/send")
    assert answer.status_code == 422
    assert "Rubric not attached yet" in words(answer)
    assert fresh(make, made).status == Status.DRAFT


def test_what_is_out_is_not_edited_in_the_browser_either(client: Client, make: World) -> None:
    made, bruno = published(make), client.as_(make.bruno)
    assert bruno.get(f"/postings/{made}/edit").status_code == 409
    assert bruno.post(f"/postings/{made}/edit/work", {"kind": "gig", "title": "No"}).status_code == 409
    assert bruno.get(f"/postings/{made}/rubric").status_code == 409


@pytest.mark.parametrize("path", ["", "/edit", "/edit/parts", "/edit/pay", "/rubric", "/addendum"])
def test_a_foreign_posting_and_a_missing_one_answer_the_same(client: Client, make: World, path: str) -> None:
    made = draft(make)
    owner = make.person()
    make.organisation("Kettle Repairs", owner=owner)
    stranger = client.as_(owner)
    foreign, missing = stranger.get(f"/postings/{made}{path}"), stranger.get(f"/postings/{'a' * 16}{path}")
    assert foreign.status_code == missing.status_code == 404
    reference = r"quote \w+"
    assert re.sub(reference, "", words(foreign)) == re.sub(reference, "", words(missing))


def test_people_without_an_organisation_are_told_and_visitors_asked_to_sign_in(
    client: Client, make: World
) -> None:
    assert client.as_(make.amara).get("/postings/new").status_code == 403
    assert client.as_(make.mira).get("/postings").status_code == 403
    assert client.get("/postings/new").headers["location"].startswith("/sign-in")


def test_someone_who_posts_for_two_says_for_which(client: Client, make: World) -> None:
    second = make.organisation("Kettle Repairs", owner=make.bruno)
    bruno = client.as_(make.bruno)
    assert "Who posts it?" in words(bruno.get("/postings/new"))
    given = {"kind": "gig", "title": "Mend kettles"}
    assert bruno.post("/postings/new", given).status_code == 422
    made = at(bruno.post("/postings/new", {**given, "org": second.public_id}))
    assert fresh(make, made).org_id == second.id
    stranger = make.organisation("Elsewhere")
    assert bruno.post("/postings/new", {**given, "org": stranger.public_id}).status_code == 422


def test_a_past_posting_is_copied(client: Client, make: World) -> None:
    made, bruno = published(make), client.as_(make.bruno)
    page = bruno.follow(bruno.post(f"/postings/{made}/copy"))
    assert "A copy, as a draft" in words(page)
    assert "Turn our paper stock list" in page.text


def test_a_double_click_makes_one_posting(client: Client, make: World) -> None:
    bruno = client.as_(make.bruno)
    key = re.findall(r'name="submission_key" value="([^"]+)"', bruno.get("/postings/new").text)[0]
    given = {"submission_key": key, "kind": "gig", "title": "Once"}
    first, second = bruno.post("/postings/new", given), bruno.post("/postings/new", given)
    assert first.headers["location"] == second.headers["location"]
    with make.read() as db:
        rows = queries.ours(db, (make.bakery.id,), (Status.DRAFT,), 10)
    assert [row.title for row in rows] == ["Once"]


def test_a_deadline_is_the_last_minute_of_the_day_where_the_posting_is(client: Client, make: World) -> None:
    made = draft(make)
    client.as_(make.bruno).post(f"/postings/{made}/edit/pay", pay(time_zone="America/New_York"))
    at_midnight = fresh(make, made).deadline_at
    assert at_midnight is not None
    assert at_midnight.isoformat() == "2026-11-28T04:59:00+00:00"


def test_a_long_gig_becomes_a_trial_only_after_its_hours_are_lowered(client: Client, make: World) -> None:
    made = draft(make, hours=60, pay_minor=90_000)
    answer = client.as_(make.bruno).post(f"/postings/{made}/edit/work", {"kind": "trial", "title": "A try"})
    assert answer.status_code == 422
    assert "this says 60. Lower the hours under Pay and dates first" in words(answer)
    assert "A try" in answer.text
