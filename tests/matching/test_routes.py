"""The pages on which people are found, invited, and on which an order explains itself."""

import re

import pytest
from sqlmodel import func, select

from market.evidence.models import Kind
from market.matching import service
from market.matching.models import Ranking, RankingRow
from market.opportunities.drafts import Need
from market.opportunities.models import Opportunity
from market.profiles.models import Visibility
from market.skills.models import LabelKind, Skill, SkillLabel
from market.skills.names import normalise
from tests.applications import scene
from tests.matching.people import findable, shows, someone
from tests.matching.test_service import counted
from tests.opportunities import postings
from tests.support.client import Client, words
from tests.support.html import complaints, why_not
from tests.support.world import Known, World


@pytest.fixture
def known(make: World) -> dict[str, int]:
    found = postings.skills(make)
    with make.write() as db:  # a second skill that “cleaning” may mean, and one that two skills are called
        for name, also in (("Window cleaning", "cleaning"), ("Data cleaning", "cleaning")):
            skill = db.exec(select(Skill).where(Skill.name == name)).first() or Skill(name=name)
            db.add(skill)
            db.flush()
            if name not in found:
                db.add(
                    SkillLabel(skill_id=skill.id, text=name, norm=normalise(name), kind=LabelKind.PREFERRED)
                )
            db.add(SkillLabel(skill_id=skill.id, text=also, norm=normalise(also), kind=LabelKind.ALTERNATIVE))
    return found


@pytest.fixture
def bruno(client: Client, make: World) -> Client:
    return client.as_(make.bruno)


def names(page_words: str, *people: Known) -> list[str]:
    """Which of these people the page names, in its order."""
    places = {p.name: page_words.find(p.name) for p in people}
    return sorted((name for name, at in places.items() if at >= 0), key=lambda name: places[name])


def test_only_people_who_recruit_search(client: Client, make: World) -> None:
    assert client.get("/people").status_code == 303
    assert client.as_(make.chidi).get("/people").status_code == 403
    assert client.as_(make.mira).get("/people").status_code == 403, "a mentor sees what was given to them"
    assert client.as_(make.bruno).get("/people").status_code == 200


def test_skills_typed_with_a_level_list_people_with_both_numbers(
    bruno: Client, make: World, known: dict[str, int]
) -> None:
    sheets, stock = known["Spreadsheets"], known["Stock control"]
    some = someone(make, (sheets, Kind.PROJECT, 3.0), name="Sorrel Somewhat", headline="Makes lists agree.")
    most = someone(
        make,
        (sheets, Kind.ASSESSMENT, 4.0),
        (sheets, Kind.ASSESSMENT, 4.0),
        (stock, Kind.ASSESSMENT, 3.0),
        name="Marl Mostly",
    )
    page = bruno.get("/people", params={"q": "spreadsheets 3, stock control level 2"})
    said = words(page)
    assert names(said, some, most) == ["Marl Mostly", "Sorrel Somewhat"]
    assert "Spreadsheets, level 3; Stock control, level 2" in said
    assert "2 of 2 essential 100 % coverage" in said
    assert "T4 Spreadsheets, counts as level 4" in said
    assert "Stock control: nothing yet" in said
    assert "Makes lists agree." in said
    assert "no filter for schools, degrees, age or names, because none of them is read" in said


def test_what_is_ambiguous_comes_back_with_choices_and_what_is_unknown_is_said(
    bruno: Client, make: World, known: dict[str, int]
) -> None:
    someone(make, (known["Spreadsheets"], Kind.PROJECT, 3.0), name="Sorrel Somewhat")
    cleaner = someone(make, (known["Data cleaning"], Kind.PROJECT, 3.0), name="Clem Cleaner")
    asked = {"q": "spreadsheets 1, cleaning 2, zorbing 3"}
    page = bruno.get("/people", params=asked)
    said = words(page)
    assert "2 skills are not clear yet" in said
    assert "Choose which skill you mean by “cleaning”." in said
    assert "We know no skill called “zorbing”." in said
    assert "Sorrel Somewhat" in said
    assert "Clem Cleaner" not in said, "nothing is chosen silently"
    with make.read() as db:
        meant = db.get_one(Skill, known["Data cleaning"]).public_id
    assert f'name="skill-1_id" type="radio" value="{meant}"' in page.text or f'value="{meant}"' in page.text
    again = words(bruno.get("/people", params={**asked, "skill-1_id": meant}))
    assert "One skill is not clear yet" in again
    assert names(again, cleaner) == ["Clem Cleaner"]


def test_nothing_asked_and_nobody_found_say_what_to_do_next(bruno: Client, known: dict[str, int]) -> None:
    assert "Name a skill to begin" in words(bruno.get("/people"))
    nobody = words(bruno.get("/people", params={"q": "spreadsheets 5"}))
    assert "Nobody here has shown any of this yet" in nobody
    assert "Post an opening" in nobody


@pytest.mark.parametrize("typed", ["spreadsheets 9", "spreadsheets 0", "spreadsheets -1", "spreadsheets 3.7"])
def test_a_level_that_is_none_is_said_beside_the_field_and_ranks_nobody(
    bruno: Client, make: World, known: dict[str, int], typed: str
) -> None:
    someone(make, (known["Spreadsheets"], Kind.PROJECT, 3.0), name="Sorrel Somewhat")
    someone(make, (known["Stock control"], Kind.PROJECT, 3.0), name="Stella Stock")
    with make.read() as db:
        meant = db.get_one(Skill, known["Spreadsheets"]).public_id
    page = bruno.get("/people", params={"q": f"{typed}, stock control 2", "skill-0_id": meant})
    assert page.status_code == 422
    said = words(page)
    assert f"Levels run from 1 to 5, so “{typed}” is left out." in said
    assert 'aria-invalid="true"' in page.text
    assert f'value="{typed}, stock control 2"' in page.text, "what was typed is kept"
    assert "Stella Stock" in said
    assert "Sorrel Somewhat" not in said
    assert "is not clear yet" not in said
    alone = bruno.get("/people", params={"q": typed})
    assert (alone.status_code, "Name a skill to begin" in words(alone)) == (422, False)


def test_a_number_at_the_end_of_a_skills_own_name_is_no_level(
    bruno: Client, make: World, known: dict[str, int]
) -> None:
    name = "ISO 9001 of the valley"
    quality = postings.skills(make, "ISO 9001", name)["ISO 9001"]
    someone(make, (quality, Kind.PROJECT, 3.0), name="Quince Quality")
    for typed, level in (("iso 9001", 1), ("ISO 9001 3", 3)):
        page = bruno.get("/people", params={"q": typed})
        assert page.status_code == 200
        assert f"ISO 9001, level {level}" in words(page)
        assert "Quince Quality" in words(page)


def test_a_skill_named_twice_counts_once_and_that_is_said(
    bruno: Client, make: World, known: dict[str, int]
) -> None:
    someone(make, (known["Spreadsheets"], Kind.PROJECT, 3.0), name="Sorrel Somewhat")
    page = bruno.get("/people", params={"q": "spreadsheets 3, spreadsheets 4, SPREADSHEETS"})
    said = words(page)
    assert page.status_code == 422
    assert "Spreadsheets is named more than once. It is asked once, at level 3." in said
    assert "Spreadsheets, level 3" in said
    assert "Sorrel Somewhat" in said


def test_a_narrowing_that_leaves_nobody_is_not_taken_for_a_list_that_is_empty(
    bruno: Client, make: World, known: dict[str, int]
) -> None:
    someone(make, (known["Spreadsheets"], Kind.PROJECT, 3.0), name="Sorrel Somewhat", hours_week=10)
    asked = {"q": "spreadsheets 3", "hours": "80", "tier": "4", "pay": "1"}
    page = bruno.get("/people", params=asked)
    assert "Nobody passes what the list is narrowed to" in words(page)
    assert "Nobody here has shown any of this yet" not in words(page)
    found = re.search(r'href="([^"]*)"[^>]*>Show the whole list', page.text)
    assert found is not None
    wide = bruno.get(found[1].replace("&amp;", "&"))
    assert "Sorrel Somewhat" in words(wide)
    assert 'name="hours" value="80"' not in wide.text
    opening = postings.published(make, known=known)
    ours = bruno.get(f"/postings/{opening}/candidates", params={"hours": "80"})
    assert f'href="/postings/{opening}/candidates"' in ours.text
    nobody = words(bruno.get("/people", params={"q": "stock control 3", "hours": "abc"}))
    assert "Nobody here has shown any of this yet" in nobody, "nothing is narrowed"


@pytest.mark.parametrize(
    "asked",
    ["?hours=-3&tier=9&pay=lots&language=xx&free=never", "?q=+,,;", "?after=9999&ranking=x", "?for="],
)
def test_an_address_that_makes_no_sense_narrows_nothing(
    bruno: Client, known: dict[str, int], asked: str
) -> None:
    assert bruno.get(f"/people{asked}").status_code == 200


@pytest.mark.parametrize(
    ("field", "typed", "most"), [("hours", "abc", "80"), ("hours", "81", "80"), ("pay", "0", "999")]
)
def test_a_number_that_cannot_be_read_is_said_beside_its_field_and_narrows_nothing(
    bruno: Client, known: dict[str, int], make: World, field: str, typed: str, most: str
) -> None:
    someone(make, (known["Spreadsheets"], Kind.PROJECT, 3.0), name="Sorrel Somewhat")
    page = bruno.get("/people", params={"q": "spreadsheets 2", field: typed})
    assert page.status_code == 422
    told = page.text.partition(f'id="{field}-error"')[2].partition("</p>")[0]
    assert f"Give a whole number from 1 to {most}." in told
    assert f'value="{typed}"' in page.text
    assert "Sorrel Somewhat" in words(page)


def test_nine_skills_are_cut_to_eight_and_that_is_said(bruno: Client, known: dict[str, int]) -> None:
    assert "Eight skills are asked at most" in words(
        bruno.get("/people", params={"q": ", ".join("abcdefghi")})
    )


class TestLaterPages:
    @pytest.fixture
    def crowd(self, make: World, known: dict[str, int]) -> list[Known]:
        return [
            someone(make, (known["Spreadsheets"], Kind.PROJECT, 1 + n / 8), name=f"Candidate {n:02}")
            for n in range(25)
        ]

    def following(self, page_text: str) -> str:
        found = re.search(r'href="([^"]*ranking=[^"]*)"', page_text)
        assert found is not None
        return found[1].replace("&amp;", "&")

    def test_they_go_on_as_the_order_stood_and_nobody_stands_twice(
        self, bruno: Client, make: World, known: dict[str, int], crowd: list[Known]
    ) -> None:
        first = bruno.get("/people", params={"q": "spreadsheets 3", "hours": "1"})
        shows(make, crowd[0], *[(known["Spreadsheets"], Kind.ASSESSMENT, 5.0)] * 2)
        second = bruno.get(self.following(first.text))
        on_first = {w.name for w in crowd if w.name in words(first)}
        on_second = {w.name for w in crowd if w.name in words(second)}
        assert (len(on_first), len(on_second)) == (20, 5)
        assert on_first | on_second == {w.name for w in crowd}
        assert crowd[0].name in on_second, "who rose meanwhile stays where the order had them"

    def test_they_cost_two_statements_beside_the_sessions(
        self, bruno: Client, make: World, crowd: list[Known]
    ) -> None:
        first = bruno.get("/people", params={"q": "spreadsheets 3"})
        with counted(make.engine) as sent:
            assert bruno.get(self.following(first.text)).status_code == 200
        assert len(sent) == 3

    def test_who_hides_meanwhile_is_not_shown(self, bruno: Client, make: World, crowd: list[Known]) -> None:
        first = bruno.get("/people", params={"q": "spreadsheets 3"})
        findable(make, crowd[1], visibility=Visibility.PRIVATE)
        assert crowd[1].name not in words(bruno.get(self.following(first.text)))

    def test_someone_elses_order_begins_anew(self, client: Client, make: World, crowd: list[Known]) -> None:
        first = client.as_(make.bruno).get("/people", params={"q": "spreadsheets 3"})
        owner = make.person()
        make.organisation(owner=owner)
        theirs = client.as_(owner).get(self.following(first.text))
        assert crowd[24].name in words(theirs), "a search of their own, from its first place"


class TestForAnOpening:
    @pytest.fixture
    def opening(self, make: World, known: dict[str, int]) -> str:
        return postings.published(make, known=known)

    def test_its_own_skills_are_asked_and_who_applied_is_left_out(
        self, bruno: Client, make: World, known: dict[str, int], opening: str
    ) -> None:
        near = someone(make, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0), name="Near Enough")
        findable(make, make.amara)
        shows(make, make.amara, (known["Spreadsheets"], Kind.ASSESSMENT, 5.0))
        path = f"/postings/{opening}/candidates"
        assert names(words(bruno.get(path)), make.amara, near) == ["Amara Okafor", "Near Enough"]
        scene.applied(make, postings.fresh(make, opening).id)
        page = bruno.get("/people", params={"for": opening})
        assert names(words(page), make.amara, near) == ["Near Enough"]
        assert "Spreadsheets, level 3; Data cleaning, level 2; Stock control, level 2" in words(page)
        assert f"/postings/{opening}/invite/{near.public_id}" in page.text

    def test_another_organisations_opening_is_not_there(
        self, client: Client, make: World, opening: str
    ) -> None:
        owner = make.person()
        make.organisation(owner=owner)
        theirs = client.as_(owner)
        assert theirs.get("/people", params={"for": opening}).status_code == 404
        assert theirs.get(f"/postings/{opening}/candidates").status_code == 404

    def test_without_an_opening_one_is_chosen_on_the_way(
        self, bruno: Client, make: World, known: dict[str, int], opening: str
    ) -> None:
        near = someone(make, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0), name="Near Enough")
        assert f"/people/{near.public_id}/invite" in bruno.get("/people", params={"q": "spreadsheets"}).text
        page = bruno.get(f"/people/{near.public_id}/invite")
        assert f"/postings/{opening}/invite/{near.public_id}" in page.text

    def test_nobody_is_invited_whose_profile_is_closed(
        self, bruno: Client, make: World, opening: str
    ) -> None:
        hidden = findable(make, make.person(), visibility=Visibility.PRIVATE)
        assert bruno.get(f"/people/{hidden.public_id}/invite").status_code == 404

    def test_without_any_opening_the_way_leads_to_posting_one(self, bruno: Client, make: World) -> None:
        somebody = findable(make, make.person())
        assert "You have no opening to invite to" in words(bruno.get(f"/people/{somebody.public_id}/invite"))


class TestHowAnOrderWasMade:
    def kept(self, make: World) -> Ranking:
        with make.read() as db:
            return db.exec(select(Ranking)).one()

    def test_it_shows_weights_and_points_that_add_up(
        self, bruno: Client, make: World, known: dict[str, int]
    ) -> None:
        someone(make, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0), name="Near Enough")
        opening = postings.published(make, known=known)
        bruno.get("/people", params={"for": opening, "free": "now", "language": ""})
        ranking = self.kept(make)
        page = bruno.get(f"/orders/{ranking.public_id}")
        said = words(page)
        with make.read() as db:
            row = db.exec(select(RankingRow)).one()
            opportunity = db.exec(select(Opportunity)).one()
            explained = service.explain(db, opportunity, row.person_id)
        assert explained is not None
        assert sum(row.contributions) == row.score == explained.fit.score
        assert str(row.score) in said
        assert f"Spreadsheets {row.contributions[0]} + Data cleaning {row.contributions[1]}" in said
        assert "Near Enough" in said
        assert "version 2" in said
        assert "free by 2026-11-16" in said
        assert "Names, photographs, schools, degrees, age, place of birth" in said

    def test_it_is_there_for_whom_it_was_shown_to(
        self, client: Client, make: World, known: dict[str, int]
    ) -> None:
        gone = someone(make, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0), name="Gone Since")
        bruno = client.as_(make.bruno)
        bruno.get("/people", params={"q": "spreadsheets 2"})
        path = f"/orders/{self.kept(make).public_id}"
        assert client.as_(make.chidi).get(path).status_code == 404
        assert "Gone Since" in words(bruno.get(path))
        findable(make, gone, visibility=Visibility.PRIVATE)
        said = words(bruno.get(path))
        assert "Gone Since" not in said
        assert "One person who stood here can no longer be seen by you." in said

    def test_a_page_that_asks_for_nothing_keeps_nothing(self, bruno: Client, make: World) -> None:
        bruno.get("/people")
        with make.read() as db:
            assert db.exec(select(func.count()).select_from(Ranking)).one() == 0


def test_openings_stand_in_the_order_of_the_readers_evidence(
    client: Client, make: World, known: dict[str, int]
) -> None:
    shows(make, make.amara, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0))
    near = [Need(known["Spreadsheets"], 2, True, 5)]
    postings.published(make, known=known, needs=near, title="An opening that is near to her")
    postings.published(
        make,
        known={"": known["Stock control"]},
        needs=[Need(known["Stock control"], 2, True, 5)],
        title="An opening that is far from her",
    )
    said = words(client.as_(make.amara).get("/openings"))
    assert said.index("near to her") < said.index("far from her")
    newest = words(client.get("/openings"))
    assert newest.index("far from her") < newest.index("near to her"), "a visitor sees the newest first"


def test_the_pages_are_valid(client: Client, make: World, known: dict[str, int]) -> None:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    for n in range(22):
        someone(make, (known["Spreadsheets"], Kind.PROJECT, 3.0), name=f"Person & {n}", headline="<b>x</b>")
    opening = postings.published(make, known=known)
    bruno = client.as_(make.bruno)
    paths = [
        "/people", "/people?q=spreadsheets+3,+cleaning,+zorbing&tier=1", f"/postings/{opening}/candidates",
        "/people?q=stock+control",
    ]  # fmt: skip
    pages = {path: bruno.get(path) for path in paths}
    with make.read() as db:
        kept = db.exec(select(Ranking)).all()
    pages["why"] = bruno.get(f"/orders/{kept[0].public_id}")
    later = re.search(r'href="([^"]*ranking=[^"]*)"', pages[paths[1]].text)
    assert later is not None
    pages["later"] = bruno.get(later[1].replace("&amp;", "&"))
    assert {page.status_code for page in pages.values()} == {200}
    pages["faulty"] = bruno.get("/people?q=spreadsheets+9,+stock+control,+stock+control+2&hours=80")
    assert complaints({name: page.text for name, page in pages.items()}) == []
