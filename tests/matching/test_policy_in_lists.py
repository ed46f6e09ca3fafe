"""What the policy does to the lists that people read: kept places, spread attention, and what the page says of it."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from sqlmodel import Session, col, select

from market import clock
from market.accounts.models import Email, Person
from market.evidence.models import Kind
from market.matching import log, service
from market.matching.core.contract import ESSENTIAL
from market.matching.core.policy import policy_with
from market.matching.models import Ranking, RankingKind, RankingRow, Slot
from market.opportunities.drafts import Need
from market.opportunities.models import Opportunity
from market.opportunities.queries import get_opportunity
from market.profiles.models import Education, Experience, Project, TalentProfile
from market.skills.models import Skill
from tests.applications import scene
from tests.matching import oracle
from tests.matching.people import shows, someone
from tests.opportunities import postings
from tests.support.client import Client, words
from tests.support.world import Known, World

Made = tuple[Ranking, list[RankingRow]]


@pytest.fixture
def known(make: World) -> dict[str, int]:
    return postings.skills(make)


@pytest.fixture
def opening(make: World, known: dict[str, int]) -> int:
    return scene.opening(make, known=known)


def veterans(make: World, known: dict[str, int], count: int = 12) -> list[Known]:
    """People with assessed work here."""
    made = [
        someone(make, (known["Spreadsheets"], Kind.ASSESSMENT, 3 + n % 3), name=f"Veteran {n}")
        for n in range(count)
    ]
    with make.write() as db:
        for who in made:
            db.get_one(TalentProfile, who.id).completed_count = 1 + who.id % 3
    return made


def newcomers(make: World, known: dict[str, int], count: int) -> list[Known]:
    """People with a project in each skill asked."""
    return [
        someone(make, *((skill, Kind.PROJECT, 2.0) for skill in known.values()), name=f"Newcomer {n}")
        for n in range(count)
    ]


def ranked(make: World, opening: int, keep: bool = False, places: int = 2) -> Made:
    with make.write() as db:
        made = service.rank_people(
            db,
            make.actor(make.bruno),
            db.get_one(Opportunity, opening),
            policy=policy_with(places),
        )
        if keep:
            service.keep(db, *made)
        return made


def kept_at(made: Made) -> dict[int, int]:
    return {row.place: row.person_id for row in made[1] if row.slot is Slot.NEWCOMER}


def test_the_list_of_a_crowd_is_the_oracles_with_kept_places_and_exposure(
    make: World, known: dict[str, int], opening: int
) -> None:
    crowd = veterans(make, known) + newcomers(make, known, 4)
    other = scene.opening(make, known=known)
    ranked(make, other, keep=True)
    made = ranked(make, opening)
    asked = log.requirements_in(made[0])
    people = {}
    for row in made[1]:
        inputs = row.policy_inputs
        assert inputs is not None
        people[row.person_id] = (row.levels, inputs["hopeful"], inputs["newcomer"], inputs["exposures"])
    expected = oracle.listed(
        people,
        [(q.skill_id, q.level, q.weight, q.essential) for q in asked],
        made[0].tie_a,
        made[0].tie_b,
    )
    assert [(row.person_id, row.slot is Slot.NEWCOMER) for row in made[1]] == expected
    assert set(kept_at(made)) == {3, 8}
    assert {person for person, one in people.items() if one[2]} == {who.id for who in crowd[12:]}
    assert {row.person_id for row in made[1]} == {who.id for who in crowd}
    assert sum(one[3] for one in people.values()) == 10, "the first ten of the other list were seen"


def test_kept_places_can_be_turned_off(make: World, known: dict[str, int], opening: int) -> None:
    veterans(make, known)
    newcomers(make, known, 3)
    assert len(kept_at(ranked(make, opening))) == 2
    assert kept_at(ranked(make, opening, places=0)) == {}
    assert set(kept_at(ranked(make, opening, places=3))) == {2, 6, 9}


def test_reading_a_list_again_does_not_change_it(make: World, known: dict[str, int], opening: int) -> None:
    veterans(make, known)
    newcomers(make, known, 3)
    orders = [[row.person_id for row in ranked(make, opening, keep=True)[1]] for _ in range(3)]
    assert orders[0] == orders[1] == orders[2]


def test_exposure_counts_other_openings_once_and_for_thirty_days(
    make: World, known: dict[str, int], opening: int
) -> None:
    who = someone(make, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0))
    others = [scene.opening(make, known=known) for _ in range(2)]
    for other in (*others, *others, opening):
        ranked(make, other, keep=True)

    def times() -> int:
        [row] = ranked(make, opening)[1]
        assert row.person_id == who.id
        assert row.policy_inputs is not None
        return int(row.policy_inputs["exposures"])

    assert times() == 2
    with make.write() as db:
        for row in db.exec(select(Ranking).where(Ranking.opportunity_id == others[0])):
            row.at = clock.now() - timedelta(days=31)
    assert times() == 1
    with make.write() as db:
        for row in db.exec(select(Ranking)):
            row.kind = RankingKind.APPLICANTS
    assert times() == 0


def test_a_newcomer_far_below_the_cut_may_have_a_kept_place(
    make: World, known: dict[str, int], opening: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = veterans(make, known)
    new = newcomers(make, known, 1)
    without = someone(make, (known["Stock control"], Kind.PROJECT, 2.0), name="Cannot meet the essential")
    monkeypatch.setattr(service, "MOST", 11)
    made = ranked(make, opening)
    assert kept_at(made) == {3: new[0].id}
    assert {row.person_id for row in made[1]} <= {who.id for who in [*old, *new]}
    assert without.id not in {row.person_id for row in made[1]}
    assert len(made[1]) == 12
    assert log.said(*made).lines[0].startswith("Identical")


def test_who_only_claims_may_hold_a_kept_place_and_every_page_that_says_where_claims_stand_says_so(
    client: Client, make: World, known: dict[str, int], opening: int
) -> None:
    veterans(make, known)
    skills = list(known.values())
    claimer = someone(make, *((skill, Kind.CLAIM, 5.0) for skill in skills), name="Only Claims")
    assert kept_at(ranked(make, opening)) == {3: claimer.id}
    assert [row.person_id for row in ranked(make, opening, places=0)[1]][-1] == claimer.id
    with make.read() as db:
        skill = db.get_one(Skill, skills[0]).public_id
    for path in ("/how/levels", "/how/tiers", f"/people/{claimer.public_id}/skills/{skill}"):
        said = words(client.get(path))
        assert (
            "after everyone who showed it. A place kept for newcomers, marked as one, may stand higher"
            in said
        )
        assert "after everyone who showed something" not in said


def test_applicants_have_kept_places_and_nobody_is_left_out(
    make: World, known: dict[str, int], opening: int
) -> None:
    old, new = veterans(make, known), newcomers(make, known, 2)
    people = [who.id for who in [*old, *new, make.chidi]]
    with make.read() as db:
        opportunity = db.get_one(Opportunity, opening)
        made = service.rank_applicants(db, make.actor(make.bruno), opportunity, people)
    assert sorted(row.person_id for row in made[1]) == sorted(people)
    assert set(kept_at(made).values()) == {who.id for who in new}
    assert made[0].policy is not None
    assert made[0].policy["exposure"] == 0


def test_what_is_stored_replays_after_a_database(make: World, known: dict[str, int], opening: int) -> None:
    veterans(make, known)
    newcomers(make, known, 3)
    ranking, _rows = ranked(make, opening, keep=True)
    with make.write() as db:
        found = log.find(db, ranking.public_id)
        assert found is not None
        assert log.said(*found).lines == ["Identical: 15 places, each with the same person, score and mark."]
        db.delete(found[1][4])
    with make.read() as db:
        again = log.find(db, ranking.public_id)
        assert again is not None
        assert log.said(*again).lines[1].startswith("Erased since: place 5.")
        assert log.find(db, "nothing") is None


def test_three_hundred_pairs_that_differ_in_who_people_are_stand_in_the_same_order(
    make: World, known: dict[str, int], opening: int
) -> None:
    crowd = veterans(make, known) + newcomers(make, known, 4)
    by_chance = Random(8)
    words = [
        "",
        "Sir Arthur",
        "Muhammad",
        "Ngozi",
        "PhD, Oxford",
        "Lagos",
        "Director of a bank",
        "Born in 1961",
    ]
    first = [(r.person_id, r.score, r.slot) for r in ranked(make, opening)[1]]
    identical = 0
    for _ in range(300):
        who = by_chance.choice(crowd)
        with make.write() as db:
            _become(db, who.id, by_chance, words)
        identical += [(r.person_id, r.score, r.slot) for r in ranked(make, opening)[1]] == first
    assert identical == 300


def _become(db: Session, person_id: int, by_chance: Random, words: list[str]) -> None:
    """Another name, place, past and schooling; nothing that was shown changes."""
    one = by_chance.choice
    person, profile = db.get_one(Person, person_id), db.get_one(TalentProfile, person_id)
    person.display_name = one(words) or None
    person.created_at = clock.now() - timedelta(days=by_chance.randint(1, 4000))
    email = db.exec(select(Email).where(Email.person_id == person_id)).one()
    email.address = email.address_norm = f"{by_chance.randint(1, 10**12)}@harvard.example"
    profile.about, profile.headline, profile.place = one(words), one(words), one(words)
    db.add_all(
        [
            Education(
                person_id=person_id, title=one(words), where=one(words), year=by_chance.randint(1960, 2025)
            ),
            Experience(person_id=person_id, title=one(words), where=one(words), from_on=clock.today()),
            Project(person_id=person_id, title=one(words), done_on=clock.today()),
        ]
    )


def test_the_page_marks_the_kept_place_and_says_what_the_policy_did(
    client: Client, make: World, known: dict[str, int]
) -> None:
    veterans(make, known)
    newcomers(make, known, 1)
    bruno = client.as_(make.bruno)
    said = words(bruno.get("/people", params={"q": "spreadsheets 2"}))
    assert said.count("A place kept for newcomers") == 1
    with make.read() as db:
        ranking = db.exec(select(Ranking)).one()
    said = words(bruno.get(f"/orders/{ranking.public_id}"))
    assert "Places kept for newcomers place 3" in said
    assert "stand at another place than by points alone" in said
    assert ranking.public_id in said


def test_where_being_seen_elsewhere_acted_the_list_names_it_and_the_order_says_of_whom_and_how_much(
    client: Client, make: World, known: dict[str, int], opening: int
) -> None:
    named = "Seen elsewhere lately: a little was taken off for"
    veterans(make, known)
    newcomers(make, known, 2)
    bruno = client.as_(make.bruno)
    with make.read() as db:
        page = f"/postings/{db.get_one(Opportunity, opening).public_id}/candidates"
    assert named not in words(bruno.get(page)), "nobody stood in another list yet"
    ranked(make, scene.opening(make, known=known), keep=True)
    assert f"{named} 10 people here, so that attention is spread." in words(bruno.get(page))

    ranking, rows = last_kept(make)
    took = log.lowered(ranking, rows)
    seen = {row.place: row for row in rows if (row.policy_inputs or {})["exposures"]}
    assert took.keys() == seen.keys()
    assert {one.times for one in took.values()} == {1}
    by_score = {place: one.points for place, one in took.items() if seen[place].slot is Slot.SCORE}
    hoped = {place: one.points for place, one in took.items() if seen[place].slot is Slot.NEWCOMER}
    for place, points in by_score.items():
        rest = seen[place].score % ESSENTIAL
        assert points == rest - rest * 1000 // 1020 > 0, "two in a hundred for one other list"
    assert all(hoped.values())
    assert (len(by_score), len(hoped)) == (8, 2)

    said = words(bruno.get(f"/orders/{ranking.public_id}"))
    for points in by_score.values():
        assert f"{points} off: seen in one other list lately" in said
    assert said.count("off: seen in one other list lately") == 8
    for points in hoped.values():
        assert f"{points} off what they may well reach: seen in one other list lately" in said


def last_kept(make: World) -> Made:
    """The list that was kept last."""
    with make.read() as db:
        last = db.exec(select(Ranking.public_id).order_by(col(Ranking.id).desc())).first()
        found = log.find(db, last or "")
    assert found is not None
    return found


def test_who_applied_is_lowered_by_nothing_seen_elsewhere_in_kept_places_neither(
    make: World, known: dict[str, int], opening: int
) -> None:
    people = [who.id for who in [*veterans(make, known), *newcomers(make, known, 2)]]
    ranked(make, scene.opening(make, known=known), keep=True)
    with make.read() as db:
        opportunity = db.get_one(Opportunity, opening)
        made = service.rank_applicants(db, make.actor(make.bruno), opportunity, people)
    assert any((row.policy_inputs or {})["exposures"] for row in made[1])
    assert kept_at(made)
    assert log.lowered(*made) == {}


def test_what_a_site_chose_acts_is_logged_under_a_version_of_its_own_and_replays(
    clients: Callable[..., Client], make: World, known: dict[str, int], opening: int
) -> None:
    veterans(make, known)
    newcomers(make, known, 2)
    ranked(make, scene.opening(make, known=known), keep=True)
    bruno = clients(exploration_places=5, exposure_penalty=0, applicants_penalty=70).as_(make.bruno)
    said = words(bruno.get("/people?q=spreadsheets+2"))
    assert "How this order was made, policy version 2-5-0-70" in said
    assert "taken off" not in said
    kept = last_kept(make)
    assert kept[0].policy_version == policy_with(5, 0, 70).version
    assert log.policy_in(kept[0]) == policy_with(5, 0, 70)
    assert log.said(*kept).lines[0].startswith("Identical")
    said = words(bruno.get(f"/orders/{kept[0].public_id}"))
    assert "Seen elsewhere lately not counted: turned off here" in said
    assert "Policy version 2-5-0-70" in said

    bruno = clients(exposure_penalty=200).as_(make.bruno)
    said = words(bruno.get("/people?q=spreadsheets+2"))
    assert "policy version 2-2-200-50" in said
    kept = last_kept(make)
    by_score = [row for row in kept[1] if row.slot is Slot.SCORE and (row.policy_inputs or {})["exposures"]]
    rest = by_score[0].score % ESSENTIAL
    assert log.lowered(*kept)[by_score[0].place].points == rest - rest * 1000 // 1200


@pytest.mark.parametrize(("penalty", "first"), [(50, "Few ask"), (0, "Many ask")])
def test_the_pages_of_openings_go_by_what_the_site_takes_off_for_applicants_and_name_it(
    clients: Callable[..., Client], make: World, known: dict[str, int], penalty: int, first: str
) -> None:
    name = "the loaves of a bakery in a sheet"
    sheets = known["Spreadsheets"]
    shows(make, make.amara, (sheets, Kind.ASSESSMENT, 2.0))
    for title, applicants in (("Few ask", 0), ("Many ask", 30)):  # of equals the newer stands first
        public_id = postings.published(
            make, known={"": sheets}, needs=[Need(sheets, 4, True, 5)], title=f"{title}: {name}"
        )
        with make.write() as db:
            get_opportunity(db, public_id).applicants_count = applicants
    amara = clients(applicants_penalty=penalty).as_(make.amara)
    other = "Few ask" if first == "Many ask" else "Many ask"
    for page in ("/openings", "/home"):
        said = words(amara.get(page))
        assert said.index(f"{first}: {name}") < said.index(f"{other}: {name}"), page
        assert ("each applicant for a place takes a little off" in said) == (penalty > 0)
        assert f"Policy version {'2' if penalty == 50 else '2-2-20-0'}." in said
