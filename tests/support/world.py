"""The world that tests happen in: a standing cast in every new database, and `make` to build more through the services.

Amara offers her skills; Bruno owns Nettle & Rye Bakery, where Mira is a mentor; Chidi has nothing to do with either;
Dana moderates. All have confirmed their addresses. The clock stands at `NOW`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from market import clock, outbox, timers
from market.access import SYSTEM, Actor, Role
from market.accounts import service, sessions
from market.accounts.models import Email, Organisation, Person
from market.db import connect, transaction
from market.migrations import migrate
from market.subscribers import LEADS_TO

NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)  # a Monday
BAKERY = "Nettle & Rye Bakery"
CAST = {
    "amara": "Amara Okafor",
    "bruno": "Bruno Keller",
    "mira": "Mira Lindqvist",
    "chidi": "Chidi Eze",
    "dana": "Dana Petrova",
}


class Known(NamedTuple):
    """Someone of the cast: enough to find them again in any session."""

    id: int
    public_id: str
    name: str
    email: str


class KnownOrganisation(NamedTuple):
    id: int
    public_id: str
    name: str


def settle(url: str) -> None:
    """Make the tables and the cast: what every test's database is a copy of."""
    engine = connect(url)
    try:
        migrate.upgrade(engine)
        with clock.standing(NOW - timedelta(days=60)):
            with transaction(engine, write=True) as db:
                _cast(db)
            outbox.drain(engine, LEADS_TO)
    finally:
        engine.dispose()


def _cast(db: Session) -> None:
    people = {
        key: service.sign_up(db, name=name, email=f"{key}@example.org", verified=True)
        for key, name in CAST.items()
    }
    bakery = service.create_organisation(
        db,
        sessions.actor_for(db, people["bruno"].id),
        name=BAKERY,
        about="A bakery of nine in Weir Lane.",
        place="Calderside",
    )
    service.verify_organisation(db, SYSTEM, bakery)
    service.add_member(db, bakery.id, people["mira"].id, Role.MENTOR)
    people["dana"].is_moderator = True
    db.add(people["dana"])


class Standing:
    """A clock that stands until it is moved."""

    def move(self, **by: float) -> None:
        """Let time pass: `move(days=3, hours=1)`."""
        clock.move(timedelta(**by))


class World:
    """`make`: the cast, and more people and organisations, each built through the services."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._numbers = count(1)
        with self.read() as db:
            rows = db.exec(select(Person, Email).where(col(Email.person_id) == col(Person.id))).all()
            known = {
                e.address.partition("@")[0]: Known(p.id, p.public_id, p.display_name or "", e.address)
                for p, e in rows
            }
            found = db.exec(select(Organisation).where(Organisation.name == BAKERY)).one()
        self.amara, self.bruno, self.mira = known["amara"], known["bruno"], known["mira"]
        self.chidi, self.dana = known["chidi"], known["dana"]
        self.bakery = KnownOrganisation(found.id, found.public_id, found.name)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that is rolled back at its end."""
        with transaction(self.engine, write=False) as db:
            yield db

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed at its end."""
        with transaction(self.engine, write=True) as db:
            yield db

    def actor(self, who: Known) -> Actor:
        """Someone as they act now, memberships and all."""
        with self.read() as db:
            return sessions.actor_for(db, who.id)

    def person(
        self, name: str = "", *, email: str = "", password: str | None = None, verified: bool = True
    ) -> Known:
        """Someone else with an account."""
        n = next(self._numbers)
        name, email = name or f"Person {n}", email or f"person{n}@example.net"
        with self.write() as db:
            made = service.sign_up(db, name=name, email=email, password=password, verified=verified)
        return Known(made.id, made.public_id, name, email)

    def organisation(
        self, name: str = "", *, owner: Known | None = None, verified: bool = True
    ) -> KnownOrganisation:
        """Another organisation, owned by `owner` or by someone new."""
        owner = owner or self.person()
        name = (
            name
            or f"Organisation {'ABCDEFGHJKLMNPQRSTUVWXYZ'[next(self._numbers) % 24]}{next(self._numbers)}"
        )
        with self.write() as db:
            made = service.create_organisation(db, sessions.actor_for(db, owner.id), name=name)
            if verified:
                service.verify_organisation(db, SYSTEM, made)
        return KnownOrganisation(made.id, made.public_id, name)

    def member(self, organisation: KnownOrganisation, role: Role, *, person: Known | None = None) -> Known:
        """Someone with a role in an organisation."""
        person = person or self.person()
        with self.write() as db:
            service.add_member(db, organisation.id, person.id, role)
        return person

    def block(
        self, blocker: Known, *, person: Known | None = None, organisation: KnownOrganisation | None = None
    ) -> None:
        from market.accounts import blocks

        with self.write() as db:
            blocks.block(
                db,
                sessions.actor_for(db, blocker.id),
                person_id=person.id if person else None,
                org_id=organisation.id if organisation else None,
            )

    def opening(self, **more: Any) -> int:
        """A published opening of the bakery, by its inner id."""
        from tests.applications import scene

        return scene.opening(self, **more)

    def application(self, opening: int | None = None, who: Known | None = None, **more: Any) -> int:
        """Amara's application, or someone else's, that was sent: its inner id."""
        from tests.applications import scene

        return scene.applied(self, opening or self.opening(), who, **more)

    def engagement(
        self, *, who: Known | None = None, opening: int | None = None, started: bool = True, **terms: Any
    ) -> int:
        """Work of Amara's that both sides signed, and said that they are ready for: its inner id."""
        from market.applications.models import Offer
        from market.engagements import service as work
        from market.engagements.models import Engagement
        from tests.applications import scene

        who = who or self.amara
        offer = scene.offered(self, self.application(opening, who), **terms)
        with self.write() as db:
            made = work.sign(db, sessions.actor_for(db, who.id), db.get_one(Offer, offer)).id
        if started:
            for side in (who, self.bruno):
                with self.write() as db:
                    work.ready(db, sessions.actor_for(db, side.id), db.get_one(Engagement, made))
        self.drain()
        return made

    def finished(self, **more: Any) -> int:
        """Work whose parts were handed in and approved, and that was finished: its inner id."""
        from market.engagements import milestones, queries
        from market.engagements import service as work
        from market.engagements.models import Engagement

        made = self.engagement(**more)
        with self.write() as db:
            engagement = db.get_one(Engagement, made)
            talent, employer = (
                sessions.actor_for(db, engagement.person_id),
                sessions.actor_for(db, self.bruno.id),
            )
            for part in queries.milestones_of(db, made):
                milestones.hand_in(
                    db, talent, engagement, part, note="Done.", link="", uploads=(), as_evidence=False
                )
                milestones.approve(db, employer, engagement, part)
            work.finish(db, talent, engagement)
        self.drain()
        return made

    def drain(self) -> int:
        """Let the worker do what is due: share out events and make deliveries. Fails on a delivery that failed."""
        done = outbox.drain(self.engine, LEADS_TO)
        with self.read() as db:
            failed = db.exec(
                select(outbox.Delivery).where(col(outbox.Delivery.last_error).is_not(None))
            ).all()
        assert not failed, [(f.subscriber, f.last_error) for f in failed]
        return done

    def sweep(self) -> int:
        """Let the timers run once, then the worker."""
        moved = timers.sweep(self.engine)
        self.drain()
        return moved

    def events(self, name: str = "") -> list[outbox.Event]:
        """What happened, in order; with a name only those."""
        with self.read() as db:
            wanted = select(outbox.Event).order_by(col(outbox.Event.id))
            return list(db.exec(wanted.where(outbox.Event.name == name) if name else wanted))
