"""Every page of postings: valid HTML, what was saved shown again, two statements for a list."""

import pytest

from market.opportunities import service
from market.opportunities.queries import get_opportunity
from tests.opportunities.postings import draft, published, skills, trial
from tests.opportunities.test_public_pages import statements
from tests.support.client import Client, words
from tests.support.html import complaints, why_not
from tests.support.world import World

SECTIONS = ("work", "parts", "skills", "pay", "check")


def test_pages_are_valid_html(client: Client, make: World) -> None:
    if reason := why_not():
        pytest.skip(reason)
    known = skills(make)
    out = published(make, known=known, mode="hybrid", place="Weir Lane", ip_note="Ours.", **trial())
    half = draft(make, known=known, rubric=False, title="", parts=[])
    made = draft(make, known=known)
    with make.write() as db:
        service.add_addendum(db, make.actor(make.bruno), get_opportunity(db, out), "A week later.")
    bruno, amara = client.as_(make.bruno), client.as_(make.amara)
    paths = [
        "/postings", "/postings?show=drafts", "/postings?show=over", "/postings/new",
        *(f"/postings/{one}/edit/{section}" for one in (half, made) for section in SECTIONS),
        *(f"/postings/{one}{rest}" for one in (half, made) for rest in ("", "/rubric")),
        f"/postings/{made}/edit/parts/more/part", f"/postings/{made}/rubric/more",
        f"/postings/{out}", f"/postings/{out}/addendum",
    ]  # fmt: skip
    found = {path: bruno.get(path).text for path in paths}
    for who, browser in (("visitor", client), ("Amara", amara)):
        for path in ("/openings", "/openings?q=zzz", f"/openings/{out}", f"/openings/{out}/rubric"):
            found[f"{who} {path}"] = browser.get(path).text
    found["refused pay"] = bruno.post(f"/postings/{made}/edit/pay", {"hours": "many"}).text
    found["refused parts"] = bruno.post(f"/postings/{made}/edit/parts", {"parts-0-title": "x"}).text
    found["refused skills"] = bruno.post(f"/postings/{made}/edit/skills", {"needs-0-skill": "zz"}).text
    found["refused rubric"] = bruno.post(f"/postings/{made}/rubric", {"criteria-0-name": "x"}).text
    found["refused to send"] = bruno.post(f"/postings/{half}/send").text
    found["stale"] = bruno.post(
        f"/postings/{made}/edit/work", {"seen": "99", "kind": "gig", "title": "Mine"}
    ).text
    found["stale rubric"] = bruno.post(f"/postings/{made}/rubric", {"seen": "99", "save": "draft"}).text
    found["refused cancel"] = bruno.post(f"/postings/{out}/cancel").text
    assert "\n".join(complaints(found)) == ""


def test_each_page_of_the_form_shows_what_was_saved(client: Client, make: World) -> None:
    made = draft(make, access_needs="A laptop of your own", learner_cost_minor=250, ip_note="Ours.")
    bruno = client.as_(make.bruno)
    for section, kept in (
        ("work", "Ours."),
        ("parts", "The stock sheet"),
        ("skills", 'value="Data cleaning"'),
        ("skills", "Tell us about a list"),
        ("pay", "A laptop of your own"),
        ("pay", 'value="2.50"'),
        ("pay", 'value="2026-11-27"'),
        ("check", "Twenty items that we pick"),
    ):
        assert kept in bruno.get(f"/postings/{made}/edit/{section}").text, section
    assert bruno.get(f"/postings/{made}/edit/nonsense").status_code == 404
    assert bruno.post(f"/postings/{made}/edit/nonsense").status_code == 404
    assert bruno.post(f"/postings/{made}/edit/check").status_code == 404


def test_saving_what_was_shown_changes_nothing(client: Client, make: World) -> None:
    """A page opened and sent back as it is leaves the posting as it was."""
    made = draft(make, learner_cost_minor=250)
    bruno = client.as_(make.bruno)
    before = words(bruno.get(f"/postings/{made}/edit/check"))
    with make.read() as db:
        whole = service.queries.whole(db, get_opportunity(db, made))
    from market.opportunities.reading import saved

    for section in ("work", "parts", "skills", "pay"):
        values = {key: str(value) for key, value in saved(section, whole).values.items()}
        answer = bruno.post(f"/postings/{made}/edit/{section}", {**values, "save": "draft"})
        bruno.follow(answer)  # the page that says so, once
    assert words(bruno.get(f"/postings/{made}/edit/check")) == before


def test_our_list_costs_one_statement(client: Client, make: World) -> None:
    known = skills(make)
    for n in range(3):
        published(make, known=known, title=f"Opening {n}")
    bruno = client.as_(make.bruno)
    with statements(make.engine) as seen:
        bruno.get("/postings")
    assert len([s for s in seen if "opportunity" in s]) == 1


def test_a_rubric_that_changed_meanwhile_keeps_the_second_editors_words(client: Client, make: World) -> None:
    made, bruno = draft(make), client.as_(make.bruno)
    page = bruno.get(f"/postings/{made}/rubric").text
    skill = page.split('<option value="')[1].split('"')[0]
    row = {"criteria-0-name": "Mine, with care", "criteria-0-feeds": skill, "save": "draft"}
    answer = bruno.post(f"/postings/{made}/rubric", {**row, "seen": "99"})
    assert answer.status_code == 409
    assert "Mine, with care" in answer.text
    assert bruno.post(f"/postings/{made}/rubric", row).status_code == 303
    page = bruno.get(f"/postings/{made}/rubric").text
    assert "Mine, with care" in page
    two = {**row, "criteria-1-name": "Second", "criteria-1-feeds": skill}
    bruno.post(f"/postings/{made}/rubric", two)
    bruno.post(f"/postings/{made}/rubric", {**two, "save": "", "remove": "0"})
    page = bruno.get(f"/postings/{made}/rubric").text
    assert "Second" in page
    assert "Mine, with care" not in page


def test_a_rubric_waits_for_the_skills(client: Client, make: World) -> None:
    bruno = client.as_(make.bruno)
    answer = bruno.post("/postings/new", {"kind": "gig", "title": "A sheet"})
    path = answer.headers["location"].replace("/edit/parts", "/rubric")
    assert "Name the skills first" in words(bruno.get(path))
