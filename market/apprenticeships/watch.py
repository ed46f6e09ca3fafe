"""What falls due while programmes run: too many hours, too long without a session, the questions of a new week.

Each timer looks at the works that are under way; a paused one is left in peace. What was told is kept in `running`, so
that a sweep that runs twice tells once.
"""

from datetime import datetime

from sqlmodel import Session, col, select

from market.access import SYSTEM
from market.apprenticeships import queries, rules
from market.apprenticeships.models import MentorSession, Running
from market.apprenticeships.rules import SessionStatus
from market.engagements.models import Engagement
from market.engagements.rules import Status
from market.outbox import announce
from market.programmes.models import ProgrammeVersion

AT_ONCE = 200


def _under_way(db: Session, after: int) -> list[tuple[Engagement, ProgrammeVersion]]:
    found = db.exec(
        select(Engagement, ProgrammeVersion)
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Engagement.programme_version_id))
        .where(Engagement.status == Status.ACTIVE, col(Engagement.id) > after)
        .order_by(col(Engagement.id))
        .limit(AT_ONCE)
    ).all()
    return [(engagement, version) for engagement, version in found]


def watch(db: Session, now: datetime) -> int:
    """Timer: tell both sides of a load or a silence that is too long, and a moderator of a longer one; how many news."""
    told, last = 0, 0
    while some := _under_way(db, last):
        last = some[-1][0].id
        for engagement, version in some:
            running = queries.running_row(db, engagement.id)
            told += _load(db, engagement, version, running, now)
            told += _quiet(db, engagement, version, running, now)
            told += _pulse(db, engagement, version, running, now)
            db.add(running)
        db.flush()
    return told


def _tell(db: Session, name: str, engagement: Engagement) -> int:
    announce(db, name, SYSTEM, subject=("engagement", engagement.id))
    return 1


def _load(
    db: Session, engagement: Engagement, version: ProgrammeVersion, running: Running, now: datetime
) -> int:
    found = queries.load_of(engagement, version, queries.hours_of(db, engagement.id), now.date())
    if found is None or not found.is_high:
        running.load_told_at = None
        return 0
    if running.load_told_at is not None:
        return 0
    running.load_told_at = now
    return _tell(db, "apprenticeship.load_high", engagement)


def quiet_of(
    db: Session, engagement: Engagement, version: ProgrammeVersion, now: datetime
) -> rules.Quiet | None:
    """How long there was no session; None before the work has begun.

    A pause counts for nothing: who came back from one has fourteen days again.
    """
    since = queries.last_held(db, engagement)
    if since is None:
        return None
    return rules.quiet(
        max(since, engagement.resumed_at or since), now, engagement.sessions_held, version.sessions_planned
    )


def _quiet(
    db: Session, engagement: Engagement, version: ProgrammeVersion, running: Running, now: datetime
) -> int:
    found = quiet_of(db, engagement, version, now)
    if found is None or not found.is_long:
        running.quiet_told_at = running.quiet_raised_at = None
        return 0
    told = 0
    if running.quiet_told_at is None:
        running.quiet_told_at = now
        told += _tell(db, "apprenticeship.quiet", engagement)
    if found.is_too_long and running.quiet_raised_at is None:
        running.quiet_raised_at = now
        told += _tell(db, "apprenticeship.quiet_long", engagement)
    return told


def _pulse(
    db: Session, engagement: Engagement, version: ProgrammeVersion, running: Running, now: datetime
) -> int:
    """On the first day of a new week both sides are asked about the one before."""
    if not version.pulse or engagement.started_at is None:
        return 0
    week = rules.week_of(engagement.started_at.date(), now.date()) - 1
    if week < 1 or running.pulse_asked_week >= week:
        return 0
    running.pulse_asked_week = week
    answered = queries.pulses_of(db, engagement.id)
    if all((week, side) in answered for side in rules.PulseSide):
        return 0
    return _tell(db, "pulse.asked", engagement)


def remind_to_confirm(db: Session, now: datetime) -> int:
    """Timer: a session that was logged two days ago and has no answer: the other side is reminded, once."""
    edge = now - rules.REMIND_AFTER
    due = db.exec(
        select(MentorSession)
        .where(
            MentorSession.status == SessionStatus.LOGGED,
            col(MentorSession.logged_at) < edge,
            col(MentorSession.reminded_at).is_(None),
        )
        .limit(AT_ONCE)
    ).all()
    for row in due:
        row.reminded_at = now
        db.add(row)
        announce(db, "session.waits", SYSTEM, subject=("session", row.id), engagement_id=row.engagement_id)
    return len(due)
