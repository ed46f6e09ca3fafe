"""Who may be listed, with what the policy weighs beside the levels: hope, completed work here, and recent lists.

One statement for any number of people. Of a person nothing is read but the ledger's levels, whether they completed
work here, and how many other lists they stood in lately.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, distinct, func, literal, or_, select
from sqlmodel import Session, col

from market import clock
from market.accounts.models import Person
from market.evidence.models import PersonSkill
from market.evidence.posterior import CLAIMED, DOORSTEP, UNITS
from market.matching.core.contract import ESSENTIAL, TOP_LEVEL, Requirement, Tie
from market.matching.core.policy import HOPE_AT_FIRST, SEEN_AT_ONCE, Candidate, hopeful
from market.matching.models import Ranking, RankingKind, RankingRow
from market.matching.queries import Findable
from market.matching.sql import nearest, top_k_statement
from market.profiles.models import TalentProfile

LATELY = timedelta(days=30)
MOST_HOPEFUL = 100


class Shown(NamedTuple):
    """For which list exposure is counted: its own earlier showings count for nothing, so that reading it twice
    does not change it."""

    opportunity_id: Any = None  # an id, or a statement of one
    viewer_id: int = 0

    def elsewhere(self) -> ColumnElement[bool]:
        if self.opportunity_id is not None:
            other: ColumnElement[bool] = func.coalesce(col(Ranking.opportunity_id), 0) != self.opportunity_id
            return other
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
    statement = levels_statement([r.skill_id for r in requirements], person_ids, shown)
    return weighed(db.connection().execute(statement), requirements, person_ids)


def pool_statement(
    requirements: Sequence[Requirement], tie: Tie, findable: Findable, most: int, newcomers: int
) -> Any:
    """person_id, and listed: 1 for the first `most` by score, 0 for the most hopeful newcomers below them.

    Below a cut that is not reached nobody is left, so that there are no newcomers to add.
    """
    first = top_k_statement(
        PersonSkill.__table__,  # type: ignore[attr-defined]
        requirements,
        tie,
        most,
        person_id=TalentProfile.__table__.c.person_id,  # type: ignore[attr-defined]
        conditions=findable.conditions(),
    ).cte("first_by_score")
    top = select(first.c.person_id, literal(1).label("listed"))
    if not newcomers:
        return top
    below = hopeful_statement(requirements, findable, select(first.c.person_id), newcomers).subquery("below")
    return top.union_all(select(below.c.person_id, literal(0)))


def pool_of(first: Sequence[int], below: Sequence[int]) -> Any:
    """The same for people who are known."""
    person = col(Person.id)
    listed = case((person.in_(first), 1), else_=0) if first else literal(0)
    return select(person.label("person_id"), listed.label("listed")).where(person.in_([*first, *below]))


def read_pool(
    db: Session, requirements: Sequence[Requirement], pool: Any, shown: Shown, beside: Callable[[Any], Any]
) -> Sequence[Any]:
    """Rows for `weighed` with `listed`, of everyone in a pool; `beside` adds what the page shows of each."""
    people = pool.cte("pool")
    statement = levels_statement([r.skill_id for r in requirements], select(people.c.person_id), shown)
    statement = statement.add_columns(people.c.listed).join(people, people.c.person_id == col(Person.id))
    found: Sequence[Any] = db.connection().execute(beside(statement)).all()
    return found


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


def levels_statement(skills: Any, people: Any, shown: Shown) -> Any:
    """Every one of the people with each of the skills they have, or once with none: rows for `weighed`.

    `skills` and `people` hold ids, or are statements of them.
    """
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
            col(PersonSkill.via_steps),
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


def hopeful_statement(
    requirements: Sequence[Requirement], findable: Findable, listed: Any, most: int = MOST_HOPEFUL
) -> Any:
    """Newcomers who are not listed and may well meet every essential requirement: those with most hope first.

    `listed` holds ids, or is a statement of them. By the contract's score at their hopeful levels; the policy then
    weighs how often they were seen.
    """
    level, tier = col(PersonSkill.level), col(PersonSkill.tier)
    estimate = nearest(UNITS * (col(PersonSkill.mu) + col(PersonSkill.sigma)))
    hoped = case(
        (or_(tier == CLAIMED, and_(level <= DOORSTEP, estimate > HOPE_AT_FIRST)), HOPE_AT_FIRST),
        (estimate > TOP_LEVEL, TOP_LEVEL),
        (estimate < 1, 1),
        else_=estimate,
    )
    hopes = (
        select(col(PersonSkill.skill_id), col(PersonSkill.person_id), hoped.label("level"))
        .where(col(PersonSkill.skill_id).in_([r.skill_id for r in requirements]))
        .subquery("hopes")
    )
    left_out = (
        [] if isinstance(listed, list) and not listed else [col(TalentProfile.person_id).not_in(listed)]
    )
    return top_k_statement(
        hopes,
        requirements,
        Tie(),
        most,
        person_id=TalentProfile.__table__.c.person_id,  # type: ignore[attr-defined]
        conditions=[col(TalentProfile.completed_count) == 0, *left_out, *findable.conditions()],
        least=ESSENTIAL * sum(r.essential for r in requirements),
    )
