"""Agreed work as a machine of random steps, beside a model of plain dictionaries that says what each must lead to."""

from collections.abc import Callable
from datetime import timedelta
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
from sqlmodel import select

from market import clock
from market.db import connect
from market.engagements import milestones, service
from market.engagements.models import Engagement
from market.engagements.rules import Fault
from market.errors import MarketError
from tests.engagements import scene
from tests.reviews import scene as reviewing
from tests.support.databases import Databases
from tests.support.world import NOW, World, settle

SIDES = st.sampled_from(["talent", "employer"])
PLACES = st.sampled_from([0, 1])


def signed(url: str) -> None:
    """A template: work of two parts that both sides signed."""
    settle(url)
    engine = connect(url)
    with clock.standing(NOW):
        World(engine).engagement(started=False)
    engine.dispose()


class Site:
    """One database and one engine for all runs: statements are compiled once, and the database is put back for each."""

    def __init__(self, databases: Databases) -> None:
        self.databases, self.template = databases, databases.template_from(signed)
        self.url = databases.new_database(self.template)
        self.engine = connect(self.url)
        self.make = World(self.engine)
        with self.make.read() as db:
            self.work = db.exec(select(Engagement.id)).one()

    def begin(self) -> None:
        self.engine.dispose()
        self.databases.put_back(self.url, self.template)

    def close(self) -> None:
        self.engine.dispose()
        self.databases.drop(self.url)


class Work(RuleBasedStateMachine):
    """One engagement of two parts. `model` is what must be true, worked out without the product's rules."""

    site: Site

    @initialize()
    def sign(self) -> None:
        self.standing = clock.standing(NOW)
        self.standing.__enter__()
        self.site.begin()
        self.make, self.work = self.site.make, self.site.work
        self.model: dict[str, Any] = {
            "status": "scheduled", "ready": set(), "parts": ["planned", "planned"], "versions": [0, 0],
            "judged": {}, "signed": False, "sealed": set(), "pair": None, "t4": 0, "ended": None, "handed": [None, None],
        }  # fmt: skip

    def teardown(self) -> None:
        if hasattr(self, "standing"):
            self.standing.__exit__(None, None, None)

    def who(self, side: str) -> Any:
        return self.make.amara if side == "talent" else self.make.bruno

    def attempt(self, allowed: bool, step: Callable[[], Any]) -> bool:
        """Take the step; it must go through exactly when the model says so."""
        went, why = True, ""
        try:
            step()
        except MarketError as refused:
            went, why = False, refused.reason
        assert went is allowed, (why, self.model)
        return went

    def begin_next(self) -> None:
        parts = self.model["parts"]
        if (
            self.model["status"] == "active"
            and not {"in_progress", "submitted"} & set(parts)
            and "planned" in parts
        ):
            parts[parts.index("planned")] = "in_progress"

    def over(self, status: str) -> None:
        m = self.model
        m["status"], m["ended"] = status, clock.now()
        if status != "completed":
            m["parts"] = ["cancelled" if p in ("planned", "in_progress") else p for p in m["parts"]]
        if status in ("completed", "ended_early"):
            m["pair"] = "open"
            m["t4"] = int(m["signed"])
            self.make.drain()

    @rule(side=SIDES)
    def ready(self, side: str) -> None:
        if self.attempt(
            self.model["status"] == "scheduled",
            lambda: scene.do(self.make, self.who(side), self.work, service.ready),
        ):
            self.model["ready"].add(side)
            if len(self.model["ready"]) == 2:
                self.model["status"] = "active"
                self.begin_next()

    @rule(side=SIDES)
    def call_off(self, side: str) -> None:
        if self.attempt(
            self.model["status"] == "scheduled",
            lambda: scene.do(self.make, self.who(side), self.work, service.call_off, "No."),
        ):
            self.over("called_off")

    @rule(place=PLACES)
    def hand_in(self, place: int) -> None:
        m = self.model
        open_ = m["status"] == "active" and m["parts"][place] in ("planned", "in_progress")
        if self.attempt(open_, lambda: scene.hand_in(self.make, self.work, place)):
            m["parts"][place], m["handed"][place] = "submitted", clock.now()
            m["versions"][place] += 1

    @rule(place=PLACES, step=st.sampled_from(["approve", "changes", "back"]))
    def answer(self, place: int, step: str) -> None:
        m = self.model
        do: dict[str, Callable[[], Any]] = {
            "approve": lambda: scene.on_part(
                self.make, self.make.bruno, self.work, place, milestones.approve
            ),
            "changes": lambda: scene.on_part(
                self.make, self.make.bruno, self.work, place, milestones.request_changes, "More."
            ),
            "back": lambda: scene.on_part(self.make, self.make.amara, self.work, place, milestones.take_back),
        }
        running = m["status"] in ("active", "paused")
        if self.attempt(m["parts"][place] == "submitted" and (running or step == "approve"), do[step]):
            m["parts"][place] = "approved" if step == "approve" else "in_progress"
            if step == "approve":
                self.begin_next()

    @rule(side=SIDES)
    def pause_or_resume(self, side: str) -> None:
        m = self.model
        if m["status"] == "paused":
            scene.do(self.make, self.who(side), self.work, service.resume)
            m["status"] = "active"
            if m["parts"] != ["planned", "planned"]:
                self.begin_next()
        elif self.attempt(
            m["status"] == "active",
            lambda: scene.do(self.make, self.who(side), self.work, service.pause, "Ill."),
        ):
            m["status"] = "paused"

    @rule(side=SIDES)
    def finish(self, side: str) -> None:
        m, settled = self.model, {"approved", "deemed_approved"}
        may = m["status"] == "active" and set(m["parts"]) <= settled
        if self.attempt(may, lambda: scene.do(self.make, self.who(side), self.work, service.finish)):
            self.over("completed")

    @rule(side=SIDES, fault=st.sampled_from(list(Fault)))
    def end_early(self, side: str, fault: Fault) -> None:
        may = self.model["status"] in ("active", "paused") and (
            fault in (Fault.NONE, Fault.MUTUAL) or fault == side
        )
        if self.attempt(
            may,
            lambda: scene.do(self.make, self.who(side), self.work, service.end_early, "It is over.", fault),
        ):
            self.over("ended_early")

    def in_time(self) -> bool:
        ended = self.model["ended"]
        return ended is None or clock.now() <= ended + timedelta(days=14)

    @rule(side=SIDES)
    def judge(self, side: str) -> None:
        m = self.model
        may = (
            m["status"] in ("active", "paused", "completed", "ended_early")
            and self.in_time()
            and side not in m["judged"]
        )
        may = may and not (side == "talent" and m["signed"])
        if self.attempt(may, lambda: scene.judge(self.make, self.who(side), self.work, 3)):
            m["judged"][side] = True

    @precondition(lambda self: "employer" in self.model["judged"])
    @rule()
    def sign_assessment(self) -> None:
        m = self.model
        if self.attempt(
            self.in_time() and not m["signed"], lambda: scene.sign(self.make, self.make.bruno, self.work, 3)
        ):
            m["signed"] = True
            m["t4"] = int(m["ended"] is not None)

    @precondition(lambda self: self.model["pair"] is not None)
    @rule(side=SIDES)
    def review(self, side: str) -> None:
        m = self.model
        may = m["pair"] == "open" and clock.now() < m["ended"] + timedelta(days=14)
        if self.attempt(may, lambda: reviewing.write(self.make, self.who(side), self.work)):
            m["sealed"].add(side)
            if len(m["sealed"]) == 2:
                m["pair"] = "revealed"

    @rule(days=st.sampled_from([1, 5, 14, 15]))
    def time_passes(self, days: int) -> None:
        m = self.model
        clock.move(timedelta(days=days))
        self.make.sweep()
        if m["status"] == "scheduled" and clock.now().date() >= scene.day("2026-11-30"):
            m["status"] = "active"
            if "talent" in m["ready"]:
                self.begin_next()
        for place in (0, 1):
            if m["parts"][place] == "submitted" and clock.now() >= m["handed"][place] + timedelta(days=14):
                m["parts"][place] = "deemed_approved"
                self.begin_next()
        if m["pair"] == "open" and clock.now() >= m["ended"] + timedelta(days=14):
            m["pair"] = "revealed" if m["sealed"] else "lapsed"

    @invariant()
    def agrees_with_the_model(self) -> None:
        if not hasattr(self, "work"):
            return
        m, engagement, parts = self.model, scene.work(self.make, self.work), scene.parts(self.make, self.work)
        assert engagement.status == m["status"]
        assert [p.status for p in parts] == m["parts"]
        assert [p.version for p in parts] == m["versions"]
        assert engagement.holds_seat is (m["status"] not in ("called_off", "ended_early"))
        assert len(scene.ledger(self.make, self.make.amara.id, 4)) == m["t4"]
        if m["pair"] is not None:
            sealed = f"sealed_by_{next(iter(m['sealed']))}" if m["sealed"] else "open"
            assert reviewing.pair(self.make, self.work).status == (
                sealed if m["pair"] == "open" else m["pair"]
            )


def run(databases: Databases, **how: Any) -> None:
    Work.site = Site(databases)
    try:
        run_state_machine_as_test(Work, settings=settings(deadline=None, **how))
    finally:
        Work.site.close()


def test_work_does_what_the_model_says(sqlite_files: Databases) -> None:
    run(sqlite_files, max_examples=20, stateful_step_count=20, derandomize=True)


@pytest.mark.soak
def test_work_does_what_the_model_says_in_many_runs(databases: Databases) -> None:
    run(databases, max_examples=300, stateful_step_count=60)
