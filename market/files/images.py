"""Images encoded anew: what is not picture (places, names of cameras, hidden payloads) does not survive.

A picture that would unpack to more than `MOST_PIXELS` is refused before it is unpacked.
"""

import warnings
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from market.errors import Invalid
from market.words import _

MOST_PIXELS = 40_000_000
MOST_SIDE = 4096  # longer sides are made this long
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF"}


def encoded_anew(content: bytes, media_type: str) -> bytes:
    """The same picture in the same format, upright, without metadata; an animation becomes its first frame.

    Raises `Invalid` when it cannot be read or is too large.
    """
    wanted = _FORMATS[media_type]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=[wanted]) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise Invalid(
                        _("This picture is too large to open. Send one of at most 40 million pixels.")
                    )
                opened.load()
                picture = ImageOps.exif_transpose(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Invalid(
            _("This picture is too large to open. Send one of at most 40 million pixels.")
        ) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise Invalid(
            _("This picture is damaged: it cannot be opened. Save it anew and send that.")
        ) from None
    if max(picture.size) > MOST_SIDE:
        picture.thumbnail((MOST_SIDE, MOST_SIDE))
    if wanted == "JPEG" and picture.mode not in ("RGB", "L"):
        picture = picture.convert("RGB")
    fresh = Image.new(picture.mode, picture.size)
    if picture.mode == "P" and picture.palette is not None:
        fresh = picture.convert("RGBA")
    else:
        fresh.paste(picture)
    out = BytesIO()
    fresh.save(out, wanted, **({"quality": 88} if wanted == "JPEG" else {}))
    return out.getvalue()
