"""Making the demo world once, and serving it: what `market demo` does."""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine, text

from market.config import Settings
from market.db import connect, transaction
from market.demo.play import play
from market.files.service import with_files
from market.migrations import migrate
from market.notifications.compose import knowing
from market.paths import data_dir
from market.skills import importing

PLACE, RUN_BY = "Calderside", "Calderside Skills Service"


def demo_settings(settings: Settings, port: int) -> Settings:
    """The settings of the demo: on this machine, with its page to step in, mail on a page, and no limits."""
    return replace(
        settings,
        demo=True,
        site_place=PLACE,
        run_by=RUN_BY,
        public_url=f"http://127.0.0.1:{port}",
        smtp_url="",
        trusted_hosts=("127.0.0.1", "localhost"),
        site_name=settings.site_name,
    )


def ensure_world(settings: Settings) -> bool:
    """Make the world unless it is there; whether it was made now.

    It is made in a folder of its own and moved when it is whole, so that an interrupted run leaves nothing behind
    that looks finished.
    """
    if (settings.data / "market.db").exists() or settings.database_url:
        return False
    building = settings.data / "building"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    within = replace(settings, data=building)
    engine = knowing(
        with_files(connect(within.url, synchronous="OFF"), within), within
    )  # whole or not at all: nothing to keep safe yet
    try:
        migrate.upgrade(engine)
        _play(engine, within)
        with engine.connect() as connection:
            connection.execute(text("PRAGMA optimize"))
    finally:
        engine.dispose()
    for name in (
        "files",
        "market.db-wal",
        "market.db-shm",
        "market.db",
    ):  # the database last: its presence says done
        if (building / name).exists():
            _move(building / name, settings.data / name)
    shutil.rmtree(building)
    return True


def _move(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    source.replace(target)


def _play(engine: Engine, settings: Settings) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as bar:
        skills = bar.add_task("Reading the skills", total=1)
        importing.import_path(data_dir("seeds") / "skills.csv", partial(transaction, engine, write=True))
        bar.update(skills, completed=1)
        story = bar.add_task("Playing the valley's story", total=None)

        def say(done: int, of: int) -> None:
            bar.update(story, completed=done, total=of)

        play(engine, settings, progress=say)
