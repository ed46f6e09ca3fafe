"""Keyset pages: each row of a list is shown once, and a cursor from anywhere does no harm."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.web.pagination import cut, decode, encode

Row = tuple[str, int]


def ask(rows: list[Row], after: list[Any] | None, limit: int) -> list[Row]:
    """What a query does: rows past the key, in order, so many of them."""
    return [row for row in sorted(rows) if after is None or row > tuple(after)][:limit]


@given(st.sets(st.tuples(st.text(max_size=3), st.integers(0, 9)), max_size=40), st.integers(1, 12))
def test_pages_cover_a_list_exactly_once(given_rows: set[Row], size: int) -> None:
    rows = [row for row in given_rows if "\x00" not in row[0]]
    seen: list[Row] = []
    cursor, pages = "", 0
    while True:
        found = cut(ask(rows, decode(cursor, 2), size + 1), size, lambda row: row)
        seen += found.items
        pages += 1
        assert len(found.items) <= size
        cursor = found.next
        if not cursor:
            break
        assert len(found.items) == size, "only the last page may be short"
    assert seen == sorted(rows)
    assert pages == max(1, -(-len(rows) // size)), "no empty page at the end"


def test_a_row_that_comes_or_goes_in_between_moves_no_other() -> None:
    rows = [("a", n) for n in range(10)]
    first = cut(ask(rows, None, 5), 4, lambda row: row)
    rows.remove(("a", 1))
    rows.append(("a", -1))
    second = cut(ask(rows, decode(first.next, 2), 5), 4, lambda row: row)
    assert second.items == [("a", n) for n in (4, 5, 6, 7)]


def test_a_list_that_just_fills_a_page_has_no_next() -> None:
    assert cut([1, 2], 2, lambda n: [n]).next == ""
    assert cut([], 2, lambda n: [n]) == ([], "")


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.integers(-(2**63), 2**63 - 1),
            st.floats(allow_nan=False, allow_infinity=False),
            st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_cursor_gives_back_its_key(key: list[Any]) -> None:
    assert decode(encode(key), len(key)) == key
    assert decode(encode(key), len(key) + 1) is None


def test_a_cursor_is_safe_in_an_address_and_writes_instants_as_text() -> None:
    cursor = encode([datetime(2026, 11, 16, tzinfo=UTC), "ü?&="])
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert decode(cursor, 2) == ["2026-11-16 00:00:00+00:00", "ü?&="]


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


HOSTILE = {
    "none": None,
    "empty": "",
    "not base64": "!!!",
    "half of it": "WyI",
    "not JSON": packed("hello"),
    "not a list": packed('{"0": 1}'),
    "a number": packed("1"),
    "too short": packed("[]"),
    "too long": packed("[1, 2]"),
    "a list inside": packed("[[1]]"),
    "yes": packed("[true]"),
    "not a number": packed("[NaN]"),
    "infinite": packed("[-Infinity]"),
    "past 64 bits": packed(f"[{2**63}]"),
    "past all bits": packed(f"[{'9' * 900}]"),
    "NUL": packed('["\\u0000"]'),
    "half a character": packed('["\\ud800"]'),
    "deep": packed("[" * 1000),
    "very long": packed(json.dumps(["x" * 5000])),
    "other letters": "ÿÿÿÿ",
    "half a pair": "\ud800",
    "bad text": base64.urlsafe_b64encode(b'["\xff"]').decode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_cursor_that_makes_no_sense_begins_the_list_anew(name: str) -> None:
    assert decode(HOSTILE[name], 1) is None


@given(st.text(max_size=200), st.integers(1, 3))
def test_any_text_as_a_cursor_is_a_key_or_none(cursor: str, length: int) -> None:
    key = decode(cursor, length)
    assert key is None or len(key) == length


@given(st.binary(max_size=80))
def test_any_bytes_as_a_cursor_are_a_key_or_none(content: bytes) -> None:
    key = decode(base64.urlsafe_b64encode(content).decode(), 1)
    assert key is None or len(key) == 1
