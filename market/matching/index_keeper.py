"""The keeper of the index: a thread of each serving process that opens it, follows the log, compares and compacts.

Building and compacting are done by whichever process of the host is first to take the lock; the others open the new file.
"""

import logging
import threading
import time

from sqlalchemy import Engine

from market.db import transaction
from market.matching import index_build
from market.matching.backend import AUTO, Matching, findable_people
from market.matching.index_backend import IndexBackend

log = logging.getLogger(__name__)
PAUSE_S = 1.0
CHECK_S = 60.0
OPEN_S = 5.0
BUILD_S = 600.0
"""Intervals of a clock that only goes forward, so that one that is set changes nothing."""


class Keeper:
    """One loop. `once` is one round of it."""

    def __init__(self, engine: Engine, matching: Matching) -> None:
        self.engine, self.matching = engine, matching
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._due: dict[str, float] = {}

    def once(self) -> None:
        """Open or follow; now and then compare; build or compact what wants it."""
        index = self.matching.index
        if index is None:
            return
        if (index.reason or index.is_replaced()) and self._is_due("open", OPEN_S):
            self._open(index)
        if index.reason:
            if self._is_due("build", BUILD_S) and self._should_build():
                self._build(index)
            return
        with transaction(self.engine, write=False) as db:
            index.follow(db)
        if self._is_due("check", CHECK_S, at_once=False):
            with transaction(self.engine, write=False) as db:
                index.check(db)
        if index.index is not None and index.index.wants_compacting:
            self._compact(index)

    def _open(self, index: IndexBackend) -> None:
        with transaction(self.engine, write=False) as db:
            index.open(db)

    def _should_build(self) -> bool:
        if self.matching.chosen != AUTO:
            return True
        with transaction(self.engine, write=False) as db:
            return findable_people(db) >= self.matching.index_from

    def _build(self, index: IndexBackend) -> None:
        began = time.monotonic()
        try:
            index_build.build(self.engine, index.folder, stop=self._stop.is_set)
        except (index_build.Busy, index_build.Interrupted):
            self._due.pop("build", None)
            return
        log.info("the index was built", extra={"seconds": round(time.monotonic() - began, 1)})
        self._open(index)

    def _compact(self, index: IndexBackend) -> None:
        try:
            index_build.compact(self.engine, index)
        except index_build.Busy:
            log.debug("another process compacts")

    def _is_due(self, what: str, every: float, *, at_once: bool = True) -> bool:
        now = time.monotonic()
        last = self._due.setdefault(what, now - every if at_once else now)
        if now - last < every:
            return False
        self._due[what] = now
        return True

    def run(self) -> None:
        """Rounds until `stop`; a round that fails is logged and followed by the next."""
        while not self._stop.is_set():
            try:
                self.once()
            except Exception:
                log.exception("a round of the index's keeper failed")
            self._stop.wait(PAUSE_S)

    def start(self) -> None:
        """Begin in a thread of its own, unless there is no index to keep."""
        if self.matching.index is None:
            return
        self._thread = threading.Thread(target=self.run, name="index", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
