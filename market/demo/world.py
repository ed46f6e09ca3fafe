"""Reading the seeds: TOML files as they are, gathered by key."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from market.paths import data_dir

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """The demo valley as data. Days are whole numbers relative to today. The format is in seeds/README.md."""

    organisations: list[Row]
    people: list[Row]
    rubrics: dict[str, Row]
    openings: dict[str, Row]
    stories: list[Row]
    proposals: list[Row]
    achievements: list[Row]
    pathways: list[Row]
    programmes: list[Row]
    issuers: list[Row]
    held: list[Row]
    step_in: list[Row]
    staff: list[Row]


def load(folder: Path | None = None) -> World:
    """The world in `folder`, the project's own by default."""
    folder = folder or data_dir("seeds")
    return World(
        organisations=_rows(folder / "organisations.toml", "organisation"),
        people=[row for path in sorted((folder / "people").glob("*.toml")) for row in _rows(path, "person")],
        rubrics={row["key"]: row for row in _rows(folder / "rubrics.toml", "rubric")},
        openings={
            row["key"]: row
            for path in sorted((folder / "openings").glob("*.toml"))
            for row in _rows(path, "opening")
        },
        stories=[row for path in sorted((folder / "stories").glob("*.toml")) for row in _rows(path, "story")],
        proposals=_rows(folder / "moderation.toml", "skill_proposal"),
        achievements=_rows(folder / "achievements.toml", "achievement"),
        pathways=_rows(folder / "pathways.toml", "pathway"),
        programmes=[
            row for path in sorted((folder / "programmes").glob("*.toml")) for row in _rows(path, "programme")
        ],
        issuers=_rows(folder / "wallets.toml", "issuer"),
        held=_rows(folder / "wallets.toml", "held"),
        step_in=_rows(folder / "step_in.toml", "step_in"),
        staff=_rows(folder / "staff.toml", "staff"),
    )


def _rows(path: Path, table: str) -> list[Row]:
    with path.open("rb") as file:
        rows: list[Row] = tomllib.load(file).get(table, [])
    return rows


@cache
def step_in_rows() -> list[Row]:
    """The people a visitor of the demo can step in as."""
    return _rows(data_dir("seeds") / "step_in.toml", "step_in")


def address_of(key: str) -> str:
    """The e-mail address of someone in the demo."""
    return f"{key}@calderside.example"
