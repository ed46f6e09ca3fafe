"""Closing an account for a breach of the rules, and opening it again."""

from sqlmodel import Session

from market.access import Actor
from market.accounts import sessions
from market.accounts.models import Person
from market.transitions import take


def suspend(db: Session, moderator: Actor, person: Person, note: str) -> None:
    """The person is signed out everywhere and cannot sign in. `note` is what they are told."""
    take(db, moderator, person, "suspend", note=note, person_id=person.id)
    sessions.end_all(db, person.id)


def restore(db: Session, moderator: Actor, person: Person) -> None:
    """The person can sign in again; everything is as they left it."""
    take(db, moderator, person, "restore", person_id=person.id)
