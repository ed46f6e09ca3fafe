"""Reading the wallet: one's own credentials, those that others may see, and what an issuer's are worth here."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from market.access import Actor
from market.accounts.models import Person
from market.accounts.queries import addresses
from market.credentials.checking.models import Check, CheckState
from market.errors import NotFound
from market.skills.models import Skill, SkillAlignment, SkillKind, SkillStatus
from market.wallet import rules
from market.wallet.models import Held, HeldSkill, IdentityProof
from market.wallet.rules import HeldStatus, ProofStatus, Visibility
from market.words import _


def get_held(db: Session, actor: Actor, public_id: str) -> Held:
    """The actor's own credential with this public id. Raises `NotFound` for any other."""
    found = db.exec(select(Held).where(Held.public_id == public_id)).first()
    if found is None or not rules.may_see(actor, found):
        raise NotFound(_("There is no such credential here."))
    return found


def held_by_check(db: Session, check_id: int) -> Held | None:
    """What a check belongs to, held fast until this transaction ends."""
    return db.exec(select(Held).where(Held.check_id == check_id).with_for_update()).first()


class Row(NamedTuple):
    """One credential in a list."""

    id: int
    public_id: str
    title: str
    kind: str
    status: HeldStatus
    visibility: Visibility
    issuer_id: int | None
    issuer_known: bool
    bound: str
    issued_here: bool
    issued_on: Any
    expires_on: Any
    added_at: datetime
    checked_at: datetime | None
    verified_at: datetime | None
    file: str
    skills: int


_SKILLS = (
    select_rows(func.count())
    .where(col(HeldSkill.held_id) == col(Held.id), col(HeldSkill.ended_at).is_(None))
    .correlate(Held)
    .scalar_subquery()
)
_OF_PERSON = (
    select_rows(
        col(Held.id),
        col(Held.public_id),
        col(Held.title),
        col(Held.kind),
        col(Held.status),
        col(Held.visibility),
        col(Held.issuer_id),
        col(Held.issuer_known),
        col(Held.bound),
        col(Held.issued_here),
        col(Held.issued_on),
        col(Held.expires_on),
        col(Held.added_at),
        col(Held.checked_at),
        col(Held.verified_at),
        func.coalesce(col(Check.name), ""),
        _SKILLS,
    )
    .outerjoin(Check, col(Check.id) == col(Held.check_id))
    .where(col(Held.person_id) == bindparam("person"), col(Held.status) != HeldStatus.REMOVED)
    .order_by(col(Held.id).desc())
)
_SHOWN = _OF_PERSON.where(col(Held.visibility) == Visibility.PUBLIC, col(Held.status).in_(rules.GOOD))


def held_of(db: Session, person_id: int) -> list[Row]:
    """A person's credentials, the newest first; at most `rules.MOST_HELD`."""
    return [Row._make(row) for row in db.connection().execute(_OF_PERSON, {"person": person_id})]


def shown_of(db: Session, person_id: int) -> list[Row]:
    """Those that the holder shows to others and that are verified now."""
    return [Row._make(row) for row in db.connection().execute(_SHOWN, {"person": person_id})]


def skills_of(db: Session, held_id: int) -> list[tuple[HeldSkill, Skill]]:
    """The skills that a credential shows, by name. A merged skill is the one it was merged into."""
    rows = db.exec(
        select(HeldSkill, Skill)
        .join(Skill, col(Skill.id) == col(HeldSkill.skill_id))
        .where(HeldSkill.held_id == held_id, col(HeldSkill.ended_at).is_(None))
        .order_by(col(Skill.name))
    )
    return [(row[0], row[1]) for row in rows]


def current_skills(db: Session, held_id: int) -> list[HeldSkill]:
    wanted = select(HeldSkill).where(HeldSkill.held_id == held_id, col(HeldSkill.ended_at).is_(None))
    return list(db.exec(wanted.order_by(col(HeldSkill.id))))


def skills_by_address(db: Session, urls: Iterable[str]) -> dict[str, Skill]:
    """For each address of a skill elsewhere the skill of this taxonomy, where it knows the address."""
    spellings = {url: rules.skill_addresses(url) for url in urls}
    every = {one for many in spellings.values() for one in many}
    rows = db.exec(
        select(SkillAlignment.uri, Skill)
        .join(Skill, col(Skill.id) == col(SkillAlignment.skill_id))
        .where(col(SkillAlignment.uri).in_(every), col(Skill.kind) == SkillKind.SKILL)
        .order_by(col(SkillAlignment.id))
    )
    by_uri = {row[0]: row[1] for row in rows}
    found = {}
    for url, many in spellings.items():
        skill = next((by_uri[one] for one in many if one in by_uri), None)
        if skill is not None and skill.merged_into_id is not None:
            skill = db.get(Skill, skill.merged_into_id)
        if skill is not None and skill.status == SkillStatus.ACTIVE:
            found[url] = skill
    return found


def held_count(db: Session, person_id: int) -> int:
    wanted = select(func.count()).select_from(Held)
    return db.exec(wanted.where(Held.person_id == person_id, Held.status != HeldStatus.REMOVED)).one()


def with_document(db: Session, person_id: int, sha256: str) -> Held | None:
    """What this person brought with the same bytes, if it is still here."""
    return db.exec(
        select(Held).where(
            Held.person_id == person_id, Held.sha256 == sha256, Held.status != HeldStatus.REMOVED
        )
    ).first()


def due_again(db: Session, now: datetime, before: datetime, most: int) -> list[Check]:
    """Checks of credentials that are kept and were last made before a time, or whose day has come to end."""
    ended = (col(Held.expires_on) < now.date()) & col(Held.status).in_(rules.GOOD)
    wanted = (
        select(Check)
        .join(Held, col(Held.check_id) == col(Check.id))
        .where(
            Check.state == CheckState.DONE,
            (col(Held.checked_at) < before) | ended,
        )
        .order_by(col(Held.checked_at))
        .limit(most)
    )
    return list(db.exec(wanted))


def of_issuers(db: Session, issuer_ids: Sequence[int] | None = None) -> list[Held]:
    """Everything that is held from some issuers (from any, without ids)."""
    wanted = select(Held).where(Held.status != HeldStatus.REMOVED, col(Held.issuer_id).is_not(None))
    if issuer_ids is not None:
        wanted = wanted.where(col(Held.issuer_id).in_(issuer_ids))
    return list(db.exec(wanted.order_by(col(Held.id))))


class OfIssuer(NamedTuple):
    """What is held here of an issuer: people, credentials verified now, and withdrawn ones."""

    people: int
    verified: int
    withdrawn: int


def numbers_of_issuer(db: Session, issuer_id: int) -> OfIssuer:
    """How many there are, counting only what is shown to be its holder's."""
    good = col(Held.status).in_(rules.GOOD)
    row = db.execute(
        select_rows(
            func.count(func.distinct(col(Held.person_id))).filter(good),
            func.count().filter(good),
            func.count().filter(
                col(Held.status) == HeldStatus.NOT_VERIFIED, col(Held.verified_at).is_not(None)
            ),
        ).where(
            col(Held.issuer_id) == issuer_id, col(Held.status) != HeldStatus.REMOVED, col(Held.bound) != ""
        )
    ).one()
    return OfIssuer(*(int(n or 0) for n in row))


class Issued(NamedTuple):
    """One kind of credential of an issuer, by its title, and how many people hold it here."""

    title: str
    kind: str
    people: int


def titles_of_issuer(db: Session, issuer_id: int, most: int = 30) -> list[Issued]:
    """What an issuer issues, as far as its holders show it: titles that are verified now, the most shown first.

    What people keep to themselves is not named, since a title alone may say too much of its one holder.
    """
    rows = db.execute(
        select_rows(col(Held.title), col(Held.kind), func.count(func.distinct(col(Held.person_id))))
        .where(
            col(Held.issuer_id) == issuer_id,
            col(Held.visibility) == Visibility.PUBLIC,
            col(Held.status).in_(rules.GOOD),
            col(Held.title) != "",
        )
        .group_by(col(Held.title), col(Held.kind))
        .order_by(func.count(func.distinct(col(Held.person_id))).desc(), col(Held.title))
        .limit(most)
    )
    return [Issued(*row) for row in rows]


# -- what a person has shown to be theirs


def proved_addresses(db: Session, person_id: int) -> tuple[str, ...]:
    """A person's confirmed e-mail addresses, as they wrote them and in the normal form."""
    mine = [one for one in addresses(db, person_id) if one.verified_at is not None]
    return tuple(dict.fromkeys(form for one in mine for form in (one.address, one.address_norm)))


def proved_identifiers(db: Session, person_id: int) -> tuple[str, ...]:
    """Identifiers and pages that were shown to be this person's."""
    wanted = select(IdentityProof.value).where(
        IdentityProof.person_id == person_id, IdentityProof.status == ProofStatus.HELD
    )
    return tuple(db.exec(wanted.order_by(col(IdentityProof.id))))


def proofs_of(db: Session, person_id: int) -> list[IdentityProof]:
    """Every identifier and page of a person, open and refused ones too, the newest first."""
    wanted = select(IdentityProof).where(IdentityProof.person_id == person_id)
    return list(db.exec(wanted.order_by(col(IdentityProof.id).desc()).limit(50)))


def get_proof(db: Session, actor: Actor, public_id: str) -> IdentityProof:
    found = db.exec(select(IdentityProof).where(IdentityProof.public_id == public_id)).first()
    if found is None or found.person_id != actor.id:
        raise NotFound(_("There is no such identifier in your list."))
    return found


HELD_BEHIND: Any = (
    select_rows(
        col(HeldSkill.id),
        col(Held.person_id),
        col(Held.public_id),
        col(Held.title),
        col(Held.status),
        col(Held.visibility),
        col(Person.public_id).label("person"),
    )
    .join(Held, col(Held.id) == col(HeldSkill.held_id))
    .join(Person, col(Person.id) == col(Held.person_id))
)
"""The credential behind each skill that one shows, by the id of that showing."""
