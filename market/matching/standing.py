"""Why someone does not stand in the list of people for an opening, told to them alone.

Whether somebody blocked them is never told, and cannot be read from an answer: nothing here looks at a block that
someone else set, nor at whether the list as it is drawn holds them.
"""

from enum import StrEnum

from sqlmodel import Session, col, select

from market.access import Actor
from market.accounts.models import Block, Organisation
from market.evidence.queries import stored_levels
from market.matching import service
from market.matching.core.contract import order_key, score, tie_for
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


def reasons(db: Session, actor: Actor, opportunity: Opportunity, *, has_applied: bool) -> list[Reason]:
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
        found.append(Reason.BELOW_THE_CUT)
    return found


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
