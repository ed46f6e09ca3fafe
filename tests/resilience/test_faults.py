"""Nothing half done: a fault at each statement of a use case in turn leaves the state before it, and it can be done again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from market.applications import service as applications
from market.applications.models import Offer
from market.db import transaction
from market.engagements import assessments, milestones
from market.engagements import queries as parts
from market.engagements import service as work
from market.engagements.models import Engagement
from market.opportunities import service as opportunities
from market.opportunities.models import Opportunity
from market.opportunities.queries import get_opportunity
from market.reviews import queries as pairs
from market.reviews import service as reviews
from market.reviews.rules import AXES, Side
from tests.applications import scene as hiring
from tests.engagements import scene
from tests.opportunities import postings
from tests.support.faults import Failure, Fault, Struck, everything, failing_at, statements_of
from tests.support.world import World

Job = Callable[[Session], Any]


def publish(make: World) -> Job:
    draft, bruno = postings.draft(make), make.actor(make.bruno)
    return lambda db: opportunities.publish(db, bruno, get_opportunity(db, draft), postings.FLOOR)


def apply(make: World) -> Job:
    opening, amara = make.opening(), make.actor(make.amara)
    given = hiring.answers(make, opening)
    return lambda db: applications.apply(db, amara, db.get_one(Opportunity, opening), given)


def sign_an_offer(make: World) -> Job:
    offer, amara = hiring.offered(make, make.application()), make.actor(make.amara)
    return lambda db: work.sign(db, amara, db.get_one(Offer, offer))


def hand_in(make: World) -> Job:
    made, amara = make.engagement(), make.actor(make.amara)

    def job(db: Session) -> None:
        engagement = db.get_one(Engagement, made)
        part, uploads = parts.milestones_of(db, made)[0], [("list.txt", b"flour\n"), ("notes.txt", b"rye\n")]
        milestones.hand_in(
            db, amara, engagement, part, note="Here.", link="", uploads=uploads, as_evidence=True
        )

    return job


def _settled(make: World) -> int:
    """Work whose parts are approved and which the assessor has judged."""
    made = make.engagement()
    for place in (0, 1):
        scene.hand_in(make, made, place)
        scene.on_part(make, make.bruno, made, place, milestones.approve)
    scene.judge(make, make.bruno, made)
    return made


def sign_the_assessment_and_finish(make: World) -> Job:
    made, amara, bruno = _settled(make), make.actor(make.amara), make.actor(make.bruno)

    def job(db: Session) -> None:
        engagement = db.get_one(Engagement, made)
        view = scene.rubric(db, engagement)
        assessments.sign(
            db, bruno, engagement, view, {c.id: (3, "") for c in view.criteria}, comment="Well done."
        )
        work.finish(db, amara, engagement)

    return job


def seal_the_second_review(make: World) -> Job:
    made, amara, bruno = make.finished(), make.actor(make.amara), make.actor(make.bruno)

    def write(actor: Any, about: Side) -> Job:
        def job(db: Session) -> None:
            pair = pairs.pair_of(db, made)
            assert pair is not None
            reviews.write(
                db, actor, pair, axes=dict.fromkeys(AXES[about], 4), text="We worked well together."
            )

        return job

    with make.write() as db:
        write(amara, Side.EMPLOYER)(db)
    return write(bruno, Side.TALENT)


def run_into(make: World, number: int, job: Job, *, dies: bool) -> Struck:
    """Do the use case with a fault at the statement with this number."""
    struck = pytest.raises((Fault, Failure))
    with (
        failing_at(make.engine, number, dies=dies) as told,
        struck,
        transaction(make.engine, write=True) as db,
    ):
        job(db)
    assert told.hit
    return told


USE_CASES = (publish, apply, sign_an_offer, hand_in, sign_the_assessment_and_finish, seal_the_second_review)


@pytest.mark.parametrize("use_case", USE_CASES, ids=lambda one: one.__name__)
def test_a_fault_at_any_statement_leaves_the_state_before_it(
    make: World, use_case: Callable[[World], Job]
) -> None:
    job = use_case(make)
    folder: Path = make.engine.get_execution_options()["files"]
    before, total = everything(make.engine, folder), statements_of(make.engine, job)
    assert total > 5
    on_sqlite = make.engine.dialect.name == "sqlite"
    for number in range(1, total + 1):
        if not on_sqlite and number % 7 and number < total - 1:
            continue  # PostgreSQL: a sample, and the end
        dies = number % 2 == 0  # in turn: killed, and refused by the database
        struck = run_into(make, number, job, dies=dies)
        assert everything(make.engine, folder) == before, f"{number} of {total}: {struck.statement}"
    assert struck.statement == "COMMIT"
    with make.write() as db:
        job(db)
    assert everything(make.engine, folder) != before, "and then it can be done"
    make.drain()


def test_a_use_case_that_keeps_half_is_found_out(make: World) -> None:
    made, amara = make.engagement(), make.actor(make.amara)

    def hasty(db: Session) -> None:
        engagement = db.get_one(Engagement, made)
        part = parts.milestones_of(db, made)[0]
        milestones.hand_in(db, amara, engagement, part, note="Here.", link="", uploads=[], as_evidence=False)
        db.commit()
        milestones.take_back(db, amara, engagement, part)

    before = everything(make.engine)
    with failing_at(make.engine, 0) as told, make.write() as db:
        hasty(db)
    kept = everything(make.engine)
    assert kept != before
    run_into(make, told.seen, hasty, dies=False)
    assert everything(make.engine) != kept
