"""Scoring one segment: the numpy kernel, and the choice between it and numba's.

Both give the contract's integers. The order is one 64-bit key, larger is better: score (24 bits), then the
tie-break turned round (31 bits), then the person id's multiple of the prime turned round (2 bits), which
orders the ids that tie twice. All keys of a query differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from threading import local

import numpy as np
from numpy.typing import NDArray

from market.matching.core import filters as filtering
from market.matching.core.contract import PRIME, Requirement, Tie, contribution
from market.matching.core.segment import Rows, Segment


@dataclass(frozen=True, slots=True)
class Query:
    """A query compiled for one segment. `dropped` are sorted rows that are dead or excluded."""

    spans: NDArray[np.int64]  # (requirements, 2)
    tables: NDArray[np.int32]  # (requirements, 256): contribution by level
    conditions: NDArray[np.int64]
    dropped: Rows
    tie: Tie
    k: int
    hopeful: bool = False  # by the levels that people may well have


AnyRows = Rows | NDArray[np.intp]
Best = tuple[NDArray[np.int64], AnyRows, NDArray[np.uint8]]
"""Keys, the best first, their rows, and their levels of shape (requirements, rows)."""
Kernel = Callable[[Segment, Query], Best]


@cache
def _tables() -> NDArray[np.int32]:
    """contribution() for every (level asked, weight, essential) and every level: 100 rows of 256."""
    return np.array(
        [
            [contribution(have, Requirement(0, level, weight, essential)) for have in range(256)]
            for level in range(1, 6)
            for weight in range(1, 11)
            for essential in (False, True)
        ],
        dtype=np.int32,
    )


def tables_for(requirements: Sequence[Requirement]) -> NDArray[np.int32]:
    """The look-up table of each requirement, shape (requirements, 256)."""
    return _tables()[[(q.level - 1) * 20 + (q.weight - 1) * 2 + q.essential for q in requirements]]


def keys_of(person_ids: NDArray[np.uint32], scores: NDArray[np.int32], tie: Tie) -> NDArray[np.int64]:
    """The order of people with these scores, as one integer each; the largest stands first."""
    ids = person_ids.astype(np.int64)
    place = (tie.a * ids + tie.b) % PRIME
    return ((scores.astype(np.int64) << 31 | (PRIME - 1 - place)) << 2) | (2 - ids // PRIME)


def scores_of(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """The scores that keys were made from."""
    return keys >> 33


_scratch = local()


def _accumulator(size: int) -> NDArray[np.int32]:
    """This thread's zeroed row of sums; a kernel leaves it zeroed."""
    held: NDArray[np.int32] | None = getattr(_scratch, "sums", None)
    if held is None or len(held) < size:
        held = _scratch.sums = np.zeros(size, dtype=np.int32)
    return held


def numpy_kernel(segment: Segment, query: Query) -> Best:
    """Scatter-add over the rows touched, then a partition, then filters on the few that could be among the first k."""
    rows, scores = _touched(segment, query)
    # A row stands once for each list it is in, so this many contain at least 4*k different ones.
    size = 4 * query.k * len(query.spans)
    while True:
        if size < len(scores):
            high = scores >= np.partition(scores, len(scores) - size)[len(scores) - size]
            near, points = rows[high], scores[high]
        else:
            near, points = rows, scores
        near, at = np.unique(near, return_index=True)
        passed = _eligible(segment, near, query)
        if passed.sum() >= query.k or size >= len(scores):
            return _first(segment, near[passed], points[at][passed], query)
        size *= 16


def _touched(segment: Segment, query: Query) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """The rows of every list, one list after the other, and the score of each."""
    sums, levels = _accumulator(segment.people), segment.hopes if query.hopeful else segment.levels
    # numpy indexes with intp: turned into it once here instead of at each of the three uses.
    lists = [segment.rows[start:end].astype(np.intp) for start, end in query.spans]
    everywhere = np.concatenate(lists)
    try:
        for rows, (start, end), table in zip(lists, query.spans, query.tables, strict=True):
            sums[rows] += table[levels[start:end]]
        scores = sums[everywhere]
        sums[everywhere] = 0
    except BaseException:
        del _scratch.sums  # left half full by an interrupt, it would rank the next question wrongly
        raise
    return everywhere, scores


def _eligible(segment: Segment, rows: AnyRows, query: Query) -> NDArray[np.bool_]:
    """Which rows are alive, not excluded, and meet the conditions."""
    if len(query.conditions):
        passed = filtering.passing(segment.attributes[rows], query.conditions)
    else:
        passed = np.ones(len(rows), dtype=np.bool_)
    if len(query.dropped):
        places = np.minimum(np.searchsorted(query.dropped, rows), len(query.dropped) - 1)
        passed &= query.dropped[places] != rows
    return passed


def _first(segment: Segment, rows: AnyRows, scores: NDArray[np.int32], query: Query) -> Best:
    """The first k of the rows given, in order."""
    keys = keys_of(segment.person_ids[rows], scores, query.tie)
    if len(keys) > query.k:
        largest = np.argpartition(keys, len(keys) - query.k)[len(keys) - query.k :]
        keys, rows = keys[largest], rows[largest]
    order = np.argsort(-keys)
    keys, rows = keys[order], rows[order]
    return keys, rows, _levels(segment, rows, query)


def _levels(segment: Segment, rows: AnyRows, query: Query) -> NDArray[np.uint8]:
    """The levels of the rows in each requirement's skill."""
    have = [segment.levels_at(rows, start, end, query.hopeful) for start, end in query.spans]
    return np.array(have, dtype=np.uint8)


def best_among(segment: Segment, query: Query, rows: Rows) -> Best:
    """The early mask: the first k among a few rows, by looking their levels up instead of reading whole lists."""
    rows = rows[_eligible(segment, rows, query)]
    scores = np.zeros(len(rows), dtype=np.int32)
    for table, have in zip(query.tables, _levels(segment, rows, query), strict=True):
        scores += table[have]
    some = scores > 0
    return _first(segment, rows[some], scores[some], query)


@cache
def fastest_kernel() -> Kernel:
    """numba's kernel where numba is installed (the extra `fast`), otherwise numpy's."""
    try:
        from market.matching.core.kernel_numba import numba_kernel
    except (ImportError, RuntimeError):  # RuntimeError: numba finds no folder to keep what it compiled
        return numpy_kernel
    return numba_kernel


def kernel_named(name: str) -> Kernel:
    """The kernel called "numpy", "numba" or "auto"; ImportError when numba is asked for and absent."""
    if name == "numpy":
        return numpy_kernel
    if name == "numba":
        from market.matching.core.kernel_numba import numba_kernel

        return numba_kernel
    if name == "auto":
        return fastest_kernel()
    raise ValueError(f"no kernel {name!r}; there are auto, numba, numpy")
