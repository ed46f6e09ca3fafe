"""The lifecycle of a pair of reviews, and who may write what."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from market.access import YES, Actor, Decision, Task, no
from market.lifecycle import Lifecycle, Step
from market.words import _

if TYPE_CHECKING:
    from market.reviews.models import ReviewPair


class Status(StrEnum):
    OPEN = "open"
    SEALED_BY_TALENT = "sealed_by_talent"
    SEALED_BY_EMPLOYER = "sealed_by_employer"
    REVEALED = "revealed"
    LAPSED = "lapsed"


class Side(StrEnum):
    TALENT = "talent"
    EMPLOYER = "employer"


WINDOW = timedelta(days=14)  # from the end of the work

# What each side is rated on by the other, on anchored scales from 1 to 5.
AXES: dict[Side, tuple[str, ...]] = {
    Side.TALENT: ("communication", "reliability", "quality", "initiative"),
    Side.EMPLOYER: ("clarity", "responsiveness", "support", "fairness"),
}


def parties(actor: Actor, pair: "ReviewPair") -> frozenset[str]:
    """Which side of the pair this actor is on."""
    mine = set()
    if actor.is_signed_in and actor.id == pair.person_id:
        mine.add("talent")
    elif actor.may_for(Task.REVIEW, pair.org_id):
        mine.add("employer")
    if actor.is_system:
        mine.add("system")
    return frozenset(mine)


def side_of(actor: Actor, pair: "ReviewPair") -> Side | None:
    """The side this actor writes for."""
    mine = parties(actor, pair)
    return Side.TALENT if "talent" in mine else Side.EMPLOYER if "employer" in mine else None


def is_sealed_by(pair: "ReviewPair", side: Side) -> bool:
    """Has this side submitted, as far as anyone may know?"""
    return pair.status is (Status.SEALED_BY_TALENT if side is Side.TALENT else Status.SEALED_BY_EMPLOYER)


def may_write(
    actor: Actor, pair: "ReviewPair", author_id: int | None, now: datetime, *, author_left: bool = False
) -> Decision:
    """While the window is open. What is sealed is edited by its author, or by an owner when its author has left."""
    side = side_of(actor, pair)
    if side is None:
        return no(_("Only the two sides of this work review it."))
    if pair.status is Status.REVEALED:
        return no(_("Both reviews are open, so they cannot be changed. You can reply once."))
    if pair.status is Status.LAPSED or now >= pair.deadline_at:
        return no(_("The time for reviews is over."))
    if (
        is_sealed_by(pair, side)
        and author_id is not None
        and author_id != actor.id
        and not (author_left and actor.may_for(Task.MANAGE, pair.org_id))
    ):
        if author_left:
            return no(_("Who wrote this review has left. An owner of the organisation can edit it."))
        return no(_("A colleague has written this review. Its author can still edit it."))
    return YES


def may_reply(
    actor: Actor, pair: "ReviewPair", writer: Side, replied: bool, moderation: str | None = None
) -> Decision:
    """The side a review is about replies once, after both are open. What a moderator reads or removed stands still."""
    if pair.status is not Status.REVEALED:
        return no(_("The reviews are not open yet."))
    side = side_of(actor, pair)
    if side is None or side is writer:
        return no(_("The side that was reviewed replies."))
    if moderation == "reported":
        return no(_("A moderator is reading this review. You can reply when that is decided."))
    if moderation == "removed":
        return no(_("This review was removed, so there is nothing to reply to."))
    return no(_("There is a reply already.")) if replied else YES


LIFECYCLE = Lifecycle(
    "review_pair",
    Status.OPEN,
    Step("seal_by_talent", (Status.OPEN,), Status.SEALED_BY_TALENT, ("talent",), "review.sealed", "Seal it"),
    Step(
        "seal_by_employer",
        (Status.OPEN,),
        Status.SEALED_BY_EMPLOYER,
        ("employer",),
        "review.sealed",
        "Seal it",
    ),
    Step(
        "complete_by_talent",
        (Status.SEALED_BY_EMPLOYER,),
        Status.REVEALED,
        ("talent",),
        "review.revealed",
        "Send and open both",
    ),
    Step(
        "complete_by_employer",
        (Status.SEALED_BY_TALENT,),
        Status.REVEALED,
        ("employer",),
        "review.revealed",
        "Send and open both",
    ),
    Step(
        "reveal",
        (Status.SEALED_BY_TALENT, Status.SEALED_BY_EMPLOYER),
        Status.REVEALED,
        ("system",),
        "review.revealed",
    ),
    Step("lapse", (Status.OPEN,), Status.LAPSED, ("system",), "review.lapsed"),
    parties=parties,
)
