"""Waiting for a place in a programme: who may, in which order people are asked, and the steps of a place in the line."""

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from market.access import YES, Actor, Decision, no
from market.lifecycle import Lifecycle, Step
from market.words import _

if TYPE_CHECKING:
    from market.apprenticeships.models import WaitingPlace

AHEAD = timedelta(days=3)  # so long those who were asked have before the next ones are


class WaitingStatus(StrEnum):
    WAITING = "waiting"
    ASKED = "asked"  # a place came free, and they were told
    LEFT = "left"
    TAKEN = "taken"  # they have a place in the programme


class Line(NamedTuple):
    """What joining a line is asked about."""

    is_published: bool
    is_theirs: bool  # the person belongs to the organisation
    for_members: bool
    places_free: int
    is_blocked: bool  # they blocked the organisation, or were blocked
    has_place: bool  # they are at it now


def may_wait(actor: Actor, line: Line) -> Decision:
    """Join the line of a programme: only where there is nothing to apply for now."""
    if not actor.is_signed_in:
        return no(_("Sign in to wait for a place."))
    if line.is_blocked or not line.is_published:
        return no(_("This programme takes nobody at the moment."))
    if line.for_members:
        return no(_("This programme is for the organisation’s own people, who join its rounds as they open."))
    if line.is_theirs:
        return no(_("You belong to this organisation, so its programme is not for you."))
    if line.has_place:
        return no(_("You have a place in this programme."))
    if line.places_free:
        return no(_("A place is free now: apply for it."))
    return YES


def parties(actor: Actor, place: "WaitingPlace") -> frozenset[str]:
    """Whose place it is. The organisation has no say: nobody is put in or out."""
    mine = set()
    if actor.is_signed_in and actor.id == place.person_id:
        mine.add("talent")
    if actor.is_system:
        mine.add("system")
    return frozenset(mine)


def to_ask(free: int, asked_lately: int) -> int:
    """How many more of the line are asked now: as many as places are free, less those who were asked and may still answer."""
    return max(0, free - asked_lately)


LIFECYCLE = Lifecycle(
    "waiting",
    WaitingStatus.WAITING,
    Step("ask", (WaitingStatus.WAITING,), WaitingStatus.ASKED, ("system",), "waiting.asked"),
    Step("put_back", (WaitingStatus.ASKED,), WaitingStatus.WAITING, ("system",), "waiting.put_back"),
    Step(
        "leave",
        (WaitingStatus.WAITING, WaitingStatus.ASKED),
        WaitingStatus.LEFT,
        ("talent",),
        "waiting.left",
        "Stop waiting",
    ),
    Step(
        "take",
        (WaitingStatus.WAITING, WaitingStatus.ASKED),
        WaitingStatus.TAKEN,
        ("system",),
        "waiting.taken",
    ),
    Step(
        "rejoin",
        (WaitingStatus.LEFT, WaitingStatus.TAKEN),
        WaitingStatus.WAITING,
        ("talent",),
        "waiting.joined",
        "Wait for a place",
    ),
    parties=parties,
)
