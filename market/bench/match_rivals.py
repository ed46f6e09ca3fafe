"""What one might use instead of our own index: a column store, a text engine and a vector engine.

The text and vector engines have one term for each level of each skill, weighted by its contribution; scores
stay below 2^24, so their 32-bit floats are exact. They cannot order ties by a tie-break that differs from
opening to opening, so they fetch until the tie at the end is complete.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from market.bench.match_engines import Answer, Engine, Levels
from market.bench.match_world import COLUMNS, TOP, Question, World
from market.matching.core.contract import contribution, order_key

LEVELS = tuple(range(8, 256, 16))
"""The levels of the synthetic world."""


class DuckDb(Engine):
    """A column store, sorted by skill and person."""

    def build(self, world: World) -> None:
        import duckdb

        self.path = self.folder / "bench.duckdb"
        self.db = duckdb.connect(str(self.path))
        self.db.execute("SET threads = 1")
        postings = {"s": world.skill_ids, "p": world.person_ids, "l": world.levels}  # noqa: F841
        people = dict(zip(COLUMNS, world.attributes.T.copy(), strict=True))
        people["id"] = np.arange(1, world.people + 1)
        self.db.execute(
            "CREATE TABLE person_skill AS SELECT s::INT skill_id, p::INT person_id, l::INT level FROM postings"
        )
        self.db.execute("CREATE TABLE person AS SELECT * FROM people")
        self.db.execute("CHECKPOINT")

    def ask(self, question: Question) -> Answer:
        cases = " ".join(
            f"WHEN {q.skill_id} THEN {q.weight} * (least(level, {q.minimum}) * 1024 // {q.minimum}"
            f" + greatest(level - {q.minimum}, 0) * 154 // {256 - q.minimum})"
            + (f" + CASE WHEN level >= {q.minimum} THEN 1048576 ELSE 0 END" if q.essential else "")
            for q in question.requirements
        )
        skills = ", ".join(str(q.skill_id) for q in question.requirements)
        rows = self.db.execute(
            f"""SELECT person_id, score FROM (
                  SELECT person_id, sum(CASE skill_id {cases} END)::BIGINT score FROM person_skill
                  WHERE skill_id IN ({skills}) GROUP BY person_id)
                JOIN person ON id = person_id
                WHERE available <= {question.available_by} AND (languages & {question.language}) <> 0
                  AND pay <= {question.pay_at_most}
                ORDER BY score DESC, (person_id::BIGINT * {question.tie.a} + {question.tie.b}) % 2147483647, person_id
                LIMIT {TOP}"""  # noqa: S608 - whole numbers of our own
        ).fetchall()
        return [(int(person), int(score)) for person, score in rows]

    def change(self, person: int, before: Iterable[int], levels: Levels, attributes: Sequence[int]) -> None:
        run, among = self.db.execute, ", ".join(map(str, before))
        run("BEGIN")
        run(f"DELETE FROM person_skill WHERE skill_id IN ({among}) AND person_id = {person}")  # noqa: S608 - the same
        for skill, level in levels.items():
            run("INSERT INTO person_skill VALUES (?, ?, ?)", [skill, person, level])
        values = ", ".join(f"{name} = {value}" for name, value in zip(COLUMNS, attributes, strict=True))
        run(f"UPDATE person SET {values} WHERE id = {person}")  # noqa: S608 - the same
        run("COMMIT")

    def size(self) -> int:
        return self.path.stat().st_size

    def close(self) -> None:
        self.db.close()


class Tantivy(Engine):
    """A text engine: a term for each (skill, level), constant scores, filters on fast fields."""

    def build(self, world: World) -> None:
        import tantivy

        self.tantivy = tantivy
        builder = tantivy.SchemaBuilder().add_unsigned_field("term", indexed=True)
        builder.add_unsigned_field("person", indexed=True, fast=True)
        builder.add_unsigned_field("language", indexed=True)
        for name in ("available", "pay"):
            builder.add_unsigned_field(name, indexed=True, fast=True)
        self.schema = builder.build()
        self.index = tantivy.Index(self.schema, path=str(self.folder))
        writer = self.index.writer(heap_size=256_000_000, num_threads=1)
        for person, terms, row in _documents(world):
            writer.add_json(self._document(person, terms, row))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()
        self.writer: Any = None

    def _document(self, person: int, terms: list[int], attributes: Sequence[int]) -> str:
        available, languages, pay = attributes
        document = {"person": person, "term": terms, "available": available, "pay": pay}
        return json.dumps({**document, "language": _tongues(languages)})

    def change(self, person: int, before: Iterable[int], levels: Levels, attributes: Sequence[int]) -> None:
        self.writer = self.writer or self.index.writer(heap_size=256_000_000, num_threads=1)
        self.writer.delete_documents_by_term("person", person)
        self.writer.add_json(self._document(person, _terms_of(levels), attributes))
        self.writer.commit()
        self.index.reload()
        self.searcher = self.index.searcher()

    def ask(self, question: Question) -> Answer:
        query, occur = self.tantivy.Query, self.tantivy.Occur
        scoring = [
            (
                occur.Should,
                query.const_score_query(query.term_query(self.schema, "term", term, "basic"), float(points)),
            )
            for term, points in _terms(question)
        ]
        unsigned = self.tantivy.FieldType.Unsigned
        limits = (("available", question.available_by), ("pay", question.pay_at_most))
        tests = [
            query.range_query(self.schema, name, unsigned, None, most, True, True) for name, most in limits
        ]
        tests.append(query.term_query(self.schema, "language", question.language, "basic"))
        musts = [(occur.Must, query.const_score_query(test, 0.0)) for test in tests]
        whole = query.boolean_query([(occur.Must, query.boolean_query(scoring)), *musts])

        def fetch(limit: int) -> Answer:
            hits = self.searcher.search(whole, limit, count=False).hits
            people = self.searcher.fast_field_values("person", [address for _, address in hits])
            return [(cast(int, p), round(score)) for p, (score, _) in zip(people, hits, strict=True)]

        return _ties_completed(fetch, question)

    def size(self) -> int:
        return _folder_size(self.folder)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.wait_merging_threads()  # which write into the folder


class QdrantEdge(Engine):
    """A vector engine: a sparse vector with a dimension for each (skill, level), filters on indexed payload."""

    def build(self, world: World) -> None:
        import qdrant_edge as qdrant

        self.qdrant = qdrant
        self.shard = qdrant.EdgeShard.create(
            str(self.folder),
            qdrant.EdgeConfig(
                sparse_vectors={"skills": qdrant.EdgeSparseVectorParams()}, max_search_threads=1
            ),
        )
        operation = qdrant.UpdateOperation
        for name in COLUMNS:
            self.shard.update(operation.create_field_index(name, qdrant.PayloadSchemaType.Integer))
        batch: list[Any] = []
        for person, terms, row in _documents(world):
            batch.append(self._point(person, terms, row))
            if len(batch) == 2000:
                self.shard.update(operation.upsert_points(batch))
                batch = []
        if batch:
            self.shard.update(operation.upsert_points(batch))
        self.shard.optimize()

    def _point(self, person: int, terms: list[int], attributes: Sequence[int]) -> Any:
        available, languages, pay = attributes
        vector: Any = {"skills": self.qdrant.SparseVector(terms, [1.0] * len(terms))}
        payload = {"available": available, "pay": pay, "languages": _tongues(languages)}
        return self.qdrant.Point(person, vector, payload)

    def change(self, person: int, before: Iterable[int], levels: Levels, attributes: Sequence[int]) -> None:
        point = self._point(person, _terms_of(levels), attributes)
        self.shard.update(self.qdrant.UpdateOperation.upsert_points([point]))

    def ask(self, question: Question) -> Answer:
        qdrant = self.qdrant
        terms = _terms(question)
        vector = qdrant.SparseVector([term for term, _ in terms], [float(points) for _, points in terms])
        must = [
            qdrant.FieldCondition(key, range=qdrant.RangeFloat(lte=float(most)))
            for key, most in (("available", question.available_by), ("pay", question.pay_at_most))
        ]
        must.append(qdrant.FieldCondition("languages", match=qdrant.MatchValue(question.language)))
        passing = qdrant.Filter(must=must)
        nearest = qdrant.Query.Nearest(vector, using="skills")

        def fetch(limit: int) -> Answer:
            found = self.shard.query(qdrant.QueryRequest(limit=limit, query=nearest, filter=passing))
            return [(int(point.id), round(point.score)) for point in found]

        return _ties_completed(fetch, question)

    def size(self) -> int:
        return _folder_size(self.folder)

    def close(self) -> None:
        self.shard.close()


def _ties_completed(fetch: Callable[[int], Answer], question: Question) -> Answer:
    """The first TOP in the contract's order, fetching more while the last fetched ties with the last wanted."""
    limit = 2 * TOP
    while True:
        found = fetch(limit)
        if len(found) < limit or found[-1][1] < found[TOP - 1][1]:
            return sorted(found, key=lambda pair: order_key(pair[0], pair[1], question.tie))[:TOP]
        limit *= 4


def _terms(question: Question) -> list[tuple[int, int]]:
    """Every (skill, level) term of a question with what it adds."""
    return [
        (asked.skill_id * len(LEVELS) + place, contribution(level, asked))
        for asked in question.requirements
        for place, level in enumerate(LEVELS)
    ]


def _terms_of(levels: Levels) -> list[int]:
    """The terms of someone with these levels, which are of LEVELS."""
    return [skill * len(LEVELS) + LEVELS.index(level) for skill, level in levels.items()]


def _tongues(languages: int) -> list[int]:
    """The bits of a mask of languages."""
    return [1 << bit for bit in range(8) if languages >> bit & 1]


def _documents(world: World) -> Iterable[tuple[int, list[int], list[int]]]:
    """(person, terms, attributes) person by person."""
    order = np.argsort(world.person_ids, kind="stable")
    places = np.searchsorted(np.array(LEVELS), world.levels)
    terms = (world.skill_ids.astype(np.int64) * len(LEVELS) + places)[order]
    ends = np.cumsum(np.bincount(world.person_ids, minlength=world.people + 1))
    for person in range(1, world.people + 1):
        yield person, terms[ends[person - 1] : ends[person]].tolist(), world.attributes[person - 1].tolist()


def _folder_size(folder: Path) -> int:
    """Bytes on disk, holes in files not counted."""
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())
