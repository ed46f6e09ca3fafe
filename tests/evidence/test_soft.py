"""How someone works with others is for others to say: nothing that a person does alone raises such a skill above T0."""

from datetime import date, timedelta
from random import Random

import pytest
from sqlmodel import Session, select

from market import clock
from market.access import Actor
from market.evidence import service
from market.evidence.credit import Path, carries
from market.evidence.models import PersonSkill
from market.evidence.posterior import DOORSTEP, Aside, Item, most_helpful, posterior
from market.evidence.queries import ledger_of
from market.matching.core.contract import Requirement
from market.matching.core.explain import Held, Other, explain
from market.profiles import explaining, projects
from market.profiles import service as profiles
from market.profiles.projects import Made
from market.profiles.queries import projects_of
from market.profiles.sentences import shown_levels
from market.reviews.routes import _skills
from market.skills.models import Family, RelationKind, Skill, SkillRelation
from tests.support.world import World

DAY = date(2026, 11, 16)


@pytest.mark.parametrize("family", ["soft", "knowledge"])
def test_a_project_shows_a_craft_and_not_how_one_works_with_others(family: str) -> None:
    found = posterior([Item(1, 1, 3.0, DAY), Item(2, 1, 5.0, DAY)], family, DAY)
    if family == "knowledge":
        assert (found.tier, found.n) == (1, 2)
    else:
        assert (found.tier, found.n, found.level) == (0, 0, 0)
        assert {line.aside for line in found.lines} == {Aside.OWN}


def test_beside_a_claim_a_project_changes_nothing_of_a_soft_skill() -> None:
    claim = Item(1, 0, 5.0, DAY)
    alone, both = (posterior(items, "soft", DAY) for items in ([claim], [claim, Item(2, 1, 5.0, DAY)]))
    assert (both.level, both.tier, both.mu, both.sigma) == (alone.level, 0, alone.mu, alone.sigma)
    assert 1 not in {one.tier for one in most_helpful([claim], "soft", DAY, 3.0)}
    assert 1 in {one.tier for one in most_helpful([claim], "knowledge", DAY, 3.0)}


@pytest.mark.parametrize(
    ("tier", "family", "counts"),
    [
        (0, "knowledge", False), (1, "knowledge", True), (4, "tool", True),
        (0, "soft", False), (1, "soft", False), (2, "soft", True), (4, "soft", True),
    ],
)  # fmt: skip
def test_which_evidence_counts_for_another_skill(tier: int, family: str, counts: bool) -> None:
    assert carries(tier, family) is counts


def test_an_explanation_gives_no_credit_for_a_project_in_a_narrower_craft() -> None:
    asked = [Requirement(1, 1, weight=5, essential=True)]
    talks = [Other("Public speaking", "knowledge", (Item(1, 1, 4.0, DAY),), Path((1, 2)))]
    by_family = {
        family: explain(asked, [Held("Communication", family, (), talks)], DAY).fit.parts[0].unit
        for family in ("soft", "knowledge")
    }
    assert by_family["soft"] == 0
    assert by_family["knowledge"] > DOORSTEP


def skill(db: Session, name: str, family: Family) -> int:
    row = Skill(name=name, family=family)
    db.add(row)
    db.flush()
    return row.id


def stored(db: Session, person_id: int) -> dict[int, tuple[int, int]]:
    rows = db.exec(select(PersonSkill).where(PersonSkill.person_id == person_id)).all()
    return {row.skill_id: (row.level, row.tier) for row in rows}


def _project(db: Session, actor: Actor, shown: dict[int, int]) -> None:
    link = "https://example.org/talk"
    projects.add_project(db, actor, Made(title="A talk", done_on=clock.today(), link=link, skills=shown))


def test_nothing_that_a_person_does_alone_raises_a_soft_skill_above_a_claim(make: World) -> None:
    """Claims and projects at random, in soft skills and in crafts around them, merged and related as they may be."""
    chance = Random(24)
    with make.write() as db:
        soft = [skill(db, name, Family.SOFT) for name in ("Communication", "Listening", "Teamwork")]
        crafts = [skill(db, name, Family.KNOWLEDGE) for name in ("Public speaking", "Moderation")]
        for narrower, broader in ((crafts[0], soft[0]), (soft[1], soft[0]), (soft[2], crafts[1])):
            db.add(SkillRelation(narrower_id=narrower, broader_id=broader, kind=RelationKind.BROADER))
    for _n in range(12):
        with make.write() as db:
            actor = make.actor(make.amara)
            one = chance.choice([*soft, *crafts])
            if chance.random() < 0.5:
                profiles.claim_skill(db, actor, one, chance.randrange(1, 6))
            else:
                _project(db, actor, {one: 5, chance.choice(soft): chance.randrange(1, 6)})
        clock.move(timedelta(days=chance.randrange(30)))
        with make.read() as db:
            found = stored(db, make.amara.id)
            assert all(level <= DOORSTEP and tier == 0 for s, (level, tier) in found.items() if s in soft), (
                found
            )
    with make.write() as db:
        assert any(tier == 1 for _level, tier in stored(db, make.amara.id).values())
        service.rebuild(db)
        assert all(tier == 0 for s, (_level, tier) in stored(db, make.amara.id).items() if s in soft)


def test_a_craft_that_is_merged_into_a_soft_skill_takes_its_projects_no_further(make: World) -> None:
    with make.write() as db:
        talks, communication = (
            skill(db, "Giving talks", Family.KNOWLEDGE),
            skill(db, "Communication", Family.SOFT),
        )
        _project(db, make.actor(make.amara), {talks: 4})
        assert stored(db, make.amara.id)[talks][1] == 1
        row = db.get_one(Skill, talks)
        row.status, row.merged_into_id = "merged", communication  # type: ignore[assignment]
        db.add(row)
        db.flush()
        service.recompute(db, make.amara.id, [talks])
        assert communication not in stored(db, make.amara.id)


def test_the_profile_says_why_a_project_does_not_count(make: World) -> None:
    with make.write() as db:
        communication = skill(db, "Communication", Family.SOFT)
        _project(db, make.actor(make.amara), {communication: 4})
        assert len(projects_of(db, make.amara.id)) == 1
        rows = ledger_of(db, make.amara.id)
        ((_row, level, words),) = shown_levels(rows, own=True)
        assert (level.level, words) == (0, "Nothing that others have seen yet.")
        why = explaining.explained(rows, clock.today(), lambda _row: ("A talk", ""), {})
        assert [line.why_weight for line in why.lines] == [
            "How someone works with others counts only as others have seen it, outside their own organisation."
        ]


def test_reviews_state_no_level_of_how_someone_works_with_others(make: World) -> None:
    """What an employer says of it stands on the axes of the review, which count for nothing but reputation."""
    from market.engagements.models import Engagement

    work = make.engagement()
    with make.write() as db:
        engagement = db.get_one(Engagement, work)
        before = _skills(db, engagement)
        assert before
        row = db.get_one(Skill, before[0][0])
        row.family = Family.SOFT
        db.add(row)
        db.flush()
        assert _skills(db, engagement) == before[1:]
