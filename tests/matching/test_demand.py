"""Demand against supply: what is counted, what public pages keep back, and what a spreadsheet gets."""

import csv
import io

import pytest

from market.evidence.models import Kind
from market.matching import demand
from market.matching.queries import Findable
from market.opportunities.drafts import Need
from market.opportunities.models import Opportunity, Requirement
from market.opportunities.rules import Status
from market.profiles.models import Visibility
from market.skills.models import Skill
from tests.applications import scene
from tests.matching.people import findable, shows, someone
from tests.opportunities import postings
from tests.support.client import Client, words
from tests.support.html import complaints, why_not
from tests.support.world import Known, World

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
        amara = make.actor(make.amara)
        steps = demand.steps_towards(db, amara, {known["Spreadsheets"]: 4}, opening)
        assert [(one.title, one.level) for one in steps] == [
            ("The step that is nearest", 2),
            ("The very first step of all", 1),
        ]
        assert demand.steps_towards(db, amara, {}, opening) == []
    page = words(client.as_(make.amara).get(f"/openings/{scene.public_id(make, opening)}"))
    assert (
        "Openings that ask less of what is missing The step that is nearest Spreadsheets at level 2" in page
    )
    shows(make, make.amara, *[(known["Spreadsheets"], Kind.ASSESSMENT, 5.0)] * 3)
    page = words(client.as_(make.amara).get(f"/openings/{scene.public_id(make, opening)}"))
    assert "Openings that ask less" not in page


def test_a_skill_that_everybody_asks_for_leaves_room_for_the_others(
    make: World, known: dict[str, int]
) -> None:
    sheets, cleaning, stock, _writing = known.values()
    rare = asks(make, known, 1, title="The one that asks the rare skill")
    with make.write() as db:
        theirs = db.get_one(Opportunity, rare)
        for n in range(
            201
        ):  # as many rows as once were read at most, and one more, each nearer than the rare one
            copy = Opportunity(
                **theirs.model_dump(exclude={"id", "public_id", "changed", "title"}), title=f"No. {n}"
            )
            db.add(copy)
            db.flush()
            db.add(
                Requirement(
                    opportunity_id=copy.id,
                    version=copy.version,
                    position=1,
                    skill_id=cleaning,
                    level=4,
                    weight=5,
                    essential=True,
                )
            )
    with make.read() as db:
        found = demand.steps_towards(db, make.actor(make.amara), {cleaning: 5, sheets: 2, stock: 3}, 0)
    assert [(one.skill_id, one.level, one.title) for one in found] == [
        (cleaning, 4, "No. 200"),
        (cleaning, 4, "No. 199"),
        (sheets, 1, "The one that asks the rare skill"),
    ]


def test_steps_are_openings_that_one_may_take(make: World, known: dict[str, int]) -> None:
    asks(make, known, 1, title="A step at the bakery itself")
    lacking = {known["Spreadsheets"]: 4}

    def steps(who: Known) -> list[str]:
        with make.read() as db:
            return [one.title for one in demand.steps_towards(db, make.actor(who), lacking, 0)]

    assert steps(make.amara) == ["A step at the bakery itself"]
    assert steps(make.mira) == [], "she belongs to the bakery"
    make.block(make.amara, organisation=make.bakery)
    assert steps(make.amara) == []
    paused = asks(make, known, 1, title="A step that is paused now")
    assert steps(make.chidi) == ["A step that is paused now", "A step at the bakery itself"]
    with make.write() as db:
        db.get_one(Opportunity, paused).status = Status.PAUSED
    assert steps(make.chidi) == ["A step at the bakery itself"]


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
