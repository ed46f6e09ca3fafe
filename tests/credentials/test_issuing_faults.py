"""Nothing half issued: a fault at each statement of issuing, signing and revoking leaves the state before it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from market.credentials import issuing, keys, reactions
from market.credentials.models import Achievement, Issued, IssuerKey, Signed
from market.credentials.rules import KeyKind
from market.outbox import Event
from tests.credentials import issuing_scene as scene
from tests.resilience.test_faults import Job, run_into
from tests.support.faults import everything, statements_of
from tests.support.world import World


def issue(make: World) -> Job:
    what, bruno = scene.achievement(make), make.actor(make.bruno)

    def job(db: Session) -> None:
        found = db.get_one(Achievement, what)
        issuing.issue(
            db, bruno, found, make.amara.id, results=scene.results(db, found), source=("assessment", 3)
        )

    return job


def sign_the_first(make: World) -> Job:
    """With the address, the key and both lists, which come into being in the same transaction."""
    made = scene.issued(make, drain=False)

    def job(db: Session) -> None:
        wanted = select(Event).where(Event.name == "credential.drafted", col(Event.subject_id) == made)
        reactions.sign_drafted(db, db.exec(wanted).one())

    return job


def revoke(make: World) -> Job:
    made, bruno = scene.issued(make, accepted=True), make.actor(make.bruno)
    return lambda db: issuing.revoke(db, bruno, db.get_one(Issued, made), "A mistake.")


def compromise(make: World) -> Job:
    scene.issued(make, accepted=True)
    with make.read() as db:
        key = keys.active(db, make.bakery.id, KeyKind.ED25519)
        assert key is not None
    return lambda db: keys.compromise(db, db.get_one(IssuerKey, key.id))


@pytest.mark.parametrize(
    "use_case", [issue, sign_the_first, revoke, compromise], ids=lambda one: one.__name__
)
def test_a_fault_at_any_statement_leaves_the_state_before_it(
    make: World, use_case: Callable[[World], Job]
) -> None:
    job = use_case(make)
    folder: Path = make.engine.get_execution_options()["files"]
    before, total = everything(make.engine, folder), statements_of(make.engine, job)
    assert total > 5
    for number in range(1, total + 1):
        if make.engine.dialect.name != "sqlite" and number % 7 and number < total - 1:
            continue  # PostgreSQL: a sample, and the end
        struck = run_into(make, number, job, dies=number % 2 == 0)
        assert everything(make.engine, folder) == before, f"{number} of {total}: {struck.statement}"
    assert struck.statement == "COMMIT"
    with make.write() as db:
        job(db)
    make.drain()
    with make.read() as db:
        assert db.exec(select(Signed)).all()
        for one in db.exec(select(Issued)).all():
            found = scene.check(db, scene.document(db, one.id))
            assert scene.codes(found) <= {"revoked"}
