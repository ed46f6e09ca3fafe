"""Experience and education, in a person's own words. Both are shown; neither is evidence, and matching reads neither."""

from datetime import date
from typing import NamedTuple, TypeVar

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
    return _add(db, Experience, actor, done)


def change_experience(db: Session, actor: Actor, public_id: str, done: Done) -> Experience:
    """Say one of the actor's own stretches of work anew."""
    _check(done, clock.today(actor.time_zone))
    return _change(db, get_experience(db, actor, public_id), done)


def remove_experience(db: Session, actor: Actor, public_id: str) -> None:
    """List it no longer."""
    _remove(db, get_experience(db, actor, public_id))


def get_experience(db: Session, actor: Actor, public_id: str) -> Experience:
    """One of the actor's own. Raises `NotFound` for anyone else's."""
    return _own(db, Experience, actor, public_id)


def add_education(db: Session, actor: Actor, learnt: Learnt) -> Education:
    """List schooling."""
    return _add(db, Education, actor, learnt)


def change_education(db: Session, actor: Actor, public_id: str, learnt: Learnt) -> Education:
    """Say a line of the actor's own schooling anew."""
    return _change(db, get_education(db, actor, public_id), learnt)


def remove_education(db: Session, actor: Actor, public_id: str) -> None:
    """List it no longer."""
    _remove(db, get_education(db, actor, public_id))


def get_education(db: Session, actor: Actor, public_id: str) -> Education:
    """A line of the actor's own. Raises `NotFound` for anyone else's."""
    return _own(db, Education, actor, public_id)


# -- the same for both lists

Line = TypeVar("Line", Experience, Education)


def _own(db: Session, model: type[Line], actor: Actor, public_id: str) -> Line:
    found = db.exec(select(model).where(model.public_id == public_id, model.person_id == actor.id)).first()
    if found is None:
        raise NotFound(_("There is no such line on your profile."))
    return found


def _add(db: Session, model: type[Line], actor: Actor, said: Done | Learnt) -> Line:
    _leave_room(db, model, actor.id)
    return _kept(db, model(person_id=actor.id, **said._asdict()))


def _change(db: Session, line: Line, said: Done | Learnt) -> Line:
    for name, value in said._asdict().items():
        setattr(line, name, value)
    return _kept(db, line)


def _kept(db: Session, line: Line) -> Line:
    db.add(line)
    db.flush()
    return line


def _remove(db: Session, line: Line) -> None:
    db.delete(line)
    db.flush()


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
