"""Multibase and multicodec: how keys and signatures are written as text in Data Integrity and did:key."""

from __future__ import annotations

import base64
import binascii
import re

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE = {letter: value for value, letter in enumerate(ALPHABET)}
_URL_SAFE = re.compile(r"[A-Za-z0-9_-]*\Z")
MAX_TEXT = 4096

ED25519, P256, P384 = 0xED, 0x1200, 0x1201
NAMES = {
    ED25519: "Ed25519",
    P256: "P-256",
    P384: "P-384",
    0x1202: "P-521",
    0xE7: "secp256k1",
    0xEC: "X25519",
    0xEB: "BLS12-381 G2",
    0x1205: "RSA",
}


class BadEncoding(ValueError):
    """The text is not in the encoding that it says it is in."""


def base58_decode(text: str) -> bytes:
    """Bytes of base58btc text; each leading "1" is a zero byte."""
    if len(text) > MAX_TEXT:
        raise BadEncoding("too long")
    number = 0
    for letter in text:
        if letter not in _VALUE:
            raise BadEncoding("not base58")
        number = number * 58 + _VALUE[letter]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base58_encode(data: bytes) -> str:
    """Base58btc text of bytes."""
    number = int.from_bytes(data, "big")
    letters = []
    while number:
        number, rest = divmod(number, 58)
        letters.append(ALPHABET[rest])
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + "".join(reversed(letters))


def base64url_decode(text: str, *, limit: int = 1 << 20) -> bytes:
    """Bytes of unpadded base64url text in its one canonical spelling."""
    if len(text) > limit or not _URL_SAFE.match(text):
        raise BadEncoding("not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as cause:
        raise BadEncoding("not base64url") from cause
    if base64url_encode(data) != text:
        raise BadEncoding("base64url with stray bits")
    return data


def base64url_encode(data: bytes) -> str:
    """Unpadded base64url text of bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def multibase_decode(text: str, *, allowed: str = "zu") -> bytes:
    """Bytes of multibase text; `z` is base58btc, `u` base64url. Others are refused."""
    if not text or text[0] not in allowed:
        raise BadEncoding("unknown multibase prefix")
    return base58_decode(text[1:]) if text[0] == "z" else base64url_decode(text[1:])


def multikey_decode(text: str) -> tuple[int, bytes]:
    """The multicodec of a public key and its bytes."""
    data = multibase_decode(text)
    code = shift = 0
    for index, byte in enumerate(data[:4]):
        code |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            if index and byte == 0:
                raise BadEncoding("multicodec is not in its shortest form")
            return code, data[index + 1 :]
    raise BadEncoding("no multicodec")


def multikey_encode(code: int, key: bytes) -> str:
    """A public key as multibase text with its multicodec in front."""
    prefix = bytearray()
    while code >= 0x80:
        prefix.append(code & 0x7F | 0x80)
        code >>= 7
    prefix.append(code)
    return "z" + base58_encode(bytes(prefix) + key)
