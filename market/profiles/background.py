"""Experience and education, in a person's own words. Both are shown; neither is evidence, and matching reads neither."""

from datetime import date
from typing import NamedTuple

from sqlmodel import Session, func, select

from market import clock
from market.access import Actor
from market.errors import Conflict, Invalid, NotFound
from market.profiles import rules
from market.profiles.models import Education, Experience
from market.words import _


class Done(NamedTuple):
    """A stretch of work, paid or not. Without `until_on` it goes on."""

    title: str
    from_on: date
    where: str = ""
    until_on: date | None = None
    text: str = ""


class Learnt(NamedTuple):
    """Schooling that someone chooses to list."""

    title: str
    where: str = ""
    year: int | None = None


def add_experience(db: Session, actor: Actor, done: Done) -> Experience:
    """List a stretch of work. Raises `Invalid` when it ends before it begins."""
    _check(done, clock.today(actor.time_zone))
    _leave_room(db, Experience, actor.id)
    made = Experience(person_id=actor.id, **done._asdict())
    db.add(made)
    db.flush()
    return made


def change_experience(db: Session, actor: Actor, public_id: str, done: Done) -> Experience:
    """Say one of the actor's own stretches of work anew."""
    _check(done, clock.today(actor.time_zone))
    found = get_experience(db, actor, public_id)
    for name, value in done._asdict().items():
        setattr(found, name, value)
    db.add(found)
    db.flush()
    return found


def remove_experience(db: Session, actor: Actor, public_id: str) -> None:
    """List it no longer."""
    db.delete(get_experience(db, actor, public_id))
    db.flush()


def get_experience(db: Session, actor: Actor, public_id: str) -> Experience:
    """One of the actor's own. Raises `NotFound` for anyone else's."""
    wanted = select(Experience).where(Experience.public_id == public_id, Experience.person_id == actor.id)
    found = db.exec(wanted).first()
    if found is None:
        raise NotFound(_("There is no such line on your profile."))
    return found


def add_education(db: Session, actor: Actor, learnt: Learnt) -> Education:
    """List schooling."""
    _leave_room(db, Education, actor.id)
    made = Education(person_id=actor.id, **learnt._asdict())
    db.add(made)
    db.flush()
    return made


def change_education(db: Session, actor: Actor, public_id: str, learnt: Learnt) -> Education:
    """Say a line of the actor's own schooling anew."""
    found = get_education(db, actor, public_id)
    for name, value in learnt._asdict().items():
        setattr(found, name, value)
    db.add(found)
    db.flush()
    return found


def remove_education(db: Session, actor: Actor, public_id: str) -> None:
    """List it no longer."""
    db.delete(get_education(db, actor, public_id))
    db.flush()


def get_education(db: Session, actor: Actor, public_id: str) -> Education:
    """A line of the actor's own. Raises `NotFound` for anyone else's."""
    wanted = select(Education).where(Education.public_id == public_id, Education.person_id == actor.id)
    found = db.exec(wanted).first()
    if found is None:
        raise NotFound(_("There is no such line on your profile."))
    return found


def _check(done: Done, today: date) -> None:
    if done.from_on > today:
        raise Invalid(_("It begins in the future."), from_on=_("This day is still to come."))
    if done.until_on is not None and done.until_on < done.from_on:
        words = _("It ends before it begins.")
        raise Invalid(words, until_on=words)


def _leave_room(db: Session, model: type[Experience] | type[Education], person_id: int) -> None:
    counted = select(func.count()).where(model.person_id == person_id)
    if db.exec(counted).one() >= rules.MOST_BACKGROUND:
        raise Conflict(
            _(
                "This list holds %(most)s lines. Remove one before you add another.",
                most=rules.MOST_BACKGROUND,
            )
        )
