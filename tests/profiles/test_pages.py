"""The pages of profiles, as browsers ask for them."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import event

from market import clock
from market.access import Role
from market.engagements.models import Engagement
from market.engagements.rules import Status
from market.evidence import queries as ledger
from market.evidence.models import Kind
from market.profiles import queries, service
from market.profiles.background import Done, Learnt
from market.profiles.models import Visibility
from market.profiles.projects import Made
from market.profiles.service import Basics, Spoken
from tests.applications import scene
from tests.evidence.ledger import record
from tests.opportunities import postings
from tests.support.client import Client, words
from tests.support.html import complaints, why_not
from tests.support.world import NOW, World

TODAY = NOW.date()
LINK = "https://amara.example.org/water"


@pytest.fixture
def skills(make: World) -> dict[str, int]:
    return postings.skills(make)


@pytest.fixture
def amara(client: Client, make: World) -> Client:
    """Amara's browser."""
    return client.as_(make.amara)


def public_ids(make: World, skills: dict[str, int]) -> dict[str, str]:
    from market.skills.models import Skill

    with make.read() as db:
        return {name: db.get_one(Skill, skill_id).public_id for name, skill_id in skills.items()}


def story(make: World, skills: dict[str, int]) -> None:
    """Amara's profile as the design shows it: a claim, a project, an endorsement and two assessed pieces of work."""
    sheets, actor = skills["Spreadsheets"], make.actor(make.amara)
    with make.write() as db:
        service.save_profile(
            db,
            actor,
            Basics(
                headline="Makes paper systems legible.",
                about="I watch first, then I open the laptop.",
                place="Calderside, or remote",
                visibility=Visibility.PUBLIC,
                available_from=TODAY + timedelta(days=14),
                hours_week=10,
                pay_min_minor=1450,
            ),
        )
        service.set_languages(db, actor, [Spoken("en"), Spoken("ig")])
        service.claim_skill(db, actor, sheets, 3)
        service.claim_skill(db, actor, skills["Stock control"], 3)
        service.want(db, actor, skills["Data cleaning"])
        service.add_project(
            db,
            actor,
            Made(
                "Allotment water rota",
                TODAY - timedelta(days=650),
                "Made it",
                "Who waters when.",
                LINK,
                {sheets: 2},
            ),
        )
        service.add_experience(
            db, actor, Done("Night kitchen assistant", TODAY - timedelta(days=2000), "Larch House")
        )
        service.add_education(db, actor, Learnt("Food hygiene", "Calderside College", 2024))
        bakery = ("organisation", make.bakery.id)
        for n, (kind, level, age) in enumerate(
            [(Kind.ASSESSMENT, 3, 99), (Kind.ENDORSEMENT, 3.5, 98), (Kind.ASSESSMENT, 3.5, 23)], start=1
        ):
            record(
                db,
                make.amara.id,
                sheets,
                kind,
                level,
                n,
                party=bakery,
                occurred_on=TODAY - timedelta(days=age),
            )


def test_a_visitor_is_led_to_sign_in(client: Client) -> None:
    for path in ("/me", "/me/edit", "/me/skills", "/me/projects/new", "/me/experience", "/me/education"):
        answer = client.get(path)
        assert answer.status_code == 303
        assert "/sign-in" in answer.headers["location"]


def test_the_hub_says_what_to_do_next_until_nothing_is_missing(
    amara: Client, make: World, skills: dict[str, int]
) -> None:
    first = words(amara.get("/me"))
    assert "Only you see this page" in first
    assert "Say what you can do" in first
    assert "Show one thing you made" in first
    story(make, skills)
    then = words(amara.get("/me"))
    assert "Nothing is missing" in then
    assert "Anyone can see this page." in then
    assert "Assessed on real work, twice." in then
    assert "Your own word; nothing shown yet." in then


PAGES = (
    "/me",
    "/me/edit",
    "/me/skills",
    "/me/projects/new",
    "/me/experience",
    "/me/education",
    "/people/{amara}",
    "/people/{amara}/skills/{sheets}",
    "/people/{amara}/skills/{stock}",
)


@pytest.mark.parametrize("filled", [False, True], ids=["blank", "filled"])
def test_every_page_is_valid_html(amara: Client, make: World, skills: dict[str, int], filled: bool) -> None:
    if reason := why_not():
        pytest.skip(reason)
    ids = public_ids(make, skills)
    pages = PAGES if filled else PAGES[:7]
    if filled:
        story(make, skills)
        with make.read() as db:
            (shown,) = queries.projects_of(db, make.amara.id)
            (done,), (learnt,) = (
                queries.experience_of(db, make.amara.id),
                queries.education_of(db, make.amara.id),
            )
        pages = (
            *pages,
            f"/me/projects/{shown.project.public_id}",
            f"/me/experience/{done.public_id}",
            f"/me/education/{learnt.public_id}",
        )
    found = {}
    for path in pages:
        answer = amara.get(
            path.format(amara=make.amara.public_id, sheets=ids["Spreadsheets"], stock=ids["Stock control"])
        )
        assert answer.status_code == 200, path
        found[path] = answer.text
    assert not complaints(found)


def test_what_is_said_in_general_is_kept_and_shown(amara: Client, make: World) -> None:
    sent = {
        "headline": "Makes paper systems legible.",
        "place": "Calderside",
        "hours_week": "10",
        "pay": "14.50",
        "visibility": "members",
        "findable": "on",
        "languages-0-language": "en",
        "languages-1-language": "ig",
        "languages-1-fluency": "at home",
        "languages-2-language": "",
    }
    page = amara.follow(amara.post("/me/edit", sent))
    assert "People who recruit for a verified organisation see this page." in words(page)
    with make.read() as db:
        kept = queries.profile_of(db, make.amara.id)
        assert (kept.hours_week, kept.pay_min_minor, kept.is_findable) == (10, 1450, True)
        assert kept.visibility is Visibility.MEMBERS
        assert [r.language for r in queries.languages_of(db, make.amara.id)] == ["en", "ig"]
    again = amara.get("/me/edit").text
    assert 'value="14.50"' in again
    assert re.search(r'value="members" checked', again)
    amara.post("/me/edit", {**sent, "findable": ""})
    with make.read() as db:
        assert not queries.profile_of(db, make.amara.id).is_findable


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("hours_week", "90", "Take 80 or less."),
        ("pay", "a lot", "Write an amount"),
        ("headline", "x" * 121, "Shorten it to 120."),
        ("available_from", "soon", "Write a date"),
        ("languages-0-language", "xx-nowhere", "Choose one of the languages."),
        ("visibility", "world", "Choose one of the answers."),
    ],
)
def test_what_cannot_be_read_comes_back_with_the_persons_words(
    amara: Client, make: World, field: str, value: str, said: str
) -> None:
    answer = amara.post("/me/edit", {"about": "My own words.", field: value})
    assert answer.status_code == 422
    assert said in words(answer)
    assert "My own words." in answer.text
    with make.read() as db:
        assert queries.profile_of(db, make.amara.id).about == ""


def test_one_language_named_twice_is_said_at_the_languages(amara: Client) -> None:
    answer = amara.post("/me/edit", {"languages-0-language": "en", "languages-1-language": "en"})
    assert answer.status_code == 422
    assert "One language is named twice." in words(answer)


def test_a_skill_is_added_changed_and_taken_back_without_a_script(
    amara: Client, make: World, skills: dict[str, int]
) -> None:
    ids = public_ids(make, skills)
    page = amara.follow(amara.post("/me/skills", {"skill": "Stock control", "level": "3"}))
    assert "Stock control is on your list, as your own word." in words(page)
    assert "You say level 3" in words(page)
    page = amara.follow(amara.post(f"/me/skills/{ids['Stock control']}", {"level": "4"}))
    assert "You say level 4" in words(page)
    page = amara.follow(amara.post(f"/me/skills/{ids['Stock control']}/remove"))
    assert "None yet." in words(page)
    with make.read() as db:
        assert ledger.ledger_of(db, make.amara.id) == []


def test_a_skill_that_is_not_clear_is_asked_for_and_nothing_is_kept(
    amara: Client, make: World, skills: dict[str, int]
) -> None:
    for sent, said in (
        ({"skill": "", "level": "3"}, "Fill this in."),
        ({"skill": "Stock control", "level": ""}, "Fill this in."),
        ({"skill": "quantum basket weaving", "level": "3"}, "We know no skill called"),
    ):
        answer = amara.post("/me/skills", sent)
        assert answer.status_code == 422, sent
        assert said in words(answer)
    with make.read() as db:
        assert queries.claims_of(db, make.amara.id) == []


def test_a_skill_wanted_goes_on_its_own_list(amara: Client, make: World, skills: dict[str, int]) -> None:
    ids = public_ids(make, skills)
    page = amara.follow(amara.post("/me/wanted", {"want": "Data cleaning"}))
    assert "Data cleaning is among the skills you want." in words(page)
    with make.read() as db:
        assert [(c.name, c.wanted) for c in queries.claims_of(db, make.amara.id)] == [("Data cleaning", True)]
    assert amara.post("/me/wanted", {"want": ""}).status_code == 422
    page = amara.follow(amara.post(f"/me/wanted/{ids['Data cleaning']}/remove"))
    with make.read() as db:
        assert queries.claims_of(db, make.amara.id) == []


def test_a_project_is_added_changed_and_removed(amara: Client, make: World, skills: dict[str, int]) -> None:
    sent = {
        "title": "Allotment water rota",
        "role": "Made it",
        "link": "amara.example.org/water",
        "done_on": (TODAY - timedelta(days=60)).isoformat(),
        "skills-0-skill": "Spreadsheets",
        "skills-0-level": "2",
        "skills-1-skill": "",
        "skills-1-level": "",
    }
    page = amara.follow(amara.post("/me/projects", sent))
    assert "Allotment water rota is on your profile." in words(page)
    with make.read() as db:
        (shown,) = queries.projects_of(db, make.amara.id)
        assert shown.project.link == "https://amara.example.org/water"
        (row,) = ledger.ledger_of(db, make.amara.id)
        assert (row.tier, row.reading_milli, row.source_kind) == (1, 2000, "project_skill")
    there = f"/me/projects/{shown.project.public_id}"
    assert 'value="Spreadsheets"' in amara.get(there).text
    amara.post(there, {**sent, "skills-0-skill": "Data cleaning", "skills-0-level": "3"})
    with make.read() as db:
        assert [r.skill for r in ledger.ledger_of(db, make.amara.id)] == ["Data cleaning"]
    amara.post(f"{there}/remove")
    with make.read() as db:
        assert ledger.ledger_of(db, make.amara.id) == []
        assert queries.projects_of(db, make.amara.id) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "Fill this in."),
        ({"link": "http://localhost/rota"}, "Write the address of a page that anyone can open"),
        ({"link": "javascript:alert(1)"}, "Write the address of a page that anyone can open"),
        ({"done_on": (TODAY + timedelta(days=9)).isoformat()}, "That day is still to come."),
        ({"skills-0-level": ""}, "Choose a level."),
        ({"skills-1-skill": "Spreadsheets", "skills-1-level": "3"}, "This skill is named twice."),
        ({"skills-0-skill": "quantum basket weaving"}, "We know no skill called"),
    ],
)
def test_a_project_that_cannot_be_comes_back_with_what_to_mend(
    amara: Client, make: World, skills: dict[str, int], change: dict[str, str], said: str
) -> None:
    sent = {
        "title": "Rota",
        "done_on": TODAY.isoformat(),
        "text": "My own words.",
        "skills-0-skill": "Spreadsheets",
        "skills-0-level": "2",
        **change,
    }
    answer = amara.post("/me/projects", sent)
    assert answer.status_code == 422
    assert said in words(answer)
    assert "My own words." in answer.text
    with make.read() as db:
        assert queries.projects_of(db, make.amara.id) == []
        assert ledger.ledger_of(db, make.amara.id) == []


def test_files_of_a_project_are_open_to_whoever_may_see_the_profile(amara: Client, make: World) -> None:
    with make.write() as db:
        project = service.add_project(db, make.actor(make.amara), Made("Rota", TODAY))
    there = f"/me/projects/{project.public_id}"
    page = amara.follow(
        amara.post(f"{there}/files", files={"files": ("rota.csv", b"bed,day\n1,Monday\n", "text/csv")})
    )
    assert "rota.csv" in words(page)
    refused = amara.post(f"{there}/files", files={"files": ("run.exe", b"MZ\x00\x00", "x/y")})
    assert refused.status_code == 422
    assert "This kind of file is not taken." in words(refused)
    assert 'href="#files-field"' in refused.text
    assert (
        amara.post(f"{there}/files", files={"files": ("a.txt", b"a" * 11_000_000, "x/y")}).status_code == 413
    )
    (address,) = re.findall(r'href="(/files/[a-z2-7]+)"', page.text)
    chidi = amara.new().as_(make.chidi)
    assert chidi.get(address).status_code == 404
    with make.write() as db:
        service.save_profile(db, make.actor(make.amara), Basics(visibility=Visibility.PUBLIC))
    assert chidi.get(address).status_code == 200
    (removal,) = set(re.findall(rf'action="({there}/files/[a-z2-7]+/remove)"', page.text))
    assert (
        "rota.csv" not in amara.follow(amara.post(removal)).text.partition("</main>")[0].partition("Files")[2]
    )
    assert chidi.get(address).status_code == 404


def test_experience_and_education_are_listed_changed_and_removed(amara: Client, make: World) -> None:
    amara.post("/me/experience", {"title": "Porter", "from_on": "2019-01-01", "until_on": "2018-01-01"})
    with make.read() as db:
        assert queries.experience_of(db, make.amara.id) == []
    amara.post("/me/experience", {"title": "Porter", "from_on": "2019-01-01"})
    amara.post("/me/education", {"title": "BSc Botany", "year": "2015"})
    with make.read() as db:
        (done,), (learnt,) = queries.experience_of(db, make.amara.id), queries.education_of(db, make.amara.id)
    assert "not used in matching" in words(amara.get("/me/education"))
    amara.post(f"/me/experience/{done.public_id}", {"title": "Hospital porter", "from_on": "2019-01-01"})
    amara.post(f"/me/education/{learnt.public_id}", {"title": "Botany", "year": "2015"})
    assert "Hospital porter" in words(amara.get("/me/experience"))
    assert "Botany, 2015" in words(amara.get(f"/people/{make.amara.public_id}"))
    for path in (f"/me/experience/{done.public_id}/remove", f"/me/education/{learnt.public_id}/remove"):
        assert amara.post(path).status_code == 303
    assert "Hospital porter" not in words(amara.get("/me/experience"))


def test_nobody_changes_anothers_lines(amara: Client, make: World) -> None:
    with make.write() as db:
        actor = make.actor(make.amara)
        project = service.add_project(db, actor, Made("Rota", TODAY))
        done = service.add_experience(db, actor, Done("Porter", TODAY))
    chidi = amara.new().as_(make.chidi)
    for path in (f"/me/projects/{project.public_id}", f"/me/experience/{done.public_id}"):
        assert chidi.get(path).status_code == 404
        assert chidi.post(f"{path}/remove").status_code == 404


def test_a_profile_shows_what_stands_and_never_what_its_owner_asks_for(
    client: Client, make: World, skills: dict[str, int]
) -> None:
    story(make, skills)
    answer = client.get(f"/people/{make.amara.public_id}")
    said = words(answer)
    for part in (
        "Amara Okafor",
        "Makes paper systems legible.",
        "10 hours a week, from 30 Nov",
        "English, Igbo",
        "As the evidence stands on 16 November 2026.",
        "Assessed on real work, twice.",
        "Their own word; nothing shown yet.",
        "Skills wanted: Data cleaning.",
        "Allotment water rota",
        "Nettle & Rye Bakery",
        "Not used in matching.",
    ):
        assert part in said, part
    assert "14.50" not in said, "the least someone works for is theirs to know"
    assert "This is your page" not in said
    assert 'rel="nofollow noopener ugc"' in answer.text
    assert 'content="noindex"' not in answer.text


def test_a_profile_that_is_not_public_asks_not_to_be_listed_and_hides_from_strangers(
    client: Client, make: World
) -> None:
    page = f"/people/{make.amara.public_id}"
    with make.write() as db:
        service.save_profile(db, make.actor(make.amara), Basics(visibility=Visibility.MEMBERS))
    assert client.get(page).status_code == 404
    bruno = client.as_(make.bruno).get(page)
    assert bruno.status_code == 200
    assert 'content="noindex"' in bruno.text


def test_an_organisation_one_applied_to_reads_a_private_profile_and_stops_when_the_application_is_withdrawn(
    client: Client, make: World
) -> None:
    from market.applications import service as applications
    from market.applications.models import Application

    page, bruno = f"/people/{make.amara.public_id}", client.as_(make.bruno)
    assert bruno.get(page).status_code == 404
    application_id = scene.applied(make, scene.opening(make))
    assert bruno.get(page).status_code == 200
    assert client.as_(make.chidi).get(page).status_code == 404
    assert client.as_(make.mira).get(page).status_code == 404, "a mentor does not decide about applications"
    recruiter = make.member(make.bakery, Role.RECRUITER)
    assert client.as_(recruiter).get(page).status_code == 200
    with make.write() as db:
        applications.withdraw(db, make.actor(make.amara), db.get_one(Application, application_id))
    assert bruno.get(page).status_code == 404


def printed(text: str) -> list[int]:
    """The figures of the column "Moves level", in hundredths, as they are printed: rows of the first table."""
    body = text.partition('id="adds"')[2].partition("</table>")[0]
    cells = re.findall(r'class="num"[^>]*>([+\u2212-]?\d+\.\d\d)</td>', unescape(body))
    return [int(cell.replace("\u2212", "-").replace(".", "")) for cell in cells]


@pytest.mark.parametrize("name", ["Spreadsheets", "Stock control"])
def test_the_lines_add_up_as_printed(client: Client, make: World, skills: dict[str, int], name: str) -> None:
    story(make, skills)
    page = client.get(f"/people/{make.amara.public_id}/skills/{public_ids(make, skills)[name]}")
    assert page.status_code == 200
    *lines, counts = printed(page.text)
    with make.read() as db:
        level = ledger.levels_of(db, make.amara.id)[skills[name]]
    items = len(level.lines)
    start, moves, estimate, rest = lines[0], lines[1 : items + 1], lines[items + 1], lines[items + 2 :]
    assert start == 100
    assert start + sum(moves) == estimate == round(100 * level.mu)
    assert estimate + sum(rest) == counts
    if name == "Spreadsheets":
        assert counts == round(100 * level.level / 51), "the level that matching uses"
        assert f"Why Spreadsheets counts as level {level.meets}" in words(page)
    else:
        assert counts <= 49
        assert "does not count as a level yet" in words(page)


def test_the_page_says_who_says_so_what_age_took_and_what_would_help(
    client: Client, make: World, skills: dict[str, int]
) -> None:
    story(make, skills)
    said = words(
        client.get(f"/people/{make.amara.public_id}/skills/{public_ids(make, skills)['Spreadsheets']}")
    )
    for part in (
        "Allotment water rota",
        "Nettle & Rye Bakery, 9 Aug 2026",
        "Said after working together",
        "Work assessed by rubric",
        "Other evidence stands, so one’s own word no longer counts.",
        "Age leaves 81 % of its weight.",
        "One assessed piece of work, at level 4",
    ):
        assert part in said, part


def test_a_level_can_be_seen_as_it_stood_on_another_day(
    client: Client, make: World, skills: dict[str, int]
) -> None:
    story(make, skills)
    page = f"/people/{make.amara.public_id}/skills/{public_ids(make, skills)['Spreadsheets']}"
    day = TODAY - timedelta(days=400)
    said = words(client.get(page, params={"on": day.isoformat()}))
    assert "As it stood on 12 Oct 2025." in said
    assert "4 lines that came later are left out." in said
    assert "Work assessed by rubric" not in said
    today = printed(client.get(page).text)
    for odd in ("tomorrow", "2031-01-01", "0"):
        assert printed(client.get(page, params={"on": odd}).text) == today


def test_a_skill_without_evidence_and_a_hidden_person_are_not_there(
    client: Client, make: World, skills: dict[str, int]
) -> None:
    ids = public_ids(make, skills)
    story(make, skills)
    assert (
        client.get(f"/people/{make.amara.public_id}/skills/{ids['Writing instructions']}").status_code == 404
    )
    assert client.get(f"/people/{make.amara.public_id}/skills/{'a' * 16}").status_code == 404
    with make.write() as db:
        service.save_profile(db, make.actor(make.amara), Basics())
    assert client.get(f"/people/{make.amara.public_id}/skills/{ids['Spreadsheets']}").status_code == 404


def statements(make: World, client: Client, path: str) -> int:
    """How many statements a page takes, the session's among them."""
    counted = []

    def count(*_given: object) -> None:
        counted.append(1)

    event.listen(make.engine, "before_cursor_execute", count)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(make.engine, "before_cursor_execute", count)
    return len(counted)


def test_a_long_profile_asks_the_database_no_more_often_than_a_short_one(
    amara: Client, make: World, skills: dict[str, int]
) -> None:
    story(make, skills)
    ids = public_ids(make, skills)
    paths = (
        f"/people/{make.amara.public_id}",
        f"/people/{make.amara.public_id}/skills/{ids['Spreadsheets']}",
        "/me",
        "/me/skills",
    )
    short = {path: statements(make, amara, path) for path in paths}
    with make.write() as db:
        actor = make.actor(make.amara)
        for n in range(8):
            service.add_project(
                db,
                actor,
                Made(f"Sheet {n}", TODAY, link=f"{LINK}/{n}", skills=dict.fromkeys(skills.values(), 2)),
            )
    assert {path: statements(make, amara, path) for path in paths} == short


def test_whoever_looks_after_someones_work_reads_their_private_profile_until_a_month_after(
    client: Client, make: World
) -> None:
    page, mira, bruno = f"/people/{make.amara.public_id}", client.as_(make.mira), client.as_(make.bruno)
    with make.write() as db:
        work = Engagement(
            person_id=make.amara.id, org_id=make.bakery.id, title="Stock sheet", terms={}, starts_on=TODAY
        )
        db.add(work)
        db.flush()
        work_id = work.id
    assert bruno.get(page).status_code == 200
    assert mira.get(page).status_code == 404, "the work was not given to her"
    assert client.as_(make.chidi).get(page).status_code == 404
    with make.write() as db:
        work = db.get_one(Engagement, work_id)
        work.supervisor_ids = [make.mira.id]
        work.status, work.ended_at = Status.COMPLETED, NOW
        db.add(work)
    assert mira.get(page).status_code == 200
    clock.move(timedelta(days=31))
    assert mira.get(page).status_code == 404
    assert bruno.get(page).status_code == 404


def test_a_block_from_the_page_closes_it(client: Client, make: World) -> None:
    page = f"/people/{make.amara.public_id}"
    with make.write() as db:
        service.save_profile(db, make.actor(make.amara), Basics(visibility=Visibility.PUBLIC))
    chidi = client.as_(make.chidi)
    assert "Block Amara Okafor" in words(chidi.get(page))
    assert "Block Amara Okafor" not in words(client.as_(make.amara).get(page))
    answer = chidi.post("/block", {"person": make.amara.public_id})
    assert chidi.follow(answer).status_code == 200
    assert chidi.get(page).status_code == 404
