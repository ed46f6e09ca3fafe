"""What the index costs and gains on a whole site: built from a database, followed, asked as the pages ask it.

    .venv/bin/python -m tests.benchmarks.bench_index --people 100000
    .venv/bin/python -m tests.benchmarks.bench_index --people 100000 --database postgresql+psycopg://...  (an empty one)

The people are those of `market bench match`, written into a database of the site's own tables.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from sqlalchemy import Engine, func, insert, select
from sqlmodel import SQLModel

from market.accounts.models import Person
from market.bench.match_world import Question, World, make_questions, make_world
from market.db import connect, new_public_id, transaction
from market.evidence.models import PersonSkill
from market.evidence.service import tell_indexes
from market.matching import index_build
from market.matching.backend import SqlBackend
from market.matching.index_backend import IndexBackend
from market.matching.index_reads import last_number
from market.matching.queries import Findable
from market.migrations import migrate
from market.profiles.models import TalentProfile, Visibility
from market.skills.models import Skill
from tests.matching.crowd import BARE_PERSON, BARE_PROFILE, DAY

QUESTIONS = 200
CHANGES = 200
MOST = 200
"""Where a list is cut: more than the twenty of `market bench match`."""


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--people", type=int, default=100_000)
    given.add_argument("--database", default="")
    given.add_argument("--kernel", default="auto")
    given.add_argument("--map", type=Path, help=argparse.SUPPRESS)  # a second process that only maps the file
    chosen = given.parse_args()
    if chosen.map:
        _only_map(chosen.map)
        return
    with tempfile.TemporaryDirectory(prefix="foothold-bench-") as folder:
        engine = connect(chosen.database or f"sqlite:///{folder}/site.db")
        _measure(engine, Path(folder) / "index", chosen.people, chosen.kernel)
        engine.dispose()


def _measure(engine: Engine, folder: Path, people: int, kernel: str) -> None:
    world = make_world(people)
    _say("rows written", _spent(lambda: _fill(engine, world)), "s")
    _say("index built from the database", _spent(lambda: index_build.build(engine, folder)), "s")
    index = IndexBackend(folder, kernel)
    with transaction(engine, write=False) as db:
        _say("opened, checksum and sample compared", _spent(lambda: index.open(db)), "s")
    if index.reason:
        raise SystemExit(index.reason)
    questions = make_questions(QUESTIONS)
    _ask(engine, index, questions, "index")
    _ask(engine, SqlBackend(), questions[:30], "sql")
    _changes(engine, index, questions[0], people)
    _pages(folder)
    _say("compacted", _spent(lambda: index_build.compact(engine, index)), "s")


def _ask(engine: Engine, ranks: Any, questions: list[Question], name: str) -> None:
    """As a page asks: a transaction of its own, the log read first, filters as the search has them."""
    findable = Findable(available_by=DAY, viewer_id=1, recruits_for=())
    spent = []
    for question in [*questions[:3], *questions]:
        began = time.perf_counter()
        with transaction(engine, write=False) as db:
            ranks.top_k(db, question.requirements, question.tie, findable, MOST)
        spent.append(1000 * (time.perf_counter() - began))
    p50, p99 = np.percentile(spent[3:], [50, 99])
    print(f"the first {MOST}, asked through {name}: p50 {p50:.2f} ms, p99 {p99:.2f} ms")


def _changes(engine: Engine, index: IndexBackend, question: Question, people: int) -> None:
    """A person's level changes and is committed; the next question, in another transaction, lists them."""
    asked, table = question.requirements[:1], PersonSkill.__table__  # type: ignore[attr-defined]
    spent, seen = [], 0
    for person in np.random.default_rng(5).integers(1, people + 1, CHANGES).tolist():
        with transaction(engine, write=True) as db:
            run = db.connection().execute
            here = (table.c.skill_id == asked[0].skill_id) & (table.c.person_id == person)
            run(table.delete().where(here))
            run(table.insert(), [_row(asked[0].skill_id, person, 255)])
            tell_indexes(db, person)
            seq = last_number(db)
        began = time.perf_counter()
        with transaction(engine, write=False) as db:
            found = index.top_k(db, asked, question.tie, Findable(), people, min_seq=seq)
        spent.append(1000 * (time.perf_counter() - began))
        best = [one for one, points in found if points == found[0][1]]
        seen += person in best
    p50, most = np.median(spent), max(spent)
    print(f"changed and in the next answer: {seen} of {CHANGES}, p50 {p50:.2f} ms, slowest {most:.2f} ms")


def _pages(folder: Path) -> None:
    """How much memory a second process takes for the same file."""
    other = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.bench_index", "--map", str(folder)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    print(other.stdout.strip())


def _only_map(folder: Path) -> None:
    from market.matching.core.files import open_current

    stored = open_current(folder)
    total = int(stored.segment.rows.sum()) and sum(p.nbytes for p in stored.segment._parts)
    mine = [m for m in psutil.Process().memory_maps(grouped=False) if m.path == str(stored.path)]
    shared = sum(m.shared_clean for m in mine)
    own = sum(m.private_clean + m.private_dirty for m in mine)
    size = stored.path.stat().st_size
    print(
        f"the file: {size / 1e6:.1f} MB, {total / 1e6:.1f} without what filters ask; a second process maps it with "
        f"{own / 1e6:.1f} MB of its own and {shared / 1e6:.1f} MB shared"
    )


def _fill(engine: Engine, world: World) -> None:
    migrate.upgrade(engine)
    people = range(1, world.people + 1)
    with transaction(engine, write=True) as db:
        _many(db, Skill, ({"id": n, **_skill(n)} for n in range(1, 14_001)))
        _many(db, Person, ({**BARE_PERSON, "id": n, "public_id": new_public_id()} for n in people))
        _many(db, TalentProfile, (_profile(n, *world.attributes[n - 1].tolist()) for n in people))
        postings = zip(
            world.skill_ids.tolist(), world.person_ids.tolist(), world.levels.tolist(), strict=True
        )
        _many(db, PersonSkill, (_row(*one) for one in postings))
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE")
        assert connection.execute(select(func.count()).select_from(Person)).scalar() == world.people


def _skill(n: int) -> dict[str, Any]:
    made = Skill(name=f"Skill {n}")
    return {**made.model_dump(exclude={"id"})}


def _profile(person: int, available: int, _languages: int, pay: int) -> dict[str, Any]:
    from datetime import timedelta

    return {
        **BARE_PROFILE,
        "person_id": person,
        "visibility": Visibility.PUBLIC,
        "is_findable": True,
        "available_from": DAY - timedelta(days=60) + timedelta(days=available),
        "hours_week": None,
        "pay_min_minor": pay,
        "currency": "GBP",
        "completed_count": 0,
    }


def _row(skill: int, person: int, level: int) -> dict[str, Any]:
    beside = {"mu": level / 51, "sigma": 0.5, "tier": 4, "as_of": DAY, "version": 1}
    return {"skill_id": skill, "person_id": person, "level": level, **beside, "own": level, "via_steps": 0}


def _many(db: Any, model: type[SQLModel], rows: Iterable[dict[str, Any]]) -> None:
    for some in _some(rows, 20_000):
        db.connection().execute(insert(model.__table__), some)  # type: ignore[attr-defined]


def _some(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    held: list[dict[str, Any]] = []
    for row in rows:
        held.append(row)
        if len(held) == size:
            yield held
            held = []
    if held:
        yield held


def _spent(job: Callable[[], object]) -> float:
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def _say(what: str, number: float, unit: str) -> None:
    print(f"{what}: {number:.2f} {unit}", flush=True)


if __name__ == "__main__":
    main()
