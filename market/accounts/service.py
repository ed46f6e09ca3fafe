"""Writing accounts: signing up, passwords, settings; and the door to what lies in the modules beside this one.

Events carry ids only; the mail that an event leads to mints its link's token itself (`links.mint_token`).
"""

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from market import clock
from market.access import SYSTEM, Actor
from market.accounts import links, passwords, queries, rules, sessions
from market.accounts.emails import add_address, ask_to_verify, confirm_address, make_primary, remove_address
from market.accounts.links import mint_token
from market.accounts.members import add_member
from market.accounts.models import (
    Email,
    FactorKind,
    Person,
    PersonStatus,
    SignInFactor,
    TokenPurpose,
)
from market.accounts.organisations import create_organisation, verify_organisation
from market.accounts.queries import SignIn
from market.errors import Conflict
from market.outbox import announce

__all__ = [
    "add_address",
    "add_member",
    "ask_reset",
    "ask_to_verify",
    "change_password",
    "confirm_address",
    "create_organisation",
    "forget_unconfirmed",
    "keep_hash",
    "make_primary",
    "mint_token",
    "promote",
    "remove_address",
    "reset_password",
    "save_settings",
    "sign_up",
    "sign_up_again",
    "verify_organisation",
]


def sign_up(
    db: Session,
    *,
    name: str,
    email: str,
    password: str | None = None,
    secret: str | None = None,
    verified: bool = False,
    time_zone: str = "Europe/London",
    language: str = "en",
) -> Person:
    """A new account. A request hashes the password before its transaction and gives `secret` instead of it.

    Without `verified` a link to confirm the address goes out; with it (the command line, the demo) nothing does.
    Raises `Conflict` when the address belongs to someone already.
    """
    person = Person(display_name=name.strip(), time_zone=time_zone, language=language)
    db.add(person)
    db.flush()
    address = Email(
        person_id=person.id, address=email.strip(), address_norm=rules.normal_address(email), is_primary=True
    )
    db.add(address)
    db.flush()
    if password is not None:
        secret = passwords.hash_password(password)
    if secret is not None:
        db.add(SignInFactor(person_id=person.id, kind=FactorKind.PASSWORD, secret=secret))
    actor = Actor(id=person.id, public_id=person.public_id)
    announce(db, "account.signed_up", actor, subject=("person", person.id), person_id=person.id)
    if verified:
        confirm_address(db, address)
    else:
        ask_to_verify(db, actor, address)
    return person


def sign_up_again(db: Session, known: SignIn) -> None:
    """Someone signs up with an address that has an account: its owner is told by mail, the page says nothing of it."""
    announce(
        db,
        "account.sign_up_repeated",
        subject=("person", known.person_id),
        person_id=known.person_id,
        email_id=known.email_id,
    )


def ask_reset(db: Session, address: str) -> None:
    """Have a link to a new password sent, if the address has an account; if not, as much is written, and nobody hears."""
    known = queries.sign_in_by_address(db, address)
    announce(
        db,
        "account.reset_asked",
        subject=("person", known.person_id) if known else None,
        person_id=known.person_id if known else None,
        email_id=known.email_id if known else None,
    )


def _set_password(db: Session, person_id: int, secret: str) -> None:
    wanted = select(SignInFactor).where(
        SignInFactor.person_id == person_id, SignInFactor.kind == FactorKind.PASSWORD
    )
    factor = db.exec(wanted).first() or SignInFactor(
        person_id=person_id, kind=FactorKind.PASSWORD, secret=secret
    )
    factor.secret, factor.created_at = secret, clock.now()
    db.add(factor)
    links.void(db, TokenPurpose.RESET_PASSWORD, person_id)


def keep_hash(db: Session, person_id: int, secret: str) -> None:
    """The same password, hashed with today's costs."""
    db.exec(
        update(SignInFactor)
        .where(col(SignInFactor.person_id) == person_id, col(SignInFactor.kind) == FactorKind.PASSWORD)
        .values(secret=secret)
    )


def change_password(db: Session, actor: Actor, secret: str) -> None:
    """A new password for the actor: every other browser is signed out. `secret` is its hash."""
    _set_password(db, actor.id, secret)
    sessions.end_all(db, actor.id, keep=actor.session_id)
    announce(db, "account.password_changed", actor, subject=("person", actor.id), person_id=actor.id)


def reset_password(db: Session, token: str, secret: str) -> Person:
    """A new password by a link: every browser is signed out, and the address the link went to is confirmed.

    Raises `Conflict` when the link was used or ran out.
    """
    link = links.use(db, token, TokenPurpose.RESET_PASSWORD)
    person = db.get_one(Person, link.person_id)
    address = db.get(Email, link.email_id)
    if address is None or address.person_id != person.id or person.status is not PersonStatus.ACTIVE:
        raise Conflict(links.gone())
    _set_password(db, person.id, secret)
    sessions.end_all(db, person.id)
    confirm_address(db, address)
    announce(
        db,
        "account.password_changed",
        Actor(id=person.id),
        subject=("person", person.id),
        person_id=person.id,
    )
    return person


def save_settings(db: Session, actor: Actor, *, name: str, time_zone: str, language: str) -> None:
    """How a person is called, and how days, times and words are shown to them."""
    person = db.get_one(Person, actor.id)
    person.display_name, person.time_zone, person.language = name, time_zone, language
    db.add(person)
    db.flush()


def promote(db: Session, person: Person, *, moderator: bool = False, admin: bool = False) -> None:
    """Give a person the site's own roles; what is False is taken away. For the command line."""
    person.is_moderator, person.is_admin = moderator, admin
    db.add(person)
    announce(db, "account.promoted", SYSTEM, subject=("person", person.id), person_id=person.id)


def forget_unconfirmed(db: Session, now: datetime) -> int:
    """Timer: a sign-up that nobody confirmed for 30 days is forgotten, address, name and password; a bare row stays."""
    confirmed = select(Email.person_id).where(col(Email.verified_at).is_not(None))
    wanted = select(Person).where(
        Person.status == PersonStatus.ACTIVE,
        Person.created_at <= now - rules.UNCONFIRMED_FOR,
        col(Person.id).not_in(confirmed),
    )
    gone = db.exec(wanted.order_by(col(Person.id)).limit(200)).all()
    for person in gone:
        sessions.end_all(db, person.id)
        for address in queries.addresses(db, person.id):
            links.forget_address(db, address.id)
            db.delete(address)
        db.exec(delete(SignInFactor).where(col(SignInFactor.person_id) == person.id))
        person.status, person.display_name, person.erased_at = PersonStatus.ERASED, None, now
        db.add(person)
        announce(db, "account.lapsed", SYSTEM, subject=("person", person.id), person_id=person.id)
    return len(gone)
