"""Having the demo world there before it is served: what `market demo` does first.

A world that is there already is served at once: what makes one is imported only when it is needed.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from market.config import Settings

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


class NotOurs(Exception):
    """The database that was named holds something that is no demo world."""


def ensure_world(settings: Settings, begins: Callable[[], None] = lambda: None) -> bool:
    """Make the world unless it is there; whether it was made now. `begins` is called before it is made.

    It is made in a folder of its own and moved when it is whole, so that an interrupted run leaves nothing behind
    that looks finished. Raises NotOurs.
    """
    if settings.database_url:
        return _ensure_in_database(settings, begins)
    if (settings.data / "market.db").exists():
        _issue_here(settings)
        return False
    from market.demo.building import build

    begins()
    building = settings.data / "building"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    build(replace(settings, data=building))
    for name in (
        "files",
        "secret",
        "market.db-wal",
        "market.db-shm",
        "market.db",
    ):  # the database last: it says done
        if (building / name).exists():
            _move(building / name, settings.data / name)
    shutil.rmtree(building)
    return True


def _ensure_in_database(settings: Settings, begins: Callable[[], None]) -> bool:
    """A database that cannot be moved is played in where it stands; a file beside the uploads says that it is whole."""
    from sqlalchemy import inspect

    from market.db import connect

    whole = settings.data / "whole"
    engine = connect(settings.url)
    is_empty = not inspect(engine).get_table_names()
    engine.dispose()
    if not is_empty and whole.exists():
        _issue_here(settings)
        return False
    if not is_empty:
        raise NotOurs(
            f"The database holds something already, and {settings.data} does not say that it is a whole demo world. "
            "Name an empty database."
        )
    from market.demo.building import build

    begins()
    for name in ("whole", "files", "secret"):  # of a database that is gone
        _remove(settings.data / name)
    settings.data.mkdir(parents=True, exist_ok=True)
    build(settings)
    whole.touch()
    return True


def _issue_here(settings: Settings) -> None:
    """Let credentials be issued under this port, when the world was made for another. What was signed stays as it is."""
    from market.credentials import address
    from market.db import connect, transaction

    engine = connect(settings.url)
    try:
        with transaction(engine, write=True) as db:
            now, wanted = address.current(db), settings.public_url.rstrip("/")
            if now is not None and now.public_url != wanted:
                address.use(db, wanted)
    finally:
        engine.dispose()


def _move(source: Path, target: Path) -> None:
    _remove(target)
    source.replace(target)


def _remove(target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink(missing_ok=True)
