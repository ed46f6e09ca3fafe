"""Who may agree to what, for how long, who may read it, and when a level in the matrix is a gap."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from market.access import YES, Actor, Decision, Task, no
from market.words import _

if TYPE_CHECKING:
    from market.engagements.models import Engagement
    from market.staff.models import PoolPlace, Promise

LASTS = (90, 180, 365, 730)  # days for which one may agree to be contacted
MOST_NOTES = 50
MOST_NEEDS = 20
SPREAD_90 = 1.645  # of a normal distribution: nine times in ten


class Shown(StrEnum):
    """What a cell of the matrix says."""

    MEETS = "meets"
    NEAR = "near"  # one level short at most
    GAP = "gap"
    NOTHING = "nothing"  # no evidence of any kind: not the same as not being able


class Facts(NamedTuple):
    """What joining a pool asks: whether anything was completed together, who belongs, who blocked whom."""

    completed: bool
    is_member: bool = False
    blocked: bool = False


def may_agree(facts: Facts, days: int) -> Decision:
    """Whether a person may agree to be contacted by an organisation for so many days."""
    if facts.blocked or not facts.completed:
        return no(_("You can agree to this once you have completed something together."))
    if facts.is_member:
        return no(_("You belong to this organisation: it needs no agreement to write to you."))
    if days not in LASTS:
        return no(_("Choose one of the answers."))
    return YES


def may_read_pool(actor: Actor, org_id: int) -> Decision:
    """Those who decide on applications."""
    if actor.may_for(Task.DECIDE, org_id):
        return YES
    return no(_("Only those who answer applications for this organisation see its pool."))


def is_standing(place: "PoolPlace", now: datetime) -> bool:
    """Does the agreement hold? On its last instant it does not."""
    return place.until > now


def may_contact(actor: Actor, place: "PoolPlace", now: datetime) -> Decision:
    """Whether this actor may invite someone from the pool now."""
    allowed = may_read_pool(actor, place.org_id)
    if not allowed:
        return allowed
    if not is_standing(place, now):
        return no(_("Their agreement to be contacted has ended."))
    if place.paused_at is not None:
        return no(_("They asked not to be contacted for now. They can change that at any time."))
    return YES


def may_note(actor: Actor, place: "PoolPlace", now: datetime, notes: int) -> Decision:
    """Whether this actor may add a note, where there are so many."""
    allowed = may_read_pool(actor, place.org_id)
    if not allowed:
        return allowed
    if not is_standing(place, now):
        return no(_("Their agreement to be contacted has ended."))
    if notes >= MOST_NOTES:
        return no(_("There are %(most)s notes already. Take one away first.", most=MOST_NOTES))
    return YES


def may_read_matrix(actor: Actor, org_id: int) -> Decision:
    """Owners alone: it says of colleagues what they can do."""
    if actor.may_for(Task.MANAGE, org_id):
        return YES
    return no(_("Only owners of this organisation see what its people can do."))


def may_appear(actor: Actor, org_id: int) -> Decision:
    """Members agree for themselves, and nobody for another."""
    return YES if actor.belongs_to(org_id) else no(_("Only members of this organisation stand in its list."))


def marked(level: int, least: int, unit: int) -> Shown:
    """What a level (0-255; 0 is no evidence) says against the least that meets a need; a level has `unit` units."""
    if level == 0:
        return Shown.NOTHING
    if level >= least:
        return Shown.MEETS
    return Shown.NEAR if level >= least - unit else Shown.GAP


def likely(mu: float, sigma: float) -> tuple[float, float]:
    """Where a level probably lies, nine times in ten, cut to 0-5."""
    return max(0.0, mu - SPREAD_90 * sigma), min(5.0, mu + SPREAD_90 * sigma)


def last_day(now: datetime, days: int) -> datetime:
    """When an agreement given now for so many days ends."""
    return now + timedelta(days=days)


MOST_INCENTIVES = 50


def may_read_incentives(actor: Actor, org_id: int) -> Decision:
    """Its members, in any role."""
    return YES if actor.belongs_to(org_id) else no(_("Only members see what is promised here."))


def may_set_incentive(actor: Actor, org_id: int, open_ones: int) -> Decision:
    """Owners, as long as there are not too many."""
    if not actor.may_for(Task.MANAGE, org_id):
        return no(_("Only owners of this organisation promise something in its name."))
    if open_ones >= MOST_INCENTIVES:
        return no(_("There are %(most)s of these. End one first.", most=MOST_INCENTIVES))
    return YES


def may_give(actor: Actor, promise: "Promise") -> Decision:
    """Owners record that it was given."""
    if not actor.may_for(Task.MANAGE, promise.org_id):
        return no(_("Only owners of this organisation record what it gave."))
    if promise.given_at is not None:
        return no(_("This is recorded as given."))
    return YES


def may_receive(actor: Actor, promise: "Promise") -> Decision:
    """The person it was promised to, also after they left, and before the organisation has said so."""
    if actor.id != promise.person_id:
        return no(_("Only the person it was promised to says that they received it."))
    if promise.received_at is not None:
        return no(_("You have said so already."))
    return YES


def may_make_packet(actor: Actor, engagement: "Engagement") -> Decision:
    """The person who did the work, and those who answer applications for the organisation, once it is completed."""
    if actor.id != engagement.person_id and not actor.may_for(Task.DECIDE, engagement.org_id):
        return no(_("Only the person who did the work, and those who answer applications, make this."))
    if engagement.status != "completed":
        return no(_("This can be made once the work is completed."))
    return YES
