"""One learner's way through a programme as plain values: what may be done, and what must be true afterwards.

The model beside which `test_machine` runs the product. It knows nothing of the product's rules, rows or statuses but
their names, and works everything out from what was done so far.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

WHOLE, ATTENDED, FLOUR, LARGER = (
    "Stores and stock",
    "Took part in Stores and stock",
    "Flour and fire",
    "Storekeeper",
)
SKILLS = (f"Stock control, in {WHOLE}", f"Writing instructions, in {WHOLE}")
PARTS = (0, 1, 2)
CAPSTONE = 2
PASS_MARK = 3
LEAST_SESSIONS = 3
Steps = tuple[int | None, ...]  # one for each criterion; None leaves it out


@dataclass
class Met:
    """A session with the mentor."""

    status: str
    by: str | None = None  # who wrote it down


@dataclass
class Word:
    """A signed judgement of the capstone."""

    round: int
    steps: Steps
    at: datetime
    is_answer: bool  # it answers an appeal
    was_appealed: bool = False


@dataclass
class Paper:
    """A credential in the learner's hands."""

    name: str
    status: str = "offered"


@dataclass
class Judging:
    """What was put in of one attempt: the steps of each side, and whether they are signed."""

    steps: dict[str, Steps] = field(default_factory=dict)
    is_signed: bool = False


@dataclass
class Way:
    """Everything that is known of one learner's place."""

    programme: str = "published"
    version: int = 1
    status: str = "scheduled"
    ready: set[str] = field(default_factory=set)
    parts: list[str] = field(default_factory=lambda: ["planned"] * len(PARTS))
    handed_in: list[datetime | None] = field(default_factory=lambda: [None] * len(PARTS))
    has_ticked: bool = False
    sessions: list[Met] = field(default_factory=list)
    round: int = 1
    passed: bool = False
    judged: dict[int, Judging] = field(default_factory=dict)
    words: list[Word] = field(default_factory=list)
    appeal: str | None = None  # open, or with whom it is
    ended_at: datetime | None = None
    papers: list[Paper] = field(default_factory=list)
    has_larger: bool = False  # the pathway was completed

    @property
    def is_running(self) -> bool:
        return self.status in ("active", "paused")

    @property
    def has_ended(self) -> bool:
        return self.status in ("completed", "ended_early")

    @property
    def held(self) -> int:
        return sum(one.status == "held" for one in self.sessions)

    def is_within(self, days: int, now: datetime) -> bool:
        """So many days of the end are not over; always before it."""
        return self.ended_at is None or now <= self.ended_at + timedelta(days=days)

    # The programme

    def may_change(self, step: str) -> bool:
        return self.programme == ("retired" if step == "restore" else "published")

    def change(self, step: str) -> None:
        self.programme = "retired" if step == "retire" else "published"
        self.version += step == "renew"

    # The work and its parts

    def be_ready(self, side: str) -> None:
        self.ready.add(side)
        if len(self.ready) == 2:
            self.status = "active"
            self.begin_next()

    def start_by_itself(self) -> None:
        """The day came. The first part begins with it if the learner said that they were ready."""
        self.status = "active"
        if "talent" in self.ready:
            self.begin_next()

    def begin_next(self) -> None:
        is_busy = {"in_progress", "submitted"} & set(self.parts)
        if self.status == "active" and not is_busy and "planned" in self.parts:
            self.parts[self.parts.index("planned")] = "in_progress"

    def resume(self) -> None:
        self.status = "active"
        if set(self.parts) != {"planned"}:
            self.begin_next()

    def may_hand_in(self, place: int) -> bool:
        return self.status == "active" and self.parts[place] in ("planned", "in_progress")

    def hand_in(self, place: int, now: datetime) -> None:
        self.parts[place], self.handed_in[place] = "submitted", now

    def may_answer(self, place: int, step: str) -> bool:
        return self.parts[place] == "submitted" and (self.is_running or step == "approve")

    def answer(self, place: int, step: str) -> None:
        self.parts[place] = "approved" if step == "approve" else "in_progress"
        if step == "approve":
            self.begin_next()

    def fall_silent(self, now: datetime) -> None:
        """What waited for an answer for two weeks counts as accepted."""
        for place in PARTS:
            since = self.handed_in[place]
            if self.parts[place] == "submitted" and since is not None and now >= since + timedelta(days=14):
                self.parts[place] = "deemed_approved"
                self.begin_next()

    def may_take_out(self, who: str, place: int, is_past: bool) -> bool:
        """Its day has passed; the capstone never while the work goes on, and after its end nothing is left to take out."""
        is_open = self.parts[place] in ("planned", "in_progress")
        return who == "employer" and is_open and is_past and place != CAPSTONE

    def take_out(self, place: int) -> None:
        self.parts[place] = "cancelled"
        self.begin_next()

    def may_finish(self) -> bool:
        is_settled = set(self.parts) <= {"approved", "deemed_approved", "cancelled"}
        return self.status == "active" and is_settled and self.held >= LEAST_SESSIONS and self.passed

    def may_end_early(self, side: str, fault: str) -> bool:
        return self.is_running and fault in ("none", "mutual", side)

    def end(self, status: str, now: datetime) -> None:
        self.status, self.ended_at = status, now
        if status == "ended_early":
            self.parts = ["cancelled" if p in ("planned", "in_progress") else p for p in self.parts]
        self.issue_what_is_due()

    # Sessions

    def may_step(self, one: Met, who: str, step: str, now: datetime) -> bool:
        waits = one.status == "logged" and one.by != who
        return {
            "confirm": waits and self.is_within(14, now),
            "deny": waits,
            "miss": one.status == "planned",
            "move": one.status == "planned" and self.is_running,
            "log": one.status in ("planned", "denied") and self.is_running,
        }[step]

    def step(self, one: Met, who: str, step: str) -> None:
        one.status = {
            "confirm": "held", "deny": "denied", "miss": "missed", "move": "moved", "log": "logged"
        }[step]  # fmt: skip
        if step == "log":
            one.by = who
        if step == "move":
            self.sessions.append(Met("planned"))
        if step == "confirm":
            self.issue_that_they_took_part()

    # The capstone

    @property
    def last(self) -> Word | None:
        return self.words[-1] if self.words else None

    @property
    def judging(self) -> Judging:
        """Of the attempt that counts now."""
        return self.judged.setdefault(self.round, Judging())

    def is_open_to_judge(self, now: datetime) -> bool:
        """Handed in while it runs; whatever there is after an early end."""
        if self.is_running:
            return self.parts[CAPSTONE] in ("submitted", "approved", "deemed_approved")
        return self.has_ended and self.is_within(14, now)

    def may_judge(self, who: str, steps: Steps, now: datetime) -> bool:
        if who not in ("talent", "employer") or who in self.judging.steps or not self.is_open_to_judge(now):
            return False
        if None in steps and self.status != "ended_early":
            return False
        return not (who == "talent" and self.judging.is_signed)

    def say(self, steps: Steps, now: datetime, *, is_answer: bool) -> None:
        """A judgement is signed, and counts from now on."""
        self.words.append(Word(self.round, steps, now, is_answer))
        self.passed = all(one is not None and one >= PASS_MARK for one in steps)
        self.issue_what_is_due()

    def may_try_again(self, who: str) -> bool:
        is_judged = self.last is not None and self.last.round == self.round
        is_left = not self.passed and self.round < 2 and self.appeal is None
        return who == "talent" and self.status == "active" and is_judged and is_left

    def try_again(self) -> None:
        self.round, self.parts[CAPSTONE] = 2, "in_progress"

    def may_appeal(self, who: str, now: datetime) -> bool:
        last = self.last
        if who != "talent" or last is None or last.round != self.round:
            return False
        return not (last.was_appealed or last.is_answer) and now <= last.at + timedelta(days=7)

    def ask_another(self) -> None:
        assert self.last is not None
        self.last.was_appealed, self.appeal = True, "open"

    def may_give(self, by: str, to: str) -> bool:
        return self.appeal is not None and by == "employer" and to in ("mentor", "other")

    # What is left in the learner's hands

    def standing(self, name: str) -> Paper | None:
        return next((p for p in self.papers if p.name == name and p.status in ("offered", "accepted")), None)

    def issue(self, name: str) -> None:
        """A newer one takes the place of what stands, and is accepted where that was."""
        old = self.standing(name)
        self.papers.append(Paper(name, old.status if old else "offered"))
        if old:
            old.status = "superseded"

    def issue_what_is_due(self) -> None:
        if not self.has_ended:
            return
        for name in (WHOLE,) if self.status == "completed" else SKILLS:
            old = self.standing(name)
            if name in self.reached:
                self.issue(name)
            elif old:
                old.status = "revoked"
        self.issue_that_they_took_part()

    @property
    def reached(self) -> list[str]:
        """What the last word says was reached."""
        if self.last is None:
            return []
        if self.status == "completed":
            return [WHOLE] if self.passed else []
        return [n for n, step in zip(SKILLS, self.last.steps, strict=True) if (step or 0) >= PASS_MARK]

    def issue_that_they_took_part(self) -> None:
        """Once, after an early end that leaves nothing else; also when the session is confirmed only then."""
        took_part = self.has_ticked or self.held > 0
        had = {p.name for p in self.papers}
        if self.status == "ended_early" and not self.reached and took_part and ATTENDED not in had:
            self.issue(ATTENDED)

    def stack(self) -> None:
        """Both parts of the pathway are accepted: the larger one is issued, once."""
        done = {p.name for p in self.papers if p.status == "accepted"}
        if {WHOLE, FLOUR} <= done and not self.has_larger:
            self.has_larger = True
            self.issue(LARGER)

    @property
    def proved(self) -> int:
        """How many skills the ledger shows as assessed."""
        if self.last is None or not self.has_ended:
            return 0
        return sum(step is not None for step in self.last.steps)
