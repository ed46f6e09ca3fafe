"""Baking: a signed credential put into its picture, as Open Badges 3.0 says, and read again by `proofs.baked`.

In a PNG it is one uncompressed iTXt chunk with the keyword `openbadgecredential`; in an SVG an `openbadges:credential`
element right after the opening tag. What is baked is the credential as JSON with its proof, or a compact JWT. The
picture itself is not drawn anew, so that baking a whole wallet takes no time.
"""

import zlib
from xml.sax.saxutils import quoteattr

from market.credentials import badge_image
from market.credentials.proofs.baked import PNG

KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_HEAD = len(PNG) + 25  # the signature and the first chunk, IHDR, whose length is always 13


def baked_png(picture: bytes, credential: str) -> bytes:
    """The PNG with the credential in it. Raises ValueError for bytes that are no PNG."""
    if not picture.startswith(PNG) or picture[12:16] != b"IHDR":
        raise ValueError("This is no PNG.")
    body = KEYWORD + b"\0\0\0\0\0" + credential.encode()  # not packed, no language, no translated keyword
    return picture[:_HEAD] + _chunk(b"iTXt", body) + picture[_HEAD:]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def baked_svg(name: str, kind: str, initials: str, credential: str) -> bytes:
    """The picture of an achievement as SVG with the credential in it."""
    return badge_image.svg(name, kind, initials, inside=_element(credential))


def _element(credential: str) -> str:
    names = f'xmlns:openbadges="{NAMESPACE}"'
    if not credential.lstrip().startswith("{"):
        return f"<openbadges:credential {names} verify={quoteattr(credential)}/>"
    parts = credential.replace("]]>", "]]]]><![CDATA[>")
    return f"<openbadges:credential {names}><![CDATA[{parts}]]></openbadges:credential>"
