"""The worker: shares out events, makes deliveries, sends mail, and runs the timers, over and over.

`market serve` runs one in a thread; on PostgreSQL as many `market work` processes as wanted run beside it, since each
row is taken with `FOR UPDATE SKIP LOCKED`.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine

from market import clock, outbox, timers
from market.subscribers import LEADS_TO

log = logging.getLogger(__name__)
EVERY = timedelta(seconds=30)  # how often the timers run
Errand = Callable[[Engine], int]  # work outside any transaction, such as sending mail; how much was done


class Worker:
    """One loop. `errands` run after the deliveries of each round."""

    def __init__(self, engine: Engine, *, errands: tuple[Errand, ...] = (), pause: float = 0.5) -> None:
        self.engine, self.errands, self.pause = engine, errands, pause
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._swept: datetime | None = None

    def once(self) -> int:
        """One round: all that is due now. How much was done; one part that fails is logged and holds up no other."""
        done = self._try("deliveries", lambda engine: outbox.drain(engine, LEADS_TO))
        now = clock.now()
        if self._swept is None or abs(now - self._swept) >= EVERY:  # a clock put back is no reason to wait
            self._swept = now
            done += self._try("timers", timers.sweep)
        for errand in self.errands:
            done += self._try(getattr(errand, "__name__", "errand"), errand)
        return done

    def _try(self, name: str, errand: Errand) -> int:
        try:
            return errand(self.engine)
        except Exception:
            log.exception("part of a round failed", extra={"part": name})
            return 0

    def run(self) -> None:
        """Rounds until `stop`; a round that fails is logged and followed by the next."""
        while not self._stop.is_set():
            try:
                done = self.once()
            except Exception:
                log.exception("worker round failed")
                done = 0
            if not done:
                self._stop.wait(self.pause)

    def start(self) -> None:
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
        for errand in self.errands:
            close: Callable[[], None] | None = getattr(errand, "close", None)
            if close is not None:
                close()
