"""Who may read a private profile because its owner works for them: those who look after the work, and a month longer."""

from datetime import timedelta

from sqlmodel import Session, col, or_, select

from market import clock
from market.access import Actor
from market.engagements import rules
from market.engagements.models import Engagement

LONGER = timedelta(days=30)  # what is left to do once work has ended: the assessment, the review


def works_for_theirs(db: Session, actor: Actor, person_id: int) -> bool:
    """Is there work of this person's, under way or lately ended, that the actor has a part in for the organisation?"""
    if not actor.memberships:
        return False
    wanted = select(Engagement).where(
        Engagement.person_id == person_id,
        col(Engagement.org_id).in_(actor.org_ids),
        Engagement.status != rules.Status.CALLED_OFF,
        or_(col(Engagement.ended_at).is_(None), col(Engagement.ended_at) > clock.now() - LONGER),
    )
    return any(rules.parties(actor, engagement) - {"talent"} for engagement in db.exec(wanted.limit(50)))
