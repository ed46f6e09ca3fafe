"""The demo world's people, organisations, rubrics and openings obey the product's rules before anybody plays them.

These are checks of data, so most of them gather every offence and show the whole list at once.
"""

import re
from collections import Counter

import pytest

from market.opportunities.quality import MOST_HOURS, MOST_QUESTIONS, MOST_SKILLS, PLAIN_AGE
from market.opportunities.rules import Kind, Mode, Status
from market.profiles.rules import Visibility
from market.rubrics import plain
from tests.seeds_world import (
    FLOOR,
    MEMBERS,
    OPENINGS,
    ORGANISATIONS,
    PEOPLE,
    POSTED,
    PROPOSALS,
    ROLES,
    RUBRICS,
    SKILLS,
    STEP_IN,
    STORIES,
    Row,
    applications,
    engagements,
    every_text,
    fee,
    filled_on,
    name,
    rows,
)


def test_the_valley_is_as_large_as_promised() -> None:
    talent = [p for p in PEOPLE.values() if "visibility" in p]
    over = [e for _, _, e in engagements() if e["how"] == "completed"]
    assert len(ORGANISATIONS) >= 20
    assert len(PEOPLE) >= 120
    assert len(talent) >= 90
    assert len({person for members in MEMBERS.values() for person in members}) >= 25
    assert len(OPENINGS) >= 60
    assert len(over) >= 35
    assert sum("of_talent" in e and "of_employer" in e for e in over) >= 30


def test_keys_are_used_once() -> None:
    for where, table in (
        ("organisations.toml", "organisation"),
        ("people", "person"),
        ("rubrics.toml", "rubric"),
    ):
        keys = Counter(row["key"] for row in rows(where, table))
        assert [key for key, n in keys.items() if n > 1] == []
    assert max(Counter(row["key"] for row in rows("openings", "opening")).values()) == 1
    assert max(Counter(row["opening"] for row in rows("stories", "story")).values()) == 1
    for story in STORIES.values():
        assert max(Counter(a["person"] for a in story["application"]).values()) == 1, story["opening"]


def test_every_key_leads_somewhere() -> None:
    wrong: list[str] = []
    for org in ORGANISATIONS.values():
        wrong += [f"{org['key']}: {m['person']}" for m in org["members"] if m["person"] not in PEOPLE]
        if "owner" not in {m["role"] for m in org["members"]}:
            wrong.append(f"{org['key']}: no owner")
    for opening in OPENINGS.values():
        if opening["by"] not in MEMBERS.get(opening["organisation"], set()):
            wrong.append(f"{opening['key']}: posted by {opening['by']}")
        if ROLES.get(opening["by"]) not in {"owner", "recruiter"}:
            wrong.append(f"{opening['key']}: a mentor does not post")
        if opening["state"] != "draft" and opening["rubric"] not in RUBRICS:
            wrong.append(f"{opening['key']}: rubric {opening['rubric']}")
    wrong += [f"story {key}" for key in STORIES if key not in OPENINGS]
    wrong += [name(o, a) for o, a in applications() if a["person"] not in PEOPLE]
    wrong += [row["person"] for row in [*STEP_IN, *PROPOSALS] if row["person"] not in PEOPLE]
    wrong += [
        s["person"]
        for s in STEP_IN
        if s["person"] not in MEMBERS.get(s.get("organisation", ""), {s["person"]})
    ]
    assert wrong == []


def test_every_skill_is_in_the_list_of_skills() -> None:
    used = {skill for p in PEOPLE.values() for skill in [*p.get("has", {}), *p.get("wants", [])]}
    used |= {
        skill for p in PEOPLE.values() for project in p.get("projects", []) for skill in project["skills"]
    }
    used |= {asked[0] for opening in OPENINGS.values() for asked in opening["asked"]}
    used |= {criterion["skill"] for rubric in RUBRICS.values() for criterion in rubric["criteria"]}
    used |= {skill for _, _, e in engagements() for skill in e.get("of_talent", {}).get("skills", {})}
    assert used - SKILLS == set()


FIELDS = {
    *("key", "name", "joined", "headline", "about", "place", "languages", "time_zone", "site_role"),
    *("hours", "free", "pay", "visibility", "has", "wants", "projects", "experience", "education"),
}


@pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE.keys())
def test_a_person_is_whole(person: Row) -> None:
    assert person["joined"] < 0
    assert person["headline"]
    assert person["languages"]
    assert set(person) <= FIELDS
    if "visibility" in person:
        assert Visibility(person["visibility"])
        assert 1 <= person["hours"] <= 40
        assert person["free"] >= 0
        assert person["pay"] >= FLOOR
    assert all(1 <= level <= 5 for level in person.get("has", {}).values())
    for project in person.get("projects", []):
        assert project["day"] < 0
        assert set(project["skills"]) <= set(person["has"]), "a project shows a skill that is not claimed"
        assert project["link"].split("/")[2].endswith(".example"), "links lead nowhere real"


def test_a_rubric_describes_five_steps_of_each_criterion() -> None:
    for rubric in RUBRICS.values():
        assert 1 <= len(rubric["criteria"]) <= 4, rubric["key"]
        for criterion in rubric["criteria"]:
            assert len(criterion["steps"]) == 5, rubric["key"]
            assert len(set(criterion["steps"])) == 5, rubric["key"]
    assert set(RUBRICS) == {opening["rubric"] for opening in POSTED}


@pytest.mark.parametrize("opening", POSTED, ids=lambda o: o["key"])
def test_a_posted_opening_obeys_its_kind(opening: Row) -> None:
    assert 1 <= opening["hours"] <= MOST_HOURS[Kind(opening["kind"])]
    assert opening["weeks"] >= 1
    assert fee(opening) / opening["hours"] >= FLOOR
    assert ("invited" in opening) == (opening["kind"] == "trial")
    assert Mode(opening["where"]["mode"])
    assert opening.get("invited", 99) >= opening.get("seats", 1)
    assert opening["deliverables"]
    assert all(d["what"] and d["accepted_when"] for d in opening["deliverables"])
    assert opening["access"]
    assert opening["ip"]
    assert len(opening.get("questions", [])) <= MOST_QUESTIONS


@pytest.mark.parametrize("opening", OPENINGS.values(), ids=OPENINGS.keys())
def test_what_is_asked_is_at_most_eight_skills_each_with_level_and_weight(opening: Row) -> None:
    assert 1 <= len(opening["asked"]) <= MOST_SKILLS
    assert len({skill for skill, *_ in opening["asked"]}) == len(opening["asked"])
    assert "essential" in {need for _, _, need, _ in opening["asked"]}
    for _, level, need, weight in opening["asked"]:
        assert 1 <= level <= 5
        assert need in {"essential", "desirable"}
        assert 1 <= weight <= 10


def test_rubrics_judge_only_what_the_opening_asks() -> None:
    for opening in POSTED:
        judged = {criterion["skill"] for criterion in RUBRICS[opening["rubric"]]["criteria"]}
        assert judged <= {skill for skill, *_ in opening["asked"]}, opening["key"]


@pytest.mark.parametrize("opening", POSTED, ids=lambda o: o["key"])
def test_an_openings_days_follow_each_other(opening: Row) -> None:
    org = ORGANISATIONS[opening["organisation"]]
    assert org["joined"] <= opening["posted"]
    assert opening["state"] == "in_review" or org["verified"] <= opening["posted"]
    assert opening["posted"] < opening["deadline"]
    assert opening["starts"][0] <= opening["starts"][1]
    assert opening["starts"][1] > opening["deadline"]
    assert (opening["deadline"] >= 0) == (opening["state"] in {"published", "paused", "in_review", "expired"})
    for change in [*opening.get("addenda", []), *opening.get("pauses", [])]:
        assert opening["posted"] < change["day"] <= 0


def test_every_state_of_an_opening_is_shown() -> None:
    states = {opening["state"] for opening in OPENINGS.values()}
    assert states == set(Status)


def test_the_state_of_an_opening_is_what_its_stories_lead_to() -> None:
    wrong: list[str] = []
    for opening in POSTED:
        work = {e["how"] for o, _, e in engagements() if o is opening}
        running, full = bool(work & {"active", "paused", "scheduled"}), filled_on(opening) is not None
        expected = {
            "filled": full and running,
            "completed": full and "completed" in work and not running,
            "unfilled": "completed" not in work and not running,
        }
        if not expected.get(opening["state"], not full):
            wrong.append(opening["key"])
    assert wrong == []


def test_no_two_people_say_the_same_sentence() -> None:
    said = Counter(
        sentence
        for source in (PEOPLE, ORGANISATIONS, OPENINGS, STORIES)
        for text in every_text(list(source.values()))
        for sentence in re.split(r"(?<=[.?])\s+", text)
        if len(sentence) >= 40 and "\n" not in sentence
    )
    # One house keeps one door: its access notes, its place and who owns the work may be said of several openings.
    same_house = {text for row in POSTED for text in (row["access"], row["ip"], row["where"]["place"])}
    allowed = {part for text in same_house for part in re.split(r"(?<=[.?])\s+", text)}
    assert {s for s, n in said.items() if n > 1} - allowed == set()


def test_words_fit_the_forms_they_would_be_written_in() -> None:
    for opening in OPENINGS.values():
        titles = [
            opening["title"],
            opening["where"]["place"],
            *(part["what"] for part in opening["deliverables"]),
        ]
        assert [text for text in titles if len(text) > 120] == [], opening["key"]
        assert [text for text in opening.get("questions", []) if len(text) > 300] == [], opening["key"]
        assert len(opening["summary"]) <= 1200, opening["key"]


def test_postings_can_be_checked_and_are_plain() -> None:
    for opening in POSTED:
        tests = [part["accepted_when"] for part in opening["deliverables"]]
        assert [test for test in tests if plain.says_nothing(test)] == [], opening["key"]
        age = plain.reading_age("\n".join([opening["summary"], *opening.get("questions", []), *tests]))
        assert age is not None, opening["key"]
        assert age <= PLAIN_AGE, opening["key"]


def test_the_words_keep_the_house_style() -> None:
    texts = [
        text
        for source in (PEOPLE, ORGANISATIONS, RUBRICS, OPENINGS, STORIES)
        for text in every_text(list(source.values()))
    ]
    assert [text for text in texts if "!" in text] == []
    assert [text for text in texts if re.search(r"lorem|ipsum|\bTODO\b|—|\w'\w", text, re.IGNORECASE)] == []


def test_eight_places_to_step_in() -> None:
    assert len(STEP_IN) == 8
    assert all(row["about"].endswith(".") and row["try"].endswith(".") for row in STEP_IN)
    assert PEOPLE[STEP_IN[-1]["person"]]["site_role"] == "moderator"
