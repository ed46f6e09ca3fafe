"""A crowd in a real database for the backends to rank, and who may stand in a list of it, told by plain Python.

The rows are written as they are, not through the services, because there are many of them; every change tells the log.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import numpy as np
from sqlalchemy import delete, func, insert, select
from sqlmodel import Session, SQLModel

from market.access import Role
from market.accounts.models import Block, Membership, Person, PersonStatus
from market.db import new_public_id
from market.evidence.models import PersonSkill
from market.evidence.service import tell_indexes
from market.matching.core.contract import Requirement, Tie
from market.matching.core.policy import hopeful
from market.matching.queries import Findable
from market.profiles.models import ProfileLanguage, TalentProfile, Visibility
from tests.matching import oracle
from tests.opportunities import postings
from tests.support.world import NOW, World

DAY = date(2026, 11, 16)
LEVELS = (1, 24, 25, 26, 76, 77, 128, 180, 230, 255)
SPOKEN = ("en", "cy", "so", "xx")  # the last is in no list


@dataclass
class One:
    """A person as the oracle knows them."""

    status: PersonStatus = PersonStatus.ACTIVE
    visibility: Visibility = Visibility.PUBLIC
    is_findable: bool = True
    available_from: date | None = None
    hours_week: int | None = None
    pay_min_minor: int | None = None
    currency: str = "GBP"
    completed_count: int = 0
    languages: frozenset[str] = frozenset()
    skills: dict[int, tuple[int, float, float, int, int]] = field(
        default_factory=dict
    )  # level, mu, sigma, tier, via_steps


class Crowd:
    """So many people with random skills, choices and blocks; `viewer` recruits for `org`."""

    def __init__(self, make: World, people: int, seed: int, skills: int = 5) -> None:
        self.make, self.random = make, Random(seed)
        self.people: dict[int, One] = {}
        self.skills = list(
            postings.skills(make, *(f"Skill {n} of the crowd" for n in range(skills))).values()
        )
        with make.write() as db:
            first = int(db.connection().execute(select(func.max(_table(Person).c.id))).scalar_one()) + 1
            ids = list(range(first, first + people))
            _put(db, Person, [{**BARE_PERSON, "id": n, "public_id": new_public_id()} for n in ids])
            for person in ids:
                self._write(db, person, self.someone(), new=True)
        self.viewer, self.org = make.bruno.id, make.bakery.id
        self.members = {make.bruno.id, make.mira.id}
        self.blocks: set[tuple[int, int | None, int | None]] = set()

    def someone(self) -> One:
        """Somebody as chance has it."""
        r = self.random
        made = One(
            status=r.choices((PersonStatus.ACTIVE, PersonStatus.SUSPENDED), (9, 1))[0],
            visibility=r.choices(tuple(Visibility), (1, 1, 1))[0],
            is_findable=r.random() < 0.9,
            available_from=r.choice((None, DAY, DAY + timedelta(days=r.randrange(60)))),
            hours_week=r.choice((None, 5, 10, 20, 40)),
            pay_min_minor=r.choice((None, 0, 1320, 2000, 4000)),
            currency=r.choices(("GBP", "EUR"), (4, 1))[0],
            completed_count=r.choice((0, 0, 3)),
            languages=frozenset(r.sample(SPOKEN, r.randrange(3))),
        )
        for skill in r.sample(self.skills, r.randrange(len(self.skills) + 1)):
            made.skills[skill] = (
                r.choice(LEVELS),
                round(r.uniform(0, 5), 2),
                round(r.uniform(0.2, 1.7), 2),
                r.randrange(5),
                r.choice((0, 0, 1, -1)),
            )
        return made

    def change(self, db: Session, person: int, one: One | None = None) -> None:
        """Somebody becomes somebody else, and the log says so."""
        self._write(db, person, one or self.someone(), new=False)
        tell_indexes(db, person)

    def _write(self, db: Session, person: int, one: One, *, new: bool) -> None:
        run = db.connection().execute
        if not new:
            for model in (TalentProfile, ProfileLanguage, PersonSkill):
                run(delete(_table(model)).where(_table(model).c.person_id == person))
        people = _table(Person)
        run(people.update().where(people.c.id == person).values(status=one.status))
        choices = ("visibility", "is_findable", "available_from", "hours_week", "pay_min_minor", "currency")
        chosen = {name: getattr(one, name) for name in (*choices, "completed_count")}
        _put(
            db,
            TalentProfile,
            [{**BARE_PROFILE, **chosen, "person_id": person}],
        )
        _put(
            db,
            ProfileLanguage,
            [
                {"person_id": person, "language": tag, "fluency": "", "position": 0}
                for tag in sorted(one.languages)
            ],
        )
        _put(
            db,
            PersonSkill,
            [
                {
                    "skill_id": skill,
                    "person_id": person,
                    "level": level,
                    "mu": mu,
                    "sigma": sigma,
                    "tier": tier,
                    "as_of": DAY,
                    "version": 1,
                    "own": level,
                    "via_steps": via,
                }
                for skill, (level, mu, sigma, tier, via) in one.skills.items()
            ],
        )
        self.people[person] = one

    def block(self, db: Session, blocker: int, *, person: int | None = None, org: int | None = None) -> None:
        """One more block; the same twice is one."""
        if (blocker, person, org) in self.blocks or blocker == person:
            return
        self.blocks.add((blocker, person, org))
        db.add(Block(blocker_id=blocker, blocked_person_id=person, blocked_org_id=org))
        db.flush()

    def join(self, db: Session, person: int) -> None:
        """Somebody joins the viewer's organisation."""
        if person not in self.members:
            self.members.add(person)
            db.add(Membership(org_id=self.org, person_id=person, role=Role.MENTOR))
            db.flush()

    # -- questions

    def requirements(self) -> list[Requirement]:
        r = self.random
        wanted = r.sample([*self.skills, 999_999], r.randint(1, len(self.skills)))
        return [Requirement(s, r.randint(1, 5), r.randint(1, 10), r.random() < 0.5) for s in wanted]

    def tie(self) -> Tie:
        return Tie(self.random.randrange(1, 2147483647), self.random.randrange(2147483647))

    def findable(self, asked: list[Requirement]) -> Findable:
        r = self.random
        made = Findable(
            without=tuple(r.sample(sorted(self.people), min(len(self.people), r.choice((0, 0, 4))))),
            available_by=r.choice((None, None, DAY + timedelta(days=r.randrange(60)))),
            hours_week=r.choice((None, None, 10, 40, 80)),
            pay_at_most_minor=r.choice((None, None, 0, 1320, 3000)),
            currency=r.choice(("GBP", "GBP", "EUR")),
            language=r.choice(("", "", "cy", "ur", "xx")),
        )
        if r.random() < 0.7:
            made = made._replace(
                org_id=r.choice((None, self.org)),
                viewer_id=self.viewer,
                org_ids=(self.org,),
                recruits_for=r.choice((None, (), (self.org,))),
            )
        if r.random() < 0.25:
            skills = tuple(q.skill_id for q in asked)
            made = made._replace(tier=r.randint(1, 4), tier_skills=skills)
        return made

    # -- the oracle

    def may_stand(self, person: int, findable: Findable) -> bool:
        """Whether a person may stand in a list."""
        one = self.people[person]
        if one.status != PersonStatus.ACTIVE or not one.is_findable or one.visibility == Visibility.PRIVATE:
            return False
        if one.visibility == Visibility.MEMBERS and findable.recruits_for == ():
            return False
        if person in findable.without or person == findable.viewer_id or self._is_apart(person, findable):
            return False
        if findable.available_by and one.available_from and one.available_from > findable.available_by:
            return False
        if findable.hours_week and one.hours_week is not None and one.hours_week < findable.hours_week:
            return False
        asks = one.pay_min_minor if one.currency == findable.currency else None
        if findable.pay_at_most_minor is not None and asks is not None and asks > findable.pay_at_most_minor:
            return False
        if findable.language and findable.language not in one.languages:
            return False
        held = [one.skills[s] for s in findable.tier_skills if s in one.skills]
        best = max((tier for *_, tier, via in held if via >= 0), default=-1)
        return not findable.tier or best >= findable.tier

    def _is_apart(self, person: int, findable: Findable) -> bool:
        of_org = self.org in (findable.org_id, *findable.org_ids)
        if of_org and person in self.members:
            return True
        for blocker, blocked, org in self.blocks:
            if of_org and (
                (blocker == person and org == self.org) or (blocker in self.members and blocked == person)
            ):
                return True
            if findable.viewer_id is not None and {blocker, blocked} == {findable.viewer_id, person}:
                return True
        return False

    def top(self, asked: list[Requirement], tie: Tie, findable: Findable, k: int) -> list[tuple[int, int]]:
        """The first k, by the oracle."""
        levels = {p: {s: held[0] for s, held in one.skills.items()} for p, one in self.people.items()}
        return self._ranked(levels, asked, tie, findable, k)

    def hopes(self, asked: list[Requirement], findable: Findable, listed: list[int], k: int) -> list[int]:
        """Newcomers who may well meet every essential, by the oracle."""
        levels = {
            p: {
                s: hopeful(mu, sigma, level, tier) for s, (level, mu, sigma, tier, _via) in one.skills.items()
            }
            for p, one in self.people.items()
            if one.completed_count == 0 and p not in listed
        }
        essential = sum(q.essential for q in asked)
        found = self._ranked(levels, asked, Tie(), findable, k)
        return [p for p, points in found if points >= essential << 20]

    def _ranked(
        self, levels: dict[int, Any], asked: list[Requirement], tie: Tie, findable: Findable, k: int
    ) -> list[tuple[int, int]]:
        plain = [(q.skill_id, q.level, q.weight, q.essential) for q in asked]
        ranked = oracle.rank(levels, plain, k, tie.a, tie.b, lambda p: self.may_stand(p, findable))
        return [(person, points) for person, points, _ in ranked]


def rows(matrix: np.ndarray[Any, Any]) -> list[tuple[int, ...]]:
    """The rows of a matrix in an order of their own."""
    return sorted(map(tuple, matrix.tolist()))


BARE_PERSON = {
    "status": PersonStatus.ACTIVE,
    "time_zone": "Europe/London",
    "language": "en",
    "created_at": NOW,
    "is_moderator": False,
    "is_admin": False,
    "unread_count": 0,
}

BARE_PROFILE = {
    **dict.fromkeys(("headline", "about", "place", "availability_note"), ""),
    **dict.fromkeys(("created_at", "updated_at"), NOW),
}


def _table(model: type[SQLModel]) -> Any:
    return model.__table__  # type: ignore[attr-defined]


def _put(db: Session, model: type[SQLModel], given: list[dict[str, Any]]) -> None:
    if given:
        db.connection().execute(insert(_table(model)), given)
