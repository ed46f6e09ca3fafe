"""Explanations are made of the ledger, lists of stored levels: both are the same whole numbers, also by credit."""

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
