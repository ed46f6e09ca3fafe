"""Filters of a query: conditions on a person's attribute columns, people left out, people asked about only.

A condition is tested lazily, only for rows that beat the current k-th score, because most rows never do.
`only` is the early mask: when few people can come into question, their rows alone are scored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

LEAST, GREATEST = -(2**63), 2**63 - 1
RANGE, BITS, OUTSIDE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Condition:
    """A column's value lies in a range, ends included; outside it with `outside`; or, with `any_bits`, shares a bit
    with a mask."""

    column: str
    at_least: int = LEAST
    at_most: int = GREATEST
    any_bits: int | None = None
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Filters:
    """All conditions must hold. `excluded` are person ids left out; `only`, if given, all that may appear."""

    conditions: tuple[Condition, ...] = ()
    excluded: frozenset[int] = field(default_factory=frozenset)
    only: frozenset[int] | None = None


NO_FILTERS = Filters()


def compiled(conditions: Sequence[Condition], columns: Sequence[str]) -> NDArray[np.int64]:
    """Rows of (column place, kind, low or mask, high) for the kernels; ValueError for an unknown column."""
    rows = np.empty((len(conditions), 4), dtype=np.int64)
    for place, condition in enumerate(conditions):
        if condition.column not in columns:
            raise ValueError(f"no column {condition.column!r}; there are {', '.join(columns) or 'none'}")
        column = columns.index(condition.column)
        if condition.any_bits is None:
            kind = OUTSIDE if condition.outside else RANGE
            rows[place] = column, kind, condition.at_least, condition.at_most
        else:
            rows[place] = column, BITS, condition.any_bits, 0
    return rows


def passing(attributes: NDArray[np.int64], conditions: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rows of attributes, shape (rows, columns), meet all compiled conditions."""
    passed = np.ones(len(attributes), dtype=np.bool_)
    for column, kind, low, high in conditions:
        values = attributes[:, column]
        if kind == BITS:
            passed &= (values & low) != 0
        else:
            passed &= ((values >= low) & (values <= high)) == (kind == RANGE)
    return passed
