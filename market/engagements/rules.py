"""The lifecycles of engagements and milestones, and who may take which step."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from market.access import YES, Actor, Decision, Role, Task, no
from market.lifecycle import Lifecycle, Step
from market.programmes.rules import Phase
from market.words import _

if TYPE_CHECKING:
    from market.engagements.models import Engagement, Milestone


class Status(StrEnum):
    SCHEDULED = "scheduled"
    ACTIVE = "active"
    PAUSED = "paused"
    DISPUTED = "disputed"
    CALLED_OFF = "called_off"
    COMPLETED = "completed"
    ENDED_EARLY = "ended_early"


class MilestoneStatus(StrEnum):
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    DEEMED_APPROVED = "deemed_approved"
    PARTLY_APPROVED = "partly_approved"
    REJECTED = "rejected"
    DISPUTED = "disputed"
    CANCELLED = "cancelled"


class Fault(StrEnum):
    NONE = "none"
    EMPLOYER = "employer"
    TALENT = "talent"
    MUTUAL = "mutual"


class TrialOutcome(StrEnum):
    """What a trial project led to."""

    HIRED = "hired"
    CONTINUED = "continued"
    NOT_CONTINUED = "not_continued"


SETTLED = (
    MilestoneStatus.APPROVED,
    MilestoneStatus.DEEMED_APPROVED,
    MilestoneStatus.PARTLY_APPROVED,
    MilestoneStatus.REJECTED,
    MilestoneStatus.CANCELLED,
)
ACCEPTED = (MilestoneStatus.APPROVED, MilestoneStatus.DEEMED_APPROVED, MilestoneStatus.PARTLY_APPROVED)
ENDED = (Status.COMPLETED, Status.ENDED_EARLY)
RUNNING = (Status.ACTIVE, Status.PAUSED)


NO_SHOW_AFTER = timedelta(days=7)
SILENCE = timedelta(days=14)  # a version handed in and unanswered for so long counts as approved
ASSESS_WITHIN = timedelta(days=14)  # after the end
DUE_SOON = timedelta(days=3)  # so long before a day its people are reminded of it
PAUSE_AT_MOST = timedelta(days=30)


class Facts(NamedTuple):
    """What a guard is asked about: the day, the states of all milestones, how the engagement stands."""

    today: date
    statuses: tuple[MilestoneStatus, ...] = ()
    status: Status = Status.ACTIVE  # of the engagement a milestone belongs to
    may_try_again: bool = False  # the capstone was judged, not passed, and an attempt is left


class Joining(NamedTuple):
    """What joining a round of an internal programme is asked about."""

    is_member: bool
    is_open: bool  # the programme is out, and the round takes people
    places_free: int
    starts_on: date | None  # None: people begin one after another
    is_at_it: bool  # in this programme, in whichever round
    has_mentor: bool  # somebody who is not the learner
    has_assessor: bool


def may_join(asked: Joining, today: date) -> Decision:
    """Take a place, as a member. Nobody mentors or judges themselves, so somebody else has to be there for both."""
    if not asked.is_member:
        return no(_("This programme is for the organisation’s own people."))
    if asked.is_at_it:
        return no(_("You have a place in this programme."))
    if not asked.is_open:
        return no(_("This round takes nobody new."))
    if asked.starts_on is not None and asked.starts_on < today:
        return no(_("This round has begun. Ask for another one."))
    if asked.places_free < 1:
        return no(_("Every place in this round is taken."))
    if not asked.has_mentor:
        return no(_("Nobody but you is named as its mentor. Once somebody else is, you can join."))
    if not asked.has_assessor:
        return no(_("Nobody but you could judge its capstone. Once somebody else can, you can join."))
    return YES


def may_start(engagement: "Engagement", facts: Facts) -> Decision:
    """On the start date, or before it when both have said that they are ready."""
    if facts.today >= engagement.starts_on or (engagement.talent_ready and engagement.employer_ready):
        return YES
    return no(
        _(
            "This starts on %(day)s, or as soon as both of you have said that you are ready.",
            day=engagement.starts_on.isoformat(),
        )
    )


def may_call_no_show(engagement: "Engagement", facts: Facts) -> Decision:
    """A week after the start, with nothing begun."""
    if facts.today < engagement.starts_on + NO_SHOW_AFTER:
        return no(_("Wait until a week after the start; then this says that nobody came."))
    if any(s is not MilestoneStatus.PLANNED for s in facts.statuses):
        return no(_("Work has begun here. End it early instead, with the reason."))
    return YES


def may_hand_in(milestone: "Milestone", facts: Facts) -> Decision:
    """While the engagement runs."""
    if facts.status is Status.ACTIVE:
        return YES
    return no(_("Work is not under way at the moment, so nothing can be handed in."))


def may_send_back(milestone: "Milestone", facts: Facts) -> Decision:
    """Another version can be asked for, or promised, only while there is time to hand one in."""
    if facts.status in RUNNING:
        return YES
    return no(_("Work has ended, so no other version can be handed in."))


def may_cancel(milestone: "Milestone", facts: Facts) -> Decision:
    """Signed parts stay until their day has passed; then, or when the work itself is over, they may be taken out.

    A programme's capstone stays as long as the work does: without it nothing is left to judge, and it cannot complete.
    """
    if facts.status not in (Status.SCHEDULED, *RUNNING):
        return YES
    if milestone.phase == Phase.CAPSTONE:
        return no(
            _(
                "The capstone is what this programme is judged by, so it stays. Suggest another date for it, or end the work early and say whose fault it was: what was assessed still counts."
            )
        )
    if milestone.due_on is None or milestone.due_on < facts.today:
        return YES
    return no(
        _(
            "This part was signed, and its day, %(day)s, has not passed. Suggest another date, or end the work early.",
            day=milestone.due_on.isoformat(),
        )
    )


def may_change_dates(engagement: "Engagement") -> Decision:
    """Until the work has ended."""
    if engagement.status in (Status.SCHEDULED, *RUNNING):
        return YES
    return no(_("Work has ended, so its dates cannot change."))


def may_show_work(actor: Actor, engagement: "Engagement", shown: bool) -> Decision:
    """What one completed can stand among one's projects, once."""
    if actor.id != engagement.person_id:
        return no(_("Only the person who did the work shows it on a profile."))
    if engagement.status is not Status.COMPLETED:
        return no(_("Work can be shown once it is completed."))
    return no(_("This work is among your projects.")) if shown else YES


def may_assess(actor: Actor, engagement: "Engagement", now: datetime) -> Decision:
    """Members who judge work, within two weeks of the end, and never one's own."""
    if actor.id == engagement.person_id:
        return no(_("You judge your own work on a form of its own."))
    if "employer" not in parties(actor, engagement) or not actor.may_for(Task.ASSESS, engagement.org_id):
        return no(_("Only members who look after this work judge it."))
    if engagement.rubric_id is None:
        return no(_("No rubric was published with this, so there is nothing to judge by."))
    if engagement.status not in (*RUNNING, *ENDED):
        return no(_("There is nothing to judge before work has begun."))
    if engagement.assessor_ids and actor.id not in engagement.assessor_ids:
        return no(_("Only those who were named to judge this work do."))
    return _handed_in(engagement) and _in_time(engagement, now)


def _handed_in(engagement: "Engagement") -> Decision:
    """A capstone is judged once it is handed in. Work that ended early is judged by what there is."""
    if (
        engagement.needs_capstone
        and engagement.status in RUNNING
        and engagement.capstone_round < engagement.assessment_round
    ):
        return no(_("The capstone has not been handed in yet."))
    return YES


def may_self_assess(actor: Actor, engagement: "Engagement", now: datetime) -> Decision:
    """The person's own steps, in the same time."""
    if actor.id != engagement.person_id:
        return no(_("Only the person who did the work writes this one."))
    if engagement.rubric_id is None:
        return no(_("No rubric was published with this, so there is nothing to judge by."))
    if engagement.status not in (*RUNNING, *ENDED):
        return no(_("There is nothing to judge before work has begun."))
    return _handed_in(engagement) and _in_time(engagement, now)


def may_leave_out(engagement: "Engagement") -> bool:
    """May criteria stay without a step? Only of a programme that ended early: what was not seen is not judged."""
    return engagement.needs_capstone and engagement.status is Status.ENDED_EARLY


def is_pair(bench: Sequence[int]) -> bool:
    """Do two assessors judge this work, each of them blind? `bench` is who was named for it and is still there."""
    return len(set(bench)) > 1


def may_sign(is_second: bool, is_two: bool, is_second_in: bool) -> Decision:
    """Of two assessors the first signs for both, once both have put in what they chose blind."""
    if is_second:
        return no(_("The first assessor signs what the two of you agree on."))
    if is_two and not is_second_in:
        return no(
            _("The second assessor has not put in their steps yet. It can be signed once both of you have.")
        )
    return YES


def may_try_again(milestone: "Milestone", facts: Facts) -> Decision:
    """A second attempt at the capstone, once the first was judged and was not enough."""
    if facts.status is not Status.ACTIVE:
        return no(_("Work is not under way at the moment."))
    if not facts.may_try_again:
        return no(
            _("There is no other attempt open: it is passed, it waits to be judged, or both were used.")
        )
    return YES


def is_closed_to_judge(engagement: "Engagement", now: datetime) -> bool:
    """Two weeks after the end nothing is judged any more."""
    return engagement.ended_at is not None and now > engagement.ended_at + ASSESS_WITHIN


def _in_time(engagement: "Engagement", now: datetime) -> Decision:
    if is_closed_to_judge(engagement, now):
        return no(_("The assessment closed two weeks after the end."))
    return YES


def may_record_outcome(actor: Actor, engagement: "Engagement") -> Decision:
    """What a trial project led to is said once, by the employer, after its end."""
    if engagement.kind != "trial":
        return no(_("Only a trial project has an outcome of this kind."))
    if "employer" not in parties(actor, engagement):
        return no(_("The employer says what a trial led to."))
    if engagement.status not in ENDED:
        return no(_("Say what it led to once it has ended."))
    return YES if engagement.outcome is None else no(_("What this trial led to is on record."))


def may_declare(actor: Actor, engagement: "Engagement", milestone: "Milestone", may_pay: bool) -> Decision:
    """Members who pay, for parts that were accepted."""
    if "employer" not in parties(actor, engagement) or not may_pay:
        return no(_("Only members who pay for the organisation record this."))
    if milestone.status not in ACCEPTED:
        return no(_("This part has not been accepted yet, so nothing is due."))
    return YES


def may_confirm(actor: Actor, engagement: "Engagement", declared: int, confirmed: int) -> Decision:
    """The person, once for what was declared."""
    if actor.id != engagement.person_id:
        return no(_("Only the person who is paid confirms it."))
    if declared <= 0:
        return no(_("Nothing has been declared paid yet."))
    return YES if confirmed < declared else no(_("You have confirmed this."))


CONCERNS = ("engagement.concerned", "apprenticeship.quiet_long")
"""What brings a work before moderators: a report of something in it, or three weeks without a mentor's session."""
CONCERN_LASTS = timedelta(days=60)


def may_see(actor: Actor, engagement: "Engagement", concern: datetime | None, now: datetime) -> Decision:
    """Both sides; and moderators for sixty days after a concern about it was raised, the last one at `concern`."""
    if parties(actor, engagement):
        return YES
    is_recent = concern is not None and now < concern + CONCERN_LASTS
    if is_recent and (actor.is_moderator or actor.is_admin):
        return YES
    return no(_("There is no such work here."))


def parties(actor: Actor, engagement: "Engagement | Milestone") -> frozenset[str]:
    """What this actor is to this engagement (or to a milestone of it).

    Mentors act only where the engagement was given to them: the service adds their engagement's ids to
    `engagement.supervisor_ids` before it asks.
    """
    mine = set()
    if actor.is_signed_in and actor.id == engagement.person_id:
        mine.add("talent")
    else:
        roles = actor.roles_in(engagement.org_id)
        if (roles - {Role.MENTOR, Role.ISSUER} and actor.may_for(Task.SUPERVISE, engagement.org_id)) or (
            Role.MENTOR in roles and actor.id in engagement.supervisor_ids
        ):
            mine.add("employer")
    if actor.is_system:
        mine.add("system")
    return frozenset(mine)


def may_finish(engagement: "Engagement", facts: Facts) -> Decision:
    """Every milestone settled, and at least one accepted; of a programme also its sessions held, its capstone passed."""
    waiting = [s for s in facts.statuses if s not in SETTLED]
    if waiting:
        return no(
            _("%(n)s milestones are not settled yet. Approve, cancel or reject them first.", n=len(waiting))
        )
    if not any(s in ACCEPTED for s in facts.statuses):
        return no(
            _("No milestone was accepted, so this cannot be completed. It can be ended early, with a reason.")
        )
    return _programme_done(engagement)


def _programme_done(engagement: "Engagement") -> Decision:
    """A programme is completed only when it was mentored as promised and its last piece was good enough."""
    if engagement.sessions_held < engagement.sessions_least:
        return no(
            _(
                "%(held)s of at least %(least)s sessions with a mentor are held and confirmed by both.",
                held=engagement.sessions_held,
                least=engagement.sessions_least,
            )
        )
    if engagement.needs_capstone and not engagement.capstone_passed:
        return no(_("The capstone is not passed yet. Without it this can be ended early, with a reason."))
    return YES


LIFECYCLE = Lifecycle(
    "engagement",
    Status.SCHEDULED,
    Step(
        "start",
        (Status.SCHEDULED,),
        Status.ACTIVE,
        ("talent", "employer", "system"),
        "engagement.started",
        "Start now",
        guard=may_start,
    ),
    Step(
        "call_off",
        (Status.SCHEDULED,),
        Status.CALLED_OFF,
        ("talent", "employer", "system"),
        "engagement.called_off",
        "Call it off",
        reasoned=True,
    ),
    Step(
        "no_show",
        (Status.SCHEDULED, Status.ACTIVE),
        Status.CALLED_OFF,
        ("talent", "employer", "system"),
        "engagement.no_show",
        "Nobody came",
        guard=may_call_no_show,
    ),
    Step(
        "pause",
        (Status.ACTIVE,),
        Status.PAUSED,
        ("talent", "employer"),
        "engagement.paused",
        "Pause",
        reasoned=True,
    ),
    Step("resume", (Status.PAUSED,), Status.ACTIVE, ("talent", "employer"), "engagement.resumed", "Go on"),
    Step(
        "finish",
        (Status.ACTIVE,),
        Status.COMPLETED,
        ("talent", "employer", "system"),
        "engagement.completed",
        "Finish",
        guard=may_finish,
    ),
    Step(
        "end_early",
        (Status.ACTIVE, Status.PAUSED),
        Status.ENDED_EARLY,
        ("talent", "employer", "system"),
        "engagement.ended_early",
        "End early",
        reasoned=True,
    ),
    parties=parties,
    reserved=frozenset({Status.DISPUTED}),  # disputes come with cases and mediators
)

MILESTONE_LIFECYCLE = Lifecycle(
    "milestone",
    MilestoneStatus.PLANNED,
    Step(
        "begin",
        (MilestoneStatus.PLANNED,),
        MilestoneStatus.IN_PROGRESS,
        ("talent", "system"),
        "milestone.begun",
        "Begin",
        guard=may_hand_in,
    ),
    Step(
        "submit",
        (MilestoneStatus.PLANNED, MilestoneStatus.IN_PROGRESS),
        MilestoneStatus.SUBMITTED,
        ("talent",),
        "milestone.submitted",
        "Hand in",
        guard=may_hand_in,
    ),
    Step(
        "take_back",
        (MilestoneStatus.SUBMITTED,),
        MilestoneStatus.IN_PROGRESS,
        ("talent",),
        "milestone.taken_back",
        "Take back",
        guard=may_send_back,
    ),
    Step(
        "approve",
        (MilestoneStatus.SUBMITTED,),
        MilestoneStatus.APPROVED,
        ("employer",),
        "milestone.approved",
        "Approve",
    ),
    Step(
        "request_changes",
        (MilestoneStatus.SUBMITTED,),
        MilestoneStatus.IN_PROGRESS,
        ("employer",),
        "milestone.changes_requested",
        "Ask for changes",
        guard=may_send_back,
        reasoned=True,
    ),
    Step(
        "deem_approved",
        (MilestoneStatus.SUBMITTED,),
        MilestoneStatus.DEEMED_APPROVED,
        ("system",),
        "milestone.deemed_approved",
    ),
    Step(
        "try_again",
        (
            MilestoneStatus.IN_PROGRESS,  # it went back after it was judged
            MilestoneStatus.SUBMITTED,
            MilestoneStatus.APPROVED,
            MilestoneStatus.DEEMED_APPROVED,
        ),
        MilestoneStatus.IN_PROGRESS,
        ("talent",),
        "milestone.tried_again",
        "Try it again",
        guard=may_try_again,
    ),
    Step(
        "cancel",
        (MilestoneStatus.PLANNED, MilestoneStatus.IN_PROGRESS),
        MilestoneStatus.CANCELLED,
        ("employer", "system"),
        "milestone.cancelled",
        "Cancel",
        guard=may_cancel,
        reasoned=True,
    ),
    parties=parties,
    reserved=frozenset({MilestoneStatus.DISPUTED, MilestoneStatus.PARTLY_APPROVED, MilestoneStatus.REJECTED}),
)
