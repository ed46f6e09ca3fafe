"""How long the log of lists is kept: past the site's days a list goes with its rows and with what was done after it."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from market.config import Settings
from market.db import Erasing
from market.matching.models import Ranking, RankingAct, RankingRow

BATCH = 500


def forget_old(db: Session, now: datetime) -> int:
    """Timer: lists that are older than the site keeps them. 0 days keeps them for ever."""
    known: Settings | None = db.get_bind().get_execution_options().get("site_settings")
    days = (known or Settings()).ranking_log_days
    if not days:
        return 0
    old = select(Ranking.id).where(Ranking.at < now - timedelta(days=days)).order_by(col(Ranking.id))
    gone = list(db.exec(old.limit(BATCH)))
    if gone:
        pass_for = Erasing()  # acts are append-only: only what is erased whole may go
        db.add(pass_for)
        db.flush()
        for model, column in (
            (RankingAct, col(RankingAct.ranking_id)),
            (RankingRow, col(RankingRow.ranking_id)),
        ):
            db.exec(delete(model).where(column.in_(gone)))
        db.exec(delete(Ranking).where(col(Ranking.id).in_(gone)))
        db.delete(pass_for)
        db.flush()
    return len(gone)
