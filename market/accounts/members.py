"""Who belongs to an organisation: roles given and ended, and invitations by mail."""

from sqlmodel import Session, col, select

from market import clock
from market.access import YES, Actor, Decision, Role, no, require
from market.accounts import emails, links, queries, rules
from market.accounts.models import Email, Invitation, Membership, OneTimeToken, Organisation, TokenPurpose
from market.accounts.sessions import token_sha256
from market.errors import Conflict, Invalid, NotFound
from market.outbox import announce
from market.words import _


def add_member(db: Session, org_id: int, person_id: int, role: Role) -> Membership:
    """Give a person a role; the one they have already is kept as it is."""
    wanted = select(Membership).where(
        Membership.org_id == org_id,
        Membership.person_id == person_id,
        Membership.role == role,
        col(Membership.ended_at).is_(None),
    )
    found = db.exec(wanted).first()
    if found is not None:
        return found
    membership = Membership(org_id=org_id, person_id=person_id, role=role)
    db.add(membership)
    db.flush()
    announce(
        db,
        "organisation.joined",
        Actor(id=person_id),
        subject=("organisation", org_id),
        org_id=org_id,
        person_id=person_id,
        membership_id=membership.id,
    )
    return membership


def end_membership(db: Session, actor: Actor, org_id: int, membership_id: int) -> Membership:
    """Leave, or take a role from someone. The organisation's row is locked, so that two owners cannot leave at once."""
    db.exec(select(Organisation).where(Organisation.id == org_id).with_for_update()).one()
    membership = db.get(Membership, membership_id, populate_existing=True)
    if membership is None or membership.org_id != org_id or membership.ended_at is not None:
        raise NotFound(_("This person does not have that role any more."))
    owners = queries.owner_ids(db, org_id)
    require(rules.may_end_membership(actor, org_id, membership.person_id, membership.role, owners))
    membership.ended_at = clock.now()
    db.add(membership)
    db.flush()
    announce(
        db,
        "organisation.left",
        actor,
        subject=("organisation", org_id),
        org_id=org_id,
        person_id=membership.person_id,
        membership_id=membership.id,
    )
    return membership


def invite(db: Session, actor: Actor, organisation: Organisation, address: str, role: Role) -> Invitation:
    """Ask someone to join by mail. An earlier invitation to the same address that nobody answered is withdrawn."""
    require(rules.may_invite(actor, organisation.id, role))
    norm = rules.normal_address(address)
    theirs = select(Membership).join(Email, col(Email.person_id) == col(Membership.person_id)).where(
        Membership.org_id == organisation.id,
        Membership.role == role,
        col(Membership.ended_at).is_(None),
        Email.address_norm == norm,
        col(Email.verified_at).is_not(None),
    )  # fmt: skip
    if db.exec(theirs).first() is not None:
        words = _("Someone with this address has that role already.")
        raise Invalid(words, email=words)
    for earlier in queries.open_invitations(db, organisation.id):
        if earlier.address_norm == norm:
            earlier.withdrawn_at = clock.now()
            db.add(earlier)
    made = Invitation(
        org_id=organisation.id,
        address=address.strip(),
        address_norm=norm,
        role=role,
        invited_by=actor.id,
        expires_at=clock.now() + rules.INVITATION_FOR,
    )
    db.add(made)
    db.flush()
    announce(
        db,
        "organisation.invited",
        actor,
        subject=("organisation", organisation.id),
        org_id=organisation.id,
        invitation_id=made.id,
    )
    return made


def withdraw_invitation(db: Session, actor: Actor, org_id: int, public_id: str) -> Invitation:
    """Take an unanswered invitation back: its link stops working."""
    require(rules.may_manage(actor, org_id))
    found = db.exec(
        select(Invitation).where(Invitation.public_id == public_id, Invitation.org_id == org_id)
    ).first()
    if found is None:
        raise NotFound(_("There is no such invitation."))
    if found.accepted_at is not None:
        raise Conflict(_("This invitation was accepted in the meantime."))
    found.withdrawn_at = found.withdrawn_at or clock.now()
    db.add(found)
    db.flush()
    return found


def invitation_of(db: Session, token: str) -> Invitation | None:
    """The invitation a link belongs to, also when it can no longer be taken up; None for a link that is none."""
    link = db.get(OneTimeToken, token_sha256(token))
    if link is None or link.purpose is not TokenPurpose.INVITATION or link.invitation_id is None:
        return None
    return db.get(Invitation, link.invitation_id)


def is_open(invitation: Invitation) -> bool:
    """Is it unanswered, not taken back, and still good?"""
    return not invitation.withdrawn_at and not invitation.accepted_at and invitation.expires_at > clock.now()


def may_accept(db: Session, actor: Actor, invitation: Invitation) -> Decision:
    """Whether this actor may take this invitation up: it is good, and was sent to one of their addresses."""
    if invitation.withdrawn_at is not None:
        return no(_("This invitation was taken back. Ask whoever invited you for a new one."))
    if invitation.accepted_at is not None:
        return no(_("This invitation was accepted already."))
    if invitation.expires_at <= clock.now():
        return no(_("This invitation has run out. Ask whoever invited you for a new one."))
    if not actor.is_signed_in:
        return no(_("Sign in to go on."))
    if all(e.address_norm != invitation.address_norm for e in queries.addresses(db, actor.id)):
        return no(_("This invitation was sent to another address than yours."))
    return YES


def accept_invitation(db: Session, actor: Actor, token: str) -> Membership:
    """Join by the link of an invitation. Whoever holds the link reads that address's mail, so it is confirmed as well."""
    link = links.use(db, token, TokenPurpose.INVITATION)
    invitation = db.exec(
        select(Invitation).where(Invitation.id == link.invitation_id).with_for_update()
    ).one()
    require(may_accept(db, actor, invitation))
    for address in queries.addresses(db, actor.id):
        if address.address_norm == invitation.address_norm and address.verified_at is None:
            emails.confirm_address(db, address)
    invitation.accepted_at = clock.now()
    db.add(invitation)
    return add_member(db, invitation.org_id, actor.id, invitation.role)
