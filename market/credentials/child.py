"""Work on strangers' documents in a child process that may be killed: CPU, memory and time are bounded.

A fresh child costs most of a second of imports, so one is started ahead and kept warm; it is replaced when it
dies or is killed, and after a number of documents. Parent and child exchange lines of JSON over pipes, so a
child that has been taken over can at most lie about the document it was given.
"""

from __future__ import annotations

import json
import os
import resource
import select
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from market.credentials import wire
from market.credentials.proofs.binding import Person
from market.credentials.proofs.checks import Issuer, Report, Verification
from market.credentials.proofs.trust import Registry

if TYPE_CHECKING:  # what checks presentations is imported by the child, and here for its name only
    from market.credentials.proofs.presentation import Holder

SECONDS = 5.0
CPU_SECONDS = 3
MEMORY = 512 << 20  # of address space; what is touched of it stays below half
START_SECONDS = 30.0
DOCUMENTS_EACH = 500
MAX_ANSWER = 32 << 20


class Verifier:
    """`verify` in a killable child. Threads may share one; they take turns."""

    def __init__(
        self, *, seconds: float = SECONDS, cpu_seconds: int = CPU_SECONDS, memory: int = MEMORY
    ) -> None:
        self._limits = (seconds, cpu_seconds, memory)
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._left = 0
        self.killed = 0

    def __enter__(self) -> Verifier:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the child ahead of the first document."""
        with self._lock:
            self._ready()

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def verify(
        self,
        data: bytes,
        *,
        at: datetime,
        documents: wire.Documents | None = None,
        person: Person | None = None,
        registries: Sequence[Registry] = (),
        own: Sequence[str] = (),
    ) -> Verification:
        """As `proofs.verify.verify`; a document that takes too much time or memory is not verified."""
        answer = self._ask(wire.encode_job(data, at, documents or {}, person, registries, own))
        return wire.decode(answer) if answer is not None else _gave_up(at)

    def prove(
        self,
        data: bytes,
        *,
        challenge: str,
        domain: str,
        issued_at: datetime,
        at: datetime,
        documents: wire.Documents | None = None,
    ) -> Holder:
        """As `proofs.presentation.check_presentation`; an answer that takes too much time or memory proves nothing."""
        asked = {"challenge": challenge, "domain": domain, "issued_at": issued_at.isoformat()}
        answer = self._ask(wire.encode_job(data, at, documents or {}, None, ()) | {"presentation": asked})
        return wire.decode_holder(answer or {"did": None, "problem": "too_complex", "needs": []})

    def _ask(self, job: dict[str, Any]) -> dict[str, Any] | None:
        """The child's answer to one job; None when it had to be killed, or died."""
        line = json.dumps(job).encode("ascii") + b"\n"
        with self._lock:
            child = self._ready()
            answer = _exchange(child, line, self._limits[0])
            self._left -= 1
            if answer is None:
                self.killed += 1
                self._end()
                self._start()  # the next document finds a warm child again
        return answer

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._child is not None and (self._child.poll() is not None or self._left <= 0):
            self._end()
        return self._child if self._child is not None else self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        _seconds, cpu, memory = self._limits
        command = [sys.executable, "-m", "market.credentials.child", str(cpu), str(memory)]
        keep = {
            name: os.environ[name] for name in ("PATH", "PYTHONPATH", "VIRTUAL_ENV") if name in os.environ
        }
        self._child = subprocess.Popen(  # noqa: S603 - our own module, nothing from outside on the line
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=keep | {"PYTHONHASHSEED": "random"}
        )
        self._left = DOCUMENTS_EACH
        if _exchange(self._child, b"", START_SECONDS) is None:
            self._end()
            raise RuntimeError("The process that checks credentials did not start.")
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    _close(pipe)
            child.wait()


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:  # what was still buffered had no reader any more
        return


def _exchange(child: subprocess.Popen[bytes], line: bytes, seconds: float) -> dict[str, Any] | None:
    """Send a line and wait for one; None when the child died, took too long or said too much."""
    assert child.stdin is not None
    assert child.stdout is not None
    end = time.monotonic() + seconds
    inward, outward = child.stdin.fileno(), child.stdout.fileno()
    os.set_blocking(inward, False)
    rest, answer = memoryview(line), bytearray()
    while not answer.endswith(b"\n"):
        left = end - time.monotonic()
        if left <= 0 or len(answer) > MAX_ANSWER:
            return None
        readable, writable, _ = select.select([outward], [inward] if rest else [], [], left)
        try:
            if writable:
                rest = rest[os.write(inward, rest[:65536]) :]
            if readable:
                part = os.read(outward, 1 << 20)
                if not part:
                    return None
                answer += part
        except OSError:
            return None
    made = json.loads(answer)
    return made if isinstance(made, dict) else None


def _gave_up(at: datetime) -> Verification:
    report = Report()
    report.add("limits", "document", "fail", "too_complex")
    return Verification("not_verified", None, "unknown", Issuer(), None, tuple(report.checks), at=at)


def main(cpu_seconds: int, memory: int) -> None:
    """The child: read a job a line, answer a verification a line, until the parent closes the pipe."""
    from market.credentials.pinned import pinned_contexts
    from market.credentials.proofs.presentation import check_presentation
    from market.credentials.proofs.verify import verify

    contexts = pinned_contexts()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.write(1, b"{}\n")
    for line in sys.stdin.buffer:
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + 1 + cpu_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        job = json.loads(line)
        if "presentation" in job:
            holder = check_presentation(**wire.decode_presentation(job), pinned=contexts)
            plain = asdict(holder)
        else:
            plain = wire.encode(verify(**wire.decode_job(job), contexts=contexts))
        _write(json.dumps(plain).encode("ascii") + b"\n")


def _write(data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(1, rest) :]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
