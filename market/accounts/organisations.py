"""Organisations: founding one, changing its page, who belongs to it, and invitations to join."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from market import clock
from market.access import Actor, Role, require
from market.accounts import names, rules
from market.accounts.models import Membership, Organisation
from market.errors import Invalid
from market.outbox import announce
from market.words import _


def create_organisation(
    db: Session,
    actor: Actor,
    *,
    name: str,
    about: str = "",
    place: str = "",
    website: str = "",
    is_employer: bool = True,
    is_issuer: bool = False,
) -> Organisation:
    """Found an organisation; whoever founds it is its first owner.

    Raises `Invalid` for a name that another organisation has, or that looks like another's.
    """
    require(rules.may_found(actor))
    organisation = Organisation(
        name="", name_skeleton="", about=about, place=place, website=website,
        is_employer=is_employer, is_issuer=is_issuer,
    )  # fmt: skip
    _give_name(db, organisation, name)
    announce(
        db, "organisation.created", actor, subject=("organisation", organisation.id), org_id=organisation.id
    )
    add_member(db, organisation.id, actor.id, Role.OWNER)
    return organisation


def _give_name(db: Session, organisation: Organisation, name: str) -> None:
    """Name an organisation; the database's unique skeleton decides between two who come at once."""
    tidy = names.tidy(name)
    wrong = names.complaint(tidy)
    if wrong:
        raise Invalid(wrong, name=wrong)
    try:
        with db.begin_nested():
            organisation.name, organisation.name_skeleton = tidy, names.skeleton(tidy)
            db.add(organisation)
            db.flush()
    except IntegrityError:
        words = _(
            "Another organisation has this name, or one that looks like it. Add what tells yours apart."
        )
        raise Invalid(words, name=words) from None


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


def verify_organisation(db: Session, moderator: Actor, organisation: Organisation) -> None:
    """State that an organisation is who it says it is; its openings then need no look beforehand."""
    require(rules.may_verify_organisation(moderator))
    if organisation.verified_at is not None:
        return
    organisation.verified_at = clock.now()
    db.add(organisation)
    announce(
        db,
        "organisation.verified",
        moderator,
        subject=("organisation", organisation.id),
        org_id=organisation.id,
    )
