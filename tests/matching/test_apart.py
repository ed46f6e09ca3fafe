"""Choosing to be put in no order, or not to be found: every list, count and explanation keeps to it."""

import re

import pytest

from market.evidence.models import Kind
from market.matching import demand, service, standing
from market.matching.queries import Findable
from market.matching.standing import Reason
from market.opportunities.models import Opportunity
from market.profiles.models import TalentProfile, Visibility
from tests.applications import scene
from tests.matching.people import findable, someone
from tests.opportunities import postings
from tests.support.client import Client, words
from tests.support.world import Known, World


@pytest.fixture
def known(make: World) -> dict[str, int]:
    return postings.skills(make)


@pytest.fixture
def opening(make: World, known: dict[str, int]) -> int:
    return scene.opening(make, known=known)


def able(make: World, known: dict[str, int], name: str, **basics: object) -> Known:
    return someone(make, *((skill, Kind.ASSESSMENT, 4.0) for skill in known.values()), name=name, **basics)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "chosen", [{"is_apart": True}, {"is_findable": False}, {"visibility": Visibility.PRIVATE}]
)
def test_who_chose_so_is_in_no_list_count_or_page_of_people(
    client: Client, make: World, known: dict[str, int], opening: int, chosen: dict[str, object]
) -> None:
    able(make, known, "In View")
    hidden = able(make, known, "Out Of View", **chosen)
    bruno, public = client.as_(make.bruno), scene.public_id(make, opening)
    for path in (f"/people?for={public}", "/people?q=spreadsheets", f"/postings/{public}/candidates"):
        said = words(bruno.get(path))
        assert "In View" in said, path
        assert "Out Of View" not in said, path
    with make.read() as db:
        asked = db.get_one(Opportunity, opening)
        wanted = [w.asked for w in service.requirements_of(db, asked)]
        found = service.mirror(db, wanted)
        assert found is not None
        assert found.all == 1
        people = {row.skill: row.people for row in demand.demand(db, Findable(recruits_for=()))}
        assert people["Spreadsheets"] == 1
        reasons = standing.reasons(db, make.actor(hidden), asked, has_applied=False)
    mine = Reason.APART if "is_apart" in chosen else Reason.NOT_FINDABLE
    assert reasons == [Reason.PRIVATE if "visibility" in chosen else mine]


def test_who_left_a_list_since_is_gone_from_its_later_pages_and_from_how_it_was_made(
    client: Client, make: World, known: dict[str, int], opening: int
) -> None:
    left = able(make, known, "Gone Since")
    bruno = client.as_(make.bruno)
    page = bruno.get(f"/people?for={scene.public_id(make, opening)}")
    assert "Gone Since" in words(page)
    path = "/orders/" + page.text.split("/orders/")[1].split('"')[0]
    findable(make, left, is_apart=True)
    assert "Gone Since" not in words(bruno.get(path))


def test_an_applicant_in_no_order_stands_after_the_others_without_numbers(
    client: Client, make: World, known: dict[str, int], opening: int
) -> None:
    best, other = able(make, known, "Best Of All", is_apart=True), someone(make, name="Other")
    for who in (best, other):
        scene.applied(make, opening, who)
    page = client.as_(make.bruno).get(f"/postings/{scene.public_id(make, opening)}/applications")
    said = words(page)
    assert said.index("Other") < said.index("Best Of All")
    assert "Chose to be put in no order." in said
    row = page.text.split("Best Of All")[1].split("</tr>")[0]
    assert not re.search(r"\d of \d|\d %", row), "neither of the two numbers"


def test_employers_read_no_comparison_of_them_and_they_still_read_their_own(
    client: Client, make: World, known: dict[str, int], opening: int
) -> None:
    who, public = able(make, known, "Best Of All", is_apart=True), scene.public_id(make, opening)
    application = scene.state(make, scene.applied(make, opening, who)).public_id
    said = words(client.as_(make.bruno).get(f"/postings/{public}/applications?open={application}"))
    assert "Best Of All chose to be put in no order" in said
    assert "Line by line" not in said
    assert "Line by line" not in words(client.as_(make.bruno).get(f"/applications/{application}"))
    assert "Line by line" in words(client.as_(who).get(f"/openings/{public}"))


def test_choosing_no_order_takes_one_out_of_lists_too(make: World) -> None:
    who = findable(make, make.chidi, is_apart=True, is_findable=True)
    with make.read() as db:
        profile = db.get_one(TalentProfile, who.id)
        assert (profile.is_apart, profile.is_findable) == (True, False)


def test_the_form_says_what_it_means_and_keeps_it(client: Client, make: World) -> None:
    chidi = client.as_(make.chidi)
    said = words(chidi.get("/me/edit"))
    assert "No, do not put me in any order" in said
    assert "by the day you applied" in said
    chidi.post("/me/edit", {"visibility": "public", "apart": "on", "findable": "on"})
    with make.read() as db:
        profile = db.get_one(TalentProfile, make.chidi.id)
        assert (profile.is_apart, profile.is_findable) == (True, False)
