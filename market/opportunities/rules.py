"""What an opportunity may be and become: kinds, states, the steps between them, and who may take them."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

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


TAKES_PEOPLE = (Status.PUBLISHED, Status.PAUSED, Status.CLOSED)  # a place may be given away


class Ready(NamedTuple):
    """What the steps out of a draft are asked about."""

    unmet: tuple[str, ...]  # the checks that keep it from going out, in words
    is_verified: bool  # the organisation


class Moment(NamedTuple):
    """What the steps back to `published` are asked about."""

    now: datetime
    deadline_at: datetime | None  # as it will be after the step


def parties(actor: Actor, opportunity: "Opportunity") -> frozenset[str]:
    """What this actor is to this opportunity. Nobody moderates for an organisation of their own."""
    mine = set()
    if actor.may_for(Task.POST, opportunity.org_id):
        mine.add("recruiter")
    if (actor.is_moderator or actor.is_admin) and not actor.belongs_to(opportunity.org_id):
        mine.add("moderator")
    if actor.is_system:
        mine.add("system")
    return frozenset(mine)


def may_post(actor: Actor, org_id: int) -> Decision:
    """Write postings for this organisation."""
    return YES if actor.may_for(Task.POST, org_id) else no(_("You do not post for this organisation."))


def may_see(actor: Actor, opportunity: "Opportunity") -> Decision:
    """What is public is for everyone; a draft for those who post for its organisation; in review, moderators too."""
    if opportunity.status in PUBLIC or actor.may_for(Task.POST, opportunity.org_id):
        return YES
    if opportunity.status != Status.DRAFT and (actor.is_moderator or actor.is_admin):
        return YES
    return no(_("There is no such opening."))


def was_called_off(opportunity: "Opportunity") -> bool:
    """It was public once and is cancelled: whoever comes by an old link learns that and why, not the terms."""
    return opportunity.status == Status.CANCELLED and opportunity.version > 0


def may_edit(actor: Actor, opportunity: "Opportunity") -> Decision:
    """Only a draft is edited; what is out changes by addenda."""
    allowed = may_post(actor, opportunity.org_id)
    if not allowed:
        return allowed
    if opportunity.status == Status.DRAFT:
        return YES
    if opportunity.status == Status.IN_REVIEW:
        return no(_("It is being read by a moderator. Wait for the answer."))
    return no(_("Its terms are frozen. Add to them in words instead."))


def _met(facts: "Ready | None") -> Decision:
    if facts is None:
        return no(_("Read it through first: its page says what is missing."))
    if facts.unmet:
        return no(_("Before it can go out: %(what)s.", what=facts.unmet[0]))
    return YES


def _ready(opportunity: "Opportunity", facts: "Ready | None") -> Decision:
    return _met(facts)


def _ready_and_verified(opportunity: "Opportunity", facts: "Ready | None") -> Decision:
    if facts is not None and not facts.is_verified:
        return no(_("Your organisation is not verified yet, so a moderator reads it first."))
    return _met(facts)


def _ahead(opportunity: "Opportunity", facts: "Moment | None") -> Decision:
    if facts is None or facts.deadline_at is None or facts.deadline_at <= facts.now:
        return no(_("Give it a new last day to apply, in the future."))
    return YES


def _once(opportunity: "Opportunity", facts: "Moment | None") -> Decision:
    if opportunity.was_extended:
        return no(_("The deadline was extended once already."))
    return _ahead(opportunity, facts)


def _seat_free(opportunity: "Opportunity", facts: "Moment | None") -> Decision:
    if opportunity.seats_taken >= opportunity.seats:
        return no(_("Every place is taken."))
    return _ahead(opportunity, facts)


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
        guard=_ready,
    ),
    Step(
        "publish",
        (Status.DRAFT,),
        Status.PUBLISHED,
        ("recruiter",),
        "opportunity.published",
        "Publish",
        guard=_ready_and_verified,
    ),
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
    Step(
        "resume",
        (Status.PAUSED,),
        Status.PUBLISHED,
        ("recruiter",),
        "opportunity.resumed",
        "Open again",
        guard=_ahead,
    ),
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
        guard=_seat_free,
    ),
    Step("complete", (Status.FILLED, Status.CLOSED), Status.COMPLETED, ("system",), "opportunity.completed"),
    Step("lapse", (Status.CLOSED, Status.FILLED), Status.UNFILLED, ("system",), "opportunity.unfilled"),
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
    Step(
        "renew",
        (Status.EXPIRED,),
        Status.PUBLISHED,
        ("recruiter",),
        "opportunity.renewed",
        "Renew",
        guard=_ahead,
    ),
    parties=parties,
)
