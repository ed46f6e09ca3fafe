"""Applicants in the order of their evidence, with the two numbers of each and what each is surest of."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import select as columns
from sqlmodel import Session, col

from market.access import Actor
from market.applications.models import Application
from market.applications.queries import CANDIDATES, OPENING_ID, OUT_OF_CONTACT, CandidateRow
from market.gather import Gather
from market.matching import service as matching
from market.matching import told
from market.matching.candidates import Shown, levels_statement
from market.matching.core import explain
from market.matching.core.explain import Fit
from market.matching.core.policy import Policy
from market.matching.models import Ranking, RankingRow, Slot
from market.matching.queries import REQUIREMENTS_OF, Wanted, wanted_in
from market.matching.told import Told
from market.opportunities.models import Opportunity
from market.opportunities.models import Requirement as Asked
from market.profiles.behind import Sources


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


class Applicants(NamedTuple):
    """An opening of a public id with who applied, what it asks, and the applicants' levels: rows for `weighed`."""

    opening: Opportunity
    everyone: list[CandidateRow]
    wanted: list[Wanted]
    levels: Sequence[Any]
    out_of_contact: frozenset[int]  # person ids


def applicants(db: Session, actor: Actor, public_id: str) -> Applicants | None:
    """One statement; None where there is no such opening. Whether the actor may know of it is for who asks."""
    opening = OPENING_ID.scalar_subquery()
    people = CANDIDATES.with_only_columns(col(Application.person_id))
    skills = (
        columns(col(Asked.skill_id))
        .join(Opportunity, col(Opportunity.id) == col(Asked.opportunity_id))
        .where(col(Asked.opportunity_id) == opening, col(Asked.version) == col(Opportunity.version))
    )
    levels = levels_statement(skills, people, Shown(opening, actor.id))
    found, (rows, needs, known, apart) = Gather(CANDIDATES, REQUIREMENTS_OF, levels, OUT_OF_CONTACT).beside(
        db, Opportunity, col(Opportunity.public_id) == public_id, {"opening": public_id}
    )
    if not found:
        return None
    return Applicants(
        found[0],
        [CandidateRow._make(row) for row in rows],
        wanted_in(needs),
        known,
        frozenset(row.person_id for row in apart),
    )


def opened(
    db: Session, row: CandidateRow, wanted: Sequence[Wanted], sources: Sources
) -> tuple[Application, Told | None]:
    """The application of one line, and why it stands there where skills are asked. One statement."""
    gather, given = told.reading(sources), told.given(wanted, row.person_id)
    (application,), found = gather.beside(db, Application, col(Application.id) == row.id, given)
    return application, told.made(wanted, found, sources) if wanted else None


def rank(
    db: Session,
    actor: Actor,
    read: Applicants,
    here: Sequence[CandidateRow],
    policy: Policy = matching.POLICY,
) -> Order:
    """Everyone in `here`, the best first. Nobody is left out. No statement."""
    by_person = {row.person_id: row for row in here if not row.is_apart}
    wanted, known = read.wanted, [row for row in read.levels if row.person_id in by_person]
    ranking, rows = matching.rank_applicants(
        db, actor, read.opening, list(by_person), policy, [w.asked for w in wanted], known
    )
    surest = _surest(wanted, known)
    made: list[Candidate] = []
    place = 0
    for row in rows:
        kept = row.slot != Slot.SCORE
        place += not kept
        fit = _fit(wanted, row.levels) if wanted else None
        made.append(
            Candidate(None if kept else place, by_person[row.person_id], fit, surest.get(row.person_id))
        )
    by_day = sorted((row for row in here if row.is_apart), key=lambda row: row.submitted_at)
    return Order([*made, *(Candidate(None, row, None, None, True) for row in by_day)], ranking, rows)


def _fit(wanted: Sequence[Wanted], levels: Sequence[int]) -> Fit:
    return explain.fit([w.asked for w in wanted], levels, [w.skill for w in wanted])


def _surest(wanted: Sequence[Wanted], known: Sequence[Any]) -> dict[int, tuple[int, str]]:
    """Each person's skill with the highest tier among those asked, the higher level where two are alike."""
    names = {w.asked.skill_id: w.skill for w in wanted}
    shown = [row for row in known if row.skill_id in names and row.via_steps >= 0]
    shown.sort(key=lambda row: (row.tier, row.level, row.skill_id))
    return {row.person_id: (row.tier, names[row.skill_id]) for row in shown}  # the last one stays
