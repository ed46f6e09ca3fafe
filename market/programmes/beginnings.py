"""Programmes to begin from: whole ones for several fields of work, kept as TOML in `seeds/templates`.

A template names its skills in words; they are looked up in the site's own list when someone begins with it, and a
skill that the list does not know keeps its words until a person chooses one.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlmodel import Session

from market.paths import data_dir
from market.programmes.checks import Floor
from market.programmes.drafts import Draft, Entry, Item, Outcome, Question, Task
from market.programmes.rules import Captions, Identification, Mode, ResourceKind, Supervision
from market.programmes.writing import Judging
from market.rubrics.rules import CriterionDraft
from market.skills import forms as skill_forms

Row = Mapping[str, Any]


class Template(NamedTuple):
    """One to begin from, as a list shows it."""

    key: str
    title: str
    summary: str
    field: str
    weeks: int
    hours: int
    row: Row


@cache
def templates() -> tuple[Template, ...]:
    """All of them, in the order of their fields of work."""
    found = []
    for path in sorted((data_dir("seeds") / "templates").glob("*.toml")):
        for row in tomllib.loads(path.read_text())["programme"]:
            hours = draft_of(row, (), Floor(0, "GBP")).workload_hours
            found.append(
                Template(row["key"], row["title"], row["summary"], row["field"], row["weeks"], hours, row)
            )
    return tuple(sorted(found, key=lambda one: one.field))


def template(key: str) -> Template | None:
    return next((one for one in templates() if one.key == key), None)


def with_changes(row: Row, changes: Row) -> dict[str, Any]:
    """A template's row with some of its entries replaced: how an organisation makes it its own."""
    return {**row, **changes}


def begin(db: Session, row: Row, floor: Floor) -> tuple[Draft, Judging | None]:
    """A template as a draft, with its skills looked up. The rubric comes along where each outcome has its skill."""
    outcomes = []
    for one in row["outcomes"]:
        found = skill_forms.chosen(db, one["skill"]).skill
        outcomes.append(
            Outcome(
                one["text"],
                found.id if found else None,
                one["level"],
                found.name if found else one["skill"],
            )
        )
    draft = draft_of(row, outcomes, floor)
    entry = []
    for asked in row.get("entry", ()):
        skill = skill_forms.chosen(db, asked["skill"]).skill
        if skill is not None:
            entry.append(Entry(skill.id, asked["level"], asked.get("essential", True), skill.name))
    return draft._replace(entry=tuple(entry)), judging_of(row, outcomes)


def judging_of(row: Row, outcomes: Sequence[Outcome]) -> Judging | None:
    """The rubric of a row; a criterion whose outcome has no skill is left out, since it would feed none."""
    criteria, assesses = [], []
    for one in row.get("rubric", ()):
        outcome = outcomes[one["outcome"] - 1]
        if outcome.skill_id is None:
            continue
        first, second, third, fourth = one["steps"]
        criteria.append(
            CriterionDraft(
                one["name"],
                outcome.skill_id,
                outcome.level,
                ("", first, second, third, fourth),
                needed=one.get("needed", False),
            )
        )
        assesses.append(one["outcome"] - 1)
    if not criteria:
        return None
    return Judging(row["title"], row.get("pass_mark", 3), tuple(criteria), tuple(assesses))


def draft_of(row: Row, outcomes: Sequence[Outcome], floor: Floor) -> Draft:
    """The words of a row, with pay for the hours of work at its own rate, or at the floor where that is more."""
    planned, least, minutes = row["sessions"]
    capstone = row["capstone"]
    draft = Draft(
        title=row["title"],
        summary=row["summary"],
        field=row["field"],
        weeks=row["weeks"],
        mode=Mode(row["mode"]),
        place=row.get("place", ""),
        access_needs=row.get("access_needs", ""),
        currency=floor.currency,
        tools=row.get("tools", ""),
        ip_note=row.get("ip_note", ""),
        sessions_planned=planned,
        sessions_least=least,
        session_minutes=minutes,
        mentoring=row.get("mentoring", ""),
        capstone_title=capstone["title"],
        capstone_brief=capstone["brief"],
        capstone_accepted_when=capstone["accepted_when"],
        capstone_hours=capstone["hours"],
        supervision=Supervision(row.get("supervision", "none")),
        portfolio_words=row.get("portfolio", ""),
        country=row.get("country", ""),
        awarding_body=row.get("awarding_body", ""),
        eqf_level=row.get("eqf_level", 0),
        identification=Identification(row.get("identification", "account")),
        quality_assurance=row.get("quality", ""),
        prerequisites=row.get("prerequisites", ""),
        stackability=row.get("stackability", ""),
        outcomes=tuple(outcomes),
        resources=tuple(_item(one) for one in row.get("resources", ())),
        tasks=tuple(_task(one) for one in row.get("tasks", ())),
    )
    each = round(100 * row.get("hour_pay", 0)) if floor.currency == "GBP" else 0
    return draft._replace(pay_minor=max(each, floor.minor) * draft.productive_hours)


def _item(one: Row) -> Item:
    return Item(
        ResourceKind(one["kind"]),
        one["title"],
        one.get("link", ""),
        one["minutes"],
        round(100 * one.get("cost", 0)),
        Captions(one.get("captions", "not_needed")),
        one.get("mandatory", True),
        one["day"],
        one.get("at", ""),
        one.get("place", ""),
        tuple(
            Question(q["text"], tuple(q["choices"]), q["right"], q.get("because", ""))
            for q in one.get("questions", ())
        ),
    )


def _task(one: Row) -> Task:
    return Task(
        one["title"],
        one["text"],
        one["accepted_when"],
        one["hours"],
        one["week"],
        one.get("productive", True),
        tuple(n - 1 for n in one["outcomes"]),
    )
