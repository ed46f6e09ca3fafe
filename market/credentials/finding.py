"""Finding the people a credential goes to, and whether they have it already.

An address counts only when its owner has confirmed it. Someone who blocked the organisation, or is blocked by it, is
not found: to its members they are like someone who has no account.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from market.accounts.models import Block, Email, Membership, Person, PersonStatus
from market.accounts.rules import normal_address
from market.credentials.models import Issued
from market.credentials.rules import STANDING, Status

IN_FORCE = (Status.DRAFTED, Status.SIGNED, *STANDING)


class Found(NamedTuple):
    """Someone who can be given a credential."""

    id: int
    public_id: str
    name: str


def by_address(db: Session, org_id: int, addresses: Iterable[str]) -> dict[str, Found]:
    """The active people behind confirmed addresses, by address in its normal form. Two statements."""
    wanted = {normal_address(one) for one in addresses if one.strip()}
    rows = db.exec(
        select(Email.address_norm, Person.id, Person.public_id, Person.display_name)
        .join(Person, col(Person.id) == col(Email.person_id))
        .where(
            col(Email.address_norm).in_(wanted),
            col(Email.verified_at).is_not(None),
            Person.status == PersonStatus.ACTIVE,
        )
    ).all()
    apart = blocked(db, org_id, {row[1] for row in rows})
    return {
        address: Found(person_id, public_id, name or "")
        for address, person_id, public_id, name in rows
        if person_id not in apart
    }


def blocked(db: Session, org_id: int, person_ids: Collection[int]) -> set[int]:
    """Those of these people between whom and the organisation a block stands, whoever set it."""
    members = select(Membership.person_id).where(
        Membership.org_id == org_id, col(Membership.ended_at).is_(None)
    )
    rows = db.exec(
        select(Block.blocker_id, Block.blocked_person_id, Block.blocked_org_id).where(
            or_(
                and_(col(Block.blocker_id).in_(person_ids), col(Block.blocked_org_id) == org_id),
                and_(col(Block.blocker_id).in_(members), col(Block.blocked_person_id).in_(person_ids)),
            )
        )
    ).all()
    return {blocker if of_org == org_id else (person or 0) for blocker, person, of_org in rows}


class Before(NamedTuple):
    """What someone was given of one line of achievements."""

    times: int  # ever, whatever became of it
    in_force: str  # the public id of the one that counts or is on its way, empty when none does


def given_before(
    db: Session, achievement_ids: Collection[int], person_ids: Collection[int]
) -> dict[int, Before]:
    """For each person who was given one of these achievements, how often, and what still counts. One statement."""
    rows = db.exec(
        select(Issued.person_id, Issued.public_id, Issued.status)
        .where(col(Issued.achievement_id).in_(achievement_ids), col(Issued.person_id).in_(person_ids))
        .order_by(col(Issued.id))
    ).all()
    found: dict[int, Before] = {}
    for person_id, public_id, status in rows:
        before = found.get(person_id, Before(0, ""))
        found[person_id] = Before(before.times + 1, public_id if status in IN_FORCE else before.in_force)
    return found


def making(db: Session, org_ids: Collection[int]) -> int:
    """How many credentials of these organisations wait to be signed."""
    wanted = select(func.count()).select_from(Issued)
    return db.exec(
        wanted.where(col(Issued.org_id).in_(org_ids), col(Issued.status).in_((Status.DRAFTED, Status.SIGNED)))
    ).one()
