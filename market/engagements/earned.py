"""Reading what came of a work: the credential its assessment earned, or what the organisation could issue for it."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from market.credentials.models import Achievement, Issued
from market.credentials.rules import AchievementStatus
from market.credentials.rules import Status as IssuedStatus
from market.engagements.models import Assessment


class Earned(NamedTuple):
    """The credential that came of a work's assessment."""

    public_id: str
    name: str
    status: IssuedStatus
    valid_until: datetime | None


def earned_by(db: Session, engagement_id: int) -> Earned | None:
    """The credential that was issued for an assessment of this work, the last where there are several."""
    judged = select(Assessment.id).where(Assessment.engagement_id == engagement_id)
    row = db.exec(
        select(Issued.public_id, Achievement.name, Issued.status, Issued.valid_until)
        .join(Achievement, col(Achievement.id) == col(Issued.achievement_id))
        .where(Issued.source_kind == "assessment", col(Issued.source_id).in_(judged))
        .order_by(col(Issued.id).desc())
    ).first()
    return None if row is None else Earned(*row)


def to_issue(db: Session, org_id: int, most: int = 5) -> list[tuple[str, str]]:
    """(public id, name) of what an organisation can issue now, the newest first."""
    rows = db.exec(
        select(Achievement.public_id, Achievement.name)
        .where(Achievement.org_id == org_id, Achievement.status == AchievementStatus.PUBLISHED)
        .order_by(col(Achievement.id).desc())
        .limit(most)
    )
    return list(rows)
