"""Asking an OpenID Federation about one issuer: which documents to read, and what their signatures prove.

The trust anchor publishes a statement about itself, signed with its own keys, that names where it is asked. It answers
for one issuer with a statement signed by the same keys. Both are tokens of the type `entity-statement+jwt`. Pure:
tokens and a time in, what they say out. Source: OpenID Federation 1.0, sections 3 and 8.1.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from market.trust.lists import Listed, Unreadable
from market.trust.rules import MOST_NAME

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
MOST_TOKEN = 64 * 1024
LEEWAY = timedelta(minutes=2)
KEPT_AT_MOST = timedelta(days=7)
_REGISTRY = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
_REGISTRY.max_header_length = 4096
_REGISTRY.max_payload_length = MOST_TOKEN
_REGISTRY.max_signature_length = 2048


@dataclass(frozen=True)
class Anchor:
    """A trust anchor as it describes itself: its id, its keys, and where it answers for others."""

    uri: str
    keys: KeySet
    endpoint: str

    def question(self, issuer: str) -> str:
        """The address that answers for one issuer."""
        return f"{self.endpoint}{'&' if '?' in self.endpoint else '?'}sub={quote(issuer, safe='')}"


@dataclass(frozen=True)
class Answer:
    """What the anchor says of an issuer, and until when."""

    listed: Listed
    expires_at: datetime


def read_anchor(token: bytes, at: datetime) -> Anchor:
    """The anchor from its own statement. Raises `Unreadable` where the signature or a part of it does not hold."""
    unproved = _claims(_payload(token))
    keys = _keys(unproved.get("jwks"))
    claims = _proved(token, keys, at)
    uri = claims.get("iss")
    if not isinstance(uri, str) or not uri or claims.get("sub") != uri:
        raise Unreadable("The anchor's statement is not about itself.")
    endpoint = _of(claims.get("metadata"), "federation_entity").get("federation_fetch_endpoint")
    if not isinstance(endpoint, str) or not endpoint.startswith("https://"):
        raise Unreadable("The anchor does not say where it answers for others.")
    return Anchor(uri, keys, endpoint)


def read_answer(token: bytes, anchor: Anchor, issuer: str, at: datetime) -> Answer:
    """What the anchor says of this issuer. Raises `Unreadable` where it is signed by others or about somebody else."""
    claims = _proved(token, anchor.keys, at)
    if claims.get("iss") != anchor.uri or claims.get("sub") != issuer:
        raise Unreadable("The answer is not this anchor's, or about another issuer.")
    metadata = claims.get("metadata")
    entity = _of(metadata, "federation_entity")
    more = _of(metadata, "institution_additional_information")
    name = _text(entity.get("organization_name") or more.get("legal_name"))
    if not name:
        raise Unreadable("The answer gives the issuer no name.")
    homepage = _text(entity.get("homepage_uri") or entity.get("organization_uri"))
    ends = datetime.fromtimestamp(claims["exp"], UTC)
    web = homepage.startswith(("https://", "http://"))
    return Answer(Listed(issuer, name, homepage if web else ""), min(ends, at + KEPT_AT_MOST))


def _payload(token: bytes) -> bytes:
    if len(token) > MOST_TOKEN:
        raise Unreadable("The statement is larger than any is.")
    try:
        return bytes(jws.extract_compact(token.strip(), registry=_REGISTRY).payload)
    except (JoseError, ValueError):
        raise Unreadable("The statement is no signed token.") from None


def _proved(token: bytes, keys: KeySet, at: datetime) -> Mapping[str, Any]:
    """The claims of a statement whose signature holds under one of the keys, at a time when it is good."""
    try:
        found = jws.deserialize_compact(token.strip(), keys, algorithms=list(ALGORITHMS), registry=_REGISTRY)
    except (JoseError, ValueError, KeyError, TypeError):
        raise Unreadable("The signature of the statement does not hold.") from None
    if found.protected.get("typ") != "entity-statement+jwt":
        raise Unreadable("The token is of another kind than a statement.")
    claims = _claims(bytes(found.payload))
    begins, ends = claims.get("iat"), claims.get("exp")
    if any(
        not isinstance(one, int) or isinstance(one, bool) or not 0 < one < 2**40 for one in (begins, ends)
    ):
        raise Unreadable("The statement does not say when it is good.")
    if (at + LEEWAY).timestamp() < claims["iat"] or at.timestamp() >= claims["exp"]:
        raise Unreadable("The statement is out of date, or not good yet.")
    return claims


def _claims(payload: bytes) -> Mapping[str, Any]:
    try:
        claims = json.loads(payload)
    except (ValueError, RecursionError):
        claims = None
    if not isinstance(claims, dict):
        raise Unreadable("The statement holds no claims.")
    return claims


def _keys(jwks: Any) -> KeySet:
    """The public keys of a statement; those of kinds that are not used here are left out."""
    listed = jwks.get("keys") if isinstance(jwks, dict) else None
    usable = [
        key
        for key in (listed if isinstance(listed, list) else [])
        if isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP") and "d" not in key
    ]
    try:
        made = KeySet.import_key_set({"keys": usable[:8]})
    except (JoseError, ValueError, KeyError, TypeError):
        raise Unreadable("The anchor's keys cannot be read.") from None
    if not made.keys:
        raise Unreadable("The anchor lists no key.")
    return made


def _of(metadata: Any, key: str) -> Mapping[str, Any]:
    found = metadata.get(key) if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    made = " ".join(value.split()) if isinstance(value, str) else ""
    return made if len(made) <= MOST_NAME and made.isprintable() else ""
