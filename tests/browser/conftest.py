"""The site for browsers, with people who sign in to it."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from market import clock
from market.db import transaction
from market.paths import data_dir
from market.skills import importing
from tests.browser.serving import PATIENCE, Site, serving
from tests.browser.tour import Tour, made_once, touring
from tests.support.databases import Databases, SqliteFiles
from tests.support.world import NOW

if TYPE_CHECKING:
    from market.config import Settings
    from tests.support.world import Standing, World

# Only a failure waits so long; a busy machine may need it.
expect.set_options(timeout=1000 * PATIENCE / 2)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def databases(sqlite_files: Databases) -> Databases:
    """SQLite alone: what pages do with a database is tested on both elsewhere."""
    return sqlite_files


@pytest.fixture
def site(make: "World", site_settings: "Settings", quick_hashes: None) -> Iterator[Site]:
    """The site in a browser's reach, with the cast and the skills of the seeds."""
    importing.import_path(data_dir("seeds") / "skills.csv", partial(transaction, make.engine, write=True))
    with serving(site_settings, make.engine) as found:
        yield found


@pytest.fixture(scope="session")
def demo_world(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    """The demo world, made and walked through once for the whole run, and served to this worker."""
    with clock.standing(NOW):
        kept = made_once(sqlite_files.folder.parent / "demo")
    with touring(kept, tmp_path_factory.mktemp("demo")) as found:
        yield found


@pytest.fixture
def tour(demo_world: Tour, standing_clock: "Standing") -> Tour:
    """The demo world on the day on which it was made."""
    return demo_world


@pytest.fixture
def window(new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """`window(java_script_enabled=False)`: another browser window with cookies of its own."""

    def opened(**more: object) -> Page:
        page = new_context(**more).new_page()
        page.set_default_timeout(1000 * PATIENCE / 2)
        return page

    return opened
