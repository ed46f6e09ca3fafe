"""Strict JSON: one text, one meaning. What two readers could read differently is refused before any signature."""

from __future__ import annotations

import json
import math
from typing import Any, cast

MAX_BYTES = 1 << 20
MAX_DEPTH = 48
MAX_VALUES = 50_000
MAX_INTEGER = 2**53


class BadJSON(ValueError):
    """The text is not JSON that everyone reads alike; `code` says which rule it breaks."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise BadJSON("json_duplicate_key")
    return made


def _constant(name: str) -> Any:
    raise BadJSON("json_not_a_number", name)


def _integer(text: str) -> int:
    if len(text) > 17 or abs(value := int(text)) > MAX_INTEGER:
        raise BadJSON("json_number_too_large")
    return value


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise BadJSON("json_number_too_large")
    return value


def parse(data: bytes | str, *, limit: int = MAX_BYTES) -> Any:
    """The value of one JSON text. Raises `BadJSON` for what readers may disagree on.

    Refused: more than `limit` bytes, a byte order mark, bytes that are not UTF-8, duplicate keys, NaN and
    infinities, integers past 2**53, lone surrogates, nesting past 48, more than 50,000 values.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > limit:
        raise BadJSON("too_large")
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise BadJSON("json_byte_order_mark")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as cause:
        raise BadJSON("json_not_utf8") from cause
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_float
        )
    except RecursionError as cause:
        raise BadJSON("json_too_deep") from cause
    except json.JSONDecodeError as cause:
        raise BadJSON("json_syntax", f"line {cause.lineno}, column {cause.colno}") from cause
    check_shape(value)
    return value


def parse_object(data: bytes | str, *, limit: int = MAX_BYTES) -> dict[str, Any]:
    """As `parse`, for a text that must hold an object."""
    value = parse(data, limit=limit)
    if not isinstance(value, dict):
        raise BadJSON("json_not_an_object")
    return cast(dict[str, Any], value)


def check_shape(value: Any) -> None:
    """Raise `BadJSON` where the value nests too deep, is too large, or holds half a character."""
    left = MAX_VALUES
    stack: list[tuple[Any, int]] = [(value, 1)]
    while stack:
        item, depth = stack.pop()
        left -= 1
        if left < 0:
            raise BadJSON("json_too_many_values")
        if depth > MAX_DEPTH:
            raise BadJSON("json_too_deep")
        if isinstance(item, dict):
            for key in item:
                _check_text(key)
            stack.extend((child, depth + 1) for child in item.values())
        elif isinstance(item, list):
            stack.extend((child, depth + 1) for child in item)
        elif isinstance(item, str):
            _check_text(item)


def _check_text(text: str) -> None:
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadJSON("json_lone_surrogate")


def listed(value: Any) -> list[Any]:
    """A member that may be absent, one thing or a list of things, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def texts(value: Any) -> list[str]:
    """The text entries of a member that may be one text or a list."""
    return [item for item in listed(value) if isinstance(item, str)]


def id_of(value: Any) -> str | None:
    """The id of a member that is either the id itself or an object with an `id`."""
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) and value else None
