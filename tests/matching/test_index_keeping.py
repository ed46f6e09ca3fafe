"""The index on its own feet: built and resumed, kept fresh, killed at its worst moment, and never trusted when in doubt."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, delete, select
from typer.testing import CliRunner

from market import clock
from market.cli import app as command_line
from market.config import Settings
from market.evidence.models import MatchChange, PersonSkill
from market.matching import backend, index_backend, index_build, index_keeper, indexed
from market.matching.backend import AUTO, INDEX, Matching, matching_of
from market.matching.core import files
from market.matching.core.contract import Requirement, Tie
from market.matching.index_backend import IndexBackend, NotReady
from market.matching.index_keeper import Keeper
from market.matching.queries import Findable
from tests.matching.crowd import Crowd
from tests.matching.test_backends import opened
from tests.matching.transactions import outlast
from tests.support.client import Client
from tests.support.databases import Databases
from tests.support.world import World

RUN = CliRunner()


def asked(crowd: Crowd) -> list[Requirement]:
    return [Requirement(skill, 3, 2, n == 0) for n, skill in enumerate(crowd.skills[:3])]


def agrees(make: World, crowd: Crowd, ranks: IndexBackend | Matching) -> bool:
    """Whether a list is the oracle's."""
    with make.read() as db:
        found = ranks.top_k(db, asked(crowd), Tie(7, 7), Findable(), 50)
    return found == crowd.top(asked(crowd), Tie(7, 7), Findable(), 50)


@pytest.fixture
def crowd(make: World) -> Crowd:
    return Crowd(make, 40, seed=11)


# -- building


def test_a_build_that_was_interrupted_goes_on_where_it_stopped(
    make: World, crowd: Crowd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_build, "PART", 12)
    turns: list[tuple[str, int, int]] = []

    def stop() -> bool:
        return len(turns) >= 6

    with pytest.raises(index_build.Interrupted):
        index_build.build(make.engine, tmp_path, lambda *told: turns.append(told), stop)
    there = sorted(path.name for path in (tmp_path / "building").glob("*.npz"))
    assert there
    stamps = {name: (tmp_path / "building" / name).stat().st_mtime_ns for name in there}
    with make.write() as db:  # meanwhile people change: those read already, and those not read yet
        for person in sorted(crowd.people)[::3]:
            crowd.change(db, person)
    again: list[tuple[str, int, int]] = []
    seen: dict[str, int] = {}

    def tell(what: str, done: int, of: int) -> None:
        again.append((what, done, of))
        if not seen:
            seen.update({n: (tmp_path / "building" / n).stat().st_mtime_ns for n in there})

    index_build.build(make.engine, tmp_path, tell)
    assert seen == stamps, "no part was read twice"
    assert again[0][1] > 0
    assert not (tmp_path / "building").exists()
    index = IndexBackend(tmp_path)
    with make.read() as db:
        assert index.open(db), index.reason
        assert index.check(db, 40) == 0
    assert agrees(make, crowd, index)


def test_a_build_left_by_another_version_is_begun_anew(make: World, crowd: Crowd, tmp_path: Path) -> None:
    with pytest.raises(index_build.Interrupted):
        index_build.build(make.engine, tmp_path, stop=lambda: True)
    state = tmp_path / "building" / "state.json"
    state.write_text(json.dumps({**json.loads(state.read_text()), "version": 0, "place": 10**9}))
    index_build.build(make.engine, tmp_path)
    index = IndexBackend(tmp_path)
    with make.read() as db:
        assert index.open(db)
    assert agrees(make, crowd, index)


def test_nobody_can_be_indexed_too(make: World, tmp_path: Path) -> None:
    index = opened(make, tmp_path)
    with make.read() as db:
        assert index.top_k(db, [Requirement(1, 1, 1, True)], Tie(), Findable(), 9) == []
        assert index.check(db) == 0
    assert index.people == 0


def test_one_process_of_a_host_builds_or_compacts_at_a_time(
    make: World, crowd: Crowd, tmp_path: Path
) -> None:
    index = opened(make, tmp_path)
    with index_build.alone(tmp_path):
        with pytest.raises(index_build.Busy):
            index_build.build(make.engine, tmp_path)
        with pytest.raises(index_build.Busy):
            index_build.compact(make.engine, index)
    assert index_build.compact(make.engine, index)


def test_who_comes_second_to_compact_leaves_the_firsts_file(
    make: World, crowd: Crowd, tmp_path: Path
) -> None:
    first, second = opened(make, tmp_path), IndexBackend(tmp_path)
    with make.read() as db:
        assert second.open(db)
    with make.write() as db:
        crowd.change(db, min(crowd.people))
    outlast(make.engine)
    assert index_build.compact(make.engine, first)
    assert not index_build.compact(make.engine, second)
    assert second.is_replaced()
    with make.read() as db:
        assert second.open(db)
    assert second.stored is not None
    assert first.stored is not None
    assert second.stored.path == first.stored.path
    assert agrees(make, crowd, second)


KILLED = """
import os, signal, sys
from pathlib import Path
from market.db import connect, transaction
from market.matching import index_build
from market.matching.core import files
from market.matching.index_backend import IndexBackend

url, folder, step = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
engine = connect(url)
index = IndexBackend(folder, "numpy")
with transaction(engine, write=False) as db:
    assert index.open(db), index.reason
done = []
sync, rename = os.fsync, Path.rename
def stop(*_):
    done.append(1)
    if len(done) > step:
        os.kill(os.getpid(), signal.SIGKILL)
files.os.fsync = lambda handle: (stop(), sync(handle))[1]
Path.rename = lambda path, target: (stop(), rename(path, target))[1]
index_build.compact(engine, index)
print("was not killed")
"""


@pytest.mark.parametrize("step", range(5))
def test_a_process_killed_while_compacting_leaves_an_index_that_serves(
    make: World, crowd: Crowd, tmp_path: Path, step: int
) -> None:
    """kill -9 before each of the five moments at which something becomes lasting."""
    folder = tmp_path / "index"
    index = opened(make, folder)
    with make.write() as db:
        for person in sorted(crowd.people)[:5]:
            crowd.change(db, person)
    outlast(make.engine)
    url = make.engine.url.render_as_string(hide_password=False)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url, str(folder), str(step)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL, (killed.stdout, killed.stderr)
    assert agrees(make, crowd, index), "who had it open goes on"
    fresh = IndexBackend(folder)
    with make.read() as db:
        assert fresh.open(db), fresh.reason
        assert fresh.check(db, 40) == 0
    assert agrees(make, crowd, fresh)
    assert index_build.compact(make.engine, fresh), "the dead process holds no lock"
    assert agrees(make, crowd, fresh)
    assert not list(folder.glob(".*.tmp"))


# -- doubt


def truncated(folder: Path, path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def written_over(folder: Path, path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(-9, os.SEEK_END)
        file.write(b"\x07")


def foreign(folder: Path, path: Path) -> None:
    (folder / files.MANIFEST).write_text('{"format": "another"}')


def another_version(folder: Path, path: Path) -> None:
    _edit(folder, version=99)


def another_log(folder: Path, path: Path) -> None:
    _edit(folder, log="0123")


def found_wrong(folder: Path, path: Path) -> None:
    path.with_suffix(".refused").touch()


def _edit(folder: Path, **values: object) -> None:
    manifest = folder / files.MANIFEST
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), **values}))


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (truncated, "bytes instead of"),
        (written_over, "checksum differs"),
        (foreign, "not one of a matching index"),
        (another_version, "has version 99"),
        (another_log, "another log of changes"),
        (found_wrong, "differed from the database"),
    ],
)
def test_an_index_in_doubt_leaves_the_answer_to_sql_and_says_why(
    make: World,
    crowd: Crowd,
    tmp_path: Path,
    harm: Callable[[Path, Path], None],
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = index_build.build(make.engine, tmp_path)
    harm(tmp_path, path)
    index = IndexBackend(tmp_path)
    matching = Matching(index, INDEX)
    with make.read() as db:
        assert not index.open(db)
    assert reason in index.reason
    assert agrees(make, crowd, matching)
    health = matching.health()
    assert (health["answers"], health["fallbacks"]) == ("sql", 1)
    assert reason in health["reason"]
    assert any(reason in record.getMessage() for record in caplog.records)
    Keeper(make.engine, matching).once()
    assert (matching.health()["answers"], matching.health()["reason"]) == ("index", ""), (
        "and it is built anew"
    )
    assert agrees(make, crowd, index)


def test_a_file_replaced_by_a_newer_one_serves_on_until_the_newer_is_open(
    make: World, crowd: Crowd, tmp_path: Path
) -> None:
    index = opened(make, tmp_path)
    for _ in range(3):  # the file that is open loses its name
        with make.write() as db:
            crowd.change(db, max(crowd.people))
        index_build.build(make.engine, tmp_path)
    assert index.stored is not None
    assert not index.stored.path.exists()
    assert agrees(make, crowd, index)
    assert index.is_replaced()


def test_an_index_with_other_columns_is_not_mistaken_for_ours(
    make: World, crowd: Crowd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(indexed, "COLUMNS", (*indexed.COLUMNS[:-1], "languages en"))
        index_build.build(make.engine, tmp_path)
    index = IndexBackend(tmp_path)
    with make.read() as db:
        assert not index.open(db)
    assert index.reason == "it was built with other columns"


def test_a_database_put_back_from_a_copy_is_noticed(make: World, crowd: Crowd, tmp_path: Path) -> None:
    """The log goes back behind the index."""
    with make.write() as db:
        for person in sorted(crowd.people)[:9]:
            crowd.change(db, person)
    outlast(make.engine)
    index_build.build(make.engine, tmp_path)
    with make.write() as db:
        newest = db.exec(select(MatchChange.seq).order_by(MatchChange.seq.desc()).limit(3)).all()  # type: ignore[attr-defined]
        db.exec(delete(MatchChange).where(MatchChange.seq.in_(newest)))  # type: ignore[attr-defined]
    index = IndexBackend(tmp_path)
    with make.read() as db:
        assert not index.open(db)
    assert "another log of changes" in index.reason


def test_an_index_too_far_behind_is_built_anew_sooner_than_mended(
    make: World, crowd: Crowd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_build.build(make.engine, tmp_path)
    monkeypatch.setattr(index_backend, "TOO_FAR", 3)
    with make.write() as db:
        for person in sorted(crowd.people)[:9]:
            crowd.change(db, person)
    outlast(make.engine)
    index = IndexBackend(tmp_path)
    with make.read() as db:
        assert not index.open(db)
    assert index.reason == "it is too far behind"


def untold(db: Session, crowd: Crowd, people: list[int]) -> None:
    """What no service does: levels change and the log is not told."""
    for person in people:
        crowd._write(db, person, crowd.someone(), new=False)


def test_an_index_that_drifted_is_found_out_and_answers_no_more_anywhere(
    make: World, crowd: Crowd, tmp_path: Path
) -> None:
    index, other = opened(make, tmp_path), IndexBackend(tmp_path)
    with make.read() as db:
        assert other.open(db)
    with make.write() as db:
        untold(db, crowd, sorted(crowd.people))
    with make.read() as db:
        assert index.check(db, 40) > 0
    assert index.drifted > 0
    assert "differ from the database" in index.reason
    other.is_replaced()
    assert other.reason == "another process found that people differ from the database"
    for one in (index, other):
        matching = Matching(one, INDEX)
        assert agrees(make, crowd, matching)
        assert matching.health()["answers"] == "sql"
    with make.read() as db:
        assert not IndexBackend(tmp_path).open(db), "nor does one that starts now"


def test_the_sample_at_the_start_finds_an_index_that_is_wrong(
    make: World, crowd: Crowd, tmp_path: Path
) -> None:
    index_build.build(make.engine, tmp_path)
    with make.write() as db:
        untold(db, crowd, sorted(crowd.people))
    index = IndexBackend(tmp_path)
    with make.read() as db:
        assert not index.open(db)
    assert "differ from the database" in index.reason


# -- the keeper


def keeper(make: World, folder: Path, chosen: str = INDEX, index_from: int = 0) -> Keeper:
    return Keeper(make.engine, Matching(IndexBackend(folder), chosen, index_from))


def test_the_keeper_builds_opens_follows_and_compacts(
    make: World, crowd: Crowd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("market.matching.core.index.FRESH_PEOPLE", 3)
    kept = keeper(make, tmp_path)
    index = kept.matching.index
    assert index is not None
    kept.once()
    assert agrees(make, crowd, index)
    first = index.stored
    with make.write() as db:
        for person in sorted(crowd.people):
            crowd.change(db, person)
    outlast(make.engine)
    kept.once()
    assert index.stored is not None
    assert first is not None
    assert index.stored.path != first.path, "it was compacted"
    assert index.health()["changed"] == 0
    assert agrees(make, crowd, index)


def test_a_second_process_opens_what_the_first_one_wrote(
    make: World, crowd: Crowd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_keeper, "OPEN_S", 0.0)
    first, second = keeper(make, tmp_path), keeper(make, tmp_path)
    first.once()
    second.once()
    assert first.matching.index is not None
    assert second.matching.index is not None
    with make.write() as db:
        crowd.change(db, min(crowd.people))
    outlast(make.engine)
    assert index_build.compact(make.engine, first.matching.index)
    second.once()
    assert second.matching.index.stored is not None
    assert first.matching.index.stored is not None
    assert second.matching.index.stored.path == first.matching.index.stored.path
    assert agrees(make, crowd, second.matching.index)
    assert not second.matching.index.is_replaced()
    one, other = (k.matching.index.index for k in (first, second) if k.matching.index)
    assert one is not None
    assert other is not None
    assert not one._state.base.segment.rows.flags.owndata, "both read the same pages of one file"


def test_small_sites_have_no_index_unless_it_is_asked_for(
    make: World, crowd: Crowd, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = keeper(make, tmp_path, AUTO, index_from=1000)
    kept.once()
    assert not list(tmp_path.glob("index-*"))
    health = kept.matching.health()
    assert (health["answers"], health["reason"]) == ("sql", ""), "none is missed where none is needed"
    assert caplog.records == []
    assert agrees(make, crowd, kept.matching)
    large = keeper(make, tmp_path, AUTO, index_from=5)
    large.once()
    assert large.matching.health()["answers"] == "index"


def test_while_another_process_builds_the_keeper_waits_for_its_file(
    make: World, crowd: Crowd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_keeper, "OPEN_S", 0.0)
    kept = keeper(make, tmp_path)
    with index_build.alone(tmp_path):
        kept.once()
    assert kept.matching.health()["answers"] == "sql"
    index_build.build(make.engine, tmp_path)
    kept.once()
    assert kept.matching.health()["answers"] == "index"


def test_a_clock_that_jumps_changes_nothing(make: World, crowd: Crowd, tmp_path: Path) -> None:
    kept = keeper(make, tmp_path)
    kept.once()
    for jump in (timedelta(days=-4000), timedelta(days=9000)):
        clock.move(jump)
        with make.write() as db:
            crowd.change(db, min(crowd.people))
        kept.once()
        assert agrees(make, crowd, kept.matching)
        assert kept.matching.health()["answers"] == "index"


def test_a_round_that_fails_is_followed_by_the_next(
    make: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = keeper(make, tmp_path)
    rounds: list[int] = []

    def once() -> None:
        rounds.append(1)
        if len(rounds) == 3:
            kept._stop.set()
        raise RuntimeError("a round failed")

    monkeypatch.setattr(index_keeper, "PAUSE_S", 0.0)
    monkeypatch.setattr(kept, "once", once)
    kept.start()
    assert kept._thread is not None
    kept._thread.join(timeout=10)
    assert len(rounds) == 3
    kept.stop()
    without = Keeper(make.engine, Matching())
    without.start()
    without.once()
    without.stop()


# -- the pages and the command line


def test_the_pages_list_the_same_people_from_the_index(
    clients: Callable[..., Client], make: World, crowd: Crowd, site_settings: Settings
) -> None:
    browser = clients(match_backend="index")
    matching = matching_of(browser.app.state.kit.engine)
    bruno = browser.as_(make.bruno)
    asks = {"q": "Skill 0 of the crowd 3, Skill 1 of the crowd 2", "hours": "5"}

    def listed() -> list[str]:
        page = bruno.get("/people", params=asks)
        assert page.status_code == 200
        return [line for line in page.text.splitlines() if "/people/" in line]

    by_sql = listed()
    assert by_sql
    assert browser.get("/healthz").json()["matching"]["answers"] == "sql"
    index_build.build(make.engine, site_settings.data / "index")
    with make.read() as db:
        assert matching.index is not None
        assert matching.index.open(db)
    before = matching.fallbacks
    assert listed() == by_sql
    assert matching.fallbacks == before
    health = browser.get("/healthz").json()["matching"]
    assert (health["answers"], health["reason"], health["drifted"]) == ("index", "", 0)


def test_the_command_line_builds_checks_and_compacts(
    sqlite_files: Databases, make: World, crowd: Crowd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARKET_DATA", str(tmp_path))
    monkeypatch.setenv("MARKET_DATABASE_URL", make.engine.url.render_as_string(hide_password=False))

    def run(*words: str) -> tuple[int, str]:
        found = RUN.invoke(command_line, ["index", *words])
        return found.exit_code, " ".join(found.output.split())

    code, said = run("check")
    assert (code, "there is no index yet" in said) == (2, True)
    code, said = run("build")
    assert (code, "The index holds" in said) == (0, True)
    with index_build.alone(tmp_path / "index"):
        assert run("build")[0] == run("compact")[0] == 2
    with make.write() as db:
        crowd.change(db, min(crowd.people))
    outlast(make.engine)
    code, said = run("compact")
    assert (code, "Compacted: " in said) == (0, True)
    code, said = run("check", "--people", "60")
    assert (code, "0 differ from the database" in said) == (0, True)
    counted = r"[\d,]+ comparisons of people drawn at random \(one may be drawn more than once; the index holds (\d+)\)"
    held = re.search(counted, said)
    assert held is not None, said
    index = IndexBackend(tmp_path / "index")
    with make.read() as db:
        assert index.open(db)
    assert int(held[1]) == index.people
    monkeypatch.setattr(index_backend, "SAMPLE", 0)  # the start misses what the check finds
    with make.write() as db:
        db.exec(delete(PersonSkill))
    code, said = run("check", "--people", "60")
    assert code == 1
    assert "Build it anew: market index build" in said
    assert run("compact")[0] == 2


def test_an_interrupted_build_says_how_to_go_on(
    make: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARKET_DATA", str(tmp_path))
    monkeypatch.setenv("MARKET_DATABASE_URL", make.engine.url.render_as_string(hide_password=False))

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(index_build, "build", interrupted)
    found = RUN.invoke(command_line, ["index", "build"])
    assert (found.exit_code, "it goes on where it stopped" in found.output) == (2, True)


def test_changes_can_be_taken_up_by_hand(make: World, crowd: Crowd, tmp_path: Path) -> None:
    with pytest.raises(NotReady):
        IndexBackend(tmp_path).apply([], 1)
    matching = Matching(opened(make, tmp_path), INDEX)
    person, one = next((p, one) for p, one in crowd.people.items() if one.skills)
    with make.write() as db:
        untold(db, crowd, [person])
    with make.read() as db:
        matching.apply(indexed.read(db, [person]), 0)
    assert agrees(make, crowd, matching)
    assert one is not crowd.people[person]
    assert backend.SqlBackend().version() > matching.version()
    backend.SqlBackend().apply([], 1)
