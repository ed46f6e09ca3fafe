"""Keyset pages: the next page begins after the last row seen, so nothing is counted, repeated or skipped.

Ask for `size + 1` rows ordered by the key; the extra row says that there is more. The cursor in the address is the
key of the last row shown, as JSON in base64: it is a place in a list, not a secret.
"""

import base64
import binascii
import json
import math
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")
_LONGEST = 2000  # a cursor holds a name or two and a number


class Page(NamedTuple, Generic[T]):
    """Some rows of a list, and the cursor of the next page, empty at the end."""

    items: list[T]
    next: str


def cut(rows: Sequence[T], size: int, key: Callable[[T], Sequence[Any]]) -> Page[T]:
    """A page out of up to `size + 1` rows; `key` gives the columns the list is ordered by."""
    shown = list(rows[:size])
    return Page(shown, encode(key(shown[-1])) if len(rows) > size else "")


def encode(key: Sequence[Any]) -> str:
    text = json.dumps(list(key), separators=(",", ":"), default=str)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str | None, length: int) -> list[Any] | None:
    """The key in a cursor with `length` parts; None for none and for one that makes no sense (the list begins anew)."""
    if not cursor or len(cursor) > _LONGEST:
        return None
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        key = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error, RecursionError):
        return None
    if not isinstance(key, list) or len(key) != length or not all(map(_is_plain, key)):
        return None
    return key


def _is_plain(part: Any) -> bool:
    """Can both databases compare a column with it? No NUL, no half of a character, no number past 64 bits."""
    if isinstance(part, str):
        return "\x00" not in part and not any("\ud800" <= letter <= "\udfff" for letter in part)
    if isinstance(part, float):
        return math.isfinite(part)
    return part is None or (type(part) is int and -(2**63) <= part < 2**63)
