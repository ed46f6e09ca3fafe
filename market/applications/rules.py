"""The lifecycles of applications and offers, and who may take which step."""

from enum import StrEnum
from typing import TYPE_CHECKING

from market.access import Actor, Task
from market.lifecycle import Lifecycle, Step

if TYPE_CHECKING:
    from market.applications.models import Application


class Status(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    SHORTLISTED = "shortlisted"
    POOLED = "pooled"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    OFFER_WITHDRAWN = "offer_withdrawn"
    OFFER_DECLINED = "offer_declined"
    OFFER_EXPIRED = "offer_expired"
    AUTO_CLOSED = "auto_closed"
    NOT_SELECTED = "not_selected"
    OPPORTUNITY_CANCELLED = "opportunity_cancelled"


class OfferStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    COUNTERED = "countered"
    RESCINDED = "rescinded"
    REJECTED = "rejected"
    EXPIRED = "expired"


class Side(StrEnum):
    """The two sides of everything that is agreed."""

    TALENT = "talent"
    EMPLOYER = "employer"


# Waiting for an answer of either side.
OPEN = (Status.SUBMITTED, Status.IN_REVIEW, Status.SHORTLISTED, Status.POOLED, Status.OFFERED)
_READ = (Status.IN_REVIEW, Status.SHORTLISTED, Status.POOLED)
_OFFER_OVER = (Status.OFFER_WITHDRAWN, Status.OFFER_DECLINED, Status.OFFER_EXPIRED)


def parties(actor: Actor, application: "Application") -> frozenset[str]:
    """What this actor is to this application. Nobody decides about an application of their own."""
    mine = set()
    if actor.is_signed_in and actor.id == application.person_id:
        mine.add("talent")
    elif actor.may_for(Task.DECIDE, application.org_id):
        mine.add("reviewer")
    if actor.is_system:
        mine.add("system")
    return frozenset(mine)


LIFECYCLE = Lifecycle(
    "application",
    Status.DRAFT,
    Step("submit", (Status.DRAFT,), Status.SUBMITTED, ("talent",), "application.submitted", "Apply"),
    Step("withdraw", OPEN, Status.WITHDRAWN, ("talent", "system"), "application.withdrawn", "Withdraw"),
    Step(
        "resubmit", (Status.WITHDRAWN,), Status.SUBMITTED, ("talent",), "application.submitted", "Apply again"
    ),
    Step("open", (Status.SUBMITTED,), Status.IN_REVIEW, ("reviewer",), "application.opened", "Open"),
    Step(
        "shortlist",
        (Status.IN_REVIEW,),
        Status.SHORTLISTED,
        ("reviewer",),
        "application.shortlisted",
        "Shortlist",
    ),
    Step(
        "decline",
        (Status.SUBMITTED, *_READ),
        Status.DECLINED,
        ("reviewer",),
        "application.declined",
        "Decline, with a reason",
        reasoned=True,
    ),
    Step(
        "reconsider",
        (Status.DECLINED,),
        Status.IN_REVIEW,
        ("reviewer",),
        "application.reconsidered",
        "Reconsider",
    ),
    Step(
        "pool",
        (Status.IN_REVIEW, Status.SHORTLISTED),
        Status.POOLED,
        ("reviewer",),
        "application.pooled",
        "Keep for later",
    ),
    Step(
        "revive",
        (Status.POOLED, Status.AUTO_CLOSED, Status.NOT_SELECTED),
        Status.IN_REVIEW,
        ("reviewer",),
        "application.revived",
        "Take up again",
    ),
    Step("offer", (*_READ, *_OFFER_OVER), Status.OFFERED, ("reviewer",), "application.offered", "Offer"),
    Step(
        "counter",
        (Status.OFFERED,),
        Status.OFFERED,
        ("talent", "reviewer"),
        "application.countered",
        "Suggest other terms",
    ),
    Step(
        "accept",
        (Status.OFFERED,),
        Status.ACCEPTED,
        ("talent", "reviewer"),
        "application.accepted",
        "Sign these terms",
    ),
    Step(
        "rescind",
        (Status.OFFERED,),
        Status.OFFER_WITHDRAWN,
        ("reviewer",),
        "application.offer_rescinded",
        "Take the offer back",
        reasoned=True,
    ),
    Step(
        "reject",
        (Status.OFFERED,),
        Status.OFFER_DECLINED,
        ("talent",),
        "application.offer_declined",
        "Decline the offer",
        reasoned=True,
    ),
    Step("lapse", (Status.OFFERED,), Status.OFFER_EXPIRED, ("system",), "application.offer_expired"),
    Step(
        "auto_close", (Status.SUBMITTED, *_READ), Status.AUTO_CLOSED, ("system",), "application.auto_closed"
    ),
    Step("not_select", (*OPEN, *_OFFER_OVER), Status.NOT_SELECTED, ("system",), "application.not_selected"),
    Step(
        "cancel",
        (*OPEN, *_OFFER_OVER),
        Status.OPPORTUNITY_CANCELLED,
        ("system",),
        "application.opportunity_cancelled",
    ),
    parties=parties,
)
