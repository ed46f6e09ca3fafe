"""How days, money, names and people's own words are written on a page."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import clock
from market.web import show

AT = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _standing(standing_clock: object) -> None:
    """It is Monday 16 November 2026, ten o'clock in UTC."""


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda: show.day(date(2026, 11, 27)), "27 November"),
        (lambda: show.day(date(2027, 1, 2)), "2 January 2027"),
        (lambda: show.day(AT), "31 December"),
        (lambda: show.day(AT, "Asia/Tokyo"), "1 January 2027"),
        (lambda: show.day_short(date(2026, 9, 7)), "7 Sept"),
        (lambda: show.day_short(date(2025, 11, 27)), "27 Nov 2025"),
        (lambda: show.day_full(AT, "Asia/Tokyo"), "1 Jan 2027"),
        (lambda: show.weekday(date(2026, 11, 27)), "Friday 27 November"),
        (lambda: show.instant(datetime(2026, 7, 1, 13, 5, tzinfo=UTC), "Europe/London"), "1 July, 14:05"),
        (lambda: show.instant(AT, "Asia/Tokyo"), "1 January 2027, 08:30"),
        (lambda: show.iso(date(2026, 11, 27)), "2026-11-27"),
        (lambda: show.iso(AT), "2026-12-31T23:30:00+00:00"),
        (lambda: show.input_instant(AT, "Asia/Tokyo"), "2027-01-01T08:30"),
        (lambda: show.money(28800), "£288"),
        (lambda: show.money(1650), "£16.50"),
        (lambda: show.money(5), "£0.05"),
        (lambda: show.money(0), "£0"),
        (lambda: show.money(120000000), "£1,200,000"),
        (lambda: show.money(-1650), "-£16.50"),
        (lambda: show.money(1650, "EUR"), "€16.50"),
        (lambda: show.ago(datetime(2026, 11, 16, 9, tzinfo=UTC)), "today"),
        (lambda: show.ago(datetime(2026, 11, 15, 23, tzinfo=UTC)), "yesterday"),
        (lambda: show.ago(datetime(2026, 11, 11, tzinfo=UTC)), "5 days ago"),
        (lambda: show.ago(AT), "today"),
        (lambda: show.signed(0.256), "+0.26"),
        (lambda: show.signed(-1.5), "\u22121.50"),
        (lambda: show.signed(-0.001), "+0.00"),
        (lambda: show.percent(12.5), "12.5"),
        (lambda: show.percent(100), "100"),
        (lambda: show.percent(1e-9), "0"),
        (lambda: show.initials("Amara Okafor"), "AO"),
        (lambda: show.initials("Amara Ngozi Okafor"), "AO"),
        (lambda: show.initials("amara"), "A"),
        (lambda: show.initials("Nettle & Rye Bakery"), "N&R"),
        (lambda: show.initials("nettle&rye"), "N&R"),
        (lambda: show.initials("  "), "?"),
        (lambda: show.initials(""), "?"),
    ],
)
def test_values_are_written_as_people_read_them(made: Callable[[], str], told: str) -> None:
    assert made() == told


def test_around_new_year_the_year_is_named_by_the_readers_calendar() -> None:
    with clock.standing(AT):
        assert show.instant(AT, "Asia/Tokyo") == "1 January, 08:30"
        assert show.day(AT, "Asia/Tokyo") == "1 January"
        assert show.instant(AT) == "31 December, 23:30"


def test_money_is_exact_to_the_penny_however_much() -> None:
    assert show.money(9_007_199_254_740_993_01) == "£9,007,199,254,740,993.01"


@given(st.text(max_size=40))
def test_initials_are_short_for_any_name(name: str) -> None:
    assert 1 <= len(show.initials(name)) <= 9


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>\n"),
        ("**bold** and *soft*", "<p><strong>bold</strong> and <em>soft</em></p>\n"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"),
        (None, ""),
        ("", ""),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>\n"),
        (
            "[a](https://a.example)",
            '<p><a href="https://a.example" rel="nofollow noopener ugc">a</a></p>\n',
        ),
    ],
)
def test_prose_is_a_little_markdown(text: str | None, html: str) -> None:
    assert str(show.prose(text)) == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&#58;alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "![x](https://a.example/pixel.gif)",
        "<a href='https://a.example' onclick='x()'>x</a>",
        '[x](https://a.example "onmouseover=alert(1)")',
        "<style>body{display:none}</style>",
        "<iframe src=//evil.example></iframe>",
        "`<script>`",
        "<svg/onload=alert(1)>",
    ],
)
def test_prose_never_carries_anything_that_acts(text: str) -> None:
    clean(str(show.prose(text)))


_ALLOWED = {f"{slash}{tag}" for tag in show._TAGS for slash in ("", "/")}


def clean(html: str) -> None:
    """Only the tags that were allowed, and of attributes only the address of a link and its mark."""
    import re

    for tag in re.findall(r"<([^>]*)>", html):
        name, *attributes = tag.split(maxsplit=1)
        assert name.rstrip("/") in _ALLOWED, tag
        if attributes and attributes[0] != "/":
            assert re.fullmatch(
                r'(href="(https?:|mailto:|[/#?]|[^:"]*")[^"]*"? )?rel="nofollow noopener ugc"', attributes[0]
            ), tag


_PARTS = st.sampled_from(
    [
        "<script>",
        "</script>",
        "[x](",
        "javascript:",
        ")",
        "![",
        "](",
        "<img ",
        "onerror=",
        "&#106;",
        "\n\n",
        "> ",
        "`",
        "- ",
        "https://a.example",
        '"',
        "'",
        "<",
        ">",
        "**",
        "\x00",
        "&lt;",
        "<!--",
        "-->",
        "<a href=",
        "\\",
        "a",
    ]
)


@given(st.lists(st.one_of(_PARTS, st.text(max_size=5)), max_size=25).map("".join))
def test_no_mixture_of_signs_gets_anything_past_the_cleaning(text: str) -> None:
    clean(str(show.prose(text)))


@given(st.text())
def test_no_cell_begins_a_formula(text: str) -> None:
    cell = show.plain_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.removeprefix("'") == text.removeprefix("'")
