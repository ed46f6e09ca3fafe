"""The line of people who wait for a place in a programme: joining, leaving, and being told in order when one comes free.

As many are told as places are free, those who waited longest first; three days later the next ones, while places are
still free. Being told holds no place, and nobody is put in: they apply like anyone else. When the round closes, who
was told and did not get in stands where they stood before.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from market import clock
from market.access import SYSTEM, Actor, require
from market.accounts.models import Block, Membership, Organisation
from market.accounts.queries import blocks_between, is_blocked
from market.applications.models import Application
from market.apprenticeships import waiting_rules as rules
from market.apprenticeships.models import WaitingPlace
from market.apprenticeships.waiting_rules import AHEAD, Line, WaitingStatus
from market.engagements.models import Engagement
from market.engagements.rules import RUNNING
from market.engagements.rules import Status as WorkStatus
from market.errors import Conflict
from market.opportunities.models import Opportunity
from market.opportunities.seats import tell_round
from market.outbox import Event, announce
from market.programmes import rounds
from market.programmes.models import Cohort, Programme, ProgrammeVersion
from market.programmes.rules import Status
from market.transitions import take
from market.words import _

AT_ONCE = 200
STANDS = (WaitingStatus.WAITING, WaitingStatus.ASKED)


def line_of(db: Session, actor: Actor, programme: Programme, places_free: int | None = None) -> Line:
    """What joining is asked about. Three statements, two where the free places are known."""
    if places_free is None:
        places_free = sum(one.seats_free for one in rounds.open_rounds(db, programme.id))
    at_it = (
        select(Engagement.id)
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Engagement.programme_version_id))
        .where(
            ProgrammeVersion.programme_id == programme.id,
            Engagement.person_id == actor.id,
            col(Engagement.status).in_((WorkStatus.SCHEDULED, *RUNNING)),
        )
    )
    return Line(
        is_published=programme.status == Status.PUBLISHED,
        is_theirs=actor.belongs_to(programme.org_id),
        for_members=programme.for_members,
        places_free=places_free,
        is_blocked=actor.is_signed_in and is_blocked(db, actor.id, org_id=programme.org_id),
        has_place=actor.is_signed_in and db.exec(at_it).first() is not None,
    )


def place_of(db: Session, programme_id: int, person_id: int) -> WaitingPlace | None:
    """Someone's row, whatever its state."""
    wanted = select(WaitingPlace).where(
        WaitingPlace.programme_id == programme_id, WaitingPlace.person_id == person_id
    )
    return db.exec(wanted).first()


def join(db: Session, actor: Actor, programme: Programme) -> WaitingPlace:
    """Stand at the end of the line. `Conflict` for who stands in it already."""
    require(rules.may_wait(actor, line_of(db, actor, programme)))
    found = place_of(db, programme.id, actor.id)
    if found is not None and found.status in STANDS:
        raise Conflict(_("You wait for a place already."))
    if found is not None:
        take(
            db,
            actor,
            found,
            "rejoin",
            changes={"since": clock.now(), "asked_at": None},
            programme_id=programme.id,
        )
        return found
    made = WaitingPlace(programme_id=programme.id, person_id=actor.id)
    try:
        with db.begin_nested():
            db.add(made)
            db.flush()
    except IntegrityError:  # a second window of theirs was quicker
        raise Conflict(_("You wait for a place already.")) from None
    announce(db, "waiting.joined", actor, subject=("waiting", made.id), programme_id=programme.id)
    return made


def leave(db: Session, actor: Actor, programme: Programme) -> None:
    """Stop waiting."""
    found = place_of(db, programme.id, actor.id)
    if found is None:
        raise Conflict(_("You do not wait for a place in this programme."))
    take(db, actor, found, "leave", changes={"opportunity_id": None}, programme_id=programme.id)


# When places come free


def follow_opening(db: Session, event: Event) -> None:
    """Subscriber to what opens, fills or ends a round: tell who comes next, or put back who was told. Idempotent."""
    opening = db.get(Opportunity, event.subject_id)
    if opening is None:
        return
    cohort = rounds.of_opening(db, opening.id)
    if cohort is None:
        return
    tell_round(db, opening)  # another subscriber does it too, maybe later
    db.refresh(cohort)
    if cohort.is_open and cohort.seats_free > 0:
        programme_id = db.get_one(ProgrammeVersion, cohort.programme_version_id).programme_id
        _ask(db, programme_id, cohort, clock.now())
    else:
        put_back(db, opening.id, "cancelled" if event.name == "opportunity.cancelled" else None)


def put_back(db: Session, opportunity_id: int, reason: str | None = None) -> int:
    """Who was told of this opening and has no place stands where they stood before; how many. Of `cancelled` they hear."""
    found = db.exec(
        select(WaitingPlace).where(
            WaitingPlace.opportunity_id == opportunity_id, WaitingPlace.status == WaitingStatus.ASKED
        )
    ).all()
    for row in found:
        take(
            db,
            SYSTEM,
            row,
            "put_back",
            reason=reason,
            changes={"opportunity_id": None},
            programme_id=row.programme_id,
            person_id=row.person_id,
        )
    return len(found)


def follow_retired(db: Session, event: Event) -> None:
    """Subscriber: a programme is offered no more. Whoever waits for a place hears of it, and keeps their turn if it comes back."""
    found = db.exec(
        select(WaitingPlace)
        .where(WaitingPlace.programme_id == event.subject_id, col(WaitingPlace.status).in_(STANDS))
        .order_by(col(WaitingPlace.id))
    ).all()
    for row in found:
        announce(
            db,
            "waiting.programme_retired",
            SYSTEM,
            subject=("waiting", row.id),
            programme_id=row.programme_id,
            person_id=row.person_id,
        )


def follow_accepted(db: Session, event: Event) -> None:
    """Subscriber to a signed offer: who got a place in a programme waits for it no more."""
    application = db.get(Application, event.subject_id)
    cohort = rounds.of_opening(db, application.opportunity_id) if application else None
    if application is None or cohort is None:
        return
    version = db.get_one(ProgrammeVersion, cohort.programme_version_id)
    found = place_of(db, version.programme_id, application.person_id)
    if found is not None and found.status in STANDS:
        take(db, SYSTEM, found, "take", changes={"opportunity_id": None}, programme_id=version.programme_id)


def ask_next(db: Session, now: datetime) -> int:
    """Timer: wherever a round has places and people wait, the next of them are told; how many."""
    found = db.exec(
        select(Cohort, ProgrammeVersion.programme_id)
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Cohort.programme_version_id))
        .where(
            col(Cohort.is_open),
            Cohort.seats_free > 0,
            select(WaitingPlace.id)
            .where(
                WaitingPlace.programme_id == ProgrammeVersion.programme_id,
                WaitingPlace.status == WaitingStatus.WAITING,
            )
            .correlate(ProgrammeVersion)
            .exists(),
        )
        .order_by(col(Cohort.id))
        .limit(AT_ONCE)
    ).all()
    return sum(_ask(db, programme_id, cohort, now) for cohort, programme_id in found)


def _ask(db: Session, programme_id: int, cohort: Cohort, now: datetime) -> int:
    """Tell as many as places are free, less those told in the last three days. One at a time for each programme."""
    programme = db.get_one(Programme, programme_id)
    db.refresh(programme, with_for_update=True)
    lately = db.exec(
        select(func.count()).where(
            WaitingPlace.opportunity_id == cohort.opportunity_id,
            WaitingPlace.status == WaitingStatus.ASKED,
            col(WaitingPlace.asked_at) > now - AHEAD,
        )
    ).one()
    n = min(rules.to_ask(cohort.seats_free, lately), AT_ONCE)
    if not n:
        return 0
    person = col(WaitingPlace.person_id)
    members = select(Membership.person_id).where(
        Membership.org_id == programme.org_id, col(Membership.ended_at).is_(None)
    )
    apart = or_(*blocks_between(person, None, (programme.org_id,)))
    waiting = db.exec(
        select(WaitingPlace)
        .where(
            WaitingPlace.programme_id == programme_id,
            WaitingPlace.status == WaitingStatus.WAITING,
            person.not_in(members),
            ~select(Block.id).where(apart).exists(),
        )
        .order_by(col(WaitingPlace.since), col(WaitingPlace.id))
        .limit(n)
    ).all()
    for row in waiting:
        take(
            db,
            SYSTEM,
            row,
            "ask",
            changes={"asked_at": now, "opportunity_id": cohort.opportunity_id},
            opportunity_id=cohort.opportunity_id,
            person_id=row.person_id,
        )
    return len(waiting)


# Reading


class Mine(NamedTuple):
    """One place in a line, as its owner reads it."""

    programme_id: str
    title: str
    org_name: str
    programme_status: Status
    status: WaitingStatus
    since: datetime
    asked_at: datetime | None
    opening_id: str | None
    deadline_at: datetime | None
    before: int  # how many wait longer, those who were told among them


def mine(db: Session, person_id: int) -> list[Mine]:
    """The lines that someone stands in, the oldest first. One statement."""
    other = aliased(WaitingPlace)
    before = (
        select(func.count())
        .select_from(other)
        .where(
            col(other.programme_id) == col(WaitingPlace.programme_id),
            col(other.status).in_(STANDS),
            or_(
                col(other.since) < col(WaitingPlace.since),
                (col(other.since) == col(WaitingPlace.since)) & (col(other.id) < col(WaitingPlace.id)),
            ),
        )
        .correlate(WaitingPlace)
        .scalar_subquery()
    )
    rows = db.connection().execute(
        select(  # type: ignore[call-overload]
            Programme.public_id,
            Programme.title,
            Organisation.name,
            Programme.status,
            WaitingPlace.status,
            WaitingPlace.since,
            WaitingPlace.asked_at,
            Opportunity.public_id,
            Opportunity.deadline_at,
            before,
        )
        .select_from(WaitingPlace)
        .join(Programme, col(Programme.id) == col(WaitingPlace.programme_id))
        .join(Organisation, col(Organisation.id) == col(Programme.org_id))
        .outerjoin(Opportunity, col(Opportunity.id) == col(WaitingPlace.opportunity_id))
        .where(WaitingPlace.person_id == person_id, col(WaitingPlace.status).in_(STANDS))
        .order_by(col(WaitingPlace.since), col(WaitingPlace.id))
        .limit(AT_ONCE)
    )
    return [Mine(*row) for row in rows]


def in_line(db: Session, programme_id: int) -> tuple[int, int]:
    """How many wait and were not told yet, and how many were told. One statement; no names for anybody."""
    rows = db.exec(
        select(WaitingPlace.status, func.count())
        .where(WaitingPlace.programme_id == programme_id, col(WaitingPlace.status).in_(STANDS))
        .group_by(col(WaitingPlace.status))
    ).all()
    found = dict(rows)
    return found.get(WaitingStatus.WAITING, 0), found.get(WaitingStatus.ASKED, 0)
