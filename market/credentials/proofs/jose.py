"""Signed tokens (JWS compact form): taken apart strictly, and checked with one key and one algorithm.

Only five algorithms exist here, and each goes with one kind of key, so a token cannot choose how its key is
read. Source: RFC 7515, RFC 7518, RFC 8037, RFC 8725.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import jsonio, multi
from .keys import KIND_OF, Key, signature_holds

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
MAX_HEADER = 16_384  # Open Badges 3 tokens may carry a whole RSA key
MAX_TOKEN = 1_500_000


class BadToken(ValueError):
    """The token is not one that is accepted; `code` is one of the report's codes."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Token:
    """A token taken apart. Nothing in it is believed before `holds` says so."""

    header: dict[str, Any]
    payload: dict[str, Any]
    signed: bytes
    signature: bytes

    @property
    def algorithm(self) -> str:
        """One of `ALGORITHMS`."""
        return str(self.header["alg"])

    def holds(self, key: Key) -> bool:
        """Whether this key made the signature. Raises `keys.BadKey` where key and algorithm do not go together."""
        return signature_holds(key, self.algorithm, self.signature, self.signed)


def looks_like(text: str) -> bool:
    """Whether a text has the outer form of a signed token."""
    head, dots, _ = text.partition(".")
    return text.count(".") == 2 and dots == "." and head.startswith("ey") and " " not in text


def read(text: str) -> Token:
    """The parts of a compact token. Raises `BadToken`."""
    if len(text) > MAX_TOKEN:
        raise BadToken("too_large")
    parts = text.split(".")
    if len(parts) != 3:
        raise BadToken("token_malformed", f"{len(parts)} parts instead of 3")
    try:
        header_bytes, payload_bytes, signature = (
            multi.base64url_decode(part, limit=MAX_TOKEN) for part in parts
        )
        header = jsonio.parse_object(header_bytes, limit=MAX_HEADER)
        payload = jsonio.parse_object(payload_bytes)
    except multi.BadEncoding as cause:
        raise BadToken("token_malformed", str(cause)) from cause
    except jsonio.BadJSON as cause:
        raise BadToken("token_malformed", cause.code) from cause
    algorithm = header.get("alg")
    if algorithm == "Ed25519":
        header = header | {"alg": "EdDSA"}
    elif not isinstance(algorithm, str) or algorithm not in KIND_OF:
        code = (
            "algorithm_refused" if str(algorithm).lower().startswith(("none", "hs")) else "suite_unsupported"
        )
        raise BadToken(code, str(algorithm)[:40])
    if "crit" in header or header.get("b64", True) is not True or "zip" in header:
        raise BadToken("header_malformed", "it asks for rules that are not in use here")
    for name in ("kid", "typ", "cty"):
        if name in header and not isinstance(header[name], str):
            raise BadToken("header_malformed", name)
    return Token(header, payload, f"{parts[0]}.{parts[1]}".encode("ascii"), signature)
