"""Work in a thread beside the worker, so that what answers slowly holds up neither deliveries nor timers.

A worker that dies leaves its claims to run out, and what it had begun is done by the next.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy import Engine
from sqlmodel import Session

from market.db import transaction

log = logging.getLogger(__name__)
SEVERAL = 20  # of each kind in one round


class Kind(NamedTuple):
    """One kind of work."""

    is_due: Callable[[Session], bool]  # looked at without a lock, so that an idle worker takes none
    do_next: Callable[[Engine], bool]  # in transactions of its own; whether there was something


class Beside:
    """An errand of the worker: starts its thread when something is due, and returns at once."""

    def __init__(self, name: str, kinds: Sequence[Kind]) -> None:
        self.name, self.kinds = name, kinds
        self._thread: threading.Thread | None = None
        self._is_open = True

    def __call__(self, engine: Engine) -> int:
        """Have what is due done in the background. Returns 0: the worker need not hurry back for it."""
        is_idle = self._thread is None or not self._thread.is_alive()
        if self._is_open and is_idle and self._is_due(engine, *self.kinds):
            self._thread = threading.Thread(target=self._round, args=(engine,), name=self.name, daemon=True)
            self._thread.start()
        return 0

    def run(self, engine: Engine, most: int = SEVERAL) -> int:
        """Do what is due, here and now: at most so many of each kind. How many were taken up."""
        done = 0
        for kind in self.kinds:
            turns = 0
            while self._is_open and turns < most and self._is_due(engine, kind) and kind.do_next(engine):
                turns += 1
            done += turns
        return done

    def close(self) -> None:
        """Take up nothing more, and wait a little for what is under way."""
        self._is_open = False
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _round(self, engine: Engine) -> None:
        try:
            self.run(engine)
        except Exception:
            log.exception("a round failed", extra={"part": self.name})

    @staticmethod
    def _is_due(engine: Engine, *kinds: Kind) -> bool:
        if not kinds:
            return False
        with transaction(engine, write=False) as db:
            return any(kind.is_due(db) for kind in kinds)
