"""Explanations are made of the ledger, lists of stored levels: both are the same whole numbers, also by credit."""

import re
from datetime import timedelta
from random import Random

from market import clock
from market.evidence import service as evidence
from market.evidence.models import Kind
from market.evidence.queries import stored_levels
from market.matching import service
from market.matching.core.contract import Requirement
from market.matching.queries import Wanted
from market.matching.told import told
from market.skills.models import Skill
from tests.applications import scene
from tests.evidence.ledger import skill
from tests.evidence.test_levels import random_world, relate
from tests.matching.people import someone
from tests.opportunities import postings
from tests.support.client import Client, words
from tests.support.world import NOW, World


def test_an_explanation_counts_what_lists_count_on_any_day(make: World) -> None:
    for seed in range(3):
        with make.read() as db:  # rolled back
            skills = random_world(make, db, Random(seed))
            wanted = [
                Wanted(
                    Requirement(s, 1 + n % 5, 3, n % 2 == 0), f"Skill {s}", "", db.get_one(Skill, s).family
                )
                for n, s in enumerate(skills)
            ]
            for days in (0, 30, 400):
                with clock.standing(NOW + timedelta(days=days)):
                    while evidence.refresh(db, clock.now()):
                        pass
                    for person in (make.amara, make.chidi, make.mira):
                        stored = stored_levels(db, person.id)
                        parts = told(db, wanted, person.id).explanation.fit.parts
                        assert [p.unit for p in parts] == [stored.get(p.skill_id, 0) for p in parts]
            db.rollback()


def row_of(page: str, skill: str) -> str:
    """The words of the row in the table of an explanation that begins with a skill, drawings and all."""
    found = re.search(
        rf'<tr role="row"><th role="rowheader" scope="row">{skill}<br>.*?</tr>', page, re.DOTALL
    )
    assert found is not None
    return found[0]


def test_no_evidence_is_shown_as_no_evidence_to_both_sides(client: Client, make: World) -> None:
    known = postings.skills(make, "Spreadsheets", "Data cleaning")
    who = someone(make, (known["Spreadsheets"], Kind.CLAIM, 4.0))
    opening = postings.published(make, known=known)
    application = scene.applied(make, postings.fresh(make, opening).id, who)
    for page in (
        client.as_(who).get(f"/openings/{opening}").text,
        client.as_(make.bruno).get(f"/applications/{scene.state(make, application).public_id}").text,
    ):
        nothing, claimed = row_of(page, "Data cleaning"), row_of(page, "Spreadsheets")
        assert "no evidence yet" in nothing
        assert not re.search(r"for doubt|T\d|class=\"band\"|counts as", nothing)
        assert "no evidence yet" not in claimed
        assert "nothing was shown yet: counts as 0.0" in claimed


def test_evidence_that_ran_out_adds_up_to_nothing(client: Client, make: World) -> None:
    known = postings.skills(make)
    who = someone(make)
    with make.write() as db:
        evidence.record(
            db,
            person_id=who.id,
            skill_id=known["Spreadsheets"],
            kind=Kind.ENDORSEMENT,
            reading_milli=4000,
            source=("test", 1),
            party=("organisation", 1),
            occurred_on=clock.today() - timedelta(days=400),
            expires_on=clock.today() - timedelta(days=30),
        )
        public = db.get_one(Skill, known["Spreadsheets"]).public_id
    opening = postings.published(make, known=known)
    own = client.as_(who)
    assert "nothing that counts" in row_of(own.get(f"/openings/{opening}").text, "Spreadsheets")
    level = words(own.get(f"/people/{who.public_id}/skills/{public}"))
    assert "Nothing here counts so the starting point does not either −0.15 Counts as 0.00" in level


def test_evidence_of_a_narrower_skill_puts_someone_in_the_list_and_both_sides_read_why(
    client: Client, make: World
) -> None:
    known = postings.skills(make)
    pivots = skill(make, "Pivot tables")
    with make.write() as db:
        relate(db, pivots, known["Spreadsheets"])
    near = someone(make, (pivots, Kind.ASSESSMENT, 5.0), name="Near Enough")
    opening = postings.published(make, known=known)
    page = client.as_(make.bruno).get("/people", params={"for": opening})
    assert "by Pivot tables" in words(page)
    own = words(client.as_(near).get(f"/openings/{opening}"))
    assert "by Pivot tables, which counts in part" in own
    assert "Pivot tables is one way of doing Spreadsheets: 90 % of it counts." in own
    assert "Which evidence would help you most" in own
    with make.read() as db:
        public = db.get_one(Skill, known["Spreadsheets"]).public_id
    level = words(client.as_(near).get(f"/people/{near.public_id}/skills/{public}"))
    assert "Why Spreadsheets counts as level 4" in level
    assert "For openings it so counts as level 4." in level
    assert service.POLICY.version
