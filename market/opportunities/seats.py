"""Places and applicants: counted on the opportunity's own row, so that a race has one winner."""

from sqlalchemy import update
from sqlmodel import Session, col

from market import clock
from market.access import SYSTEM
from market.errors import Conflict
from market.opportunities import rules
from market.opportunities.models import Opportunity
from market.opportunities.rules import Kind, Status
from market.outbox import announce
from market.programmes import rounds
from market.transitions import take
from market.words import _


def take_seat(db: Session, opportunity: Opportunity) -> None:
    """Give one place away, and fill the opportunity with the last. `Conflict` when there is none to give."""
    taken = db.connection().execute(
        update(Opportunity)
        .where(
            col(Opportunity.id) == opportunity.id,
            col(Opportunity.seats_taken) < col(Opportunity.seats),
            col(Opportunity.status).in_(rules.TAKES_PEOPLE),
        )
        .values(seats_taken=col(Opportunity.seats_taken) + 1, active_at=clock.now())
    )
    if taken.rowcount != 1:
        raise Conflict(_("The last place has gone, or this is not open any more."))
    db.refresh(opportunity)
    if opportunity.seats_taken >= opportunity.seats:
        take(db, SYSTEM, opportunity, "fill")
    tell_round(db, opportunity)


def tell_round(db: Session, opportunity: Opportunity) -> None:
    """Write down in the round of a programme how its opening stands, for the lists of programmes."""
    if opportunity.kind == Kind.MICRO_APPRENTICESHIP:
        rounds.tell(
            db,
            opportunity.id,
            is_open=opportunity.status == Status.PUBLISHED,
            seats=opportunity.seats,
            seats_free=opportunity.seats - opportunity.seats_taken,
            apply_by=opportunity.deadline_at,
        )


def free_seat(db: Session, opportunity: Opportunity) -> None:
    """A place came free again. The state stays: a person decides whether to reopen."""
    freed = db.connection().execute(
        update(Opportunity)
        .where(col(Opportunity.id) == opportunity.id, col(Opportunity.seats_taken) > 0)
        .values(seats_taken=col(Opportunity.seats_taken) - 1, active_at=clock.now())
    )
    db.refresh(opportunity)
    tell_round(db, opportunity)
    if freed.rowcount == 1:
        announce(db, "opportunity.seat_freed", SYSTEM, subject=("opportunity", opportunity.id))


def add_applicant(db: Session, opportunity: Opportunity) -> None:
    """Count one more applicant; with as many as it takes, the opportunity closes. `Conflict` when it takes none now."""
    counted = db.connection().execute(
        update(Opportunity)
        .where(col(Opportunity.id) == opportunity.id, col(Opportunity.status) == Status.PUBLISHED)
        .values(applicants_count=col(Opportunity.applicants_count) + 1, active_at=clock.now(), warned_at=None)
    )
    if counted.rowcount != 1:
        raise Conflict(_("This takes no applications any more."))
    db.refresh(opportunity)
    cap = opportunity.applicants_cap
    if cap is not None and opportunity.applicants_count >= cap:
        take(db, SYSTEM, opportunity, "close", reason="applicants_cap")


def drop_applicant(db: Session, opportunity: Opportunity) -> None:
    """Count one applicant less, after a withdrawal."""
    db.connection().execute(
        update(Opportunity)
        .where(col(Opportunity.id) == opportunity.id, col(Opportunity.applicants_count) > 0)
        .values(applicants_count=col(Opportunity.applicants_count) - 1)
    )
    db.refresh(opportunity)
