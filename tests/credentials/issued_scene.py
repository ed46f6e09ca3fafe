"""Achievements and credentials of the bakery, made through the services."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlmodel import Session, select

from market.credentials import achievements, issuing
from market.credentials.issuing import EvidenceItem, Result
from market.credentials.models import Achievement, Issued
from market.credentials.rules import Draft
from market.rubrics.queries import rubric_with_criteria
from market.rubrics.rules import CriterionDraft
from market.rubrics.service import create_rubric, freeze
from market.skills.models import Skill
from tests.opportunities import postings
from tests.support.world import Known, World

NAME = "Bread for a night shift"
WORDS = Draft(
    NAME,
    "Bakes the bread of one night alone.",
    "Bake forty loaves in one night. A baker tastes one of them.",
    "MicroCredential",
    valid_months=24,
)


def skill(make: World) -> int:
    """One skill, "Spreadsheets", made when it is not there."""
    with make.read() as db:
        found = db.exec(select(Skill.id).where(Skill.name == "Spreadsheets")).first()
    return found or postings.skills(make)["Spreadsheets"]


def rubric(make: World) -> int:
    """A published rubric of the bakery with two criteria: its inner id."""
    fed = skill(make)
    criteria = [
        CriterionDraft(name, fed, 3, ("", "With help.", "Nearly.", "As asked.", "Beyond."))
        for name in ("Crumb", "Crust")
    ]
    with make.write() as db:
        made = create_rubric(db, make.bakery.id, "A night's bread", criteria)
        freeze(db, made)
        return made.id


def achievement(
    make: World,
    *,
    published: bool = True,
    rubric_id: int | None = None,
    draft: Draft = WORDS,
    org: int | None = None,
    by: Known | None = None,
) -> Achievement:
    """An achievement of the bakery with one skill, published unless said otherwise."""
    shown = skill(make)
    with make.write() as db:
        actor = make.actor(by or make.bruno)
        wanted = draft._replace(skills=((shown, 3),), rubric_id=rubric_id)
        made = achievements.create_achievement(db, actor, org or make.bakery.id, wanted)
        if published:
            achievements.publish_achievement(db, actor, made)
    make.drain()
    return made


def given(
    make: World,
    what: Achievement | None = None,
    to: Known | None = None,
    *,
    steps: Sequence[int] = (),
    evidence: Sequence[EvidenceItem] = (),
    by: Known | None = None,
) -> Issued:
    """A credential that was signed and offered."""
    what, to = what or achievement(make), to or make.amara
    with make.write() as db:
        actor = make.actor(by or make.bruno)
        results = []
        if what.rubric_id:
            view = rubric_with_criteria(db, what.rubric_id)
            results = [Result(c.id, s) for c, s in zip(view.criteria, steps or [3] * 8, strict=False)]
        made = issuing.issue(
            db, actor, db.get_one(Achievement, what.id), to.id, results=results, evidence=evidence
        )
    make.drain()
    return fresh(make, made)


def fresh(make: World, issued: Issued) -> Issued:
    """The credential as it stands now."""
    with make.read() as db:
        return db.get_one(Issued, issued.id)


def step(make: World, who: Known, issued: Issued, do: Callable[..., Any], *more: Any) -> Issued:
    """A step of its life, taken by someone."""
    with make.write() as db:
        do(db, make.actor(who), db.get_one(Issued, issued.id), *more)
    make.drain()
    return fresh(make, issued)


def accepted(
    make: World,
    what: Achievement | None = None,
    to: Known | None = None,
    *,
    public: bool = True,
    by: Known | None = None,
) -> Issued:
    """A credential that its holder took."""
    to = to or make.amara
    return step(make, to, given(make, what, to, by=by), issuing.accept, public)


def all_issued(db: Session) -> list[Issued]:
    return list(db.exec(select(Issued)).all())
