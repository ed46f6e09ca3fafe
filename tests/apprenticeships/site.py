"""The product as the state machine of programmes drives it: databases begun at several points of the way, put back for each run.

Two thousand runs have to be affordable, so one engine serves them all (statements are compiled once; the database is made
anew from a template instead), keys are made in the templates, people are read once for each template, and a look at the
database is plain SQL on a connection of its own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from market import clock, timers
from market.access import Actor, Role
from market.accounts.models import Person
from market.accounts.sessions import actor_for
from market.applications import offers
from market.applications import service as applications
from market.applications.models import Application
from market.applications.planned import first_terms
from market.config import Settings
from market.credentials import keys
from market.credentials.address import with_issuing
from market.credentials.models import Achievement
from market.credentials.rules import KeyKind
from market.db import connect
from market.engagements import milestones
from market.engagements import service as work_service
from market.engagements.models import Engagement
from market.engagements.queries import milestones_of
from market.opportunities.models import Opportunity
from market.opportunities.queries import get_opportunity
from market.programmes.models import Programme, ProgrammeVersion, Resource
from market.rubrics.queries import RubricView, rubric_with_criteria
from tests.apprenticeships import scene
from tests.apprenticeships.way import FLOUR, LARGER, PARTS, Steps
from tests.engagements.scene import do, hand_in, on_part
from tests.pathways import scene as ways
from tests.programmes import plans
from tests.support.databases import Databases, Setup
from tests.support.world import NOW, Known, World, settle

SETTINGS = Settings(public_url="http://testserver", secret="the site secret of every run of this machine")


def _connected(url: str) -> Engine:
    return with_issuing(connect(url), SETTINGS)


def signed(url: str) -> None:
    """A template: Amara's place in a round is signed, and a pathway over two issuers waits for its credential."""
    settle(url)
    engine = _connected(url)
    with clock.standing(NOW):
        make = World(engine)
        programme = plans.published(make)
        opening = plans.round_open(make, programme, is_rolling=True)
        with make.read() as db:
            opening_id = get_opportunity(db, opening).id
            whole = db.exec(select(ProgrammeVersion.achievement_id)).one()
        application = make.application(opening_id)
        with make.write() as db:
            bruno = make.actor(make.bruno)
            one = db.get_one(Application, application)
            applications.open_(db, bruno, one)
            plan = first_terms(db, db.get_one(Opportunity, opening_id), clock.today())
            offer = offers.make(db, bruno, one, plan)
            work_service.sign(db, make.actor(make.amara), offer)
        make.member(make.bakery, Role.MENTOR, person=make.person("Ruth Other", email="ruth@example.org"))
        mill, otto = ways.mill(make)
        flour = ways.achievement(make, FLOUR, by=otto, org=mill.id)
        larger = ways.achievement(make, LARGER)
        assert whole is not None
        ways.publish(make, ways.draft(make, larger, [whole, flour], title="The way of the store"))
        with make.write() as db:
            for org in (make.bakery.id, mill.id):
                for kind in KeyKind:
                    keys.create(db, org, kind)
        make.drain()
    engine.dispose()


@contextmanager
def _opened(url: str) -> Iterator[tuple[World, int]]:
    """The world of a template, and the work in it."""
    engine = _connected(url)
    with clock.standing(NOW):
        make = World(engine)
        with make.read() as db:
            found = db.exec(select(Engagement.id)).one()
        yield make, found
        make.drain()
    engine.dispose()


def under_way(url: str) -> None:
    """A template: both have said that they are ready."""
    signed(url)
    with _opened(url) as (make, found):
        for side in (make.amara, make.bruno):
            do(make, side, found, work_service.ready)


def handed_in(url: str) -> None:
    """A template: every session was held, every part accepted; the capstone waits to be judged."""
    under_way(url)
    with _opened(url) as (make, found):
        scene.held(make, found, 3)
        for place in PARTS:
            hand_in(make, found, place)
            on_part(make, make.bruno, found, place, milestones.approve)


BEGINNINGS: dict[str, Setup] = {"signed": signed, "begun": under_way}  # else handed in


# What falls due in this story. The timers of other features (mail, searches, files, the wallet) find nothing in it.
TIMERS = tuple(
    one
    for one in timers.TIMERS
    if getattr(one, "__module__", "").startswith(
        ("market.engagements", "market.apprenticeships", "market.credentials.reactions", "market.pathways",
         "market.reviews", "market.opportunities", "market.evidence.service")
    )
)  # fmt: skip

LOOKS = {
    "work": "SELECT status, holds_seat, assessment_round, capstone_passed, programme_version_id, sessions_least, "
    "sessions_held, starts_on FROM engagement",
    "parts": "SELECT status, due_on FROM milestone ORDER BY position",
    "programme": "SELECT status, version FROM programme",
    "sessions": "SELECT status FROM mentor_session ORDER BY id",
    "appeals": "SELECT status FROM appeal ORDER BY id",
    "papers": "SELECT a.name, i.status, i.person_id FROM issued i JOIN achievement a ON a.id = i.achievement_id",
    "proved": "SELECT e.id FROM evidence e WHERE e.tier = 4 AND e.voids_id IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM evidence v WHERE v.voids_id = e.id)",
}


class Cast(NamedTuple):
    """Who and what is in a template. Its ids are read once: copies of it have the same."""

    make: World
    people: dict[str, Known]
    work: int
    programme: str
    version: int
    resource: str
    rubric: RubricView
    flour: int
    actors: dict[str, Actor]  # nobody's roles change in a run


def _cast(engine: Engine) -> Cast:
    make = World(engine)
    _mill, otto = ways.mill(make)
    with make.read() as db:
        work = db.exec(select(Engagement)).one()
        ruth = db.exec(select(Person).where(Person.display_name == "Ruth Other")).one()
        people = {
            "talent": make.amara, "employer": make.bruno, "mentor": make.mira, "stranger": make.chidi,
            "other": Known(ruth.id, ruth.public_id, "Ruth Other", "ruth@example.org"), "miller": otto,
        }  # fmt: skip
        return Cast(
            make,
            people,
            work.id,
            db.exec(select(Programme.public_id)).one(),
            db.exec(select(ProgrammeVersion.id)).one(),
            db.exec(select(Resource.public_id).order_by(col(Resource.id))).first() or "",
            rubric_with_criteria(db, work.rubric_id or 0),
            db.exec(select(Achievement.id).where(Achievement.name == FLOUR)).one(),
            {name: actor_for(db, one.id) for name, one in people.items()},
        )


class Site:
    """A database that is put back before each run, and steps on the one work in it."""

    cast: Cast

    def __init__(self, databases: Databases) -> None:
        self.databases = databases
        self.url = databases.new_database()
        self.engine = _connected(self.url)
        self._known: dict[str, Cast] = {}

    def begin(self, name: str) -> None:
        """The database as it is at this point of the way."""
        self.engine.dispose()
        self.databases.put_back(self.url, self.databases.template_from(BEGINNINGS.get(name, handed_in)))
        if name not in self._known:
            self._known[name] = _cast(self.engine)
        self.cast = self._known[name]

    def close(self) -> None:
        self.engine.dispose()
        self.databases.drop(self.url)

    def act(self, who: str, step: Callable[[Session, Actor], Any]) -> Any:
        """A step in a transaction of its own."""
        with self.cast.make.write() as db:
            return step(db, self.cast.actors[who])

    def do(self, who: str, step: Callable[..., Any], *given: Any, **more: Any) -> Any:
        """A step on the whole of the work."""
        return self.act(who, lambda db, actor: step(db, actor, self.work(db), *given, **more))

    def on_part(self, who: str, place: int, step: Callable[..., Any], *given: Any, **more: Any) -> Any:
        """A step on one part of it."""

        def taken(db: Session, actor: Actor) -> Any:
            return step(db, actor, self.work(db), milestones_of(db, self.cast.work)[place], *given, **more)

        return self.act(who, taken)

    def sweep(self) -> None:
        """Let the timers of this story run, then the worker."""
        timers.sweep(self.engine, TIMERS)
        self.cast.make.drain()

    def look(self) -> dict[str, list[tuple[Any, ...]]]:
        """The rows that the model speaks of, by what they are: `LOOKS`."""
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            found = {}
            for name, statement in LOOKS.items():
                cursor.execute(statement)
                found[name] = [tuple(one) for one in cursor.fetchall()]
            return found
        finally:
            connection.rollback()
            connection.close()

    def due_on(self, place: int) -> date:
        """The day of a part."""
        return date.fromisoformat(str(self.look()["parts"][place][1]))

    def work(self, db: Session) -> Engagement:
        return db.get_one(Engagement, self.cast.work)

    def steps(self, chosen: Steps) -> dict[int, tuple[int, str]]:
        """One step for each criterion; None leaves it out."""
        criteria = self.cast.rubric.criteria
        return {c.id: (step, "") for c, step in zip(criteria, chosen, strict=True) if step is not None}
