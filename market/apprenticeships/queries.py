"""Reading what runs: the plan of one engagement with what happened of it, its sessions, hours and pulse."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from market.access import Actor, Task, roles_for
from market.accounts.models import Block, Membership, Person
from market.accounts.queries import blocks_between
from market.apprenticeships import rules
from market.apprenticeships.models import HoursEntry, MentorSession, Pulse, ResourceTick, Running
from market.apprenticeships.rules import Load, PulseSide, SessionStatus
from market.engagements.models import Engagement, EngagementMember, MemberFunction, Milestone
from market.engagements.queries import get_engagement, milestones_of
from market.errors import NotFound
from market.programmes.models import CheckQuestion, ProgrammeVersion, Resource
from market.programmes.rules import Phase
from market.words import _


def get_running(db: Session, actor: Actor, public_id: str) -> tuple[Engagement, ProgrammeVersion]:
    """The engagement and the version it runs on; `NotFound` alike for what is not there, not theirs, or no programme."""
    engagement = get_engagement(db, actor, public_id)
    version = version_of(db, engagement)
    if version is None:
        raise NotFound(_("There is no such work, or it is not yours to see."))
    return engagement, version


def version_of(db: Session, engagement: Engagement) -> ProgrammeVersion | None:
    if engagement.programme_version_id is None:
        return None
    return db.get(ProgrammeVersion, engagement.programme_version_id)


def get_session(db: Session, actor: Actor, public_id: str) -> tuple[Engagement, MentorSession]:
    """A session with its engagement, under the same rule."""
    found = db.exec(select(MentorSession).where(MentorSession.public_id == public_id)).first()
    engagement = db.get(Engagement, found.engagement_id) if found else None
    if found is None or engagement is None:
        raise NotFound(_("There is no such session, or it is not yours to see."))
    return get_engagement(db, actor, engagement.public_id), found


class Learning(NamedTuple):
    """Something to learn from, and whether the person is through with it."""

    row: Resource
    done_at: datetime | None
    questions: tuple[CheckQuestion, ...]


def learning_of(db: Session, engagement: Engagement) -> list[Learning]:
    """In the order of the programme, with its check questions. Two statements."""
    rows = db.exec(
        select(Resource, ResourceTick.at)
        .join(
            ResourceTick,
            (col(ResourceTick.resource_id) == col(Resource.id))
            & (col(ResourceTick.engagement_id) == engagement.id),
            isouter=True,
        )
        .where(Resource.version_id == engagement.programme_version_id)
        .order_by(col(Resource.position))
    ).all()
    asked: dict[int, list[CheckQuestion]] = {}
    for question in db.exec(
        select(CheckQuestion)
        .where(col(CheckQuestion.resource_id).in_([row.id for row, _at in rows]))
        .order_by(col(CheckQuestion.resource_id), col(CheckQuestion.position))
    ):
        asked.setdefault(question.resource_id, []).append(question)
    return [Learning(row, at, tuple(asked.get(row.id, ()))) for row, at in rows]


class Met(NamedTuple):
    """A session with the name of its mentor."""

    row: MentorSession
    mentor: str


def sessions_of(db: Session, engagement_id: int) -> list[Met]:
    """All of them, the earliest first."""
    at = func.coalesce(
        col(MentorSession.held_at), col(MentorSession.planned_at), col(MentorSession.created_at)
    )
    found = db.exec(
        select(MentorSession, Person.display_name)
        .join(Person, col(Person.id) == col(MentorSession.mentor_id))
        .where(MentorSession.engagement_id == engagement_id)
        .order_by(at, col(MentorSession.id))
    ).all()
    return [Met(row, name or _("Someone who left")) for row, name in found]


def last_held(db: Session, engagement: Engagement) -> datetime | None:
    """When the last session that counts was held; when the work began where there was none."""
    found = db.exec(
        select(func.max(col(MentorSession.held_at))).where(
            MentorSession.engagement_id == engagement.id, MentorSession.status == SessionStatus.HELD
        )
    ).one()
    return found or engagement.started_at


class Day(NamedTuple):
    """An entry of hours that counts."""

    id: int
    worked_on: date
    minutes: int
    phase: str
    note: str


def hours_of(db: Session, engagement_id: int) -> list[Day]:
    """What counts: entries that no other one voids, the newest day first."""
    voided = select(col(HoursEntry.voids_id)).where(
        HoursEntry.engagement_id == engagement_id, col(HoursEntry.voids_id).is_not(None)
    )
    rows = db.exec(
        select(HoursEntry)
        .where(
            HoursEntry.engagement_id == engagement_id,
            col(HoursEntry.voids_id).is_(None),
            col(HoursEntry.id).not_in(voided),
        )
        .order_by(col(HoursEntry.worked_on).desc(), col(HoursEntry.id).desc())
    ).all()
    return [Day(r.id, r.worked_on, r.minutes, r.phase, r.note) for r in rows]


def load_of(engagement: Engagement, version: ProgrammeVersion, days: list[Day], today: date) -> Load | None:
    """Hours so far against the plan; None before the work has begun."""
    if engagement.started_at is None:
        return None
    spent = sum(day.minutes for day in days)
    return rules.load(spent, version.workload_hours, version.weeks, engagement.started_at.date(), today)


def pulses_of(db: Session, engagement_id: int) -> dict[tuple[int, PulseSide], Pulse]:
    """The answers, by week and side."""
    rows = db.exec(select(Pulse).where(Pulse.engagement_id == engagement_id)).all()
    return {(row.week, row.side): row for row in rows}


def running_row(db: Session, engagement_id: int) -> Running:
    """What was told of this one; made when it is asked for first."""
    found = db.get(Running, engagement_id)
    if found is None:
        found = Running(engagement_id=engagement_id)
        db.add(found)
        db.flush()
    return found


def mentors_of(db: Session, engagement: Engagement) -> list[tuple[int, str, str]]:
    """Who mentors: id, public id and name, in the order they were named. Assessors look after the work too, but no more."""
    found = db.exec(
        select(Person.id, Person.public_id, Person.display_name)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .join(EngagementMember, col(EngagementMember.membership_id) == col(Membership.id))
        .where(
            EngagementMember.engagement_id == engagement.id,
            EngagementMember.function == MemberFunction.MENTOR,
            col(Membership.ended_at).is_(None),
        )
        .order_by(col(EngagementMember.id))
    ).all()
    return [(person_id, public_id, name or "") for person_id, public_id, name in found]


def side_of(db: Session, actor: Actor, engagement: Engagement) -> PulseSide | None:
    """The side this reader speaks for: the learner's, or as a named mentor the mentor's; nobody speaks for both."""
    if actor.is_signed_in and actor.id == engagement.person_id:
        return PulseSide.TALENT
    mentors = {person_id for person_id, _public_id, _name in mentors_of(db, engagement)}
    return PulseSide.MENTOR if actor.id in mentors else None


def capstone_of(db: Session, engagement: Engagement) -> Milestone | None:
    """The capstone among the parts of the work."""
    return next((m for m in milestones_of(db, engagement.id) if m.phase == Phase.CAPSTONE), None)


def member_with(db: Session, engagement: Engagement, public_id: str, task: Task) -> tuple[int, int]:
    """Person and membership of a member whose role carries the task; the membership is 0 for anyone else."""
    found = db.exec(
        select(Person.id, Membership.id)
        .join(
            Membership,
            (col(Membership.person_id) == col(Person.id))
            & (col(Membership.org_id) == engagement.org_id)
            & col(Membership.role).in_(roles_for(task))
            & col(Membership.ended_at).is_(None),
            isouter=True,
        )
        .where(Person.public_id == public_id)
        .order_by(col(Membership.id))
    ).first()
    return (found[0], found[1] or 0) if found else (0, 0)


def may_stand_in(
    db: Session, engagement: Engagement, task: Task, but: Collection[int] = ()
) -> list[tuple[str, str]]:
    """Public id and name of members whose role carries the task: not `but` these people, nor the learner, nor whoever
    a block parts from them.
    """
    apart = select(Block.id).where(or_(*blocks_between(col(Person.id), engagement.person_id, ())))
    found = db.exec(
        select(Person.public_id, Person.display_name)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(
            Membership.org_id == engagement.org_id,
            col(Membership.role).in_(roles_for(task)),
            col(Membership.ended_at).is_(None),
            col(Person.id).not_in({engagement.person_id, *but}),
            ~apart.correlate(Person).exists(),
        )
        .distinct()
        .order_by(col(Person.display_name))
    ).all()
    return [(public_id, name or "") for public_id, name in found]
