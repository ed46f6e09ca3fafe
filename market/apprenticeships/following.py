"""What a programme led to: hired, continued or not, asked of both sides at its end and again after 90 days.

Each question is asked once and answered on a page; an answer may be put right there. Silence counts as nothing. What is
shown are counts of answers with how many were asked, each side for itself, and only from five answers on.
"""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from market import clock
from market.access import SYSTEM, Actor, require
from market.apprenticeships import following_rules as rules
from market.apprenticeships.following_rules import Count, FollowUpSide, Record
from market.apprenticeships.models import FollowUp
from market.engagements.models import Engagement
from market.engagements.rules import ENDED, RUNNING, Status, TrialOutcome, parties
from market.errors import Conflict
from market.outbox import announce
from market.programmes.models import ProgrammeVersion
from market.words import _

AT_ONCE = 200


def ask_due(db: Session, now: datetime) -> int:
    """Timer: ask both sides of programmes that ended, or ended 90 days ago, what it led to; how many questions."""
    asked = 0
    for days in rules.AFTER_DAYS:
        later = min((other for other in rules.AFTER_DAYS if other > days), default=rules.TOO_LATE.days)
        found = db.exec(
            select(Engagement, ProgrammeVersion.programme_id)
            .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Engagement.programme_version_id))
            .where(
                col(Engagement.status).in_(ENDED),
                col(Engagement.for_members).is_(False),  # they belonged to it before, so it led to no hiring
                col(Engagement.ended_at) <= now - timedelta(days=days),
                col(Engagement.ended_at) > now - timedelta(days=later),
                ~select(FollowUp.id)
                .where(FollowUp.engagement_id == Engagement.id, FollowUp.after_days == days)
                .correlate(Engagement)
                .exists(),
            )
            .order_by(col(Engagement.id))
            .limit(AT_ONCE)
        ).all()
        for engagement, programme_id in found:
            _ask(db, engagement, programme_id, days, now)
        asked += len(found)
    return asked


def _ask(db: Session, engagement: Engagement, programme_id: int, days: int, now: datetime) -> None:
    for side in FollowUpSide:
        db.add(
            FollowUp(
                engagement_id=engagement.id,
                programme_id=programme_id,
                org_id=engagement.org_id,
                after_days=days,
                side=side,
                asked_at=now,
            )
        )
    db.flush()
    announce(db, "follow_up.asked", SYSTEM, subject=("engagement", engagement.id), after_days=days)


def side_of(actor: Actor, engagement: Engagement) -> FollowUpSide | None:
    """For which side this actor answers; None for neither, such as a moderator."""
    mine = parties(actor, engagement)
    return next((side for side in FollowUpSide if side.value in mine), None)


def asked_of(db: Session, engagement_id: int, side: FollowUpSide) -> list[FollowUp]:
    """What one side was asked, in the order of the questions. The other side's answers are not theirs to read."""
    wanted = select(FollowUp).where(FollowUp.engagement_id == engagement_id, FollowUp.side == side)
    return list(db.exec(wanted.order_by(col(FollowUp.after_days))))


def answer(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    side: FollowUpSide,
    after_days: int,
    outcome: TrialOutcome,
) -> FollowUp:
    """Say what it led to, or put it right. `Conflict` before it is asked."""
    require(rules.may_answer(parties(actor, engagement), side))
    found = db.exec(
        select(FollowUp).where(
            FollowUp.engagement_id == engagement.id,
            FollowUp.side == side,
            FollowUp.after_days == after_days,
        )
    ).first()
    if found is None:
        raise Conflict(_("This is asked once the programme has ended, and again 90 days later."))
    found.outcome, found.answered_at, found.by_person = outcome, clock.now(), actor.id
    db.add(found)
    db.flush()
    announce(
        db,
        "follow_up.answered",
        actor,
        subject=("engagement", engagement.id),
        after_days=after_days,
        side=side.value,
    )
    return found


def counts_of(db: Session, *, programme_id: int = 0, org_id: int = 0) -> list[Count]:
    """What a programme, or all of an organisation's, led to. One statement."""
    of = FollowUp.programme_id == programme_id if programme_id else FollowUp.org_id == org_id
    rows = db.exec(
        select(FollowUp.after_days, FollowUp.side, FollowUp.outcome, func.count())
        .where(of)
        .group_by(col(FollowUp.after_days), col(FollowUp.side), col(FollowUp.outcome))
    ).all()
    return rules.counts([(days, side, outcome, n) for days, side, outcome, n in rows])


def record_of(db: Session, programme_id: int) -> Record:
    """How often any version of a programme was begun, ended and completed. One statement."""
    rows = dict(
        db.exec(
            select(Engagement.status, func.count())
            .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Engagement.programme_version_id))
            .where(
                ProgrammeVersion.programme_id == programme_id,
                col(Engagement.status).in_((*RUNNING, Status.DISPUTED, *ENDED)),
            )
            .group_by(col(Engagement.status))
        ).all()
    )
    return Record(sum(rows.values()), sum(rows.get(one, 0) for one in ENDED), rows.get(Status.COMPLETED, 0))
