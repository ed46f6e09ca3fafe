"""Pools: agreeing and taking it back, pausing, notes, and invitations; and what ends an agreement by itself."""

from datetime import datetime

from sqlmodel import Session, col, delete, select

from market import clock
from market.access import SYSTEM, Actor, require
from market.accounts.models import Person
from market.accounts.queries import is_blocked, org_member_ids
from market.applications import invitations
from market.applications.models import InvitationToApply
from market.errors import Forbidden, Invalid, NotFound
from market.opportunities.models import Opportunity
from market.outbox import Event, announce
from market.staff import queries, rules
from market.staff.models import PoolNote, PoolPlace
from market.words import _

MOST_AT_ONCE = 200


def facts(db: Session, actor: Actor, org_id: int) -> rules.Facts:
    """What `rules.may_agree` asks about this actor and an organisation."""
    return rules.Facts(
        completed=bool(queries.completed_with(db, org_id, actor.id)),
        is_member=actor.belongs_to(org_id),
        blocked=is_blocked(db, actor.id, org_id=org_id),
    )


def agree(db: Session, actor: Actor, org_id: int, days: int) -> PoolPlace:
    """Let an organisation contact one for so many days from now; said again, the new day holds."""
    require(rules.may_agree(facts(db, actor, org_id), days))
    wanted = select(PoolPlace).where(PoolPlace.org_id == org_id, PoolPlace.person_id == actor.id)
    place = db.exec(wanted.with_for_update()).first()
    if place is not None and not rules.is_standing(
        place, clock.now()
    ):  # it ran out: nothing of it comes back
        _end(db, place, SYSTEM, "ran_out")
        place = None
    if place is None:
        last = queries.completed_with(db, org_id, actor.id)[0]
        place = PoolPlace(
            org_id=org_id,
            person_id=actor.id,
            engagement_id=last.id,
            until=rules.last_day(clock.now(), days),
        )
    place.until, place.paused_at = rules.last_day(clock.now(), days), None
    db.add(place)
    db.flush()
    announce(
        db,
        "pool.agreed",
        actor,
        subject=("organisation", org_id),
        org_id=org_id,
        person_id=actor.id,
        days=days,
    )
    return place


def take_back(db: Session, actor: Actor, place: PoolPlace) -> None:
    """End one's agreement at once: the place and every note about it are deleted."""
    _require_own(actor, place)
    _end(db, place, actor, "taken_back")


def pause(db: Session, actor: Actor, place: PoolPlace, *, paused: bool) -> None:
    """Not at the moment, or: again. The day on which the agreement ends stays."""
    _require_own(actor, place)
    if paused == (place.paused_at is not None):
        return
    place.paused_at = clock.now() if paused else None
    db.add(place)
    db.flush()
    subject = ("organisation", place.org_id)
    announce(db, "pool.paused" if paused else "pool.resumed", actor, subject=subject, person_id=actor.id)


def note(db: Session, actor: Actor, place: PoolPlace, text: str) -> PoolNote:
    """Keep a note for the members who read this pool."""
    db.refresh(place, with_for_update=True)  # or an agreement that ends at this moment would leave its note
    require(rules.may_note(actor, place, clock.now(), len(queries.notes_of(db, place.id))))
    made = PoolNote(place_id=place.id, author_id=actor.id, text=text.strip())
    db.add(made)
    db.flush()
    return made


def remove_note(db: Session, actor: Actor, place: PoolPlace, public_id: str) -> None:
    """Take a note away: any member who reads the pool may."""
    require(rules.may_read_pool(actor, place.org_id))
    found = db.exec(
        select(PoolNote).where(PoolNote.public_id == public_id, PoolNote.place_id == place.id)
    ).first()
    if found is None:
        raise NotFound(_("There is no such note."))
    db.delete(found)
    db.flush()


def invite(
    db: Session, actor: Actor, place: PoolPlace, person: Person, opening: Opportunity, words: str
) -> InvitationToApply:
    """Invite someone from the pool to an opening of the same organisation, unless they paused."""
    db.refresh(place, with_for_update=True)
    require(rules.may_contact(actor, place, clock.now()))
    if opening.org_id != place.org_id:
        raise Invalid(_("Choose one of your openings."), opening=_("Choose one of your openings."))
    return invitations.invite(db, actor, opening, person, words)


def end_due(db: Session, now: datetime) -> int:
    """Timer: agreements whose day has come end, with what was noted."""
    wanted = select(PoolPlace).where(col(PoolPlace.until) <= now).limit(MOST_AT_ONCE)
    due = db.exec(wanted.with_for_update(skip_locked=True)).all()
    for place in due:
        _end(db, place, SYSTEM, "ran_out")
    return len(due)


def end_for_member(db: Session, event: Event) -> None:
    """Whoever joins an organisation is in its pool no longer."""
    org_id, person_id = event.payload["org_id"], event.payload["person_id"]
    if person_id not in org_member_ids(db, org_id):
        return
    wanted = select(PoolPlace).where(PoolPlace.org_id == org_id, PoolPlace.person_id == person_id)
    for place in db.exec(wanted.with_for_update()).all():
        _end(db, place, SYSTEM, "joined")


def _require_own(actor: Actor, place: PoolPlace) -> None:
    if actor.id != place.person_id:
        raise Forbidden(_("Only the person whose agreement it is does this."))


def _end(db: Session, place: PoolPlace, actor: Actor, reason: str) -> None:
    subject, person_id = ("organisation", place.org_id), place.person_id
    db.exec(delete(PoolNote).where(col(PoolNote.place_id) == place.id))
    db.delete(place)
    db.flush()
    announce(db, "pool.ended", actor, subject=subject, reason=reason, person_id=person_id)
