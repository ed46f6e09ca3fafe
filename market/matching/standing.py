"""Why someone does not stand in the list of people for an opening, told to them alone.

Whether somebody blocked them is never told, and cannot be read from an answer: nothing here looks at a block that
someone else set, nor at whether the list as it is drawn holds them.
"""

from collections.abc import Sequence
from enum import StrEnum

from sqlmodel import Session, col, select

from market.access import Actor
from market.accounts.models import Block, Organisation
from market.evidence.queries import stored_levels
from market.matching import service
from market.matching.candidates import Shown, candidates
from market.matching.core.contract import Requirement, order_key, score, tie_for
from market.matching.core.policy import Policy, hope
from market.matching.queries import Findable, requirements_of
from market.opportunities.models import Opportunity
from market.opportunities.rules import Status
from market.profiles.models import TalentProfile, Visibility


class Reason(StrEnum):
    """What keeps someone off a list. Without any, nothing on their side does."""

    CLOSED = "closed"
    NO_SKILL = "no_skill"
    MEMBER = "member"
    APPLIED = "applied"
    OWN_BLOCK = "own_block"
    PRIVATE = "private"
    MEMBERS_ONLY = "members_only"
    NOT_FINDABLE = "not_findable"
    APART = "apart"
    NOTHING_SHOWN = "nothing_shown"
    BELOW_THE_CUT = "below_the_cut"
    KEPT_PLACE = "kept_place"  # below the cut, and yet no bar: a place kept for newcomers may be theirs


def reasons(
    db: Session,
    actor: Actor,
    opportunity: Opportunity,
    *,
    has_applied: bool,
    policy: Policy = service.POLICY,
) -> list[Reason]:
    """All that keeps this person off the list of people who could be invited, the first to mend first."""
    if opportunity.status != Status.PUBLISHED:
        return [Reason.CLOSED]
    wanted = [w.asked for w in requirements_of(db, opportunity)]
    if not wanted:
        return [Reason.NO_SKILL]
    if actor.belongs_to(opportunity.org_id):
        return [Reason.MEMBER]
    if has_applied:
        return [Reason.APPLIED]
    found = _choices(db, actor, opportunity)
    stored = stored_levels(db, actor.id)
    points = score([stored.get(r.skill_id, 0) for r in wanted], wanted)
    if not points:
        return [*found, Reason.NOTHING_SHOWN]
    tie = tie_for(opportunity.public_id)
    last = service.last_listed(db, wanted, tie, Findable(org_id=opportunity.org_id))
    if last is not None and order_key(actor.id, points, tie) > order_key(*last, tie):
        may_be_kept = _may_be_kept(db, actor, opportunity, wanted, policy)
        found.append(Reason.KEPT_PLACE if may_be_kept else Reason.BELOW_THE_CUT)
    return found


def _may_be_kept(
    db: Session, actor: Actor, opportunity: Opportunity, wanted: Sequence[Requirement], policy: Policy
) -> bool:
    """Whether a place kept for newcomers may be theirs; in which lists it is, changes with who else is seen."""
    if not policy.newcomers_at:
        return False
    (one,) = candidates(db, wanted, [actor.id], Shown(opportunity.id))
    return hope(one, wanted, policy) is not None


def _choices(db: Session, actor: Actor, opportunity: Opportunity) -> list[Reason]:
    """What they chose themselves."""
    found = []
    own = select(Block).where(Block.blocker_id == actor.id, Block.blocked_org_id == opportunity.org_id)
    if db.exec(own).first() is not None:
        found.append(Reason.OWN_BLOCK)
    profile = db.get(TalentProfile, actor.id)
    if profile is None or profile.visibility is Visibility.PRIVATE:
        found.append(Reason.PRIVATE)
    elif profile.visibility is Visibility.MEMBERS:
        verified = select(col(Organisation.verified_at)).where(Organisation.id == opportunity.org_id)
        if db.exec(verified).one() is None:
            found.append(Reason.MEMBERS_ONLY)
    if profile is not None and profile.is_apart:
        found.append(Reason.APART)
    elif profile is not None and not profile.is_findable:
        found.append(Reason.NOT_FINDABLE)
    return found
