"""The keeper of the indexes: a thread of each serving process that opens them, follows changes, compares and compacts.

Building and compacting that of people are done by whichever process of the host is first to take the lock; the others
open the new file. The openings lie in each process's own memory.
"""

import logging
import threading
import time
from contextlib import suppress

from sqlalchemy import Engine

from market.db import transaction
from market.matching import index_build
from market.matching.backend import AUTO, Matching, findable_people
from market.matching.index_backend import IndexBackend, NotReady
from market.matching.openings_index import OpeningsBackend, how_many

log = logging.getLogger(__name__)
PAUSE_S = 1.0
CHECK_S = 60.0
OPEN_S = 5.0
BUILD_S = 600.0
LOAD_S = 60.0
"""Intervals of a clock that only goes forward, so that one that is set changes nothing."""


class Keeper:
    """One loop. `once` is one round of it."""

    def __init__(self, engine: Engine, matching: Matching) -> None:
        self.engine, self.matching = engine, matching
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._due: dict[str, float] = {}

    def once(self) -> None:
        """Open or follow; now and then compare; build, load or compact what wants it."""
        if self.matching.openings is not None:
            self._keep_openings(self.matching.openings)
        if self.matching.index is not None:
            self._keep_people(self.matching.index)

    def _keep_openings(self, openings: OpeningsBackend) -> None:
        if openings.reason and not self._is_due("load", LOAD_S):
            return
        with transaction(self.engine, write=False) as db:
            if openings.reason:
                enough = self.matching.chosen != AUTO or how_many(db) >= self.matching.openings_from
                openings.is_needed = enough
                if enough:
                    openings.load(db)
                return
            openings.follow(db)
        if self._is_due("check openings", CHECK_S, at_once=False):
            with transaction(self.engine, write=False) as db:  # of its own: older eyes would see a difference
                openings.check(db)

    def _keep_people(self, index: IndexBackend) -> None:
        if (index.reason or index.is_replaced()) and self._is_due("open", OPEN_S):
            self._open(index)
        if index.reason:
            if self._is_due("build", BUILD_S):
                index.is_needed = self._should_build()
                if index.is_needed:
                    self._build(index)
            return
        with suppress(NotReady):  # it has said why, and the next round builds another
            self._serve(index)

    def _serve(self, index: IndexBackend) -> None:
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
        if self.matching.index is None and self.matching.openings is None:
            return
        self._thread = threading.Thread(target=self.run, name="index", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
