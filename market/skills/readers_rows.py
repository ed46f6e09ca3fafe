"""Rows of a delimited text file that someone else made: streamed, and never a crash.

A row that cannot be read comes out as `Refused`, with the line it begins on and what is wrong with it.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BAD_CHARACTERS = ("\ufffd", "\0")


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was left out. `line` counts from 1, the header being line 1."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: dict[str, str]

    def get(self, column: str) -> str:
        """The cell without surrounding space; empty when the file has no such column."""
        return self.cells.get(column, "").strip()


def open_bytes(path: Path) -> io.BufferedIOBase:
    """The file's bytes, unpacked when it is gzip whatever its name."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")


def open_text(path: Path) -> io.TextIOWrapper:
    """The file as text. Bytes that are not UTF-8 become U+FFFD."""
    raw: Any = open_bytes(path)
    return io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace", newline="")


def line_count(path: Path) -> int:
    """Lines in the file, for a progress bar; of a damaged file, those before the damage."""
    count = 0
    with suppress(EOFError, OSError, zlib.error), open_bytes(path) as file:
        while chunk := file.read1(1 << 16):
            count += chunk.count(b"\n")
    return count


def header(path: Path) -> tuple[list[str], dict[str, str]]:
    """The column names and the first readable row; both empty when there is none."""
    columns: list[str] = []
    with suppress(EOFError, OSError, zlib.error, csv.Error), open_text(path) as text:
        reader = csv.reader(text, delimiter=_delimiter(path))
        columns = [name.strip() for name in next(reader, [])]
        first = next((cells for cells in reader if len(cells) == len(columns)), [])
        return columns, dict(zip(columns, first, strict=False))
    return columns, {}


def rows(path: Path) -> Iterator[Row | Refused]:
    """Every row after the header, in order.

    A quotation mark that is never closed swallows what follows up to 128 kB, which is refused as one.
    """
    line = 1
    try:
        with open_text(path) as text:
            reader = csv.reader(text, delimiter=_delimiter(path), strict=True)
            columns = [name.strip() for name in next(reader, [])]
            while True:
                line = reader.line_num + 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield Refused(line, _quoting(error, line, max(line, reader.line_num)))
                    continue
                if cells:
                    yield _row(line, columns, cells)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield Refused(
            line, f"The file ends or breaks off here ({error}). Fetch it again; rows before this were read."
        )
    except csv.Error as error:
        yield Refused(1, f"The header cannot be read ({error}).")


def _row(line: int, columns: list[str], cells: list[str]) -> Row | Refused:
    if len(cells) != len(columns):
        return Refused(line, f"The row has {len(cells)} cells and the header {len(columns)}.")
    if any(bad in cell for cell in cells for bad in _BAD_CHARACTERS):
        return Refused(line, "The row holds bytes that are not UTF-8 text.")
    return Row(line, dict(zip(columns, cells, strict=True)))


def _quoting(error: csv.Error, first: int, last: int) -> str:
    where = f"from line {first} to {last}" if last > first else "in this line"
    return f"A quotation mark or separator is misplaced {where} ({error})."


def _delimiter(path: Path) -> str:
    """Tab or comma, by the first line; O*NET calls its tab-separated files .txt."""
    with suppress(EOFError, OSError, zlib.error), open_text(path) as text:
        first = text.readline()
        return "\t" if first.count("\t") > first.count(",") else ","
    return ","
