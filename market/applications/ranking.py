"""Applicants in the order of their evidence, with the two numbers of each and what each is surest of."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel import Session, col, select

from market.access import Actor
from market.applications.queries import CandidateRow
from market.evidence.models import PersonSkill
from market.matching import service as matching
from market.matching.core import explain
from market.matching.core.explain import Fit
from market.matching.core.policy import Policy
from market.matching.models import Ranking, RankingRow, Slot
from market.matching.queries import Wanted, requirements_of
from market.opportunities.models import Opportunity
from market.profiles.queries import chose_no_order


class Candidate(NamedTuple):
    """One line of the table. `place` is None for a place kept for newcomers; `surest` is a tier and a skill.

    Whoever chose to be put in no order stands `apart`, after the others, without place and fit.
    """

    place: int | None
    row: CandidateRow
    fit: Fit | None
    surest: tuple[int, str] | None
    apart: bool = False


class Order(NamedTuple):
    """The lines as shown, and the ranking with its rows, to be kept in the log."""

    candidates: list[Candidate]
    ranking: Ranking
    rows: list[RankingRow]


def rank(
    db: Session,
    actor: Actor,
    opportunity: Opportunity,
    here: Sequence[CandidateRow],
    policy: Policy = matching.POLICY,
) -> Order:
    """Everyone in `here`, the best first. Nobody is left out. Five statements, whatever their number."""
    apart = chose_no_order(db, [row.person_id for row in here])
    by_person = {row.person_id: row for row in here if row.person_id not in apart}
    ranking, rows = matching.rank_applicants(db, actor, opportunity, list(by_person), policy)
    wanted = requirements_of(db, opportunity)
    surest = _surest(db, wanted, list(by_person))
    made: list[Candidate] = []
    place = 0
    for row in rows:
        kept = row.slot != Slot.SCORE
        place += not kept
        fit = _fit(wanted, row.levels) if wanted else None
        made.append(
            Candidate(None if kept else place, by_person[row.person_id], fit, surest.get(row.person_id))
        )
    by_day = sorted((row for row in here if row.person_id in apart), key=lambda row: row.submitted_at)
    return Order([*made, *(Candidate(None, row, None, None, True) for row in by_day)], ranking, rows)


def _fit(wanted: Sequence[Wanted], levels: Sequence[int]) -> Fit:
    return explain.fit([w.asked for w in wanted], levels, [w.skill for w in wanted])


def _surest(db: Session, wanted: Sequence[Wanted], people: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Each person's skill with the highest tier among those asked, the higher level where two are alike."""
    names = {w.asked.skill_id: w.skill for w in wanted}
    if not names or not people:
        return {}
    found = db.exec(
        select(PersonSkill.person_id, PersonSkill.skill_id, PersonSkill.tier)
        .where(col(PersonSkill.skill_id).in_(names), col(PersonSkill.person_id).in_(people))
        .where(col(PersonSkill.via_steps) >= 0)
        .order_by(col(PersonSkill.tier), col(PersonSkill.level), col(PersonSkill.skill_id))
    )
    return {person: (tier, names[skill]) for person, skill, tier in found}  # the last one stays
