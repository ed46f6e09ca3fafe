"""TF-IDF over features that are present or absent, as plain arrays: the names that share most with a query.

Each feature keeps the ascending numbers of the names it occurs in (CSR: `starts`, `names`). The weight of a
feature is its idf and each name is divided by its length, so the score is a cosine from 0 to 1. Nothing
but the postings is stored: 4 bytes for each feature of each name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.skills.names_text import content_words

Numbers = NDArray[np.uint32]
Scores = NDArray[np.float32]

SPACE, LINE = 0x20, 0x0A


@dataclass(frozen=True)
class Postings:
    """Which names hold which feature. Features are numbers 0..n-1."""

    starts: NDArray[np.int64]
    names: Numbers
    idf: Scores
    inverse_length: Scores

    @classmethod
    def build(cls, features: Numbers, names: Numbers, feature_count: int, name_count: int) -> "Postings":
        """From pairs (feature, name) without repeats, sorted by feature and then name."""
        frequency = np.bincount(features, minlength=feature_count)
        idf = (np.log((1 + name_count) / (1 + frequency)) + 1).astype(np.float32)
        squares = np.bincount(names, weights=(idf * idf)[features], minlength=name_count)
        length = np.sqrt(np.maximum(squares, 1e-9))
        starts = np.concatenate(([0], np.cumsum(frequency))).astype(np.int64)
        return cls(starts, names.astype(np.uint32), idf, (1 / length).astype(np.float32))

    def scores(self, features: Sequence[int]) -> Scores:
        """The cosine of a query that has these features with every name. O(postings touched + names)."""
        weights = self.idf[list(features)]
        pieces = [self.names[self.starts[f] : self.starts[f + 1]] for f in features]
        if not pieces:
            return np.zeros(len(self.inverse_length), dtype=np.float32)
        counts = [len(piece) for piece in pieces]
        sums = np.bincount(
            np.concatenate(pieces),
            weights=np.repeat(weights * weights, counts),
            minlength=len(self.inverse_length),
        )
        scores: Scores = (sums * self.inverse_length / np.sqrt(float(weights @ weights))).astype(np.float32)
        return scores

    @property
    def nbytes(self) -> int:
        return self.starts.nbytes + self.names.nbytes + self.idf.nbytes + self.inverse_length.nbytes


def windows(text: bytes, size: int) -> tuple[Numbers, NDArray[np.int64]]:
    """The codes of the byte n-grams (size 3 or 4) that stay within a word and its two spaces, and where they start."""
    data = np.frombuffer(text, dtype=np.uint8)
    count = len(data) - size + 1
    if count <= 0:
        return np.zeros(0, np.uint32), np.zeros(0, np.int64)
    code = np.zeros(count, np.uint32)
    valid = np.ones(count, np.bool_)
    for place in range(size):
        part = data[place : place + count]
        code = (code << np.uint32(8)) | part
        valid &= part != LINE
        if 0 < place < size - 1:
            valid &= part != SPACE
    return code[valid], np.flatnonzero(valid)


def _first_of_each(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a new value begins in a sorted array."""
    new = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return new


class GramIndex:
    """Character n-grams of size 3 and 4 within words: forgiving of endings, joins and typing errors.

    Built over one byte string, ` name \\n name \\n ... `, in numpy throughout: 114,000 names take 0.3 seconds for both sizes.
    """

    def __init__(self, text: bytes, name_starts: NDArray[np.int64], size: int) -> None:
        code, at = windows(text, size)
        name = np.searchsorted(name_starts, at, side="right") - 1
        # Sorting is several times faster than np.unique's hashing on millions of numbers.
        pairs = (code.astype(np.uint64) << np.uint64(32)) | name.astype(np.uint64)
        pairs.sort()
        pairs = pairs[_first_of_each(pairs)]
        codes = (pairs >> np.uint64(32)).astype(np.uint32)
        first = _first_of_each(codes)
        self.size, self.codes = size, codes[first]
        features = (np.cumsum(first) - 1).astype(np.uint32)
        names = (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32)
        self.postings = Postings.build(features, names, len(self.codes), len(name_starts))

    def features(self, norm: str) -> list[int]:
        """The known features of a query."""
        codes = np.unique(windows(f" {norm} ".encode(), self.size)[0])
        at = np.searchsorted(self.codes, codes)
        at[at == len(self.codes)] = 0
        known: list[int] = at[self.codes[at] == codes].tolist() if len(self.codes) else []
        return known

    def scores(self, norm: str) -> Scores:
        return self.postings.scores(self.features(norm))

    @property
    def nbytes(self) -> int:
        return self.codes.nbytes + self.postings.nbytes


class WordIndex:
    """Stems of the words that carry meaning."""

    def __init__(self, norms: Iterable[str]) -> None:
        self.vocabulary: dict[str, int] = {}
        features: list[int] = []
        sizes: list[int] = []
        for norm in norms:
            words = set(content_words(norm))
            sizes.append(len(words))
            features.extend(self.vocabulary.setdefault(word, len(self.vocabulary)) for word in words)
        feature = np.array(features, dtype=np.uint32)
        name = np.repeat(np.arange(len(sizes), dtype=np.uint32), sizes)
        order = np.lexsort((name, feature))
        self.postings = Postings.build(feature[order], name[order], len(self.vocabulary), len(sizes))

    def holding(self, norm: str) -> Numbers:
        """The names that hold every one of these words, ascending."""
        found: Numbers | None = None
        for word in set(content_words(norm)):
            feature = self.vocabulary.get(word)
            if feature is None:
                return np.zeros(0, np.uint32)
            names = self.postings.names[self.postings.starts[feature] : self.postings.starts[feature + 1]]
            found = names if found is None else np.intersect1d(found, names, assume_unique=True)
        return np.zeros(0, np.uint32) if found is None else found

    def scores(self, norm: str) -> Scores:
        known = {self.vocabulary[word] for word in content_words(norm) if word in self.vocabulary}
        return self.postings.scores(sorted(known))

    @property
    def nbytes(self) -> int:
        """Bytes of arrays and, roughly, of the vocabulary."""
        return self.postings.nbytes + 120 * len(self.vocabulary)
