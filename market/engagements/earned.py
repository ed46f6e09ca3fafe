"""Reading what came of a work: the credentials it earned, or what the organisation could issue for it."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from market.credentials.models import Achievement, Issued
from market.credentials.rules import AchievementStatus
from market.credentials.rules import Status as IssuedStatus
from market.engagements.models import Assessment


class Earned(NamedTuple):
    """A credential that came of a work."""

    public_id: str
    name: str
    status: IssuedStatus
    valid_until: datetime | None


def earned_by(db: Session, engagement_id: int) -> list[Earned]:
    """What was issued for this work or an assessment of it, in its order; not what a newer one took the place of."""
    judged = select(Assessment.id).where(Assessment.engagement_id == engagement_id)
    rows = db.exec(
        select(Issued.public_id, Achievement.name, Issued.status, Issued.valid_until)
        .join(Achievement, col(Achievement.id) == col(Issued.achievement_id))
        .where(
            ((col(Issued.source_kind) == "assessment") & col(Issued.source_id).in_(judged))
            | ((col(Issued.source_kind) == "engagement") & (col(Issued.source_id) == engagement_id)),
            Issued.status != IssuedStatus.SUPERSEDED,
        )
        .order_by(col(Issued.id))
    )
    return [Earned(*row) for row in rows]


def to_issue(db: Session, org_id: int, most: int = 5) -> list[tuple[str, str]]:
    """(public id, name) of what an organisation can issue now, the newest first."""
    rows = db.exec(
        select(Achievement.public_id, Achievement.name)
        .where(Achievement.org_id == org_id, Achievement.status == AchievementStatus.PUBLISHED)
        .order_by(col(Achievement.id).desc())
        .limit(most)
    )
    return list(rows)
