"""Who fits, how well, and why: ranking people for an opening, explaining one pair, and the mirror beside a posting.

The order comes from whole numbers (`core.contract`), so that SQL, an index and plain Python agree; each list that is
shown is kept with its inputs, so that it can be replayed. Both sides read the same explanation.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from market import clock
from market.access import Actor, Task
from market.config import Settings
from market.matching import backend, log, shown
from market.matching.candidates import MOST_HOPEFUL, Shown, candidates, read_pool, weighed
from market.matching.core import explain as explaining
from market.matching.core import listing, pool
from market.matching.core.contract import Requirement, Tie, tie_for
from market.matching.core.explain import Explanation, Fit
from market.matching.core.policy import DEFAULTS, Policy, policy_with
from market.matching.models import Ranking, RankingKind, RankingRow
from market.matching.queries import (
    Findable,
    Wanted,
    levels_for_openings,
    requirements_of,
)
from market.matching.told import told
from market.opportunities.models import Opportunity

POLICY = DEFAULTS
"""How a list is put together on top of the score, unless the site's settings say otherwise."""
MOST = 200
"""Where a ranked list is cut."""


def fits_for(db: Session, person_id: int, opportunity_ids: Iterable[int]) -> dict[int, Fit]:
    """The two numbers and the strip of several openings for one person, in one statement."""
    wanted = list(opportunity_ids)
    if not wanted:
        return {}
    rows: dict[int, tuple[list[Requirement], list[int], list[str]]] = {}
    for one in levels_for_openings(db, person_id, wanted):
        asked, units, names = rows.setdefault(one.opportunity_id, ([], [], []))
        asked.append(one.asked)
        units.append(one.unit)
        names.append(one.skill)
    return {opening: explaining.fit(asked, units, names) for opening, (asked, units, names) in rows.items()}


def explain(db: Session, opportunity: Opportunity, person_id: int) -> Explanation | None:
    """Why this person stands where they stand for this opening, today; None while it asks for no skill."""
    return explain_for(db, requirements_of(db, opportunity), person_id)


def explain_for(db: Session, wanted: Sequence[Wanted], person_id: int) -> Explanation | None:
    """The same for requirements at hand."""
    if not wanted:
        return None
    return told(db, wanted, person_id).explanation


def mirror(db: Session, requirements: Sequence[Requirement], org_id: int | None = None) -> pool.Mirror | None:
    """How many people who may be found meet all, three quarters and half; None while nothing is asked."""
    if not requirements:
        return None
    skills = [r.skill_id for r in requirements]
    return pool.mirror(requirements, backend.of(db).matrix(db, skills, Findable(org_id=org_id)))


def policy_for(settings: Settings) -> Policy:
    """The policy that a site's settings ask for."""
    return policy_with(settings.exploration_places, settings.exposure_penalty, settings.applicants_penalty)


class Drawn(NamedTuple):
    """A list of people, not yet kept, and what was read of them: rows for `shown.lines`."""

    ranking: Ranking
    rows: list[RankingRow]
    people: Sequence[Any]


def rank_people(
    db: Session,
    actor: Actor,
    opportunity: Opportunity,
    findable: Findable | None = None,
    policy: Policy = POLICY,
) -> tuple[Ranking, list[RankingRow]]:
    """People who could be invited to an opening, the best first, not yet kept: see `keep`."""
    requirements = [w.asked for w in requirements_of(db, opportunity)]
    chosen = findable or findable_by(actor, opportunity.org_id)
    return draw_people(db, actor, requirements, chosen, opportunity, policy)[:2]


def draw_people(
    db: Session,
    actor: Actor,
    requirements: Sequence[Requirement],
    findable: Findable,
    opportunity: Opportunity | None,
    policy: Policy = POLICY,
) -> Drawn:
    """The same for requirements at hand, of an opening or searched for, with what a page shows of each. One statement."""
    kind = RankingKind.PEOPLE if opportunity else RankingKind.SEARCH
    return _rank(db, actor, kind, requirements, findable, opportunity, policy)


def findable_by(actor: Actor, org_id: int | None = None) -> Findable:
    """Who may stand in a list that this actor reads, for one of their organisations or for none yet."""
    return Findable(
        org_id=org_id, viewer_id=actor.id, org_ids=actor.org_ids, recruits_for=actor.orgs_for(Task.DECIDE)
    )


def search_people(
    db: Session,
    actor: Actor,
    requirements: Sequence[Requirement],
    findable: Findable,
    policy: Policy = POLICY,
) -> tuple[Ranking, list[RankingRow]]:
    """People for skills that were searched for, without an opening."""
    return draw_people(db, actor, requirements, findable, None, policy)[:2]


def _rank(
    db: Session,
    actor: Actor,
    kind: RankingKind,
    requirements: Sequence[Requirement],
    findable: Findable,
    opportunity: Opportunity | None,
    policy: Policy,
) -> Drawn:
    """The first by score, with the newcomers below the cut who take a kept place."""
    tie = tie_for(opportunity.public_id if opportunity else log.searched(requirements, clock.today()))
    found: Sequence[Any] = []
    if requirements:
        newcomers = MOST_HOPEFUL if policy.newcomers_at else 0
        pool = backend.of(db).pool(db, requirements, tie, findable, MOST, newcomers)
        elsewhere = Shown(opportunity.id if opportunity else None, actor.id)
        found = read_pool(db, requirements, pool, elsewhere, shown.with_people)
    people = weighed(found, requirements, list(dict.fromkeys(row.person_id for row in found)))
    listed = {row.person_id for row in found if row.listed}
    placed = [
        one
        for one in listing.in_order(people, requirements, tie, policy)
        if one.newcomer or one.person_id in listed
    ]
    of = log.Of(kind, actor, findable, opportunity)
    return Drawn(*log.drawn(people, placed, requirements, tie, policy, of), found)


def _first(
    db: Session, requirements: Sequence[Requirement], tie: Tie, findable: Findable
) -> list[tuple[int, int]]:
    """The first two hundred by score, each with it."""
    if not requirements:
        return []
    return backend.of(db).top_k(db, requirements, tie, findable, MOST)


def last_listed(
    db: Session, requirements: Sequence[Requirement], tie: Tie, findable: Findable
) -> tuple[int, int] | None:
    """The person and score at which a list is cut; None while it is not full."""
    first = _first(db, requirements, tie, findable)
    return first[-1] if len(first) == MOST else None


def rank_applicants(
    db: Session,
    actor: Actor,
    opportunity: Opportunity,
    person_ids: Sequence[int],
    policy: Policy = POLICY,
    requirements: Sequence[Requirement] | None = None,
    known: Iterable[Any] | None = None,
) -> tuple[Ranking, list[RankingRow]]:
    """People who applied, the best first. Nobody is left out: who has none of the skills stands at the end.

    `known` are rows of `candidates.levels_statement`, which with `requirements` leave nothing to read.
    """
    if requirements is None:
        requirements = [w.asked for w in requirements_of(db, opportunity)]
    tie = tie_for(opportunity.public_id)
    policy = listing.without_exposure(policy)
    people = (
        candidates(db, requirements, person_ids, Shown(opportunity.id, actor.id))
        if known is None
        else weighed(known, requirements, person_ids)
    )
    placed = listing.in_order(people, requirements, tie, policy)
    findable = Findable(org_id=opportunity.org_id)
    of = log.Of(RankingKind.APPLICANTS, actor, findable, opportunity)
    return log.drawn(people, placed, requirements, tie, policy, of)


def keep(db: Session, ranking: Ranking, rows: Iterable[RankingRow]) -> None:
    """Write a ranking that was shown to the log, with the release of severity and strength that held."""
    ranking.release, ranking.release_whole = log.release_at(db, ranking.at)
    db.add(ranking)
    db.flush()
    for row in rows:
        row.ranking_id = ranking.id
        db.add(row)
    db.flush()


def kept(
    db: Session, public_id: str, viewer_id: int, opening: str = ""
) -> tuple[Ranking, list[RankingRow]] | None:
    """A ranking shown to this viewer before, as it stood; with `opening`, only one for it. One statement."""
    wanted = (
        select(Ranking, RankingRow)
        .join(RankingRow, col(RankingRow.ranking_id) == col(Ranking.id), isouter=True)
        .where(col(Ranking.public_id) == public_id, col(Ranking.viewer_id) == viewer_id)
        .order_by(col(RankingRow.place))
    )
    if opening:
        of = sql_select(col(Opportunity.id)).where(col(Opportunity.public_id) == opening)
        wanted = wanted.where(col(Ranking.opportunity_id).in_(of))
    found = db.exec(wanted).all()
    if not found:
        return None
    return found[0][0], [row for _ranking, row in found if row is not None]
