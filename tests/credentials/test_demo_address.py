"""The demo on another port than the one its world was made on: credentials are issued under the one it is served on."""

import sqlite3
from pathlib import Path

import pytest
from sqlmodel import select

from market.config import Settings
from market.credentials.address import current
from market.credentials.models import IssuingAddress
from market.db import connect, transaction
from market.demo.set_up import demo_settings, ensure_world
from tests.credentials import issued_scene as scene
from tests.support.databases import Databases
from tests.support.world import World


@pytest.fixture(scope="session")
def databases(sqlite_files: Databases) -> Databases:
    """SQLite alone: the demo has no other."""
    return sqlite_files


@pytest.mark.parametrize("ports", [(8321,), (8321, 8322, 8321)])
def test_the_demo_issues_under_the_port_it_is_served_on(
    make: World, tmp_path: Path, ports: tuple[int, ...]
) -> None:
    signed = scene.given(make).signed_id
    copying = sqlite3.connect(make.engine.url.database or "")
    copying.execute(f"VACUUM INTO '{tmp_path / 'market.db'}'")
    copying.close()
    for port in ports:
        assert ensure_world(demo_settings(Settings(data=tmp_path), port)) is False
    engine = connect(f"sqlite:///{tmp_path / 'market.db'}")
    with transaction(engine, write=False) as db:
        here = current(db)
        assert here is not None
        assert here.public_url == f"http://127.0.0.1:{ports[-1]}"
        assert len(db.exec(select(IssuingAddress)).all()) == 1 + len(set(ports))
        assert scene.all_issued(db)[0].signed_id == signed, "what was signed stays as it is"
    engine.dispose()
