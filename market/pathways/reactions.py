"""What follows for pathways: parts that were accepted complete them, lost parts are told, owed credentials are issued."""

from datetime import datetime

from sqlmodel import Session, col, select

from market.access import SYSTEM
from market.credentials.models import Issued, IssuedPart
from market.outbox import Event, announce
from market.pathways import queries, service
from market.pathways.models import PathwayCompletion

MOST_AT_ONCE = 100


def follow_part(db: Session, event: Event) -> None:
    """Subscriber: a credential was accepted or counts again, so its holder may have completed something."""
    issued = db.get(Issued, event.subject_id)
    if issued is not None:
        service.complete_for(db, issued.person_id)


def follow_published(db: Session, event: Event) -> None:
    """Subscriber: a pathway is out. Each person who holds a part of it is looked at by an event of their own."""
    if event.subject_id is None:
        return
    for person_id in queries.on_the_way(db, event.subject_id):
        announce(
            db,
            "pathway.reached",
            SYSTEM,
            subject=("person", person_id),
            person_id=person_id,
            pathway_id=event.subject_id,
        )


def follow_reached(db: Session, event: Event) -> None:
    """Subscriber: look at one person who held parts before the pathway was out."""
    if event.subject_id is not None:
        service.complete_for(db, event.subject_id)


def follow_revoked(db: Session, event: Event) -> None:
    """Subscriber: a part of something completed was revoked. Both sides are told; what was issued stays until its
    issuer says otherwise."""
    wanted = (
        select(PathwayCompletion)
        .join(IssuedPart, col(IssuedPart.issued_id) == col(PathwayCompletion.issued_id))
        .where(IssuedPart.part_id == event.subject_id)
        .order_by(col(PathwayCompletion.id))
    )
    for done in db.exec(wanted).all():
        announce(
            db,
            "pathway.part_lost",
            SYSTEM,
            subject=("pathway_completion", done.id),
            pathway_id=done.pathway_id,
            person_id=done.person_id,
            issued_id=event.subject_id,
        )


def issue_owed(db: Session, now: datetime) -> int:
    """Timer: what was completed while its credential could not be issued is issued once it can be."""
    return sum(service.issue_owed(db, one) for one in queries.owed(db, MOST_AT_ONCE))
