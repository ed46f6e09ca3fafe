"""The measuring tool is right before it is fast: every engine gives the brute-force answer."""

from importlib.util import find_spec

import pytest

from market.bench import match
from market.bench.match import ENGINES, NEEDS, bench_match
from market.bench.match_world import TOP, make_questions, make_world, right_answer
from tests.matching import oracle

ROW = ["engine", "p50_ms", "p99_ms", "mean_ms", "cpu_ms", "build_s", "bytes", "mismatches", "floor_ratio"]
ROW.append("update_ms")  # beside those that the documents name


# The engines of the group `bench` are measured where they are installed; ours always are.
INSTALLED = [name for name in ENGINES if name != "sql-postgresql" and find_spec(NEEDS.get(name, "numpy"))]


@pytest.mark.parametrize("name", INSTALLED)
def test_an_engine_gives_the_brute_force_answer_and_the_row_the_documents_quote(name):
    found = bench_match(people=1500, queries=60, engines=[name])
    (row,) = found["rows"]
    assert (found["people"], found["queries"]) == (1500, 60)
    assert list(row) == ROW
    assert row["mismatches"] == 0
    assert row["bytes"] > 0
    assert row["cpu_ms"] > 0
    assert row["update_ms"] is not None, "a changed profile is in the next answer"


@pytest.mark.postgres
def test_postgresql_gives_the_brute_force_answer_and_leaves_nothing_behind(postgres_server):
    url = postgres_server.new_database()
    (row,) = bench_match(people=500, queries=30, engines=["sql-postgresql"], postgres_url=url)["rows"]
    assert row["mismatches"] == 0
    assert bench_match(people=50, queries=2, engines=["sql-postgresql"], postgres_url=url)["rows"]
    postgres_server.drop(url)


def test_questions_asked_in_rounds_are_compared_each_time(monkeypatch):
    monkeypatch.setattr(match.OurIndex, "ask", lambda self, question: [(1, 1)])
    (once,) = bench_match(200, 25, ["index-numpy"])["rows"]
    (twice,) = bench_match(200, 25, ["index-numpy"], rounds=2)["rows"]
    assert twice["mismatches"] == 2 * once["mismatches"]


def test_a_wrong_answer_is_counted(monkeypatch):
    monkeypatch.setattr(match.OurIndex, "ask", lambda self, question: [(1, 1)])
    assert bench_match(200, 25, ["index-numpy"])["rows"][0]["mismatches"] > 0


def test_engines_that_cannot_be_measured_are_refused_by_name(monkeypatch):
    with pytest.raises(ValueError, match="no engine abacus"):
        bench_match(10, 1, ["abacus"])
    with pytest.raises(ValueError, match="needs the URL"):
        bench_match(10, 1, ["sql-postgresql"])
    nobody = "postgresql+psycopg://nobody@/none?host=/nonexistent"
    for url, reason in ((nobody, "no PostgreSQL answers"), ("sqlite://", "in sqlite"), ("a b", "no Postgre")):
        with pytest.raises(ValueError, match=reason):
            bench_match(10, 1, ["sql-postgresql"], url)
        with pytest.raises(ValueError, match=reason):
            bench_match(10, 1, None, url)
    monkeypatch.setitem(match.NEEDS, "duckdb", "no_such_module")
    with pytest.raises(ModuleNotFoundError, match="duckdb"):
        bench_match(10, 1, ["duckdb"])


def test_unless_they_are_named_engines_that_are_not_installed_are_left_out(monkeypatch):
    monkeypatch.setattr(match, "find_spec", lambda _: None)
    assert [row["engine"] for row in bench_match(50, 2)["rows"]] == ["sql-sqlite", "index-numpy"]


def test_the_brute_force_of_the_bench_agrees_with_the_oracle_of_the_tests():
    world = make_world(400)
    people: dict[int, dict[int, int]] = {}
    for skill, person, level in zip(
        world.skill_ids.tolist(), world.person_ids.tolist(), world.levels.tolist(), strict=True
    ):
        people.setdefault(person, {})[skill] = level
    for question in make_questions(50):
        plain = [(q.skill_id, q.level, q.weight, q.essential) for q in question.requirements]

        def passes(person: int, question=question) -> bool:
            available, languages, pay = world.attributes[person - 1]
            return (
                available <= question.available_by
                and languages & question.language
                and pay <= question.pay_at_most
            )

        ranked = oracle.rank(people, plain, TOP, question.tie.a, question.tie.b, passes)
        assert right_answer(world, question) == [(person, score) for person, score, _ in ranked]


def test_a_world_is_as_described():
    world = make_world(20_000)
    assert 12.2 < len(world.levels) / world.people < 12.45
    assert (make_world(50).levels == make_world(50).levels).all()
    passed = [
        (
            (world.attributes[:, 0] <= q.available_by)
            & (world.attributes[:, 1] & q.language != 0)
            & (world.attributes[:, 2] <= q.pay_at_most)
        ).mean()
        for q in make_questions(200)
    ]
    assert 0.25 < sum(passed) / len(passed) < 0.5
