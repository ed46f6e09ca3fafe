"""Acting the demo world out, day by day, with the clock where each moment was."""

import contextlib
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import col, select

from market import clock, outbox, timers
from market.config import Settings
from market.db import transaction
from market.demo.bringing import wallets
from market.demo.cast import Cast
from market.demo.issuing import credentials
from market.demo.learning import programmes
from market.demo.moments import Moments, hour_of
from market.demo.settling import arrivals, postings
from market.demo.stacking import pathways
from market.demo.staffing import staff
from market.demo.story import tell
from market.demo.world import World, load
from market.evidence.service import refresh
from market.notifications.service import read_all
from market.programmes.checks import Floor
from market.skills.models import Skill
from market.subscribers import LEADS_TO

Progress = Callable[[int, int], None]  # (moments done, moments in all)


READ_UNTIL = -2
"""People have read their news up to this morning: what came since is new to them."""


class Stumbled(RuntimeError):
    """A moment that the rules refused: says which one."""


def play(
    engine: Engine, settings: Settings, *, world: World | None = None, progress: Progress | None = None
) -> Cast:
    """Play the whole world into an empty database that has the skills of the seeds. The clock runs again afterwards."""
    world, moments, now = world or load(), Moments(), clock.now()
    arrivals(world, moments)
    postings(world, moments)
    programmes(world, moments)
    tell(world, moments)
    credentials(world, moments)
    pathways(world, moments)
    wallets(world, moments)
    staff(world, moments)
    with transaction(engine, write=False) as db:
        skills = {
            key: id_
            for id_, key in db.exec(select(Skill.id, Skill.key).where(col(Skill.key).is_not(None)))
            if key
        }
    cast = Cast(now.date(), Floor(settings.pay_floor_minor, settings.currency), skills)
    # Levels of a day are computed at the end: nobody looks at the days in between.
    daily = tuple(timer for timer in timers.TIMERS if timer is not refresh)
    done, of = 0, len(moments.found)
    with contextlib.ExitStack() as stack:
        stack.callback(clock.stand_at, None)
        for day, found in moments.by_day():
            clock.stand_at(hour_of(now, day, 0, 0) - timedelta(minutes=30))
            timers.sweep(engine, daily)
            outbox.drain(engine, LEADS_TO)
            if day == READ_UNTIL:
                _read_the_news(engine, cast)
            rank = -1
            for place, moment in enumerate(found):
                clock.stand_at(hour_of(now, day, moment.rank, place))
                if moment.rank != rank:  # what the step before led to comes first: a review needs its pair
                    outbox.drain(engine, LEADS_TO)
                    rank = moment.rank
                try:
                    with transaction(engine, write=True) as db:
                        moment.do(db, cast)
                except Exception as error:
                    raise Stumbled(
                        f"day {day}: {moment.what or moment.do}: {type(error).__name__}: {error}"
                    ) from error
                done += 1
                if progress is not None:
                    progress(done, of)
            outbox.drain(engine, LEADS_TO)
    outbox.drain(engine, LEADS_TO)
    while timers.sweep(engine, (refresh,)):
        pass
    return cast


def _read_the_news(engine: Engine, cast: Cast) -> None:
    with transaction(engine, write=True) as db:
        for person_id in cast.people.values():
            read_all(db, person_id)
