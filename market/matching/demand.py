"""Demand against supply: how many open openings ask a skill at a level, and how many people who may be found meet it."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import and_, case, func, or_, select
from sqlmodel import Session, col

from market.access import Actor
from market.evidence.models import PersonSkill
from market.matching.core.contract import minimum
from market.matching.growing import MAY_TAKE
from market.matching.queries import Findable
from market.opportunities.models import Opportunity
from market.opportunities.models import Requirement as Asked
from market.opportunities.rules import Status
from market.profiles.models import TalentProfile
from market.skills.models import Skill
from market.web.show import plain_cell
from market.words import _

MOST = 100
FEWEST = 5
"""People below this number are not counted in public: a count of one may be somebody's name."""


class Demand(NamedTuple):
    """One skill at one level: openings and places free that ask it, and people who meet it (None: fewer than five)."""

    skill: str
    skill_public_id: str
    level: int
    openings: int
    places: int
    people: int | None


def demand(
    db: Session, findable: Findable, org_ids: Sequence[int] | None = None, fewest: int = 0
) -> list[Demand]:
    """The skills that most open openings ask, of these organisations or of all; at most 100. Two statements."""
    conditions = [col(Opportunity.status) == Status.PUBLISHED]
    if org_ids is not None:
        conditions.append(col(Opportunity.org_id).in_(org_ids))
    openings = func.count()
    asked = (
        select(
            col(Asked.skill_id),
            col(Asked.level),
            openings.label("openings"),
            func.sum(col(Opportunity.seats) - col(Opportunity.seats_taken)).label("places"),
        )
        .join(
            Opportunity,
            and_(
                col(Opportunity.id) == col(Asked.opportunity_id),
                col(Opportunity.version) == col(Asked.version),
            ),
        )
        .where(*conditions)
        .group_by(col(Asked.skill_id), col(Asked.level))
        .order_by(openings.desc(), col(Asked.skill_id), col(Asked.level))
        .limit(MOST)
        .subquery("asked")
    )
    rows = db.connection().execute(
        select(asked, col(Skill.name), col(Skill.public_id))
        .join(Skill, col(Skill.id) == asked.c.skill_id)
        .order_by(asked.c.openings.desc(), func.lower(col(Skill.name)), asked.c.level)
    )
    found = rows.all()
    people = _supply(db, {(row.skill_id, row.level) for row in found}, findable)
    return [
        Demand(
            row.name,
            row.public_id,
            row.level,
            row.openings,
            row.places,
            count if (count := people.get((row.skill_id, row.level), 0)) >= fewest else None,
        )
        for row in found
    ]


def _supply(db: Session, wanted: Iterable[tuple[int, int]], findable: Findable) -> dict[tuple[int, int], int]:
    """How many people who may be found meet each skill at each level."""
    asked = set(wanted)
    if not asked:
        return {}
    level = col(PersonSkill.level)
    at_least = [func.sum(case((level >= minimum(n), 1), else_=0)).label(f"at_{n}") for n in range(1, 6)]
    rows = db.connection().execute(
        select(col(PersonSkill.skill_id), *at_least)
        .join(TalentProfile, col(TalentProfile.person_id) == col(PersonSkill.person_id))
        .where(col(PersonSkill.skill_id).in_({skill for skill, _level in asked}), *findable.conditions())
        .group_by(col(PersonSkill.skill_id))
    )
    counts = {row.skill_id: row[1:] for row in rows}
    return {(skill, n): counts[skill][n - 1] for skill, n in asked if skill in counts}


def as_csv(rows: Sequence[Demand]) -> str:
    """The table for a spreadsheet. No cell is taken for a formula."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([_("Skill"), _("Level"), _("Openings"), _("Places free"), _("People who meet it")])
    for row in rows:
        people = _("fewer than %(n)s", n=FEWEST) if row.people is None else row.people
        writer.writerow([plain_cell(row.skill), row.level, row.openings, row.places, people])
    return file.getvalue()


class Step(NamedTuple):
    """An open opening that asks a skill at a lower level than another does."""

    skill_id: int
    level: int
    public_id: str
    title: str


def steps_towards(
    db: Session, actor: Actor, lacking: Mapping[int, int], besides: int, each: int = 2
) -> list[Step]:
    """For each skill (to the level asked) openings the actor may take that ask it lower, the nearest first; one statement.

    So many are read of each skill, so that one that everybody asks for leaves room for the others.
    """
    if not lacking:
        return []
    nearest = func.row_number().over(
        partition_by=col(Asked.skill_id),
        order_by=(
            col(Asked.level).desc(),
            col(Opportunity.published_at).desc(),
            col(Opportunity.id).desc(),
        ),
    )
    found = (
        select(
            col(Asked.skill_id),
            col(Asked.level),
            col(Opportunity.public_id),
            col(Opportunity.title),
            nearest.label("nth"),
        )
        .join(
            Opportunity,
            and_(
                col(Opportunity.id) == col(Asked.opportunity_id),
                col(Opportunity.version) == col(Asked.version),
            ),
        )
        .where(
            *MAY_TAKE,
            col(Opportunity.id) != besides,
            or_(
                *(
                    and_(col(Asked.skill_id) == skill, col(Asked.level) < level)
                    for skill, level in lacking.items()
                )
            ),
        )
        .subquery("found")
    )
    rows = db.connection().execute(
        select(found).where(found.c.nth <= each).order_by(found.c.skill_id, found.c.nth),
        {"person": actor.id, "orgs": list(actor.org_ids)},
    )
    taken: dict[int, list[Step]] = {skill: [] for skill in lacking}
    for row in rows:
        taken[row.skill_id].append(Step(row.skill_id, row.level, row.public_id, row.title))
    return [one for steps in taken.values() for one in steps]
