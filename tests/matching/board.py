"""A board of openings in a real database to be put in order for someone, and the order told by plain Python.

The rows are written as they are, not through the services, because there are many of them. Nobody tells an index what
changed: the tables do (`db.change_number`).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import delete, insert, update
from sqlmodel import Session, SQLModel

from market.db import new_public_id
from market.evidence.models import PersonSkill
from market.opportunities.browsing import Facets
from market.opportunities.models import Opportunity, Requirement
from market.opportunities.rules import Kind, Mode, Status
from market.skills.names import normalise
from tests.opportunities import postings
from tests.support.world import NOW, World

DAY = date(2026, 11, 16)
LEVELS = (1, 25, 26, 76, 77, 128, 200, 255)
WORDS = ("bread", "stock list", "weir lane", "50% off_line", "zzz")


@dataclass
class Posted:
    """An opening as the oracle knows it: `asks` maps skill to (level, weight, essential)."""

    status: Status = Status.PUBLISHED
    version: int = 1
    kind: Kind = Kind.GIG
    mode: Mode = Mode.REMOTE
    place: str = ""
    hours: int = 8
    seats: int = 1
    applicants_count: int = 0
    pay_hourly_ref_minor: int | None = None
    language: str = "en"
    starts_on: date | None = None
    starts_by: date | None = None
    answer_days: int = 7
    search_text: str = ""
    asks: dict[int, tuple[int, int, bool]] = field(default_factory=dict)


class Board:
    """So many openings that ask for random skills, and someone with random levels."""

    def __init__(self, make: World, openings: int, seed: int, skills: int = 5) -> None:
        self.make, self.random = make, Random(seed)
        self.skills = postings.skills(make, *(f"Skill {n} of the board" for n in range(skills)))
        self.openings: dict[int, Posted] = {}
        self.levels: dict[int, int] = {}
        self.penalty = 50  # thousandths an applicant a seat
        self.reader = make.amara
        self.actor = make.actor(self.reader)
        with make.write() as db:
            for _ in range(openings):
                self.post(db)
            self.learn(db)

    def something(self) -> Posted:
        """An opening as chance has it; many are alike."""
        r = self.random
        made = Posted(
            status=r.choices((Status.PUBLISHED, Status.PAUSED, Status.CLOSED), (8, 1, 1))[0],
            version=1,
            kind=r.choice((Kind.GIG, Kind.TRIAL)),
            mode=r.choice(tuple(Mode)),
            place=r.choice(("", "Weir Lane", "Århus")),
            hours=r.choice((4, 8, 20)),
            seats=r.choice((1, 1, 3)),
            applicants_count=r.choice((0, 0, 2, 40)),
            pay_hourly_ref_minor=r.choice((None, 1320, 2000)),
            language=r.choice(("en", "cy")),
            starts_on=r.choice((None, DAY + timedelta(days=r.randrange(30)))),
            answer_days=r.choice((3, 7)),
            search_text=normalise(" | ".join(r.sample(WORDS, 2))),
        )
        if made.starts_on and r.random() < 0.5:
            made.starts_by = made.starts_on + timedelta(days=7)
        asks = min(len(self.skills), r.choice((0, 1, 1, 2, 2, 3, 8)))
        for skill in r.sample(sorted(self.skills.values()), asks):
            made.asks[skill] = (r.randint(1, 5), r.choice((1, 5, 10)), r.random() < 0.5)
        return made

    def post(self, db: Session, one: Posted | None = None) -> int:
        """Somebody posts one more."""
        one = one or self.something()
        values = {
            "public_id": new_public_id(),
            "org_id": self.make.bakery.id,
            "author_id": self.make.bruno.id,
        }
        made = db.connection().execute(insert(_table(Opportunity)).values(**_BARE, **values, **_columns(one)))
        opening = int(made.inserted_primary_key[0])  # type: ignore[index]
        self._ask(db, opening, one)
        self.openings[opening] = one
        return opening

    def change(self, db: Session, opening: int, one: Posted | None = None) -> None:
        """An opening becomes another: its state, its numbers, and in a new version what it asks."""
        one = one or self.something()
        one.version = self.openings[opening].version + 1
        table = _table(Opportunity)
        db.connection().execute(update(table).where(table.c.id == opening).values(**_columns(one)))
        self._ask(db, opening, one)
        self.openings[opening] = one

    def _ask(self, db: Session, opening: int, one: Posted) -> None:
        rows = [
            {"opportunity_id": opening, "version": one.version, "position": n, "skill_id": skill}
            | {"level": level, "weight": weight, "essential": essential}
            for n, (skill, (level, weight, essential)) in enumerate(one.asks.items(), 1)
        ]
        if rows:
            db.connection().execute(insert(_table(Requirement)), rows)

    def learn(self, db: Session) -> None:
        """The reader's levels become others."""
        table, r = _table(PersonSkill), self.random
        db.connection().execute(delete(table).where(table.c.person_id == self.reader.id))
        wanted = r.sample(sorted(self.skills.values()), r.randrange(len(self.skills) + 1))
        self.levels = {skill: r.choice(LEVELS) for skill in wanted}
        beside = {"mu": 3.0, "sigma": 0.5, "tier": 4, "as_of": DAY, "version": 1, "via_steps": 0}
        for skill, level in self.levels.items():
            row = {"skill_id": skill, "person_id": self.reader.id, "level": level, "own": level, **beside}
            db.connection().execute(insert(table).values(**row))

    # -- questions, and the oracle

    def facets(self) -> Facets:
        r = self.random
        if r.random() < 0.3:
            return Facets()
        return Facets(
            q=r.choice(("", "", "", *WORDS, "bread stock", "nowhere")),
            kinds=r.choice(((), (), (Kind.GIG,), (Kind.GIG, Kind.TRIAL))),
            modes=r.choice(((), (), (Mode.REMOTE,))),
            skill=r.choice(("", "", "", *self.skills, "no such skill")),
            place=r.choice(("", "", "", "weir", "århus")),
            pay_from=r.choice((None, None, 1500)),
            hours_to=r.choice((None, None, 8, 2)),
            language=r.choice(("", "", "cy")),
            start_from=r.choice((None, None, DAY + timedelta(days=9))),
            answer_within=r.choice((None, None, 5)),
        )

    def matches(self, one: Posted, facets: Facets) -> bool:
        """Whether an opening is open, asks for anything and is not narrowed away."""
        if one.status != Status.PUBLISHED or not one.asks:
            return False
        latest = one.starts_by or one.starts_on
        return (
            all(word in one.search_text for word in normalise(facets.q).split())
            and (not facets.kinds or one.kind in facets.kinds)
            and (not facets.modes or one.mode in facets.modes)
            and (not facets.skill or self.skills.get(facets.skill) in one.asks)
            and facets.place.casefold() in one.place.casefold()
            and (not facets.pay_from or (one.pay_hourly_ref_minor or 0) >= facets.pay_from)
            and (not facets.hours_to or one.hours <= facets.hours_to)
            and (not facets.language or one.language == facets.language)
            and (not facets.start_from or (latest is not None and latest >= facets.start_from))
            and (not facets.answer_within or one.answer_days <= facets.answer_within)
        )

    def place(self, one: Posted) -> int:
        """How well an opening fits the reader, from the decision note and sharing no code with the product."""
        met = essentials = covered = weights = 0
        for skill, (level, weight, essential) in one.asks.items():
            least, mine = 51 * level - 25, self.levels.get(skill, 0)
            weights += weight
            covered += weight * (1024 if mine >= least else mine * 1024 // least)
            essentials += essential
            met += essential and mine >= least
        share = met * 1024 // essentials if essentials else 1024
        seats = 1000 * one.seats
        return share * 2048 + covered // weights * seats // (seats + self.penalty * one.applicants_count)

    def best(self, facets: Facets) -> list[tuple[int, int]]:
        """(id, place) of all that match, the best first, the newer first among equals."""
        found = [(n, self.place(one)) for n, one in self.openings.items() if self.matches(one, facets)]
        return sorted(found, key=lambda pair: (-pair[1], -pair[0]))


def _table(model: type[SQLModel]) -> Any:
    return model.__table__  # type: ignore[attr-defined]


_BARE = {
    "title": "An opening of the board", "summary": "", "weeks": 1, "pay_basis": "fixed", "pay_minor": 0,
    "currency": "GBP", "seats_taken": 0, "invited_count": 0, "time_zone": "Europe/London",
    "overlap_hours": 0, "access_needs": "", "learner_cost_minor": 0, "ip_note": "", "was_extended": False,
    "published_at": NOW, "active_at": NOW, "created_at": NOW, "updated_at": NOW, "draft_version": 1,
}  # fmt: skip


def _columns(one: Posted) -> dict[str, Any]:
    return {name: value for name, value in vars(one).items() if name != "asks"}
