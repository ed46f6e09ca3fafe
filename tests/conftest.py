"""Fixtures that every test may use, and the rules of a run: closed sockets, settled examples, no skip in CI."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tests.support import browser, memory, postgres, skips, sockets
from tests.support.databases import Databases, SqliteFiles

if TYPE_CHECKING:  # the fixtures import the site when they are asked for: pure tests stay quick
    from sqlalchemy import Engine

    from market.config import Settings
    from tests.support.client import Client
    from tests.support.world import Standing, World

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Between files: tests of one file may share a database."""
    yield
    if nextitem is None or nextitem.path != item.path:
        memory.let_go()


def pytest_sessionfinish() -> None:
    """Look once for what was forgotten, and set the rest aside.

    Pytest looks five times as it ends, through all that a worker has loaded, and pytest-xdist gives it ten seconds to
    end: past them the worker is killed before it has written its part of the coverage.
    """
    memory.let_go()


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


@pytest.fixture
def standing_clock() -> Iterator["Standing"]:
    """The clock stands at `world.NOW`."""
    from market import clock
    from tests.support.world import NOW, Standing

    with clock.standing(NOW):
        yield Standing()


@pytest.fixture
def db_engine(databases: Databases, site_settings: "Settings") -> Iterator["Engine"]:
    """A database of this test's own with the tables and the cast, on SQLite and on PostgreSQL in turn."""
    from market.credentials.address import with_issuing
    from market.db import connect
    from market.files.service import with_files
    from tests.support.world import settle

    url = databases.new_database(databases.template_from(settle))
    engine = connect(url)
    yield with_issuing(with_files(engine, site_settings), site_settings)
    engine.dispose()
    databases.drop(url)


@pytest.fixture
def make(db_engine: "Engine", standing_clock: "Standing") -> "World":
    """The world: the cast, and more through the services."""
    from tests.support.world import World

    return World(db_engine)


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords hashed for a thousandth of the real cost."""
    import argon2

    from market.accounts import passwords

    monkeypatch.setattr(passwords, "hasher", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


@pytest.fixture
def site_settings(tmp_path: Path) -> "Settings":
    """The site's settings: its data in a folder of the test's own."""
    from market.config import Settings

    return Settings(data=tmp_path / "data", public_url="http://testserver")


@pytest.fixture
def clients(
    make: "World", site_settings: "Settings", quick_hashes: None
) -> Iterator[Callable[..., "Client"]]:
    """`clients(limits=True, demo=True, ...)`: a browser at a site with other settings."""
    import dataclasses

    from market.app import create_app
    from tests.support.client import Client
    from tests.support.loop import Loop

    with Loop() as runner:

        def browser(*, limits: bool = False, **chosen: Any) -> Client:
            settings = dataclasses.replace(site_settings, **chosen)
            return Client(create_app(settings, make.engine, limits=limits), runner, make.engine)

        yield browser


@pytest.fixture
def client(clients: Callable[..., "Client"]) -> "Client":
    """A visitor's browser; `client.as_(make.amara)` is one in which Amara is signed in."""
    return clients()
