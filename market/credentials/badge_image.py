"""The picture of an achievement: made by the site from its words, the same each time, as SVG and as PNG.

A yellow trail sign with the organisation's initials stands in a landscape of steps; the landscape comes from the
words, so that two achievements look different. Both forms are drawn from one list of shapes. The lettering of the PNG
is the project's own, or Pillow's where that is absent; letters that neither has are left out.
"""

import hashlib
import io
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from market.paths import data_dir

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

SIZE = 480
"""Width and height in units of the SVG. The PNG has `SCALE` pixels for each."""
SCALE = 2

# The day's colours of static/css/tokens.css.
PAPER, INK, INK_2, WAY, WAY_SOFT = "#ffffff", "#1d1b17", "#4a463f", "#ffbf1f", "#fff3d1"

FONTS = "'Source Sans 3', 'Source Sans Pro', 'Noto Sans', 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
_FILES = ("source-sans-3-latin-wght-normal.woff2", "source-sans-3-latin-ext-wght-normal.woff2")
_HORIZON, _STEPS = 268, 12
# (size of the letters, columns in a line): the first that fits into three lines is taken.
_SIZES = ((42, 18), (36, 21), (30, 26), (26, 30))
_LINES = 3


class Box(NamedTuple):
    x: int
    y: int
    width: int
    height: int
    fill: str


class Area(NamedTuple):
    """A polygon with an outline of `line` units in ink."""

    points: tuple[tuple[int, int], ...]
    fill: str
    line: int


class Words(NamedTuple):
    """Words in the middle of the picture; `y` is the base line."""

    text: str
    y: int
    size: int
    fill: str
    bold: bool


Shape = Box | Area | Words


def drawing(name: str, kind: str, initials: str) -> list[Shape]:
    """The shapes of the picture, from back to front. `kind` is in words, `initials` the organisation's."""
    middle = SIZE // 2
    shapes: list[Shape] = [Box(0, 0, SIZE, SIZE, INK), Box(6, 6, SIZE - 12, SIZE - 12, PAPER)]
    shapes += _landscape(f"{name}\n{kind}\n{initials}")
    shapes.append(Box(6, _HORIZON, SIZE - 12, 6, INK))
    shapes.append(Box(middle - 7, 200, 14, _HORIZON - 200, INK))
    shapes.append(Area(((middle, 34), (middle + 104, 138), (middle, 242), (middle - 104, 138)), WAY, 10))
    shown = _printable(initials)[:3] or "?"
    size = 84 if len(shown) < 3 else 62
    shapes.append(Words(shown, 138 + size * 35 // 100, size, INK, True))
    letters, lines = _fitted(name)
    first = 342 - (len(lines) - 1) * letters * 58 // 100
    for number, line in enumerate(lines):
        shapes.append(Words(line, first + number * letters * 116 // 100 + letters // 3, letters, INK, True))
    shapes.append(Words(_cut(kind, 34), SIZE - 34, 24, INK_2, False))
    return shapes


def svg(name: str, kind: str, initials: str, *, inside: str = "") -> bytes:
    """The picture as SVG. `inside` is markup put right after the opening tag (see `baking`)."""
    body = "".join(_as_svg(shape) for shape in drawing(name, kind, initials))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}" role="img"'
    label = quoteattr(_printable(name) or "Badge")
    return f"{head} aria-label={label}>{inside}{body}</svg>\n".encode()


@lru_cache(maxsize=256)  # about 15 kB each; drawing one takes a tenth of a second
def png(name: str, kind: str, initials: str) -> bytes:
    """The picture as PNG, 960 pixels square."""
    from PIL import Image, ImageDraw  # the site starts without it

    image = Image.new("RGB", (SIZE * SCALE, SIZE * SCALE), PAPER)
    pen = ImageDraw.Draw(image)
    for shape in drawing(name, kind, initials):
        _on_image(pen, shape)
    out = io.BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def _landscape(words: str) -> Iterator[Box]:
    """A row of steps up and down that come from the words, so that the same words give the same land."""
    digest = hashlib.sha256(words.encode("utf-8", "replace")).digest()
    width, height = (SIZE - 12) // _STEPS, 33 + digest[0] % 5 * 15
    for column in range(_STEPS):
        height = max(18, min(138, height + (digest[column + 1] % 5 - 2) * 15))
        yield Box(6 + column * width, _HORIZON - height, width, height, WAY_SOFT)
        yield Box(6 + column * width, _HORIZON - height, width, 3, INK)


# -- words


def _printable(text: str) -> str:
    """One line, without what a picture or XML cannot hold (controls, halves of characters)."""
    plain = "".join(" " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", text))
    return " ".join(
        "".join(one for one in plain if unicodedata.category(one) not in ("Cc", "Cs", "Cn", "Co")).split()
    )


def _columns(text: str) -> int:
    """How wide a text is, in the width of a usual letter."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _cut(text: str, most: int) -> str:
    """The text, with an ellipsis where it is wider than `most` columns."""
    text = _printable(text)
    if _columns(text) <= most:
        return text
    while text and _columns(text) >= most:
        text = text[:-1]
    return text.rstrip() + "…"


def _fitted(name: str) -> tuple[int, list[str]]:
    """The size of the letters and the lines of a name, at most three."""
    words = _printable(name).split()
    for letters, most in _SIZES:
        lines = _wrapped(words, most)
        if len(lines) <= _LINES and all(_columns(line) <= most for line in lines):
            return letters, lines
    letters, most = _SIZES[-1]
    lines = _wrapped(words, most)
    kept = lines[:_LINES]
    if len(lines) > _LINES:
        kept[-1] = f"{kept[-1]}…"
    return letters, [_cut(line, most) for line in kept]


def _wrapped(words: Sequence[str], most: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and _columns(lines[-1]) + 1 + _columns(word) <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


# -- the two forms


def _as_svg(shape: Shape) -> str:
    if isinstance(shape, Box):
        x, y, width, height, fill = shape
        return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}"/>'
    if isinstance(shape, Area):
        points = " ".join(f"{x},{y}" for x, y in shape.points)
        return f'<polygon points="{points}" fill="{shape.fill}" stroke="{INK}" stroke-width="{shape.line}" stroke-linejoin="miter"/>'
    weight = ' font-weight="700"' if shape.bold else ""
    return (
        f'<text x="{SIZE // 2}" y="{shape.y}" text-anchor="middle" font-family="{FONTS}" '
        f'font-size="{shape.size}"{weight} fill="{shape.fill}">{escape(shape.text)}</text>'
    )


def _on_image(pen: "ImageDraw.ImageDraw", shape: Shape) -> None:
    if isinstance(shape, Box):
        x, y, width, height, fill = (n * SCALE if isinstance(n, int) else n for n in shape)
        pen.rectangle((x, y, x + width - 1, y + height - 1), fill=fill)  # type: ignore[operator, arg-type]
    elif isinstance(shape, Area):
        middle_x = sum(x for x, _y in shape.points) / len(shape.points)
        middle_y = sum(y for _x, y in shape.points) / len(shape.points)
        for grown, fill in ((shape.line * 0.7, INK), (-shape.line * 0.7, shape.fill)):
            around = [(_away(x, middle_x, grown), _away(y, middle_y, grown)) for x, y in shape.points]
            pen.polygon([(x * SCALE, y * SCALE) for x, y in around], fill=fill)
    else:
        _write(pen, shape)


def _away(value: float, middle: float, by: float) -> float:
    """A coordinate moved away from the middle of its shape; one that lies there stays."""
    return value + by if value > middle else value - by if value < middle else value


class _Lettering(NamedTuple):
    font: "ImageFont.FreeTypeFont"
    absent: bytes  # what it draws for a letter it does not have


@lru_cache(maxsize=64)
def _letterings(size: int, bold: bool) -> tuple[_Lettering, ...]:
    """The fonts to look for letters in, best first; the last is the one that comes with Pillow."""
    from PIL import ImageFont

    fonts: list[ImageFont.FreeTypeFont] = []
    for name in _FILES:
        try:
            font = ImageFont.truetype(data_dir("static") / "vendor" / "fonts" / name, size)
            font.set_variation_by_axes([700 if bold else 400])
        except OSError:  # not built, or a FreeType that cannot open it
            continue
        fonts.append(font)
    spare = ImageFont.load_default(size)
    if isinstance(spare, ImageFont.FreeTypeFont):
        fonts.append(spare)
    return tuple(_Lettering(font, _drawn(font, "\U0010fffd")) for font in fonts)


def _drawn(font: "ImageFont.FreeTypeFont", letter: str) -> bytes:
    mask = font.getmask(letter)
    return bytes(repr(mask.size), "ascii") + bytes(mask)


def _runs(text: str, letterings: Sequence[_Lettering]) -> "list[tuple[ImageFont.FreeTypeFont, str]]":
    """The text in pieces, each with a font that has its letters; what no font has is left out."""
    runs: list[tuple[ImageFont.FreeTypeFont, str]] = []
    for letter in text:
        font = next((one.font for one in letterings if _drawn(one.font, letter) != one.absent), None)
        if font is None:
            continue
        if runs and (runs[-1][0] is font or letter == " "):
            runs[-1] = (runs[-1][0], runs[-1][1] + letter)
        else:
            runs.append((font, letter))
    return runs


def _write(pen: "ImageDraw.ImageDraw", words: Words) -> None:
    runs = _runs(words.text, _letterings(words.size * SCALE, words.bold))
    at = (SIZE * SCALE - sum(font.getlength(text) for font, text in runs)) / 2
    for font, text in runs:
        pen.text((at, words.y * SCALE), text, font=font, fill=words.fill, anchor="ls")
        at += font.getlength(text)
