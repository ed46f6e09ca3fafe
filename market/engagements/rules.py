"""The lifecycles of engagements and milestones, and who may take which step."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from market.access import YES, Actor, Decision, Role, Task, no
from market.lifecycle import Lifecycle, Step
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


class Milestones(NamedTuple):
    """What `finish` is asked about: the states of all milestones."""

    statuses: tuple[MilestoneStatus, ...]


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


def may_finish(engagement: "Engagement", facts: Any) -> Decision:
    """Every milestone settled, and at least one accepted."""
    statuses: tuple[MilestoneStatus, ...] = facts.statuses
    waiting = [s for s in statuses if s not in SETTLED]
    if waiting:
        return no(
            _("%(n)s milestones are not settled yet. Approve, cancel or reject them first.", n=len(waiting))
        )
    if not any(s in ACCEPTED for s in statuses):
        return no(
            _("No milestone was accepted, so this cannot be completed. It can be ended early, with a reason.")
        )
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
    ),
    Step(
        "call_off",
        (Status.SCHEDULED,),
        Status.CALLED_OFF,
        ("talent", "employer"),
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
        ("talent", "employer"),
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
    ),
    Step(
        "submit",
        (MilestoneStatus.PLANNED, MilestoneStatus.IN_PROGRESS),
        MilestoneStatus.SUBMITTED,
        ("talent",),
        "milestone.submitted",
        "Hand in",
    ),
    Step(
        "take_back",
        (MilestoneStatus.SUBMITTED,),
        MilestoneStatus.IN_PROGRESS,
        ("talent",),
        "milestone.taken_back",
        "Take back",
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
        "cancel",
        (MilestoneStatus.PLANNED, MilestoneStatus.IN_PROGRESS),
        MilestoneStatus.CANCELLED,
        ("employer", "system"),
        "milestone.cancelled",
        "Cancel",
        reasoned=True,
    ),
    parties=parties,
    reserved=frozenset({MilestoneStatus.DISPUTED, MilestoneStatus.PARTLY_APPROVED, MilestoneStatus.REJECTED}),
)
