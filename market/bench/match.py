"""How fast and how rightly people are ranked: our backends and others on one synthetic market, in one run.

Every answer is compared with brute force over all postings, and every engine's CPU with the floor, which is
reading each posting of the questions once.
"""

import gc
import math
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from market.bench.match_engines import Answer, Engine, OurIndex, OurIndexWithNumba, Postgres, Sqlite
from market.bench.match_rivals import DuckDb, QdrantEdge, Tantivy
from market.bench.match_world import Question, World, make_questions, make_world, right_answer
from market.matching.core.segment import Segment

WARM_UP = 20
"""Questions asked before the clock runs: what compiles or fills a cache does it then."""

ENGINES: dict[str, type[Engine]] = {
    "sql-sqlite": Sqlite,
    "sql-postgresql": Postgres,
    "index-numpy": OurIndex,
    "index-numba": OurIndexWithNumba,
    "duckdb": DuckDb,
    "tantivy": Tantivy,
    "qdrant-edge": QdrantEdge,
}
NEEDS = {"index-numba": "numba", "duckdb": "duckdb", "tantivy": "tantivy", "qdrant-edge": "qdrant_edge"}
"""The module without which an engine is left out."""

UPDATES, BEST = 15, 248
"""So many people change, to the best level of the synthetic world; fewer than a list holds, so that each is in it."""

Say = Callable[[str], object]


def bench_match(
    people: int,
    queries: int,
    engines: Sequence[str] | None = None,
    postgres_url: str | None = None,
    say: Say = lambda _: None,
    rounds: int = 1,
) -> dict[str, Any]:
    """Figures for each engine, as JSON can hold them; times in milliseconds, sizes in bytes.

    `cpu_ms` is a query's mean over all threads, the database server's process included where it can be seen
    (null where it cannot); `floor_ratio` is that against the floor. With more `rounds` each question is asked so often
    and the quickest counts for p50, p99 and mean: on a machine that does other work too. `update_ms` is how soon a
    changed profile is seen: the median from the change to the end of the next answer, which lists it (null where one
    did not). Engines that are not installed are left
    out unless they are named: then ModuleNotFoundError. ValueError for an unknown engine, and where no PostgreSQL
    answers at the URL.
    """
    chosen = _chosen(engines, postgres_url)
    say(f"making {people:,} people and {queries:,} questions")
    world, questions = make_world(people), make_questions(queries)
    right = [right_answer(world, question) for question in questions]
    floor = floor_ms(world.segment(), questions)
    rows = []
    for name in chosen:
        say(f"building {name}")
        with tempfile.TemporaryDirectory(prefix="foothold-bench-") as folder:
            made = ENGINES[name](Path(folder))
            if isinstance(made, Postgres):
                made.url = postgres_url or ""
            rows.append({"engine": name, **_measure(made, world, questions, right, floor, rounds)})
            say(f"{rows[-1]}")
    return {"people": people, "queries": queries, "rows": rows}


def _chosen(engines: Sequence[str] | None, postgres_url: str | None) -> list[str]:
    """The engines to measure."""
    unknown = set(engines or ()) - set(ENGINES)
    if unknown:
        raise ValueError(f"no engine {', '.join(sorted(unknown))}; there are {', '.join(ENGINES)}")
    if engines is not None:
        missing = [name for name in engines if name in NEEDS and find_spec(NEEDS[name]) is None]
        if missing:
            raise ModuleNotFoundError(f"not installed: {', '.join(missing)}")
        if "sql-postgresql" in engines and not postgres_url:
            raise ValueError("sql-postgresql needs the URL of a server")
        if "sql-postgresql" in engines:
            _reach(postgres_url or "")
        return list(engines)
    if postgres_url:
        _reach(postgres_url)
    return [
        name
        for name in ENGINES
        if (name not in NEEDS or find_spec(NEEDS[name])) and (name != "sql-postgresql" or postgres_url)
    ]


def _reach(url: str) -> None:
    """ValueError when no PostgreSQL answers there, which is better known before the others are measured."""
    try:
        if make_url(url).get_backend_name() != "postgresql":
            raise ValueError(f"sql-postgresql cannot be measured in {make_url(url).get_backend_name()}")
        create_engine(url, poolclass=NullPool).connect().close()
    except SQLAlchemyError as wrong:
        raise ValueError(f"no PostgreSQL answers there: {wrong}") from wrong


def _measure(
    engine: Engine,
    world: World,
    questions: Sequence[Question],
    right: Sequence[Answer],
    floor: float,
    rounds: int,
) -> dict[str, Any]:
    """One engine's row, its name aside."""
    began = time.perf_counter()
    engine.build(world)
    build_s = time.perf_counter() - began
    try:
        for question in questions[:WARM_UP]:
            engine.ask(question)
        spent, mismatches = [math.inf] * len(questions), 0
        gc.collect()
        cpu, elsewhere = time.process_time(), engine.elsewhere_s()
        for _ in range(rounds):
            answers: list[Answer] = []
            for place, question in enumerate(questions):
                asked_at = time.perf_counter()
                answers.append(engine.ask(question))
                spent[place] = min(spent[place], 1000 * (time.perf_counter() - asked_at))
            mismatches += sum(found != wanted for found, wanted in zip(answers, right, strict=True))
        used = time.process_time() - cpu + engine.elsewhere_s() - elsewhere
        cpu_ms = 1000 * used / len(questions) / rounds
        size = engine.size()
        update_ms = _seen_after(engine, world, questions)
    finally:
        engine.close()
    known = not math.isnan(cpu_ms)
    return {
        "p50_ms": round(float(np.percentile(spent, 50)), 4),
        "p99_ms": round(float(np.percentile(spent, 99)), 4),
        "mean_ms": round(float(np.mean(spent)), 4),
        "cpu_ms": round(cpu_ms, 4) if known else None,
        "build_s": round(build_s, 2),
        "bytes": size,
        "mismatches": mismatches,
        "floor_ratio": round(cpu_ms / floor, 1) if known else None,
        "update_ms": None if update_ms is None else round(update_ms, 3),
    }


def _seen_after(engine: Engine, world: World, questions: Sequence[Question]) -> float | None:
    """Milliseconds from a change of a person to the end of the next answer, the median of some; None if one misses it."""
    question = max(questions, key=lambda one: len(one.requirements))
    levels = {asked.skill_id: BEST for asked in question.requirements}
    attributes = (question.available_by, question.language, question.pay_at_most)
    spent = []
    for person in np.random.default_rng(3).choice(world.people, min(UPDATES, world.people), False) + 1:
        before = [*world.skill_ids[world.person_ids == person].tolist(), *levels]
        began = time.perf_counter()
        engine.change(int(person), before, levels, attributes)
        listed = {one for one, _score in engine.ask(question)}
        spent.append(1000 * (time.perf_counter() - began))
        if person not in listed:
            return None
    return float(np.median(spent))


def floor_ms(segment: Segment, questions: Sequence[Question]) -> float:
    """Milliseconds of CPU a question to read each of its postings once, row and level: the best of five."""
    spans = [segment.span(asked.skill_id) for question in questions for asked in question.requirements]
    read = _reader()
    table = np.array(spans, dtype=np.int64)
    read(segment.rows, segment.levels, table[:1])
    best = math.inf
    for _ in range(5):
        began = time.thread_time()
        read(segment.rows, segment.levels, table)
        best = min(best, time.thread_time() - began)
    return 1000 * best / len(questions)


def _reader() -> Callable[..., object]:
    """A function that reads every row and level in the spans: compiled where numba is installed, else numpy's sum."""
    if find_spec("numba") is None:
        return lambda rows, levels, spans: [rows[a:b].sum() + levels[a:b].sum() for a, b in spans]
    import numba as nb

    @nb.njit(nogil=True)
    def read(rows, levels, spans):  # type: ignore[no-untyped-def]
        total = np.uint64(0)
        for place in range(spans.shape[0]):
            for i in range(spans[place, 0], spans[place, 1]):
                total += rows[i] ^ levels[i]
        return total

    return read
