"""Reading engagements: one with everything on its page, and the lists of either side."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select
from sqlmodel import Session, col
from sqlmodel import select as pick

from market import clock
from market.access import Actor, Decision, Role
from market.accounts.models import Membership, Organisation, Person
from market.engagements import rules
from market.engagements.models import (
    Deliverable,
    DeliverableFile,
    Engagement,
    EngagementMember,
    Milestone,
    PaymentEntry,
    PaymentKind,
    TermsChange,
)
from market.engagements.rules import MilestoneStatus, Status
from market.errors import NotFound
from market.files.models import File
from market.outbox import Event
from market.programmes.models import ProgrammeVersion
from market.transitions import Transition
from market.words import _


def get_engagement(db: Session, actor: Actor, public_id: str) -> Engagement:
    """One engagement that this actor may see; `NotFound` for any other."""
    found = (
        db.connection()
        .execute(select(col(Engagement.id)).where(col(Engagement.public_id) == public_id))
        .first()
    )
    engagement = db.get(Engagement, found[0]) if found else None
    if engagement is None or not may_see(db, actor, engagement):
        raise NotFound(_("There is no such work, or it is not yours to see."))
    return engagement


def may_see(db: Session, actor: Actor, engagement: Engagement) -> Decision:
    """As `rules.may_see`. When a concern was raised, and by which report, stands in the log of events."""
    concern = None
    if actor.is_moderator or actor.is_admin:
        raised = pick(func.max(Event.at)).where(
            Event.subject_kind == "engagement",
            Event.subject_id == engagement.id,
            col(Event.name).in_(rules.CONCERNS),
        )
        concern = db.exec(raised).one()
    return rules.may_see(actor, engagement, concern, clock.now())


def get_milestone(db: Session, actor: Actor, public_id: str) -> tuple[Engagement, Milestone]:
    """A milestone with its engagement, under the same rule."""
    found = (
        db.connection()
        .execute(select(col(Milestone.id)).where(col(Milestone.public_id) == public_id))
        .first()
    )
    milestone = db.get(Milestone, found[0]) if found else None
    engagement = db.get(Engagement, milestone.engagement_id) if milestone else None
    if milestone is None or engagement is None or not may_see(db, actor, engagement):
        raise NotFound(_("There is no such milestone, or it is not yours to see."))
    return engagement, milestone


def hold(db: Session, engagement: Engagement) -> None:
    """The engagement as it stands now, its row held until this transaction ends: what depends on it waits its turn."""
    db.flush()
    db.refresh(engagement, with_for_update=True)


def milestones_of(db: Session, engagement_id: int) -> list[Milestone]:
    """In their order."""
    wanted = (
        pick(Milestone).where(col(Milestone.engagement_id) == engagement_id).order_by(col(Milestone.position))
    )
    return list(db.exec(wanted))


class HandedIn(NamedTuple):
    """One version of a milestone's work, with its files."""

    id: int
    version: int
    at: datetime
    note: str
    link: str
    as_evidence: bool
    files: tuple[tuple[str, str, str], ...]  # public id, name, first eight characters of the hash
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    by_silence: bool = False
    taken_back: bool = False


def versions_of(db: Session, milestone: Milestone) -> list[HandedIn]:
    """What was handed in, the newest first, each with what was said to it."""
    rows = db.exec(
        pick(Deliverable)
        .where(col(Deliverable.milestone_id) == milestone.id)
        .order_by(col(Deliverable.version))
    ).all()
    files: dict[int, list[tuple[str, str, str]]] = {}
    for deliverable_id, public_id, name, sha256 in db.connection().execute(
        select(
            col(DeliverableFile.deliverable_id),
            col(File.public_id),
            col(File.name),
            col(DeliverableFile.sha256),
        )
        .join(File, col(File.id) == col(DeliverableFile.file_id))
        .where(col(DeliverableFile.deliverable_id).in_([r.id for r in rows]))
        .order_by(col(DeliverableFile.id))
    ):
        files.setdefault(deliverable_id, []).append((public_id, name, sha256[:8]))
    answers = answers_to(db, milestone)
    made = []
    for row in rows:
        said = answers.get(row.version)
        made.append(
            HandedIn(
                row.id,
                row.version,
                row.at,
                row.note,
                row.link,
                row.as_evidence,
                tuple(files.get(row.id, ())),
                said.words if said else "",
                said.name if said else "",
                said.at if said else None,
                said is not None and said.step == "deem_approved",
                said is not None and said.step == "take_back",
            )
        )
    return made[::-1]


class Said(NamedTuple):
    """A step with the words that went with it."""

    step: str
    at: datetime
    name: str
    words: str


def answers_to(db: Session, milestone: Milestone) -> dict[int, Said]:
    """What became of each version, by its number: answered, or taken back before that. It stands before the next one."""
    version, found = 0, {}
    for step in history(db, "milestone", milestone.id):
        if step.step == "submit":
            version += 1
        elif step.step in ("approve", "request_changes", "deem_approved", "take_back"):
            found[version] = step
    return found


def history(db: Session, kind: str, subject_id: int) -> list[Said]:
    """Every step that was taken, with its words."""
    rows = db.connection().execute(
        select(
            col(Transition.step),
            col(Transition.at),
            col(Person.display_name),
            col(Transition.note),
            col(Transition.actor_id),
        )
        .outerjoin(Person, col(Person.id) == col(Transition.actor_id))
        .where(col(Transition.subject_kind) == kind, col(Transition.subject_id) == subject_id)
        .order_by(col(Transition.id))
    )
    return [
        Said(r[0], r[1], r[2] or (_("Someone who left") if r[4] else "Foothold"), r[3] or "") for r in rows
    ]


class Paid(NamedTuple):
    """What the record says of one milestone's pay, in minor units."""

    agreed: int = 0
    declared: int = 0
    confirmed: int = 0


def payments_of(db: Session, engagement_id: int) -> dict[int, Paid]:
    """Milestone id to what was agreed, declared paid and confirmed received. A correction replaces what was declared."""
    rows = db.connection().execute(
        select(col(PaymentEntry.milestone_id), col(PaymentEntry.kind), col(PaymentEntry.amount_minor))
        .join(Milestone, col(Milestone.id) == col(PaymentEntry.milestone_id))
        .where(col(Milestone.engagement_id) == engagement_id)
        .order_by(col(PaymentEntry.id))
    )
    found: dict[int, Paid] = {}
    for milestone_id, kind, amount in rows:
        before = found.get(milestone_id, Paid())
        if kind == PaymentKind.AGREED:
            found[milestone_id] = before._replace(agreed=amount)
        elif kind == PaymentKind.DECLARED_PAID:
            found[milestone_id] = before._replace(declared=before.declared + amount)
        elif kind == PaymentKind.CORRECTED:
            found[milestone_id] = before._replace(declared=amount)
        else:
            found[milestone_id] = before._replace(confirmed=before.confirmed + amount)
    return found


def open_change(db: Session, engagement_id: int) -> TermsChange | None:
    """Changed terms that wait for the other side's signature."""
    return db.exec(
        pick(TermsChange).where(
            col(TermsChange.engagement_id) == engagement_id, col(TermsChange.answered_at).is_(None)
        )
    ).first()


def supervisors(db: Session, engagement: Engagement) -> list[tuple[str, str]]:
    """Public id and name of the members this was given to."""
    rows = db.connection().execute(
        select(col(Person.public_id), col(Person.display_name))
        .where(col(Person.id).in_(engagement.supervisor_ids))
        .order_by(col(Person.id))
    )
    return [(r[0], r[1] or "") for r in rows]


class WorkRow(NamedTuple):
    """One engagement in a list."""

    public_id: str
    title: str
    kind: str
    status: Status
    starts_on: date
    ends_on: date | None
    ended_at: datetime | None
    org_name: str
    org_public_id: str
    person_name: str | None
    person_public_id: str
    next_title: str | None
    next_due: date | None
    next_status: MilestoneStatus | None
    id: int


_OPEN_MILESTONE = (
    select(col(Milestone.id))
    .where(col(Milestone.engagement_id) == col(Engagement.id), col(Milestone.status).not_in(rules.SETTLED))
    .order_by(col(Milestone.position))
    .limit(1)
    .correlate(Engagement)
    .scalar_subquery()
)
_LIST: Any = (
    select(
        col(Engagement.public_id),
        col(Engagement.title),
        col(Engagement.kind),
        col(Engagement.status),
        col(Engagement.starts_on),
        col(Engagement.ends_on),
        col(Engagement.ended_at),
        col(Organisation.name),
        col(Organisation.public_id).label("org_public_id"),
        col(Person.display_name),
        col(Person.public_id).label("person_public_id"),
        col(Milestone.title).label("next_title"),
        col(Milestone.due_on),
        col(Milestone.status).label("next_status"),
        col(Engagement.id),
    )
    .join(Organisation, col(Organisation.id) == col(Engagement.org_id))
    .join(Person, col(Person.id) == col(Engagement.person_id))
    .outerjoin(Milestone, col(Milestone.id) == _OPEN_MILESTONE)
    .order_by(col(Engagement.id).desc())
    .limit(bindparam("size"))
)
_MINE = _LIST.where(
    col(Engagement.person_id) == bindparam("person"), col(Engagement.id) < bindparam("before")
)
_GIVEN = (
    select(col(EngagementMember.engagement_id))
    .join(Membership, col(Membership.id) == col(EngagementMember.membership_id))
    .where(col(Membership.person_id) == bindparam("person"))
)
_OURS = _LIST.where(
    or_(
        col(Engagement.org_id).in_(bindparam("orgs", expanding=True)),
        and_(
            col(Engagement.org_id).in_(bindparam("mentored", expanding=True)), col(Engagement.id).in_(_GIVEN)
        ),
    ),
    col(Engagement.id) < bindparam("before"),
)
_FAR = 2**62


def mine(db: Session, person_id: int, size: int, before: int | None = None) -> list[WorkRow]:
    """A person's own work, the newest first."""
    rows = db.connection().execute(_MINE, {"person": person_id, "size": size, "before": before or _FAR})
    return [WorkRow._make(row) for row in rows]


def ours(db: Session, actor: Actor, size: int, before: int | None = None) -> list[WorkRow]:
    """The work that an actor looks after: all of the organisations they recruit for, and what was given to them as a mentor."""
    given = {
        "orgs": [m.org_id for m in actor.memberships if m.role in (Role.OWNER, Role.RECRUITER)],
        "mentored": [m.org_id for m in actor.memberships if m.role is Role.MENTOR],
        "person": actor.id,
    }
    rows = db.connection().execute(_OURS, {**given, "size": size, "before": before or _FAR})
    return [WorkRow._make(row) for row in rows]


def statuses(milestones: Sequence[Milestone]) -> tuple[MilestoneStatus, ...]:
    return tuple(m.status for m in milestones)


def member_people(db: Session, membership_ids: Sequence[int]) -> dict[int, int]:
    """Membership id to person id, for memberships that have not ended."""
    rows = db.connection().execute(
        select(col(Membership.id), col(Membership.person_id)).where(
            col(Membership.id).in_(membership_ids), col(Membership.ended_at).is_(None)
        )
    )
    return {r[0]: r[1] for r in rows}


_FINISHED = _LIST.where(
    col(Engagement.person_id) == bindparam("person"),
    col(Engagement.status) == Status.COMPLETED,
    col(Engagement.for_members).is_(False),
)


def finished(db: Session, person_id: int, size: int = 12) -> list[WorkRow]:
    """What a person completed, the newest first. Not what their own organisation ran for its people: that is not public."""
    return [
        WorkRow._make(row) for row in db.connection().execute(_FINISHED, {"person": person_id, "size": size})
    ]


def place_inside(db: Session, programme_id: int, person_id: int) -> Engagement | None:
    """The place someone has now in an internal programme."""
    return db.exec(
        pick(Engagement)
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Engagement.programme_version_id))
        .where(
            ProgrammeVersion.programme_id == programme_id,
            Engagement.person_id == person_id,
            col(Engagement.for_members),
            col(Engagement.status).in_((Status.SCHEDULED, *rules.RUNNING)),
        )
    ).first()


PLACES_INSIDE: Any = (
    select(col(ProgrammeVersion.programme_id), col(Engagement.public_id), col(Engagement.status))
    .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Engagement.programme_version_id))
    .where(
        col(Engagement.person_id) == bindparam("person"),
        col(Engagement.org_id).in_(bindparam("org_ids", expanding=True)),
        col(Engagement.for_members),
        col(Engagement.status).not_in((Status.CALLED_OFF, Status.ENDED_EARLY)),
    )
    .order_by(col(Engagement.id))
)
"""The places a `person` has or completed in internal programmes of `org_ids`, the last one last, with the work's state."""
