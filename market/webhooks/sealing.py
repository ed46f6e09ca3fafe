"""Secrets of webhooks at rest: encrypted under a key made of the site's own secret, since signing needs them whole."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlmodel import Session

from market.credentials import address
from market.errors import Conflict
from market.words import _


def seal(db: Session, raw: bytes) -> str:
    """Makes the site's secret where there is none; where issuing keys lie under one that is lost, `Conflict`."""
    return _box(address.secret_to_seal(db)).encrypt(raw).decode()


def unseal(db: Session, sealed: str) -> bytes:
    """`Conflict` where the site's secret is another than it was."""
    try:
        return _box(address.secret_of(db)).decrypt(sealed.encode())
    except InvalidToken:
        raise Conflict(_("The secret of this webhook cannot be read any more. Make a new one.")) from None


def _box(secret: str) -> Fernet:
    key = HKDF(SHA256(), 32, salt=None, info=b"foothold webhook secrets").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))
