"""Scenes for programmes that run: Amara learns at the bakery, Mira mentors, Bruno owns it."""

from datetime import datetime, timedelta
from typing import Any

from market import clock
from market.apprenticeships import service
from market.apprenticeships.models import MentorSession
from market.engagements.models import Engagement
from market.opportunities.queries import get_opportunity
from tests.engagements.scene import do, mentored
from tests.programmes import plans
from tests.support.world import Known, World


def running(make: World, **more: Any) -> int:
    """Amara's place in a round of five weeks with five sessions, three at least; by its inner id. It is under way."""
    opening = plans.round_open(make, plans.published(make, **more))
    with make.read() as db:
        opening_id = get_opportunity(db, opening).id
    return make.engagement(opening=opening_id, **mentored(make))


def logged(make: World, who: Known, work: int, *, ago: timedelta = timedelta(hours=2), **more: Any) -> int:
    """A session of forty-five minutes that one side wrote down."""
    row: MentorSession = do(
        make, who, work, service.log_session, held_at=clock.now() - ago, **{"minutes": 45, **more}
    )
    return row.id


def on_session(make: World, who: Known, session: int, step: Any, *given: Any) -> Any:
    """A step of one session."""
    actor = make.actor(who)
    with make.write() as db:
        row = db.get_one(MentorSession, session)
        return step(db, actor, db.get_one(Engagement, row.engagement_id), row, *given)


def held(make: World, work: int, times: int = 1) -> None:
    """Sessions that Mira wrote down and Amara confirmed."""
    for _n in range(times):
        row = logged(make, make.mira, work)
        on_session(make, make.amara, row, service.confirm_session)


def session(make: World, session_id: int) -> MentorSession:
    with make.read() as db:
        return db.get_one(MentorSession, session_id)


def in_days(days: float) -> datetime:
    return clock.now() + timedelta(days=days)
