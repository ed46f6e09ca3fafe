"""Who hears of what concerns the mentors and the assessors of a programme, each for themselves."""

from sqlmodel import Session, col, select

from market.access import Task
from market.accounts.models import Membership
from market.accounts.queries import org_member_ids
from market.engagements import assessments, pairs
from market.engagements.models import AssessmentSide, AssessmentStatus, EngagementMember, MemberFunction
from market.notifications.audience import person, reviewers, team
from market.notifications.context import Context
from market.programmes.rules import Phase


def _ids(context: Context, key: str) -> list[int]:
    said = str(context.event.payload.get(key) or "")
    return [int(one) for one in said.split(",") if one]


def now_named(db: Session, context: Context) -> list[int]:
    """Whoever was named by this."""
    return _ids(context, "named")


def replaced(db: Session, context: Context) -> list[int]:
    """Whoever was named before, and is not any more."""
    return _ids(context, "gone")


def mentors(db: Session, context: Context) -> list[int]:
    """Those who mentor and are still there; where nobody does, those who name somebody."""
    if context.work is None:
        return []
    named = select(Membership.person_id).join(
        EngagementMember, col(EngagementMember.membership_id) == col(Membership.id)
    )
    found = set(
        db.exec(
            named.where(
                EngagementMember.engagement_id == context.work.id,
                EngagementMember.function == MemberFunction.MENTOR,
            )
        )
    )
    there = org_member_ids(db, context.work.org_id, Task.SUPERVISE)
    mine = [one for one in there if one in found and one != context.person_id]
    return mine or reviewers(db, context)


def other_who_meets(db: Session, context: Context) -> list[int]:
    """Of the learner and the mentors the side that did not act; both when the site itself did."""
    if context.by_talent:
        return mentors(db, context)
    return person(db, context) if not context.by_system else [*person(db, context), *mentors(db, context)]


def assessors(db: Session, context: Context) -> list[int]:
    """Those who were named to judge the capstone and are still there."""
    return list(pairs.bench_of(db, context.work)) if context.work is not None else []


def capstone_assessors(db: Session, context: Context) -> list[int]:
    """The same, of a part that is the capstone."""
    is_capstone = context.part is not None and context.part.phase == Phase.CAPSTONE
    return assessors(db, context) if is_capstone else []


def judges(db: Session, context: Context) -> list[int]:
    """Who judges the work, while it is to be judged by a rubric and nobody has signed: those named, or its team."""
    if context.work is None or context.work.rubric_id is None:
        return []
    first = assessments.of_engagement(db, context.work).get(AssessmentSide.ASSESSOR1)
    if first is not None and first.row.status is AssessmentStatus.SIGNED:
        return []
    return assessors(db, context) or team(db, context)


def fellow_assessor(db: Session, context: Context) -> list[int]:
    """Of two assessors the one whose steps are still to come."""
    return [] if _all_in(db, context) else [one for one in _pair(db, context) if one != context.actor_id]


def signing_assessor(db: Session, context: Context) -> list[int]:
    """The first of two, once both have put in their steps."""
    return _pair(db, context)[:1] if _all_in(db, context) else []


def _pair(db: Session, context: Context) -> list[int]:
    found = assessors(db, context)
    return found if len(found) > 1 and context.actor_id in found else []


def _all_in(db: Session, context: Context) -> bool:
    if context.work is None:
        return False
    found = assessments.of_engagement(db, context.work)
    return all(assessments.is_in(found.get(side)) for side in pairs.ASSESSORS)
