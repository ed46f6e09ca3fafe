"""Badges baked into pictures: the one text in a PNG or SVG that is the badge. The picture itself is never drawn."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

PNG = b"\x89PNG\r\n\x1a\n"
KEYWORDS = (b"openbadges", b"openbadgecredential")
SVG_NAMES = {
    "{http://openbadges.org}assertion",
    "{https://purl.imsglobal.org/ob/v3p0}credential",
    "{http://purl.imsglobal.org/ob/v3p0}credential",
}
MAX_IMAGE = 8 << 20
MAX_TEXT = 1 << 20
MAX_CHUNKS = 20_000


class BadImage(ValueError):
    """No single badge can be taken from the picture; `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail


def extract(data: bytes) -> tuple[str, str]:
    """The container ("png" or "svg") and the text baked into it. Raises `BadImage`."""
    if len(data) > MAX_IMAGE:
        raise BadImage("too_large")
    if data.startswith(PNG):
        found = list(_from_png(data))
        container = "png"
    else:
        found = list(_from_svg(data))
        container = "svg"
    if not found:
        raise BadImage("image_without_badge")
    if len(found) > 1:
        raise BadImage("baked_twice")
    return container, found[0]


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG)
    for _ in range(MAX_CHUNKS):
        if at == len(data):
            return
        size = int.from_bytes(data[at : at + 4], "big")
        end = at + 12 + size
        if size > MAX_IMAGE or end > len(data):
            raise BadImage("image_malformed", "a part is cut short")
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if zlib.crc32(kind + body) != int.from_bytes(data[end - 4 : end], "big"):
            raise BadImage("image_malformed", "a checksum does not fit")
        yield kind, body
        if kind == b"IEND":
            return
        at = end
    raise BadImage("image_malformed", "too many parts")


def _from_png(data: bytes) -> Iterator[str]:
    for kind, body in _chunks(data):
        if kind not in (b"iTXt", b"tEXt", b"zTXt"):
            continue
        keyword, _, rest = body.partition(b"\0")
        if keyword not in KEYWORDS:
            continue
        packed = kind == b"zTXt"
        if kind == b"iTXt":
            if len(rest) < 2:
                raise BadImage("image_malformed", "a text part is cut short")
            packed = rest[0] == 1
            _language, _, more = rest[2:].partition(b"\0")
            _translated, _, rest = more.partition(b"\0")
        elif packed:
            rest = rest[1:]
        if packed:
            rest = _inflate(rest)
        try:
            yield rest.decode("utf-8").strip()
        except UnicodeDecodeError as cause:
            raise BadImage("image_malformed", "its text is not UTF-8") from cause


def _inflate(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, MAX_TEXT)
    except zlib.error as cause:
        raise BadImage("image_malformed", "a packed text cannot be unpacked") from cause
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise BadImage("too_large")
    return text


def _from_svg(data: bytes) -> Iterator[str]:
    if len(data) > MAX_TEXT * 2:
        raise BadImage("too_large")
    try:
        root: Element = fromstring(data, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as cause:
        raise BadImage("svg_unsafe") from cause
    except (ParseError, ValueError, LookupError, RecursionError) as cause:
        raise BadImage("image_malformed", "it is not well-formed XML") from cause
    for element in root.iter():
        if element.tag in SVG_NAMES:
            verify, text = (element.get("verify") or "").strip(), (element.text or "").strip()
            yield text if text else verify
