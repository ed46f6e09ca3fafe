"""The lifecycles of applications and offers, and who may take which step."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date

from market.access import YES, Actor, Decision, Task, no
from market.lifecycle import Lifecycle, Step
from market.opportunities.rules import TAKES_PEOPLE
from market.opportunities.rules import Status as Opening
from market.words import _, language

if TYPE_CHECKING:
    from market.applications.models import Application, Offer
    from market.opportunities.models import Opportunity

OFFER_STANDS = timedelta(days=7)
UNANSWERED = timedelta(days=60)
CONSENT_LASTS = timedelta(days=180)
OVERDUE_PAUSES = 3  # so many unanswered past the promise, and the opening takes no more applications


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


class DeclineCode(StrEnum):
    """Why an employer says no. The applicant reads it in words."""

    EVIDENCE = "evidence"
    OTHERS = "others"
    ANSWERS = "answers"
    TIMING = "timing"
    PLANS = "plans"
    OTHER = "other"


class RejectCode(StrEnum):
    """Why a person says no to an offer."""

    FOUND_OTHER = "found_other"
    PAY = "pay"
    DAYS_OR_PLACE = "days_or_place"
    OTHER = "other"


# Waiting for an answer of either side.
OPEN = (Status.SUBMITTED, Status.IN_REVIEW, Status.SHORTLISTED, Status.POOLED, Status.OFFERED)
WAITING = (Status.SUBMITTED, Status.IN_REVIEW, Status.SHORTLISTED)  # for the employer's answer
_READ = (Status.IN_REVIEW, Status.SHORTLISTED, Status.POOLED)
OFFER_OVER = (Status.OFFER_WITHDRAWN, Status.OFFER_DECLINED, Status.OFFER_EXPIRED)
ANSWERED = tuple(s for s in Status if s not in (Status.DRAFT, Status.WITHDRAWN, *WAITING))
SENT = tuple(s for s in Status if s is not Status.DRAFT)


def parties(actor: Actor, application: "Application") -> frozenset[str]:
    """What this actor is to this application. Nobody decides about an application of their own."""
    mine = set()
    if actor.is_signed_in and actor.id == application.person_id:
        mine.add("talent")
    elif actor.may_for(Task.DECIDE, application.org_id) and application.status != Status.DRAFT:
        mine.add("reviewer")
    if actor.is_system:
        mine.add("system")
    return frozenset(mine)


def side_of(actor: Actor, application: "Application") -> Side | None:
    """Which side of the application this actor is on; None for anyone else, who does not know of it."""
    mine = parties(actor, application)
    if "talent" in mine:
        return Side.TALENT
    return Side.EMPLOYER if "reviewer" in mine else None


def day(at: datetime, zone: str) -> str:
    """`27 November`, for the sentences below."""
    locale = {"en": "en_GB"}.get(language(), language()).replace("-", "_")
    return format_date(at.astimezone(ZoneInfo(zone)).date(), "d MMMM", locale=locale)


class OpeningNow(NamedTuple):
    """What of an opening says whether it takes applications, for lists that read no more of it."""

    status: Opening
    deadline_at: datetime | None
    time_zone: str
    applicants_cap: int | None
    applicants_count: int


def is_open_to_applicants(opportunity: "Opportunity | OpeningNow", now: datetime) -> Decision:
    """Whether the opening takes applications at all, whoever asks."""
    zone = opportunity.time_zone
    if opportunity.status == Opening.PAUSED:
        return no(_("Applications are paused at the moment."))
    if opportunity.status == Opening.FILLED:
        return no(_("All places are taken."))
    if opportunity.status == Opening.CANCELLED:
        return no(_("This opening was cancelled."))
    if opportunity.deadline_at is not None and opportunity.deadline_at <= now:
        return no(_("Applications closed on %(day)s.", day=day(opportunity.deadline_at, zone)))
    if opportunity.status != Opening.PUBLISHED:
        return no(_("This opening takes no applications now."))
    if opportunity.applicants_cap is not None and opportunity.applicants_count >= opportunity.applicants_cap:
        return no(_("This opening has as many applications as its employer can answer."))
    return YES


def may_apply(
    actor: Actor, opportunity: "Opportunity", earlier: Status | None, *, blocked: bool, now: datetime
) -> Decision:
    """Whether this person may apply here now. `earlier` is the state of the application they have, if any.

    A missing skill is no reason: it warns and never blocks.
    """
    if not actor.is_signed_in:
        return no(_("Sign in to apply."))
    if actor.belongs_to(opportunity.org_id):
        return no(_("You belong to this organisation, and nobody applies within their own."))
    if blocked:
        return no(_("You cannot apply to this organisation."))
    if earlier is not None and earlier not in (Status.DRAFT, Status.WITHDRAWN):
        return no(_("You have applied already."))
    return is_open_to_applicants(opportunity, now)


def may_invite(
    actor: Actor, opportunity: "Opportunity", *, is_member: bool, blocked: bool, applied: bool, now: datetime
) -> Decision:
    """Whether this actor may ask a person to apply. `is_member`, `blocked`, `applied` are about that person."""
    if not actor.may_for(Task.DECIDE, opportunity.org_id):
        return no(_("Only owners and recruiters of the organisation invite people."))
    if is_member:
        return no(_("This person belongs to your organisation, and nobody applies within their own."))
    if blocked:
        return no(_("You cannot write to this person."))
    if applied:
        return no(_("This person has applied already."))
    return is_open_to_applicants(opportunity, now)


def may_offer(opportunity: "Opportunity", *, blocked: bool) -> Decision:
    """Whether a place of this opening may be offered now."""
    if blocked:
        return no(_("You and this person have no contact here any more."))
    if opportunity.status == Opening.FILLED or opportunity.seats_taken >= opportunity.seats:
        return no(_("All places are taken."))
    if opportunity.status not in TAKES_PEOPLE:
        return no(_("This opening is over. Renew or copy it to offer a place."))
    return YES


def may_sign(side: Side | None, offer: "Offer", now: datetime) -> Decision:
    """Terms are signed by the side that did not write them, while they stand."""
    if side is None:
        return no(_("Only the two sides sign an offer."))
    if offer.status != OfferStatus.OPEN:
        return no(_("These terms are not the ones on the table any more."))
    if offer.expires_at <= now:
        return no(_("These terms have lapsed. A new offer can be made."))
    if side == offer.proposed_by:
        return no(_("You wrote these terms; the other side signs them."))
    return YES


def consents(application: "Application", now: datetime) -> Decision:
    """Whether the person has agreed to be asked again, and the agreement has not run out."""
    if application.agrees_to_pool and application.pool_until is not None and application.pool_until > now:
        return YES
    return no(_("They have not agreed to be asked again, or their agreement has run out."))


def answer_due(opportunity: "Opportunity", submitted_at: datetime) -> datetime:
    """When an answer is promised: so many days after the deadline, or after sending where there is none."""
    return max(submitted_at, opportunity.deadline_at or submitted_at) + timedelta(
        days=opportunity.answer_days
    )


def answer_due_again(opportunity: "Opportunity", revived_at: datetime) -> datetime:
    """The same for one that was taken up again: the days begin anew."""
    return revived_at + timedelta(days=opportunity.answer_days)


def is_overdue(application: "Application", now: datetime) -> bool:
    """Past the promised days without an answer: a flag, not a state."""
    return (
        application.status in WAITING
        and application.answer_due_at is not None
        and application.answer_due_at < now
    )


LIFECYCLE = Lifecycle(
    "application",
    Status.DRAFT,
    Step("submit", (Status.DRAFT,), Status.SUBMITTED, ("talent",), "application.submitted", "Apply"),
    Step("withdraw", OPEN, Status.WITHDRAWN, ("talent", "system"), "application.withdrawn", "Withdraw"),
    Step(
        "resubmit", (Status.WITHDRAWN,), Status.SUBMITTED, ("talent",), "application.submitted", "Apply again"
    ),
    Step("open", (Status.SUBMITTED,), Status.IN_REVIEW, ("reviewer",), "application.opened", "Read"),
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
        guard=consents,
    ),
    Step(
        "revive",
        (Status.POOLED, Status.AUTO_CLOSED, Status.NOT_SELECTED),
        Status.IN_REVIEW,
        ("reviewer",),
        "application.revived",
        "Take up again",
        guard=consents,
    ),
    Step("offer", (*_READ, *OFFER_OVER), Status.OFFERED, ("reviewer",), "application.offered", "Offer"),
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
    Step("not_select", (*OPEN, *OFFER_OVER), Status.NOT_SELECTED, ("system",), "application.not_selected"),
    Step(
        "cancel",
        (*OPEN, *OFFER_OVER),
        Status.OPPORTUNITY_CANCELLED,
        ("system",),
        "application.opportunity_cancelled",
    ),
    parties=parties,
)
