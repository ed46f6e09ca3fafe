"""The life of an engagement: signed, started, paused, changed by agreement, finished or ended early."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from market import clock
from market.access import SYSTEM, Actor, require
from market.applications import offers
from market.applications.models import Application, Offer
from market.applications.terms import from_json
from market.engagements import milestones, outcomes, queries, rules
from market.engagements.models import (
    Engagement,
    EngagementMember,
    MemberFunction,
    Milestone,
    PaymentEntry,
    PaymentKind,
)
from market.engagements.rules import Facts, Fault, MilestoneStatus, Status, TrialOutcome
from market.errors import Conflict, Forbidden, Invalid
from market.opportunities import seats
from market.opportunities.apprenticing import planned_parts
from market.opportunities.models import Opportunity
from market.outbox import announce
from market.programmes.drafts import Named
from market.programmes.models import Cohort, ProgrammeVersion
from market.programmes.queries import Whole as Plan
from market.programmes.queries import whole_of_id
from market.programmes.rules import Function
from market.transitions import take
from market.words import _


def sign(db: Session, actor: Actor, offer: Offer) -> Engagement:
    """Accept an offer: the seat is taken, and the engagement with its milestones is scheduled, all at once or not at all."""
    offers.accept(db, actor, offer)
    application = db.get_one(Application, offer.application_id)
    opportunity = db.get_one(Opportunity, application.opportunity_id)
    terms = from_json(offer.terms)
    people = queries.member_people(db, terms.mentors)
    plan = whole_of_id(db, opportunity.programme_version_id) if opportunity.programme_version_id else None
    assessors = _assessors(plan)
    engagement = Engagement(
        opportunity_id=opportunity.id,
        application_id=application.id,
        person_id=application.person_id,
        org_id=application.org_id,
        title=opportunity.title,
        kind=opportunity.kind,
        terms=offer.terms,
        rubric_id=opportunity.rubric_id,
        supervisor_ids=sorted({*people.values(), *(one.person_id for one in assessors)}),
        assessor_ids=[one.person_id for one in assessors],
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
    )
    _as_a_programme(db, engagement, opportunity)
    db.add(engagement)
    db.flush()
    for membership_id in people:
        db.add(
            EngagementMember(
                engagement_id=engagement.id, membership_id=membership_id, function=MemberFunction.MENTOR
            )
        )
    for one in assessors:
        db.add(
            EngagementMember(
                engagement_id=engagement.id,
                membership_id=one.membership_id,
                function=MemberFunction.ASSESSOR,
            )
        )
    planned = planned_parts(plan) if plan else ()
    for position, part in enumerate(terms.milestones, 1):
        milestone = Milestone(
            engagement_id=engagement.id,
            person_id=engagement.person_id,
            org_id=engagement.org_id,
            supervisor_ids=engagement.supervisor_ids,
            position=position,
            title=part.title,
            text=part.text or (planned[position - 1].part.text if position <= len(planned) else ""),
            accepted_when=part.accepted_when,
            due_on=part.due_on,
            amount_minor=part.amount_minor,
            currency=terms.currency,
            phase=planned[position - 1].phase if position <= len(planned) else None,
            programme_task_id=planned[position - 1].task_id if position <= len(planned) else None,
        )
        db.add(milestone)
        db.flush()
        db.add(
            PaymentEntry(
                milestone_id=milestone.id,
                kind=PaymentKind.AGREED,
                amount_minor=part.amount_minor,
                currency=terms.currency,
                actor_id=actor.id,
            )
        )
    announce(
        db,
        "engagement.scheduled",
        actor,
        subject=("engagement", engagement.id),
        application_id=application.id,
    )
    return engagement


def _assessors(plan: Plan | None) -> list[Named]:
    """Who judges the capstone of a programme, first and second, of those who are members still."""
    functions = (Function.ASSESSOR, Function.SECOND_ASSESSOR)
    return [
        one for function in functions for one in (plan.draft.named(function) if plan else ()) if one.is_member
    ]


def _as_a_programme(db: Session, engagement: Engagement, opportunity: Opportunity) -> None:
    """What an opening of a programme adds: the version that was signed, the round, and what its end is guarded by."""
    if opportunity.programme_version_id is None:
        return
    version = db.get_one(ProgrammeVersion, opportunity.programme_version_id)
    engagement.programme_version_id = version.id
    engagement.cohort_id = db.exec(select(Cohort.id).where(Cohort.opportunity_id == opportunity.id)).first()
    engagement.sessions_least = version.sessions_least
    engagement.needs_capstone = True


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
    if engagement.holds_seat and engagement.opportunity_id is not None:
        engagement.holds_seat = False
        db.add(engagement)
        db.flush()
        seats.free_seat(db, db.get_one(Opportunity, engagement.opportunity_id))


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
