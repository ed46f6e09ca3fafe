"""A database with many openings for measuring the page that lists them: made once, the same rows for every contender."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from market import clock
from market.access import Role
from market.accounts import service, sessions
from market.accounts.models import Membership, Organisation, Person
from market.db import connect, new_public_id, transaction
from market.evidence.models import PersonSkill
from market.migrations import migrate
from market.opportunities.models import Opportunity, Requirement
from market.opportunities.rules import Kind, Mode, PayBasis, Status
from market.skills.models import Skill
from market.skills.names import normalise

ORGANISATIONS, SKILLS = 2_000, 600
READERS = {"twelve skills": ("Amara Okafor", 12), "forty skills": ("Tomasz Zielinski", 40)}
"""Who reads: their names and how many skills they have. Every opening asks one of the forty."""
CHUNK = 5_000
THINGS = ("stock list", "price list", "rota", "leaflet", "web page", "survey", "map of paths", "recipe book")
DEEDS = (
    "Turn our {} into a spreadsheet",
    "Draw a new {}",
    "Test our {} with ten people",
    "Write the {} anew",
)
SUMMARY = (
    "We keep the {} in three notebooks that only one of us can read. We want one that everyone finds their way "
    "in on a busy Thursday, and a page that says how it is kept up."
)


def make(path: Path, openings: int) -> dict[str, str]:
    """A new SQLite file with `openings` that are published; for each of `READERS` the token of a browser signed in."""
    engine = connect(f"sqlite:///{path}", synchronous="OFF")
    migrate.upgrade(engine)
    chance = random.Random(20)
    with transaction(engine, write=True) as db:
        orgs = [f"{name} {n}" for n in range(ORGANISATIONS) for name in ("Larch House Bakery",)]
        _many(
            db,
            Organisation,
            ({"public_id": new_public_id(), "name": name, "name_skeleton": name.casefold()} for name in orgs),
        )
        _many(
            db,
            Skill,
            ({"public_id": new_public_id(), "name": f"Skill in the work {n}"} for n in range(SKILLS)),
        )
        tokens = {}
        for reader, (name, count) in READERS.items():
            person = service.sign_up(db, name=name, email=f"{count}@example.org", verified=True)
            tokens[reader] = sessions.begin(db, person, "Firefox on Linux")
            db.add(Membership(org_id=1, person_id=person.id, role=Role.OWNER))
            held = chance.sample(range(1, SKILLS + 1), count)
            _many(db, PersonSkill, _levels(chance, person, held))
        _many(db, Opportunity, _openings(chance, openings, person, orgs))
        _many(db, Requirement, _requirements(chance, openings, held))
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    return tokens


def _levels(chance: random.Random, person: Person, skills: list[int]) -> Iterator[dict[str, Any]]:
    for skill in skills:
        yield {
            "skill_id": skill,
            "person_id": person.id,
            "level": chance.randint(60, 240),
            "mu": 3.0,
            "sigma": 0.5,
            "tier": 3,
            "as_of": clock.today(),
            "version": 1,
        }


def _openings(chance: random.Random, count: int, author: Person, orgs: list[str]) -> Iterator[dict[str, Any]]:
    now, today = clock.now(), clock.today()
    for n in range(count):
        thing, org = chance.choice(THINGS), chance.randrange(ORGANISATIONS)
        title, summary = chance.choice(DEEDS).format(thing), SUMMARY.format(thing)
        kind, hourly = chance.choice((Kind.GIG, Kind.GIG, Kind.TRIAL)), chance.random() < 0.3
        hours = chance.randint(4, 40)
        rate = chance.randint(1320, 2600)
        starts: date = today + timedelta(days=chance.randint(3, 60))
        yield {
            "public_id": new_public_id(),
            "org_id": org + 1,
            "author_id": author.id,
            "kind": kind,
            "status": Status.PUBLISHED,
            "version": 1,
            "title": title,
            "summary": summary,
            "hours": hours,
            "weeks": chance.randint(1, 4),
            "starts_on": starts,
            "starts_by": starts + timedelta(days=7),
            "pay_basis": PayBasis.HOURLY if hourly else PayBasis.FIXED,
            "pay_minor": rate if hourly else rate * hours,
            "pay_hourly_ref_minor": rate,
            "invited_count": 3 if kind == Kind.TRIAL else 0,
            "mode": chance.choice(tuple(Mode)),
            "place": "Calderside",
            "deadline_at": now + timedelta(days=chance.randint(3, 30)),
            "answer_days": chance.choice((3, 5, 7, 14)),
            "published_at": now - timedelta(minutes=10 * n),
            "active_at": now,
            "search_text": normalise(f"{title} {summary} {orgs[org]}"),
        }


def _requirements(chance: random.Random, count: int, held: list[int]) -> Iterator[dict[str, Any]]:
    for opening in range(1, count + 1):
        wanted = {chance.choice(held), *chance.sample(range(1, SKILLS + 1), chance.randint(2, 4))}
        for position, skill in enumerate(wanted, 1):
            yield {
                "opportunity_id": opening,
                "version": 1,
                "position": position,
                "skill_id": skill,
                "level": chance.randint(2, 4),
                "essential": position <= 2,
                "weight": chance.randint(2, 8),
            }


def _many(db: Session, model: type[SQLModel], rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows in pieces; columns that they leave out get the model's own defaults."""
    fixed: dict[str, Any] = {}
    made = {}
    for name, field in model.model_fields.items():
        if field.default_factory is not None:
            made[name] = field.default_factory
        elif not field.is_required() and name not in ("id", "changed"):  # which the database gives
            fixed[name] = field.default
    piece: list[dict[str, Any]] = []
    for row in rows:
        piece.append(
            {**fixed, **{name: factory() for name, factory in made.items() if name not in row}, **row}
        )  # type: ignore[call-arg]
        if len(piece) == CHUNK:
            db.connection().execute(insert(model), piece)
            piece = []
    if piece:
        db.connection().execute(insert(model), piece)
