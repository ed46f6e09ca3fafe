"""The folder where uploads lie: written whole or not at all, under random names, two letters to a folder.

A file is written and synced under a temporary name, renamed, and its folder synced, before the row that names it is
committed. When the transaction is rolled back the bytes go at once; when the machine fails in between, the sweep finds
bytes without a row a day later.
"""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_ORPHAN_AFTER = 24 * 3600  # seconds; longer than any transaction


def new_name() -> str:
    """A random name, 160 bits in hexadecimal."""
    return secrets.token_hex(20)


def place(folder: Path, name: str) -> Path:
    """Where the bytes of `name` lie. Raises ValueError for a name this module did not make."""
    if len(name) != 40 or not set(name) <= set("0123456789abcdef"):
        raise ValueError("This is not a name of a stored file.")
    return folder / name[:2] / name


def write(folder: Path, name: str, content: bytes) -> None:
    """Keep the bytes: after this they are on the disk, whole."""
    final = place(folder, name)
    final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = final.with_name(f".{name}.part")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(final)
        _sync(final.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(folder: Path, name: str) -> bytes:
    """The bytes. Raises FileNotFoundError when they are gone."""
    return place(folder, name).read_bytes()


def remove(folder: Path, name: str) -> None:
    """Take the bytes away; nothing happens when they are gone."""
    place(folder, name).unlink(missing_ok=True)


def old_names(folder: Path, now: float | None = None) -> Iterator[str]:
    """Names of the stored files that are older than a day; unfinished ones of that age are removed on the way."""
    before = (time.time() if now is None else now) - _ORPHAN_AFTER
    for path in sorted(folder.glob("??/*")) + sorted(folder.glob("??/.*.part")):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime > before:
                continue
            if path.name.startswith("."):
                path.unlink()
            else:
                yield path.name
