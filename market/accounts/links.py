"""Links sent by mail: good once, for one purpose, for one person, until they run out.

The token is minted by whoever writes the mail and is kept nowhere: not in an event, a log or a queue. The database holds
its SHA-256 only.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col

from market import clock
from market.accounts import rules
from market.accounts.models import OneTimeToken, TokenPurpose
from market.accounts.sessions import token_sha256
from market.errors import Conflict
from market.words import _

_GOOD_FOR = {
    TokenPurpose.VERIFY_EMAIL: rules.VERIFY_FOR,
    TokenPurpose.RESET_PASSWORD: rules.RESET_FOR,
    TokenPurpose.INVITATION: rules.INVITATION_FOR,
}


def gone() -> str:
    """What the reader of a link that is no longer good is told."""
    return _("This link was used already, or it has run out. Ask for a new one.")


def mint_token(
    db: Session,
    purpose: TokenPurpose,
    *,
    person_id: int | None = None,
    email_id: int | None = None,
    invitation_id: int | None = None,
) -> str:
    """A new link's token: 256 random bits.

    Give person and e-mail for `verify_email` and `reset_password`, the invitation for `invitation`.
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


def find(db: Session, token: str, purpose: TokenPurpose) -> OneTimeToken | None:
    """The link, if it is still good."""
    found = db.get(OneTimeToken, token_sha256(token))
    if found is None or found.purpose is not purpose or found.used_at or found.expires_at <= clock.now():
        return None
    return found


def use(db: Session, token: str, purpose: TokenPurpose) -> OneTimeToken:
    """Use a link up. One of two who come at once gets it; the other, and any later, a `Conflict`."""
    taken = db.connection().execute(
        update(OneTimeToken)
        .where(
            col(OneTimeToken.token_sha256) == token_sha256(token),
            col(OneTimeToken.purpose) == purpose,
            col(OneTimeToken.used_at).is_(None),
            col(OneTimeToken.expires_at) > clock.now(),
        )
        .values(used_at=clock.now())
    )
    if taken.rowcount != 1:
        raise Conflict(gone())
    return db.get_one(OneTimeToken, token_sha256(token), populate_existing=True)


def void(db: Session, purpose: TokenPurpose, person_id: int) -> None:
    """No link of this purpose that was sent to the person works any more."""
    db.connection().execute(
        delete(OneTimeToken).where(
            col(OneTimeToken.person_id) == person_id,
            col(OneTimeToken.purpose) == purpose,
            col(OneTimeToken.used_at).is_(None),
        )
    )


def forget_address(db: Session, email_id: int) -> None:
    """Drop the links that were sent to an address, before the address itself goes."""
    db.connection().execute(delete(OneTimeToken).where(col(OneTimeToken.email_id) == email_id))


def sweep(db: Session, now: datetime) -> int:
    """Timer: forget links a month after they ran out."""
    old = now - timedelta(days=30)
    return int(
        db.connection().execute(delete(OneTimeToken).where(col(OneTimeToken.expires_at) < old)).rowcount
    )
