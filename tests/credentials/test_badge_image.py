"""The picture of an achievement: the same from the same words, safe with any words, and able to carry the credential."""

import io
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from market.credentials import badge_image, baking
from market.credentials.proofs import baked
from market.credentials.qr import qr_svg

WORDS = ("Data cleaning for health records", "Micro-credential", "SA")


def words_of(svg: bytes) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_the_same_words_give_the_same_picture() -> None:
    assert badge_image.svg(*WORDS) == badge_image.svg(*WORDS)
    assert badge_image.png.__wrapped__(*WORDS) == badge_image.png.__wrapped__(*WORDS)


def test_other_words_give_another_landscape() -> None:
    boxes = [
        [s for s in badge_image.drawing(name, "Badge", "SA") if isinstance(s, badge_image.Box)]
        for name in ("a", "b")
    ]
    assert boxes[0] != boxes[1]


def test_the_picture_says_what_it_is_for_and_whose() -> None:
    assert words_of(badge_image.svg(*WORDS)) == [
        "SA",
        "Data cleaning for",
        "health records",
        "Micro-credential",
    ]


def test_the_png_is_a_square_of_a_size_that_networks_take() -> None:
    with Image.open(io.BytesIO(badge_image.png(*WORDS))) as image:
        assert (image.format, image.size) == ("PNG", (960, 960))


def test_a_long_name_ends_in_an_ellipsis_and_stays_within_three_lines() -> None:
    shown = words_of(badge_image.svg("very " * 60 + "long", "Badge", "SA"))[1:-1]
    assert len(shown) == 3
    assert shown[-1].endswith("…")


def test_a_word_wider_than_the_picture_is_cut() -> None:
    shown = words_of(badge_image.svg("W" * 300, "Badge", "SA"))[1:-1]
    assert len(shown) == 1
    assert len(shown[0]) <= 30


@pytest.mark.parametrize(
    "name", ["Łukasz Żak", "漢字", "שלום", "🙂", "", "<script>alert(1)</script>", 'a"b&c', "\x00\ud800]]>"]
)
def test_any_name_makes_a_picture(name: str) -> None:
    made = badge_image.svg(name, "Badge", "ŁŻ")
    assert b"<script" not in made
    ElementTree.fromstring(made)
    assert badge_image.png(name, "Badge", "漢").startswith(baked.PNG)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=5))
def test_any_words_are_well_formed_in_the_svg(name: str, initials: str) -> None:
    ElementTree.fromstring(badge_image.svg(name, "Badge", initials))


def test_without_the_fonts_of_the_project_the_name_is_still_written(monkeypatch: pytest.MonkeyPatch) -> None:
    with_fonts = badge_image.png.__wrapped__(*WORDS)
    badge_image._letterings.cache_clear()
    monkeypatch.setattr(badge_image, "_FILES", ("absent.woff2",))
    without = badge_image.png.__wrapped__(*WORDS)
    badge_image._letterings.cache_clear()
    with Image.open(io.BytesIO(without)) as image:
        lettering = image.convert("L").crop((100, 580, 860, 780))
        assert sum(lettering.histogram()[:60]) > 1000, "nothing dark where the name stands"
    assert with_fonts.startswith(baked.PNG)


JSON = '{"name":"é ]]> <b>","proof":{}}'
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"


@pytest.mark.parametrize("credential", [JSON, JWT])
def test_what_is_baked_is_read_again_by_the_checker(credential: str) -> None:
    png = baking.baked_png(badge_image.png(*WORDS), credential)
    assert baked.extract(png) == ("png", credential)
    assert baked.extract(baking.baked_svg(*WORDS, credential)) == ("svg", credential)


def test_the_text_in_the_png_is_not_packed_as_the_specification_asks() -> None:
    png = baking.baked_png(badge_image.png(*WORDS), JSON)
    assert b"iTXtopenbadgecredential\0\0\0" in png
    assert JSON.encode() in png


def test_a_baked_picture_is_still_the_picture() -> None:
    plain = badge_image.png(*WORDS)
    with Image.open(io.BytesIO(plain)) as one, Image.open(io.BytesIO(baking.baked_png(plain, JSON))) as other:
        assert one.convert("RGB").tobytes() == other.convert("RGB").tobytes()


def test_only_a_png_can_be_baked_as_one() -> None:
    with pytest.raises(ValueError, match="This is no PNG"):
        baking.baked_png(b"GIF89a", JSON)


def test_a_qr_code_is_one_path_with_its_words() -> None:
    made = qr_svg("https://foothold.example/credentials/abcdefghijklmnop", 'Code for "x" <y>')
    root = ElementTree.fromstring(made)
    assert root.get("aria-label") == 'Code for "x" <y>'
    width = int(root.get("viewBox", "").split()[-1])
    assert 29 + 4 <= width <= 45
    assert made.count("h1v1h-1z") > 100
