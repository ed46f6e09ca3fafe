"""The engines that matching is measured on: ours, on the index and on the two databases.

Each answers a question with (person, score) of the first twenty, exactly as the contract orders them, and ours
also with the contribution of each requirement. Every engine runs on one thread.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Table, create_engine, event, text
from sqlalchemy.schema import CreateTable

from market.bench.match_world import COLUMNS, TOP, Question, World
from market.matching.core.contract import contributions
from market.matching.core.index import Index
from market.matching.core.tiers import Change
from market.matching.sql import levels_statement, top_k_statement

Answer = list[tuple[int, int]]
Levels = Mapping[int, int]


class Engine(ABC):
    """Built once from a world, then asked."""

    def __init__(self, folder: Path) -> None:
        """Keep everything in a folder of its own."""
        self.folder = folder

    @abstractmethod
    def build(self, world: World) -> None:
        """Load the world."""

    @abstractmethod
    def ask(self, question: Question) -> Answer:
        """The first twenty."""

    @abstractmethod
    def change(self, person: int, before: Iterable[int], levels: Levels, attributes: Sequence[int]) -> None:
        """Someone has these levels instead of the skills they had before, and these attributes, for every later question."""

    @abstractmethod
    def size(self) -> int:
        """Bytes held, in memory or on disk."""

    def elsewhere_s(self) -> float:
        """Seconds of CPU spent so far in another process on our behalf."""
        return 0.0

    def close(self) -> None:  # noqa: B027 - most have nothing to let go of
        """Let go of everything."""


class OurIndex(Engine):
    """IndexBackend's core."""

    kernel = "numpy"

    def build(self, world: World) -> None:
        self.segment = world.segment()
        self.index = Index(self.segment, kernel=self.kernel)

    def ask(self, question: Question) -> Answer:
        hits = self.index.top_k(question.requirements, TOP, question.tie, question.filters)
        return [(hit.person_id, hit.score) for hit in hits]

    def change(self, person: int, before: Iterable[int], levels: Levels, attributes: Sequence[int]) -> None:
        now = Change(person, levels, dict(zip(COLUMNS, attributes, strict=True)), levels)
        self.index.apply([now], self.index.seq + 1)

    def size(self) -> int:
        return self.segment.bytes_without_attributes


class OurIndexWithNumba(OurIndex):
    """The same with the extra `fast`."""

    kernel = "numba"


_TABLES = MetaData()
_PERSON_SKILL = Table(
    "bench_person_skill",
    _TABLES,
    Column("skill_id", Integer, primary_key=True),
    Column("person_id", Integer, primary_key=True),
    Column("level", Integer, nullable=False),
    sqlite_with_rowid=False,
)
_PERSON = Table(
    "bench_person",
    _TABLES,
    Column("id", Integer, primary_key=True),
    *(Column(name, Integer, nullable=False) for name in COLUMNS),
)


class _Sql(Engine):
    """SqlBackend's statement, on a connection kept open."""

    connection: Connection

    def ask(self, question: Question) -> Answer:
        statement = top_k_statement(
            _PERSON_SKILL,
            question.requirements,
            question.tie,
            TOP,
            person_id=_PERSON.c.id,
            conditions=(
                _PERSON.c.available <= question.available_by,
                _PERSON.c.languages.bitwise_and(question.language) != 0,
                _PERSON.c.pay <= question.pay_at_most,
            ),
        )
        found = [(int(person), int(score)) for person, score in self.connection.execute(statement)]
        skills = [asked.skill_id for asked in question.requirements]
        rows = self.connection.execute(levels_statement(_PERSON_SKILL, skills, [p for p, _ in found]))
        have = {(person, skill): level for person, skill, level in rows}
        for person, _ in found:  # as the index does: each hit comes with its contributions
            contributions([have.get((person, skill), 0) for skill in skills], question.requirements)
        return found

    def change(self, person: int, before: Iterable[int], levels: Levels, attributes: Sequence[int]) -> None:
        columns, run = _PERSON_SKILL.c, self.connection.execute
        run(_PERSON_SKILL.delete().where(columns.skill_id.in_(list(before)), columns.person_id == person))
        run(
            _PERSON_SKILL.insert(),
            [{"skill_id": skill, "person_id": person, "level": level} for skill, level in levels.items()],
        )
        values = dict(zip(COLUMNS, attributes, strict=True))
        run(_PERSON.update().where(_PERSON.c.id == person).values(values))
        self.connection.commit()

    def close(self) -> None:
        self.connection.close()
        self.connection.engine.dispose()


class Sqlite(_Sql):
    """An embedded file, clustered by the primary key."""

    def build(self, world: World) -> None:
        self.path = self.folder / "bench.db"
        engine = create_engine(f"sqlite:///{self.path}")

        @event.listens_for(engine, "connect")
        def _prepare(connection: sqlite3.Connection, _: object) -> None:
            connection.execute("PRAGMA cache_size = -262144")
            connection.execute("PRAGMA mmap_size = 4294967296")

        _TABLES.create_all(engine)
        raw = sqlite3.connect(self.path)
        raw.executemany("INSERT INTO bench_person_skill VALUES (?, ?, ?)", _postings(world))
        raw.executemany("INSERT INTO bench_person VALUES (?, ?, ?, ?)", _people(world))
        raw.commit()
        raw.execute("ANALYZE")
        raw.close()
        self.connection = engine.connect()

    def size(self) -> int:
        return self.path.stat().st_size


class Postgres(_Sql):
    """A server at a URL, in temporary tables of one session, clustered by the primary key."""

    url = ""

    def build(self, world: World) -> None:
        self.connection = create_engine(self.url).connect()
        run: Callable[[str], Any] = lambda statement: self.connection.execute(text(statement))  # noqa: E731
        run("SET max_parallel_workers_per_gather = 0")
        for table in (_PERSON_SKILL, _PERSON):
            made = str(CreateTable(table).compile(self.connection))
            run(made.replace("CREATE TABLE", "CREATE TEMPORARY TABLE"))
        cursor = self.connection.connection.cursor()
        for table, rows in ((_PERSON_SKILL, _postings(world)), (_PERSON, _people(world))):
            with cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            run(f"CLUSTER {table.name} USING {table.name}_pkey")
            run(f"ANALYZE {table.name}")
        self.backend = self._process(run("SELECT pg_backend_pid()").scalar_one())

    def _process(self, number: int) -> Any:
        """The server's process, where it runs on this machine and psutil is there to look."""
        try:
            import psutil

            process = psutil.Process(number)
            return process if "postgres" in process.name() else None
        except (ImportError, LookupError, OSError, RuntimeError):
            return None

    def elsewhere_s(self) -> float:
        if self.backend is None:
            return float("nan")
        times = self.backend.cpu_times()
        return float(times.user + times.system)

    def size(self) -> int:
        total = "SELECT pg_total_relation_size('bench_person_skill') + pg_total_relation_size('bench_person')"
        return int(self.connection.execute(text(total)).scalar_one())


def _postings(world: World) -> Iterable[tuple[int, int, int]]:
    """(skill, person, level) in the order of the primary key."""
    return zip(world.skill_ids.tolist(), world.person_ids.tolist(), world.levels.tolist(), strict=True)


def _people(world: World) -> Iterable[tuple[int, ...]]:
    """(id, attributes) in order."""
    return ((person, *row) for person, row in enumerate(world.attributes.tolist(), 1))
