"""What falls due: deadlines, reveals, expiries, reminders. One sweep asks each feature in turn.

A timer is `(db, now) -> how many things it moved`, does at most a few hundred things at a time, and may run again at
once without harm: what it moved is not due any more.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from market import clock
from market.db import transaction

log = logging.getLogger(__name__)
Timer = Callable[[Session, datetime], int]

TIMERS: tuple[Timer, ...] = ()


def sweep(engine: Engine, timers: tuple[Timer, ...] | None = None) -> int:
    """Run every timer once, each in a transaction of its own; one that fails does not stop the others."""
    moved = 0
    for timer in TIMERS if timers is None else timers:
        try:
            with transaction(engine, write=True) as db:
                moved += timer(db, clock.now())
        except Exception:
            log.exception("timer failed", extra={"timer": f"{timer.__module__}.{timer.__name__}"})
    return moved
