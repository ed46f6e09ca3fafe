"""Organisations: founding one, its name and page, and its verification."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from market import clock
from market.access import Actor, Role, require
from market.accounts import names, rules
from market.accounts.members import add_member
from market.accounts.models import Organisation
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


def unverify_organisation(db: Session, moderator: Actor, organisation: Organisation) -> None:
    """Take the statement back: a moderator reads its openings again before they go out."""
    require(rules.may_verify_organisation(moderator))
    if organisation.verified_at is None:
        return
    organisation.verified_at = None
    db.add(organisation)
    announce(
        db,
        "organisation.unverified",
        moderator,
        subject=("organisation", organisation.id),
        org_id=organisation.id,
    )


def change_organisation(
    db: Session, actor: Actor, organisation: Organisation, *, name: str, about: str, place: str, website: str,
    answer_days: int,
) -> None:  # fmt: skip
    """Change an organisation's own page. A new name has to be checked anew, so the verification ends with the old one."""
    require(rules.may_manage(actor, organisation.id))
    if names.tidy(name) != organisation.name:
        if names.skeleton(names.tidy(name)) != organisation.name_skeleton:
            organisation.verified_at = None
        _give_name(db, organisation, name)
    organisation.about, organisation.place, organisation.website = about, place, website
    organisation.answer_days = answer_days
    db.add(organisation)
    db.flush()
    announce(
        db, "organisation.changed", actor, subject=("organisation", organisation.id), org_id=organisation.id
    )
