"""The demo world as read from `seeds/`, and what its rows say, for the tests that check it."""

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).parent.parent / "seeds"
FLOOR = 13.20

Row = dict[str, Any]


def rows(where: str, table: str) -> list[Row]:
    """All rows of one table, from a file or from every TOML file of a folder, in file order."""
    path = SEEDS / where
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    return [row for file in files for row in tomllib.loads(file.read_text("utf-8"))[table]]


ORGANISATIONS = {row["key"]: row for row in rows("organisations.toml", "organisation")}
PEOPLE = {row["key"]: row for row in rows("people", "person")}
RUBRICS = {row["key"]: row for row in rows("rubrics.toml", "rubric")}
OPENINGS = {row["key"]: row for row in rows("openings", "opening")}
STORIES = {row["opening"]: row for row in rows("stories", "story")}
ACHIEVEMENTS = rows("achievements.toml", "achievement")
PATHWAYS = rows("pathways.toml", "pathway")
STEP_IN = rows("step_in.toml", "step_in")
PROPOSALS = rows("moderation.toml", "skill_proposal")
with (SEEDS / "skills.csv").open(encoding="utf-8", newline="") as stream:
    SKILLS = {row["key"] for row in csv.DictReader(stream)}

MEMBERS = {key: {m["person"] for m in org["members"]} for key, org in ORGANISATIONS.items()}
ROLES = {m["person"]: m["role"] for org in ORGANISATIONS.values() for m in org["members"]}
POSTED = [o for o in OPENINGS.values() if o["state"] != "draft"]

# state -> step -> next state; a slice of the application lifecycle in product.md. `counter` keeps the offer open.
STEPS: dict[str, dict[str, str]] = {
    "submitted": {"open": "in_review", "withdraw": "withdrawn"},
    "in_review": {
        "shortlist": "shortlisted",
        "decline": "declined",
        "pool": "pooled",
        "offer": "offered",
        "withdraw": "withdrawn",
    },
    "shortlisted": {"decline": "declined", "pool": "pooled", "offer": "offered", "withdraw": "withdrawn"},
    "offered": {"counter": "offered", "accept": "accepted", "reject": "offer_declined"},
    "offer_declined": {"offer": "offered"},
    "declined": {"reconsider": "in_review"},
    "pooled": {"revive": "in_review"},
}


def applications() -> Iterator[tuple[Row, Row]]:
    """Each opening with each of its applications."""
    for key, story in STORIES.items():
        for application in story["application"]:
            yield OPENINGS[key], application


def engagements() -> Iterator[tuple[Row, Row, Row]]:
    """Each opening, application and engagement that came of them."""
    for opening, application in applications():
        if "engagement" in application:
            yield opening, application, application["engagement"]


def name(opening: Row, application: Row) -> str:
    """How an application is called in a list of offences."""
    return f"{opening['key']}/{application['person']}"


def end_state(application: Row) -> str:
    """The state that an application's own steps lead to, before the system's steps (such as not_selected)."""
    state: str = application.get("state", "submitted")
    for step in application.get("steps", []):
        state = STEPS.get(state, {}).get(step[1], f"{state}!{step[1]}")
    return state


def accepted_on(application: Row) -> int | None:
    """The day on which the person signed, if they did."""
    return next((step[0] for step in application.get("steps", []) if step[1] == "accept"), None)


def filled_on(opening: Row) -> int | None:
    """The day the last seat was taken, or None while there is a seat."""
    story = STORIES.get(opening["key"], {"application": []})
    signed = sorted(day for a in story["application"] if (day := accepted_on(a)) is not None)
    seats: int = opening.get("seats", 1)
    return signed[seats - 1] if len(signed) >= seats else None


def fee(opening: Row, amount: float | None = None) -> float:
    """The whole fee of one seat."""
    pay = opening["pay"]
    each = pay["amount"] if amount is None else amount
    return float(each * opening["hours"] if pay["basis"] == "hourly" else each)


def agreed_fee(opening: Row, application: Row) -> float:
    """The fee in the terms that were signed: the last counter-offer that names one, or the opening's."""
    named = [
        s[2]["pay"]
        for s in application["steps"]
        if s[1] in {"offer", "counter"} and len(s) > 2 and "pay" in s[2]
    ]
    return fee(opening, named[-1] if named else None)


def every_text(value: Any) -> Iterator[str]:
    """Every string anywhere below a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from every_text(item)
    elif isinstance(value, list):
        for item in value:
            yield from every_text(item)
