"""Scenes of soft skills: people who began a programme of the bakery together; Mira mentors all of them."""

from datetime import timedelta
from typing import Any, NamedTuple

from sqlmodel import select

from market import clock
from market.accounts.models import Membership
from market.applications.planned import first_terms
from market.apprenticeships import soft, soft_rounds
from market.apprenticeships.models import SoftRating, SoftResult, SoftRound
from market.apprenticeships.soft_rules import Side, SoftSkill
from market.engagements.models import Engagement, EngagementMember, MemberFunction
from market.engagements.rules import Fault, Status
from market.evidence.models import Evidence
from market.opportunities.queries import get_opportunity
from market.programmes import rounds
from tests.programmes import plans
from tests.support.world import Known, World

NAMES = (
    "Communication",
    "Teamwork",
    "Leadership",
    "Reliability",
    "Problem solving",
)


class Learner(NamedTuple):
    who: Known
    work: int
    public_id: str


def five(make: World) -> dict[SoftSkill, int]:
    """The five in the list of skills, as the project's own list has them; by their inner ids."""
    from market.skills.models import Family, Skill

    with make.write() as db:
        made = {}
        for one, name in zip(SoftSkill, NAMES, strict=True):
            row = Skill(key=one.key, name=name, family=Family.SOFT, field="Working with others")
            db.add(row)
            db.flush()
            made[one] = row.id
    return made


def group(
    make: World, n: int, *, rolling: bool = False, for_members: bool = False, ago: int = 0, **more: Any
) -> list[Learner]:
    """Amara and others who began one round of five weeks so many days ago. Their last day lies 35 days after it."""
    opening = plans.round_open(make, plans.published(make, **more), is_rolling=rolling, seats=n)
    people = [make.amara, *(make.person(f"Learner {m}") for m in range(2, n + 1))]
    now = clock.now() - timedelta(days=ago)
    made = []
    with make.write() as db:
        found = get_opportunity(db, opening)
        cohort = rounds.of_opening(db, found.id)
        assert cohort is not None
        assert found.programme_version_id is not None
        mentor = db.exec(select(Membership.id).where(Membership.person_id == make.mira.id)).one()
        terms = first_terms(db, found, now.date()).as_json()
        for who in people:
            row = Engagement(
                opportunity_id=found.id,
                cohort_id=cohort.id,
                programme_version_id=found.programme_version_id,
                person_id=who.id,
                org_id=make.bakery.id,
                title="Stores and stock",
                kind="micro_apprenticeship",
                status=Status.ACTIVE,
                terms=terms,
                supervisor_ids=[make.mira.id],
                starts_on=now.date(),
                started_at=now,
                ends_on=now.date() + timedelta(days=35),
                for_members=for_members,
            )
            db.add(row)
            db.flush()
            db.add(
                EngagementMember(engagement_id=row.id, membership_id=mentor, function=MemberFunction.MENTOR)
            )
            made.append(Learner(who, row.id, row.public_id))
    return made


def end(make: World, one: Learner, status: Status = Status.COMPLETED) -> None:
    """The work is over. (How it comes to that is not what these tests are about.)"""
    with make.write() as db:
        row = db.get_one(Engagement, one.work)
        row.status, row.ended_at = status, clock.now()
        row.fault = Fault.NONE if status is Status.ENDED_EARLY else None
        db.add(row)


def due(make: World) -> int:
    """Only the timers of soft skills, then the worker: how many rounds were opened or closed."""
    with make.write() as db:
        moved = soft_rounds.open_due(db, clock.now())
        soft_rounds.remind(db, clock.now())
    with make.write() as db:
        moved += soft_rounds.close_due(db, clock.now())
    make.drain()
    return moved


def asked(make: World, n: int, **more: Any) -> list[Learner]:
    """A group of which everybody is asked: it is in its last week."""
    made = group(make, n, **more)
    clock.move(timedelta(days=28))
    assert due(make) == (n if more.get("rolling") else 1)
    return made


def every(step: int | None, **other: int | None) -> dict[SoftSkill, int | None]:
    """One answer for all five, but for those named."""
    return {one: other.get(one.value, step) for one in SoftSkill}


def say(make: World, by: Known, of: Learner, steps: Any) -> Any:
    actor = make.actor(by)
    with make.write() as db:
        return soft.say(db, actor, db.get_one(Engagement, of.work), steps)


def over(make: World) -> None:
    """The time is up."""
    clock.move(timedelta(days=22))
    assert due(make) >= 1


def results(make: World, of: Learner) -> dict[tuple[Side, SoftSkill], tuple[int, int]]:
    with make.read() as db:
        rows = db.exec(select(SoftResult).where(SoftResult.engagement_id == of.work)).all()
        return {(row.side, row.skill): (row.step, row.n) for row in rows}


def ratings(make: World) -> list[SoftRating]:
    with make.read() as db:
        return list(db.exec(select(SoftRating).order_by(SoftRating.id)))  # type: ignore[arg-type]


def round_(make: World) -> SoftRound:
    with make.read() as db:
        return db.exec(select(SoftRound)).one()


def evidence(make: World, of: Learner) -> list[Evidence]:
    with make.read() as db:
        wanted = select(Evidence).where(Evidence.person_id == of.who.id)
        return list(db.exec(wanted.order_by(Evidence.id)))  # type: ignore[arg-type]
