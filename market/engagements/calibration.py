"""The ranking held against what came after it: coverage when an application was first read, and how the work ended.

From the log of rankings, which keeps levels and requirements as they were. A trial went well when the employer said
that it led to a hire or to more work; a programme when it was completed, which takes its sessions and a passed capstone.
Left out: trials on which nobody said anything, since silence counts as nothing; programmes that ended early by the
organisation's fault, which say nothing of the person; and work whose list was not kept.
"""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from market.engagements.models import Engagement
from market.engagements.rules import ENDED, Fault, Status, TrialOutcome
from market.matching.core.contract import Requirement, two_numbers
from market.matching.core.reliability import Case, Reliability, reliability
from market.matching.models import Ranking, RankingKind, RankingRow

MOST = 5000  # the latest ends


class Calibration(NamedTuple):
    """The plot, of what it is made, and how many could not be counted because no list was kept."""

    found: Reliability
    trials: int
    programmes: int
    without_list: int


def well(
    kind: str, status: Status, outcome: TrialOutcome | None, fault: Fault | None, *, is_programme: bool
) -> bool | None:
    """Did it go well? None where that is not known, or says nothing of the person."""
    if is_programme:
        if status is Status.ENDED_EARLY and fault is Fault.EMPLOYER:
            return None
        return status is Status.COMPLETED
    if kind == "trial" and outcome is not None:
        return outcome in (TrialOutcome.HIRED, TrialOutcome.CONTINUED)
    return None


def calibration(db: Session) -> Calibration:
    """The latest ends with the first list in which each application stood. One statement."""
    first = (
        select(func.min(col(RankingRow.ranking_id)))
        .join(Ranking, col(Ranking.id) == col(RankingRow.ranking_id))
        .where(
            col(Ranking.opportunity_id) == col(Engagement.opportunity_id),
            col(Ranking.kind) == RankingKind.APPLICANTS,
            col(RankingRow.person_id) == col(Engagement.person_id),
        )
        .correlate(Engagement)
        .scalar_subquery()
    )
    rows = db.connection().execute(
        select(
            col(Engagement.kind),
            col(Engagement.status),
            col(Engagement.outcome),
            col(Engagement.fault),
            col(Engagement.programme_version_id),
            col(Ranking.requirements),
            col(RankingRow.levels),
        )
        .select_from(Engagement)
        .outerjoin(Ranking, col(Ranking.id) == first)
        .outerjoin(
            RankingRow,
            (col(RankingRow.ranking_id) == col(Ranking.id))
            & (col(RankingRow.person_id) == col(Engagement.person_id)),
        )
        .where(
            col(Engagement.status).in_(ENDED),
            (col(Engagement.programme_version_id).is_not(None)) | (col(Engagement.outcome).is_not(None)),
        )
        .order_by(col(Engagement.ended_at).desc(), col(Engagement.id).desc())
        .limit(MOST)
    )
    cases: list[Case] = []
    trials = programmes = without = 0
    for kind, status, outcome, fault, version_id, asked, levels in rows:
        went = well(kind, status, outcome, fault, is_programme=version_id is not None)
        if went is None:
            continue
        if not asked or levels is None:
            without += 1
            continue
        needs = [Requirement(q["skill_id"], q["level"], q["weight"], bool(q["essential"])) for q in asked]
        cases.append(Case(two_numbers(levels, needs).coverage, went))
        programmes += version_id is not None
        trials += version_id is None
    return Calibration(reliability(cases), trials, programmes, without)
