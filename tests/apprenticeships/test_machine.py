"""A programme as a machine of random steps, beside a model of plain values that says what each must lead to.

One learner's way through it: programme, engagement, sessions, both attempts at the capstone, appeals, what is issued, and
a pathway over two issuers that the credential is a part of. The model is `way`, the steps are `machine`, what they are
taken on is `site`.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from market import clock
from market.engagements.rules import Fault
from tests.apprenticeships.machine import (
    STEPS,
    CapstoneSteps,
    PaperSteps,
    ProgrammeSteps,
    SessionSteps,
    WorkSteps,
)
from tests.apprenticeships.site import Site
from tests.apprenticeships.way import LEAST_SESSIONS, PARTS, Met, Way
from tests.support.databases import Databases
from tests.support.world import NOW


class Learning(ProgrammeSteps, WorkSteps, SessionSteps, CapstoneSteps, PaperSteps):
    """All steps, begun at some point of the way, and what must hold after each."""

    @initialize(
        begun=st.sampled_from(["signed", "begun", "handed in", "judged", "judged", "ended"]), chosen=STEPS
    )
    def sign_up(self, begun: str, chosen: tuple[int, int]) -> None:
        self.standing = clock.standing(NOW)
        self.standing.__enter__()
        self.site.begin(begun)
        self.way = Way()
        self.go_as_far_as(begun, chosen)

    def go_as_far_as(self, begun: str, chosen: tuple[int, int]) -> None:
        """Begin later in the way: random steps alone seldom get there."""
        way = self.way
        if begun != "signed":
            way.be_ready("talent")
            way.be_ready("employer")
        if begun not in ("signed", "begun"):
            way.parts = ["approved"] * len(PARTS)
            way.handed_in = [NOW] * len(PARTS)
            way.sessions = [Met("held", "mentor") for _n in range(LEAST_SESSIONS)]
        if begun not in ("judged", "ended"):
            return
        self.judge("employer", chosen, out=False)
        self.sign()
        if begun == "ended" and way.passed:
            self.finish("talent")
        elif begun == "ended":
            self.end_early("employer", Fault.EMPLOYER, 0)

    def teardown(self) -> None:
        if hasattr(self, "standing"):
            self.standing.__exit__(None, None, None)

    @rule(days=st.sampled_from([1, 3, 8, 15]))
    def time_passes(self, days: int) -> None:
        clock.move(timedelta(days=days))
        self.site.sweep()
        if self.way.status == "scheduled" and clock.today() >= self.starts_on:
            self.way.start_by_itself()
        self.way.fall_silent(clock.now())

    @property
    def starts_on(self) -> date:
        return date.fromisoformat(str(self.site.look()["work"][0][-1]))

    @invariant()
    def agrees_with_the_model(self) -> None:
        if not hasattr(self, "way"):
            return
        way, cast, seen = self.way, self.site.cast, self.site.look()
        assert len(seen["work"]) == len(seen["programme"]) == 1
        status, holds_seat, attempt, passed, version, least, held, _starts = seen["work"][0]
        assert status == way.status
        assert bool(holds_seat) is (way.status != "ended_early")
        assert (attempt, bool(passed)) == (way.round, way.passed)
        assert (version, least, held) == (cast.version, LEAST_SESSIONS, way.held)
        assert [one for one, _due_on in seen["parts"]] == way.parts
        assert seen["programme"] == [(way.programme, way.version)]
        assert [one for (one,) in seen["sessions"]] == [one.status for one in way.sessions]
        assert sum(one in ("open", "given") for (one,) in seen["appeals"]) == (way.appeal is not None)
        talent = cast.people["talent"].id
        assert {who for *_what, who in seen["papers"]} <= {talent}
        assert sorted(what for *what, _who in seen["papers"]) == sorted(
            [p.name, p.status] for p in way.papers
        )
        assert len(seen["proved"]) == way.proved


def run(databases: Databases, **how: Any) -> None:
    Learning.site = Site(databases)
    try:
        run_state_machine_as_test(Learning, settings=settings(deadline=None, **how))
    finally:
        Learning.site.close()


def test_a_programme_does_what_the_model_says(databases: Databases) -> None:
    run(databases, max_examples=50, stateful_step_count=16, derandomize=True)


@pytest.mark.soak
def test_a_programme_does_what_the_model_says_in_many_runs(databases: Databases) -> None:
    run(databases, max_examples=2000, stateful_step_count=50)
