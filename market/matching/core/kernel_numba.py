"""Scoring one segment with numba (the extra `fast`): scatter-add in windows, a heap, filters tested last.

Lists are walked together, one window of rows at a time, so that the sums stay in the processor's nearer
cache however many people there are; a window begins at the next row that any list has, so gaps cost nothing.
Places are unsigned, because numba adds a test for negative ones to every other. Two things were tried and
made it slower at 100,000 people: scanning dense windows instead of the lists again (55 to 70 us a query),
and leaving out lists that cannot bring anybody in any more (to 550 us: the look-ups cost more than the walk).
Import this module only where numba is wanted: importing it needs numba.
"""

import numba as nb
import numpy as np

from market.matching.core.contract import PRIME
from market.matching.core.filters import BITS, RANGE
from market.matching.core.kernels import Best, Query
from market.matching.core.segment import Segment

WINDOW = 1 << 13
NOWHERE = 1 << 33


def numba_kernel(segment: Segment, query: Query) -> Best:
    """The same answer as numpy_kernel."""
    keys, rows, levels = _search(
        segment.rows,
        segment.hopes if query.hopeful else segment.levels,
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
    return keys, rows, levels


@nb.njit(nogil=True, cache=True)
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
def _level_of(rows, levels, start, end, row):  # type: ignore[no-untyped-def]
    """The level of a row in one list, 0 where it is not in it."""
    place = _first_at_or_after(rows, start, end, row)
    return levels[place] if place < end and rows[place] == row else np.uint8(0)


@nb.njit(nogil=True, cache=True)
def _passes(row, attributes, conditions, dropped):  # type: ignore[no-untyped-def]
    """Whether a row is neither dropped nor refused by a condition."""
    for c in range(conditions.shape[0]):
        value = attributes[row, conditions[c, 0]]
        if conditions[c, 1] == BITS:
            if value & conditions[c, 2] == 0:
                return False
        elif (conditions[c, 2] <= value <= conditions[c, 3]) != (conditions[c, 1] == RANGE):
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
def _enter(row, points, person_ids, attributes, conditions, dropped, a, b, heap_keys, heap_rows, size):  # type: ignore[no-untyped-def]
    """Let a row into the heap if it is better than the last there and passes the filters; the heap's size."""
    person = np.int64(person_ids[row])
    turn = (a * person + b) % PRIME
    key = ((np.int64(points) << 31 | (PRIME - 1 - turn)) << 2) | (2 - person // PRIME)
    full = size == heap_keys.size
    if (full and key <= heap_keys[0]) or not _passes(row, attributes, conditions, dropped):
        return size
    if not full:
        _push(heap_keys, heap_rows, size, key, row)
        return size + 1
    heap_keys[0], heap_rows[0] = key, row
    _sift_down(heap_keys, heap_rows, size)
    return size


@nb.njit(nogil=True, cache=True)
def _search(rows, levels, person_ids, attributes, spans, tables, conditions, dropped, a, b, k):  # type: ignore[no-untyped-def]
    """Keys, rows and levels of the best k, the best first."""
    n = spans.shape[0]
    cursor, stop = spans[:, 0].copy(), np.empty(n, np.int64)
    sums = np.zeros(WINDOW, np.int32)
    heap_keys, heap_rows, size = np.empty(k, np.int64), np.empty(k, np.uint32), 0
    least = np.int32(1)  # the score of the k-th so far: what lies below cannot enter
    while True:
        low = np.uint64(NOWHERE)
        for q in range(n):
            if cursor[q] < spans[q, 1]:
                low = min(low, np.uint64(rows[cursor[q]]))
        if low == NOWHERE:
            break
        for q in range(n):
            # A window holds at most WINDOW rows of a list, so the search need not look further.
            furthest = min(spans[q, 1], cursor[q] + WINDOW)
            stop[q] = _first_at_or_after(rows, cursor[q], furthest, low + np.uint64(WINDOW))
            table = tables[q]
            for i in range(np.uint64(cursor[q]), np.uint64(stop[q])):
                sums[np.uint64(rows[i]) - low] += table[levels[i]]
        for q in range(n):
            for i in range(np.uint64(cursor[q]), np.uint64(stop[q])):
                place = np.uint64(rows[i]) - low
                points = sums[place]
                sums[place] = 0  # for the next window; and a later list finds nothing left of this row
                if points >= least:
                    size = _enter(
                        rows[i],
                        points,
                        person_ids,
                        attributes,
                        conditions,
                        dropped,
                        a,
                        b,
                        heap_keys,
                        heap_rows,
                        size,
                    )
                    if size == k:
                        least = np.int32(heap_keys[0] >> 33)
            cursor[q] = stop[q]
    best = np.argsort(-heap_keys[:size])
    people = heap_rows[:size][best]
    have = np.empty((n, size), np.uint8)
    for q in range(n):
        for at in range(size):
            have[q, at] = _level_of(rows, levels, spans[q, 0], spans[q, 1], people[at])
    return heap_keys[:size][best], people, have
