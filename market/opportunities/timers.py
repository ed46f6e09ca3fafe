"""What falls due for postings: closing, ending, the warning before they expire, expiring."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from market.access import SYSTEM
from market.opportunities import queries
from market.opportunities.models import Opportunity
from market.opportunities.rules import Status
from market.outbox import announce, was_announced
from market.transitions import take

AT_ONCE = 200
IDLE_WARNING = timedelta(days=25)
IDLE = timedelta(days=30)
CLOSING_SOON = timedelta(days=3)
TIME_TO_EXTEND = timedelta(days=7)  # a closed posting waits so long for its writers before it ends
TIME_TO_REOPEN = timedelta(days=30)  # and a filled one whose places all came free


def close_due(db: Session, now: datetime) -> int:
    """Close what is past its deadline or has as many applicants as it takes."""
    found = queries.due_to_close(db, now, AT_ONCE)
    for opportunity in found:
        passed = opportunity.deadline_at is not None and opportunity.deadline_at <= now
        take(
            db,
            SYSTEM,
            opportunity,
            "close",
            reason="deadline" if passed else "applicants_cap",
            changes={"active_at": now},
        )
    return len(found)


def end_settled(*still_open: Any) -> Callable[[Session, datetime], int]:
    """A timer that ends what has nothing open any more: completed where someone did the work, else unfilled.

    `still_open` are statements that select the ids of openings with applications or work under way; the features
    above own those, so the page of timers hands them in.
    """

    def end(db: Session, now: datetime) -> int:
        status, since = col(Opportunity.status), col(Opportunity.active_at)
        found = db.exec(
            select(Opportunity)
            .where(
                or_(
                    and_(status == Status.FILLED, col(Opportunity.seats_taken) > 0),
                    and_(status == Status.FILLED, since <= now - TIME_TO_REOPEN),
                    and_(status == Status.CLOSED, since <= now - TIME_TO_EXTEND),
                ),
                *(col(Opportunity.id).not_in(ids) for ids in still_open),
            )
            .limit(AT_ONCE)
        ).all()
        for opportunity in found:
            take(db, SYSTEM, opportunity, "complete" if opportunity.seats_taken else "lapse")
        return len(found)

    return end


def warn_idle(db: Session, now: datetime) -> int:
    """Tell the writers of what has been idle for 25 days, once, that it expires in five."""
    found = db.exec(
        select(Opportunity)
        .where(
            Opportunity.status == Status.PUBLISHED,
            col(Opportunity.active_at) <= now - IDLE_WARNING,
            col(Opportunity.warned_at).is_(None),
        )
        .limit(AT_ONCE)
    ).all()
    for opportunity in found:
        opportunity.warned_at = now
        db.add(opportunity)
        announce(db, "opportunity.expiring", SYSTEM, subject=("opportunity", opportunity.id))
    return len(found)


def warn_closing(db: Session, now: datetime) -> int:
    """Tell once, three days before, that the last day to apply is near; not of what came out that late."""
    found = db.exec(
        select(col(Opportunity.id))
        .where(
            Opportunity.status == Status.PUBLISHED,
            col(Opportunity.deadline_at) > now,
            col(Opportunity.deadline_at) <= now + CLOSING_SOON,
            col(Opportunity.published_at) <= now - timedelta(days=1),
            ~was_announced("opportunity.closes_soon", "opportunity", col(Opportunity.id), now - CLOSING_SOON),
        )
        .order_by(col(Opportunity.id))
        .limit(AT_ONCE)
    ).all()
    for opportunity_id in found:
        announce(db, "opportunity.closes_soon", SYSTEM, subject=("opportunity", opportunity_id))
    return len(found)


def expire_idle(db: Session, now: datetime) -> int:
    """Expire what has been idle for 30 days."""
    found = db.exec(
        select(Opportunity)
        .where(Opportunity.status == Status.PUBLISHED, col(Opportunity.active_at) <= now - IDLE)
        .limit(AT_ONCE)
    ).all()
    for opportunity in found:
        take(db, SYSTEM, opportunity, "expire")
    return len(found)
