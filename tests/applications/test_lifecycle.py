"""The table of steps: every step, from every state, by everyone; what is refused changes nothing."""

from datetime import timedelta

import pytest

from market import clock, transitions
from market.applications.models import Application
from market.applications.queries import steps_of
from market.applications.rules import LIFECYCLE, Status
from market.errors import Conflict, Forbidden, Invalid
from tests.applications import scene
from tests.support.world import World

NAMES = sorted({step.name for step in LIFECYCLE.steps})
WHO = ("talent", "reviewer", "mentor", "stranger", "system")


def expected(name: str, status: Status, who: str) -> str:
    """What the table says: done, forbidden, or conflict."""
    if not LIFECYCLE.has_step(status, name):
        return "conflict"
    return "done" if who in LIFECYCLE.step(status, name).by else "forbidden"


@pytest.mark.parametrize("name", NAMES)
def test_a_step_is_taken_by_its_parties_from_its_states_and_by_nobody_else(make: World, name: str) -> None:
    one = scene.applied(make, scene.opening(make), agrees_to_pool=True)
    actors = {who: scene.actor_of(make, who) for who in WHO}
    for status in Status:
        for who in WHO:
            scene.force(make, one, status, pool_until=clock.now() + timedelta(days=1))
            got = "done"
            try:
                with make.write() as db:
                    application = db.get_one(Application, one)
                    transitions.take(db, actors[who], application, name, facts=clock.now(), reason="because")
            except Conflict:
                got = "conflict"
            except Forbidden:
                got = "forbidden"
            assert got == expected(name, status, who), (status, who)
            after = scene.state(make, one).status
            assert after is (LIFECYCLE.step(status, name).target if got == "done" else status)


def test_each_step_taken_is_kept_with_who_when_and_why(make: World) -> None:
    one = scene.applied(make, scene.opening(make))
    with make.write() as db:
        transitions.take(db, make.actor(make.bruno), db.get_one(Application, one), "decline", reason="timing")
    with make.read() as db:
        told = [
            (t.step, t.from_status, t.to_status, t.actor_id, t.party, t.reason) for t in steps_of(db, one)
        ]
    assert told == [
        ("submit", "draft", "submitted", make.amara.id, "talent", None),
        ("decline", "submitted", "declined", make.bruno.id, "reviewer", "timing"),
    ]


def test_a_refusal_without_a_reason_is_no_refusal(make: World) -> None:
    one = scene.applied(make, scene.opening(make))
    with pytest.raises(Invalid), make.write() as db:
        transitions.take(db, make.actor(make.bruno), db.get_one(Application, one), "decline")
    assert scene.state(make, one).status is Status.SUBMITTED


def test_consent_is_asked_for_what_needs_it(make: World) -> None:
    one = scene.applied(make, scene.opening(make))
    bruno = make.actor(make.bruno)
    for status, step in (
        (Status.IN_REVIEW, "pool"),
        (Status.SHORTLISTED, "pool"),
        (Status.AUTO_CLOSED, "revive"),
        (Status.NOT_SELECTED, "revive"),
        (Status.POOLED, "revive"),
    ):
        scene.force(make, one, status)
        with pytest.raises(Forbidden, match="not agreed"), make.write() as db:
            transitions.take(db, bruno, db.get_one(Application, one), step, facts=clock.now())
        assert scene.state(make, one).status is status
