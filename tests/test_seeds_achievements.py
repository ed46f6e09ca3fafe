"""What the organisations of the demo valley issue obeys the rules of issuing before anybody plays it."""

import pytest

from market.credentials.rules import KINDS, AchievementStatus, Draft, problems
from tests.seeds_world import (
    ACHIEVEMENTS,
    OPENINGS,
    ORGANISATIONS,
    PATHWAYS,
    PEOPLE,
    RUBRICS,
    SKILLS,
    Row,
    engagements,
)

ISSUED = [(what, one) for what in ACHIEVEMENTS for one in what.get("issued", [])]


@pytest.mark.parametrize("what", ACHIEVEMENTS, ids=lambda what: what["key"])
def test_an_achievement_is_one_that_its_organisation_could_define(what: Row) -> None:
    org = ORGANISATIONS[what["organisation"]]
    members = {m["person"]: m["role"] for m in org["members"]}
    assert members[what["by"]] in ("owner", "issuer")
    assert org["verified"] < what["defined"] <= 0
    assert what["kind"] in KINDS
    assert AchievementStatus(what["state"])
    assert ("retired" in what) == (what["state"] == "retired")
    assert {skill for skill, _level in what["skills"]} <= SKILLS
    draft = Draft(
        what["name"], what["description"], what["criteria"], what["kind"], valid_months=what.get("months")
    )
    assert (problems(draft) == {}) == (what["state"] != "draft")
    if "rubric" in what:
        opening = OPENINGS[what["rubric"]]
        assert opening["organisation"] == what["organisation"]
        assert opening["posted"] <= what["defined"]


@pytest.mark.parametrize(("what", "one"), ISSUED, ids=lambda row: row.get("key") or row["person"])
def test_a_credential_goes_to_someone_who_is_there_and_says_why(what: Row, one: Row) -> None:
    assert PEOPLE[one["person"]]["joined"] <= one["day"] <= 0
    assert one["day"] >= what["defined"]
    assert what["state"] != "draft"
    assert one.get("answer") in (None, "public", "private", "refused")
    if one.get("earned") and "rubric" not in what:  # by a pathway, once its parts are there
        [path] = [p for p in PATHWAYS if p.get("leads_to") == [what["organisation"], what["name"]]]
        held = [
            [part["organisation"], part["name"]]
            for part, given in ISSUED
            if given["person"] == one["person"]
            and given["day"] < one["day"]
            and given.get("answer") in ("public", "private")
        ]
        assert sum([org, name] in held for org, name, _needed in path["parts"]) >= path["needed"]
        return
    if one.get("earned"):
        ends = [
            e["ends"]
            for o, a, e in engagements()
            if o["key"] == what["rubric"] and a["person"] == one["person"]
        ]
        assert ends
        assert ends[0] < one["day"]
        return
    assert one["words"]
    if "rubric" in what:
        assert len(one["steps"]) == len(RUBRICS[OPENINGS[what["rubric"]]["rubric"]]["criteria"])
    for _name, link, _words in one.get("evidence", []):
        assert link.startswith("https://")
    for day, step, reason in one.get("steps_after", []):
        assert day > one["day"]
        assert step in ("suspend", "revoke")
        assert reason


def test_every_state_that_has_a_page_of_its_own_is_shown() -> None:
    answers = {one.get("answer") for _what, one in ISSUED}
    steps = {step for _what, one in ISSUED for _day, step, _reason in one.get("steps_after", [])}
    assert answers == {None, "public", "private", "refused"}
    assert steps == {"suspend", "revoke"}
    assert any("again" in one for _what, one in ISSUED), "one is replaced"
    assert {what["state"] for what in ACHIEVEMENTS} == {"draft", "published", "retired"}
