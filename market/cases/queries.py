"""Reading what waits for moderators. Each list takes one statement, and the numbers on the tabs one more."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal, or_
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from market.access import Actor, Role
from market.accounts.models import Membership, Organisation, Person
from market.cases.models import Report
from market.cases.rules import About, Reason, Status, Verdict
from market.errors import NotFound
from market.opportunities.models import Opportunity
from market.opportunities.rules import Status as Opening
from market.outbox import Delivery, DeliveryStatus, Event
from market.skills.models import Skill, SkillStatus
from market.words import _

_MOST = 99  # a tab says "99" for that many or more


class Waiting(NamedTuple):
    """How many of each wait, up to 99."""

    openings: int
    organisations: int
    skills: int
    reports: int
    dead: int


def _count(wanted: Select[Any]) -> Any:
    """A number that stops counting at 99."""
    return columns(func.count()).select_from(wanted.limit(_MOST).subquery()).scalar_subquery()


_WAITING = columns(
    _count(columns(literal(1)).select_from(Opportunity).where(col(Opportunity.status) == Opening.IN_REVIEW)),
    _count(columns(literal(1)).select_from(Organisation).where(col(Organisation.verified_at).is_(None))),
    _count(columns(literal(1)).select_from(Skill).where(col(Skill.status) == SkillStatus.PROPOSED)),
    _count(columns(literal(1)).select_from(Report).where(col(Report.status) == Status.OPEN)),
    _count(columns(literal(1)).select_from(Delivery).where(col(Delivery.status) == DeliveryStatus.DEAD)),
)


def waiting(db: Session) -> Waiting:
    return Waiting(*db.connection().execute(_WAITING).one())


class OpeningRow(NamedTuple):
    """An opening that waits to be read."""

    id: int
    public_id: str
    title: str
    kind: str
    org_id: int
    org_name: str
    sent_at: datetime | None
    deadline_at: datetime | None


_OPENINGS = (
    columns(
        col(Opportunity.id),
        col(Opportunity.public_id),
        col(Opportunity.title),
        col(Opportunity.kind),
        col(Opportunity.org_id),
        col(Organisation.name),
        col(Opportunity.active_at),
        col(Opportunity.deadline_at),
    )
    .join(Organisation, col(Organisation.id) == col(Opportunity.org_id))
    .where(col(Opportunity.status) == Opening.IN_REVIEW, col(Opportunity.id) > bindparam("after"))
    .order_by(col(Opportunity.id))
    .limit(bindparam("size"))
)


def openings(db: Session, after: int, size: int) -> list[OpeningRow]:
    """Up to `size` openings in review, the first written first."""
    return [OpeningRow(*r) for r in db.connection().execute(_OPENINGS, {"after": after, "size": size})]


class OrganisationRow(NamedTuple):
    """An organisation nobody has verified yet, with whoever founded it."""

    id: int
    public_id: str
    name: str
    place: str
    website: str
    about: str
    created_at: datetime
    owner: str | None
    owner_public_id: str | None


_first_owner = (
    columns(func.min(col(Membership.id)))
    .where(
        col(Membership.org_id) == col(Organisation.id),
        col(Membership.role) == Role.OWNER,
        col(Membership.ended_at).is_(None),
    )
    .correlate(Organisation)
    .scalar_subquery()
)
_ORGANISATIONS = (
    columns(
        col(Organisation.id),
        col(Organisation.public_id),
        col(Organisation.name),
        col(Organisation.place),
        col(Organisation.website),
        col(Organisation.about),
        col(Organisation.created_at),
        col(Person.display_name),
        col(Person.public_id),
    )
    .select_from(Organisation)
    .outerjoin(Membership, col(Membership.id) == _first_owner)
    .outerjoin(Person, col(Person.id) == col(Membership.person_id))
    .where(col(Organisation.verified_at).is_(None), col(Organisation.id) > bindparam("after"))
    .order_by(col(Organisation.id))
    .limit(bindparam("size"))
)


def organisations(db: Session, after: int, size: int) -> list[OrganisationRow]:
    return [
        OrganisationRow(*r) for r in db.connection().execute(_ORGANISATIONS, {"after": after, "size": size})
    ]


class ReportRow(NamedTuple):
    """One report in the list."""

    id: int
    public_id: str
    about_kind: About
    reason: Reason
    reporter: str | None
    person: str | None
    org_name: str | None
    created_at: datetime
    decision: Verdict | None
    decided_at: datetime | None


def _reports(status: Status) -> Any:
    by, about = aliased(Person), aliased(Person)
    wanted: Any = (
        columns(
            col(Report.id),
            col(Report.public_id),
            col(Report.about_kind),
            col(Report.reason),
            col(by.display_name),
            col(about.display_name),
            col(Organisation.name),
            col(Report.created_at),
            col(Report.decision),
            col(Report.decided_at),
        )
        .select_from(Report)
        .join(by, col(by.id) == col(Report.reporter_id))
        .outerjoin(about, col(about.id) == col(Report.person_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Report.org_id))
        .where(col(Report.status) == status)
        .limit(bindparam("size"))
    )
    if status is Status.OPEN:
        return wanted.where(col(Report.id) > bindparam("after")).order_by(col(Report.id))
    return wanted.where(col(Report.id) < bindparam("after")).order_by(col(Report.id).desc())


_REPORTS = {status: _reports(status) for status in Status}
NEWEST = 2**62


def reports(db: Session, status: Status, after: int, size: int) -> list[ReportRow]:
    """Open reports, the oldest first; or decided ones, the newest first (begin `after` at `NEWEST`)."""
    rows = db.connection().execute(_REPORTS[status], {"after": after, "size": size})
    return [ReportRow(*r) for r in rows]


def get_report(db: Session, public_id: str) -> Report:
    found = db.exec(select(Report).where(Report.public_id == public_id)).first()
    if found is None:
        raise NotFound(_("There is no such report."))
    return found


def open_about(db: Session, kind: About, about_id: int) -> list[Report]:
    """Every open report of one thing."""
    wanted = select(Report).where(
        Report.about_kind == kind, Report.about_id == about_id, Report.status == Status.OPEN
    )
    return list(db.exec(wanted.order_by(col(Report.id)).with_for_update()))


def earlier_about(db: Session, report: Report) -> int:
    """How many reports of the same thing, person or organisation were decided before."""
    same: ColumnElement[bool] = and_(
        col(Report.about_kind) == report.about_kind, col(Report.about_id) == report.about_id
    )
    if report.person_id is not None:
        same = or_(same, col(Report.person_id) == report.person_id)
    elif report.org_id is not None:
        same = or_(same, col(Report.org_id) == report.org_id)
    wanted = select(func.count()).select_from(Report).where(Report.status == Status.DECIDED, same)
    return db.exec(wanted).one()


def open_by(db: Session, actor: Actor, kind: About, about_id: int) -> Report | None:
    """The report of this thing that the actor has made and nobody has decided."""
    return db.exec(
        select(Report).where(
            Report.reporter_id == actor.id,
            Report.about_kind == kind,
            Report.about_id == about_id,
            Report.status == Status.OPEN,
        )
    ).first()


class DeadRow(NamedTuple):
    """A delivery that failed too often."""

    id: int
    event: str
    event_id: int
    subscriber: str
    attempts: int
    at: datetime
    last_error: str | None


_DEAD = (
    columns(
        col(Delivery.id),
        col(Event.name),
        col(Event.id),
        col(Delivery.subscriber),
        col(Delivery.attempts),
        col(Event.at),
        col(Delivery.last_error),
    )
    .join(Event, col(Event.id) == col(Delivery.event_id))
    .where(col(Delivery.status) == DeliveryStatus.DEAD, col(Delivery.id) > bindparam("after"))
    .order_by(col(Delivery.id))
    .limit(bindparam("size"))
)


def dead(db: Session, after: int, size: int) -> list[DeadRow]:
    return [DeadRow(*r) for r in db.connection().execute(_DEAD, {"after": after, "size": size})]
