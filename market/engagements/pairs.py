"""Two assessors: who they are now, what each chose blind, where they differed, and how far the site's pairs agree."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from market.access import Actor, Task, roles_for
from market.accounts.models import Membership
from market.engagements import rules
from market.engagements.kappa import weighted_kappa
from market.engagements.models import AssessmentSide, BlindStep, Engagement

ASSESSORS = (AssessmentSide.ASSESSOR1, AssessmentSide.ASSESSOR2)
LEAST_WORKS = 20  # below this the figure swings with every work, and could tell of a single one

Steps = Mapping[int, tuple[int, str]]  # criterion id to the step and its words


def bench_of(db: Session, engagement: Engagement) -> tuple[int, ...]:
    """Who was named to judge and is a member who judges work still, the first first; never the learner.

    Empty where nobody was named, and where all of them left: then another has to be named.
    """
    named = tuple(dict.fromkeys(one for one in engagement.assessor_ids if one != engagement.person_id))
    if not named:
        return ()
    present = db.exec(
        select(Membership.person_id).where(
            Membership.org_id == engagement.org_id,
            col(Membership.person_id).in_(named),
            col(Membership.role).in_(roles_for(Task.ASSESS)),
            col(Membership.ended_at).is_(None),
        )
    ).all()
    return tuple(one for one in named if one in present)


def side_of(actor: Actor, engagement: Engagement, bench: tuple[int, ...]) -> AssessmentSide:
    """The side this actor judges for. Members of the organisation share the first one, but for a second assessor."""
    if actor.id == engagement.person_id:
        return AssessmentSide.SELF
    is_second = rules.is_pair(bench) and actor.id == bench[1]
    return AssessmentSide.ASSESSOR2 if is_second else AssessmentSide.ASSESSOR1


def keep(db: Session, engagement: Engagement, side: AssessmentSide, steps: Steps, known: set[int]) -> None:
    """Keep what one of two chose blind."""
    for criterion_id, (step, _words) in sorted(steps.items()):
        if criterion_id in known:
            db.add(
                BlindStep(
                    engagement_id=engagement.id,
                    round=engagement.assessment_round,
                    criterion_id=criterion_id,
                    by_side=side,
                    step=step,
                )
            )
    db.flush()


def apart(first: Steps, second: Steps) -> set[int]:
    """The criteria on which two sets of steps differ. One that only one of them judged is among them."""
    return {
        c for c in {*first, *second} if first.get(c, (None,))[0] != second.get(c, (None,))[0]
    }  # fmt: skip


def blind_of(db: Session, engagement: Engagement) -> dict[int, dict[AssessmentSide, int]]:
    """What each chose blind in the round that is judged now: criterion id to the step of each side."""
    rows = db.exec(
        select(BlindStep).where(
            BlindStep.engagement_id == engagement.id, BlindStep.round == engagement.assessment_round
        )
    ).all()
    found: dict[int, dict[AssessmentSide, int]] = {}
    for row in rows:
        found.setdefault(row.criterion_id, {})[row.by_side] = row.step
    return found


class Agreement(NamedTuple):
    """How far pairs of assessors agree over the whole site, by the steps they chose blind."""

    works: int
    pairs: int  # criteria that both judged
    same: int  # of them with one and the same step
    near: int  # of them at most one step apart
    kappa: float | None  # None also where there is not enough yet

    @property
    def is_enough(self) -> bool:
        return self.works >= LEAST_WORKS


def agreement(db: Session) -> Agreement:
    """Every pair of blind steps for one criterion of one attempt; one statement."""
    other = aliased(BlindStep)
    rows = db.exec(
        select(BlindStep.engagement_id, BlindStep.step, other.step)
        .join(
            other,
            (col(other.engagement_id) == col(BlindStep.engagement_id))
            & (col(other.round) == col(BlindStep.round))
            & (col(other.criterion_id) == col(BlindStep.criterion_id)),
        )
        .where(BlindStep.by_side == AssessmentSide.ASSESSOR1, other.by_side == AssessmentSide.ASSESSOR2)
    ).all()
    works = len({row[0] for row in rows})
    pairs = [(a, b) for _work, a, b in rows]
    return Agreement(
        works,
        len(pairs),
        sum(a == b for a, b in pairs),
        sum(abs(a - b) <= 1 for a, b in pairs),
        weighted_kappa(pairs) if works >= LEAST_WORKS else None,
    )
