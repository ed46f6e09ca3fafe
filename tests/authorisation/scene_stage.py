"""The people who ask in the table, and how a scene is built of them."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlmodel import select

from market.access import SYSTEM, Role
from market.accounts import members, sessions
from market.accounts import service as accounts
from market.accounts.models import (
    Membership,
    Person,
    PersonStatus,
)
from market.profiles import service as profiles
from market.profiles.rules import Visibility
from market.profiles.service import Basics
from market.skills.models import Skill
from tests.opportunities import postings
from tests.support.world import Known, World

T = TypeVar("T")
REPORTED = "They asked for work without pay, and said so twice."


class Stage:
    """Who asks, with their tokens, and what is kept of each section: the ids of its things."""

    def __init__(self, make: World) -> None:
        self.make = make
        self.tokens: dict[str, str] = {}
        self.sections: dict[str, dict[str, str]] = {}
        self._people()
        self.skills = postings.skills(make)

    def _people(self) -> None:
        make = self.make
        self.ria = make.member(make.bakery, Role.RECRUITER, person=make.person("Ria Sand"))
        self.noor = make.member(make.bakery, Role.MENTOR, person=make.person("Noor Haddad"))
        self.ida = make.member(make.bakery, Role.ISSUER, person=make.person("Ida Vale"))
        self.otto = make.person("Otto Brandt")
        self.other = make.organisation("Hollow Lane Garage", owner=self.otto)
        self.bela = make.person("Bela Fodor")
        self.works = make.organisation("Fodor Joinery", owner=self.bela)
        self.uma = make.person("Uma Reyes", verified=False)
        self.ada = make.person("Ada Holm")
        self.sade = make.member(make.bakery, Role.RECRUITER, person=make.person("Sade Moss"))
        self.lea = make.member(make.bakery, Role.RECRUITER, person=make.person("Lea Winter"))
        asks = {
            "u": self.uma, "c": make.chidi, "t": make.amara, "o": make.bruno, "r": self.ria, "m": make.mira,
            "n": self.noor, "i": self.ida, "x": self.otto, "b": self.bela, "d": make.dana, "a": self.ada,
            "suspended": self.sade, "left": self.lea,
        }  # fmt: skip
        with make.write() as db:
            accounts.promote(db, db.get_one(Person, self.ada.id), admin=True)
            for letter, who in asks.items():
                self.tokens[letter] = sessions.begin(db, db.get_one(Person, who.id), "Firefox on Linux")
        with make.write() as db:
            theirs = select(Membership).where(Membership.person_id == self.lea.id)
            left = db.exec(theirs).one()
            members.end_membership(db, sessions.actor_for(db, self.lea.id), make.bakery.id, left.id)
            # By hand, and not by `suspending`, which ends the sessions as well: the status alone has to shut them out.
            db.get_one(Person, self.sade.id).status = PersonStatus.SUSPENDED
        self.do(make.chidi, profiles.save_profile, Basics(headline="Sheets", visibility=Visibility.MEMBERS))
        make.block(make.amara, person=self.bela)
        make.block(make.amara, organisation=self.works)
        make.block(self.bela, organisation=make.bakery)

    def do(self, who: Known | None, act: Callable[..., T], *given: Any, **more: Any) -> T:
        """`act(db, actor, ...)` in a transaction of its own; things given by model and id are loaded first."""
        with self.make.write() as db:
            actor = SYSTEM if who is None else sessions.actor_for(db, who.id)
            return act(db, actor, *(g(db) if callable(g) else g for g in given), **more)

    def _put(self, section: str, /, **ids: object) -> None:
        self.sections[section] = {name: str(value) for name, value in ids.items()}

    def _skill(self, skill_id: int) -> str:
        with self.make.read() as db:
            return db.get_one(Skill, skill_id).public_id
