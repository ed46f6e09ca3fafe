"""How a skill comes into the taxonomy and leaves it, and who may see and change it."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from market.access import YES, Actor, Decision, no
from market.lifecycle import Lifecycle, Step

if TYPE_CHECKING:
    from market.skills.models import Skill


class Status(StrEnum):
    PROPOSED = "proposed"
    ACTIVE = "active"
    MERGED = "merged"
    REFUSED = "refused"


def parties(actor: Actor, skill: "Skill") -> frozenset[str]:
    """What the actor is to this skill."""
    mine = set()
    if actor.is_moderator or actor.is_admin:
        mine.add("moderator")
    if actor.is_system:
        mine.add("system")
    return frozenset(mine)


def _has_a_target(skill: Any, target: Any) -> Decision:
    """Only into another skill that stands by itself, so that no chain or ring of mergers comes about."""
    if target is None or target.id == skill.id:
        return no("Choose another skill to merge this one into.")
    if target.kind != skill.kind:
        return no("A skill is merged into a skill, and a group into a group.")
    if target.status != Status.ACTIVE:
        return no(f"{target.name} is not in use itself. Choose a skill that is.")
    return YES


LIFECYCLE = Lifecycle(
    "skill",
    Status.PROPOSED,
    Step("approve", (Status.PROPOSED,), Status.ACTIVE, ("moderator",), "skill.approved", "Take it in"),
    Step(
        "refuse",
        (Status.PROPOSED,),
        Status.REFUSED,
        ("moderator",),
        "skill.refused",
        "Turn it down",
        reasoned=True,
    ),
    Step(
        "merge",
        (Status.PROPOSED, Status.ACTIVE),
        Status.MERGED,
        ("moderator", "system"),
        "skill.merged",
        "Merge it",
        guard=_has_a_target,
    ),
    parties=parties,
)


def may_see(actor: Actor, skill: "Skill") -> Decision:
    """Skills in use are public; a proposal is for whoever made it and for moderators."""
    if skill.status in (Status.ACTIVE, Status.MERGED) or actor.is_moderator or actor.is_admin:
        return YES
    return YES if actor.is_signed_in and actor.id == skill.proposed_by else no("This skill is not in use.")


def may_use(person_id: int, skill: "Skill") -> Decision:
    """Whether this person may name the skill in a form: one in use, or their own proposal while it waits."""
    if skill.status == Status.ACTIVE:
        return YES
    if skill.status == Status.PROPOSED and person_id and person_id == skill.proposed_by:
        return YES
    return no("This skill is not in use.")


def may_propose(waiting: int) -> Decision:
    """`waiting` counts this person's proposals that nobody has looked at yet."""
    if waiting >= MOST_WAITING:
        return no("You have proposed many skills that nobody has looked at yet. Wait for an answer to those.")
    return YES


MOST_WAITING = 20
