"""The life of an engagement once it is signed: started, paused, changed by agreement, finished or ended early."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from market import clock
from market.access import SYSTEM, Actor, require
from market.accounts.queries import org_member_ids
from market.engagements import milestones, outcomes, queries, rules
from market.engagements.models import Engagement
from market.engagements.rules import Facts, Fault, MilestoneStatus, Status, TrialOutcome
from market.engagements.signing import join, sign
from market.errors import Conflict, Forbidden, Invalid
from market.opportunities import seats
from market.opportunities.models import Opportunity
from market.outbox import Event, announce
from market.programmes.models import Cohort
from market.transitions import take
from market.words import _

__all__ = [
    "call_off", "end_early", "end_for_leaver", "facts", "finish", "join", "no_show", "nudge_paused", "pause", "ready",
    "record_outcome", "resume", "sign", "start", "start_due",
]  # fmt: skip


def facts(db: Session, engagement: Engagement) -> Facts:
    """What the guards are asked about."""
    found = queries.milestones_of(db, engagement.id)
    return Facts(clock.today(), queries.statuses(found), engagement.status)


def ready(db: Session, actor: Actor, engagement: Engagement) -> None:
    """Say that one's own side can begin before the start date; with both sides ready it starts."""
    mine = rules.parties(actor, engagement)
    if not mine & {"talent", "employer"}:
        raise Forbidden(_("That step belongs to someone else."))
    queries.hold(db, engagement)
    if engagement.status is not Status.SCHEDULED:
        raise Conflict(_("This has started, or it was called off."))
    if "talent" in mine:
        engagement.talent_ready = True
    else:
        engagement.employer_ready = True
    db.add(engagement)
    db.flush()
    if engagement.talent_ready and engagement.employer_ready:
        start(db, actor, engagement)
    else:
        announce(db, "engagement.side_ready", actor, subject=("engagement", engagement.id))


def start(db: Session, actor: Actor, engagement: Engagement) -> None:
    """Work is under way. The first part begins with it when the person said that they are ready.

    When the day came by itself nobody has done anything yet: the part begins when the person says so or hands in, and
    until then it can be said that nobody came.
    """
    take(db, actor, engagement, "start", facts=facts(db, engagement), changes={"started_at": clock.now()})
    if engagement.talent_ready:
        milestones.begin_next(db, engagement)


def call_off(db: Session, actor: Actor, engagement: Engagement, reason: str) -> None:
    """Before it began, either side may say no, with the reason. The seat comes free."""
    take(
        db,
        actor,
        engagement,
        "call_off",
        note=reason,
        changes={"ended_at": clock.now(), "end_reason": reason},
    )
    milestones.cancel_open(db, engagement, "called_off")
    _let_seat_go(db, engagement)


def no_show(db: Session, actor: Actor, engagement: Engagement) -> None:
    """A week after the start, with nothing begun."""
    take(
        db,
        actor,
        engagement,
        "no_show",
        facts=facts(db, engagement),
        changes={"ended_at": clock.now(), "end_reason": _("Nobody came.")},
    )
    milestones.cancel_open(db, engagement, "no_show")
    _let_seat_go(db, engagement)


def pause(db: Session, actor: Actor, engagement: Engagement, reason: str, until: date | None = None) -> None:
    """For up to thirty days, with the reason."""
    last = clock.today() + rules.PAUSE_AT_MOST
    if until is not None and not clock.today() < until <= last:
        raise Invalid(_("A pause lasts up to 30 days."), until=_("Choose a day within the next 30 days."))
    take(
        db,
        actor,
        engagement,
        "pause",
        note=reason,
        changes={"paused_at": clock.now(), "pause_until": until or last},
    )


def resume(db: Session, actor: Actor, engagement: Engagement) -> None:
    """Go on. A part that was accepted during the pause is followed by the next."""
    changes = {"paused_at": None, "pause_until": None, "nudged_at": None, "resumed_at": clock.now()}
    take(db, actor, engagement, "resume", changes=changes)
    if any(m.status is not MilestoneStatus.PLANNED for m in queries.milestones_of(db, engagement.id)):
        milestones.begin_next(db, engagement)


def finish(db: Session, actor: Actor, engagement: Engagement) -> None:
    """All milestones are settled and at least one is accepted: the engagement is completed."""
    take(db, actor, engagement, "finish", facts=facts(db, engagement), changes={"ended_at": clock.now()})
    outcomes.ended(db, engagement)


def end_early(db: Session, actor: Actor, engagement: Engagement, reason: str, fault: Fault) -> None:
    """Stop before the end. What was assessed stays; what was not begun is cancelled; the seat comes free."""
    _refuse_blaming(actor, engagement, fault)
    take(
        db,
        actor,
        engagement,
        "end_early",
        reason=f"fault_{fault}",
        note=reason,
        changes={
            "ended_at": clock.now(),
            "end_reason": reason,
            "fault": fault,
            "paused_at": None,
            "pause_until": None,
        },
    )
    milestones.cancel_open(db, engagement, "ended_early")
    _let_seat_go(db, engagement)
    outcomes.ended(db, engagement)


def _refuse_blaming(actor: Actor, engagement: Engagement, fault: Fault) -> None:
    """One side cannot record the other's fault by itself: that is a matter for a mediator."""
    mine = rules.parties(actor, engagement)
    other = Fault.EMPLOYER if "talent" in mine else Fault.TALENT
    if mine & {"talent", "employer"} and fault is other:
        raise Invalid(
            _("You can say that nobody is at fault, that both are, or that you are."),
            fault=_("The other side's fault is not yours alone to record. Say what happened in the reason."),
        )


def _let_seat_go(db: Session, engagement: Engagement) -> None:
    if not engagement.holds_seat:
        return
    engagement.holds_seat = False
    db.add(engagement)
    db.flush()
    if engagement.opportunity_id is not None:
        seats.free_seat(db, db.get_one(Opportunity, engagement.opportunity_id))
    elif engagement.for_members:
        cohort = db.get_one(Cohort, engagement.cohort_id, with_for_update=True)
        cohort.seats_free = min(cohort.seats, cohort.seats_free + 1)
        db.add(cohort)
        db.flush()


def end_for_leaver(db: Session, event: Event) -> None:
    """Subscriber: whoever left the organisation is no longer in its internal programmes, and nobody is at fault.

    What has not begun is called off. What runs ends early: what was assessed is issued, and what was handed in can be
    judged for two weeks more.
    """
    org_id, person_id = event.payload["org_id"], event.payload["person_id"]
    if person_id in org_member_ids(db, org_id):
        return
    wanted = select(Engagement).where(
        Engagement.person_id == person_id,
        Engagement.org_id == org_id,
        col(Engagement.for_members),
        col(Engagement.status).in_((Status.SCHEDULED, *rules.RUNNING)),
    )
    for engagement in db.exec(wanted.order_by(col(Engagement.id))).all():
        queries.hold(db, engagement)
        if engagement.status is Status.SCHEDULED:
            call_off(
                db, SYSTEM, engagement, _("They left the organisation before it began. Nobody is at fault.")
            )
        elif engagement.status in rules.RUNNING:
            reason = _(
                "They left the organisation, whose people this is for, so it ended. Nobody is at fault. What was assessed "
                "is theirs, and what was handed in can still be judged for two weeks."
            )
            end_early(db, SYSTEM, engagement, reason, Fault.NONE)


def record_outcome(db: Session, actor: Actor, engagement: Engagement, outcome: TrialOutcome) -> None:
    """After a trial project, the employer says what it led to. It counts on the employer's page."""
    queries.hold(db, engagement)
    require(rules.may_record_outcome(actor, engagement))
    engagement.outcome = outcome
    db.add(engagement)
    announce(db, "engagement.outcome_recorded", actor, subject=("engagement", engagement.id), reason=outcome)


# Timers


def start_due(db: Session, now: datetime) -> int:
    """Timer: engagements whose start date has come."""
    due = db.exec(
        select(Engagement)
        .where(Engagement.status == Status.SCHEDULED, col(Engagement.starts_on) <= now.date())
        .limit(200)
    ).all()
    for engagement in due:
        start(db, SYSTEM, engagement)
    return len(due)


def nudge_paused(db: Session, now: datetime) -> int:
    """Timer: pauses whose time is up; both sides are asked to go on or to end it."""
    due = db.exec(
        select(Engagement)
        .where(
            Engagement.status == Status.PAUSED,
            col(Engagement.pause_until) < now.date(),
            col(Engagement.nudged_at).is_(None),
        )
        .limit(200)
    ).all()
    for engagement in due:
        engagement.nudged_at = now
        db.add(engagement)
        announce(db, "engagement.pause_over", SYSTEM, subject=("engagement", engagement.id))
    return len(due)
