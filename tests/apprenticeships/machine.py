"""The steps that people may take in a programme, each tried whether or not it is theirs: the rules of the state machine.

Each rule asks the model (`way.Way`) whether the step may go through, takes it on the site, and tells the model.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from sqlmodel import Session, col, select

from market import clock
from market.access import Actor
from market.apprenticeships import capstone, service
from market.apprenticeships.models import MentorSession
from market.credentials import issuing
from market.credentials.models import Achievement, Issued
from market.engagements import assessments, milestones
from market.engagements import service as work_service
from market.engagements.rules import Fault
from market.errors import MarketError
from market.programmes import queries as programmes
from market.programmes import service as programme_service
from tests.apprenticeships.site import Site
from tests.apprenticeships.way import FLOUR, PARTS, Met, Paper, Way
from tests.programmes import plans

SIDES = st.sampled_from(["talent", "employer"])
LEARNS = st.sampled_from(["talent", "mentor"])
STEPS = st.tuples(st.integers(1, 4), st.integers(1, 4))
WHY = "The differing line was the supplier's own."


class Beside(RuleBasedStateMachine):
    """The site and the model of it."""

    site: Site
    way: Way

    def attempt(self, allowed: bool, step: Callable[[], Any]) -> bool:
        """Take the step; it must go through exactly when the model says so."""
        went, why = True, ""
        try:
            step()
        except MarketError as refused:
            went, why = False, refused.reason
        assert went is allowed, (why, self.way)
        return went

    def by(self, who: str, step: Callable[..., Any], *given: Any, **more: Any) -> Callable[[], Any]:
        return lambda: self.site.do(who, step, *given, **more)

    def drain(self) -> None:
        self.site.cast.make.drain()


class ProgrammeSteps(Beside):
    @rule(step=st.sampled_from(["renew", "retire", "restore"]))
    def programme_changes(self, step: str) -> None:
        """A newer version, or none any more: whoever signed goes on with theirs."""
        if step == "renew" and self.way.version > 2:
            return

        def taken(db: Session, actor: Actor) -> None:
            found = programmes.get_programme(db, self.site.cast.programme)
            if step == "renew":
                programme_service.new_version(db, actor, found)
                programme_service.publish(db, actor, found, plans.FLOOR)
            elif step == "retire":
                programme_service.retire(db, actor, found)
            else:
                programme_service.restore(db, actor, found)

        if self.attempt(self.way.may_change(step), lambda: self.site.act("employer", taken)):
            self.way.change(step)
        self.drain()


class WorkSteps(Beside):
    @precondition(lambda self: self.way.status == "scheduled")
    @rule(side=SIDES)
    def ready(self, side: str) -> None:
        self.attempt(True, self.by(side, work_service.ready))
        self.way.be_ready(side)

    @precondition(lambda self: self.way.status != "scheduled")
    @rule(side=SIDES)
    def late_word_before_the_start(self, side: str) -> None:
        self.attempt(False, self.by(side, work_service.ready))
        self.attempt(False, self.by(side, work_service.call_off, "No."))

    @rule(side=SIDES)
    def pause_or_resume(self, side: str) -> None:
        if self.way.status == "paused":
            self.attempt(True, self.by(side, work_service.resume))
            self.way.resume()
        elif self.attempt(self.way.status == "active", self.by(side, work_service.pause, "Exams.")):
            self.way.status = "paused"

    @rule(place=st.sampled_from(PARTS))
    def hand_in(self, place: int) -> None:
        given: dict[str, Any] = {"note": "Here it is.", "link": "", "uploads": (), "as_evidence": False}
        taken = lambda: self.site.on_part("talent", place, milestones.hand_in, **given)  # noqa: E731
        if self.attempt(self.way.may_hand_in(place), taken):
            self.way.hand_in(place, clock.now())

    @rule(place=st.sampled_from(PARTS), step=st.sampled_from(["approve", "approve", "changes", "back"]))
    def answer(self, place: int, step: str) -> None:
        answers: dict[str, tuple[Any, ...]] = {
            "approve": ("employer", place, milestones.approve),
            "changes": ("employer", place, milestones.request_changes, "More."),
            "back": ("talent", place, milestones.take_back),
        }
        if self.attempt(self.way.may_answer(place, step), lambda: self.site.on_part(*answers[step])):
            self.way.answer(place, step)

    @rule(who=st.sampled_from(["employer", "employer", "talent"]), place=st.sampled_from(PARTS))
    def take_out(self, who: str, place: int) -> None:
        due_on = self.site.due_on(place)
        may = self.way.may_take_out(who, place, is_past=due_on < clock.today())
        taken = lambda: self.site.on_part(who, place, milestones.cancel, "We do not need it.")  # noqa: E731
        if self.attempt(may, taken):
            self.way.take_out(place)

    def over(self, status: str) -> None:
        self.drain()
        self.way.end(status, clock.now())

    @rule(side=SIDES)
    def finish(self, side: str) -> None:
        if self.attempt(self.way.may_finish(), self.by(side, work_service.finish)):
            self.over("completed")

    @precondition(lambda self: self.way.status != "scheduled")
    @rule(side=SIDES, fault=st.sampled_from(list(Fault)), sure=st.integers(0, 2))
    def end_early(self, side: str, fault: Fault, sure: int) -> None:
        if sure and self.way.is_running:
            return  # most runs go on
        taken = self.by(side, work_service.end_early, "It is over.", fault)
        if self.attempt(self.way.may_end_early(side, fault), taken):
            self.over("ended_early")


class SessionSteps(Beside):
    @rule(who=LEARNS)
    def tick(self, who: str) -> None:
        taken = self.by(who, service.tick, self.site.cast.resource, True)
        if self.attempt(who == "talent" and self.way.is_running, taken):
            self.way.has_ticked = True

    @rule(who=LEARNS)
    def plan(self, who: str) -> None:
        taken = self.by(who, service.plan_session, clock.now() + timedelta(days=2))
        if self.attempt(self.way.is_running, taken):
            self.way.sessions.append(Met("planned"))

    @rule(who=st.sampled_from(["talent", "mentor", "mentor", "employer", "stranger"]))
    def log(self, who: str) -> None:
        given = {"held_at": clock.now() - timedelta(hours=1), "minutes": 45}
        may = self.way.is_running and who in ("talent", "mentor")
        if self.attempt(may, self.by(who, service.log_session, **given)):
            self.way.sessions.append(Met("logged", who))

    @precondition(lambda self: self.way.sessions)
    @rule(
        data=st.data(),
        who=LEARNS,
        step=st.sampled_from(["confirm", "confirm", "deny", "miss", "move", "log"]),
    )
    def on_session(self, data: st.DataObject, who: str, step: str) -> None:
        place = data.draw(st.integers(0, len(self.way.sessions) - 1))

        def taken(db: Session, actor: Actor) -> None:
            row = db.exec(select(MentorSession).order_by(col(MentorSession.id))).all()[place]
            work, now = self.site.work(db), clock.now()
            if step == "log":
                service.log_session(
                    db, actor, work, held_at=now - timedelta(hours=1), minutes=30, session=row
                )
            elif step == "deny":
                service.deny_session(db, actor, work, row, "It was not.")
            elif step == "move":
                service.move_session(db, actor, work, row, now + timedelta(days=3))
            elif step == "confirm":
                service.confirm_session(db, actor, work, row)
            else:
                service.miss_session(db, actor, work, row)

        one = self.way.sessions[place]
        may = self.way.may_step(one, who, step, clock.now())
        if self.attempt(may, lambda: self.site.act(who, taken)):
            self.drain()
            self.way.step(one, who, step)


class CapstoneSteps(Beside):
    @rule(who=st.sampled_from(["employer", "employer", "talent", "mentor"]), chosen=STEPS, out=st.booleans())
    def judge(self, who: str, chosen: tuple[int, int], out: bool) -> None:
        given = (chosen[0], None) if out else chosen
        taken = self.by(who, assessments.submit, self.site.cast.rubric, self.site.steps(given))
        if self.attempt(self.way.may_judge(who, given, clock.now()), taken):
            self.way.judging.steps[who] = given

    @precondition(lambda self: "employer" in self.way.judging.steps)
    @rule()
    def sign(self) -> None:
        judging = self.way.judging
        given = judging.steps["employer"]
        taken = self.by(
            "employer", assessments.sign, self.site.cast.rubric, self.site.steps(given), "Well counted."
        )
        if self.attempt(self.way.is_open_to_judge(clock.now()) and not judging.is_signed, taken):
            judging.is_signed = True
            self.drain()
            self.way.say(given, clock.now(), is_answer=False)

    @rule(who=st.sampled_from(["talent", "talent", "employer"]))
    def try_again(self, who: str) -> None:
        due = clock.today() + timedelta(days=14)
        if self.attempt(self.way.may_try_again(who), self.by(who, capstone.try_again, due)):
            self.way.try_again()

    @rule(who=st.sampled_from(["talent", "talent", "mentor"]))
    def appeal(self, who: str) -> None:
        if self.attempt(self.way.may_appeal(who, clock.now()), self.by(who, capstone.appeal, WHY)):
            self.way.ask_another()

    def on_appeal(self, who: str, step: Callable[..., Any], *given: Any) -> Callable[[], Any]:
        def taken(db: Session, actor: Actor) -> None:
            work = self.site.work(db)
            step(db, actor, work, capstone.get_appeal(db, work), *given)

        return lambda: self.site.act(who, taken)

    @rule(
        by=st.sampled_from(["employer", "employer", "mentor"]),
        to=st.sampled_from(["mentor", "other", "employer", "talent", "stranger"]),
    )
    def give(self, by: str, to: str) -> None:
        taken = self.on_appeal(by, capstone.give, self.site.cast.people[to].public_id)
        if self.attempt(self.way.may_give(by, to), taken):
            self.way.appeal = to

    @precondition(lambda self: self.way.appeal is not None)
    @rule(who=st.sampled_from(["mentor", "other", "employer"]), chosen=STEPS)
    def decide(self, who: str, chosen: tuple[int, int]) -> None:
        given = self.site.steps(chosen)
        taken = self.on_appeal(who, capstone.decide, self.site.cast.rubric, given, WHY)
        if self.attempt(self.way.appeal == who, taken):
            self.way.appeal = None
            self.drain()
            self.way.say(chosen, clock.now(), is_answer=True)


class PaperSteps(Beside):
    """What is left in the learner's hands, and the pathway it is a part of."""

    @precondition(lambda self: not any(p.name == FLOUR for p in self.way.papers))
    @rule()
    def another_issuer_gives(self) -> None:
        cast = self.site.cast
        self.site.act(
            "miller",
            lambda db, actor: issuing.issue(
                db, actor, db.get_one(Achievement, cast.flour), cast.people["talent"].id
            ),
        )
        self.drain()
        self.way.papers.append(Paper(FLOUR))

    @precondition(lambda self: any(p.status == "offered" for p in self.way.papers))
    @rule(data=st.data(), takes=st.sampled_from([True, True, True, False]))
    def answer_paper(self, data: st.DataObject, takes: bool) -> None:
        one = data.draw(st.sampled_from([p for p in self.way.papers if p.status == "offered"]))
        place = [p for p in self.way.papers if p.name == one.name].index(one)

        def taken(db: Session, actor: Actor) -> None:
            wanted = select(Issued).join(Achievement, col(Achievement.id) == col(Issued.achievement_id))
            row = db.exec(wanted.where(Achievement.name == one.name).order_by(col(Issued.id))).all()[place]
            if takes:
                issuing.accept(db, actor, row, True)
            else:
                issuing.refuse(db, actor, row)

        self.site.act("talent", taken)
        self.drain()
        one.status = "accepted" if takes else "refused"
        self.way.stack()
