"""What can be reported and why, what a moderator may decide of it, and who may do either."""

from enum import StrEnum
from typing import TYPE_CHECKING

from market.access import YES, Actor, Decision, no
from market.lifecycle import Lifecycle, Step
from market.words import _

if TYPE_CHECKING:
    from market.cases.models import Report


class About(StrEnum):
    REVIEW = "review"
    MESSAGE = "message"
    OPPORTUNITY = "opportunity"
    PERSON = "person"
    ORGANISATION = "organisation"


class Reason(StrEnum):
    UNPAID = "unpaid"
    DISCRIMINATION = "discrimination"
    HARASSMENT = "harassment"
    UNTRUE = "untrue"
    PRIVACY = "privacy"
    SPAM = "spam"
    OTHER = "other"


class Status(StrEnum):
    OPEN = "open"
    DECIDED = "decided"


class Verdict(StrEnum):
    KEPT = "kept"
    REDACTED = "redacted"
    REMOVED = "removed"
    CANCELLED = "cancelled"
    SUSPENDED = "suspended"
    UNVERIFIED = "unverified"


VERDICTS: dict[About, tuple[Verdict, ...]] = {
    About.REVIEW: (Verdict.KEPT, Verdict.REDACTED, Verdict.REMOVED),
    About.MESSAGE: (Verdict.KEPT, Verdict.REMOVED, Verdict.SUSPENDED),
    About.OPPORTUNITY: (Verdict.KEPT, Verdict.CANCELLED),
    About.PERSON: (Verdict.KEPT, Verdict.SUSPENDED),
    About.ORGANISATION: (Verdict.KEPT, Verdict.UNVERIFIED),
}

# Reasons that make sense for each kind of thing; any other can be said in words.
REASONS: dict[About, tuple[Reason, ...]] = {
    About.REVIEW: (Reason.UNTRUE, Reason.PRIVACY, Reason.HARASSMENT, Reason.DISCRIMINATION, Reason.OTHER),
    About.MESSAGE: (Reason.HARASSMENT, Reason.UNPAID, Reason.DISCRIMINATION, Reason.SPAM, Reason.OTHER),
    About.OPPORTUNITY: (Reason.UNPAID, Reason.DISCRIMINATION, Reason.UNTRUE, Reason.SPAM, Reason.OTHER),
    About.PERSON: (Reason.UNTRUE, Reason.HARASSMENT, Reason.SPAM, Reason.OTHER),
    About.ORGANISATION: (Reason.UNTRUE, Reason.UNPAID, Reason.DISCRIMINATION, Reason.SPAM, Reason.OTHER),
}


def parties(actor: Actor, report: "Report") -> frozenset[str]:
    """What this actor is to this report. Nobody decides about their own report, themselves or their organisation."""
    mine = set()
    if actor.is_signed_in and actor.id == report.reporter_id:
        mine.add("reporter")
    elif (
        (actor.is_moderator or actor.is_admin)
        and actor.id != report.person_id
        and (report.org_id is None or not actor.belongs_to(report.org_id))
    ):
        mine.add("moderator")
    return frozenset(mine)


def may_report(actor: Actor, *, author_id: int | None, org_id: int | None, own: bool) -> Decision:
    """Say that a thing breaks the rules. `own`: it is of the organisation, rather than to it."""
    if not actor.is_signed_in:
        return no(_("Sign in to report something."))
    if author_id == actor.id or (own and org_id is not None and actor.belongs_to(org_id)):
        return no(_("This is your own. You can change it or take it back yourself."))
    return YES


def may_decide(actor: Actor, report: "Report") -> Decision:
    if "moderator" in parties(actor, report):
        return YES
    if not (actor.is_moderator or actor.is_admin):
        return no(_("Only moderators decide about reports."))
    return no(_("This concerns you or your organisation. Another moderator decides it."))


def may_verify(actor: Actor, org_id: int) -> Decision:
    """State that an organisation is who it says it is."""
    if not (actor.is_moderator or actor.is_admin):
        return no(_("Only moderators verify organisations."))
    if actor.belongs_to(org_id):
        return no(_("You belong to this organisation. Another moderator verifies it."))
    return YES


def may_read_answer(actor: Actor, report: "Report", *, is_owner: bool) -> Decision:
    """Read what was decided: whoever reported it; whom the decision touches; moderators."""
    if parties(actor, report):
        return YES
    touched = actor.is_signed_in and (actor.id == report.person_id or is_owner)
    return YES if touched and report.touches_reported else no(_("There is no such report."))


def _fits(report: "Report", verdict: Verdict | None) -> Decision:
    if verdict not in VERDICTS[report.about_kind]:
        return no(_("That cannot be decided about this kind of thing."))
    return YES


LIFECYCLE = Lifecycle(
    "report",
    Status.OPEN,
    Step(
        "decide",
        (Status.OPEN,),
        Status.DECIDED,
        ("moderator",),
        "report.decided",
        "Decide",
        guard=_fits,
        reasoned=True,
    ),
    parties=parties,
)
