"""Having the demo world there before it is served: what `market demo` does first.

A world that is there already is served at once: what makes one is imported only when it is needed.
"""

import shutil
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


def ensure_world(settings: Settings) -> bool:
    """Make the world unless it is there; whether it was made now.

    It is made in a folder of its own and moved when it is whole, so that an interrupted run leaves nothing behind
    that looks finished.
    """
    if settings.database_url:
        return False
    if (settings.data / "market.db").exists():
        _issue_here(settings)
        return False
    from market.demo.building import build

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


def _issue_here(settings: Settings) -> None:
    """Let credentials be issued under this port, when the world was made for another. What was signed stays as it is."""
    from sqlmodel import select

    from market.credentials import address
    from market.credentials.models import IssuingAddress
    from market.db import connect, transaction

    engine = connect(settings.url)
    with transaction(engine, write=True) as db:
        now, wanted = address.current(db), settings.public_url.rstrip("/")
        if now is not None and now.public_url != wanted:
            now.is_current = None
            db.add(now)
            db.flush()
            known = db.exec(select(IssuingAddress).where(IssuingAddress.public_url == wanted)).first()
            here = known or IssuingAddress(public_url=wanted)
            here.is_current = True
            db.add(here)
    engine.dispose()


def _move(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    source.replace(target)
