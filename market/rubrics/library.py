"""An organisation's own rubrics, written before there is anything to judge, and those to begin from.

A rubric of the library is written freely until it is finished. Then it never changes: openings and programmes take a
copy of it, achievements point to it, and whoever wants other words makes a copy.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from market.access import Actor, require
from market.accounts.models import Organisation
from market.errors import NotFound
from market.paths import data_dir
from market.rubrics import rules, service
from market.rubrics.models import Criterion, Rubric
from market.rubrics.queries import get_rubric
from market.rubrics.rules import CriterionDraft
from market.words import _

FAR = 2**62


class Start(NamedTuple):
    """A rubric to begin from. Its skills are words, looked up in the site's list when someone begins with it."""

    key: str
    title: str
    summary: str
    criteria: tuple[Mapping[str, Any], ...]


@cache
def starts() -> tuple[Start, ...]:
    """All there are to begin from."""
    rows = tomllib.loads((data_dir("seeds") / "starting_rubrics.toml").read_text())["rubric"]
    return tuple(Start(row["key"], row["title"], row["summary"], tuple(row["criteria"])) for row in rows)


def begin(
    db: Session, actor: Actor, org_id: int, title: str, start: str, skill: Callable[[str], int | None]
) -> Rubric:
    """A new rubric of the library, blank or with the words of a start.

    `skill` finds the id of a skill by its name; a criterion whose skill the site does not know is left out, since it
    would feed none.
    """
    require(rules.may_keep(actor, org_id))
    chosen = next((one for one in starts() if one.key == start), None)
    drafts = []
    for row in chosen.criteria if chosen else ():
        found = skill(row["skill"])
        if found is not None:
            steps = row["steps"]
            drafts.append(
                CriterionDraft(
                    row["name"],
                    found,
                    row["level"],
                    (steps[0], steps[1], steps[2], steps[3], steps[4]),
                    needed=row.get("needed", False),
                )
            )
    made = service.create_rubric(db, org_id, title or (chosen.title if chosen else ""), drafts)
    made.in_library = True
    db.add(made)
    db.flush()
    return made


def get_ours(db: Session, actor: Actor, public_id: str) -> Rubric:
    """A rubric of the library that this actor may write; `NotFound` alike for what is not there and not theirs."""
    found = get_rubric(db, public_id)
    if not found.in_library or not rules.may_keep(actor, found.org_id):
        raise NotFound(_("There is no such rubric."))
    return found


def save(
    db: Session, actor: Actor, rubric: Rubric, title: str, drafts: Sequence[CriterionDraft], pass_mark: int
) -> None:
    """Keep what was written; `Conflict` with the reason once it is finished."""
    require(rules.may_keep(actor, rubric.org_id))
    service.rewrite(db, rubric, title, drafts, pass_mark=pass_mark)


def finish(db: Session, actor: Actor, rubric: Rubric) -> None:
    """From now on it can be used and not be changed. `Invalid` with what is missing."""
    require(rules.may_keep(actor, rubric.org_id))
    service.freeze(db, rubric)


def copy(db: Session, actor: Actor, rubric: Rubric) -> Rubric:
    """The same words once more, to be changed, one version on."""
    require(rules.may_keep(actor, rubric.org_id))
    made = service.copy_rubric(db, rubric.id, rubric.org_id)
    made.in_library = True
    db.add(made)
    db.flush()
    return made


class Row(NamedTuple):
    """One rubric in the list."""

    id: int
    public_id: str
    title: str
    version: int
    is_finished: bool
    org_name: str
    criteria: int


def ours(db: Session, org_ids: Sequence[int], size: int, before: int | None = None) -> list[Row]:
    """The library of these organisations, the newest first. Two statements."""
    found = db.exec(
        select(Rubric, Organisation.name)
        .join(Organisation, col(Organisation.id) == col(Rubric.org_id))
        .where(
            col(Rubric.org_id).in_(org_ids),
            col(Rubric.in_library).is_(True),
            col(Rubric.id) < (before or FAR),
        )
        .order_by(col(Rubric.id).desc())
        .limit(size)
    ).all()
    ids = [row.id for row, _name in found]
    counted: dict[int, int] = {}
    for rubric_id in db.exec(select(Criterion.rubric_id).where(col(Criterion.rubric_id).in_(ids))):
        counted[rubric_id] = counted.get(rubric_id, 0) + 1
    return [
        Row(r.id, r.public_id, r.title, r.version, r.frozen_at is not None, name, counted.get(r.id, 0))
        for r, name in found
    ]
