"""Blocks: a person wants no contact with another, or with an organisation. They work in both directions, everywhere.

Nobody is told that they were blocked. What a block closes is said by each feature, by asking `queries.is_blocked`.
"""

from typing import NamedTuple

from sqlmodel import Session, col, select

from market.access import Actor, require
from market.accounts import rules
from market.accounts.models import Block, Organisation, Person
from market.errors import NotFound
from market.outbox import announce
from market.words import _


def block(db: Session, actor: Actor, *, person_id: int | None = None, org_id: int | None = None) -> Block:
    """No contact from now on with the person or the organisation (give one). Doing it twice changes nothing."""
    require(rules.may_block(actor, person_id=person_id, org_id=org_id))
    wanted = select(Block).where(
        Block.blocker_id == actor.id,
        col(Block.blocked_person_id) == person_id if person_id else col(Block.blocked_org_id) == org_id,
    )
    found = db.exec(wanted).first()
    if found is not None:
        return found
    made = Block(blocker_id=actor.id, blocked_person_id=person_id, blocked_org_id=org_id)
    db.add(made)
    db.flush()
    announce(db, "account.blocked", actor, subject=("person", actor.id), block_id=made.id)
    return made


def unblock(db: Session, actor: Actor, block_id: int) -> None:
    """Lift one of the actor's own blocks. Raises `NotFound` for anyone else's."""
    found = db.get(Block, block_id)
    if found is None or found.blocker_id != actor.id:
        raise NotFound(_("There is no such block in your list."))
    announce(db, "account.unblocked", actor, subject=("person", actor.id), block_id=found.id)
    db.delete(found)
    db.flush()


class Blocked(NamedTuple):
    """One line of the list in the settings."""

    block_id: int
    name: str


def blocks_of(db: Session, person_id: int) -> list[Blocked]:
    """Whom a person has blocked, the newest first."""
    wanted = (
        select(Block.id, Person.display_name, Organisation.name)
        .outerjoin(Person, col(Person.id) == col(Block.blocked_person_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Block.blocked_org_id))
        .where(Block.blocker_id == person_id)
        .order_by(col(Block.id).desc())
        .limit(200)
    )
    return [
        Blocked(block_id, name or org_name or _("Someone who has left"))
        for block_id, name, org_name in db.exec(wanted)
    ]
