"""Badges baked into pictures, and everything that is no badge: each is told what it is."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from market.credentials.proofs import baked
from tests.support import effort

from .maker import badge, check, codes, prove

BODY = json.dumps(prove(badge())).encode()


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def png(*texts: bytes) -> bytes:
    head = chunk(b"IHDR", bytes.fromhex("00000001000000010802000000"))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))
    return baked.PNG + head + b"".join(texts) + pixels + chunk(b"IEND", b"")


def itxt(body: bytes, keyword: bytes = b"openbadgecredential", packed: bool = False) -> bytes:
    text = zlib.compress(body) if packed else body
    return chunk(b"iTXt", keyword + b"\0" + bytes([packed]) + b"\0\0\0" + text)


def svg(inside: str, head: str = "") -> bytes:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"'
    return f'<?xml version="1.0"?>{head}<svg {names}>{inside}</svg>'.encode()


@pytest.mark.parametrize(
    "picture",
    [
        png(itxt(BODY)),
        png(itxt(BODY, packed=True)),
        png(itxt(BODY, keyword=b"openbadges")),
        png(chunk(b"tEXt", b"openbadges\0" + BODY)),
        png(chunk(b"zTXt", b"openbadges\0\0" + zlib.compress(BODY))),
        png(itxt(b"hello", keyword=b"Comment"), itxt(BODY)),
    ],
)
def test_a_badge_baked_into_a_png_is_read(picture: bytes) -> None:
    made = check(picture)
    assert made.verdict == "verified_with_warnings"
    assert made.container == "png"


def test_a_badge_baked_into_an_svg_is_read() -> None:
    made = check(svg(f"<openbadges:credential><![CDATA[{BODY.decode()}]]></openbadges:credential>"))
    assert made.verdict == "verified_with_warnings"
    assert made.container == "svg"


def test_a_script_in_the_svg_is_neither_run_nor_a_reason_to_refuse() -> None:
    made = check(
        svg(
            f"<script>alert(1)</script><openbadges:credential><![CDATA[{BODY.decode()}]]></openbadges:credential>"
        )
    )
    assert made.verdict == "verified_with_warnings"


def test_two_badges_in_one_picture_are_refused() -> None:
    assert codes(check(png(itxt(BODY), itxt(BODY)))) == {"baked_twice"}
    twice = "<openbadges:credential>{}</openbadges:credential>" * 2
    assert codes(check(svg(twice))) == {"baked_twice"}


def test_bombs_and_entities_are_refused_soon() -> None:
    bomb = zlib.compress(b"a" * 300_000_000)
    laughs = "<!DOCTYPE s [" + "".join(
        f'<!ENTITY l{index} "{f"&l{index - 1};" * 10 if index else "ha"}">' for index in range(10)
    )
    reach = '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    for picture, code in (
        (png(chunk(b"zTXt", b"openbadges\0\0" + bomb)), "too_large"),
        (png(chunk(b"iTXt", b"openbadges\0\1\0\0\0" + bomb)), "too_large"),
        (svg("&l9;", laughs + "]>"), "svg_unsafe"),
        (svg("<openbadges:credential>&x;</openbadges:credential>", reach), "svg_unsafe"),
    ):
        with effort.at_most(effort.HOSTILE):
            found = check(picture)
        assert codes(found) == {code}


def test_a_damaged_picture_is_told_so() -> None:
    good = png(itxt(BODY))
    for bad in (good[:60], good[:-20], good.replace(b"iTXt", b"iTXu")[:80] + good[80:], baked.PNG):
        assert check(bad).verdict == "not_verified"
    flipped = bytearray(good)
    flipped[90] ^= 1
    assert codes(check(bytes(flipped))) == {"image_malformed"}
    assert codes(check(svg("<openbadges:credential>"))) == {"image_malformed"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "photograph"),
        (b"GIF89a", "photograph"),
        (b"%PDF-1.7", "pdf"),
        (b"<!doctype html><html><title>Sign in</title></html>", "html_page"),
        (png(), "image_without_badge"),
        (svg("<g/>"), "image_without_badge"),
        (b"hello", "not_a_credential"),
        (b"[]", "json_not_an_object"),
        (b"{}", "not_a_credential"),
        (b"{" * 10_000_000, "too_large"),
        (b"{" * 900_000, "json_syntax"),
        (b'{"a":' + b"[" * 500_000, "json_too_deep"),
        (b'{"a": 1, "a": 2}', "json_duplicate_key"),
        (b'{"a": NaN}', "json_not_a_number"),
        (b'{"a": Infinity}', "json_not_a_number"),
        (b'{"a": 1e999}', "json_number_too_large"),
        (b'{"a": 123456789012345678}', "json_number_too_large"),
        (b'\xef\xbb\xbf{"type": "x"}', "json_byte_order_mark"),
        (b'{"a": "\\ud800"}', "json_lone_surrogate"),
        (b'{"\\udc00": 1}', "json_lone_surrogate"),
        (b'{"a": "\xff"}', "json_not_utf8"),
        (b"[" * 60 + b"]" * 60, "json_too_deep"),
        (b"[" + b"0," * 60_000 + b"0]", "json_too_many_values"),
        (b"\x00\x01\x02", "not_a_credential"),
    ],
)
def test_what_is_no_credential_is_told_what_it_is(data: bytes, code: str) -> None:
    made = check(data)
    assert not made.readable
    assert made.verdict == "not_verified"
    assert codes(made) == {code}
    assert made.checks[0].message


def test_a_picture_with_an_address_asks_for_it() -> None:
    made: Any = check(png(itxt(b"https://badges.example/a/1", keyword=b"openbadges")))
    assert [need.url for need in made.needs] == ["https://badges.example/a/1"]
    assert made.verdict == "inconclusive"
