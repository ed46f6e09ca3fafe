"""The holder's own token at the end of an SD-JWT: signed with the key that the issuer wrote into the credential.

It shows that whoever presents the credential holds that key, for one site and one challenge. The key goes by its
thumbprint address (RFC 9278). Source: RFC 9901, section 4.3.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from . import dates, jose, keys, sdjwt

TYPE = "KB+JWT"
_THUMBPRINT = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"


class NotBound(ValueError):
    """The holder's token does not hold; the text says why."""


def holder_key(payload: dict[str, Any]) -> str | None:
    """The thumbprint address of the key in a payload's `cnf`; None where it names none that we read."""
    jwk = _jwk(payload)
    if jwk is None:
        return None
    try:
        keys.from_jwk(jwk)
    except keys.BadKey:
        return None
    return _THUMBPRINT + keys.jwk_thumbprint(jwk)


def _jwk(payload: dict[str, Any]) -> dict[str, Any] | None:
    confirmation = payload.get("cnf")
    jwk = confirmation.get("jwk") if isinstance(confirmation, dict) else None
    return jwk if isinstance(jwk, dict) else None


def check(parts: sdjwt.Parts, payload: dict[str, Any]) -> jose.Token:
    """The holder's token, when the holder's key signed it over just these parts. Raises `NotBound`.

    For which site, challenge and time it was made is for the caller to judge (`answers`).
    """
    jwk = _jwk(payload)
    if jwk is None:
        raise NotBound("the credential names no key of its holder")
    try:
        token = jose.read(parts.binding)
        key = keys.from_jwk(jwk, algorithm=token.algorithm)
        fits = token.holds(key)
        covered = sdjwt.digest(payload.get("_sd_alg", "sha-256"), parts.covered)
    except (jose.BadToken, keys.BadKey, sdjwt.BadDisclosure) as cause:
        raise NotBound(cause.code) from cause
    if str(token.header.get("typ", "")).upper().removeprefix("APPLICATION/") != TYPE:
        raise NotBound("its type is not that of a holder's token")
    if not fits:
        raise NotBound("another key signed it")
    if token.payload.get("sd_hash") != covered:
        raise NotBound("it was made for other parts of the credential")
    return token


def answers(token: jose.Token, *, challenge: str, domain: str, issued_at: datetime, at: datetime) -> None:
    """Raise `NotBound` unless the token answers this challenge, for this site, since the challenge was made."""
    if token.payload.get("nonce") != challenge or token.payload.get("aud") != domain:
        raise NotBound("it answers another challenge or site")
    try:
        made = dates.read_numeric(token.payload.get("iat"))
        ends = dates.read_numeric(token.payload["exp"]) if "exp" in token.payload else None
    except dates.BadDate as cause:
        raise NotBound("its dates are no numbers") from cause
    if not issued_at - dates.LEEWAY <= made <= at + dates.LEEWAY or (ends is not None and at > ends):
        raise NotBound("it was made for another time")
