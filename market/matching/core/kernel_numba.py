"""Scoring one segment with numba (the extra `fast`): scatter-add in windows, a heap, filters tested last.

Lists are walked together, one window of rows at a time, so that the sums stay in the processor's cache
however many people there are; a window begins at the next row that any list has, so gaps cost nothing.
Import this module only where numba is wanted: importing it needs numba.
"""

import numba as nb
import numpy as np

from market.matching.core.contract import PRIME
from market.matching.core.filters import BITS
from market.matching.core.kernels import Best, Query
from market.matching.core.segment import Segment

WINDOW = 1 << 15


def numba_kernel(segment: Segment, query: Query) -> Best:
    """The same answer as numpy_kernel."""
    keys, rows = _search(
        segment.rows,
        segment.levels,
        segment.person_ids,
        segment.attributes,
        query.spans,
        query.tables,
        query.conditions,
        query.dropped,
        query.tie.a,
        query.tie.b,
        query.k,
    )
    return keys, rows


@nb.njit(nogil=True, cache=True, inline="always")
def _first_at_or_after(values, start, end, wanted):  # type: ignore[no-untyped-def]
    """The first place in values[start:end], ascending, whose value is at least the wanted one."""
    while start < end:
        middle = (start + end) >> 1
        if values[middle] < wanted:
            start = middle + 1
        else:
            end = middle
    return start


@nb.njit(nogil=True, cache=True)
def _passes(row, attributes, conditions, dropped):  # type: ignore[no-untyped-def]
    """Whether a row is neither dropped nor refused by a condition."""
    for c in range(conditions.shape[0]):
        value = attributes[row, conditions[c, 0]]
        if conditions[c, 1] == BITS:
            if value & conditions[c, 2] == 0:
                return False
        elif value < conditions[c, 2] or value > conditions[c, 3]:
            return False
    place = _first_at_or_after(dropped, 0, dropped.size, row)
    return place == dropped.size or dropped[place] != row


@nb.njit(nogil=True, cache=True)
def _sift_down(keys, rows, size):  # type: ignore[no-untyped-def]
    """Put the root of a min-heap where it belongs."""
    key, row, place = keys[0], rows[0], 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[place], rows[place] = keys[child], rows[child]
        place = child
    keys[place], rows[place] = key, row


@nb.njit(nogil=True, cache=True)
def _push(keys, rows, size, key, row):  # type: ignore[no-untyped-def]
    """Add to a min-heap of `size`."""
    place = size
    while place > 0:
        parent = (place - 1) >> 1
        if keys[parent] <= key:
            break
        keys[place], rows[place] = keys[parent], rows[parent]
        place = parent
    keys[place], rows[place] = key, row


@nb.njit(nogil=True, cache=True)
def _search(rows, levels, person_ids, attributes, spans, tables, conditions, dropped, a, b, k):  # type: ignore[no-untyped-def]
    """Keys and rows of the best k, the best first."""
    n = spans.shape[0]
    cursor, stop = spans[:, 0].copy(), np.empty(n, np.int64)
    sums = np.zeros(WINDOW, np.int32)
    heap_keys, heap_rows, size = np.empty(k, np.int64), np.empty(k, np.uint32), 0
    least = np.int32(1)  # the score of the k-th so far: what lies below cannot enter
    while True:
        low = np.int64(1) << 33
        for q in range(n):
            if cursor[q] < spans[q, 1]:
                low = min(low, np.int64(rows[cursor[q]]))
        if low == np.int64(1) << 33:
            break
        for q in range(n):
            start = cursor[q]
            # A window holds at most WINDOW rows of a list, so the search need not look further.
            end = _first_at_or_after(rows, start, min(spans[q, 1], start + WINDOW), low + WINDOW)
            stop[q] = end
            for i in range(start, end):
                sums[np.int64(rows[i]) - low] += tables[q, levels[i]]
        for q in range(n):
            for i in range(cursor[q], stop[q]):
                at = np.int64(rows[i]) - low
                points = sums[at]
                sums[at] = 0
                if points < least:
                    continue
                person = np.int64(person_ids[rows[i]])
                place = (a * person + b) % PRIME
                key = ((np.int64(points) << 31 | (PRIME - 1 - place)) << 2) | (2 - person // PRIME)
                if size == k and key <= heap_keys[0]:
                    continue
                if not _passes(rows[i], attributes, conditions, dropped):
                    continue
                if size < k:
                    _push(heap_keys, heap_rows, size, key, rows[i])
                    size += 1
                else:
                    heap_keys[0], heap_rows[0] = key, rows[i]
                    _sift_down(heap_keys, heap_rows, size)
                if size == k:
                    least = np.int32(heap_keys[0] >> 33)
            cursor[q] = stop[q]
    order = np.argsort(-heap_keys[:size])
    return heap_keys[:size][order], heap_rows[:size][order]
