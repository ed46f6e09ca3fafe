"""What documents made to keep a verifier busy cost it, in seconds of CPU; the goal is under 2 s for each.

    .venv/bin/python -m tests.benchmarks.bench_hostile

The tests count the calls of the same documents (`tests/support/effort.py`). The fixtures stand in ../shared.
"""

import json
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from statistics import median

from market.credentials.proofs.canon import TooComplex, canonicalise
from tests.credentials.maker import badge, check, prove
from tests.credentials.test_baked import chunk, png
from tests.credentials.test_canon import SUITE, cases, clique, read
from tests.credentials.test_heavy import HEAVY, INNER


def hostile() -> Iterator[tuple[str, Callable[[], object]]]:
    """Each kind by name, and what works on it."""
    for case in cases():
        if case["rdfc10"] == "RDFC10NegativeEvalTest":
            graph = read(SUITE / f"rdfc10/{case['test']}-in.nq")
            yield f"poison graph {case['test']}", lambda graph=graph: canonicalise(graph)
    for size in (6, 10, 40):
        yield f"clique of {size} blank nodes", lambda size=size: canonicalise(clique(size))
    for name, document in HEAVY.items():
        data = json.dumps(document)
        yield name, lambda data=data: check(data)
    text = prove(badge(endorsement=[INNER] * 24), suite="eddsa-jcs-2022")
    yield "endorsements in a badge signed as text", lambda: check(text)
    bomb = png(chunk(b"zTXt", b"openbadges\0\0" + zlib.compress(b"a" * 300_000_000)))
    yield "300 MB packed into a picture", lambda: check(bomb)
    yield "10 MB of braces", lambda: check(b"{" * 10_000_000)


def main() -> None:
    """Print the median of three for each."""
    for name, work in hostile():
        spent = []
        for _ in range(3):
            before = time.thread_time()
            with suppress(TooComplex):
                work()
            spent.append(time.thread_time() - before)
        print(f"{median(spent):6.2f} s  {name}")


if __name__ == "__main__":
    main()
