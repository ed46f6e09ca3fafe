"""Fresh databases in a few milliseconds: each is a copy of a template that was set up once."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

try:
    import fcntl
except ImportError:  # Windows, where the tests run in one process
    fcntl = None  # type: ignore[assignment]

Setup = Callable[[str], None]  # takes the database's URL; leaves no connection open
_numbers = count(1)


class Databases(Protocol):
    """A place where databases can be made: SQLite files or a PostgreSQL server."""

    name: str

    def template_from(self, setup: Setup) -> str:
        """The name of the template that `setup` made; it runs once for each test run, whichever worker asks first."""
        ...

    def new_database(self, template: str | None = None) -> str:
        """The URL of a new database: a copy of the template, or empty."""
        ...

    def put_back(self, url: str, template: str) -> None:
        """Make a database a copy of the template again, under the same URL; whoever used it has disconnected."""
        ...

    def drop(self, url: str) -> None:
        """Remove a database, connections and all."""
        ...


def template_name(setup: Setup) -> str:
    """A name for what `setup` makes, short enough for PostgreSQL."""
    told = f"{setup.__module__}.{setup.__qualname__}"
    return "template_" + hashlib.sha256(told.encode()).hexdigest()[:16]


def unique_name() -> str:
    """A name no other worker of this run uses."""
    return f"test_{os.getpid()}_{next(_numbers)}"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file while other workers of the run wait."""
    with path.open("w") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


class SqliteFiles:
    """SQLite databases as files in one folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

    def template_from(self, setup: Setup) -> str:
        name = template_name(setup)
        ready = self.folder / f"{name}.db"
        with locked(self.folder / f"{name}.lock"):
            if not ready.exists():
                making = self.folder / f"{name}.making.db"
                self._remove(making)
                setup(f"sqlite:///{making}")
                with sqlite3.connect(making) as connection:  # the copy is of one file: bring the log into it
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.close()
                making.rename(ready)
        return name

    def new_database(self, template: str | None = None) -> str:
        path = self.folder / f"{unique_name()}.db"
        if template is not None:
            shutil.copyfile(self.folder / f"{template}.db", path)
        return f"sqlite:///{path}"

    def put_back(self, url: str, template: str) -> None:
        self.drop(url)
        shutil.copyfile(self.folder / f"{template}.db", url.removeprefix("sqlite:///"))

    def drop(self, url: str) -> None:
        self._remove(Path(url.removeprefix("sqlite:///")))

    @staticmethod
    def _remove(path: Path) -> None:
        for suffix in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
