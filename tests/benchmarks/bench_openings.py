"""Openings for a person: the first twenty by the statement and by the index, as the page asks them.

    .venv/bin/python -m tests.benchmarks.bench_openings [how many openings, with commas]

The world is that of `bench_browse`, in one SQLite file. Two people ask: one holds forty skills of which every opening
asks one, which is the worst case for the index; the other twelve skills at random. Milliseconds of CPU for a question
in a transaction of its own, the log and the reader's levels read with it and the twenty cards after it.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, insert, update
from sqlmodel import Session, col, select

from market.access import Actor
from market.accounts import service, sessions
from market.accounts.models import Person
from market.db import connect, transaction
from market.evidence.models import PersonSkill
from market.matching.backend import INDEX, Matching
from market.matching.openings_index import OpeningsBackend
from market.matching.openings_listed import ORDER
from market.opportunities.browsing import Facets, Searched, browse_by_fit
from market.opportunities.models import Opportunity
from market.opportunities.rules import Mode
from tests.benchmarks import browse_world

SIZES = (1_000, 10_000, 100_000)
CHANGES, BUDGET_S = 100, 2.0
FACETS = {"all": Facets(), "remote": Facets(modes=(Mode.REMOTE,)), "one word": Facets(q="recipe")}


def main(sizes: list[int]) -> None:
    """Print the figures."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "openings.db"
            browse_world.make(file, size)
            engine = connect(f"sqlite:///{file}")
            _measure(engine, size)
            engine.dispose()


def _measure(engine: Engine, size: int) -> None:
    backend = OpeningsBackend()
    with transaction(engine, write=False) as db:
        spent = _cpu(lambda: backend.load(db))
    held = backend._held
    assert held is not None, backend.reason
    rows = held.index._state.base
    size_mb = sum(part.nbytes for part in vars(rows).values() if isinstance(part, np.ndarray)) / 1e6
    print(
        f"{size:,} openings, load {os.getloadavg()[0]:.0f}: loaded in {spent / 1000:.2f} s, {size_mb:.1f} MB"
    )
    by_sql = engine.execution_options(matching=Matching())
    by_index = engine.execution_options(matching=Matching(None, INDEX, 0, backend))
    for who, actor in _readers(engine).items():
        for name, facets in FACETS.items():
            _compare(by_sql, by_index, actor, facets, f"  {who}, {name}")
    _changes(by_index, actor, size)
    print(f"  folded in {_cpu(held.index.fold):.1f} ms")


def _readers(engine: Engine) -> dict[str, Actor]:
    """Who asks: the person of the world, and another with a few skills."""
    chance = random.Random(5)
    with transaction(engine, write=True) as db:
        other = service.sign_up(db, name="Chidi Eze", email="chidi@example.org", verified=True)
        row = {
            "person_id": other.id,
            "mu": 3.0,
            "sigma": 0.5,
            "tier": 3,
            "version": 1,
            "own": 0,
            "via_steps": 0,
        }
        day = db.exec(select(col(PersonSkill.as_of)).limit(1)).one()
        for skill in chance.sample(range(1, browse_world.SKILLS + 1), 12):
            values = {**row, "skill_id": skill, "level": chance.randint(60, 240), "as_of": day}
            db.connection().execute(insert(PersonSkill.__table__).values(**values))  # type: ignore[attr-defined]
    with transaction(engine, write=False) as db:
        first = db.exec(select(col(Person.id)).order_by(col(Person.id))).first()
        assert first is not None
        return {"40 skills": sessions.actor_for(db, first), "12 skills": sessions.actor_for(db, other.id)}


def _compare(by_sql: Engine, by_index: Engine, actor: Actor, facets: Facets, name: str) -> None:
    def ask(engine: Engine) -> list[int]:
        with transaction(engine, write=False) as db:
            return [card.id for card in browse_by_fit(db, actor, facets, ORDER).cards]

    assert ask(by_sql) == ask(by_index), name
    sql, index = (_times(lambda e=engine: ask(e)) for engine in (by_sql, by_index))  # type: ignore[misc]
    print(
        f"{name}: SQL p50 {sql[0]:.2f}, p99 {sql[1]:.2f} ms; index p50 {index[0]:.2f}, p99 {index[1]:.2f} ms"
    )


def _times(job: Callable[[], object]) -> tuple[float, float]:
    job()
    spent: list[float] = []
    while len(spent) < 5 or (sum(spent) < 1000 * BUDGET_S and len(spent) < 200):
        spent.append(_cpu(job))
    return float(np.percentile(spent, 50)), float(np.percentile(spent, 99))


def _changes(by_index: Engine, actor: Actor, size: int) -> None:
    """An opening becomes the one that everybody wants and is committed; the next answer, timed, lists it."""
    spent, seen, ranks = [], 0, by_index.get_execution_options()["matching"]
    for opening in random.Random(6).sample(range(1, size + 1), CHANGES):
        with transaction(by_index, write=True) as db:
            _crowd(db, opening, 0)
        began = time.perf_counter()
        with transaction(by_index, write=False) as db:
            found = ranks.first_openings(db, actor.id, Searched(Facets()), 21)
        spent.append(1000 * (time.perf_counter() - began))
        backend = by_index.get_execution_options()["matching"].openings
        seen += found is not None and any(
            one.seats == 9 for one in backend._held.index.holds([opening])[opening]
        )
    p50, most = np.median(spent), max(spent)
    print(
        f"  changed and in the next answer: {seen} of {CHANGES}, p50 {p50:.2f} ms, slowest {most:.2f} ms by the clock"
    )


def _crowd(db: Session, opening: int, applicants: int) -> None:
    table = Opportunity.__table__  # type: ignore[attr-defined]
    values = {"applicants_count": applicants, "seats": 9}
    db.connection().execute(update(table).where(table.c.id == opening).values(**values))


def _cpu(job: Callable[[], object]) -> float:
    began = time.process_time()
    job()
    return 1000 * (time.process_time() - began)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1].split(",")] if len(sys.argv) > 1 else list(SIZES))
