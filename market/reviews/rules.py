"""The lifecycle of a pair of reviews, and who may write what."""

from enum import StrEnum
from typing import TYPE_CHECKING

from market.access import Actor, Task
from market.lifecycle import Lifecycle, Step

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
