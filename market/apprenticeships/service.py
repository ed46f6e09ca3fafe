"""What happens while a programme runs: learning ticked, sessions planned, held and confirmed, hours, pulse, a stand-in."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from market import clock
from market.access import Actor
from market.apprenticeships import queries, rules
from market.apprenticeships.models import HoursEntry, MentorSession, Pulse, ResourceTick
from market.apprenticeships.rules import Log, PulseSide
from market.engagements import rules as engagement_rules
from market.engagements.models import Engagement
from market.engagements.queries import hold
from market.errors import Conflict, Forbidden, Invalid, NotFound
from market.outbox import announce
from market.programmes.models import Resource
from market.programmes.rules import Phase
from market.transitions import take
from market.words import _


def is_running(engagement: Engagement) -> bool:
    return engagement.status in engagement_rules.RUNNING


def tick(db: Session, actor: Actor, engagement: Engagement, resource_public_id: str, done: bool) -> None:
    """The learner is through with something, or not after all. Twice is once."""
    if actor.id != engagement.person_id:
        raise Forbidden(_("Only the person who learns ticks this off."))
    if not is_running(engagement):
        raise Conflict(_("This is ticked off while the work is under way."))
    resource = db.exec(
        select(Resource).where(
            Resource.public_id == resource_public_id, Resource.version_id == engagement.programme_version_id
        )
    ).first()
    if resource is None:
        raise NotFound(_("There is no such thing to learn from here."))
    found = db.get(ResourceTick, (engagement.id, resource.id))
    if done and found is None:
        db.add(ResourceTick(engagement_id=engagement.id, resource_id=resource.id))
    elif not done and found is not None:
        db.delete(found)
    db.flush()


# Sessions


def _side(db: Session, actor: Actor, engagement: Engagement) -> PulseSide:
    side = queries.side_of(db, actor, engagement)
    if side is None:
        raise Forbidden(_("Only the person who learns and their mentors do this."))
    return side


def _new(db: Session, actor: Actor, engagement: Engagement, mentor_id: int | None = None) -> MentorSession:
    """A session with the mentor named, with the one who writes it, or with the first there is."""
    mentors = [person_id for person_id, _public_id, _name in queries.mentors_of(db, engagement)]
    if not mentors:
        raise Conflict(_("Nobody mentors here at the moment. Ask the organisation to name someone."))
    chosen = next((one for one in (mentor_id, actor.id) if one in mentors), mentors[0])
    return MentorSession(
        engagement_id=engagement.id,
        person_id=engagement.person_id,
        org_id=engagement.org_id,
        mentor_id=chosen,
    )


def plan_session(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    at: datetime,
    topic: str = "",
    mentor_id: int | None = None,
) -> MentorSession:
    """Put a session in the plan; the other side is told."""
    _side(db, actor, engagement)
    allowed = rules.may_plan(at, clock.now(), is_running(engagement))
    if not allowed:
        raise Invalid(allowed.reason, at=allowed.reason)
    row = _new(db, actor, engagement, mentor_id)
    row.planned_at, row.topic = at, topic
    db.add(row)
    db.flush()
    announce(db, "session.planned", actor, subject=("session", row.id), engagement_id=engagement.id)
    return row


def log_session(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    *,
    held_at: datetime,
    minutes: int,
    note: str = "",
    session: MentorSession | None = None,
) -> MentorSession:
    """Say that a session was held: one that was planned, or one that came about. The other side confirms it."""
    side = _side(db, actor, engagement)
    facts = Log(clock.now(), actor.id, is_running(engagement), engagement.started_at, held_at, minutes)
    row = session
    if row is None:
        row = _new(db, actor, engagement)
        row.planned_at = held_at
        db.add(row)
        db.flush()
    now = clock.now()
    try:
        take(
            db,
            actor,
            row,
            "log",
            facts=facts,
            changes={
                "held_at": held_at,
                "minutes": minutes,
                "note": note,
                "logged_by": actor.id,
                "logged_at": now,
                "reminded_at": None,
                "denied_note": "",
                "confirmed_by_talent_at": now if side is PulseSide.TALENT else None,
                "confirmed_by_mentor_at": now if side is PulseSide.MENTOR else None,
            },
            engagement_id=engagement.id,
        )
    except Forbidden as refused:
        raise Invalid(refused.reason, held_at=refused.reason) from None
    return row


def confirm_session(db: Session, actor: Actor, engagement: Engagement, session: MentorSession) -> None:
    """The other side says the same: it counts. The engagement's own count moves in the same transaction."""
    hold(db, engagement)
    if engagement.ended_at is not None and clock.now() > engagement.ended_at + rules.CONFIRM_WITHIN:
        raise Conflict(_("The work ended more than two weeks ago, so its sessions stay as they are."))
    side = _side(db, actor, engagement)
    now = clock.now()
    take(
        db,
        actor,
        session,
        "confirm",
        facts=Log(now, actor.id, is_running(engagement)),
        changes={
            "confirmed_by_talent_at" if side is PulseSide.TALENT else "confirmed_by_mentor_at": now,
        },
        engagement_id=engagement.id,
    )
    engagement.sessions_held += 1
    db.add(engagement)
    running = queries.running_row(db, engagement.id)
    running.quiet_told_at = running.quiet_raised_at = None
    db.add(running)
    db.flush()


def deny_session(
    db: Session, actor: Actor, engagement: Engagement, session: MentorSession, note: str
) -> None:
    """The other side says that it was not held so, and why. It can be written down anew."""
    take(
        db,
        actor,
        session,
        "deny",
        facts=Log(clock.now(), actor.id, is_running(engagement)),
        note=note,
        changes={
            "denied_note": note,
            "confirmed_by_talent_at": None,
            "confirmed_by_mentor_at": None,
        },
        engagement_id=engagement.id,
    )


def miss_session(db: Session, actor: Actor, engagement: Engagement, session: MentorSession) -> None:
    """It did not happen, and nobody is blamed for it."""
    take(db, actor, session, "miss", engagement_id=engagement.id)


def move_session(
    db: Session, actor: Actor, engagement: Engagement, session: MentorSession, at: datetime
) -> MentorSession:
    """Another time instead: the old one says so, a new one is planned."""
    allowed = rules.may_plan(at, clock.now(), is_running(engagement))
    if not allowed:
        raise Invalid(allowed.reason, at=allowed.reason)
    take(
        db,
        actor,
        session,
        "move",
        facts=Log(clock.now(), actor.id, is_running(engagement)),
        engagement_id=engagement.id,
    )
    return plan_session(db, actor, engagement, at, session.topic, session.mentor_id)


# Hours


def log_hours(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    *,
    worked_on: date,
    minutes: int,
    phase: Phase,
    note: str,
) -> HoursEntry:
    """The learner writes down what they spent on a day."""
    if actor.id != engagement.person_id:
        raise Forbidden(_("Only the person who does the work writes down its hours."))
    hold(db, engagement)
    that_day = sum(d.minutes for d in queries.hours_of(db, engagement.id) if d.worked_on == worked_on)
    started = (
        engagement.started_at.astimezone(ZoneInfo(actor.time_zone)).date() if engagement.started_at else None
    )
    allowed = rules.may_log_hours(
        worked_on, minutes, that_day, started, clock.today(actor.time_zone), is_running(engagement)
    )
    if not allowed:
        raise Invalid(allowed.reason, worked_on=allowed.reason)
    row = HoursEntry(
        engagement_id=engagement.id,
        phase=phase,
        worked_on=worked_on,
        minutes=minutes,
        note=note,
        by_person=actor.id,
    )
    db.add(row)
    db.flush()
    announce(db, "hours.logged", actor, subject=("engagement", engagement.id))
    return row


def void_hours(db: Session, actor: Actor, engagement: Engagement, entry_id: int) -> None:
    """Take an entry back: it stays in the record, and counts no more."""
    if actor.id != engagement.person_id:
        raise Forbidden(_("Only the person who does the work writes down its hours."))
    hold(db, engagement)
    if not is_running(engagement):
        raise Conflict(_("The work has ended, so its hours stay as they are."))
    found = db.get(HoursEntry, entry_id)
    if found is None or found.engagement_id != engagement.id or found.voids_id is not None:
        raise NotFound(_("There is no such entry."))
    if entry_id not in {day.id for day in queries.hours_of(db, engagement.id)}:
        raise Conflict(_("This entry was taken back before."))
    db.add(
        HoursEntry(
            engagement_id=engagement.id,
            phase=found.phase,
            worked_on=found.worked_on,
            minutes=found.minutes,
            note="",
            by_person=actor.id,
            voids_id=found.id,
        )
    )
    db.flush()


# The pulse


def answer_pulse(
    db: Session, actor: Actor, engagement: Engagement, *, week: int, first: int, second: int, words: str
) -> Pulse:
    """The two answers of one side to one week. A low one is told to the other side."""
    side = _side(db, actor, engagement)
    hold(db, engagement)
    started = engagement.started_at
    current = rules.week_of(started.date(), clock.today()) if started else 0
    answered = (week, side) in queries.pulses_of(db, engagement.id)
    allowed = rules.may_answer_pulse(week, current, answered, is_running(engagement))
    if not allowed:
        raise Conflict(allowed.reason)
    row = Pulse(
        engagement_id=engagement.id,
        week=week,
        side=side,
        person_id=actor.id,
        first=first,
        second=second,
        words=words,
    )
    db.add(row)
    db.flush()
    name = "pulse.low" if min(first, second) <= rules.LOW_PULSE else "pulse.answered"
    announce(db, name, actor, subject=("engagement", engagement.id))
    return row


def due_on(engagement: Engagement, day: int) -> date:
    """The date of a day of the plan: 1 is the first."""
    begun = engagement.started_at.date() if engagement.started_at else engagement.starts_on
    return begun + timedelta(days=day - 1)
