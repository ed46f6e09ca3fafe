"""The templates and the demo's programmes are whole: every check passes, every descriptor is complete, the data parses."""

import json
import tomllib
from typing import Any

import pytest

from market.paths import data_dir
from market.programmes import beginnings, descriptor, linked, service
from market.programmes.checks import Floor, State, blocking
from market.programmes.drafts import Draft, Named, Outcome
from market.programmes.rules import Function
from market.web.show import ld
from tests.seeds_world import MEMBERS, ORGANISATIONS, PEOPLE, ROLES

FLOOR = Floor(1320, "GBP")
ROWS = [
    row
    for path in sorted((data_dir("seeds") / "programmes").glob("*.toml"))
    for row in tomllib.loads(path.read_text())["programme"]
]
OUT = [row for row in ROWS if not row.get("is_draft")]
NAMES = {
    line.split(",")[1]
    for line in (data_dir("seeds") / "skills.csv").read_text().splitlines()[1:]
    if "," in line
}


def as_played(row: dict[str, Any], people: tuple[Named, ...]) -> Draft:
    """A programme as the player would write it, with skills numbered."""
    outcomes = [Outcome(o["text"], n, o["level"], o["skill"]) for n, o in enumerate(row["outcomes"], start=1)]
    draft = beginnings.draft_of(row, outcomes, FLOOR)
    judging = beginnings.judging_of(row, outcomes)
    assert judging is not None
    return draft._replace(people=people, rubric_attached=True, criteria=judging.assesses)


def named(row: dict[str, Any]) -> tuple[Named, ...]:
    mentors = [
        Named(n, Function.MENTOR, words, who, n) for n, (who, words) in enumerate(row["mentors"], start=1)
    ]
    return (*mentors, Named(99, Function.ASSESSOR, "", row["assessor"], 99))


def whole(row: dict[str, Any]) -> Draft:
    template = beginnings.template(row["template"])
    assert template is not None
    org = ORGANISATIONS[row["organisation"]]
    changed = beginnings.with_changes(template.row, {"country": "GB", "awarding_body": org["name"], **row})
    return as_played(changed, named(row))


def test_there_are_eight_programmes_in_as_many_fields_and_three_cohorts_under_way() -> None:
    assert len(OUT) == 8
    assert len({whole(row).field for row in OUT}) == 8
    joined = [one for row in OUT for one in row["rounds"] if one["start"] < 0 and one.get("joined")]
    assert len([one for one in joined if "finished" not in one]) == 3
    assert len([one for one in joined if "finished" in one]) == 1


def test_templates_cover_at_least_eight_fields_of_work() -> None:
    assert len({one.field for one in beginnings.templates()}) >= 8
    assert len({one.key for one in beginnings.templates()}) == len(beginnings.templates())


@pytest.mark.parametrize("template", beginnings.templates(), ids=lambda one: one.key)
def test_a_template_lacks_only_what_an_organisation_knows(template: beginnings.Template) -> None:
    row: Any = template.row
    assert {o["skill"] for o in row["outcomes"]} <= NAMES
    draft = as_played(dict(row), ())
    own = {"about", "mentor", "assessor", "descriptor"}
    left = {check.key for check in blocking(service.checks_of(draft, FLOOR))}
    assert left <= own, left


@pytest.mark.parametrize("row", OUT, ids=lambda row: row["key"])
def test_a_programme_of_the_demo_is_complete(row: dict[str, Any]) -> None:
    draft = whole(row)
    open_ = [check.words for check in service.checks_of(draft, FLOOR) if check.state is State.OPEN]
    assert not open_
    assert descriptor.filled(draft) == (11, 11)
    text = ld(
        linked.programme_ld(
            draft, url="https://a.example/p", organisation="O", organisation_url="https://a.example/o"
        )
    )
    assert json.loads(text)["@type"] == "EducationalOccupationalProgram"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["key"])
def test_those_named_are_members_and_those_who_join_are_not(row: dict[str, Any]) -> None:
    members = MEMBERS[row["organisation"]]
    named_here = {row["by"], *(who for who, _words in row["mentors"]), row.get("assessor", row["by"])}
    assert named_here <= members
    assert row.get("is_draft") or ROLES[row["by"]] == "owner"  # publishing makes what is issued
    for person, day in row.get("waits", []):
        assert person not in members
        assert max(PEOPLE[person]["joined"], row["day"]) <= day <= 0
    for one in row.get("rounds", []):
        assert row["day"] <= one["posted"] < one["deadline"]
        joined = one.get("joined", [])
        assert len(joined) <= one["seats"]
        for person, day in joined:
            assert person not in members
            assert PEOPLE[person]["joined"] <= day
            assert one["posted"] <= day <= one["deadline"]
