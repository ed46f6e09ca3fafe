"""Profiles, what belongs to one person alone, reports, and links that let someone in."""

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlmodel import select

from market import clock
from market.accounts import links, sessions
from market.accounts.models import (
    Block,
    Email,
    Person,
    SignInSession,
    TokenPurpose,
)
from market.cases import service as cases
from market.cases import things
from market.cases.rules import Reason, Verdict
from market.files import service as files
from market.outbox import Delivery, DeliveryStatus
from market.panels import PROFILE_READERS
from market.profiles import background, projects
from market.profiles import service as profiles
from market.profiles.background import Done, Learnt
from market.profiles.projects import Made
from market.profiles.rules import Visibility
from market.profiles.service import Basics
from market.skills import service as skills
from tests.authorisation.scene_stage import REPORTED, Stage
from tests.support.world import Known


class People(Stage):
    """Profiles of each visibility, one's own things, skills, reports and links."""

    def _profiles(self) -> None:
        make = self.make
        first = next(iter(self.skills.values()))
        for visibility in Visibility:
            who = make.person(f"Pia {visibility.title()}")
            self.do(who, profiles.save_profile, Basics(headline="Lists", visibility=visibility))
            self.do(who, profiles.claim_skill, first, 3)
            made = self.do(who, projects.add_project, Made("A list", date(2026, 9, 1), skills={first: 3}))
            kept = self.do(who, files.store, "list.csv", b"a,b\n1,2\n", about=("project", made.id))
            make.block(who, person=self.bela)
            self._put(
                f"profile-{visibility.value}",
                person=who.public_id,
                skill=self._skill(first),
                file=kept.public_id,
                opening=self.sections["opening-published"]["opening"],
            )

    def _own(self) -> None:
        """What belongs to Amara alone."""
        make, ids = self.make, list(self.skills.values())
        self.do(make.amara, profiles.claim_skill, ids[0], 3)
        self.do(make.amara, profiles.want, ids[1])
        made = self.do(make.amara, projects.add_project, Made("Pantry list", date(2026, 9, 1)))
        kept = self.do(make.amara, files.store, "pantry.csv", b"a,b\n1,2\n", about=("project", made.id))
        done = self.do(make.amara, background.add_experience, Done("Kitchen help", date(2025, 1, 1)))
        learnt = self.do(make.amara, background.add_education, Learnt("Evening course", year=2025))
        with make.write() as db:
            second = Email(
                person_id=make.amara.id,
                address="amara@larch.example",
                address_norm="amara@larch.example",
                verified_at=clock.now(),
            )
            db.add(second)
            sessions.begin(db, db.get_one(Person, make.amara.id), "Chrome on Android")
            session = db.exec(
                select(SignInSession.public_id).where(
                    SignInSession.person_id == make.amara.id, SignInSession.browser == "Chrome on Android"
                )
            ).one()
            blocked = db.exec(select(Block.id).where(Block.blocker_id == make.amara.id)).first()
        self._put(
            "own",
            address=second.id,
            session=session,
            block=blocked or 0,
            skill=self._skill(ids[0]),
            wanted=self._skill(ids[1]),
            project=made.public_id,
            file=kept.public_id,
            experience=done.public_id,
            education=learnt.public_id,
        )
        self._put(
            "profile-of-talent",
            person=make.amara.public_id,
            skill=self._skill(ids[0]),
            file=kept.public_id,
            opening=self.sections["opening-published"]["opening"],
        )
        self._put("me", person=make.bruno.public_id)
        self.make.drain()
        with make.read() as db:
            told = db.execute(
                text("SELECT public_id FROM notification WHERE person_id = :p AND read_at IS NULL"),
                {"p": make.amara.id},
            ).first()
        self._put("news", news=told[0] if told else "")

    def _skills(self) -> None:
        make, known = self.make, list(self.skills.values())
        self._put("skill", skill=self._skill(known[0]))
        proposed = self.do(make.amara, skills.propose, name="Sourdough lamination")
        self._put("skill-proposed", skill=proposed.public_id)

    def _cases(self) -> None:
        make = self.make

        def report(section: str, kind: str, public_id: str, reason: Reason, by: Known = make.amara) -> Any:
            with make.write() as db:
                actor = sessions.actor_for(db, by.id)
                thing = things.find(db, actor, kind, public_id, PROFILE_READERS)
                made = cases.report(db, actor, thing, reason, REPORTED)
            self._put(section, report=made.public_id)
            return made

        out = self.sections["opening-published"]["opening"]
        report("report-open", "opportunity", out, Reason.UNPAID)
        public = self.sections["profile-public"]["person"]
        report("report-by-the-moderator", "person", public, Reason.SPAM, make.dana)
        about = make.person("Gil Marsh")
        self.do(about, profiles.save_profile, Basics(headline="Lists", visibility=Visibility.PUBLIC))
        made = report("report-decided", "person", about.public_id, Reason.SPAM)
        self.do(
            make.dana, cases.decide, lambda db: db.get_one(type(made), made.id), Verdict.SUSPENDED, REPORTED
        )
        self._put("reportable-opening", kind="opportunity", thing=out)
        self._put("reportable-organisation", kind="organisation", thing=make.bakery.public_id)
        for visibility in Visibility:
            whose = self.sections[f"profile-{visibility.value}"]["person"]
            self._put(f"reportable-{visibility.value}-person", kind="person", thing=whose)
        self._put("reportable-message", kind="message", thing=self.sections["work-active"]["message"])
        self._put("reportable-review", kind="review", thing=self.sections["work-revealed"]["review"])
        with make.write() as db:
            dead = db.exec(select(Delivery)).first()
            assert dead is not None
            dead.status = DeliveryStatus.DEAD
            self._put("site", delivery=dead.id, organisation=make.bakery.public_id)

    def _entering(self) -> None:
        make = self.make
        newcomer = make.person(
            "Nell Frost", email="nell@example.net", password="a long walk by the canal", verified=False
        )
        with make.write() as db:
            address = db.exec(select(Email).where(Email.person_id == newcomer.id)).one()
            verify = links.mint_token(
                db, TokenPurpose.VERIFY_EMAIL, person_id=newcomer.id, email_id=address.id
            )
            reset = links.mint_token(
                db, TokenPurpose.RESET_PASSWORD, person_id=newcomer.id, email_id=address.id
            )
        self._put("entering", verify=verify, reset=reset)
        self._put("entering-wrongly", verify="none", reset="none", invitation="none")
        self._put("demo")
