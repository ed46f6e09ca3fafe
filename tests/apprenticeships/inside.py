"""Scenes of internal programmes: the bakery teaches its own people; Mira mentors, Bruno judges, Ria learns."""

from datetime import date
from typing import Any

from market.access import Role
from market.engagements import milestones
from market.engagements import service as work
from market.engagements.models import Engagement, Milestone
from market.programmes import queries, rounds, service
from market.programmes.models import Cohort
from tests.apprenticeships import scene
from tests.apprenticeships.test_capstone import judge, parts
from tests.programmes import plans
from tests.support.world import Known, World


def published(make: World, **more: Any) -> str:
    """A programme for members that is out, by its public id."""
    made = plans.draft(make, **more)
    with make.write() as db:
        service.choose_readers(db, make.actor(make.bruno), queries.get_programme(db, made), for_members=True)
    with make.write() as db:
        service.publish(db, make.actor(make.bruno), queries.get_programme(db, made), plans.FLOOR)
    make.drain()
    return made


def round_open(make: World, programme: str, *, starts_on: date | None = None, seats: int = 3) -> str:
    """A round that members can join."""
    with make.write() as db:
        one = queries.get_programme(db, programme)
        made = rounds.open_inside(db, make.actor(make.bruno), one, starts_on=starts_on, seats=seats)
        return made.public_id


def join(make: World, who: Known, cohort: str) -> int:
    """Take a place; the work's inner id."""
    actor = make.actor(who)
    with make.write() as db:
        found, programme = rounds.inside(db, cohort)
        return work.join(db, actor, programme, found).id


def ria(make: World, role: Role = Role.RECRUITER) -> Known:
    return make.member(make.bakery, role, person=make.person("Ria Sand"))


def begun(make: World, learner: Known, **more: Any) -> int:
    """The learner's place, under way."""
    made = join(make, learner, round_open(make, published(make, **more)))
    for side in (learner, make.mira):
        scene.do(make, side, made, work.ready)
    make.drain()
    return made


def passed(make: World, learner: Known, *chosen: int) -> int:
    """The whole way: sessions held, parts handed in, the capstone judged by Bruno, the work finished."""
    made = begun(make, learner)
    for _n in range(3):
        row = scene.logged(make, make.mira, made)
        scene.on_session(make, learner, row, scene.service.confirm_session)
    hand_in(make, learner, made)
    judge(make, made, *(chosen or (4, 4)))
    scene.do(make, make.bruno, made, work.finish)
    make.drain()
    return made


def hand_in(make: World, learner: Known, made: int) -> None:
    """Every part handed in by the learner and accepted by Mira."""
    learning, mentoring = make.actor(learner), make.actor(make.mira)
    for part in parts(make, made):
        with make.write() as db:
            engagement, one = db.get_one(Engagement, made), db.get_one(Milestone, part.id)
            milestones.hand_in(
                db, learning, engagement, one,
                note="Done.", link="https://example.org/sheet", uploads=(), as_evidence=True,
            )  # fmt: skip
            milestones.approve(db, mentoring, engagement, one)


def places(make: World, cohort: str) -> tuple[int, int]:
    """(free, all) of a round."""
    with make.read() as db:
        found: Cohort = rounds.inside(db, cohort)[0]
        return found.seats_free, found.seats
