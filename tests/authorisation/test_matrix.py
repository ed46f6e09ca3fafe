"""Nobody sees or does what is not theirs: every route, asked by everyone, answers as `matrix.md` says."""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.routing import Mount

from market import clock
from market.app import create_app, feature_routes
from market.config import Settings
from market.db import connect
from tests.authorisation import reading
from tests.authorisation.asking import Site, compare
from tests.authorisation.reading import Row
from tests.support.databases import Databases
from tests.support.loop import Loop
from tests.support.world import NOW

ROWS = reading.rows()
SECTIONS = reading.sections(ROWS)
ONE_IN = 12  # of the questions are asked again on PostgreSQL

SiteMaker = Callable[..., Site]


@pytest.fixture
def site_on(quick_hashes: None, tmp_path: Path) -> Iterator[SiteMaker]:
    """`site_on(databases, demo=False)`: a site on the scene, with the clock standing."""
    made: list[Site] = []
    with clock.standing(NOW), Loop() as runner:

        def make(databases: Databases, *, demo: bool = False) -> Site:
            made.append(Site(databases, tmp_path / "data", runner, demo=demo))
            return made[-1]

        yield make
        for site in made:
            site.close()


@pytest.mark.parametrize("section", SECTIONS)
def test_everyone_is_answered_as_the_table_says_and_a_refusal_changes_nothing(
    section: str, sqlite_files: Databases, site_on: SiteMaker
) -> None:
    site = site_on(sqlite_files, demo=section == "demo")
    wrong = [one for row in SECTIONS[section] for one in compare(site, row)]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.postgres
def test_the_same_on_postgresql_for_every_twelfth_question(
    postgres_server: Databases, site_on: SiteMaker
) -> None:
    site = site_on(postgres_server)

    def ask(row: Row) -> Callable[[str], bool]:
        return lambda who: zlib.crc32(f"{row.section} {row.told} {who}".encode()) % ONE_IN == 0

    wrong = [one for row in ROWS if row.section != "demo" for one in compare(site, row, ask(row))]
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_route_is_in_the_table_and_every_row_names_one() -> None:
    routes, told = {route.name for route in feature_routes(demo=True)}, {row.route for row in ROWS}
    assert not routes - told, f"not in the table: {sorted(routes - told)}"
    assert not told - routes, f"no such route: {sorted(told - routes)}"


def test_the_site_has_no_routes_beside_those_of_the_features(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'empty.db'}")
    app = create_app(Settings(data=tmp_path, public_url="http://testserver", demo=True), engine)
    names = {route.name for route in feature_routes(demo=True)}
    beside = [route for route in app.routes if getattr(route, "name", "") not in names]
    engine.dispose()
    assert [(type(one), getattr(one, "path", "")) for one in beside] == [(Mount, "/static")]


def test_a_table_that_cannot_be_read_is_refused() -> None:
    head = "## a\n```\n"
    with pytest.raises(ValueError, match="cannot be read"):
        reading.rows(head + "home.front y y y\n```\n")
    with pytest.raises(ValueError, match="cannot be read"):
        reading.rows(head + f"home.front {'y ' * 12}?\n```\n")
    with pytest.raises(ValueError, match="twice"):
        reading.rows(head + f"home.front {'y ' * 13}\n" * 2 + "```\n")
