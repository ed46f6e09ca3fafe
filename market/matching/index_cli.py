"""`market index`: building the index, comparing it with the database, and writing its changes into a new file."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from market.config import Settings
from market.db import connect, transaction
from market.matching import index_build
from market.matching.index_backend import IndexBackend, NotReady
from market.progress import bars

AT_ONCE = 100
OK, DIFFERS, UNUSABLE = 0, 1, 2


@contextmanager
def _database(settings: Settings) -> Iterator[Engine]:
    engine = connect(settings.url, pool_size=2, synchronous=settings.synchronous)
    try:
        yield engine
    finally:
        engine.dispose()


def _folder(settings: Settings) -> IndexBackend:
    return IndexBackend(settings.data / "index", settings.match_kernel)


def _opened(engine: Engine, settings: Settings) -> IndexBackend | None:
    index = _folder(settings)
    with transaction(engine, write=False) as db:
        if index.open(db):
            return index
    _say_unusable(index)
    return None


def _say_unusable(index: IndexBackend) -> None:
    print(f"The index cannot be used: {index.reason}.")


def build(settings: Settings) -> int:
    """Build it; the exit code."""
    with _database(settings) as engine:
        try:
            with bars() as say:
                index_build.build(engine, settings.data / "index", say)
        except index_build.Busy:
            print("Another process is building or compacting the index.")
            return UNUSABLE
        except KeyboardInterrupt:
            print("Interrupted. Run it again: it goes on where it stopped.")
            return UNUSABLE
        index = _opened(engine, settings)
    if index is None:
        return UNUSABLE
    print(f"The index holds {index.people:,} people.")
    return OK


def check(settings: Settings, people: int) -> int:
    """Compare random people of it with the database; the exit code."""
    with _database(settings) as engine:
        index = _opened(engine, settings)
        if index is None:
            return UNUSABLE
        with bars() as say:
            for done in range(0, people, AT_ONCE):
                say("people", done, people)
                with transaction(engine, write=False) as db:
                    if index.check(db, min(AT_ONCE, people - done)):
                        break
            else:
                say("people", people, people)
    if index.reason and not index.drifted:
        _say_unusable(index)
        return UNUSABLE
    print(
        f"{index.checked:,} comparisons of people drawn at random (one may be drawn more than once; the index holds "
        f"{index.people:,}): {index.drifted} differ from the database."
    )
    if index.drifted:
        print("It will not be used any more. Build it anew: market index build")
    return DIFFERS if index.drifted else OK


def compact(settings: Settings) -> int:
    """Write what changed into a new file; the exit code."""
    with _database(settings) as engine:
        index = _opened(engine, settings)
        if index is None or index.index is None:
            return UNUSABLE
        changed = index.index.changed
        try:
            with bars() as say:
                say("compacting", 0, 1)
                done = index_build.compact(engine, index)
                say("compacting", 1, 1)
        except index_build.Busy:
            print("Another process is building or compacting the index.")
            return UNUSABLE
        except NotReady:
            _say_unusable(index)
            return UNUSABLE
    print(f"Compacted: {changed:,} changed people." if done else "Another process was first.")
    return OK
