"""The list of attacks names tests that exist, and leaves none of the files of attacks out."""

from __future__ import annotations

import re
from pathlib import Path

from .fixtures import HERE

LIST = HERE.parents[1] / "docs" / "attacks.md"
_NAMED = re.compile(r"`([a-z0-9_]+)::(test_\w+)`")


def names_in(path: Path) -> set[str]:
    return set(re.findall(r"^def (test_\w+)\(", path.read_text("utf-8"), re.M))


def test_every_test_that_the_list_names_exists() -> None:
    named = _NAMED.findall(LIST.read_text("utf-8"))
    assert len(named) > 80
    missing = [f"{file}::{name}" for file, name in named if name not in names_in(HERE / f"test_{file}.py")]
    assert missing == []


def test_every_row_of_the_list_names_a_test() -> None:
    rows = [line for line in LIST.read_text("utf-8").splitlines() if line.startswith("| ")]
    bare = [line for line in rows if not _NAMED.search(line) and not line.startswith("| attack |")]
    assert bare == []
