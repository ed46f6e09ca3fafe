"""What one of several writing processes does: people apply, one after the other, each in a transaction of its own."""

from multiprocessing.synchronize import Barrier

from market import clock
from market.accounts import sessions
from market.applications import service
from market.db import connect, transaction
from market.migrations.tables import metadata
from market.opportunities.models import Opportunity
from tests.support.world import NOW

metadata()  # every model, as the site has them
_gate: list[Barrier] = []


def begin(gate: Barrier) -> None:
    """Called once in each new process."""
    _gate.append(gate)
    clock.stand_at(NOW)


def apply_all(url: str, opening: int, people: list[int], given: dict[int, str]) -> list[str]:
    """Apply for each of them; what went wrong, in words."""
    engine, wrong = connect(url), []
    _gate[0].wait(30)
    for person in people:
        try:
            with transaction(engine, write=True) as db:
                actor = sessions.actor_for(db, person)
                service.apply(db, actor, db.get_one(Opportunity, opening), given)
        except Exception as error:
            wrong.append(f"{type(error).__name__}: {error}")
    engine.dispose()
    return wrong
