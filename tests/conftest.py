"""Fixtures that every test may use, and the rules of a run: closed sockets, settled examples, no skip in CI."""

import os
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.support import browser, postgres, skips, sockets
from tests.support.databases import Databases, SqliteFiles

hypothesis.settings.register_profile("gate", derandomize=True, max_examples=40, deadline=None)
hypothesis.settings.register_profile("soak", max_examples=2000, deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))

_FOLDER = pytest.StashKey[Path]()  # what the workers of one run share


def pytest_configure(config: pytest.Config) -> None:
    sockets.refuse_outside()
    skips.install(config)
    if hasattr(config, "workerinput"):
        config.stash[_FOLDER] = Path(config.workerinput["folder"])
    else:
        config.stash[_FOLDER] = postgres.new_folder()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist: tell each worker the run's folder."""
    node.workerinput["folder"] = str(node.config.stash[_FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and _FOLDER in config.stash:
        postgres.stop(config.stash[_FOLDER])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long tests run when asked for (`make soak`), else they are left out."""
    if "soak" in config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("soak")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session")
def sqlite_files(request: pytest.FixtureRequest) -> Databases:
    """SQLite databases, in the run's folder."""
    return SqliteFiles(request.config.stash[_FOLDER] / "sqlite")


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Databases:
    """The run's PostgreSQL server."""
    try:
        return postgres.PostgresServer(request.config.stash[_FOLDER])
    except postgres.Missing as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def postgres_url(postgres_server: postgres.PostgresServer) -> str:
    """The server's own database, for tests that make databases themselves."""
    return postgres_server.url


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Each kind of database in turn: a test that asks for it runs on both."""
    found: Databases = request.getfixturevalue(
        "sqlite_files" if request.param == "sqlite" else "postgres_server"
    )
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """pytest-playwright: start the system's Chromium."""
    executable = browser.chromium()
    if executable is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    return browser.launch_arguments(browser_type_launch_args, executable)
