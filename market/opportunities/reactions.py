"""What postings do when something happens elsewhere."""

from sqlalchemy import update
from sqlmodel import Session, col, select

from market.db import change_number
from market.opportunities.models import Opportunity, Requirement
from market.opportunities.seats import tell_round
from market.outbox import Event


def follow_merged_skill(db: Session, event: Event) -> None:
    """Ask for the skill that stays, where the merged one was asked for. Terms as published keep their words.

    Where one posting asked for both, the higher of the two stays. A second delivery finds nothing left to do.
    """
    merged, stays = event.subject_id, event.payload["into_id"]
    asking = db.exec(select(Requirement).where(Requirement.skill_id == merged)).all()
    for row in asking:
        twin = db.exec(
            select(Requirement).where(
                Requirement.opportunity_id == row.opportunity_id,
                Requirement.version == row.version,
                col(Requirement.skill_id) == stays,
            )
        ).first()
        if twin is None:
            row.skill_id = stays
            db.add(row)
        else:
            twin.level, twin.weight = max(twin.level, row.level), max(twin.weight, row.weight)
            twin.essential = twin.essential or row.essential
            db.add(twin)
            db.delete(row)
    db.flush()
    touched = {row.opportunity_id for row in asking}
    db.connection().execute(
        update(Opportunity)
        .where(col(Opportunity.id).in_(touched))
        .values(changed=change_number("opportunity"))
    )


def follow_round(db: Session, event: Event) -> None:
    """The round of a programme says whether its opening takes people now."""
    opportunity = db.get(Opportunity, event.subject_id)
    if opportunity is not None:
        tell_round(db, opportunity)
