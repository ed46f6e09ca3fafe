"""Demand against supply: what is counted, what public pages keep back, and what a spreadsheet gets."""

import csv
import io

import pytest

from market.evidence.models import Kind
from market.matching import demand
from market.matching.queries import Findable
from market.opportunities.drafts import Need
from market.opportunities.models import Opportunity
from market.profiles.models import Visibility
from market.skills.models import Skill
from tests.applications import scene
from tests.matching.people import findable, shows, someone
from tests.opportunities import postings
from tests.support.client import Client, words
from tests.support.html import complaints, why_not
from tests.support.world import World

EVERYONE = Findable(recruits_for=())


@pytest.fixture
def known(make: World) -> dict[str, int]:
    return postings.skills(make)


def rows(make: World, **given_: object) -> dict[tuple[str, int], demand.Demand]:
    with make.read() as db:
        return {(one.skill, one.level): one for one in demand.demand(db, EVERYONE, **given_)}  # type: ignore[arg-type]


def asks(make: World, known: dict[str, int], level: int = 2, **more: object) -> int:
    need = [Need(known["Spreadsheets"], level, True, 5)]
    return scene.opening(make, known={"": known["Spreadsheets"]}, needs=need, **more)


def test_open_openings_are_counted_beside_the_people_who_meet_the_level(
    make: World, known: dict[str, int]
) -> None:
    first, _second, _higher = asks(make, known), asks(make, known), asks(make, known, 4)
    postings.draft(make, known=known)
    with make.write() as db:
        opening = db.get_one(Opportunity, first)
        opening.seats, opening.seats_taken = 4, 1
    for _ in range(3):
        someone(make, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0))
    someone(make, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0), visibility=Visibility.MEMBERS)
    someone(make, (known["Spreadsheets"], Kind.CLAIM, 5.0))
    found = rows(make)
    assert {at: (one.openings, one.places, one.people) for at, one in found.items()} == {
        ("Spreadsheets", 2): (2, 4, 3),
        ("Spreadsheets", 4): (1, 1, 0),
    }
    assert list(found) == [("Spreadsheets", 2), ("Spreadsheets", 4)], "the most asked for first"


def test_fewer_than_five_people_are_not_counted_in_public(make: World, known: dict[str, int]) -> None:
    asks(make, known)
    people = [someone(make, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0)) for _ in range(4)]
    assert rows(make, fewest=demand.FEWEST)["Spreadsheets", 2].people is None
    shows(make, findable(make, make.chidi), (known["Spreadsheets"], Kind.ASSESSMENT, 3.0))
    assert rows(make, fewest=demand.FEWEST)["Spreadsheets", 2].people == len(people) + 1


def test_an_employer_sees_what_their_own_openings_ask(
    client: Client, make: World, known: dict[str, int]
) -> None:
    asks(make, known)
    someone(make, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0), visibility=Visibility.MEMBERS)
    with make.read() as db:
        assert demand.demand(db, EVERYONE, ()) == []
        assert len(demand.demand(db, EVERYONE, (make.bakery.id,))) == 1
    theirs = client.as_(make.bruno).get("/postings/demand")
    assert "Spreadsheets 2 1 1" in words(theirs)
    other = make.person()
    make.organisation(owner=other)
    assert "Nothing of yours is open" in words(client.as_(other).get("/postings/demand"))
    assert client.as_(make.chidi).get("/postings/demand").status_code == 403


def test_the_public_page_and_its_file_say_the_same(
    client: Client, make: World, known: dict[str, int]
) -> None:
    assert "Nothing is open at the moment" in words(client.get("/skills/demand"))
    asks(make, known)
    with make.write() as db:
        db.get_one(Skill, known["Spreadsheets"]).name = "=SUM(A1)"
    assert "=SUM(A1) 2 1 fewer than 5" in words(client.get("/skills/demand"))
    file = client.get("/skills/demand?as=csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert "attachment" in file.headers["content-disposition"]
    assert list(csv.reader(io.StringIO(file.text))) == [
        ["Skill", "Level", "Openings", "Places free", "People who meet it"],
        ["'=SUM(A1)", "2", "1", "1", "fewer than 5"],
    ]


def test_an_opening_shows_others_that_ask_less_of_what_is_missing(
    client: Client, make: World, known: dict[str, int]
) -> None:
    asks(make, known, 1, title="The very first step of all")
    asks(make, known, 2, title="The step that is nearest")
    asks(make, known, 4, title="As much as this one asks")
    opening = asks(make, known, 4, title="The one that she looks at")
    with make.read() as db:
        steps = demand.steps_towards(db, {known["Spreadsheets"]: 4}, opening)
        assert [(one.title, one.level) for one in steps] == [
            ("The step that is nearest", 2),
            ("The very first step of all", 1),
        ]
        assert demand.steps_towards(db, {}, opening) == []
    page = words(client.as_(make.amara).get(f"/openings/{scene.public_id(make, opening)}"))
    assert (
        "Openings that ask less of what is missing The step that is nearest Spreadsheets at level 2" in page
    )
    shows(make, make.amara, *[(known["Spreadsheets"], Kind.ASSESSMENT, 5.0)] * 3)
    page = words(client.as_(make.amara).get(f"/openings/{scene.public_id(make, opening)}"))
    assert "Openings that ask less" not in page


def test_the_pages_are_valid(client: Client, make: World, known: dict[str, int]) -> None:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    pages = {
        "empty": client.get("/skills/demand"),
        "ours, empty": client.as_(make.bruno).get("/postings/demand"),
    }
    asks(make, known, 1)
    opening = asks(make, known, 4)
    for _ in range(5):
        someone(make, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0))
    at = f"/openings/{scene.public_id(make, opening)}"
    amara = client.as_(make.amara)
    pages |= {"demand": client.get("/skills/demand"), "ours": client.as_(make.bruno).get("/postings/demand")}
    pages |= {"opening": amara.get(at), "standing": amara.get(f"{at}/standing")}
    assert {page.status_code for page in pages.values()} == {200}
    assert complaints({name: page.text for name, page in pages.items()}) == []
