"""Incentives: what an organisation promises its members for an achievement, who earned it, and what each side records."""

from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import func
from sqlmodel import Session, col, select

from market import clock
from market.access import SYSTEM, Actor, require
from market.accounts.models import Organisation, Person
from market.accounts.queries import org_member_ids
from market.credentials.models import Achievement, Issued
from market.credentials.rules import AchievementStatus
from market.credentials.rules import Status as IssuedStatus
from market.errors import Invalid, NotFound
from market.outbox import Event, announce
from market.staff import rules
from market.staff.models import Incentive, Promise
from market.words import _


class IncentiveRow(NamedTuple):
    """What is promised for what."""

    incentive: Incentive
    achievement: str
    achievement_id: str


class PromiseRow(NamedTuple):
    """What one person earned, in the words of the day."""

    promise: Promise
    incentive: Incentive
    achievement: str
    person: str
    org: str
    org_id: str


def open_ones(db: Session, org_id: int) -> list[IncentiveRow]:
    """What an organisation promises now, the newest first."""
    rows = db.exec(
        select(Incentive, Achievement.name, Achievement.public_id)
        .join(Achievement, col(Achievement.id) == col(Incentive.achievement_id))
        .where(Incentive.org_id == org_id, col(Incentive.closed_at).is_(None))
        .order_by(col(Incentive.id).desc())
    )
    return [IncentiveRow(*row) for row in rows]


def to_promise_for(db: Session, org_id: int) -> list[tuple[str, str]]:
    """(public id, name) of the organisation's published achievements."""
    rows = db.exec(
        select(Achievement.public_id, Achievement.name)
        .where(Achievement.org_id == org_id, Achievement.status == AchievementStatus.PUBLISHED)
        .order_by(col(Achievement.name), col(Achievement.id))
        .limit(200)
    )
    return list(rows)


def promises(
    db: Session,
    *,
    org_id: int | None = None,
    person_id: int | None = None,
    before: int | None = None,
    size: int,
) -> list[PromiseRow]:
    """What was earned in an organisation, or by a person, the newest first. One statement."""
    wanted: Any = (
        sqlalchemy.select(
            Promise,
            Incentive,
            col(Achievement.name),
            func.coalesce(col(Person.display_name), ""),
            col(Organisation.name),
            col(Organisation.public_id),
        )
        .join(Incentive, col(Incentive.id) == col(Promise.incentive_id))
        .join(Achievement, col(Achievement.id) == col(Incentive.achievement_id))
        .join(Person, col(Person.id) == col(Promise.person_id))
        .join(Organisation, col(Organisation.id) == col(Promise.org_id))
        .where(col(Promise.id) < (before or 2**62))
        .order_by(col(Promise.id).desc())
        .limit(size)
    )
    if org_id is not None:
        wanted = wanted.where(Promise.org_id == org_id)
    if person_id is not None:
        wanted = wanted.where(Promise.person_id == person_id)
    return [PromiseRow(*row) for row in db.exec(wanted).all()]


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
