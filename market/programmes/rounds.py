"""Rounds of a programme: a cohort that begins together, or people one after another. Each belongs to one opening.

The opening writes downwards what lists need: whether it takes people, until when, and how many places are free.
"""

from datetime import date, datetime

from sqlmodel import Session, col, select

from market.programmes.models import Cohort, ProgrammeVersion


def plan(db: Session, version_id: int, opportunity_id: int, *, starts_on: date | None, seats: int) -> Cohort:
    """The round of an opening: made, or changed while the opening is a draft. No `starts_on` is a rolling start."""
    found = of_opening(db, opportunity_id)
    cohort = found or Cohort(programme_version_id=version_id, opportunity_id=opportunity_id)
    cohort.starts_on, cohort.seats = starts_on, max(1, seats)
    db.add(cohort)
    db.flush()
    return cohort


def of_opening(db: Session, opportunity_id: int) -> Cohort | None:
    """The round that an opening fills."""
    return db.exec(select(Cohort).where(Cohort.opportunity_id == opportunity_id)).first()


def tell(
    db: Session, opportunity_id: int, *, is_open: bool, seats: int, seats_free: int, apply_by: datetime | None
) -> None:
    """Write down how its opening stands. Nothing where there is no round."""
    cohort = of_opening(db, opportunity_id)
    if cohort is None:
        return
    cohort.is_open, cohort.seats = is_open, max(1, seats)
    cohort.seats_free, cohort.apply_by = max(0, seats_free), apply_by
    db.add(cohort)
    db.flush()


def open_rounds(db: Session, programme_id: int) -> list[Cohort]:
    """The rounds of any version of a programme that take people now, the earliest start first."""
    return list(
        db.exec(
            select(Cohort)
            .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Cohort.programme_version_id))
            .where(ProgrammeVersion.programme_id == programme_id, col(Cohort.is_open), Cohort.seats_free > 0)
            .order_by(col(Cohort.starts_on), col(Cohort.id))
        ).all()
    )
