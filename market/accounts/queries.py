"""Reading accounts: people and organisations by what their addresses in the site say, and who belongs where."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, and_, bindparam, func, or_
from sqlmodel import Session, col, select

from market.access import MAY, Role, Task, roles_for
from market.accounts.models import (
    Block,
    Email,
    FactorKind,
    Invitation,
    Membership,
    Organisation,
    Person,
    PersonStatus,
    SignInFactor,
    SignInSession,
)
from market.accounts.rules import normal_address
from market.errors import NotFound
from market.words import _


def get_person(db: Session, public_id: str) -> Person:
    """The person with this public id. Raises `NotFound` also for one who was erased."""
    found = db.exec(select(Person).where(Person.public_id == public_id)).first()
    if found is None or found.status is PersonStatus.ERASED:
        raise NotFound(_("There is no such person here."))
    return found


def get_organisation(db: Session, public_id: str) -> Organisation:
    found = db.exec(select(Organisation).where(Organisation.public_id == public_id)).first()
    if found is None:
        raise NotFound(_("There is no such organisation here."))
    return found


def primary_address(db: Session, person_id: int) -> str | None:
    """Where mail to this person goes: the verified primary address, else any verified one."""
    wanted = select(Email.address).where(Email.person_id == person_id, col(Email.verified_at).is_not(None))
    return db.exec(wanted.order_by(col(Email.is_primary).desc(), col(Email.id))).first()


def is_blocked(
    db: Session, a_person_id: int, b_person_id: int | None = None, org_id: int | None = None
) -> bool:
    """Does a block stand between the person and the other person or the organisation, whoever set it?

    For an organisation this asks also whether one of its members blocked the person; blocks work in both directions.
    """
    between = blocks_between(a_person_id, b_person_id, () if org_id is None else (org_id,))
    return bool(between) and db.exec(select(Block.id).where(or_(*between)).limit(1)).first() is not None


def block_with(person_id: Any, org_id: Any) -> ColumnElement[bool]:
    """The same for a person and an organisation, each a column of ids, as a condition of a statement about them."""
    between = select(Block.id).where(or_(*blocks_between(person_id, None, (org_id,))))
    return between.correlate_except(Block).exists()


def blocks_between(
    a_person_id: Any, b_person_id: int | None, org_ids: Sequence[Any]
) -> list[ColumnElement[bool]]:
    """What holds for the blocks between a person and the other person or organisations, by ids or columns of ids."""
    between: list[ColumnElement[bool]] = []
    if b_person_id is not None:
        pairs = ((a_person_id, b_person_id), (b_person_id, a_person_id))
        between += [and_(col(Block.blocker_id) == a, col(Block.blocked_person_id) == b) for a, b in pairs]
    if org_ids:
        members = (
            select(Membership.person_id)
            .where(col(Membership.org_id).in_(org_ids), col(Membership.ended_at).is_(None))
            .correlate_except(Membership)
        )
        between += [
            and_(col(Block.blocker_id) == a_person_id, col(Block.blocked_org_id).in_(org_ids)),
            and_(col(Block.blocker_id).in_(members), col(Block.blocked_person_id) == a_person_id),
        ]
    return between


def org_member_ids(db: Session, org_id: int, task: Task | None = None) -> list[int]:
    """The people who belong to an organisation now, each once; with `task` those whose role carries it."""
    wanted = select(Membership.person_id).where(
        Membership.org_id == org_id, col(Membership.ended_at).is_(None)
    )
    if task is not None:
        wanted = wanted.where(col(Membership.role).in_(roles_for(task)))
    return list(db.exec(wanted.distinct().order_by(col(Membership.person_id))))


def owner_ids(db: Session, org_id: int) -> list[int]:
    return org_member_ids(db, org_id, Task.MANAGE)


class MemberRow(NamedTuple):
    """One role of one member, for the members' page."""

    membership_id: int
    role: Role
    since: datetime
    person_id: int
    person_public_id: str
    name: str


class Members(NamedTuple):
    """An organisation, as far as its members' page needs it, and who belongs to it."""

    id: int
    public_id: str
    name: str
    rows: list[MemberRow]

    @property
    def owner_ids(self) -> set[int]:
        return {row.person_id for row in self.rows if Task.MANAGE in MAY[row.role]}


_MEMBERS = (
    sqlalchemy.select(
        col(Organisation.id),
        col(Organisation.public_id),
        col(Organisation.name),
        col(Membership.id),
        col(Membership.role),
        col(Membership.since),
        col(Person.id),
        col(Person.public_id),
        func.coalesce(col(Person.display_name), ""),
    )
    .join(Membership, col(Membership.org_id) == col(Organisation.id))
    .join(Person, col(Person.id) == col(Membership.person_id))
    .where(col(Organisation.public_id) == bindparam("public_id"), col(Membership.ended_at).is_(None))
    .order_by(col(Membership.since), col(Membership.id))
)


def members_of(db: Session, public_id: str) -> Members:
    """Who belongs to an organisation now, the longest first. `NotFound` without one, for there is always an owner."""
    rows = db.connection().execute(_MEMBERS, {"public_id": public_id}).all()
    if not rows:
        raise NotFound(_("There is no such organisation here."))
    return Members(rows[0][0], rows[0][1], rows[0][2], [MemberRow(*row[3:]) for row in rows])


def open_invitations(db: Session, org_id: int) -> list[Invitation]:
    """Invitations nobody has answered yet, those that ran out among them, the newest first."""
    wanted = select(Invitation).where(
        Invitation.org_id == org_id,
        col(Invitation.accepted_at).is_(None),
        col(Invitation.withdrawn_at).is_(None),
    )
    return list(db.exec(wanted.order_by(col(Invitation.id).desc()).limit(100)))


def addresses(db: Session, person_id: int) -> list[Email]:
    """A person's addresses, the primary one first."""
    wanted = select(Email).where(Email.person_id == person_id)
    return list(db.exec(wanted.order_by(col(Email.is_primary).desc(), col(Email.id))))


def sessions_of(db: Session, person_id: int, now: datetime) -> list[SignInSession]:
    """The browsers a person is signed in with, the newest first."""
    wanted = select(SignInSession).where(SignInSession.person_id == person_id, SignInSession.expires_at > now)
    return list(db.exec(wanted.order_by(col(SignInSession.created_at).desc()).limit(100)))


class SignIn(NamedTuple):
    """What is needed to check a sign-in."""

    person_id: int
    email_id: int
    secret: str | None


def sign_in_by_address(db: Session, address: str) -> SignIn | None:
    """Whose account an address opens: its verified owner's, else the oldest that gave it at sign-up."""
    wanted = (
        select(Person.id, Email.id, SignInFactor.secret)
        .join(Email, col(Email.person_id) == col(Person.id))
        .outerjoin(
            SignInFactor,
            and_(
                col(SignInFactor.person_id) == col(Person.id), col(SignInFactor.kind) == FactorKind.PASSWORD
            ),
        )
        .where(
            Email.address_norm == normal_address(address),
            Person.status == PersonStatus.ACTIVE,
            or_(col(Email.verified_at).is_not(None), col(Email.is_primary)),
        )
        .order_by(col(Email.verified_at).is_(None), col(Email.id))
    )
    row = db.exec(wanted.limit(1)).first()
    return None if row is None else SignIn(*row)


def password_of(db: Session, person_id: int) -> str | None:
    """The kept hash of a person's password, None when they have none."""
    wanted = select(SignInFactor.secret).where(
        SignInFactor.person_id == person_id, SignInFactor.kind == FactorKind.PASSWORD
    )
    return db.exec(wanted).first()


def display_names(db: Session, person_ids: list[int]) -> dict[int, str]:
    """The names people go by, by inner id; empty for the erased."""
    if not person_ids:
        return {}
    rows = db.exec(select(Person.id, Person.display_name).where(col(Person.id).in_(person_ids)))
    return {person_id: name or "" for person_id, name in rows}


class OwnOrganisation(NamedTuple):
    """One organisation a person belongs to, with their roles in it."""

    public_id: str
    name: str
    roles: list[Any]  # of Role; a page puts their words here


def organisations_of(db: Session, person_id: int) -> list[OwnOrganisation]:
    """The organisations a person belongs to now, the longest first."""
    wanted = (
        select(Organisation.public_id, Organisation.name, Membership.role)
        .join(Organisation, col(Organisation.id) == col(Membership.org_id))
        .where(Membership.person_id == person_id, col(Membership.ended_at).is_(None))
        .order_by(col(Membership.id))
    )
    found: dict[str, OwnOrganisation] = {}
    for public_id, name, role in db.exec(wanted):
        found.setdefault(public_id, OwnOrganisation(public_id, name, [])).roles.append(role)
    return list(found.values())
