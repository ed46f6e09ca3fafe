"""Reading the table that people wrote."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("matrix.md")
WHO = ["v", "u", "c", "t", "o", "r", "m", "n", "i", "x", "b", "d", "a"]
ANSWERS = frozenset("y=>sn.le")
DENIED = frozenset("=sn.le")  # nothing changes


class Row(NamedTuple):
    """One route, asked for one thing in one state: what each is answered. `given` fills in the rest of the address."""

    section: str
    route: str
    given: Mapping[str, str]
    answers: Mapping[str, str]

    @property
    def told(self) -> str:
        return " ".join([self.route, *(f"{k}={v}" for k, v in self.given.items())])


def rows(table: str = "") -> list[Row]:
    """Every row. Raises ValueError for one that cannot be read, and for one that stands twice in its section."""
    found: list[Row] = []
    section, inside = "", False
    for line in (table or TABLE.read_text("utf-8")).splitlines():
        if line.startswith("## "):
            section = re.split(r"[: ]", line[3:])[0]
        elif line.startswith("```"):
            inside = not inside
        elif inside:
            words = line.partition("#")[0].split()
            if words == WHO:
                continue
            found.append(_row(section, words, line))
    told = [(row.section, row.told) for row in found]
    twice = {one for one in told if told.count(one) > 1}
    if twice:
        raise ValueError(f"in the table twice: {sorted(twice)}")
    return found


def _row(section: str, words: list[str], line: str) -> Row:
    route, given, letters = words[0], words[1 : -len(WHO)], words[-len(WHO) :]
    if len(words) <= len(WHO) or not set(letters) <= ANSWERS or any("=" not in one for one in given):
        raise ValueError(f"cannot be read: {line!r}")
    pairs = [one.split("=", 1) for one in given]
    return Row(section, route, dict(pairs), dict(zip(WHO, letters, strict=True)))


def sections(found: list[Row]) -> dict[str, list[Row]]:
    by: dict[str, list[Row]] = {}
    for row in found:
        by.setdefault(row.section, []).append(row)
    return by
