"""Postings for tests: a whole draft of Bruno's bakery, published or not, with skills and a rubric."""

from datetime import date, timedelta
from typing import Any

from sqlmodel import col, select

from market import clock
from market.access import Actor
from market.opportunities import service
from market.opportunities.drafts import Need, Part
from market.opportunities.models import Opportunity
from market.opportunities.queries import get_opportunity
from market.opportunities.rules import Kind
from market.programmes.checks import Floor
from market.rubrics.rules import CriterionDraft
from market.rubrics.service import create_rubric
from market.skills.models import LabelKind, Skill, SkillLabel
from market.skills.names import normalise
from tests.support.world import KnownOrganisation, World

FLOOR = Floor(1320, "GBP")
SKILLS = ("Spreadsheets", "Data cleaning", "Stock control", "Writing instructions")
PARTS = (
    Part(
        "The stock sheet",
        "Every item in the notebooks, with unit, supplier, price and the level at which we reorder.",
        "Twenty items that we pick at random match the shelf.",
    ),
    Part(
        "The Thursday list",
        "One page that prints: what to order, from whom, how much.",
        "It gives the right list for two weeks that we ordered by hand.",
    ),
)


def skills(make: World, *names: str) -> dict[str, int]:
    """Skills by name, made when they are not there."""
    with make.write() as db:
        wanted = names or SKILLS
        there = dict(db.exec(select(Skill.name, Skill.id).where(col(Skill.name).in_(wanted))).all())
        found = {name: there[name] for name in wanted if name in there}
        for name in wanted:
            if name in there:
                continue
            skill = Skill(name=name)
            db.add(skill)
            db.flush()
            db.add(SkillLabel(skill_id=skill.id, text=name, norm=normalise(name), kind=LabelKind.PREFERRED))
            found[name] = skill.id
    return found


def criterion(skill_id: int, name: str = "Accuracy", level: int = 3) -> CriterionDraft:
    anchors = ("", "Three of 20 are wrong.", "Two of 20 are wrong.", "One of 20 is wrong.", "All are right.")
    return CriterionDraft(name, skill_id, level, anchors, needed=True)


def words(**more: Any) -> dict[str, Any]:
    """The fields of a posting that can go out."""
    return {
        "title": "Turn our paper stock list into a spreadsheet that orders itself",
        "summary": "We keep forty flours and tins in three notebooks. We want one sheet that tells us on Thursday "
        "what to order for the week, and that Ines can use at five in the morning.",
        "hours": 18,
        "weeks": 2,
        "pay_minor": 28_800,
        "starts_on": date(2026, 11, 30),
        "starts_by": date(2026, 12, 7),
        "deadline_at": clock.now() + timedelta(days=11),
        "answer_days": 5,
        **more,
    }


def draft(
    make: World,
    *,
    actor: Actor | None = None,
    org: KnownOrganisation | None = None,
    known: dict[str, int] | None = None,
    rubric: bool = True,
    **more: Any,
) -> str:
    """A draft that can go out, by its public id."""
    known = known or skills(make)
    ids = list(known.values())
    actor, org = actor or make.actor(make.bruno), org or make.bakery
    with make.write() as db:
        rubric_id = create_rubric(db, org.id, "Stock list", [criterion(ids[0])]).id if rubric else None
        given = {
            "parts": PARTS,
            "needs": [Need(ids[0], 3, True, 6), *(Need(one, 2, False, 3) for one in ids[1:3])],
            "questions": ["Tell us about a list that other people used."],
            "rubric_id": rubric_id,
            **words(**more),
        }
        return service.create_draft(db, actor, org.id, **given).public_id


def published(make: World, **more: Any) -> str:
    """A posting that is out, by its public id."""
    made = draft(make, **more)
    with make.write() as db:
        service.publish(db, more.get("actor") or make.actor(make.bruno), get_opportunity(db, made), FLOOR)
    return made


def trial(**more: Any) -> dict[str, Any]:
    return {"kind": Kind.TRIAL, "invited_count": 2, **more}


def fresh(make: World, public_id: str) -> Opportunity:
    """As it stands in the database now."""
    with make.read() as db:
        return get_opportunity(db, public_id)
