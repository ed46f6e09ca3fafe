"""`market bench`: what it cannot measure it says in a sentence, and what to give instead."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from market import cli_measuring
from market.bench import skills
from market.bench.match import ENGINES
from market.cli import app

MATCH = ("match", "--people", "100", "--queries", "2")
NOBODY = "postgresql+psycopg://nobody@/none?host=/nonexistent"


@pytest.fixture(autouse=True)
def no_database_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cli_measuring.POSTGRES, raising=False)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["bench", *words], env={"COLUMNS": "400"})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--engine", "abacus"), "no engine abacus; there are sql-sqlite, sql-postgresql"),
        (("--engine", "sql-postgresql"), "sql-postgresql needs the URL of a server"),
        (("--postgres", NOBODY), "no PostgreSQL answers there"),
    ],
)
def test_an_engine_that_cannot_be_measured_is_refused_in_a_sentence(
    words: tuple[str, ...], said: str
) -> None:
    found = run(*MATCH, *words)
    assert found.exit_code == 2, found.output
    assert said in found.stderr
    assert isinstance(found.exception, SystemExit), "no traceback"


def test_an_engine_that_is_not_installed_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("market.bench.match.NEEDS", {"duckdb": "no_such_module"})
    found = run(*MATCH, "--engine", "duckdb")
    assert (found.exit_code, "not installed: duckdb" in found.stderr) == (2, True)


@pytest.mark.postgres
def test_the_database_may_be_named_in_the_environment(
    postgres_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres_server.new_database()
    monkeypatch.setenv(cli_measuring.POSTGRES, url)
    found = run(*MATCH, "--engine", "sql-postgresql", "--json")
    assert found.exit_code == 0, found.output
    (row,) = json.loads(found.stdout)["rows"]
    assert (row["engine"], row["mismatches"]) == ("sql-postgresql", 0)
    postgres_server.drop(url)


def test_without_a_database_it_is_said_which_engine_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("market.bench.match.find_spec", lambda _: None)
    found = run(*MATCH, "--json")
    assert found.exit_code == 0, found.output
    assert "sql-postgresql is left out" in found.stderr
    assert {row["engine"] for row in json.loads(found.stdout)["rows"]} == {"sql-sqlite", "index-numpy"}


def test_the_help_names_each_engine_and_where_to_name_a_database() -> None:
    said = run("match", "--help").stdout
    assert all(name in said for name in ENGINES)
    assert cli_measuring.POSTGRES in said


def test_without_folders_skills_are_measured_on_the_reference_data_beside_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Path(__file__).resolve().parents[3] / "shared" / "data" == cli_measuring.REFERENCE
    measured: list[tuple[Path, Path]] = []

    def measure(*given: Path) -> dict[str, Any]:
        measured.append(given)  # type: ignore[arg-type]
        return {"type_ahead": {}, "sets": []}

    monkeypatch.setattr(skills, "bench_skills", measure)
    monkeypatch.setattr(cli_measuring, "REFERENCE", tmp_path)
    for name in ("taxonomy", "benchmarks", "other"):
        (tmp_path / name).mkdir()
    for words in (("--json",), (str(tmp_path / "other"), "--json")):
        found = run("skills", *words)
        assert (found.exit_code, json.loads(found.stdout)) == (0, {"type_ahead": {}, "sets": []})
    assert measured == [
        (tmp_path / "taxonomy", tmp_path / "benchmarks"),
        (tmp_path / "other", tmp_path / "benchmarks"),
    ]


def test_where_there_is_no_reference_data_it_is_said_what_to_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_measuring, "REFERENCE", tmp_path / "none")
    found = run("skills", "--json")
    assert found.exit_code == 2
    assert "market bench skills TAXONOMY BENCHMARKS" in found.stderr
    found = run("skills", str(tmp_path), str(tmp_path))
    assert (found.exit_code, "There is no taxonomy in" in found.stderr) == (2, True)
