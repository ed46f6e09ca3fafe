"""How much work a piece of code did, counted and not timed: a noisy machine changes seconds, not calls.

The seconds are measured by `tests/benchmarks/bench_hostile.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

HOSTILE = 30_000_000
"""Calls: the dearest document that is still looked at whole makes 25.5 million, in 1.6 s of CPU."""


@contextmanager
def at_most(calls: int) -> Iterator[None]:
    """Fail when what is inside makes more than so many calls of functions, Python's and C's, on this thread."""
    made = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal made
        made += event in ("call", "c_call")
        if made > calls:  # what hangs is stopped here
            sys.setprofile(None)
            raise AssertionError(f"more than {calls:,} calls")

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(None)
    assert made <= calls, f"more than {calls:,} calls"
