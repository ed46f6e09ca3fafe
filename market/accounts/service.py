"""Writing accounts: signing up, addresses, passwords, settings, and the links that are sent by mail.

Events carry ids only. A link's token is minted by whoever sends the mail (`mint_token`), so no token is ever kept in an
event, a log or a queue: only its SHA-256 is in the database.
"""

import secrets

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from market import clock
from market.access import Actor
from market.accounts import passwords, rules
from market.accounts.models import (
    Email,
    FactorKind,
    OneTimeToken,
    Person,
    SignInFactor,
    TokenPurpose,
)
from market.accounts.organisations import add_member, create_organisation, verify_organisation
from market.accounts.sessions import token_sha256
from market.errors import Conflict
from market.outbox import announce
from market.words import _

__all__ = [
    "add_member",
    "confirm_address",
    "create_organisation",
    "mint_token",
    "sign_up",
    "verify_organisation",
]

_GOOD_FOR = {
    TokenPurpose.VERIFY_EMAIL: rules.VERIFY_FOR,
    TokenPurpose.RESET_PASSWORD: rules.RESET_FOR,
    TokenPurpose.INVITATION: rules.INVITATION_FOR,
}


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


def mint_token(
    db: Session,
    purpose: TokenPurpose,
    *,
    person_id: int | None = None,
    email_id: int | None = None,
    invitation_id: int | None = None,
) -> str:
    """A new link's token: 256 random bits, good once and for a limited time. Only its SHA-256 is kept.

    To confirm an address give person and e-mail, for a new password the same, for an invitation the invitation.
    """
    token = secrets.token_urlsafe(32)
    db.add(
        OneTimeToken(
            token_sha256=token_sha256(token),
            purpose=purpose,
            person_id=person_id,
            email_id=email_id,
            invitation_id=invitation_id,
            expires_at=clock.now() + _GOOD_FOR[purpose],
        )
    )
    db.flush()
    return token
