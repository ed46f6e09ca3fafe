"""Scenes for tests of work: who takes part in it, its rows as they stand now, and the steps that lead somewhere."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from market.access import SYSTEM, Actor, Role
from market.applications.offers import mentors_of
from market.engagements import assessments, milestones, queries
from market.engagements.models import Engagement, Milestone
from market.evidence.models import Evidence
from market.outbox import announce
from market.rubrics.queries import RubricView, rubric_with_criteria
from tests.support.world import Known, World

WHO = (
    "talent",
    "owner",
    "recruiter",
    "mentor",
    "other mentor",
    "other organisation",
    "stranger",
    "moderator",
    "system",
)


def mentored(make: World) -> dict[str, Any]:
    """Terms that give the work to Mira."""
    with make.read() as db:
        rows = mentors_of(db, make.bakery.id)
        return {"mentors": tuple(m.id for m in rows if m.person_id == make.mira.id)}


def cast(make: World) -> dict[str, Actor]:
    """Everyone who might try a step. Mira mentors; the other mentor was not given the work."""
    make.organisation(owner=make.chidi)
    people = {
        "talent": make.amara,
        "owner": make.bruno,
        "recruiter": make.member(make.bakery, Role.RECRUITER),
        "mentor": make.mira,
        "other mentor": make.member(make.bakery, Role.MENTOR),
        "other organisation": make.chidi,
        "stranger": make.person(),
        "moderator": make.dana,
    }
    return {**{name: make.actor(one) for name, one in people.items()}, "system": SYSTEM}


def concern(make: World, engagement_id: int, event: str = "engagement.concerned") -> None:
    """Something of the work was reported, so that moderators may read it."""
    with make.write() as db:
        announce(db, event, SYSTEM, subject=("engagement", engagement_id))


def party(who: str) -> str:
    """What someone is to work that was given to Mira."""
    if who in ("owner", "recruiter", "mentor"):
        return "employer"
    return who if who in ("talent", "system") else ""


def work(make: World, engagement_id: int) -> Engagement:
    with make.read() as db:
        return db.get_one(Engagement, engagement_id)


def parts(make: World, engagement_id: int) -> list[Milestone]:
    with make.read() as db:
        return queries.milestones_of(db, engagement_id)


def do(
    make: World, who: Known, engagement_id: int, step: Callable[..., Any], *given: Any, **more: Any
) -> Any:
    """A step on the whole of the work."""
    actor = make.actor(who)
    with make.write() as db:
        return step(db, actor, db.get_one(Engagement, engagement_id), *given, **more)


def on_part(
    make: World,
    who: Known,
    engagement_id: int,
    place: int,
    step: Callable[..., Any],
    *given: Any,
    **more: Any,
) -> Any:
    """A step on one part of it, counted from 0."""
    actor = make.actor(who)
    with make.write() as db:
        part = queries.milestones_of(db, engagement_id)[place]
        return step(db, actor, db.get_one(Engagement, engagement_id), part, *given, **more)


def hand_in(make: World, engagement_id: int, place: int = 0, who: Known | None = None, **more: Any) -> None:
    given = {"note": "Here it is.", "link": "", "uploads": (), "as_evidence": False, **more}
    on_part(make, who or make.amara, engagement_id, place, milestones.hand_in, **given)


def rubric(db: Session, engagement: Engagement) -> RubricView:
    assert engagement.rubric_id is not None
    return rubric_with_criteria(db, engagement.rubric_id)


def judge(
    make: World,
    who: Known | Actor,
    engagement_id: int,
    step: int = 3,
    words: str = "",
    do: Callable[..., Any] | None = None,
    **more: Any,
) -> None:
    """Put in the same step for every criterion (or keep it, or sign it: `do`)."""
    actor = who if isinstance(who, Actor) else make.actor(who)
    with make.write() as db:
        engagement = db.get_one(Engagement, engagement_id)
        view = rubric(db, engagement)
        chosen = {c.id: (step, words) for c in view.criteria}
        (do or assessments.submit)(db, actor, engagement, view, chosen, **more)


def sign(make: World, who: Known, engagement_id: int, step: int = 3, words: str = "") -> None:
    judge(make, who, engagement_id, step, words, do=assessments.sign, comment="Keep asking.")


def ledger(make: World, person_id: int, tier: int) -> list[Evidence]:
    """What counts for someone at a tier, without what was voided."""
    with make.read() as db:
        rows = db.exec(
            select(Evidence)
            .where(Evidence.person_id == person_id, Evidence.tier == tier)
            .order_by(col(Evidence.id))
        ).all()
    gone = {r.voids_id for r in rows if r.voids_id is not None}
    return [r for r in rows if r.voids_id is None and r.id not in gone]


def day(text: str) -> date:
    return date.fromisoformat(text)
