"""The few schemas that badges are compared with, kept for a day by the worker so that their publisher is asked once.

A schema that cannot be had is not asked for again for a while: no check waits for one.
"""

import threading
import time
from collections.abc import Callable

from market.credentials.proofs.sources import Document, Unavailable

KEPT = 24 * 3600.0
PAUSE = 3600.0


class Schemas:
    """Documents by address; threads may share one."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._found: dict[str, tuple[Document | Unavailable, float]] = {}

    def get(self, url: str, fetch: Callable[[str], Document | Unavailable]) -> Document | Unavailable:
        """The schema of an address, fetched where it is not kept or no longer fresh."""
        with self._lock:
            kept = self._found.get(url)
        if kept is not None and self._now() < kept[1]:
            return kept[0]
        found = fetch(url)
        until = self._now() + (KEPT if isinstance(found, Document) else PAUSE)
        with self._lock:
            self._found[url] = (found, until)
        return found
