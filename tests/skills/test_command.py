"""`market skills import`, as an operator types it."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from market import cli
from market.skills import service
from tests.skills.test_importing import PLAIN, write
from tests.support.world import World


@pytest.fixture
def run(make: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """The command line on this test's database."""
    monkeypatch.setenv("MARKET_DATABASE_URL", make.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MARKET_DATA", str(tmp_path / "data"))
    return CliRunner()


def test_the_seeds_are_taken_in_by_name_and_once(run: CliRunner, make: World) -> None:
    first = run.invoke(cli.app, ["skills", "import", "seeds"])
    assert first.exit_code == 0, first.output
    assert "614 skills" in first.output
    assert "Nothing has changed" in run.invoke(cli.app, ["skills", "import", "seeds"]).output
    with make.read() as db:
        assert service.find(db, "loaf baking").candidates[0].preferred == "Bread making"


def test_rows_left_out_are_said_and_written_with_line_and_reason(run: CliRunner, tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", PLAIN + "odd,,,,,,,No name.\n" * 30)
    done = run.invoke(cli.app, ["skills", "import", str(path)])
    assert done.exit_code == 0, done.output
    assert "Left out: 30." in done.output
    assert "list.csv, line 5: The name is missing." in done.output
    assert "and 10 more; --report FILE writes all of them." in done.output
    report = tmp_path / "left.csv"
    run.invoke(cli.app, ["skills", "import", str(path), "--report", str(report)])
    with report.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[:2] == [["file", "line", "reason"], ["list.csv", "5", "The name is missing."]]
    assert len(rows) == 31


@pytest.mark.parametrize("text", ["login,email\na,b\n", None])
def test_a_source_without_skills_is_refused_with_words(
    run: CliRunner, tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / "people.csv"
    if text:
        write(path, text)
    done = run.invoke(cli.app, ["skills", "import", str(path)])
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_a_report_that_cannot_be_written_is_said_before_anything_is_taken_in(
    run: CliRunner, make: World, tmp_path: Path
) -> None:
    path, report = write(tmp_path / "list.csv", PLAIN), tmp_path / "nowhere" / "left.csv"
    done = run.invoke(cli.app, ["skills", "import", str(path), "--report", str(report)])
    assert (done.exit_code, "There is no folder" in done.output) == (2, True)
    assert "3 skills" in run.invoke(cli.app, ["skills", "import", str(path)]).output


def test_a_database_without_this_versions_schema_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARKET_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    monkeypatch.setenv("MARKET_DATA", str(tmp_path / "data"))
    done = CliRunner().invoke(cli.app, ["skills", "import", "seeds"])
    assert (done.exit_code, "run `market migrate` first" in done.output) == (2, True)
