"""The little of CBOR that a proof value needs: unsigned numbers, byte strings, texts, lists and maps, nothing else.

Only the one shortest form of each is read: no tags, no floats, no lengths left open, no bytes after the end.
Source: RFC 8949, section 4.2.
"""

from __future__ import annotations

from typing import Any

MAX_DEPTH = 4
MAX_ITEMS = 20_000
_SMALL = {24: 1, 25: 2, 26: 4, 27: 8}
_BOUNDS = {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}


class BadCBOR(ValueError):
    """The bytes are not CBOR of the form that is read here."""


def decode(data: bytes) -> Any:
    """The one value in the bytes. Raises `BadCBOR`."""
    reader = _Reader(data)
    value = reader.item(0)
    if reader.at != len(data):
        raise BadCBOR("bytes after the end")
    return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.left = MAX_ITEMS

    def take(self, size: int) -> bytes:
        end = self.at + size
        if end > len(self.data):
            raise BadCBOR("cut short")
        part, self.at = self.data[self.at : end], end
        return part

    def head(self) -> tuple[int, int]:
        """The major type and its number, in the shortest form."""
        first = self.take(1)[0]
        kind, short = first >> 5, first & 31
        if short < 24:
            return kind, short
        size = _SMALL.get(short)
        if size is None:
            raise BadCBOR("a length left open")
        number = int.from_bytes(self.take(size), "big")
        if number < _BOUNDS[size]:
            raise BadCBOR("not the shortest form")
        return kind, number

    def item(self, depth: int) -> Any:
        self.left -= 1
        if depth > MAX_DEPTH or self.left < 0:
            raise BadCBOR("too deep or too long")
        kind, number = self.head()
        if kind == 0:
            return number
        if kind == 2:
            return self.take(number)
        if kind == 3:
            try:
                return self.take(number).decode("utf-8")
            except UnicodeDecodeError as cause:
                raise BadCBOR("a text that is not UTF-8") from cause
        if kind in (4, 5) and number > len(self.data):
            raise BadCBOR("cut short")
        if kind == 4:
            return [self.item(depth + 1) for _ in range(number)]
        if kind == 5:
            return self._map(number, depth)
        raise BadCBOR("a kind of value that has no place here")

    def _map(self, size: int, depth: int) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for _ in range(size):
            key = self.item(depth + 1)
            if not isinstance(key, int | str) or key in made:
                raise BadCBOR("a key twice, or of the wrong kind")
            made[key] = self.item(depth + 1)
        return made
