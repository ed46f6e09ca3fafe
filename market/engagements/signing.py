"""How work comes to be agreed: an offer that is accepted, or a round of an internal programme that a member joins.

Either way the seat is taken and the engagement with its milestones is scheduled, all at once or not at all.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from market import clock
from market.access import Actor, Task, require, roles_for
from market.accounts.models import Membership
from market.applications import offers
from market.applications.models import Application, Offer
from market.applications.planned import inside_terms
from market.applications.terms import Terms, from_json
from market.engagements import queries, rules
from market.engagements.models import (
    Engagement,
    EngagementMember,
    MemberFunction,
    Milestone,
    PaymentEntry,
    PaymentKind,
)
from market.engagements.rules import Joining
from market.opportunities.apprenticing import planned_parts
from market.opportunities.models import Opportunity
from market.opportunities.rules import Kind
from market.outbox import announce
from market.programmes.drafts import Named
from market.programmes.models import Cohort, Programme, ProgrammeVersion
from market.programmes.queries import Whole, whole_of_id
from market.programmes.rules import Function
from market.programmes.rules import Status as ProgrammeStatus

BEGINS_IN = timedelta(days=7)  # a rolling start, so that mentor and learner can look at the plan first


def sign(db: Session, actor: Actor, offer: Offer) -> Engagement:
    """Accept an offer: the terms are signed by both sides."""
    offers.accept(db, actor, offer)
    application = db.get_one(Application, offer.application_id)
    opportunity = db.get_one(Opportunity, application.opportunity_id)
    version_id = opportunity.programme_version_id
    plan = whole_of_id(db, version_id) if version_id is not None else None
    cohort_id = (
        db.exec(select(Cohort.id).where(Cohort.opportunity_id == opportunity.id)).first() if plan else None
    )
    terms = from_json(offer.terms)
    engagement = _schedule(
        db,
        actor,
        terms,
        plan,
        mentors=queries.member_people(db, terms.mentors),
        assessors=_assessors(plan) if plan else [],
        opportunity_id=opportunity.id,
        application_id=application.id,
        person_id=application.person_id,
        org_id=application.org_id,
        title=opportunity.title,
        kind=opportunity.kind,
        terms=offer.terms,
        rubric_id=opportunity.rubric_id,
        cohort_id=cohort_id,
    )
    announce(
        db,
        "engagement.scheduled",
        actor,
        subject=("engagement", engagement.id),
        application_id=application.id,
    )
    return engagement


class Bench(NamedTuple):
    """Who would look after a learner: never the learner themself."""

    mentors: dict[int, int]  # membership id to person id
    assessors: list[Named]
    others: bool  # somebody else may judge, where nobody is named to

    @property
    def may_judge(self) -> bool:
        return bool(self.assessors) or self.others


def bench_for(db: Session, plan: Whole, person_id: int) -> Bench:
    """Mentors and assessors of a version for this learner. One statement."""
    named = _assessors(plan)
    mentors = {
        one.membership_id: one.person_id
        for one in plan.draft.named(Function.MENTOR)
        if one.is_member and one.person_id != person_id
    }
    others = select(Membership.id).where(
        Membership.org_id == plan.version.org_id,
        Membership.person_id != person_id,
        col(Membership.role).in_(roles_for(Task.ASSESS)),
        col(Membership.ended_at).is_(None),
    )
    return Bench(
        mentors,
        [one for one in named if one.person_id != person_id],
        not named and db.exec(others.limit(1)).first() is not None,
    )


def joining(db: Session, actor: Actor, programme: Programme, cohort: Cohort, bench: Bench) -> Joining:
    """What joining a round is asked about."""
    at_it = (
        select(Engagement.id)
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Engagement.programme_version_id))
        .where(
            ProgrammeVersion.programme_id == programme.id,
            Engagement.person_id == actor.id,
            col(Engagement.status).in_((rules.Status.SCHEDULED, *rules.RUNNING)),
        )
    )
    return Joining(
        is_member=actor.belongs_to(programme.org_id),
        is_open=programme.for_members and programme.status == ProgrammeStatus.PUBLISHED and cohort.is_open,
        places_free=cohort.seats_free,
        starts_on=cohort.starts_on,
        is_at_it=db.exec(at_it).first() is not None,
        has_mentor=bool(bench.mentors),
        has_assessor=bench.may_judge,
    )


def join(db: Session, actor: Actor, programme: Programme, cohort: Cohort) -> Engagement:
    """A member takes a place in a round of an internal programme.

    The organisation agreed by opening the round, the member agrees by joining. The programme's row is held: one person
    joins once, and the last place goes to one.
    """
    db.refresh(programme, with_for_update=True)
    db.refresh(cohort, with_for_update=True)
    plan = whole_of_id(db, cohort.programme_version_id)
    bench, today = bench_for(db, plan, actor.id), clock.today(actor.time_zone)
    require(rules.may_join(joining(db, actor, programme, cohort, bench), today))
    cohort.seats_free -= 1
    db.add(cohort)
    terms = inside_terms(plan, cohort.starts_on or today + BEGINS_IN, tuple(bench.mentors))
    engagement = _schedule(
        db,
        actor,
        terms,
        plan,
        mentors=bench.mentors,
        assessors=bench.assessors,
        for_members=True,
        person_id=actor.id,
        org_id=programme.org_id,
        title=plan.draft.title,
        kind=Kind.MICRO_APPRENTICESHIP,
        terms=terms.as_json(),
        rubric_id=plan.version.rubric_id,
        cohort_id=cohort.id,
    )
    announce(db, "engagement.joined", actor, subject=("engagement", engagement.id))
    return engagement


def _schedule(
    db: Session,
    actor: Actor,
    agreed: Terms,
    plan: Whole | None,
    *,
    mentors: dict[int, int],
    assessors: Sequence[Named],
    **values: Any,
) -> Engagement:
    """The engagement with its members, its milestones and what was agreed for each. `mentors` is membership to person."""
    engagement = Engagement(
        **values,
        supervisor_ids=sorted({*mentors.values(), *(one.person_id for one in assessors)}),
        assessor_ids=[one.person_id for one in assessors],
        starts_on=agreed.starts_on,
        ends_on=agreed.ends_on,
    )
    if plan is not None:  # the version that was signed, and what its end is guarded by
        engagement.programme_version_id = plan.version.id
        engagement.sessions_least = plan.version.sessions_least
        engagement.needs_capstone = True
    db.add(engagement)
    db.flush()
    _give(db, engagement.id, MemberFunction.MENTOR, mentors)
    _give(db, engagement.id, MemberFunction.ASSESSOR, (one.membership_id for one in assessors))
    planned = planned_parts(plan) if plan else ()
    for position, part in enumerate(agreed.milestones, 1):
        as_planned = planned[position - 1] if position <= len(planned) else None
        milestone = Milestone(
            engagement_id=engagement.id,
            person_id=engagement.person_id,
            org_id=engagement.org_id,
            supervisor_ids=engagement.supervisor_ids,
            position=position,
            title=part.title,
            text=part.text or (as_planned.part.text if as_planned else ""),
            accepted_when=part.accepted_when,
            due_on=part.due_on,
            amount_minor=part.amount_minor,
            currency=agreed.currency,
            phase=as_planned.phase if as_planned else None,
            programme_task_id=as_planned.task_id if as_planned else None,
        )
        db.add(milestone)
        db.flush()
        db.add(
            PaymentEntry(
                milestone_id=milestone.id,
                kind=PaymentKind.AGREED,
                amount_minor=part.amount_minor,
                currency=agreed.currency,
                actor_id=actor.id,
            )
        )
    return engagement


def _give(db: Session, engagement_id: int, function: MemberFunction, memberships: Iterable[int]) -> None:
    for one in memberships:
        db.add(EngagementMember(engagement_id=engagement_id, membership_id=one, function=function))


def _assessors(plan: Whole) -> list[Named]:
    """Who judges the capstone of a programme, first and second, of those who are members still."""
    functions = (Function.ASSESSOR, Function.SECOND_ASSESSOR)
    return [one for function in functions for one in plan.draft.named(function) if one.is_member]
