"""What rubrics do when something happens elsewhere."""

from sqlmodel import Session, col, update

from market.outbox import Event
from market.rubrics.models import Criterion


def follow_merged_skill(db: Session, event: Event) -> None:
    """Feed the skill that stays, where the merged one was fed; the words of a frozen rubric stay as they are."""
    db.exec(
        update(Criterion)
        .where(col(Criterion.skill_id) == event.subject_id)
        .values(skill_id=event.payload["into_id"])
    )
