"""A database with the kernel's tables and one door, on SQLite and on PostgreSQL in turn."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from market.db import connect
from tests.kernel.door import set_up
from tests.support.databases import Databases


@pytest.fixture
def house(databases: Databases) -> Iterator[Engine]:
    url = databases.new_database(databases.template_from(set_up))
    engine = connect(url)
    yield engine
    engine.dispose()
    databases.drop(url)
