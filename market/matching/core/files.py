"""The index on disk: one file of arrays that every process maps, and a manifest that names it.

Both are written to a temporary name, flushed to the disk and renamed, so that whoever looks sees the old
one or the new one, whole. The previous file stays until the next build, for processes that have just read
the old manifest; mapped files live on until their last reader lets go. What is truncated, damaged, foreign
or of another version is refused with the reason, and the caller falls back to SQL.
"""

import json
import mmap
import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from market.matching.core.segment import Segment
from market.matching.core.watched import Watched

FORMAT = "foothold-index"
VERSION = 2
MANIFEST = "manifest.json"
REFUSED = ".refused"
"""The ending of the note beside a file that was found wrong: nobody opens that file again."""
MAGIC = b"FHINDEX\x01"
ALIGN = 64
ARRAYS = (
    ("skills", "<u4"),
    ("ptr", "<i8"),
    ("rows", "<u4"),
    ("levels", "|u1"),
    ("hopes", "|u1"),
    ("person_ids", "<u4"),
    ("attributes", "<i8"),
)


class IndexFileError(Exception):
    """An index on disk that cannot be served, with the reason."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A mapped index and what its manifest says of it. Ask whether `file` is untouched before reading the segment."""

    segment: Segment
    built_to_seq: int
    path: Path
    log: str
    file: Watched


class _Pages(mmap.mmap):
    """The mapped file, which is watched for as long as any array lies in it."""

    file: Watched


def write(folder: Path, segment: Segment, built_to_seq: int, log: str = "") -> Path:
    """Put an index into the folder and make it the current one. Only one process may write at a time.

    `log` tells the change log that it was built from; whoever opens the index compares it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    previous = _current_name(folder)
    digest = sha256()

    def body(out: BinaryIO) -> None:
        for block in _blocks(segment):
            digest.update(block)
            out.write(block)

    temporary = folder / ".index.tmp"
    size = _flushed(temporary, body)
    path = folder / f"index-{built_to_seq}-{digest.hexdigest()[:12]}.bin"
    path.with_suffix(REFUSED).unlink(missing_ok=True)  # of a file with the very same content
    temporary.rename(path)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "file": path.name,
        "bytes": size,
        "sha256": digest.hexdigest(),
        "built_to_seq": built_to_seq,
        "people": segment.people,
        "postings": segment.postings,
        "log": log,
    }
    text = json.dumps(manifest, indent=1).encode()
    temporary = folder / ".manifest.tmp"
    _flushed(temporary, lambda out: out.write(text))
    temporary.rename(folder / MANIFEST)
    _flush_folder(folder)
    for old in folder.glob("index-*"):
        if old.with_suffix(".bin").name not in {path.name, previous}:
            old.unlink(missing_ok=True)
    return path


def open_current(folder: Path, verify: bool = True) -> Stored:
    """Map the current index; IndexFileError says why not. `verify` reads it once to compare its checksum."""
    try:
        return _opened(folder, verify)
    except FileNotFoundError:
        # Replaced between the two reads: the manifest names a newer file by now.
        try:
            return _opened(folder, verify)
        except FileNotFoundError as missing:
            raise IndexFileError("the file named in the manifest is missing") from missing


def current_name(folder: Path) -> str:
    """The name of the file that the manifest names; IndexFileError says why there is none."""
    return str(_manifest(folder)["file"])


def _opened(folder: Path, verify: bool) -> Stored:
    """The index that the manifest names; FileNotFoundError when its file is gone."""
    manifest = _manifest(folder)
    path = folder / manifest["file"]
    file = Watched(path)
    segment = _mapped(file, path.name, manifest, verify)
    return Stored(segment, manifest["built_to_seq"], path, manifest["log"], file)


def _blocks(segment: Segment) -> list[bytes]:
    """The file's parts in order: magic, header with its length, padding, arrays at aligned places."""
    arrays = [(name, np.ascontiguousarray(getattr(segment, name), dtype=kind)) for name, kind in ARRAYS]
    shapes = {name: list(array.shape) for name, array in arrays}
    header = json.dumps({"columns": segment.columns, "shapes": shapes}).encode()
    blocks: list[bytes] = [MAGIC + len(header).to_bytes(8, "little") + header]
    end = len(blocks[0])
    for _, array in arrays:
        blocks += [bytes(-end % ALIGN), array.tobytes()]
        end += -end % ALIGN + array.nbytes
    return blocks


def _mapped(file: Watched, called: str, manifest: dict[str, Any], verify: bool) -> Segment:
    """The segment in a file, mapped read-only, once its size, checksum and beginning are right."""
    if file.size != manifest["bytes"]:
        raise IndexFileError(f"{called} has {file.size} bytes instead of {manifest['bytes']}")
    data = _Pages(file.descriptor, 0, access=mmap.ACCESS_READ)
    data.file = file
    if data[: len(MAGIC)] != MAGIC:
        raise IndexFileError(f"{called} is not an index of this format")
    if verify and sha256(data).hexdigest() != manifest["sha256"]:
        raise IndexFileError(f"{called} is damaged: its checksum differs")
    length = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 8], "little")
    end = len(MAGIC) + 8 + length
    header = json.loads(data[len(MAGIC) + 8 : end])
    parts: dict[str, Any] = {}
    for name, kind in ARRAYS:
        shape, end = header["shapes"][name], end + -end % ALIGN
        count = int(np.prod(shape))
        parts[name] = np.frombuffer(data, kind, count, end).reshape(shape) if count else np.empty(shape, kind)
        end += count * np.dtype(kind).itemsize
    return Segment(**parts, columns=tuple(header["columns"]))


def _manifest(folder: Path) -> dict[str, Any]:
    """The manifest of this format and version."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except FileNotFoundError as missing:
        raise IndexFileError("there is no index yet") from missing
    except ValueError as unread:
        raise IndexFileError("the manifest cannot be read") from unread
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise IndexFileError("the manifest is not one of a matching index")
    if manifest.get("version") != VERSION:
        raise IndexFileError(f"the index has version {manifest.get('version')}; this program reads {VERSION}")
    wanted = {"file": str, "bytes": int, "sha256": str, "built_to_seq": int, "log": str}
    for name, kind in wanted.items():
        if not isinstance(manifest.get(name), kind):
            raise IndexFileError(f"the manifest does not say {name}")
    if Path(manifest["file"]).name != manifest["file"]:
        raise IndexFileError("the manifest names a file outside its folder")
    return manifest


def _current_name(folder: Path) -> str | None:
    """The same, None where there is none."""
    try:
        return current_name(folder)
    except IndexFileError:
        return None


def _flushed(path: Path, body: Callable[[BinaryIO], object]) -> int:
    """Write a file and wait until the disk has it; its size."""
    with path.open("wb") as out:
        body(out)
        out.flush()
        os.fsync(out.fileno())
        return out.tell()


def _flush_folder(folder: Path) -> None:
    """Wait until the disk has the folder's names."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
