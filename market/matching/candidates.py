"""Who may be listed, with what the policy weighs beside the levels: hope, completed work here, and recent lists.

One statement for any number of people. Of a person nothing is read but the ledger's levels, whether they completed
work here, and how many other lists they stood in lately.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, distinct, func, or_, select
from sqlmodel import Session, col

from market import clock
from market.accounts.models import Person
from market.evidence.models import PersonSkill
from market.evidence.posterior import CLAIMED, DOORSTEP, UNITS
from market.matching.core.contract import Requirement
from market.matching.core.policy import HOPE_AT_FIRST, SEEN_AT_ONCE, Candidate, hopeful
from market.matching.models import Ranking, RankingKind, RankingRow
from market.matching.queries import Findable
from market.profiles.models import TalentProfile

LATELY = timedelta(days=30)
MOST_HOPEFUL = 100


class Shown(NamedTuple):
    """For which list exposure is counted: its own earlier showings count for nothing, so that reading it twice
    does not change it."""

    opportunity_id: int | None = None
    viewer_id: int = 0

    def elsewhere(self) -> ColumnElement[bool]:
        if self.opportunity_id is not None:
            return func.coalesce(col(Ranking.opportunity_id), 0) != self.opportunity_id
        return or_(
            col(Ranking.opportunity_id).is_not(None),
            func.coalesce(col(Ranking.viewer_id), 0) != self.viewer_id,
        )


def candidates(
    db: Session, requirements: Sequence[Requirement], person_ids: Sequence[int], shown: Shown
) -> list[Candidate]:
    """These people, in their order, as the policy weighs them."""
    if not person_ids:
        return []
    statement = _statement([r.skill_id for r in requirements], person_ids, shown)
    return weighed(db.connection().execute(statement), requirements, person_ids)


def weighed(
    rows: Iterable[Any], requirements: Sequence[Requirement], person_ids: Sequence[int]
) -> list[Candidate]:
    """Candidates of rows with person_id, completed, times, skill_id, level, mu, sigma and tier."""
    place = {r.skill_id: n for n, r in enumerate(requirements)}
    levels = {person: [0] * len(place) for person in person_ids}
    hopes = {person: [0] * len(place) for person in person_ids}
    beside: dict[int, tuple[bool, int]] = {}
    for row in rows:
        beside[row.person_id] = (row.completed == 0, row.times)
        if row.skill_id in place:
            n = place[row.skill_id]
            levels[row.person_id][n] = row.level
            hopes[row.person_id][n] = hopeful(row.mu, row.sigma, row.level, row.tier)
    return [
        Candidate(p, tuple(levels[p]), tuple(hopes[p]), *beside.get(p, (False, 0)))
        for p in dict.fromkeys(person_ids)
    ]


def _statement(skills: Sequence[int], people: Sequence[int], shown: Shown) -> Any:
    """Every one of the people with each of the skills they have, or once with none."""
    # One opening, or one reader who searches, counts once however often the list was looked at.
    lists = func.count(distinct(func.coalesce(col(Ranking.opportunity_id), -col(Ranking.viewer_id))))
    seen = (
        select(col(RankingRow.person_id), lists.label("times"))
        .join(Ranking, col(Ranking.id) == col(RankingRow.ranking_id))
        .where(
            col(RankingRow.person_id).in_(people),
            col(RankingRow.place) <= SEEN_AT_ONCE,
            col(Ranking.at) > clock.now() - LATELY,
            col(Ranking.kind) != RankingKind.APPLICANTS,
            shown.elsewhere(),
        )
        .group_by(col(RankingRow.person_id))
        .subquery("seen")
    )
    return (
        select(
            col(Person.id).label("person_id"),
            func.coalesce(col(TalentProfile.completed_count), 0).label("completed"),
            func.coalesce(seen.c.times, 0).label("times"),
            col(PersonSkill.skill_id),
            col(PersonSkill.level),
            col(PersonSkill.mu),
            col(PersonSkill.sigma),
            col(PersonSkill.tier),
        )
        .select_from(Person)
        .outerjoin(TalentProfile, col(TalentProfile.person_id) == col(Person.id))
        .outerjoin(seen, seen.c.person_id == col(Person.id))
        .outerjoin(
            PersonSkill,
            and_(col(PersonSkill.person_id) == col(Person.id), col(PersonSkill.skill_id).in_(skills)),
        )
        .where(col(Person.id).in_(people))
    )


def hopeful_newcomers(
    db: Session, requirements: Sequence[Requirement], findable: Findable, listed: Sequence[int]
) -> list[int]:
    """Newcomers below the cut who may well meet every essential requirement: those with most hope, at most 100.

    Rough, to keep the pool small: the policy weighs them exactly.
    """
    essential = [r for r in requirements if r.essential]
    asked = {r.skill_id: r for r in requirements}
    skill, level, tier = col(PersonSkill.skill_id), col(PersonSkill.level), col(PersonSkill.tier)
    estimate = UNITS * (col(PersonSkill.mu) + col(PersonSkill.sigma))
    hoped = case(
        (tier == CLAIMED, float(HOPE_AT_FIRST)),
        (and_(level <= DOORSTEP, estimate > HOPE_AT_FIRST), float(HOPE_AT_FIRST)),
        else_=estimate,
    )
    covers = func.sum(
        case(
            *(
                (and_(skill == r.skill_id, hoped < r.minimum), r.weight * hoped / float(r.minimum))
                for r in requirements
            ),
            *((skill == r.skill_id, float(r.weight)) for r in requirements),
            else_=0.0,
        )
    )
    meets = func.sum(
        case(*((and_(skill == r.skill_id, hoped >= r.minimum - 1), 1) for r in essential), else_=0)
        if essential
        else 0 * level
    )
    statement = (
        select(col(PersonSkill.person_id))
        .join(TalentProfile, col(TalentProfile.person_id) == col(PersonSkill.person_id))
        .where(
            skill.in_(list(asked)),
            level > 0,
            col(TalentProfile.completed_count) == 0,
            col(PersonSkill.person_id).not_in(listed),
            *findable.conditions(),
        )
        .group_by(col(PersonSkill.person_id))
        .having(meets >= len(essential))
        .order_by(covers.desc(), col(PersonSkill.person_id))
        .limit(MOST_HOPEFUL)
    )
    return list(db.connection().execute(statement).scalars())
