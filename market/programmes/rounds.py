"""Rounds of a programme: a cohort that begins together, or people one after another. Each belongs to one opening.

The opening writes downwards what lists need: whether it takes people, until when, and how many places are free.
A round of an internal programme has no opening: whoever writes the programme opens and closes it here.
"""

from datetime import date, datetime

from sqlmodel import Session, col, select

from market import clock
from market.access import Actor, require
from market.errors import Invalid, NotFound
from market.programmes import queries, rules
from market.programmes.models import Cohort, Programme, ProgrammeVersion
from market.words import _

MOST_SEATS = 200


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


def open_inside(
    db: Session, actor: Actor, programme: Programme, *, starts_on: date | None, seats: int
) -> Cohort:
    """A round of the newest version that members join: together on a day, or with none one after another."""
    require(rules.may_open_inside(actor, programme))
    if not 1 <= seats <= MOST_SEATS:
        words = _("Between 1 and %(most)s places.", most=MOST_SEATS)
        raise Invalid(words, seats=words)
    if starts_on is not None and starts_on < clock.today(actor.time_zone):
        words = _("That day has passed. Choose today or later.")
        raise Invalid(words, starts_on=words)
    version = queries.newest(db, programme)
    made = Cohort(
        programme_version_id=version.id, starts_on=starts_on, seats=seats, seats_free=seats, is_open=True
    )
    db.add(made)
    db.flush()
    return made


def close_inside(db: Session, actor: Actor, programme: Programme, cohort: Cohort) -> None:
    """It takes nobody new. Whoever joined goes on."""
    require(rules.may_write(actor, programme.org_id))
    db.refresh(cohort, with_for_update=True)
    cohort.is_open = False
    db.add(cohort)
    db.flush()


def inside(db: Session, public_id: str) -> tuple[Cohort, Programme]:
    """A round without an opening, with its programme; `NotFound` for any other."""
    found = db.exec(
        select(Cohort, Programme)
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Cohort.programme_version_id))
        .join(Programme, col(Programme.id) == col(ProgrammeVersion.programme_id))
        .where(
            Cohort.public_id == public_id, col(Cohort.opportunity_id).is_(None), col(Programme.for_members)
        )
    ).first()
    if found is None:
        raise NotFound(_("There is no such round."))
    return found


def all_inside(db: Session, programme_id: int, size: int = 50) -> list[tuple[Cohort, int]]:
    """Every round that members join, the newest first, with the number of its version."""
    found = db.exec(
        select(Cohort, ProgrammeVersion.version)
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Cohort.programme_version_id))
        .where(ProgrammeVersion.programme_id == programme_id, col(Cohort.opportunity_id).is_(None))
        .order_by(col(Cohort.id).desc())
        .limit(size)
    ).all()
    return list(found)
