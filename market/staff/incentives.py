"""Incentives: what an organisation promises its members for an achievement, who earned it, and what each side records."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from market import clock
from market.access import SYSTEM, Actor, require
from market.accounts.models import Organisation, Person
from market.accounts.queries import org_member_ids
from market.credentials.models import Achievement, Issued
from market.credentials.rules import AchievementStatus
from market.credentials.rules import Status as IssuedStatus
from market.errors import Invalid, NotFound
from market.gather import Gather
from market.outbox import Event, announce
from market.staff import rules
from market.staff.models import Incentive, Promise
from market.words import _


class IncentiveRow(NamedTuple):
    """What is promised for what."""

    public_id: str
    text: str
    amount_minor: int | None
    currency: str
    set_at: datetime
    achievement: str
    achievement_id: str


class PromiseRow(NamedTuple):
    """What one person earned, in the words of the day."""

    id: int
    public_id: str
    person_id: int
    made_at: datetime
    given_at: datetime | None
    received_at: datetime | None
    text: str
    amount_minor: int | None
    currency: str
    achievement: str
    person: str
    org: str


_OPEN: Any = (
    columns(
        col(Incentive.public_id),
        col(Incentive.text),
        col(Incentive.amount_minor),
        col(Incentive.currency),
        col(Incentive.set_at),
        col(Achievement.name),
        col(Achievement.public_id).label("achievement_id"),
    )
    .join(Achievement, col(Achievement.id) == col(Incentive.achievement_id))
    .where(col(Incentive.org_id) == bindparam("org"), col(Incentive.closed_at).is_(None))
    .order_by(col(Incentive.id).desc())
)
_EARNED: Any = (
    columns(
        col(Promise.id),
        col(Promise.public_id),
        col(Promise.person_id),
        col(Promise.made_at),
        col(Promise.given_at),
        col(Promise.received_at),
        col(Incentive.text),
        col(Incentive.amount_minor),
        col(Incentive.currency),
        col(Achievement.name),
        func.coalesce(col(Person.display_name), "").label("person"),
        col(Organisation.name).label("org"),
    )
    .join(Incentive, col(Incentive.id) == col(Promise.incentive_id))
    .join(Achievement, col(Achievement.id) == col(Incentive.achievement_id))
    .join(Person, col(Person.id) == col(Promise.person_id))
    .join(Organisation, col(Organisation.id) == col(Promise.org_id))
    .where(col(Promise.id) < bindparam("before"))
    .order_by(col(Promise.id).desc())
    .limit(bindparam("size"))
)
_IN_ORG = _EARNED.where(col(Promise.org_id) == bindparam("org"))
EARNED_BY = _EARNED.where(col(Promise.person_id) == bindparam("person"))
"""What a `person` earned, from `before` an id on, the newest first: rows for `PromiseRow`."""
NEWEST = 2**62
_TO_PROMISE_FOR: Any = (
    columns(col(Achievement.public_id), col(Achievement.name))
    .where(
        col(Achievement.org_id) == bindparam("org"), col(Achievement.status) == AchievementStatus.PUBLISHED
    )
    .order_by(col(Achievement.name), col(Achievement.id))
    .limit(200)
)


def open_ones(db: Session, org_id: int) -> list[IncentiveRow]:
    """What an organisation promises now, the newest first."""
    return [IncentiveRow._make(row) for row in db.connection().execute(_OPEN, {"org": org_id})]


class Board(NamedTuple):
    """What an organisation promises, what was earned, and (public id, name) of what it could promise something for."""

    promised: list[IncentiveRow]
    earned: list[PromiseRow]
    achievements: list[tuple[str, str]]


_FOR_OWNERS = Gather(_OPEN, _IN_ORG, _TO_PROMISE_FOR)
_FOR_MEMBERS = Gather(_OPEN, EARNED_BY.where(col(Promise.org_id) == bindparam("org")))


def board(db: Session, org_id: int, person_id: int | None, before: int, size: int) -> Board:
    """For owners everything, without a `person_id`; for a member what is promised and what they earned. One statement."""
    given = {"org": org_id, "before": before, "size": size}
    if person_id is None:
        promised, earned, achievements = _FOR_OWNERS.read(db, given)
    else:
        promised, earned = _FOR_MEMBERS.read(db, given | {"person": person_id})
        achievements = []
    return Board(
        [IncentiveRow._make(row) for row in promised],
        [PromiseRow._make(row) for row in earned],
        [(row.public_id, row.name) for row in achievements],
    )


def get_incentive(db: Session, actor: Actor, public_id: str) -> Incentive:
    """One of an organisation this actor belongs to."""
    found = db.exec(select(Incentive).where(Incentive.public_id == public_id)).first()
    if found is None or not rules.may_read_incentives(actor, found.org_id):
        raise NotFound(_("There is nothing of that kind."))
    return found


def get_promise(db: Session, actor: Actor, public_id: str) -> Promise:
    """One's own, or one of an organisation whose owner this actor is; held until the transaction ends."""
    found = db.exec(select(Promise).where(Promise.public_id == public_id).with_for_update()).first()
    if found is None or not (
        actor.id == found.person_id or rules.may_set_incentive(actor, found.org_id, open_ones=0)
    ):
        raise NotFound(_("There is nothing of that kind."))
    return found


def promise_for(
    db: Session, actor: Actor, org_id: int, achievement_id: str, text: str, amount: int | None, currency: str
) -> Incentive:
    """Promise members something for an achievement of the organisation: words, and an amount where there is one."""
    require(rules.may_set_incentive(actor, org_id, len(open_ones(db, org_id))))
    found = db.exec(select(Achievement).where(Achievement.public_id == achievement_id)).first()
    if found is None or found.org_id != org_id or found.status is not AchievementStatus.PUBLISHED:
        words = _("Choose one of the achievements you issue.")
        raise Invalid(words, achievement=words)
    made = Incentive(
        org_id=org_id,
        line=found.line,
        achievement_id=found.id,
        text=text.strip(),
        amount_minor=amount,
        currency=currency,
        set_by=actor.id,
    )
    db.add(made)
    db.flush()
    announce(db, "incentive.set", actor, subject=("organisation", org_id), incentive_id=made.id)
    return made


def close(db: Session, actor: Actor, incentive: Incentive) -> None:
    """Promise it to nobody new. Whoever earned it before is owed it still."""
    require(rules.may_set_incentive(actor, incentive.org_id, open_ones=0))
    if incentive.closed_at is not None:
        return
    incentive.closed_at = clock.now()
    db.add(incentive)
    db.flush()
    subject = ("organisation", incentive.org_id)
    announce(db, "incentive.closed", actor, subject=subject, incentive_id=incentive.id)


def follow_accepted(db: Session, event: Event) -> None:
    """A credential was accepted: if its holder is a member now, what was promised for it is owed, once."""
    issued = db.get(Issued, event.subject_id)
    if issued is None or issued.status is not IssuedStatus.ACCEPTED or issued.accepted_at is None:
        return
    line = db.get_one(Achievement, issued.achievement_id).line
    standing = select(Incentive).where(
        Incentive.line == line,
        Incentive.org_id == issued.org_id,
        col(Incentive.set_at) <= issued.accepted_at,
        (col(Incentive.closed_at).is_(None)) | (col(Incentive.closed_at) > issued.accepted_at),
    )
    found = db.exec(standing.with_for_update()).all()
    if not found or issued.person_id not in org_member_ids(db, issued.org_id):
        return
    for one in found:
        there = select(Promise.id).where(
            Promise.incentive_id == one.id, Promise.person_id == issued.person_id
        )
        if db.exec(there).first() is not None:
            continue
        db.add(
            Promise(incentive_id=one.id, org_id=one.org_id, person_id=issued.person_id, issued_id=issued.id)
        )
        db.flush()
        announce(
            db,
            "incentive.earned",
            SYSTEM,
            subject=("organisation", one.org_id),
            person_id=issued.person_id,
            incentive_id=one.id,
        )


def give(db: Session, actor: Actor, promise: Promise) -> None:
    """The organisation records that it gave what it promised."""
    require(rules.may_give(actor, promise))
    promise.given_at, promise.given_by = clock.now(), actor.id
    db.add(promise)
    db.flush()
    subject = ("organisation", promise.org_id)
    announce(db, "incentive.given", actor, subject=subject, person_id=promise.person_id)


def receive(db: Session, actor: Actor, promise: Promise) -> None:
    """The person records that they received it."""
    require(rules.may_receive(actor, promise))
    promise.received_at = clock.now()
    db.add(promise)
    db.flush()
    subject = ("organisation", promise.org_id)
    announce(db, "incentive.received", actor, subject=subject, person_id=promise.person_id)
