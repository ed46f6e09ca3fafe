"""What an opportunity may be and become: kinds, states, the steps between them, and who may take them."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from market.access import YES, Actor, Decision, Task, no
from market.lifecycle import Lifecycle, Step
from market.words import _

if TYPE_CHECKING:
    from market.opportunities.models import Opportunity


class Kind(StrEnum):
    GIG = "gig"
    TRIAL = "trial"
    MICRO_APPRENTICESHIP = "micro_apprenticeship"


class Status(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    PAUSED = "paused"
    CLOSED = "closed"
    FILLED = "filled"
    COMPLETED = "completed"
    UNFILLED = "unfilled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class PayBasis(StrEnum):
    FIXED = "fixed"
    HOURLY = "hourly"


class Mode(StrEnum):
    REMOTE = "remote"
    HYBRID = "hybrid"
    ON_SITE = "on_site"


OPEN = (Status.PUBLISHED, Status.PAUSED, Status.CLOSED, Status.FILLED)
PUBLIC = (
    Status.PUBLISHED,
    Status.PAUSED,
    Status.CLOSED,
    Status.FILLED,
    Status.COMPLETED,
    Status.UNFILLED,
    Status.EXPIRED,
)


def parties(actor: Actor, opportunity: "Opportunity") -> frozenset[str]:
    """What this actor is to this opportunity."""
    mine = set()
    if actor.may_for(Task.POST, opportunity.org_id):
        mine.add("recruiter")
    if actor.is_moderator or actor.is_admin:
        mine.add("moderator")
    if actor.is_system:
        mine.add("system")
    return frozenset(mine)


def _once(opportunity: "Opportunity", facts: Any) -> Decision:
    return no(_("The deadline was extended once already.")) if opportunity.was_extended else YES


LIFECYCLE = Lifecycle(
    "opportunity",
    Status.DRAFT,
    Step(
        "submit",
        (Status.DRAFT,),
        Status.IN_REVIEW,
        ("recruiter",),
        "opportunity.submitted",
        "Send it for review",
    ),
    Step("publish", (Status.DRAFT,), Status.PUBLISHED, ("recruiter",), "opportunity.published", "Publish"),
    Step(
        "approve", (Status.IN_REVIEW,), Status.PUBLISHED, ("moderator",), "opportunity.published", "Approve"
    ),
    Step(
        "return",
        (Status.IN_REVIEW,),
        Status.DRAFT,
        ("moderator",),
        "opportunity.returned",
        "Send back",
        reasoned=True,
    ),
    Step(
        "addendum",
        (Status.PUBLISHED,),
        Status.PUBLISHED,
        ("recruiter",),
        "opportunity.addendum_added",
        "Add to the terms",
    ),
    Step("pause", (Status.PUBLISHED,), Status.PAUSED, ("recruiter", "system"), "opportunity.paused", "Pause"),
    Step("resume", (Status.PAUSED,), Status.PUBLISHED, ("recruiter",), "opportunity.resumed", "Open again"),
    Step("close", (Status.PUBLISHED, Status.PAUSED), Status.CLOSED, ("system",), "opportunity.closed"),
    Step(
        "extend",
        (Status.CLOSED,),
        Status.PUBLISHED,
        ("recruiter",),
        "opportunity.extended",
        "Extend the deadline",
        guard=_once,
    ),
    Step(
        "fill",
        (Status.PUBLISHED, Status.CLOSED, Status.PAUSED),
        Status.FILLED,
        ("system",),
        "opportunity.filled",
    ),
    Step(
        "reopen",
        (Status.FILLED,),
        Status.PUBLISHED,
        ("recruiter",),
        "opportunity.reopened",
        "Open the free place",
    ),
    Step("complete", (Status.FILLED, Status.CLOSED), Status.COMPLETED, ("system",), "opportunity.completed"),
    Step("lapse", (Status.CLOSED,), Status.UNFILLED, ("system",), "opportunity.unfilled"),
    Step(
        "cancel",
        (Status.DRAFT, Status.IN_REVIEW, *OPEN),
        Status.CANCELLED,
        ("recruiter", "moderator"),
        "opportunity.cancelled",
        "Cancel",
        reasoned=True,
    ),
    Step("expire", (Status.PUBLISHED,), Status.EXPIRED, ("system",), "opportunity.expired"),
    Step("renew", (Status.EXPIRED,), Status.PUBLISHED, ("recruiter",), "opportunity.renewed", "Renew"),
    parties=parties,
)
