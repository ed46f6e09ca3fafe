"""Inviting a person to apply. A trial project shows how many were invited to it: one row for each of them."""

from sqlmodel import Session

from market import clock
from market.access import Actor, Decision, require
from market.accounts.models import Person
from market.accounts.queries import is_blocked, org_member_ids
from market.applications import queries, rules
from market.applications.models import InvitationToApply
from market.applications.rules import Status
from market.applications.service import lock
from market.errors import Conflict, Forbidden
from market.opportunities.models import Opportunity
from market.outbox import announce
from market.words import _


def may_invite(db: Session, actor: Actor, opportunity: Opportunity, person_id: int) -> Decision:
    """Whether this actor may ask this person to apply, with the reason if not."""
    application = queries.application_of(db, opportunity.id, person_id)
    return rules.may_invite(
        actor,
        opportunity,
        is_member=person_id in org_member_ids(db, opportunity.org_id),
        blocked=is_blocked(db, person_id, actor.id, opportunity.org_id),
        applied=application is not None and application.status is not Status.DRAFT,
        now=clock.now(),
    )


def invite(
    db: Session, actor: Actor, opportunity: Opportunity, person: Person, note: str = ""
) -> InvitationToApply:
    """Ask someone to apply, with a word of why. Raises `Conflict` when they were asked before."""
    opening = lock(db, opportunity.id)
    require(may_invite(db, actor, opening, person.id))
    if any(row.person_public_id == person.public_id for row in queries.invited(db, opening.id)):
        raise Conflict(_("This person was invited already."))
    made = InvitationToApply(
        opportunity_id=opening.id, person_id=person.id, invited_by=actor.id, note=note.strip()
    )
    db.add(made)
    db.flush()
    announce(
        db,
        "application.invited",
        actor,
        subject=("invitation_to_apply", made.id),
        opportunity_id=opening.id,
        org_id=opening.org_id,
        person_id=person.id,
    )
    return made


def dismiss(db: Session, actor: Actor, invitation: InvitationToApply) -> None:
    """No, thank you. Nothing is held against anyone for it, and nobody is told."""
    if invitation.person_id != actor.id:
        raise Forbidden(_("Only the person who was invited does this."))
    invitation.dismissed_at = invitation.dismissed_at or clock.now()
    db.add(invitation)
