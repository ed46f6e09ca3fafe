"""The ranking log: what is kept of a list, and the same list recomputed from it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from market import clock
from market.access import Actor
from market.db import new_public_id
from market.evidence.models import Release
from market.evidence.posterior import DEFAULTS
from market.matching.core import listing
from market.matching.core.contract import Requirement, Tie, contributions
from market.matching.core.listing import Kept, Replayed
from market.matching.core.policy import BY_SCORE, Candidate, Placed, Policy, hope, spread
from market.matching.models import Ranking, RankingKind, RankingRow, Slot
from market.matching.queries import Findable
from market.opportunities.models import Opportunity


class Of(NamedTuple):
    """What a list is of, and who reads it."""

    kind: RankingKind
    actor: Actor
    findable: Findable
    opportunity: Opportunity | None = None


def drawn(
    pool: Sequence[Candidate],
    placed: Sequence[Placed],
    requirements: Sequence[Requirement],
    tie: Tie,
    policy: Policy,
    of: Of,
) -> tuple[Ranking, list[RankingRow]]:
    """The ranking and its rows, with all that is needed to recompute them."""
    known = {one.person_id: one for one in pool}
    asked = [asdict(r) for r in requirements]
    opening = of.opportunity
    rows = [_row(place, one, known[one.person_id], requirements) for place, one in enumerate(placed, 1)]
    ranking = Ranking(
        public_id=new_public_id(),
        kind=of.kind,
        opportunity_id=opening.id if opening else None,
        opportunity_version=opening.version if opening else 0,
        viewer_id=of.actor.id or None,
        policy_version=policy.version,
        model_version=DEFAULTS.version,
        as_of=clock.today(),
        requirements=asked,
        filters=of.findable.as_log(),
        tie_a=tie.a,
        tie_b=tie.b,
        inputs_sha256="",
        policy={**asdict(policy), "newcomers_at": list(policy.newcomers_at), "listed": len(rows)},
    )
    ranking.inputs_sha256 = fingerprint(ranking, rows)
    return ranking, rows


def searched(requirements: Sequence[Requirement], day: date) -> str:
    """What the order of equals in a search hangs on: what was searched for, and the day.

    One constant for all searches would put the same people first for ever; the same search on the same day gives the
    same order. The log keeps the order itself, so that nothing of this matters to a replay.
    """
    asked = sorted((r.skill_id, r.level, r.weight, r.essential) for r in requirements)
    return f"search {day.isoformat()} {asked}"


def release_at(db: Session, instant: datetime) -> tuple[int, bool]:
    """The release of severity and strength that held, 0 before the first, and whether every level had followed it."""
    wanted = select(Release).where(col(Release.published_at) <= instant).order_by(col(Release.version).desc())
    found = db.exec(wanted.limit(1)).first()
    if found is None:
        return 0, True
    return found.version, found.taken_up_at is not None and found.taken_up_at <= instant


def _row(place: int, one: Placed, of: Candidate, requirements: Sequence[Requirement]) -> RankingRow:
    return RankingRow(
        ranking_id=0,
        place=place,
        person_id=one.person_id,
        score=one.score,
        levels=list(of.levels),
        contributions=list(contributions(of.levels, requirements)),
        slot=Slot.NEWCOMER if one.newcomer else Slot.SCORE,
        policy_inputs={"hopeful": list(of.hopeful), "newcomer": of.newcomer, "exposures": of.exposures},
    )


def fingerprint(ranking: Ranking, rows: Sequence[RankingRow]) -> str:
    """A hash of skills, filters, policy, and every person's levels and what the policy weighed beside them."""
    people = sorted((row.person_id, row.levels, row.policy_inputs) for row in rows)
    inputs: list[Any] = [ranking.requirements, ranking.filters, people]
    if ranking.policy is not None:
        inputs += [ranking.policy, ranking.tie_a, ranking.tie_b]
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def requirements_in(ranking: Ranking) -> list[Requirement]:
    """The requirements as they were scored."""
    return [Requirement(r["skill_id"], r["level"], r["weight"], r["essential"]) for r in ranking.requirements]


def policy_in(ranking: Ranking) -> Policy:
    """The policy as it was; the score alone for lists from before there was one."""
    if ranking.policy is None:
        return BY_SCORE
    given = {name: value for name, value in ranking.policy.items() if name != "listed"}
    return Policy(**{**given, "newcomers_at": tuple(given["newcomers_at"])})


def candidate_in(row: RankingRow) -> Candidate:
    """The person as they were weighed."""
    beside = row.policy_inputs or {}
    return Candidate(
        row.person_id,
        tuple(row.levels),
        tuple(beside.get("hopeful", [0] * len(row.levels))),
        beside.get("newcomer", False),
        beside.get("exposures", 0),
    )


def replay(ranking: Ranking, rows: Sequence[RankingRow]) -> Replayed:
    """The list recomputed from what the log holds of it."""
    kept = [Kept(row.place, candidate_in(row), row.score, row.slot is Slot.NEWCOMER) for row in rows]
    last = max((row.place for row in rows), default=0)
    listed = ranking.policy["listed"] if ranking.policy is not None else last
    tie = Tie(ranking.tie_a, ranking.tie_b)
    return listing.replay(kept, listed, requirements_in(ranking), tie, policy_in(ranking))


class Did(NamedTuple):
    """What the policy did to a list: the kept places, and how many people stand at another place than by score alone."""

    kept: tuple[int, ...]
    moved: int


def did(ranking: Ranking, rows: Sequence[RankingRow]) -> Did:
    """What the policy did to a list, of what the log holds."""
    people = [candidate_in(row) for row in rows]
    tie = Tie(ranking.tie_a, ranking.tie_b)
    by_score = listing.in_order(people, requirements_in(ranking), tie, BY_SCORE)
    return Did(
        tuple(row.place for row in rows if row.slot is Slot.NEWCOMER),
        sum(one.person_id != row.person_id for one, row in zip(by_score, rows, strict=True)),
    )


class Lowered(NamedTuple):
    """In how many other lists someone stood lately, and the points it took off: of the score, or of the hope for a
    kept place."""

    times: int
    points: int


def lowered(ranking: Ranking, rows: Sequence[RankingRow]) -> dict[int, Lowered]:
    """The places of a list at which being seen elsewhere took something off, with what it took."""
    policy, asked = policy_in(ranking), requirements_in(ranking)
    taken = {row.place: Lowered(candidate_in(row).exposures, _taken(row, asked, policy)) for row in rows}
    return {place: one for place, one in taken.items() if one.points}


def _taken(row: RankingRow, asked: Sequence[Requirement], policy: Policy) -> int:
    one = candidate_in(row)
    if row.slot is Slot.SCORE:
        return row.score - spread(row.score, one.exposures, policy)
    unseen = hope(one._replace(exposures=0), asked, policy) or 0
    return (unseen - (hope(one, asked, policy) or 0)) // 1000


class Found(NamedTuple):
    """What recomputing a list found, for an operator: whether what is left stands as it did (None when nothing is left),
    and sentences."""

    stands: bool | None
    lines: list[str]


def said(ranking: Ranking, rows: Sequence[RankingRow]) -> Found:
    """A list recomputed, in sentences; the first is the verdict."""
    found = replay(ranking, rows)
    # Without a policy it was not kept how many there were.
    if not rows and (found.erased or ranking.policy is None):
        everyone = f"Erased since: {_places(found.erased)}: all {len(found.erased)} places."
        gone = everyone if found.erased else "No place of it is kept any more."
        return Found(None, ["Nothing is left to compare.", gone])
    # The fingerprint of older lists was made of less, and of erased ones it cannot be made.
    whole = not found.erased and ranking.policy is not None
    changed = whole and fingerprint(ranking, rows) != ranking.inputs_sha256
    if not rows and not changed:
        return Found(True, ["Identical: nobody was on it."])
    if found.is_identical and not changed:
        return Found(True, [f"Identical: {len(rows)} places, each with the same person, score and mark."])
    lines = []
    if found.erased:
        lines.append(
            f"Erased since: {_places(found.erased)}. That is {len(found.erased)} of "
            f"{len(rows) + len(found.erased)} places; without them the fingerprint cannot be checked."
        )
    if changed:
        lines.append("Changed since: what the log holds is not what was ranked (the fingerprint is another).")
    lines += [f"Place {place} would be person {person}'s." for place, person in found.moved]
    if found.scored_otherwise:
        lines.append(f"Another score than is kept: {_places(found.scored_otherwise)}.")
    if found.moved or found.scored_otherwise or changed:
        return Found(False, ["Not identical.", *lines])
    return Found(True, [f"The {len(rows)} places that are left stand in the same order.", *lines])


def _places(places: Sequence[int]) -> str:
    return f"place{'s' if len(places) > 1 else ''} {', '.join(map(str, places))}"


def find(db: Session, public_id: str) -> tuple[Ranking, list[RankingRow]] | None:
    """A list of the log, whoever it was shown to."""
    ranking = db.exec(select(Ranking).where(Ranking.public_id == public_id)).first()
    if ranking is None:
        return None
    rows = select(RankingRow).where(RankingRow.ranking_id == ranking.id).order_by(col(RankingRow.place))
    return ranking, list(db.exec(rows))
