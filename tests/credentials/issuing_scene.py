"""What the tests of issuing begin with: an achievement of the bakery, and a credential of Amara's, made by the services."""

import json
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from market import clock
from market.accounts.sessions import actor_for
from market.credentials import achievements, issuing, publishing, queries
from market.credentials.issuing import Result
from market.credentials.models import Achievement, Issued
from market.credentials.pinned import pinned_contexts
from market.credentials.proofs.binding import Person
from market.credentials.proofs.checks import Verification
from market.credentials.proofs.sources import Document, Unavailable
from market.credentials.proofs.verify import verify
from market.credentials.rules import Draft
from market.rubrics.rules import CriterionDraft
from market.rubrics.service import create_rubric
from market.skills.models import Skill, SkillAlignment
from tests.support.world import Known, World

ANCHORS = ("", "Starts alone.", "Needs help.", "Works alone.", "Teaches others.")
ESCO = "http://data.europa.eu/esco/skill/00000000-0000-4000-8000-000000000001"


def skills(db: Session) -> list[int]:
    """Two skills, the first known to ESCO."""
    found = db.exec(select(Skill).where(col(Skill.name).in_(("Baking bread", "Stock keeping")))).all()
    if not found:
        found = [Skill(name="Baking bread"), Skill(name="Stock keeping")]
        for one in found:
            db.add(one)
        db.flush()
        db.add(SkillAlignment(skill_id=found[0].id, framework="esco", uri=ESCO))
        db.flush()
    return [one.id for one in found]


def achievement(
    make: World, *, published: bool = True, rubric: bool = True, name: str = "Bread for forty", **more: Any
) -> int:
    """An achievement of the bakery, with a rubric of two criteria unless told otherwise: its inner id."""
    with make.write() as db:
        ids = skills(db)
        rubric_id = None
        if rubric:
            drafts = [CriterionDraft(f"Part {n}", skill, 3, ANCHORS) for n, skill in enumerate(ids)]
            rubric_id = create_rubric(db, make.bakery.id, name, drafts).id
        draft = Draft(
            name,
            "Forty loaves that sell.",
            "Bake forty loaves by the rubric.",
            "MicroCredential",
            tuple((one, 3) for one in ids),
            rubric_id=rubric_id,
            **more,
        )
        bruno = actor_for(db, make.bruno.id)
        made = achievements.create_achievement(db, bruno, make.bakery.id, draft)
        if published:
            achievements.publish_achievement(db, bruno, made)
        return made.id


def results(db: Session, made: Achievement, step: int = 3) -> tuple[Result, ...]:
    """The same step in every criterion."""
    from market.rubrics.models import Criterion

    ids = db.exec(select(Criterion.id).where(Criterion.rubric_id == made.rubric_id)).all()
    return tuple(Result(one, step) for one in ids)


def issued(
    make: World,
    achievement_id: int | None = None,
    *,
    to: Known | None = None,
    drain: bool = True,
    accepted: bool = False,
    **more: Any,
) -> int:
    """A credential of Amara's (or `to`), signed and offered by the worker unless `drain` is off: its inner id."""
    achievement_id = achievement_id or achievement(make)
    to = to or make.amara
    with make.write() as db:
        what = db.get_one(Achievement, achievement_id)
        made = issuing.issue(
            db, actor_for(db, make.bruno.id), what, to.id, results=results(db, what), **more
        ).id
    if drain:
        make.drain()
    if accepted:
        with make.write() as db:
            issuing.accept(db, actor_for(db, to.id), db.get_one(Issued, made), True)
        make.drain()
    return made


def document(db: Session, issued_id: int) -> dict[str, Any]:
    """The signed document of a credential as it counts now."""
    signed = queries.signed_of(db, db.get_one(Issued, issued_id))
    assert signed is not None
    found: dict[str, Any] = json.loads(signed.document)
    return found


def check(
    db: Session, data: str | Mapping[str, Any], *, emails: tuple[str, ...] = (), budget: int = 8
) -> Verification:
    """What our own verifier says of a document now, with this site's own documents from the database."""
    text = data if isinstance(data, str) else json.dumps(data)
    found: dict[str, Document | Unavailable] = {}
    while True:
        made = verify(
            text,
            at=clock.now(),
            documents=found,
            person=Person(emails) if emails else None,
            contexts=pinned_contexts(),
            own=publishing.own_hosts(db),
        )
        asked = [need.url for need in made.needs if need.url not in found]
        if not asked or not budget:
            return made
        for url in asked:
            budget -= 1
            found[url] = publishing.own_document(db, url) or Unavailable("it is not this site's")


def codes(made: Verification) -> set[str]:
    """The codes of what failed or is unknown."""
    return {one.code for one in made.checks if one.status in ("fail", "unknown")}
