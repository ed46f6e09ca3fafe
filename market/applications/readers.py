"""Who may read a private profile because its owner applied: those who decide for the organisation, while it is open."""

from sqlmodel import Session, col, select

from market.access import Actor, Task
from market.applications.models import Application
from market.applications.rules import OFFER_OVER, OPEN, Status


def applied_to_theirs(db: Session, actor: Actor, person_id: int) -> bool:
    """Has this person an application under way, or accepted, with an organisation that the actor decides for?"""
    orgs = actor.orgs_for(Task.DECIDE)
    if not orgs:
        return False
    wanted = select(Application.id).where(
        Application.person_id == person_id,
        col(Application.org_id).in_(orgs),
        col(Application.status).in_((*OPEN, *OFFER_OVER, Status.ACCEPTED)),
    )
    return db.exec(wanted.limit(1)).first() is not None
