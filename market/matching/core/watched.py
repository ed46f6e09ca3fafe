"""A file that is open for as long as somebody reads it, so that who writes into it or cuts it short is noticed.

To read a mapped page that is no longer in the file ends the process (a bus error), so whoever reads asks `is_untouched`
first. What could still happen between the question and the read is kept away by a lease, where the system has them: the
kernel makes whoever would write into the file or cut it short wait until its last reader has let go, at most 45 seconds
(fs.lease-break-time), and from the first moment of that wait the file counts as touched. Every process has a lease of
its own on the one file, whose pages all of them share; a copy for each would be as safe and cost the memory again.

Without a lease (a system other than Linux, most network file systems, a file that another user owns) size and time of
the file are all there is to ask, and a file cut short in just that moment ends the process.
"""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path


class Watched:
    """A file that is open for reading. Let go of with its last reader."""

    def __init__(self, path: Path) -> None:
        self.descriptor = -1
        self.descriptor = os.open(path, os.O_RDONLY)
        self.is_leased = _leased(self.descriptor)
        self._before = self._looks()

    @property
    def is_untouched(self) -> bool:
        """Whether the file is what it was, and nobody waits to write into it; some microseconds."""
        return self._looks() == self._before and not (self.is_leased and _is_waited_for(self.descriptor))

    def is_the_same_as(self, other: "Watched") -> bool:
        """Whether both are one file, whatever its name is by now."""
        return os.path.sameopenfile(self.descriptor, other.descriptor)

    @property
    def size(self) -> int:
        """How many bytes it had when it was opened."""
        return self._before[0]

    def _looks(self) -> tuple[int, int]:
        found = os.fstat(self.descriptor)
        return found.st_size, found.st_mtime_ns

    def __del__(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)


def _leased(descriptor: int) -> bool:
    """Whether writers are kept waiting from now on."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            # The kernel tells of a writer by a signal. We ask instead, so let it be one that is ignored.
            fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            return True
    return False


def _is_waited_for(descriptor: int) -> bool:
    """Whether a writer waits for the lease, or waited until it was taken away."""
    if sys.platform == "linux":
        import fcntl

        return fcntl.fcntl(descriptor, fcntl.F_GETLEASE) != fcntl.F_RDLCK
    return False
