"""A programme as a machine of random steps, beside a model of plain dictionaries that says what each must lead to.

One learner's way through it: programme, engagement, sessions, both attempts at the capstone, appeals, what is issued, and
a pathway over two issuers that the credential is a part of.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import col, select

from market import clock
from market.access import Role
from market.applications import offers
from market.applications import service as applications
from market.applications.models import Application
from market.applications.planned import first_terms
from market.apprenticeships import capstone, service
from market.apprenticeships.models import Appeal, MentorSession
from market.config import Settings
from market.credentials import issuing
from market.credentials.address import with_issuing
from market.credentials.models import Achievement, Issued
from market.db import connect
from market.engagements import assessments, milestones
from market.engagements import service as work_service
from market.engagements.models import Engagement
from market.engagements.rules import Fault
from market.errors import MarketError
from market.opportunities.models import Opportunity
from market.opportunities.queries import get_opportunity
from market.programmes import queries as programmes
from market.programmes import service as programme_service
from market.programmes.models import Programme, ProgrammeVersion, Resource
from tests.apprenticeships import scene
from tests.apprenticeships.test_capstone import parts, rubric_of, steps
from tests.engagements.scene import do, hand_in, ledger, on_part, work
from tests.pathways import scene as ways
from tests.programmes import plans
from tests.support.databases import Databases
from tests.support.world import NOW, Known, World, settle

WHOLE, ATTENDED, WAY = "Stores and stock", "Took part in Stores and stock", "Storekeeper"
SKILLS = tuple(f"{name}, in {WHOLE}" for name in plans.SKILLS)
FLOUR = "Flour and fire"
BEGUN = {
    "programme": "published",
    "version": 1,
    "status": "scheduled",
    "ready": (),
    "round": 1,
    "passed": False,
}
PARTS = (0, 1, 2)
PLACES = st.sampled_from(PARTS)
CAPSTONE = 2
LEARNS = st.sampled_from(["talent", "mentor"])
SIDES = st.sampled_from(["talent", "employer"])
STEPS = st.tuples(st.integers(1, 4), st.integers(1, 4))
WHY = "The differing line was the supplier's own."


def signed(url: str) -> None:
    """A template: Amara's place in a round is signed, and a pathway over two issuers waits for its credential."""
    settle(url)
    engine = connect(url)
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
        larger = ways.achievement(make, WAY)
        assert whole is not None
        ways.publish(make, ways.draft(make, larger, [whole, flour], title="The way of the store"))
        make.drain()
    engine.dispose()


@contextmanager
def opened(url: str) -> Iterator[tuple[World, int]]:
    """The world of a template, and the work in it."""
    engine = connect(url)
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
    with opened(url) as (make, found):
        for side in (make.amara, make.bruno):
            do(make, side, found, work_service.ready)


def handed_in(url: str) -> None:
    """A template: every session was held, every part accepted; the capstone waits to be judged."""
    under_way(url)
    with opened(url) as (make, found):
        scene.held(make, found, 3)
        for place in PARTS:
            hand_in(make, found, place)
            on_part(make, make.bruno, found, place, milestones.approve)


class Learning(RuleBasedStateMachine):
    """`model` is what must be true, worked out without the product's rules."""

    databases: Databases
    settings: Settings

    @initialize(
        begun=st.sampled_from(["signed", "begun", "handed in", "judged", "judged", "ended"]), chosen=STEPS
    )
    def sign_up(self, begun: str, chosen: tuple[int, int]) -> None:
        self.standing = clock.standing(NOW)
        self.standing.__enter__()
        self.url = self.databases.new_database(
            self.databases.template_from({"signed": signed, "begun": under_way}.get(begun, handed_in))
        )
        self.engine = with_issuing(connect(self.url), self.settings)
        self.make = make = World(self.engine)
        with make.read() as db:
            self.work = db.exec(select(Engagement.id)).one()
            self.programme = db.exec(select(Programme.public_id)).one()
            self.version = db.exec(select(ProgrammeVersion.id)).one()
            self.resource = db.exec(select(Resource.public_id).order_by(col(Resource.id))).first()
            self.ruth = Known(*self._ruth(db), "Ruth Other", "ruth@example.org")
        self.people = {
            "talent": make.amara, "employer": make.bruno, "mentor": make.mira, "other": self.ruth, "stranger": make.chidi,
        }  # fmt: skip
        self.model: dict[str, Any] = {
            **BEGUN, "parts": ["planned"] * 3, "handed": [None] * 3, "sessions": [], "judged": {}, "words": [],
            "appeal": None, "ended": None, "papers": [], "ticked": False, "way": False,
        }  # fmt: skip

        self.go_as_far_as(begun, chosen)

    def go_as_far_as(self, begun: str, chosen: tuple[int, int]) -> None:
        """Begin later in the way: random steps alone seldom get there."""
        m = self.model
        if begun != "signed":
            m |= {
                "status": "active",
                "ready": {"talent", "employer"},
                "parts": ["in_progress", "planned", "planned"],
            }
        if begun not in ("signed", "begun"):
            m |= {"parts": ["approved"] * 3, "handed": [NOW] * 3}
            m["sessions"] = [{"status": "held", "by": "mentor"} for _n in range(3)]
        if begun not in ("judged", "ended"):
            return
        self.judge("employer", chosen, out=False)
        self.sign()
        if begun == "ended" and self.model["passed"]:
            self.finish("talent")
        elif begun == "ended":
            self.end_early("employer", Fault.EMPLOYER, 0)

    @staticmethod
    def _ruth(db: Any) -> tuple[int, str]:
        from market.accounts.models import Person

        found = db.exec(select(Person).where(Person.display_name == "Ruth Other")).one()
        return found.id, found.public_id

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()
            self.databases.drop(self.url)
            self.standing.__exit__(None, None, None)

    def attempt(self, allowed: bool, step: Callable[[], Any]) -> bool:
        """Take the step; it must go through exactly when the model says so."""
        went, why = True, ""
        try:
            step()
        except MarketError as refused:
            went, why = False, refused.reason
        assert went is allowed, (why, self.model)
        return went

    def do(self, who: str, step: Callable[..., Any], *given: Any, **more: Any) -> Callable[[], Any]:
        return lambda: do(self.make, self.people[who], self.work, step, *given, **more)

    @property
    def is_running(self) -> bool:
        return self.model["status"] in ("active", "paused")

    def within(self, since: Any, days: int) -> bool:
        return since is None or clock.now() <= since + timedelta(days=days)

    # The programme

    @rule(step=st.sampled_from(["renew", "retire", "restore"]))
    def programme_changes(self, step: str) -> None:
        """A newer version, or none any more: whoever signed goes on with theirs."""
        m, make = self.model, self.make

        def renew() -> None:
            with make.write() as db:
                found = programmes.get_programme(db, self.programme)
                programme_service.new_version(db, make.actor(make.bruno), found)
                programme_service.publish(db, make.actor(make.bruno), found, plans.FLOOR)

        def other() -> None:
            with make.write() as db:
                taken = {"retire": programme_service.retire, "restore": programme_service.restore}[step]
                taken(db, make.actor(make.bruno), programmes.get_programme(db, self.programme))

        may = m["programme"] == ("retired" if step == "restore" else "published")
        if step == "renew" and m["version"] > 2:
            return
        if self.attempt(may, renew if step == "renew" else other):
            m["programme"] = {"retire": "retired"}.get(step, "published")
            m["version"] += step == "renew"
        make.drain()

    # The engagement

    def begin_next(self) -> None:
        found = self.model["parts"]
        if (
            self.model["status"] == "active"
            and not {"in_progress", "submitted"} & set(found)
            and "planned" in found
        ):
            found[found.index("planned")] = "in_progress"

    def over(self, status: str) -> None:
        m = self.model
        m["status"], m["ended"] = status, clock.now()
        if status != "completed":
            m["parts"] = ["cancelled" if p in ("planned", "in_progress") else p for p in m["parts"]]
        self.make.drain()
        self.issue_what_is_due()

    @precondition(lambda self: self.model["status"] == "scheduled")
    @rule(side=SIDES)
    def ready(self, side: str) -> None:
        m = self.model
        self.attempt(True, self.do(side, work_service.ready))
        m["ready"] = {*m["ready"], side}
        if len(m["ready"]) == 2:
            m["status"] = "active"
            self.begin_next()

    @precondition(lambda self: self.model["status"] != "scheduled")
    @rule(side=SIDES)
    def late_word_before_the_start(self, side: str) -> None:
        self.attempt(False, self.do(side, work_service.ready))
        self.attempt(False, self.do(side, work_service.call_off, "No."))

    @rule(side=SIDES)
    def pause_or_resume(self, side: str) -> None:
        m = self.model
        if m["status"] == "paused":
            self.attempt(True, self.do(side, work_service.resume))
            m["status"] = "active"
            if m["parts"] != ["planned"] * 3:
                self.begin_next()
        elif self.attempt(m["status"] == "active", self.do(side, work_service.pause, "Exams.")):
            m["status"] = "paused"

    @rule(place=PLACES)
    def hand_in(self, place: int) -> None:
        m = self.model
        may = m["status"] == "active" and m["parts"][place] in ("planned", "in_progress")
        if self.attempt(may, lambda: hand_in(self.make, self.work, place)):
            m["parts"][place], m["handed"][place] = "submitted", clock.now()

    @rule(place=PLACES, step=st.sampled_from(["approve", "approve", "changes", "back"]))
    def answer(self, place: int, step: str) -> None:
        m = self.model
        answers: dict[str, tuple[str, Callable[..., Any], tuple[str, ...]]] = {
            "approve": ("employer", milestones.approve, ()),
            "changes": ("employer", milestones.request_changes, ("More.",)),
            "back": ("talent", milestones.take_back, ()),
        }
        who, taken, given = answers[step]
        may = m["parts"][place] == "submitted" and (self.is_running or step == "approve")
        if self.attempt(may, lambda: on_part(self.make, self.people[who], self.work, place, taken, *given)):
            m["parts"][place] = "approved" if step == "approve" else "in_progress"
            if step == "approve":
                self.begin_next()

    @rule(side=SIDES)
    def finish(self, side: str) -> None:
        m = self.model
        held = sum(one["status"] == "held" for one in m["sessions"])
        settled = set(m["parts"]) <= {"approved", "deemed_approved"}
        may = m["status"] == "active" and settled and held >= 3 and m["passed"]
        if self.attempt(may, self.do(side, work_service.finish)):
            self.over("completed")

    @precondition(lambda self: self.model["status"] != "scheduled")
    @rule(side=SIDES, fault=st.sampled_from(list(Fault)), sure=st.integers(0, 2))
    def end_early(self, side: str, fault: Fault, sure: int) -> None:
        if sure and self.is_running:
            return  # most runs go on
        may = self.is_running and (fault in (Fault.NONE, Fault.MUTUAL) or fault == side)
        if self.attempt(may, self.do(side, work_service.end_early, "It is over.", fault)):
            self.over("ended_early")

    # Learning and sessions

    @rule(who=st.sampled_from(["talent", "mentor"]))
    def tick(self, who: str) -> None:
        if self.attempt(who == "talent" and self.is_running, self.do(who, service.tick, self.resource, True)):
            self.model["ticked"] = True

    @rule(who=LEARNS)
    def plan(self, who: str) -> None:
        if self.attempt(self.is_running, self.do(who, service.plan_session, clock.now() + timedelta(days=2))):
            self.model["sessions"].append({"status": "planned", "by": None})

    @rule(who=st.sampled_from(["talent", "mentor", "mentor", "employer", "stranger"]))
    def log(self, who: str) -> None:
        may = self.is_running and who in ("talent", "mentor")
        given = {"held_at": clock.now() - timedelta(hours=1), "minutes": 45}
        if self.attempt(may, self.do(who, service.log_session, **given)):
            self.model["sessions"].append({"status": "logged", "by": who})

    @precondition(lambda self: self.model["sessions"])
    @rule(
        data=st.data(),
        who=LEARNS,
        step=st.sampled_from(["confirm", "confirm", "deny", "miss", "move", "log"]),
    )
    def on_session(self, data: st.DataObject, who: str, step: str) -> None:
        self.session_step(data.draw(st.integers(0, len(self.model["sessions"]) - 1)), who, step)

    def session_step(self, place: int, who: str, step: str) -> None:
        m = self.model
        one = m["sessions"][place]
        with self.make.read() as db:
            row_id = list(db.exec(select(MentorSession.id).order_by(col(MentorSession.id))).all())[place]

        def taken() -> None:
            with self.make.write() as db:
                row, engagement = db.get_one(MentorSession, row_id), db.get_one(Engagement, self.work)
                actor = self.make.actor(self.people[who])
                if step == "log":
                    service.log_session(
                        db,
                        actor,
                        engagement,
                        held_at=clock.now() - timedelta(hours=1),
                        minutes=30,
                        session=row,
                    )
                elif step == "deny":
                    service.deny_session(db, actor, engagement, row, "It was not.")
                elif step == "move":
                    service.move_session(db, actor, engagement, row, clock.now() + timedelta(days=3))
                else:
                    {"confirm": service.confirm_session, "miss": service.miss_session}[step](
                        db, actor, engagement, row
                    )

        waits = one["status"] == "logged" and one["by"] != who
        may = {
            "confirm": waits and self.within(m["ended"], 14),
            "deny": waits,
            "miss": one["status"] == "planned",
            "move": one["status"] == "planned" and self.is_running,
            "log": one["status"] in ("planned", "denied") and self.is_running,
        }[step]
        if self.attempt(may, taken):
            ends = {"confirm": "held", "deny": "denied", "miss": "missed", "move": "moved", "log": "logged"}
            one["status"] = ends[step]
            if step == "log":
                one["by"] = who
            if step == "move":
                m["sessions"].append({"status": "planned", "by": None})

    # The capstone. `words` are the signed judgements: round, the steps, when, and whether it answered an appeal.

    def last(self) -> dict[str, Any] | None:
        words = self.model["words"]
        return words[-1] if words else None

    def may_judge(self) -> bool:
        """Handed in while it runs; whatever there is after an early end."""
        m = self.model
        if self.is_running:
            return m["parts"][CAPSTONE] in ("submitted", "approved", "deemed_approved")
        return m["status"] in ("completed", "ended_early") and self.within(m["ended"], 14)

    @rule(who=st.sampled_from(["employer", "employer", "talent", "mentor"]), chosen=STEPS, out=st.booleans())
    def judge(self, who: str, chosen: tuple[int, int], out: bool) -> None:
        m, make = self.model, self.make
        given = (chosen[0], None) if out else chosen
        side = m["judged"].setdefault(m["round"], {})
        may = self.may_judge() and who != "mentor" and who not in side
        may = may and (not out or m["status"] == "ended_early")
        may = may and not (who == "talent" and side.get("signed"))
        rubric = self.rubric()
        taken = self.do(who, assessments.submit, rubric, steps(make, self.work, *given))
        if self.attempt(may, taken):
            side[who] = given

    def rubric(self) -> Any:
        return rubric_of(self.make, self.work)

    @precondition(lambda self: "employer" in self.model["judged"].get(self.model["round"], {}))
    @rule()
    def sign(self) -> None:
        m = self.model
        side = m["judged"][m["round"]]
        given = steps(self.make, self.work, *side["employer"])
        taken = self.do("employer", assessments.sign, self.rubric(), given, "Well counted.")
        if self.attempt(self.may_judge() and not side.get("signed"), taken):
            side["signed"] = True
            self.said(side["employer"], is_answer=False)

    def said(self, given: tuple[int | None, ...], *, is_answer: bool) -> None:
        m = self.model
        m["words"].append(
            {"round": m["round"], "steps": given, "at": clock.now(), "appealed": False, "answer": is_answer}
        )
        m["passed"] = all(one is not None and one >= 3 for one in given)
        self.make.drain()
        self.issue_what_is_due()

    def is_appeal_open(self) -> bool:
        return self.model["appeal"] is not None

    @rule(who=st.sampled_from(["talent", "talent", "employer"]))
    def try_again(self, who: str) -> None:
        m, last = self.model, self.last()
        may = (
            who == "talent"
            and m["status"] == "active"
            and last is not None
            and last["round"] == m["round"]
            and not m["passed"]
            and m["round"] < 2
            and not self.is_appeal_open()
        )
        due = clock.today() + timedelta(days=14)
        if self.attempt(may, self.do(who, capstone.try_again, due)):
            m["round"], m["parts"][CAPSTONE] = 2, "in_progress"

    @rule(who=st.sampled_from(["talent", "talent", "mentor"]))
    def appeal(self, who: str) -> None:
        m, last = self.model, self.last()
        may = who == "talent" and last is not None and last["round"] == m["round"]
        may = may and not last["appealed"] and not last["answer"] and self.within(last["at"], 7)  # type: ignore[index]
        if self.attempt(may, self.do(who, capstone.appeal, WHY)):
            last["appealed"] = True  # type: ignore[index]
            m["appeal"] = "open"

    def on_appeal(self, who: str, step: Callable[..., Any], *given: Any) -> Callable[[], Any]:
        def taken() -> None:
            with self.make.write() as db:
                engagement = db.get_one(Engagement, self.work)
                found = capstone.get_appeal(db, engagement)
                step(db, self.make.actor(self.people[who]), engagement, found, *given)

        return taken

    @rule(by=st.sampled_from(["employer", "employer", "mentor"]), to=st.sampled_from(["mentor", "other", "employer", "talent", "stranger"]))  # fmt: skip
    def give(self, by: str, to: str) -> None:
        m = self.model
        may = m["appeal"] is not None and by == "employer" and to in ("mentor", "other")
        if self.attempt(may, self.on_appeal(by, capstone.give, self.people[to].public_id)):
            m["appeal"] = to

    @precondition(lambda self: self.is_appeal_open())
    @rule(who=st.sampled_from(["mentor", "other", "employer"]), chosen=STEPS)
    def decide(self, who: str, chosen: tuple[int, int]) -> None:
        m = self.model
        given = steps(self.make, self.work, *chosen)
        taken = self.on_appeal(who, capstone.decide, self.rubric(), given, WHY)
        if self.attempt(m["appeal"] == who, taken):
            m["appeal"] = None
            self.said(chosen, is_answer=True)

    # What is left in the holder's hands

    def standing_paper(self, name: str) -> dict[str, str] | None:
        return next(
            (p for p in self.model["papers"] if p["name"] == name and p["status"] in ("offered", "accepted")),
            None,
        )

    def issue(self, name: str) -> None:
        """A newer one takes the place of what stands, and is accepted where that was."""
        old = self.standing_paper(name)
        self.model["papers"].append({"name": name, "status": old["status"] if old else "offered"})
        if old:
            old["status"] = "superseded"

    def issue_what_is_due(self) -> None:
        m, last = self.model, self.last()
        if m["status"] not in ("completed", "ended_early"):
            return
        names = (WHOLE,) if m["status"] == "completed" else SKILLS
        reached = []
        if last is not None and m["status"] == "completed":
            reached = [WHOLE] if m["passed"] else []
        elif last is not None:
            reached = [name for name, step in zip(SKILLS, last["steps"], strict=True) if (step or 0) >= 3]
        for name in names:
            old = self.standing_paper(name)
            if name in reached:
                self.issue(name)
            elif old:
                old["status"] = "revoked"
        took_part = m["ticked"] or any(one["status"] == "held" for one in m["sessions"])
        had = {p["name"] for p in m["papers"]}
        if m["status"] == "ended_early" and not reached and took_part and ATTENDED not in had:
            self.issue(ATTENDED)

    @precondition(lambda self: not any(p["name"] == FLOUR for p in self.model["papers"]))
    @rule()
    def another_issuer_gives(self) -> None:
        with self.make.read() as db:
            flour = db.exec(select(Achievement.id).where(Achievement.name == FLOUR)).one()
        _mill, otto = ways.mill(self.make)
        ways.give(self.make, flour, self.make.amara, by=otto, accept=False)
        self.model["papers"].append({"name": FLOUR, "status": "offered"})

    @precondition(lambda self: any(p["status"] == "offered" for p in self.model["papers"]))
    @rule(data=st.data(), takes=st.sampled_from([True, True, True, False]))
    def answer_paper(self, data: st.DataObject, takes: bool) -> None:
        m = self.model
        one = data.draw(st.sampled_from([p for p in m["papers"] if p["status"] == "offered"]))
        place = [p for p in m["papers"] if p["name"] == one["name"]].index(one)
        with self.make.write() as db:
            wanted = select(Issued).join(Achievement, col(Achievement.id) == col(Issued.achievement_id))
            row = db.exec(wanted.where(Achievement.name == one["name"]).order_by(col(Issued.id))).all()[place]
            actor = self.make.actor(self.make.amara)
            if takes:
                issuing.accept(db, actor, row, True)
            else:
                issuing.refuse(db, actor, row)
        one["status"] = "accepted" if takes else "refused"
        self.make.drain()

    # Time

    @rule(days=st.sampled_from([1, 3, 8, 15]))
    def time_passes(self, days: int) -> None:
        m = self.model
        clock.move(timedelta(days=days))
        self.make.sweep()
        if m["status"] == "scheduled" and clock.now().date() >= work(self.make, self.work).starts_on:
            m["status"] = "active"
            if "talent" in m["ready"]:
                self.begin_next()
        for place in PARTS:
            if m["parts"][place] == "submitted" and clock.now() >= m["handed"][place] + timedelta(days=14):
                m["parts"][place] = "deemed_approved"
                self.begin_next()

    # What must hold

    @invariant()
    def agrees_with_the_model(self) -> None:
        if not hasattr(self, "work"):
            return
        m, make = self.model, self.make
        done = {p["name"] for p in m["papers"] if p["status"] == "accepted"}
        if {WHOLE, FLOUR} <= done and not m["way"]:
            m["way"] = True
            m["papers"].append({"name": WAY, "status": "offered"})
        engagement = work(make, self.work)
        assert engagement.status == m["status"]
        assert [p.status for p in parts(make, self.work)] == m["parts"]
        assert engagement.holds_seat is (m["status"] != "ended_early")
        assert (engagement.assessment_round, engagement.capstone_passed) == (m["round"], m["passed"])
        assert (engagement.programme_version_id, engagement.sessions_least) == (self.version, 3)
        assert engagement.sessions_held == sum(one["status"] == "held" for one in m["sessions"])
        programme = plans.fresh(make, self.programme)
        assert (programme.status, programme.version) == (m["programme"], m["version"])
        with make.read() as db:
            rows = db.exec(select(MentorSession.status).order_by(col(MentorSession.id))).all()
            asked = db.exec(select(Appeal.status).order_by(col(Appeal.id).desc())).first()
            papers = db.exec(
                select(Achievement.name, Issued.status)
                .join(Issued, col(Issued.achievement_id) == col(Achievement.id))
                .where(Issued.person_id == make.amara.id)
            ).all()
        assert list(rows) == [one["status"] for one in m["sessions"]]
        assert (asked in ("open", "given")) is self.is_appeal_open()
        assert sorted(papers) == sorted((p["name"], p["status"]) for p in m["papers"])
        last = self.last()
        ended = m["status"] in ("completed", "ended_early")
        proved = sum(step is not None for step in last["steps"]) if last and ended else 0
        assert len(ledger(make, make.amara.id, 4)) == proved


def run(databases: Databases, data: Path, **how: Any) -> None:
    Learning.databases = databases
    Learning.settings = Settings(data=data, public_url="http://testserver")
    run_state_machine_as_test(Learning, settings=settings(deadline=None, **how))


def test_a_programme_does_what_the_model_says(sqlite_files: Databases, tmp_path: Path) -> None:
    run(sqlite_files, tmp_path, max_examples=50, stateful_step_count=16, derandomize=True)


@pytest.mark.soak
def test_a_programme_does_what_the_model_says_in_many_runs(databases: Databases, tmp_path: Path) -> None:
    run(databases, tmp_path, max_examples=2000, stateful_step_count=50)
