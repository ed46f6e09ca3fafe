"""What happens to applications because something else did, or because time passed. Each may run twice without harm."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from market.access import SYSTEM
from market.applications import offers, queries, rules, service
from market.applications.models import Application, Offer
from market.applications.rules import OFFER_OVER, OPEN, WAITING, OfferStatus, Status
from market.opportunities import service as opportunities
from market.opportunities.rules import Status as Opening
from market.outbox import Event, announce

_BATCH = 200


def close_when_filled(db: Session, event: Event) -> None:
    """All places are taken: the others are told so, and may agree to be asked again. Who is kept for later stays so."""
    opening = service.lock(db, _subject(event))
    if opening.status != Opening.FILLED:  # a place came free meanwhile
        return
    for application in _open_at(db, opening.id, pooled=False):
        offers.put_aside(db, SYSTEM, application, "filled")
        service.take(db, SYSTEM, application, "not_select", reason="filled")


def close_when_cancelled(db: Session, event: Event) -> None:
    """The opening is off: nobody waits for an answer any more."""
    opening = service.lock(db, _subject(event))
    for application in _open_at(db, opening.id, pooled=True):
        offers.put_aside(db, SYSTEM, application, "cancelled")
        service.take(db, SYSTEM, application, "cancel", reason=event.reason or "cancelled")


def withdraw_others(db: Session, event: Event) -> None:
    """Someone signed elsewhere: what they asked to be taken back in that case is taken back, and nothing else."""
    wanted = select(Application).where(
        Application.person_id == event.payload["person_id"],
        Application.id != event.subject_id,
        col(Application.withdraw_if_hired).is_(True),
        col(Application.status).in_(OPEN),
    )
    for application in db.exec(wanted.order_by(col(Application.opportunity_id))).all():
        service.lock(db, application.opportunity_id)
        service.take_back(db, SYSTEM, application, reason="hired_elsewhere")


def mark_overdue(db: Session, now: datetime) -> int:
    """Flag what is past the promised day, once each; three unanswered pause the opening."""
    wanted = select(Application).where(
        col(Application.status).in_(WAITING),
        col(Application.answer_due_at) < now,
        col(Application.overdue_told_at).is_(None),
    )
    late = db.exec(wanted.order_by(col(Application.id)).limit(_BATCH)).all()
    for application in late:
        application.overdue_told_at = now
        db.add(application)
        announce(
            db,
            "application.overdue",
            SYSTEM,
            subject=("application", application.id),
            opportunity_id=application.opportunity_id,
            org_id=application.org_id,
            person_id=application.person_id,
        )
    db.flush()
    for opportunity_id in sorted({a.opportunity_id for a in late}):
        opening = service.lock(db, opportunity_id)
        waiting = queries.waiting_past_promise(db, opportunity_id, now)
        if opening.status == Opening.PUBLISHED and waiting >= rules.OVERDUE_PAUSES:
            opportunities.pause(db, SYSTEM, opening, reason="unanswered")
    return len(late)


def close_unanswered(db: Session, now: datetime) -> int:
    """Close, in plain words, what nobody answered for sixty days."""
    wanted = select(Application).where(
        col(Application.status).in_(WAITING),
        or_(col(Application.revived_at).is_(None), col(Application.revived_at) <= now - rules.UNANSWERED),
        col(Application.submitted_at) <= now - rules.UNANSWERED,
        col(Application.answer_due_at) <= now,
    )
    found = db.exec(wanted.order_by(col(Application.id)).limit(_BATCH)).all()
    for application in found:
        service.take(db, SYSTEM, application, "auto_close", reason="unanswered")
    return len(found)


def end_consent(db: Session, now: datetime) -> int:
    """Let go whoever was kept for later and whose agreement has run out."""
    wanted = select(Application).where(
        Application.status == Status.POOLED, col(Application.pool_until) <= now
    )
    found = db.exec(wanted.order_by(col(Application.id)).limit(_BATCH)).all()
    for application in found:
        service.take(db, SYSTEM, application, "auto_close", reason="consent_ended")
    return len(found)


def expire_offers(db: Session, now: datetime) -> int:
    """End the offers whose seven days are over."""
    wanted = select(Offer).where(Offer.status == OfferStatus.OPEN, col(Offer.expires_at) <= now)
    found = db.exec(wanted.order_by(col(Offer.expires_at)).limit(_BATCH)).all()
    for offer in found:
        offers.expire(db, offer)
    return len(found)


def warn_of_lapse(db: Session, now: datetime) -> int:
    """Say once, two days before, that an offer is about to lapse."""
    soon = select(Offer).where(
        Offer.status == OfferStatus.OPEN,
        col(Offer.expires_at) <= now + timedelta(days=2),
        col(Offer.expires_at) > now,
        col(Offer.warned_at).is_(None),
    )
    found = db.exec(soon.order_by(col(Offer.expires_at)).limit(_BATCH)).all()
    for offer in found:
        application = db.get_one(Application, offer.application_id)
        offer.warned_at = now
        db.add(offer)
        announce(
            db,
            "offer.lapses_soon",
            SYSTEM,
            subject=("offer", offer.id),
            application_id=application.id,
            org_id=application.org_id,
            person_id=application.person_id,
            side=offer.proposed_by.value,
        )
    return len(found)


def _subject(event: Event) -> int:
    if event.subject_id is None:
        raise ValueError(f"{event.name} has no subject.")
    return event.subject_id


def _open_at(db: Session, opportunity_id: int, *, pooled: bool) -> list[Application]:
    states = [s for s in (*OPEN, *OFFER_OVER) if pooled or s is not Status.POOLED]
    wanted = select(Application).where(
        Application.opportunity_id == opportunity_id, col(Application.status).in_(states)
    )
    return list(db.exec(wanted.order_by(col(Application.id))))
