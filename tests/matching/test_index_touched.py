"""A file that is written into or cut short while it is open: no page of it is read again, and nothing is made of it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from market.cli import app as command_line
from market.matching import index_build, index_keeper, indexed
from market.matching.backend import INDEX, Matching, matching_of
from market.matching.core import files, watched
from market.matching.core.contract import Tie
from market.matching.core.index import Index
from market.matching.index_backend import IndexBackend, NotReady
from market.matching.index_keeper import Keeper
from market.matching.queries import Findable
from tests.matching.crowd import Crowd
from tests.matching.test_backends import opened
from tests.matching.test_index_keeping import agrees, asked, truncated, written_over
from tests.matching.transactions import outlast
from tests.support.client import Client
from tests.support.databases import Databases
from tests.support.world import World

RUN = CliRunner()
WRITE = os.O_WRONLY | os.O_NONBLOCK
"""Who does not say O_NONBLOCK is kept waiting."""
Harm = Callable[[Path, Path], None]


def emptied(folder: Path, path: Path) -> None:
    os.truncate(path, 0)


@pytest.fixture
def crowd(make: World) -> Crowd:
    return Crowd(make, 40, seed=11)


@pytest.fixture
def unleased(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a file system that makes nobody wait: the harm is done at once."""
    monkeypatch.setattr(watched, "_leased", lambda _descriptor: False)


def harmed(index: IndexBackend, harm: Harm) -> None:
    assert index.stored is not None
    harm(index.folder, index.stored.path)


def leased(index: IndexBackend) -> Path | None:
    """The file that is open where writers are kept waiting; elsewhere None, and what is written is noticed afterwards."""
    assert index.stored is not None
    if index.stored.file.is_leased:
        return index.stored.path
    harmed(index, written_over)
    assert not index.stored.file.is_untouched
    return None


def ask(make: World, crowd: Crowd, index: IndexBackend) -> None:
    with make.read() as db:
        index.top_k(db, asked(crowd), Tie(), Findable(), 5)


def follow(make: World, crowd: Crowd, index: IndexBackend) -> None:
    with make.write() as db:
        crowd.change(db, min(crowd.people))
    with make.read() as db:
        index.follow(db)


def take_up(make: World, crowd: Crowd, index: IndexBackend) -> None:
    with make.read() as db:
        index.apply(indexed.read(db, [min(crowd.people)]), 0)


def compact(make: World, crowd: Crowd, index: IndexBackend) -> None:
    index_build.compact(make.engine, index)


@pytest.mark.usefixtures("unleased")
@pytest.mark.parametrize("harm", [truncated, emptied, written_over])
@pytest.mark.parametrize("use", [ask, follow, take_up, compact])
def test_a_file_that_was_touched_is_asked_nothing_and_made_nothing_of(
    make: World,
    crowd: Crowd,
    tmp_path: Path,
    harm: Harm,
    use: Callable[[World, Crowd, IndexBackend], None],
) -> None:
    """A page that is gone would end the process: that this test ends at all is half of what it says."""
    index = opened(make, tmp_path)
    matching = Matching(index, INDEX)
    assert agrees(make, crowd, index)
    harmed(index, harm)
    there = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(NotReady, match="changed while it was open"):
        use(make, crowd, index)
    assert matching.health()["answers"] == "sql"
    assert agrees(make, crowd, matching)
    assert {path.name for path in tmp_path.iterdir()} == {*there, ".lock"}


@pytest.mark.usefixtures("unleased")
@pytest.mark.parametrize("harm", [truncated, emptied, written_over])
def test_a_check_of_a_file_that_was_touched_compares_nobody(
    make: World, crowd: Crowd, tmp_path: Path, harm: Harm
) -> None:
    index = opened(make, tmp_path)
    compared = index.checked
    harmed(index, harm)
    with make.read() as db:
        assert index.check(db) == 0
    assert (index.checked, index.reason) == (compared, "its file was changed while it was open")


@pytest.mark.usefixtures("unleased")
def test_a_file_touched_while_it_is_compacted_leaves_no_new_one(
    make: World, crowd: Crowd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = opened(make, tmp_path)
    current = files.current_name(tmp_path)
    compacted = Index.compacted

    def meanwhile(self: Index) -> Any:
        made = compacted(self)
        harmed(index, written_over)
        return made

    monkeypatch.setattr(Index, "compacted", meanwhile)
    with pytest.raises(NotReady, match="changed while it was open"):
        index_build.compact(make.engine, index)
    assert files.current_name(tmp_path) == current
    assert len(list(tmp_path.glob("index-*.bin"))) == 1


@pytest.mark.usefixtures("unleased")
@pytest.mark.parametrize("harm", [truncated, emptied, written_over])
def test_the_keeper_finds_a_touched_file_in_its_next_round_and_builds_another(
    clients: Callable[..., Client], make: World, crowd: Crowd, monkeypatch: pytest.MonkeyPatch, harm: Harm
) -> None:
    browser = clients(match_backend="index")
    matching = matching_of(browser.app.state.kit.engine)
    index = matching.index
    assert index is not None
    kept = Keeper(make.engine, matching)
    kept.once()
    harmed(index, harm)
    monkeypatch.setattr(index_keeper, "CHECK_S", 0.0)  # the round would compare people too
    kept.once()
    health = browser.get("/healthz").json()["matching"]
    assert (health["answers"], health["reason"]) == ("sql", "its file was changed while it was open")
    assert agrees(make, crowd, matching)
    monkeypatch.setattr(index_keeper, "OPEN_S", 0.0)
    monkeypatch.setattr(index_keeper, "BUILD_S", 0.0)
    kept.once()
    health = browser.get("/healthz").json()["matching"]
    assert (health["answers"], health["reason"]) == ("index", "")
    assert agrees(make, crowd, index)


@pytest.mark.usefixtures("unleased")
def test_the_keeper_outlives_a_file_touched_while_it_compacts(
    make: World, crowd: Crowd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("market.matching.core.index.FRESH_PEOPLE", 3)
    index = IndexBackend(tmp_path)
    kept = Keeper(make.engine, Matching(index, INDEX))
    kept.once()
    with make.write() as db:
        for person in sorted(crowd.people):
            crowd.change(db, person)
    outlast(make.engine)
    followed = index_build.changes.fingerprint

    def meanwhile(*given: Any) -> str:
        harmed(index, truncated)
        return followed(*given)

    monkeypatch.setattr(index_build.changes, "fingerprint", meanwhile)
    kept.once()
    assert index.reason == "its file was changed while it was open"


def test_who_would_write_into_an_open_file_waits_until_its_last_reader_lets_go(
    make: World, crowd: Crowd, tmp_path: Path
) -> None:
    """What closes the moment between the question and the read, where the system has leases."""
    index = opened(make, tmp_path)
    path = leased(index)
    if path is None:
        return
    assert index.stored is not None
    pages = index.stored.segment.levels
    before = pages.copy()
    with pytest.raises(BlockingIOError):
        os.open(path, WRITE)
    assert not index.stored.file.is_untouched, "and the wish alone is noticed"
    with pytest.raises(NotReady, match="changed while it was open"):
        ask(make, crowd, index)
    index._open = None
    with pytest.raises(BlockingIOError):
        os.open(path, WRITE)
    assert (pages == before).all(), "a question that is being answered reads on"
    del pages
    os.close(os.open(path, WRITE))


def test_a_file_that_somebody_waits_to_write_into_is_not_opened_again_while_they_wait(
    make: World, crowd: Crowd, tmp_path: Path
) -> None:
    """It would be without a lease, and the one that was open would let the writer in."""
    index = opened(make, tmp_path)
    path = leased(index)
    if path is None:
        return
    with pytest.raises(BlockingIOError):
        os.open(path, WRITE)
    assert not index.is_replaced()
    with make.read() as db:
        assert not index.open(db)
        assert index.reason == "its file was changed while it was open"
        index._open = None  # nobody waits any more, and nothing was written
        assert index.open(db)
    assert agrees(make, crowd, index)
    assert index.stored is not None
    assert index.stored.file.is_leased


def test_the_command_line_says_that_a_file_was_touched(
    sqlite_files: Databases, make: World, crowd: Crowd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARKET_DATA", str(tmp_path))
    monkeypatch.setenv("MARKET_DATABASE_URL", make.engine.url.render_as_string(hide_password=False))
    index_build.build(make.engine, tmp_path / "index")
    monkeypatch.setattr(watched.Watched, "is_untouched", False)
    for word in ("check", "compact"):
        found = RUN.invoke(command_line, ["index", word])
        said = " ".join(found.output.split())
        assert found.exit_code == 2, said
        assert "The index cannot be used: its file was changed while it was open." in said
        assert "differ" not in said
