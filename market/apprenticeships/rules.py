"""What holds while a programme runs: the steps of a session, hours against the plan, silence, and the weekly pulse."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from market.access import YES, Actor, Decision, Task, no
from market.lifecycle import Lifecycle, Step
from market.programmes.rules import (
    APPEAL_DAYS,
    ATTEMPTS,
    LEAST_SESSION_MINUTES,
    LOAD_ALARM_PERCENT,
    NO_SESSION_RAISE_DAYS,
    NO_SESSION_WARN_DAYS,
)
from market.words import _

if TYPE_CHECKING:
    from market.apprenticeships.models import Appeal, MentorSession

MOST_SESSION_MINUTES = 8 * 60
LATE_ENTRY = timedelta(days=31)  # how far back hours and sessions may still be written down
CONFIRM_WITHIN = timedelta(
    days=14
)  # after the end of the work: a session that was logged in time may still count
REMIND_AFTER = timedelta(days=2)  # of a session that waits for the other side's word
APPEALED = 10  # added to the round of an attempt: the round of the assessment that answers its appeal
LOW_PULSE = 2  # an answer this low or lower is told to the other side


class SessionStatus(StrEnum):
    PLANNED = "planned"
    LOGGED = "logged"  # one side says that it was held
    HELD = "held"  # both say so: only these count
    MISSED = "missed"
    MOVED = "moved"  # another one was planned instead
    DENIED = "denied"  # the other side says that it was not held


class PulseSide(StrEnum):
    TALENT = "talent"
    MENTOR = "mentor"


class Log(NamedTuple):
    """What the steps of a session are asked about."""

    now: datetime
    actor_id: int
    is_running: bool  # the engagement is under way, or paused
    started_at: datetime | None = None
    held_at: datetime | None = None
    minutes: int = 0


def parties(actor: Actor, session: "MentorSession") -> frozenset[str]:
    """What this actor is to a session. Nobody is both: the learner is never their own mentor."""
    if actor.is_signed_in and actor.id == session.person_id:
        return frozenset({"talent"})
    if actor.is_signed_in and actor.id == session.mentor_id and actor.may_for(Task.SUPERVISE, session.org_id):
        return frozenset({"mentor"})
    return frozenset()


def _may_log(session: "MentorSession", facts: Log) -> Decision:
    if not facts.is_running:
        return no(_("Sessions are written down while the work is under way."))
    if facts.held_at is None or facts.held_at > facts.now:
        return no(_("A session is written down after it was held."))
    if facts.started_at is None or facts.held_at < facts.started_at - timedelta(days=1):
        return no(_("That was before the work began."))
    if facts.held_at < facts.now - LATE_ENTRY:
        return no(_("That is more than a month ago, so it cannot be written down any more."))
    if not LEAST_SESSION_MINUTES <= facts.minutes <= MOST_SESSION_MINUTES:
        return no(
            _(
                "A session lasts from %(least)s minutes to %(most)s hours.",
                least=LEAST_SESSION_MINUTES,
                most=MOST_SESSION_MINUTES // 60,
            )
        )
    return YES


def _may_answer(session: "MentorSession", facts: Log) -> Decision:
    if session.logged_by == facts.actor_id:
        return no(_("You wrote it down, so the other side confirms it."))
    return YES


def _may_plan_on(session: "MentorSession", facts: Log) -> Decision:
    if not facts.is_running:
        return no(_("The work is not under way any more."))
    return YES


SESSION_LIFECYCLE = Lifecycle(
    "session",
    SessionStatus.PLANNED,
    Step(
        "log",
        (SessionStatus.PLANNED, SessionStatus.DENIED),
        SessionStatus.LOGGED,
        ("talent", "mentor"),
        "session.logged",
        "It was held",
        guard=_may_log,
    ),
    Step(
        "confirm",
        (SessionStatus.LOGGED,),
        SessionStatus.HELD,
        ("talent", "mentor"),
        "session.held",
        "Yes, it was held",
        guard=_may_answer,
    ),
    Step(
        "deny",
        (SessionStatus.LOGGED,),
        SessionStatus.DENIED,
        ("talent", "mentor"),
        "session.denied",
        "No, it was not",
        guard=_may_answer,
        reasoned=True,
    ),
    Step(
        "miss",
        (SessionStatus.PLANNED,),
        SessionStatus.MISSED,
        ("talent", "mentor"),
        "session.missed",
        "It did not happen",
    ),
    Step(
        "move",
        (SessionStatus.PLANNED,),
        SessionStatus.MOVED,
        ("talent", "mentor"),
        "session.moved",
        "Move it",
        guard=_may_plan_on,
    ),
    parties=parties,
)


def may_mentor(person_id: int, learner_id: int, may_supervise: bool, is_apart: bool = False) -> Decision:
    """Look after someone's programme. `may_supervise`: a member of the organisation whose role carries that.

    `is_apart`: a block stands between the two. Nobody is told of it.
    """
    if person_id == learner_id:
        return no(_("Nobody mentors themselves."))
    if not may_supervise:
        return no(_("Only a member of the organisation who looks after work can mentor."))
    return no(_("They cannot be named here. Choose somebody else.")) if is_apart else YES


def may_plan(planned_at: datetime, now: datetime, is_running: bool) -> Decision:
    """Put a session in the plan, ahead of now and within half a year."""
    if not is_running:
        return no(_("Sessions are planned while the work is under way."))
    if planned_at <= now:
        return no(_("Choose a time that lies ahead. A session that was held is written down below."))
    if planned_at > now + timedelta(days=183):
        return no(_("Choose a time within the next six months."))
    return YES


def may_log_hours(
    worked_on: date,
    minutes: int,
    minutes_that_day: int,
    started_on: date | None,
    today: date,
    is_running: bool,
) -> Decision:
    """Write hours down for a day, `minutes_that_day` being there already."""
    if not is_running or started_on is None:
        return no(_("Hours are written down while the work is under way."))
    if worked_on > today:
        return no(_("That day lies ahead."))
    if worked_on < started_on:
        return no(_("The work began on %(day)s.", day=started_on.isoformat()))
    if worked_on < today - LATE_ENTRY:
        return no(_("That is more than a month ago, so it cannot be written down any more."))
    if minutes_that_day + minutes > 24 * 60:
        return no(_("With what stands there already, that day would have more than 24 hours."))
    return YES


class Load(NamedTuple):
    """Hours so far against the plan, in minutes."""

    spent: int
    planned_so_far: int
    planned: int

    @property
    def percent(self) -> int:
        """Of what the plan holds so far; 0 before it holds anything."""
        return self.spent * 100 // self.planned_so_far if self.planned_so_far else 0

    @property
    def is_high(self) -> bool:
        return self.planned_so_far > 0 and self.spent * 100 > self.planned_so_far * LOAD_ALARM_PERCENT


def load(spent: int, workload_hours: int, weeks: int, started_on: date, today: date) -> Load:
    """The plan spreads its hours evenly over its weeks; the first week counts whole from its first day.

    So nobody is warned on the second day of a long first one.
    """
    planned = workload_hours * 60
    days = min(max((today - started_on).days + 1, 7), weeks * 7)
    return Load(spent, planned * days // (weeks * 7), planned)


class Quiet(NamedTuple):
    """How long there was no session."""

    days: int

    @property
    def is_long(self) -> bool:
        return self.days >= NO_SESSION_WARN_DAYS

    @property
    def is_too_long(self) -> bool:
        return self.days >= NO_SESSION_RAISE_DAYS


def quiet(since: datetime, now: datetime, held: int, planned: int) -> Quiet:
    """Days since the last session was held, or since the start; none once as many were held as were planned."""
    return Quiet(0 if planned == 0 or held >= planned else max((now - since).days, 0))


def week_of(started_on: date, today: date) -> int:
    """Which week of the work it is: 1 on the first seven days; 0 before."""
    return 0 if today < started_on else (today - started_on).days // 7 + 1


def may_answer_pulse(week: int, current_week: int, answered: bool, is_running: bool) -> Decision:
    """The two questions of a week: during it and the one after."""
    if not is_running:
        return no(_("The questions are asked while the work is under way."))
    if answered:
        return no(_("You answered this week's questions."))
    if not 1 <= week <= current_week:
        return no(_("That week has not begun."))
    if week < current_week - 1:
        return no(_("That week is over."))
    return YES


# The capstone


class AppealStatus(StrEnum):
    OPEN = "open"
    GIVEN = "given"  # another assessor has it
    UPHELD = "upheld"  # the first assessment stands
    CHANGED = "changed"  # the other assessor judged otherwise, and that counts


def appeal_parties(actor: Actor, appeal: "Appeal") -> frozenset[str]:
    """Who names the other assessor, and who that is. The person who appealed is neither."""
    mine = set()
    if actor.id == appeal.person_id:
        return frozenset()
    if actor.may_for(Task.DECIDE, appeal.org_id):
        mine.add("employer")
    if actor.is_signed_in and actor.id == appeal.assessor_id and actor.may_for(Task.ASSESS, appeal.org_id):
        mine.add("assessor")
    return frozenset(mine)


APPEAL_LIFECYCLE = Lifecycle(
    "appeal",
    AppealStatus.OPEN,
    Step(
        "give",
        (AppealStatus.OPEN, AppealStatus.GIVEN),
        AppealStatus.GIVEN,
        ("employer",),
        "appeal.given",
        "Name the other assessor",
    ),
    Step("uphold", (AppealStatus.GIVEN,), AppealStatus.UPHELD, ("assessor",), "appeal.upheld", "It stands"),
    Step(
        "change", (AppealStatus.GIVEN,), AppealStatus.CHANGED, ("assessor",), "appeal.changed", "It changes"
    ),
    parties=appeal_parties,
)


class Judged(NamedTuple):
    """The last signed assessment of a capstone."""

    is_signed: bool
    signed_at: datetime | None
    was_appealed: bool
    round: int


def may_appeal(actor_id: int, learner_id: int, judged: Judged, now: datetime) -> Decision:
    """Ask for another assessor: the person, once for each assessment, within seven days of it."""
    if actor_id != learner_id:
        return no(_("Only the person who was judged asks for another assessor."))
    if not judged.is_signed or judged.signed_at is None:
        return no(_("Nothing is signed yet, so there is nothing to appeal against."))
    if judged.was_appealed:
        return no(_("You asked for another assessor before."))
    if judged.round > APPEALED:
        return no(_("Another assessor has judged it. That is the last word here."))
    if now > judged.signed_at + timedelta(days=APPEAL_DAYS):
        return no(_("An appeal is open for seven days, and they are over."))
    return YES


def may_judge_appeal(
    person_id: int, learner_id: int, judges: Collection[int], may_assess: bool, is_apart: bool = False
) -> Decision:
    """Whom an appeal is given to: another member than its first `judges`, and otherwise as for assessors."""
    if person_id != learner_id and person_id in judges:
        return no(_("Choose somebody other than who judged it first."))
    return may_be_assessor(person_id, learner_id, may_assess, is_apart)


def may_name_assessors(
    needs_capstone: bool, is_called_off: bool, is_closed: bool, is_signed: bool
) -> Decision:
    """Name who judges the capstone, also in somebody's place. `is_closed`: its time to be judged is over."""
    if not needs_capstone:
        return no(_("There is no capstone here, so nobody is named to judge it."))
    if is_called_off or is_closed:
        return no(_("This is over, and nothing is judged here any more."))
    if is_signed:
        return no(_("It is signed. Who judged it stays as it is; an appeal goes to somebody else."))
    return YES


def may_be_assessor(person_id: int, learner_id: int, may_assess: bool, is_apart: bool = False) -> Decision:
    """Judge someone's capstone. `may_assess`: a member whose role carries that; `is_apart` as for mentors."""
    if person_id == learner_id:
        return no(_("Nobody judges their own work."))
    if not may_assess:
        return no(_("Only a member of the organisation who judges work can do this."))
    return no(_("They cannot be named here. Choose somebody else.")) if is_apart else YES


def may_try_again(
    status_is_active: bool, judged: Judged, passed: bool, attempt: int, appeal_open: bool
) -> Decision:
    """A second attempt: the first was judged and not passed, nothing is being looked at again, and one is left."""
    if not status_is_active:
        return no(_("Work is not under way at the moment."))
    if passed:
        return no(_("The capstone is passed."))
    if not judged.is_signed:
        return no(_("The capstone is not judged yet."))
    if appeal_open:
        return no(_("Your appeal is being looked at. Wait for its answer."))
    if attempt >= ATTEMPTS:
        return no(_("Both attempts were used. The work can be ended early; what was reached still counts."))
    return YES
