"""Two ways to look a name up at once: by an equal key, and by how a word in it begins.

Both are sorted arrays that point into one byte string of names, so a hundred thousand names cost a few
megabytes and no Python object each.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from market.skills.names_grams import LINE, SPACE

_LONGEST_SORTED = 64
"""Bytes compared when token starts are sorted; longer prefixes are then checked one by one."""


class Names:
    """Normal forms in one byte string ` name \\n name \\n `; names are numbered from 0."""

    def __init__(self, norms: Iterable[str]) -> None:
        pieces = [norm.encode() for norm in norms]
        self.text = b" " + b" \n ".join(pieces) + b" \n"
        lengths = np.array([len(piece) for piece in pieces], dtype=np.int64)
        # Where the space before each name stands; the name itself begins one byte later.
        self.starts = np.cumsum(lengths + 3) - (lengths + 3)
        self.lengths = lengths.astype(np.uint16)

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, name: int) -> str:
        start = int(self.starts[name]) + 1
        return self.text[start : start + int(self.lengths[name])].decode()

    @property
    def nbytes(self) -> int:
        return len(self.text) + self.starts.nbytes + self.lengths.nbytes


class Keys:
    """Names by an exact key: hashes, sorted; a hit is checked against the key itself."""

    def __init__(self, names: Names, key: Callable[[str], str]) -> None:
        self._names, self._key = names, key
        hashes = np.array([hash(key(names[n])) for n in range(len(names))], dtype=np.int64)
        self._order = np.argsort(hashes, kind="stable").astype(np.uint32)
        self._hashes = hashes[self._order]

    def find(self, norm: str) -> list[int]:
        """The names with the same key as this one, in their own order. An empty key has no equals."""
        wanted = self._key(norm)
        if not wanted:
            return []
        low, high = (
            np.searchsorted(self._hashes, hash(wanted), "left"),
            np.searchsorted(self._hashes, hash(wanted), "right"),
        )
        return [n for n in self._order[low:high].tolist() if self._key(self._names[n]) == wanted]

    @property
    def nbytes(self) -> int:
        return self._order.nbytes + self._hashes.nbytes


class Beginnings:
    """Every place where a word of a name begins, sorted by the text that follows it."""

    def __init__(self, names: Names, rank: NDArray[np.uint32]) -> None:
        """`rank` orders names that begin alike, smallest first; a first word goes before a later one."""
        text = self._text = names.text
        data = np.frombuffer(text, dtype=np.uint8)
        begins = np.flatnonzero((data[:-1] == SPACE) & (data[1:] != SPACE) & (data[1:] != LINE)) + 1
        order = sorted(begins.tolist(), key=lambda at: text[at : at + _LONGEST_SORTED])
        self._at = np.array(order, dtype=np.uint32)
        self._name = (np.searchsorted(names.starts, self._at, side="right") - 1).astype(np.uint32)
        later = self._at != names.starts[self._name] + 1
        self._rank = rank[self._name] + np.where(later, np.uint32(1 << 30), np.uint32(0)).astype(np.uint32)

    def find(self, norm: str, count: int) -> list[int]:
        """Up to `count` names in which a word begins so, best rank first; a name may appear twice.

        O(log names + names that begin so), the latter in numpy.
        """
        prefix = norm.encode()
        low, high = self._range(prefix[:_LONGEST_SORTED])
        found = np.arange(low, high)
        if len(prefix) > _LONGEST_SORTED:
            found = np.array([i for i in found if self._starts_at(int(self._at[i]), prefix)], dtype=np.int64)
        ranks = self._rank[found]
        if len(found) > count:
            nearest = np.argpartition(ranks, count)[:count]
            found, ranks = found[nearest], ranks[nearest]
        best = found[np.lexsort((self._name[found], ranks))]
        names: list[int] = self._name[best].tolist()
        return names

    def _range(self, prefix: bytes) -> tuple[int, int]:
        text, size = self._text, len(prefix)

        def head(at: np.uint32) -> bytes:
            return text[int(at) : int(at) + size]

        low = bisect_left(self._at, prefix, key=head)
        high = bisect_left(self._at, True, lo=low, key=lambda at: head(at) > prefix)
        return low, high

    def _starts_at(self, at: int, prefix: bytes) -> bool:
        return self._text.startswith(prefix, at)

    @property
    def nbytes(self) -> int:
        return self._at.nbytes + self._name.nbytes + self._rank.nbytes
