"""Signing: keys made, kept under a pass phrase and read again; Data Integrity proofs and the tokens of Open Badges 3.0.

Canonical form and hashing are those of the verifying core, so what is signed here is what is checked there. Sources:
https://www.w3.org/TR/vc-di-eddsa/ and https://www.imsglobal.org/spec/ob/v3p0/#vc-jwt.
"""

import json
import os
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from joserfc import jws
from joserfc.jwk import RSAKey

from market.credentials.proofs import di, keys, multi
from market.credentials.proofs.contexts import Contexts, installed
from market.credentials.rules import KeyKind

Private = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
SUITE = "eddsa-rdfc-2022"
RSA_BITS = 2048


class KeyUnusable(ValueError):
    """A private key cannot be read, or is not the one that belongs to its public half."""


def stamp(moment: datetime) -> str:
    """An instant as credentials write it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_ahead: list[rsa.RSAPrivateKey] = []  # at most one, used up by the next `new_private`
os.register_at_fork(after_in_child=_ahead.clear)  # two processes never sign with the same new key


def is_ahead() -> bool:
    """Is there an RSA key for the next who asks?"""
    return bool(_ahead)


def make_ahead() -> None:
    """Make one now unless there is, outside any transaction: searching its primes may take seconds."""
    if not _ahead:
        _ahead.append(rsa.generate_private_key(65537, RSA_BITS))


def new_private(kind: KeyKind) -> Private:
    """A new key; for RSA the one that was made ahead, where there is one."""
    if kind is KeyKind.ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    try:
        return _ahead.pop()
    except IndexError:
        return rsa.generate_private_key(65537, RSA_BITS)


def kind_of(private: Private) -> KeyKind:
    return KeyKind.ED25519 if isinstance(private, ed25519.Ed25519PrivateKey) else KeyKind.RSA


def public_jwk(private: Private) -> dict[str, str]:
    """The public half as a JWK."""
    if isinstance(private, ed25519.Ed25519PrivateKey):
        x = multi.base64url_encode(private.public_key().public_bytes_raw())
        return {"kty": "OKP", "crv": "Ed25519", "x": x}
    numbers = private.public_key().public_numbers()
    n, e = (
        multi.base64url_encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))
        for number in (numbers.n, numbers.e)
    )
    return {"kty": "RSA", "n": n, "e": e, "alg": "RS256", "use": "sig"}


def multikey(jwk: dict[str, Any]) -> str:
    """The Multikey text of an Ed25519 JWK."""
    return multi.multikey_encode(multi.ED25519, multi.base64url_decode(jwk["x"]))


def seal(private: Private, secret: str) -> str:
    """The private key as an encrypted PKCS #8 PEM, which openssl reads as well."""
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(secret.encode("utf-8")),
    ).decode("ascii")


def unseal(pem: str, secret: str | None) -> Private:
    """The private key of a PEM, encrypted or (with no secret) plain. Raises `KeyUnusable`."""
    try:
        found = serialization.load_pem_private_key(
            pem.encode("utf-8"), None if secret is None else secret.encode("utf-8")
        )
    except (ValueError, TypeError) as cause:
        raise KeyUnusable("The private key cannot be read with this secret.") from cause
    if isinstance(found, ed25519.Ed25519PrivateKey):
        return found
    if isinstance(found, rsa.RSAPrivateKey) and keys.MIN_RSA_BITS <= found.key_size <= keys.MAX_RSA_BITS:
        return found
    raise KeyUnusable("A signing key is Ed25519, or RSA of 2048 bits or more.")


def add_proof(
    document: dict[str, Any],
    private: ed25519.Ed25519PrivateKey,
    method: str,
    at: datetime,
    contexts: Contexts | None = None,
) -> dict[str, Any]:
    """The document with an eddsa-rdfc-2022 proof by the verification method `method`, made at `at`.

    Every member has to be defined by the document's contexts, else it would not be signed; `documents` sees to it
    and a test compares.
    """
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": stamp(at),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    plain = {name: value for name, value in document.items() if name != "proof"}
    key = keys.Key("Ed25519", private.public_key())
    covered = di.secured(plain, proof, di.SUITES[SUITE], key, contexts or installed())
    signature = private.sign(covered.data("sha256"))
    return plain | {"proof": proof | {"proofValue": "z" + multi.base58_encode(signature)}}


def as_token(credential: dict[str, Any], private: rsa.RSAPrivateKey, kid: str) -> str:
    """The credential as an Open Badges 3.0 VC-JWT: RS256, `kid` an address that answers with the key as a JWK.

    The subject needs an id. Claims repeat what the credential says.
    """
    claims: dict[str, Any] = {
        "iss": credential["issuer"]["id"],
        "jti": credential["id"],
        "sub": credential["credentialSubject"]["id"],
        "nbf": _seconds(credential["validFrom"]),
    }
    if "validUntil" in credential:
        claims["exp"] = _seconds(credential["validUntil"])
    payload = {name: value for name, value in credential.items() if name != "proof"} | claims
    header = {"alg": "RS256", "typ": "JWT", "kid": kid}
    key = RSAKey.import_key(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return jws.serialize_compact(header, as_text(payload).encode("utf-8"), key, algorithms=["RS256"])


def as_text(document: dict[str, Any]) -> str:
    """A document as it is kept and served."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
