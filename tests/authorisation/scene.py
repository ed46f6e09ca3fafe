"""The world in which the table is tested: who asks, and one thing in each state that a row of the table speaks of.

Everything was made through the services. What the test needs to know of it (tokens, public ids) lies in a table of its
own in the same database, since another worker of the run may have made it.
"""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Engine, make_url, text
from sqlmodel import Session, select

from market import clock
from market.access import SYSTEM, Role
from market.accounts import links, members, organisations, sessions
from market.accounts import service as accounts
from market.accounts.models import (
    Block,
    Email,
    Membership,
    Organisation,
    Person,
    PersonStatus,
    SignInSession,
    TokenPurpose,
)
from market.applications import invitations, offers
from market.applications import service as applications
from market.applications.models import Application, Offer
from market.applications.rules import DeclineCode
from market.apprenticeships import following, soft_rounds, waiting
from market.apprenticeships import service as running
from market.config import Settings
from market.credentials import issuing, keys
from market.credentials.address import with_issuing
from market.credentials.checking import queue
from market.credentials.models import Issued, StatusList
from market.credentials.rules import KeyKind
from market.db import connect
from market.engagements import assessments, dates, milestones, payments
from market.engagements import queries as work_queries
from market.engagements import service as engagements
from market.engagements.models import Engagement
from market.files import service as files
from market.files.models import File
from market.files.service import with_files
from market.matching import service as matching
from market.messages import queries as threads
from market.messages import service as messages
from market.opportunities import service as postings_service
from market.opportunities.models import Opportunity
from market.opportunities.queries import get_opportunity
from market.outbox import Delivery, DeliveryStatus
from market.pathways.models import Pathway
from market.profiles import background, projects
from market.profiles import service as profiles
from market.profiles.background import Done, Learnt
from market.profiles.projects import Made
from market.profiles.rules import Visibility
from market.profiles.service import Basics
from market.programmes.models import Resource
from market.programmes.rules import Phase
from market.reviews import queries as review_queries
from market.reviews import service as reviews
from market.reviews.rules import AXES, Side
from market.rubrics.queries import rubric_with_criteria
from market.skills import service as skills
from market.staff import incentives, matrix, packets
from market.staff import service as staff
from market.staff.models import PoolPlace, Promise
from market.webhooks import service as webhooks
from market.webhooks.models import Hook
from market.webhooks.sending import settle as settle_sent
from tests.applications.scene import ANSWER, answers, terms
from tests.apprenticeships import inside, soft_scene
from tests.apprenticeships import scene as learning
from tests.authorisation import scene_wallet
from tests.credentials import issued_scene as issued
from tests.opportunities import postings
from tests.pathways import scene as pathways
from tests.programmes import plans
from tests.rubrics import library_scene
from tests.support.world import NOW, Known, World, settle

T = TypeVar("T")
REPORTED = "They asked for work without pay, and said so twice."


class Built(NamedTuple):
    """What the test needs to know: the tokens of the people who ask, and the ids of the things of each section."""

    tokens: dict[str, str]
    sections: dict[str, dict[str, str]]


def files_folder(url: str) -> Path:
    """Where the uploads of the template lie; each copy of it reads them from there."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        return Path(where.database or "").parent / "matrix-files"
    return Path(str(where.query["host"])) / "matrix-files"  # beside the server's socket


def build(url: str) -> None:
    """Make the whole scene in an empty database."""
    settle(url)
    engine = connect(url)
    settings = Settings(data=files_folder(url), public_url="http://testserver")
    try:
        with clock.standing(NOW):
            built = _Scene(World(with_issuing(with_files(engine, settings), settings))).tell()
        with engine.begin() as db:
            db.execute(text("CREATE TABLE matrix (told TEXT NOT NULL)"))
            db.execute(text("INSERT INTO matrix VALUES (:told)"), {"told": json.dumps(built)})
    finally:
        engine.dispose()


def recall(engine: Engine) -> Built:
    """What `build` kept."""
    with engine.connect() as db:
        return Built(*json.loads(db.execute(text("SELECT told FROM matrix")).scalar_one()))


class _Scene:
    """The people first, then the things, section by section."""

    def __init__(self, make: World) -> None:
        self.make = make
        self.tokens: dict[str, str] = {}
        self.sections: dict[str, dict[str, str]] = {}
        self._people()
        self.skills = postings.skills(make)

    def tell(self) -> Built:
        for step in (
            self._organisations, self._openings, self._programmes, self._applications, self._works, self._staff, self._learning,
            self._profiles, self._own, self._skills, self._cases, self._credentials, self._pathways, self._wallet, self._entering,
        ):  # fmt: skip
            step()
            self.make.drain()
        return Built(self.tokens, self.sections)

    # -- who asks

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

    def _wallet(self) -> None:
        for section, ids in scene_wallet.build(self.make, self.skills).items():
            self._put(section, **ids)

    def _put(self, section: str, /, **ids: object) -> None:
        self.sections[section] = {name: str(value) for name, value in ids.items()}

    # -- organisations

    def _organisations(self) -> None:
        make = self.make
        with make.write() as db:
            bruno = sessions.actor_for(db, make.bruno.id)
            bakery = db.get_one(Organisation, make.bakery.id)
            asked = members.invite(db, bruno, bakery, make.chidi.email, Role.MENTOR)
            link = links.mint_token(db, TokenPurpose.INVITATION, invitation_id=asked.id)
            of_ria = db.exec(select(Membership.id).where(Membership.person_id == self.ria.id)).one()
        self._put(
            "organisation",
            organisation=make.bakery.public_id,
            invitation=asked.public_id,
            membership=of_ria,
        )
        self._put("invitation", invitation=link, organisation=make.bakery.public_id)
        unknown = make.organisation("Rook Street Studio", owner=make.bruno, verified=False)
        self._put("organisation-unverified", organisation=unknown.public_id)

    # -- openings

    def _posting(self, section: str = "", **more: Any) -> str:
        """A published opening of the bakery."""
        made = postings.published(self.make, known=self.skills, **more)
        if section:
            self._opening_of(section, made)
        return made

    def _opening_of(self, section: str, public_id: str) -> None:
        self._put(
            section,
            opening=public_id,
            person=self.make.chidi.public_id,
            skill=self._skill(next(iter(self.skills.values()))),
            section="work",
            what="part",
            step="pause",
        )

    def _pathways(self) -> None:
        make = self.make
        target, *parts = (pathways.achievement(make, name) for name in ("Baker", "Bread", "Cakes"))
        inner = pathways.achievement(make, "Shift lead")
        made = {
            "pathway-draft": pathways.draft(make, target, parts),
            "pathway-published": pathways.publish(make, pathways.draft(make, target, parts)),
            "pathway-members": pathways.publish(make, pathways.draft(make, inner, parts, for_members=True)),
        }
        with make.read() as db:
            for section, pathway_id in made.items():
                self._put(section, pathway=db.get_one(Pathway, pathway_id).public_id)

    def _programmes(self) -> None:
        make, known = self.make, list(self.skills.values())
        self._put("programme-draft", programme=plans.draft(make, known=known))
        out = plans.published(make, known=known)
        self._put("programme-published", programme=out)
        self.do(make.amara, waiting.join, lambda db: plans.queries.get_programme(db, out))
        members = inside.published(make, known=known)
        self._put("programme-members", programme=members, round=inside.round_open(make, members))
        retired = plans.published(make, known=known)
        self.do(make.bruno, plans.service.retire, lambda db: plans.queries.get_programme(db, retired))
        self._put("programme-retired", programme=retired)
        self._opening_of("round-draft", plans.round_draft(make, out))

    def _openings(self) -> None:
        make = self.make
        self._opening_of("opening-draft", postings.draft(make, known=self.skills))
        self._posting("opening-published")
        paused = self._posting("opening-paused")
        self.do(make.bruno, postings_service.pause, lambda db: get_opportunity(db, paused))
        cancelled = self._posting("opening-cancelled")
        self.do(
            make.bruno, postings_service.cancel, lambda db: get_opportunity(db, cancelled), note="No flour."
        )
        waiting = postings.draft(make, known=self.skills)
        with make.write() as db:
            bakery = db.get_one(Organisation, make.bakery.id)
            organisations.unverify_organisation(db, SYSTEM, bakery)
        self.do(make.bruno, postings_service.submit, lambda db: get_opportunity(db, waiting), postings.FLOOR)
        with make.write() as db:
            organisations.verify_organisation(db, SYSTEM, db.get_one(Organisation, make.bakery.id))
        self._opening_of("opening-in-review", waiting)
        asked = self._posting()
        invited = self.do(
            make.bruno,
            invitations.invite,
            lambda db: get_opportunity(db, asked),
            lambda db: db.get_one(Person, make.amara.id),
        )
        self._put("invited", asked=invited.public_id)
        with make.write() as db:
            bruno = sessions.actor_for(db, make.bruno.id)
            ranking, rows = matching.rank_people(
                db, bruno, get_opportunity(db, asked), matching.findable_by(bruno, make.bakery.id)
            )
            matching.keep(db, ranking, rows)
            self._put("order", order=ranking.public_id)

    # -- applications and offers

    def _applied(self, opening: str, **more: Any) -> Application:
        with self.make.read() as db:
            inner = get_opportunity(db, opening).id
        given = answers(self.make, inner)
        return self.do(
            self.make.amara,
            applications.apply,
            lambda db: db.get_one(Opportunity, inner),
            given,
            agrees_to_pool=True,
            **more,
        )

    def _applications(self) -> None:
        make, bruno = self.make, self.make.bruno

        def on(section: str, *steps: Callable[..., Any]) -> Application:
            opening = self._posting()
            made = self._applied(opening)
            for step in steps:
                self.do(bruno, step, lambda db: db.get_one(Application, made.id))
            self._put(
                section,
                opening=opening,
                application=made.public_id,
                person=make.amara.public_id,
                kind="application",
                thread=made.public_id,
            )
            return made

        drafted = self._posting()
        with make.read() as db:
            inner = get_opportunity(db, drafted).id
        kept = self.do(
            make.amara, applications.save_draft, lambda db: db.get_one(Opportunity, inner), {0: ANSWER}
        )
        self._put(
            "application-draft",
            opening=drafted,
            application=kept.public_id,
            kind="application",
            thread=kept.public_id,
        )
        on("application-submitted")
        read = on("application-in-review", applications.open_)
        with make.write() as db:
            actor = sessions.actor_for(db, make.amara.id)
            subject = threads.subject_of(db, actor, "application", read.public_id)
            messages.send(db, actor, subject, "When would you like me to begin?")
        on("application-pooled", applications.open_, applications.pool)

        def decline(db: Session, actor: Any, one: Application) -> None:
            applications.decline(db, actor, one, DeclineCode.TIMING, "We begin in May.")

        on("application-declined", applications.open_, decline)
        back = on("application-withdrawn")
        self.do(make.amara, applications.withdraw, lambda db: db.get_one(Application, back.id))
        offered = on("offer-by-employer", applications.open_)
        offer = self.do(bruno, offers.make, lambda db: db.get_one(Application, offered.id), terms())
        self.sections["offer-by-employer"]["offer"] = offer.public_id
        countered = on("offer-by-talent", applications.open_)
        first = self.do(bruno, offers.make, lambda db: db.get_one(Application, countered.id), terms())
        second = self.do(make.amara, offers.counter, lambda db: db.get_one(Offer, first.id), terms(hours=17))
        self.sections["offer-by-talent"]["offer"] = second.public_id

    # -- work

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

    def _parts(self, work: Engagement) -> list[Any]:
        with self.make.read() as db:
            return list(work_queries.milestones_of(db, work.id))

    def _started(self, section: str, **more: Any) -> Engagement:
        work = self._agreed(section, **more)
        for who in (self.make.amara, self.make.bruno):
            self.do(who, engagements.ready, self._load(work))
        return work

    def _load(self, work: Engagement) -> Callable[[Session], Engagement]:
        return lambda db: db.get_one(Engagement, work.id)

    def _part(self, work: Engagement, number: int = 0) -> Callable[[Session], Any]:
        return lambda db: work_queries.milestones_of(db, work.id)[number]

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
        from market.cases import service as cases
        from market.cases import things
        from market.cases.rules import Reason

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

    # -- profiles

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

    def _skill(self, skill_id: int) -> str:
        from market.skills.models import Skill

        with self.make.read() as db:
            return db.get_one(Skill, skill_id).public_id

    # -- one's own

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

    # -- skills

    def _skills(self) -> None:
        make, known = self.make, list(self.skills.values())
        self._put("skill", skill=self._skill(known[0]))
        proposed = self.do(make.amara, skills.propose, name="Sourdough lamination")
        self._put("skill-proposed", skill=proposed.public_id)

    # -- reports

    def _cases(self) -> None:
        from market.cases import service as cases
        from market.cases import things
        from market.cases.rules import Reason, Verdict
        from market.panels import PROFILE_READERS

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

    # -- credentials issued here

    def _credentials(self) -> None:
        make = self.make
        for section, is_finished in (("rubric-draft", False), ("rubric-finished", True)):
            rubric = library_scene.in_library(make, finished=is_finished, known=self.skills)
            self._put(section, rubric=rubric.public_id)
        draft, out = issued.achievement(make, published=False), issued.achievement(make)
        self._put("achievement-draft", achievement=draft.public_id)
        self._put("achievement-published", achievement=out.public_id)

        def one(section: str, made: Issued) -> None:
            self._put(section, credential=made.public_id)

        one("credential-offered", issued.given(make, issued.achievement(make)))
        one("credential-public", issued.accepted(make, issued.achievement(make)))
        one("credential-private", issued.accepted(make, issued.achievement(make), public=False))
        with make.write() as db:
            self._put("check", check=queue.check_document(db, b"{}").public_id)
            hers = queue.check_document(db, b"[]", person_id=make.amara.id)
            self._put("check-of-a-person", check=hers.public_id)
        suspended = issued.accepted(make, issued.achievement(make))
        one(
            "credential-suspended",
            issued.step(make, make.bruno, suspended, issuing.suspend, "We look into it."),
        )

        with make.write() as db:
            key, _private = keys.signing_key(db, None, KeyKind.ED25519)
            listed = db.exec(select(StatusList.public_id)).first()
        self._put("issuing", organisation=make.bakery.public_id, key=key.public_id, list=listed)
        self._put("issuing-nothing", organisation="none", key="none", list="none")

    # -- entering

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
