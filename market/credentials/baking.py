"""Baking: a signed credential put into its picture, as Open Badges 3.0 says, and read again by `proofs.baked`.

In a PNG it is one uncompressed iTXt chunk with the keyword `openbadgecredential`; in an SVG an `openbadges:credential`
element right after the opening tag. What is baked is the credential as JSON with its proof, or a compact JWT.
"""

import io
from xml.sax.saxutils import quoteattr

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from market.credentials import badge_image

KEYWORD = "openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"


def baked_png(picture: bytes, credential: str) -> bytes:
    """The PNG with the credential in it. Raises `OSError` for bytes that are no PNG."""
    info = PngInfo()
    info.add_itxt(KEYWORD, credential, zip=False)
    out = io.BytesIO()
    with Image.open(io.BytesIO(picture), formats=("PNG",)) as image:
        image.save(out, "PNG", pnginfo=info, optimize=True)
    return out.getvalue()


def baked_svg(name: str, kind: str, initials: str, credential: str) -> bytes:
    """The picture of an achievement as SVG with the credential in it."""
    return badge_image.svg(name, kind, initials, inside=_element(credential))


def _element(credential: str) -> str:
    names = f'xmlns:openbadges="{NAMESPACE}"'
    if not credential.lstrip().startswith("{"):
        return f"<openbadges:credential {names} verify={quoteattr(credential)}/>"
    parts = credential.replace("]]>", "]]]]><![CDATA[>")
    return f"<openbadges:credential {names}><![CDATA[{parts}]]></openbadges:credential>"
