"""Public keys: reading them from JWK, multikey and PEM, and checking signatures with exactly one algorithm each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from . import multi

Public = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey

CURVES: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1()}
ORDERS = {
    "P-256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "P-384": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
}
SIZES = {"P-256": 32, "P-384": 48}
KIND_OF = {
    "EdDSA": "Ed25519",
    "Ed25519": "Ed25519",
    "ES256": "P-256",
    "ES384": "P-384",
    "RS256": "RSA",
    "PS256": "RSA",
}
_FIELD = 2**255 - 19
# Points of order 1, 2, 4 and 8 on edwards25519: with these as key, one signature fits many messages.
SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _FIELD - 1,
        2707385501144840649318225287225658788936804267575313519463743609750303402022,
        55188659117513257062467267217118295137698188065244968500265048394206261417927,
    }
)
MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192


class BadKey(ValueError):
    """The key is malformed, weak or of a kind that is not supported; `code` is one of the report's codes."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Key:
    """A public key and its kind: Ed25519, P-256, P-384 or RSA."""

    kind: str
    public: Public

    def fingerprint(self) -> str:
        """SHA-256 of the key in DER, the same however the key was written."""
        der = self.public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return hashlib.sha256(der).hexdigest()


def from_multikey(text: str) -> Key:
    """The key of `publicKeyMultibase` or of a did:key."""
    try:
        code, data = multi.multikey_decode(text)
    except multi.BadEncoding as cause:
        raise BadKey("key_malformed", str(cause)) from cause
    if code == multi.ED25519:
        return _ed25519(data)
    for name, codec in (("P-256", multi.P256), ("P-384", multi.P384)):
        if code == codec:
            if len(data) != SIZES[name] + 1 or data[0] not in (2, 3):
                raise BadKey("key_malformed", "not a compressed point")
            return _point(name, data)
    raise BadKey("key_kind_unsupported", multi.NAMES.get(code, f"multicodec 0x{code:x}"))


def from_jwk(jwk: Mapping[str, Any], *, algorithm: str | None = None) -> Key:
    """The key of a JWK. A private member, a use other than signing or another `alg` than asked is refused."""
    if any(member in jwk for member in ("d", "k", "p", "q")):
        raise BadKey("key_private", "the JWK holds a secret")
    if jwk.get("use", "sig") != "sig" or "verify" not in jwk.get("key_ops", ["verify"]):
        raise BadKey("key_not_for_signatures")
    if algorithm and jwk.get("alg", algorithm) not in (
        algorithm,
        *(("Ed25519",) if algorithm == "EdDSA" else ()),
    ):
        raise BadKey("key_algorithm_differs", str(jwk.get("alg"))[:40])
    kind, curve = jwk.get("kty"), jwk.get("crv")
    if kind == "OKP" and curve == "Ed25519":
        return _ed25519(_member(jwk, "x"))
    if kind == "EC" and curve in CURVES:
        assert isinstance(curve, str)
        x, y = _member(jwk, "x"), _member(jwk, "y")
        if len(x) != SIZES[curve] or len(y) != SIZES[curve]:
            raise BadKey("key_malformed", "coordinate of the wrong length")
        return _point(curve, b"\x04" + x + y)
    if kind == "RSA":
        exponent, modulus = (int.from_bytes(_member(jwk, name), "big") for name in ("e", "n"))
        if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS:
            raise BadKey("key_too_weak", f"RSA of {modulus.bit_length()} bits")
        if exponent < 3 or exponent.bit_length() > 32:
            raise BadKey("key_malformed", "unusual RSA exponent")
        try:
            return Key("RSA", rsa.RSAPublicNumbers(exponent, modulus).public_key())
        except ValueError as cause:
            raise BadKey("key_malformed", str(cause)) from cause
    raise BadKey("key_kind_unsupported", f"{kind} {curve or ''}".strip()[:60])


def from_pem(text: str) -> Key:
    """The key of a PEM text (Open Badges 2 `publicKeyPem`)."""
    try:
        public = serialization.load_pem_public_key(text.strip().encode("ascii"))
    except (ValueError, UnsupportedAlgorithm) as cause:
        raise BadKey("key_malformed", "not a PEM public key") from cause
    if isinstance(public, rsa.RSAPublicKey):
        if not MIN_RSA_BITS <= public.key_size <= MAX_RSA_BITS:
            raise BadKey("key_too_weak", f"RSA of {public.key_size} bits")
        return Key("RSA", public)
    if isinstance(public, ed25519.Ed25519PublicKey):
        return _ed25519(public.public_bytes_raw())
    for name, curve in CURVES.items():
        if isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name == curve.name:
            return Key(name, public)
    raise BadKey("key_kind_unsupported")


def from_method(method: Mapping[str, Any]) -> Key:
    """The key of a verification method: `publicKeyMultibase`, `publicKeyJwk` or `publicKeyBase58`, exactly one."""
    forms = [name for name in ("publicKeyMultibase", "publicKeyJwk", "publicKeyBase58") if name in method]
    if len(forms) != 1:
        raise BadKey("key_malformed", "a verification method must hold one key")
    value = method[forms[0]]
    if forms[0] == "publicKeyJwk" and isinstance(value, dict):
        return from_jwk(value)
    if not isinstance(value, str):
        raise BadKey("key_malformed", "the key is not text")
    if forms[0] == "publicKeyMultibase":
        return from_multikey(value)
    if not str(method.get("type", "")).startswith("Ed25519VerificationKey"):
        raise BadKey("key_kind_unsupported", str(method.get("type"))[:60])
    try:
        return _ed25519(multi.base58_decode(value))
    except multi.BadEncoding as cause:
        raise BadKey("key_malformed", str(cause)) from cause


def signature_holds(key: Key, algorithm: str, signature: bytes, data: bytes) -> bool:
    """Whether the signature over `data` was made by this key with this JOSE algorithm.

    ECDSA signatures are r and s, each of the curve's length (never DER), and each in 1..n-1. Raises `BadKey`
    where the algorithm does not go with the kind of key.
    """
    if KIND_OF.get(algorithm) != key.kind:
        raise BadKey("key_algorithm_differs", f"{algorithm} with a {key.kind} key")
    try:
        if isinstance(key.public, ed25519.Ed25519PublicKey):
            key.public.verify(signature, data)
        elif isinstance(key.public, ec.EllipticCurvePublicKey):
            size = SIZES[key.kind]
            if len(signature) != 2 * size:
                return False
            r, s = (int.from_bytes(part, "big") for part in (signature[:size], signature[size:]))
            if not (0 < r < ORDERS[key.kind] and 0 < s < ORDERS[key.kind]):
                return False
            digest = hashes.SHA256() if key.kind == "P-256" else hashes.SHA384()
            key.public.verify(encode_dss_signature(r, s), data, ec.ECDSA(digest))
        elif algorithm == "PS256":
            salted = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size)
            key.public.verify(signature, data, salted, hashes.SHA256())
        else:
            key.public.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def jwk_thumbprint(jwk: Mapping[str, Any]) -> str:
    """RFC 7638 thumbprint of a JWK."""
    needed = {"OKP": ("crv", "kty", "x"), "EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}
    members = needed.get(str(jwk.get("kty")), ())
    data = rfc8785.dumps({name: jwk.get(name) for name in members})
    return multi.base64url_encode(hashlib.sha256(data).digest())


def _member(jwk: Mapping[str, Any], name: str) -> bytes:
    value = jwk.get(name)
    if not isinstance(value, str):
        raise BadKey("key_malformed", f"the JWK has no {name}")
    try:
        return multi.base64url_decode(value)
    except multi.BadEncoding as cause:
        raise BadKey("key_malformed", str(cause)) from cause


def _ed25519(data: bytes) -> Key:
    if len(data) != 32:
        raise BadKey("key_malformed", "an Ed25519 key has 32 bytes")
    y = int.from_bytes(data, "little") & ((1 << 255) - 1)
    if y >= _FIELD or y in SMALL_ORDER_Y:
        raise BadKey("key_too_weak", "a point of small order")
    return Key("Ed25519", ed25519.Ed25519PublicKey.from_public_bytes(data))


def _point(name: str, data: bytes) -> Key:
    try:
        return Key(name, ec.EllipticCurvePublicKey.from_encoded_point(CURVES[name], data))
    except ValueError as cause:
        raise BadKey("key_malformed", "not a point of the curve") from cause
