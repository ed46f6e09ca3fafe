"""The whole demo world on PostgreSQL: it plays to its end there, and every page of every person answers."""

from pathlib import Path

import pytest

from market import clock
from market.config import Settings
from market.demo.set_up import demo_settings
from tests.browser.tour import played_and_walked
from tests.support.databases import Databases
from tests.support.world import NOW


@pytest.mark.soak
@pytest.mark.postgres
def test_every_link_of_the_demo_leads_somewhere(postgres_server: Databases, tmp_path: Path) -> None:
    url = postgres_server.new_database()
    with clock.standing(NOW):
        kept = played_and_walked(demo_settings(Settings(data=tmp_path, database_url=url), 8000))
    wrong = [
        f"{one.name}, linked from {one.came_from}: {one.status}" for one in kept.visits if not one.is_right
    ]
    assert not wrong, "\n".join(wrong)
    assert len(kept.visits) > 1000
