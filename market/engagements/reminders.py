"""Days of agreed work that come near: a part is due, work is to end, the time to judge runs out. Each told once.

That a day was told stands in the record of events. A day that is moved is told again, unless that was told just now.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from market.access import SYSTEM
from market.engagements.models import Assessment, AssessmentStatus, Engagement, Milestone
from market.engagements.pairs import ASSESSORS
from market.engagements.rules import ASSESS_WITHIN, DUE_SOON, ENDED, MilestoneStatus, Status
from market.outbox import announce, was_announced

AT_ONCE = 200
_TOLD = DUE_SOON + timedelta(days=1)  # the day itself is over only then


def warn_due(db: Session, now: datetime) -> int:
    """Timer: parts that are not handed in and due within three days. What is due when work ends is told with its end."""
    today = now.date()
    found = db.exec(
        select(Milestone)
        .join(Engagement, col(Engagement.id) == col(Milestone.engagement_id))
        .where(
            col(Milestone.status).in_((MilestoneStatus.PLANNED, MilestoneStatus.IN_PROGRESS)),
            col(Milestone.due_on).between(today, today + DUE_SOON),
            or_(col(Engagement.ends_on).is_(None), col(Milestone.due_on) != col(Engagement.ends_on)),
            Engagement.status == Status.ACTIVE,
            ~was_announced("milestone.due_soon", "milestone", col(Milestone.id), now - _TOLD),
        )
        .order_by(col(Milestone.id))
        .limit(AT_ONCE)
    ).all()
    for milestone in found:
        announce(
            db,
            "milestone.due_soon",
            SYSTEM,
            subject=("milestone", milestone.id),
            engagement_id=milestone.engagement_id,
        )
    return len(found)


def warn_end(db: Session, now: datetime) -> int:
    """Timer: work whose agreed end is within three days."""
    today = now.date()
    found = db.exec(
        select(col(Engagement.id))
        .where(
            Engagement.status == Status.ACTIVE,
            col(Engagement.ends_on).between(today, today + DUE_SOON),
            ~was_announced("engagement.ends_soon", "engagement", col(Engagement.id), now - _TOLD),
        )
        .order_by(col(Engagement.id))
        .limit(AT_ONCE)
    ).all()
    for engagement_id in found:
        announce(db, "engagement.ends_soon", SYSTEM, subject=("engagement", engagement_id))
    return len(found)


def warn_judging(db: Session, now: datetime) -> int:
    """Timer: work that ended, is judged by a rubric, and for three more days can be: while nobody has signed."""
    signed = select(Assessment.id).where(
        col(Assessment.engagement_id) == col(Engagement.id),
        col(Assessment.by_side).in_(ASSESSORS),
        Assessment.status == AssessmentStatus.SIGNED,
        col(Assessment.round) == col(Engagement.assessment_round),
    )
    found = db.exec(
        select(col(Engagement.id))
        .where(
            col(Engagement.status).in_(ENDED),
            col(Engagement.rubric_id).is_not(None),
            col(Engagement.ended_at) > now - ASSESS_WITHIN,
            col(Engagement.ended_at) <= now - ASSESS_WITHIN + DUE_SOON,
            ~signed.exists(),
            ~was_announced("assessment.due_soon", "engagement", col(Engagement.id), now - _TOLD),
        )
        .order_by(col(Engagement.id))
        .limit(AT_ONCE)
    ).all()
    for engagement_id in found:
        announce(db, "assessment.due_soon", SYSTEM, subject=("engagement", engagement_id))
    return len(found)
