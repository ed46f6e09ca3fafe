"""Reading pools: an organisation's, one person's place in it with its notes, and a person's own agreements."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, exists, func, or_, select
from sqlmodel import Session, col
from sqlmodel import select as pick

from market import clock
from market.access import Actor, Task
from market.accounts.models import Block, Membership, Organisation, Person, PersonStatus
from market.accounts.queries import block_with
from market.db import Utc
from market.engagements.models import Engagement
from market.engagements.rules import Status
from market.errors import NotFound
from market.staff import rules
from market.staff.models import MatrixConsent, PoolNote, PoolPlace
from market.words import _


def owned(db: Session, actor: Actor, public_id: str, task: Task) -> Organisation:
    """The organisation, for those whose role in it carries the task; to everybody else it is not there."""
    found = db.exec(pick(Organisation).where(Organisation.public_id == public_id)).first()
    if found is None or not actor.may_for(task, found.id):
        raise NotFound(_("There is no such page, or it is not yours to see."))
    return found


_MEMBERS = (
    select(col(Membership.person_id))
    .where(col(Membership.org_id) == col(PoolPlace.org_id), col(Membership.ended_at).is_(None))
    .correlate(PoolPlace)
)
_BLOCKED_A_MEMBER = (
    select(col(Block.id))
    .where(col(Block.blocker_id) == col(PoolPlace.person_id), col(Block.blocked_person_id).in_(_MEMBERS))
    .correlate(PoolPlace)
    .exists()
)
# In a pool a block of one member is one of all: whoever reads it is not known to the statement.
_NO_BLOCK = ~or_(block_with(col(PoolPlace.person_id), col(PoolPlace.org_id)), _BLOCKED_A_MEMBER)


class PlaceRow(NamedTuple):
    """One person of the pool."""

    id: int
    public_id: str
    person_public_id: str
    name: str
    work: str
    ended_at: datetime | None
    until: datetime
    paused_at: datetime | None
    notes: int


_NOTES = (
    select(func.count())
    .where(col(PoolNote.place_id) == col(PoolPlace.id))
    .correlate(PoolPlace)
    .scalar_subquery()
)
_POOL = (
    select(
        col(PoolPlace.id),
        col(PoolPlace.public_id),
        col(Person.public_id),
        func.coalesce(col(Person.display_name), ""),
        col(Engagement.title),
        col(Engagement.ended_at),
        col(PoolPlace.until),
        col(PoolPlace.paused_at),
        _NOTES,
    )
    .join(Person, col(Person.id) == col(PoolPlace.person_id))
    .join(Engagement, col(Engagement.id) == col(PoolPlace.engagement_id))
    .where(
        col(PoolPlace.org_id) == bindparam("org"),
        col(PoolPlace.until) > bindparam("now"),
        col(PoolPlace.id) < bindparam("before"),
        col(Person.status) == PersonStatus.ACTIVE,
        _NO_BLOCK,
    )
    .order_by(col(PoolPlace.id).desc())
    .limit(bindparam("size"))
)


def pool(db: Session, org_id: int, size: int, before: int | None = None) -> list[PlaceRow]:
    """Who may be contacted, those who agreed last first. One statement; blocked and closed accounts are left out."""
    given = {"org": org_id, "now": clock.now(), "before": before or 2**62, "size": size}
    return [PlaceRow._make(row) for row in db.connection().execute(_POOL, given)]


def get_place(db: Session, actor: Actor, public_id: str) -> tuple[PoolPlace, Person, Organisation]:
    """One place of a pool this actor reads. One that ended, and one of another organisation, is not there."""
    found = db.exec(
        pick(PoolPlace, Person, Organisation)
        .join(Person, col(Person.id) == col(PoolPlace.person_id))
        .join(Organisation, col(Organisation.id) == col(PoolPlace.org_id))
        .where(
            PoolPlace.public_id == public_id,
            Person.status == PersonStatus.ACTIVE,
            _NO_BLOCK,
        )
    ).first()
    if (
        found is None
        or not rules.may_read_pool(actor, found[0].org_id)
        or not rules.is_standing(found[0], clock.now())
    ):
        raise NotFound(_("There is nobody of that kind in your pool."))
    return found[0], found[1], found[2]


def notes_of(db: Session, place_id: int) -> list[tuple[PoolNote, str]]:
    """What was noted, the newest first, each with its author's name."""
    wanted = (
        pick(PoolNote, func.coalesce(col(Person.display_name), ""))
        .join(Person, col(Person.id) == col(PoolNote.author_id))
        .where(PoolNote.place_id == place_id)
    )
    return list(db.exec(wanted.order_by(col(PoolNote.id).desc())).all())


def completed_with(db: Session, org_id: int, person_id: int) -> list[Engagement]:
    """What a person completed with an organisation, the last first."""
    wanted = pick(Engagement).where(
        Engagement.org_id == org_id,
        Engagement.person_id == person_id,
        Engagement.status == Status.COMPLETED,
    )
    return list(db.exec(wanted.order_by(col(Engagement.ended_at).desc(), col(Engagement.id).desc())))


def place_of(db: Session, org_id: int, person_id: int) -> PoolPlace | None:
    """A person's agreement with an organisation, while it holds."""
    found = db.exec(
        pick(PoolPlace).where(PoolPlace.org_id == org_id, PoolPlace.person_id == person_id)
    ).first()
    return found if found is not None and rules.is_standing(found, clock.now()) else None


def own_place(db: Session, actor: Actor, public_id: str) -> PoolPlace:
    """One's own agreement; anybody else's is not there."""
    found = db.exec(pick(PoolPlace).where(PoolPlace.public_id == public_id)).first()
    if found is None or found.person_id != actor.id:
        raise NotFound(_("There is no such agreement."))
    return found


class Agreement(NamedTuple):
    """One organisation a person completed something with, and whether it may contact them: the place in its pool."""

    org_public_id: str
    org: str
    place: str | None  # its public id
    until: datetime | None
    paused_at: datetime | None


POOLS: Any = (
    select(
        col(Organisation.public_id),
        col(Organisation.name),
        col(PoolPlace.public_id),
        col(PoolPlace.until),
        col(PoolPlace.paused_at),
    )
    .outerjoin(
        PoolPlace,
        (col(PoolPlace.org_id) == col(Organisation.id))
        & (col(PoolPlace.person_id) == bindparam("person"))
        & (col(PoolPlace.until) > bindparam("now", callable_=clock.now, type_=Utc)),
    )
    .where(
        or_(
            exists(
                select(col(Engagement.id)).where(
                    col(Engagement.org_id) == col(Organisation.id),
                    col(Engagement.person_id) == bindparam("person"),
                    col(Engagement.status) == Status.COMPLETED,
                )
            ),
            col(PoolPlace.id).is_not(None),
        )
    )
    .order_by(col(Organisation.name), col(Organisation.id))
    .limit(100)
)
"""The organisations a `person` completed something with, each with their agreement where it holds: for `Agreement`."""


class OwnMatrix(NamedTuple):
    """One organisation a person belongs to, and since when they stand in its matrix, where they do."""

    org_id: int
    org_public_id: str
    org: str
    agreed_at: datetime | None


def still_member(consent: Any = MatrixConsent) -> Any:
    """Did the holder of a consent belong to the organisation from then until now? Who leaves and comes back agrees anew.

    `consent` is a table with `org_id`, `person_id` and `agreed_at`.
    """
    return exists(
        select(col(Membership.id)).where(
            col(Membership.org_id) == col(consent.org_id),
            col(Membership.person_id) == col(consent.person_id),
            col(Membership.ended_at).is_(None),
            col(Membership.since) <= col(consent.agreed_at),
        )
    )


MATRICES: Any = (
    select(
        col(Organisation.id),
        col(Organisation.public_id),
        col(Organisation.name),
        col(MatrixConsent.agreed_at),
    )
    .outerjoin(
        MatrixConsent,
        (col(MatrixConsent.org_id) == col(Organisation.id))
        & (col(MatrixConsent.person_id) == bindparam("person"))
        & still_member(),
    )
    .where(col(Organisation.id).in_(bindparam("orgs", expanding=True)))
    .order_by(col(Organisation.name), col(Organisation.id))
)
"""The `orgs` a `person` belongs to, each with their agreement to stand in its matrix: for `OwnMatrix`."""


def matrices_of(db: Session, actor: Actor) -> list[OwnMatrix]:
    """The organisations this actor belongs to, each with their agreement to stand in its matrix."""
    given = {"person": actor.id, "orgs": list(actor.org_ids)}
    return [OwnMatrix._make(row) for row in db.connection().execute(MATRICES, given)]
