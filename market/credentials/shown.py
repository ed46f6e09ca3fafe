"""The lists that the pages of issuing show, in one prebuilt statement each."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, case, desc, func, select
from sqlmodel import Session, col

from market.accounts.models import Organisation, Person
from market.credentials.models import Achievement, Issued
from market.credentials.rules import AchievementStatus, Status, Visibility

BEING_MADE = (Status.DRAFTED, Status.SIGNED)
# What was given out, whatever became of it since; a refused one was not.
GIVEN = tuple(one for one in Status if one not in (*BEING_MADE, Status.REFUSED))
GROUPS: dict[str, tuple[Status, ...]] = {
    "all": tuple(Status),
    "offered": (*BEING_MADE, Status.OFFERED),
    "valid": (Status.ACCEPTED,),
    "over": (Status.SUSPENDED, Status.REVOKED, Status.EXPIRED, Status.SUPERSEDED, Status.REFUSED),
}


class AchievementRow(NamedTuple):
    """One line of an organisation's own list."""

    id: int
    public_id: str
    name: str
    version: int
    kind: str
    status: AchievementStatus
    org_public_id: str
    org_name: str
    given: int
    making: int


def _counted(statuses: tuple[Status, ...]) -> Any:
    return (
        select(func.count())
        .select_from(Issued)
        .where(col(Issued.achievement_id) == col(Achievement.id), col(Issued.status).in_(statuses))
        .correlate(Achievement)
        .scalar_subquery()
    )


def _paged(wanted: Any, key: Any, more: bool) -> Any:
    wanted = wanted.order_by(desc(key)).limit(bindparam("size"))
    return wanted.where(key < bindparam("after")) if more else wanted


_ACHIEVEMENTS = (
    select(
        col(Achievement.id),
        col(Achievement.public_id),
        col(Achievement.name),
        col(Achievement.version),
        col(Achievement.kind),
        col(Achievement.status),
        col(Organisation.public_id),
        col(Organisation.name),
        _counted(GIVEN),
        _counted(BEING_MADE),
    )
    .join(Organisation, col(Organisation.id) == col(Achievement.org_id))
    .where(
        col(Achievement.org_id).in_(bindparam("orgs", expanding=True)),
        col(Achievement.status).in_(bindparam("statuses", expanding=True)),
        col(Achievement.for_members).in_(bindparam("whose", expanding=True)),
    )
)
_OURS = {more: _paged(_ACHIEVEMENTS, col(Achievement.id), more) for more in (False, True)}


def achievements(
    db: Session,
    org_ids: tuple[int, ...],
    statuses: tuple[AchievementStatus, ...],
    size: int,
    after: int | None = None,
    *,
    inside: bool = True,
) -> list[AchievementRow]:
    """The organisations' achievements in these states, newest first, one more than `size`. One statement.

    Without `inside` those are left out that members alone earn.
    """
    found = db.connection().execute(
        _OURS[after is not None],
        {
            "orgs": list(org_ids),
            "statuses": list(statuses),
            "whose": [False, True] if inside else [False],
            "size": size + 1,
            "after": after,
        },
    )
    return [AchievementRow._make(row) for row in found]


class IssuedRow(NamedTuple):
    """One credential in the issuer's list."""

    id: int
    public_id: str
    status: Status
    created_at: datetime
    valid_until: datetime | None
    name: str
    person_name: str


def _issued(one: bool, more: bool) -> Any:
    wanted: Any = (
        select(
            col(Issued.id),
            col(Issued.public_id),
            col(Issued.status),
            col(Issued.created_at),
            col(Issued.valid_until),
            col(Achievement.name),
            func.coalesce(col(Person.display_name), ""),
        )
        .join(Achievement, col(Achievement.id) == col(Issued.achievement_id))
        .join(Person, col(Person.id) == col(Issued.person_id))
        .where(
            col(Issued.org_id).in_(bindparam("orgs", expanding=True)),
            col(Issued.status).in_(bindparam("statuses", expanding=True)),
        )
    )
    if one:
        wanted = wanted.where(col(Achievement.public_id) == bindparam("achievement"))
    return _paged(wanted, col(Issued.id), more)


_ISSUED = {(one, more): _issued(one, more) for one in (False, True) for more in (False, True)}


def issued(
    db: Session,
    org_ids: tuple[int, ...],
    statuses: tuple[Status, ...],
    size: int,
    *,
    achievement: str = "",
    after: int | None = None,
) -> list[IssuedRow]:
    """What the organisations issued, newest first, one more than `size`; of one achievement only where named."""
    found = db.connection().execute(
        _ISSUED[bool(achievement), after is not None],
        {
            "orgs": list(org_ids),
            "statuses": list(statuses),
            "size": size + 1,
            "after": after,
            "achievement": achievement,
        },
    )
    return [IssuedRow._make(row) for row in found]


class Counts(NamedTuple):
    """How many credentials of one achievement stand where."""

    given: int
    valid: int
    offered: int
    making: int
    withdrawn: int  # revoked or suspended


def counts(db: Session, *, achievement_id: int | None = None, org_id: int | None = None) -> Counts:
    """Of one achievement, or of everything an organisation issued. One statement."""

    def number(*statuses: Status) -> Any:
        return func.coalesce(func.sum(case((col(Issued.status).in_(statuses), 1), else_=0), type_=Integer), 0)

    wanted = select(
        number(*GIVEN),
        number(Status.ACCEPTED),
        number(Status.OFFERED),
        number(*BEING_MADE),
        number(Status.REVOKED, Status.SUSPENDED),
    )
    if achievement_id is not None:
        wanted = wanted.where(col(Issued.achievement_id) == achievement_id)
    if org_id is not None:
        wanted = wanted.where(col(Issued.org_id) == org_id)
    return Counts._make(db.execute(wanted).one())


class HeldRow(NamedTuple):
    """One credential in its holder's list, or on their profile."""

    id: int
    public_id: str
    status: Status
    visibility: Visibility
    created_at: datetime
    valid_until: datetime | None
    name: str
    kind: str
    org_public_id: str
    org_name: str


_MINE: Any = (
    select(
        col(Issued.id),
        col(Issued.public_id),
        col(Issued.status),
        col(Issued.visibility),
        col(Issued.created_at),
        col(Issued.valid_until),
        col(Achievement.name),
        col(Achievement.kind),
        col(Organisation.public_id),
        col(Organisation.name),
    )
    .join(Achievement, col(Achievement.id) == col(Issued.achievement_id))
    .join(Organisation, col(Organisation.id) == col(Issued.org_id))
    .where(
        col(Issued.person_id) == bindparam("person"),
        col(Issued.status).not_in((*BEING_MADE, Status.REFUSED)),
    )
    .order_by(desc(col(Issued.id)))
    .limit(200)
)
_PUBLIC: Any = _MINE.where(
    col(Issued.accepted_at).is_not(None),
    col(Issued.visibility) == Visibility.PUBLIC,
    col(Issued.status) != Status.SUPERSEDED,
)


def held_by(db: Session, person_id: int) -> list[HeldRow]:
    """Everything the person was given here, the newest first, at most 200. One statement."""
    return [HeldRow._make(row) for row in db.connection().execute(_MINE, {"person": person_id})]


def public_of(db: Session, person_id: int) -> list[HeldRow]:
    """What the person shows to everyone, whatever became of it: revoked ones say so."""
    return [HeldRow._make(row) for row in db.connection().execute(_PUBLIC, {"person": person_id})]
