"""A person's e-mail addresses: added, confirmed by a link, made the main one, removed."""

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from market import clock
from market.access import Actor
from market.accounts import links, queries, rules
from market.accounts.models import Email
from market.errors import Conflict, Invalid, NotFound
from market.outbox import announce
from market.words import _


def ask_to_verify(db: Session, actor: Actor, address: Email) -> None:
    """Have a link sent that confirms the address."""
    announce(
        db,
        "account.verification_asked",
        actor,
        subject=("person", address.person_id),
        person_id=address.person_id,
        email_id=address.id,
    )


def confirm_address(db: Session, address: Email) -> None:
    """The address is this person's from now on. Raises `Conflict` when someone else confirmed it first."""
    if address.verified_at is not None:
        return
    try:
        with db.begin_nested():
            address.verified_at = clock.now()
            db.add(address)
            db.flush()
    except IntegrityError:
        db.refresh(address)
        raise Conflict(_("This address was confirmed for another account. Sign in to that one.")) from None
    announce(
        db,
        "account.verified",
        Actor(id=address.person_id),
        subject=("person", address.person_id),
        person_id=address.person_id,
        email_id=address.id,
    )


def add_address(db: Session, actor: Actor, address: str) -> Email:
    """Another address for the actor; a link goes there to confirm it. Whether someone else has it is not said."""
    norm = rules.normal_address(address)
    mine = queries.addresses(db, actor.id)
    for kept in mine:
        if kept.address_norm == norm:
            words = _("This address is in your list already.")
            raise Invalid(words, email=words)
    if len(mine) >= rules.MOST_ADDRESSES:
        words = _("You keep %(n)s addresses. Remove one first.", n=len(mine))
        raise Invalid(words, email=words)
    made = Email(person_id=actor.id, address=address.strip(), address_norm=norm)
    db.add(made)
    db.flush()
    ask_to_verify(db, actor, made)
    return made


def own_address(db: Session, actor: Actor, email_id: int) -> Email:
    """One of the actor's own addresses. Raises `NotFound` for any other."""
    found = db.get(Email, email_id)
    if found is None or found.person_id != actor.id:
        raise NotFound(_("This address is not in your list."))
    return found


def make_primary(db: Session, actor: Actor, email_id: int) -> Email:
    """Mail goes to this address from now on. It has to be confirmed."""
    wanted = own_address(db, actor, email_id)
    if wanted.verified_at is None:
        raise Conflict(_("Confirm this address first, by the link we sent there."))
    db.exec(update(Email).where(col(Email.person_id) == actor.id).values(is_primary=False))
    db.exec(update(Email).where(col(Email.id) == wanted.id).values(is_primary=True))
    announce(
        db,
        "account.address_changed",
        actor,
        subject=("person", actor.id),
        person_id=actor.id,
        email_id=wanted.id,
    )
    return wanted


def remove_address(db: Session, actor: Actor, email_id: int) -> None:
    """Forget an address. The primary one stays: mail has to go somewhere."""
    found = own_address(db, actor, email_id)
    if found.is_primary:
        raise Conflict(_("This is where we write to you. Make another address the main one first."))
    links.forget_address(db, found.id)
    was_confirmed = found.verified_at is not None
    db.delete(found)
    db.flush()
    if was_confirmed:
        announce(db, "account.address_removed", actor, subject=("person", actor.id), person_id=actor.id)
