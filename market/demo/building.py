"""Making the demo world in an empty folder or database: the tables, the skills, and the story played with a progress bar."""

from functools import partial

from sqlalchemy import Engine, text

from market.config import Settings
from market.credentials.address import with_issuing
from market.db import connect, transaction
from market.demo.play import play
from market.files.service import with_files
from market.migrations import migrate
from market.notifications.compose import knowing
from market.paths import data_dir
from market.progress import bars
from market.skills import importing


def build(settings: Settings) -> None:
    """Make the world where the settings say. Whole or not at all, so there is nothing to keep safe meanwhile."""
    engine = knowing(
        with_issuing(with_files(connect(settings.url, synchronous="OFF"), settings), settings), settings
    )
    try:
        migrate.upgrade(engine)
        _play(engine, settings)
        with engine.connect() as connection:
            connection.execute(text("PRAGMA optimize" if engine.dialect.name == "sqlite" else "ANALYZE"))
    finally:
        engine.dispose()


def _play(engine: Engine, settings: Settings) -> None:
    with bars() as say:
        say("Reading the skills", 0, 1)
        importing.import_path(data_dir("seeds") / "skills.csv", partial(transaction, engine, write=True))
        say("Reading the skills", 1, 1)
        story = partial(say, "Playing the valley's story")
        story(0, None)
        play(engine, settings, progress=story)
