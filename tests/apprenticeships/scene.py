"""Scenes for programmes that run: Amara learns at the bakery, Mira mentors, Bruno owns it."""

from datetime import datetime, timedelta
from typing import Any

from market import clock
from market.applications import offers
from market.applications import service as applications
from market.applications.models import Application, Offer
from market.applications.planned import first_terms
from market.apprenticeships import service
from market.apprenticeships.models import MentorSession
from market.engagements import service as work_service
from market.engagements.models import Engagement
from market.opportunities.models import Opportunity
from market.opportunities.queries import get_opportunity
from tests.engagements.scene import do
from tests.programmes import plans
from tests.support.world import Known, World


def running(make: World, **more: Any) -> int:
    """Amara's place in a round of five weeks with five sessions, three at least; by its inner id. It is under way."""
    opening = plans.round_open(make, plans.published(make, **more), is_rolling=True)
    with make.read() as db:
        opening_id = get_opportunity(db, opening).id
    application = make.application(opening_id)
    with make.write() as db:
        bruno, one = make.actor(make.bruno), db.get_one(Application, application)
        applications.open_(db, bruno, one)
        plan = first_terms(db, db.get_one(Opportunity, opening_id), clock.today())
        offer = offers.make(db, bruno, one, plan).id
    with make.write() as db:
        made = work_service.sign(db, make.actor(make.amara), db.get_one(Offer, offer)).id
    for side in (make.amara, make.bruno):
        do(make, side, made, work_service.ready)
    make.drain()
    return made


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
