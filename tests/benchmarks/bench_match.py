"""People ranked: `market bench match` at three sizes, with every engine that is installed.

    .venv/bin/python -m tests.benchmarks.bench_match [how many people, with commas]

100,000 and 1,000,000 people with all engines, beside them a PostgreSQL that is started for this alone (or the one named
in MARKET_BENCH_POSTGRES), and 10,000,000 with our index alone, or as many millions as the free memory allows. Each size
in a process of its own, so that it gives its memory back. Ends with 1 when any answer was not that of brute force.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from market.cli_measuring import POSTGRES
from tests.support import postgres

MILLION = 1_000_000
SIZES = (100_000, MILLION, 10 * MILLION)
OURS = ("index-numpy", "index-numba")
ALONE_FROM = 2 * MILLION
"""From so many people on only our index is measured: the others take minutes to build, and the memory."""
GB_OURS, GB_ALL, GB_BASE = 1.1, 5.5, 0.5
"""Memory for a million people, as measured and some room: our index alone; all engines, PostgreSQL's files among them."""
ASKED = {100_000: (400, 3)}
"""How many questions, and in how many rounds; elsewhere 60 in two."""


def main(sizes: list[int]) -> int:
    """Print the figures; 1 when an answer was wrong."""
    wrong = 0
    for size in sizes:
        alone = size >= ALONE_FROM
        people = _that_fit(size, GB_OURS if alone else GB_ALL)
        if not people:
            print(f"{size:,} people: left out, there is too little free memory")
            continue
        if people < size:
            print(f"{size:,} people are more than the free memory holds: {people:,} instead")
        wrong += sum(_measure(people, OURS if alone else ()))
    return 1 if wrong else 0


def _that_fit(size: int, gb: float) -> int:
    """So many people, or as many whole millions as there is memory for."""
    free = psutil.virtual_memory().available / 1e9 - GB_BASE
    return size if size / MILLION * gb <= free else int(free / gb) * MILLION


def _measure(people: int, engines: tuple[str, ...]) -> Iterator[int]:
    """Run one size and print a line for each engine; how many of its answers were wrong."""
    queries, rounds = ASKED.get(people, (60, 2))
    words = ["--people", people, "--queries", queries, "--rounds", rounds]
    words += [word for engine in engines for word in ("--engine", engine)]
    command = [sys.executable, "-m", "market", "bench", "match", "--json", *map(str, words)]
    load = os.getloadavg()[0]
    with _database(wanted=not engines) as url:
        env = {**os.environ, POSTGRES: url}
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True)
    print(f"{people:,} people, {queries} questions, {rounds} rounds, load {load:.0f}:")
    for row in json.loads(done.stdout)["rows"]:
        cpu = "CPU not seen" if row["cpu_ms"] is None else f"CPU {row['cpu_ms']:.3g} ms"
        floor = "" if row["floor_ratio"] is None else f", {row['floor_ratio']:.1f} times the floor"
        seen = "not seen" if row["update_ms"] is None else f"seen after {row['update_ms']:.2f} ms"
        print(
            f"  {row['engine']}: p50 {row['p50_ms']:.3g} ms, p99 {row['p99_ms']:.3g} ms, {cpu}{floor}, "
            f"{row['bytes'] / 1e6:.0f} MB, built in {row['build_s']:.1f} s, a change {seen}, "
            f"{row['mismatches']} mismatches",
            flush=True,
        )
        yield row["mismatches"]


@contextmanager
def _database(*, wanted: bool) -> Iterator[str]:
    """The URL of a PostgreSQL: the one named, or one started for this and thrown away; empty where there is none."""
    if not wanted or POSTGRES in os.environ:
        yield os.environ.get(POSTGRES, "")
        return
    folder = postgres.new_folder()
    try:
        try:
            url = postgres.PostgresServer(folder).url
        except postgres.Missing as reason:
            print(f"sql-postgresql is left out: {reason}")
            url = ""
        yield url
    finally:
        postgres.stop(folder)


if __name__ == "__main__":
    sys.exit(main([int(size) for size in sys.argv[1].split(",")] if len(sys.argv) > 1 else list(SIZES)))
