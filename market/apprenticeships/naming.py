"""Who looks after a programme that runs: its mentor and those who judge its capstone, named anew at any time.

Whoever decides for the organisation names them. The learner hears of it, and so does everyone who is named or replaced.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from market import clock
from market.access import Actor, Decision, Task, no, require
from market.accounts.models import Person
from market.accounts.queries import display_names, is_blocked
from market.apprenticeships import queries, rules
from market.apprenticeships.models import Appeal, MentorSession
from market.apprenticeships.rules import SessionStatus
from market.engagements import assessments, pairs
from market.engagements import rules as engagement_rules
from market.engagements.models import (
    Assessment,
    AssessmentSide,
    AssessmentStatus,
    Engagement,
    EngagementMember,
    MemberFunction,
    Milestone,
)
from market.engagements.queries import hold, member_people, milestones_of
from market.errors import Conflict, Forbidden, Invalid
from market.outbox import announce
from market.words import _


def hand_out(db: Session, engagement: Engagement) -> None:
    """Give the work, with all its parts, to those who are named for it now: to mentors, assessors, and whoever judges it
    anew on appeal. Nobody else of the organisation's mentors reads it.
    """
    named = select(EngagementMember.membership_id).where(EngagementMember.engagement_id == engagement.id)
    on_appeal = select(Appeal.assessor_id).where(Appeal.engagement_id == engagement.id)
    people = {*member_people(db, db.exec(named).all()).values(), *db.exec(on_appeal)}
    engagement.supervisor_ids = sorted(one for one in people if one is not None)
    db.add(engagement)
    for milestone in milestones_of(db, engagement.id):
        milestone.supervisor_ids = engagement.supervisor_ids
        db.add(milestone)
    db.flush()


def _put(db: Session, engagement: Engagement, function: MemberFunction, memberships: list[int]) -> set[int]:
    """Give the work to these members in a function, in their order; who had it in that function before."""
    named = select(EngagementMember).where(EngagementMember.engagement_id == engagement.id)
    old = db.exec(named.where(EngagementMember.function == function)).all()
    before = set(member_people(db, [row.membership_id for row in old]).values())
    for row in old:
        db.delete(row)
    db.flush()
    for membership_id in memberships:
        db.add(EngagementMember(engagement_id=engagement.id, membership_id=membership_id, function=function))
        db.flush()
    hand_out(db, engagement)
    return before


def _tell(
    db: Session, actor: Actor, engagement: Engagement, name: str, before: set[int], now: list[int]
) -> None:
    """The event carries who was named and who was replaced, as lists of ids."""
    part = queries.capstone_of(db, engagement)
    announce(
        db,
        name,
        actor,
        subject=("engagement", engagement.id),
        named=_listed(one for one in now if one not in before),
        gone=_listed(before - set(now)),
        part_id=part.id if part else None,
    )


def _listed(people: Iterable[int]) -> str:
    return ",".join(str(one) for one in sorted(people))


def change_mentor(db: Session, actor: Actor, engagement: Engagement, person_public_id: str) -> None:
    """Somebody else mentors from now on.

    Sessions that are not settled yet pass to them, so that nothing waits for someone who left.
    """
    if not actor.may_for(Task.DECIDE, engagement.org_id):
        raise Forbidden(_("Only those who choose people for the organisation name a mentor."))
    hold(db, engagement)
    if engagement.status not in (engagement_rules.Status.SCHEDULED, *engagement_rules.RUNNING):
        raise Conflict(_("The work has ended."))
    person_id, membership_id = queries.member_with(db, engagement, person_public_id, Task.SUPERVISE)
    is_apart = is_blocked(db, person_id, engagement.person_id)
    require(rules.may_mentor(person_id, engagement.person_id, bool(membership_id), is_apart))
    if [one[0] for one in queries.mentors_of(db, engagement)] == [person_id]:
        raise Invalid(_("They mentor here already."), mentor=_("They mentor here already."))
    before = _put(db, engagement, MemberFunction.MENTOR, [membership_id])
    waiting = (SessionStatus.PLANNED, SessionStatus.LOGGED, SessionStatus.DENIED)
    for row in db.exec(
        select(MentorSession).where(
            MentorSession.engagement_id == engagement.id, col(MentorSession.status).in_(waiting)
        )
    ).all():
        if row.confirmed_by_mentor_at is None:  # what the mentor before said of a session stays their word
            row.mentor_id = person_id
            db.add(row)
    db.flush()
    _tell(db, actor, engagement, "engagement.mentor_changed", before, [person_id])


def may_name_assessors(db: Session, actor: Actor, engagement: Engagement) -> Decision:
    """Name who judges the capstone, as long as it can be judged and is not signed."""
    if not actor.may_for(Task.DECIDE, engagement.org_id) or actor.id == engagement.person_id:
        return no(_("Only those who choose people for the organisation name who judges."))
    return rules.may_name_assessors(
        engagement.needs_capstone,
        engagement.status is engagement_rules.Status.CALLED_OFF,
        engagement_rules.is_closed_to_judge(engagement, clock.now()),
        any(row.status is AssessmentStatus.SIGNED for row in _put_in(db, engagement).values()),
    )


def _put_in(db: Session, engagement: Engagement) -> dict[AssessmentSide, Assessment]:
    """What assessors have put in of the attempt that counts now."""
    found = assessments.of_engagement(db, engagement)
    return {side: found[side].row for side in pairs.ASSESSORS if assessments.is_in(found.get(side))}


def judges_of(db: Session, engagement: Engagement) -> list[tuple[str, str, bool]]:
    """Who was named and is still there, the first first: public id, name, and whether their steps are in."""
    bench = pairs.bench_of(db, engagement)
    done = {row.person_id for row in _put_in(db, engagement).values()}
    found = dict(db.exec(select(Person.id, Person.public_id).where(col(Person.id).in_(bench))).all())
    names = display_names(db, list(bench))
    return [(found[one], names.get(one) or _("Someone who left"), one in done) for one in bench]


def judge_by(engagement: Engagement, part: Milestone | None) -> datetime | None:
    """The day by which the capstone is to be judged: two weeks after it was handed in, or after the end."""
    if engagement.ended_at is not None:
        return engagement.ended_at + engagement_rules.ASSESS_WITHIN
    if part is None or part.submitted_at is None:
        return None
    return part.submitted_at + engagement_rules.SILENCE


def name_assessors(db: Session, actor: Actor, engagement: Engagement, first: str, second: str = "") -> None:
    """These members judge the capstone from now on, by public id; with a second each of them chooses blind.

    Whoever has put in their steps of this attempt, and is still there, stays where they are.
    """
    hold(db, engagement)
    require(may_name_assessors(db, actor, engagement))
    chosen: list[int] = []
    memberships: list[int] = []
    for field, public_id in (("first", first), ("second", second)):
        if field == "second" and not public_id:
            continue
        person_id, membership_id = queries.member_with(db, engagement, public_id, Task.ASSESS)
        is_apart = is_blocked(db, person_id, engagement.person_id)
        allowed = rules.may_be_assessor(person_id, engagement.person_id, bool(membership_id), is_apart)
        if allowed and person_id in chosen:
            allowed = no(_("Two assessors are two people."))
        if not allowed:
            raise Invalid(allowed.reason, **{field: allowed.reason})
        chosen.append(person_id)
        memberships.append(membership_id)
    bench = pairs.bench_of(db, engagement)
    if chosen == list(bench):
        raise Invalid(_("They judge it already."), first=_("They judge it already."))
    for seat, row in _put_in(db, engagement).items():
        place = pairs.ASSESSORS.index(seat)
        if row.person_id in bench and chosen[place : place + 1] != [row.person_id]:
            words = _("Whoever has put in their steps stays where they are.")
            raise Invalid(words, **{("first", "second")[place]: words})
    before = _put(db, engagement, MemberFunction.ASSESSOR, memberships)
    engagement.assessor_ids = chosen
    db.add(engagement)
    db.flush()
    _tell(db, actor, engagement, "engagement.assessors_changed", before, chosen)
