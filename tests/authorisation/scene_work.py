"""Agreed work in each state that a row of the table speaks of, programmes under way, and what a house keeps of its own."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlmodel import Session, select

from market import clock
from market.accounts import sessions
from market.accounts.models import (
    Membership,
)
from market.applications import offers
from market.applications import service as applications
from market.applications.models import Application, Offer
from market.apprenticeships import capstone, following, soft_rounds
from market.apprenticeships import service as running
from market.cases import service as cases
from market.cases import things
from market.cases.rules import Reason
from market.engagements import assessments, dates, milestones, payments
from market.engagements import queries as work_queries
from market.engagements import service as engagements
from market.engagements.models import Engagement
from market.files.models import File
from market.messages import queries as threads
from market.messages import service as messages
from market.notifications import service as notifications
from market.programmes.models import Resource
from market.programmes.rules import Phase
from market.reviews import queries as review_queries
from market.reviews import service as reviews
from market.reviews.rules import AXES, Side
from market.rubrics.queries import rubric_with_criteria
from market.staff import incentives, matrix, packets
from market.staff import service as staff
from market.staff.models import PoolPlace, Promise
from market.webhooks import service as webhooks
from market.webhooks.models import Hook
from market.webhooks.sending import settle as settle_sent
from tests.applications.scene import terms
from tests.apprenticeships import inside, soft_scene
from tests.apprenticeships import scene as learning
from tests.apprenticeships import test_capstone as capstones
from tests.authorisation.scene_openings import Openings
from tests.authorisation.scene_stage import REPORTED
from tests.credentials import issued_scene as issued
from tests.opportunities import postings
from tests.support.world import Known


class Works(Openings):
    """Work from signature to reviews, a place in a programme, and what comes after: packets, pools, promises."""

    def _agreed(self, section: str, **more: Any) -> Engagement:
        """Work that both sides signed, given to Mira."""
        make = self.make
        opening = self._posting(**more)
        made = self._applied(opening)
        self.do(make.bruno, applications.open_, lambda db: db.get_one(Application, made.id))
        with make.read() as db:
            mira = db.exec(select(Membership.id).where(Membership.person_id == make.mira.id)).one()
        given = terms(mentors=(mira,))
        offer = self.do(make.bruno, offers.make, lambda db: db.get_one(Application, made.id), given)
        work = self.do(make.amara, engagements.sign, lambda db: db.get_one(Offer, offer.id))
        parts = self._parts(work)
        self._put(
            section,
            opening=opening,
            work=work.public_id,
            milestone=parts[0].public_id,
            kind="engagement",
            thread=work.public_id,
            organisation=make.bakery.public_id,
            person=make.amara.public_id,
        )
        return work

    def _appealed(self) -> None:
        """Ida's place in a programme of the house: Bruno judged it, she appealed, and Noor was named to answer."""
        make = self.make
        inner = inside.begun(make, self.ida, known=list(self.skills.values()))
        inside.hand_in(make, self.ida, inner)
        capstones.judge(make, inner, 3, 2)
        capstones.do(make, self.ida, inner, capstone.appeal, capstones.WHY)
        capstones.on_appeal(make, make.bruno, inner, capstone.give, self.noor.public_id)
        make.drain()
        with make.write() as db:
            notifications.read_all(db, self.noor.id)  # she has nothing new elsewhere in the table
            work = db.get_one(Engagement, inner)
            self._put("programme-appealed", work=work.public_id, mentor=self.noor.public_id)

    def _parts(self, work: Engagement) -> list[Any]:
        with self.make.read() as db:
            return list(work_queries.milestones_of(db, work.id))

    def _load(self, work: Engagement) -> Callable[[Session], Engagement]:
        return lambda db: db.get_one(Engagement, work.id)

    def _part(self, work: Engagement, number: int = 0) -> Callable[[Session], Any]:
        return lambda db: work_queries.milestones_of(db, work.id)[number]

    def _started(self, section: str, **more: Any) -> Engagement:
        work = self._agreed(section, **more)
        for who in (self.make.amara, self.make.bruno):
            self.do(who, engagements.ready, self._load(work))
        return work

    def _handed_in(self, section: str, **more: Any) -> Engagement:
        work = self._started(section, **more)
        self._hand_in(work, 0)
        return work

    def _hand_in(self, work: Engagement, number: int) -> None:
        self.do(
            self.make.amara,
            milestones.hand_in,
            self._load(work),
            self._part(work, number),
            note="All forty items.",
            link="",
            uploads=[("stock.csv", b"item,unit\nflour,kg\n")],
            as_evidence=True,
        )

    def _accepted(self, section: str, **more: Any) -> Engagement:
        """Both parts approved, the first declared paid: it could be finished."""
        work, bruno = self._handed_in(section, **more), self.make.bruno
        self.do(bruno, milestones.approve, self._load(work), self._part(work))
        self._hand_in(work, 1)
        self.do(bruno, milestones.approve, self._load(work), self._part(work, 1))
        self.do(bruno, payments.declare, self._load(work), self._part(work), 14_400)
        return work

    def _completed(self, section: str, **more: Any) -> Engagement:
        work = self._accepted(section, **more)
        self.do(self.make.bruno, engagements.finish, self._load(work))
        self.make.drain()
        return work

    def _judge(self, who: Known, work: Engagement) -> None:
        with self.make.write() as db:
            found = db.get_one(Engagement, work.id)
            assert found.rubric_id is not None
            rubric = rubric_with_criteria(db, found.rubric_id)
            steps = {c.id: (3, "Nineteen of twenty.") for c in rubric.criteria}
            assessments.submit(db, sessions.actor_for(db, who.id), found, rubric, steps)

    def _review(self, who: Known, work: Engagement, side: Side) -> str:
        with self.make.write() as db:
            pair = review_queries.pair_of(db, work.id)
            assert pair is not None
            about = Side.EMPLOYER if side is Side.TALENT else Side.TALENT
            axes = dict.fromkeys(AXES[about], 4)
            actor = sessions.actor_for(db, who.id)
            return reviews.write(db, actor, pair, axes=axes, text="Clear words and a good list.").public_id

    def _works(self) -> None:
        make = self.make
        self._agreed("work-scheduled")
        active = self._started("work-active")
        with make.write() as db:
            actor = sessions.actor_for(db, make.mira.id)
            subject = threads.subject_of(db, actor, "engagement", active.public_id)
            sent = messages.send(db, actor, subject, "How does it go?")
        self.sections["work-active"]["message"] = sent.public_id
        concerned = self._started("work-concerned")
        with make.write() as db:
            mira, amara = (sessions.actor_for(db, who.id) for who in (make.mira, make.amara))
            subject = threads.subject_of(db, mira, "engagement", concerned.public_id)
            bad = messages.send(db, mira, subject, "Come on Sunday too, unpaid.")
            thing = things.find(db, amara, "message", bad.public_id)
            cases.report(db, amara, thing, Reason.UNPAID, REPORTED)
        handed = self._handed_in("work-handed-in")
        with make.read() as db:
            about = select(File.public_id).where(File.about_kind == "engagement", File.about_id == handed.id)
            self.sections["work-handed-in"]["file"] = db.exec(about).one()
        self._accepted("work-accepted")
        paused = self._started("work-paused")
        self.do(make.bruno, engagements.pause, self._load(paused), "The oven is being rebuilt.")
        changed = self._started("work-change-proposed")
        change = self.do(
            make.amara,
            dates.propose,
            self._load(changed),
            ends_on=date(2026, 12, 23),
            due={},
            note="A week of exams.",
        )
        self.sections["work-change-proposed"]["change"] = change.public_id
        judged = self._started("work-judged")
        for who in (make.amara, make.mira):
            self._judge(who, judged)
        self._completed("work-completed", **postings.trial())
        sealed = self._completed("work-sealed-by-talent")
        self._review(make.amara, sealed, Side.TALENT)
        revealed = self._completed("work-revealed")
        of_employer = self._review(make.amara, revealed, Side.TALENT)
        of_talent = self._review(make.bruno, revealed, Side.EMPLOYER)
        self.sections["work-revealed"]["review"] = of_talent
        self._put("review-of-employer", review=of_employer)

    def _learning(self) -> None:
        """A place in a programme that is under way, with one session written down by its mentor and a day of hours."""
        make = self.make
        inner = learning.running(make)
        by_mira = learning.logged(make, make.mira, inner)
        planned = self.do(
            make.mira, running.plan_session, lambda db: db.get_one(Engagement, inner), learning.in_days(3)
        )
        hours = self.do(
            make.amara, running.log_hours, lambda db: db.get_one(Engagement, inner),
            worked_on=clock.today(), minutes=60, phase=Phase.TASKS, note="",
        )  # fmt: skip
        with make.read() as db:
            work = db.get_one(Engagement, inner)
            resource = db.exec(
                select(Resource.public_id).where(Resource.version_id == work.programme_version_id)
            ).first()
            session = learning.session(make, by_mira)
            self._put(
                "programme-under-way",
                work=work.public_id,
                session=session.public_id,
                entry=hours.id,
                resource=resource,
                mentor=self.noor.public_id,
            )
            self._put("session-planned", session=planned.public_id)
        ended = learning.running(make, known=list(self.skills.values()))
        self.do(
            make.amara,
            engagements.end_early,
            lambda db: db.get_one(Engagement, ended),
            "I moved away.",
            "none",
        )
        with make.write() as db:
            following.ask_due(db, clock.now())
            self._put("programme-ended", work=db.get_one(Engagement, ended).public_id)
        amara, other, *_rest = soft_scene.group(make, 4, ago=28, known=list(self.skills.values()))
        with make.write() as db:
            soft_rounds.open_due(db, clock.now())
        self._put("soft-skills-peer", work=amara.public_id, person=other.who.public_id)
        self._put("soft-skills-mentor", work=amara.public_id, person=make.amara.public_id)

    def _staff(self) -> None:
        """Amara is in the bakery's pool, and the bakery needs a skill."""
        make, needed = self.make, self.skills["Spreadsheets"]
        self.do(make.bruno, matrix.put_need, make.bakery.id, needed, 3)
        self.sections["organisation"]["skill"] = self._skill(needed)
        place = self.do(make.amara, staff.agree, make.bakery.id, 180)
        note = self.do(
            make.bruno, staff.note, lambda db: db.get_one(PoolPlace, place.id), "Careful with lists."
        )
        opening = self._posting(title="Lists for the new shop")
        reward = issued.achievement(make)
        self.sections["organisation"]["achievement"] = reward.public_id
        made = self.do(
            make.bruno, incentives.promise_for, make.bakery.id, reward.public_id, "A tool kit.", 5000, "GBP"
        )
        issued.accepted(make, reward, make.mira)
        with make.read() as db:
            owed = db.exec(select(Promise.public_id)).one()
        self._put("incentive", incentive=made.public_id, promise=owed)
        hook, _secret = self.do(make.bruno, webhooks.put, make.bakery.id, "https://hr.example/hook")
        sent = self.do(make.bruno, webhooks.test, lambda db: db.get_one(Hook, hook.id))
        with make.write() as db:
            settle_sent(db, sent.id, 410, None, for_good=True)
        self._put("webhook", hook=hook.public_id, delivery=sent.public_id)
        with make.read() as db:
            wanted = select(Engagement).where(Engagement.public_id == self.sections["work-completed"]["work"])
            completed = db.exec(wanted).one()
        packet = self.do(make.amara, packets.ask, self._load(completed))
        make.drain()
        self.sections["work-completed"]["packet"] = packet.public_id
        self._put("pool-place", place=place.public_id, note=note.public_id, opening=opening)
