"""Where the demo makes its world: in an empty database that is named, and never over something else."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from market.config import Settings
from market.credentials import address
from market.credentials.models import IssuingAddress
from market.db import connect, transaction
from market.demo import building
from market.demo.set_up import NotOurs, demo_settings, ensure_world
from tests.support.databases import Databases


def make_little(settings: Settings) -> None:
    """Stands for the playing of the story, which takes half a minute."""
    engine = connect(settings.url)
    SQLModel.metadata.tables[str(IssuingAddress.__tablename__)].create(engine)
    engine.dispose()
    (settings.data / "files").mkdir()


@pytest.fixture
def settings(postgres_server: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(building, "build", make_little)
    return Settings(data=tmp_path / "state", database_url=postgres_server.new_database())


def test_an_empty_database_is_filled_once(settings: Settings) -> None:
    said: list[str] = []
    assert ensure_world(settings, lambda: said.append("making"))
    assert not ensure_world(settings, lambda: said.append("making"))
    assert said == ["making"]


def test_a_world_made_for_another_port_issues_under_this_one_and_again_under_the_first(
    settings: Settings,
) -> None:
    assert ensure_world(settings)
    engine = connect(settings.url)
    with transaction(engine, write=True) as db:
        address.use(db, settings.public_url)
    for port in (8001, 8000):
        moved = demo_settings(settings, port)
        assert not ensure_world(replace(moved, data=settings.data))
        with transaction(engine, write=False) as db:
            now = address.current(db)
            assert now is not None
            assert now.public_url == moved.public_url
    engine.dispose()


def test_what_is_no_whole_demo_world_is_left_alone(settings: Settings) -> None:
    settings.data.mkdir()
    make_little(settings)
    with pytest.raises(NotOurs, match="Name an empty database"):
        ensure_world(settings)


def test_a_world_that_was_interrupted_is_no_whole_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(of: Settings) -> None:
        make_little(of)
        raise KeyboardInterrupt

    monkeypatch.setattr(building, "build", breaks)
    with pytest.raises(KeyboardInterrupt):
        ensure_world(settings)
    with pytest.raises(NotOurs):
        ensure_world(settings)


def test_the_files_of_a_database_that_is_gone_are_made_anew(
    settings: Settings, postgres_server: Databases
) -> None:
    assert ensure_world(settings)
    (settings.data / "files" / "old").touch()
    another = Settings(data=settings.data, database_url=postgres_server.new_database())
    assert ensure_world(another)
    assert not (settings.data / "files" / "old").exists()
