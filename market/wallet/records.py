"""A person's whole record to take away: as one signed learner record (CLR 2.0), and as a résumé (LER-RS)."""

import json
from typing import Any

from sqlmodel import Session, col, select

from market import clock
from market.accounts.models import Organisation, Person
from market.credentials import keys, making
from market.credentials import queries as credentials
from market.credentials.checking import queue
from market.credentials.documents import CLR, OB3, OB3_EXTENSIONS, VC2
from market.credentials.models import Achievement
from market.credentials.queries import issued_to
from market.credentials.rules import KeyKind, Status
from market.evidence import queries as evidence
from market.profiles import queries as profiles
from market.skills.queries import skill_names
from market.trust import queries as trust
from market.wallet import ler_rs
from market.wallet.models import Held
from market.wallet.rules import GOOD

MOST_BROUGHT = 20  # that stand inside one signed record
_FITTING = {VC2, OB3, OB3_EXTENSIONS, CLR, *(OB3.replace("3.0.3", one) for one in ("3.0.1", "3.0.2"))}
_TIERS = {0: "claimed", 1: "shown by a project", 2: "endorsed", 3: "credentialed", 4: "demonstrated"}


def whole(db: Session, person_id: int) -> str | None:
    """The signed CLR 2.0 record: everything issued here that was accepted and counts, and what was brought here, is
    verified now and shown to be theirs. None when there is nothing. Raises `Conflict`, `KeyUnusable`."""
    fitting = [document for _held, document in brought(db, person_id) if document is not None]
    return making.record(db, person_id, fitting[:MOST_BROUGHT])


def is_there(db: Session, person_id: int) -> bool:
    """Is there anything to put into a record, and a key of the site to sign it with?"""
    if keys.active(db, None, KeyKind.ED25519) is None:
        return False
    if any(one.status is Status.ACCEPTED for one in issued_to(db, person_id)):
        return True
    return any(document is not None for _held, document in brought(db, person_id))


def brought(db: Session, person_id: int) -> list[tuple[Held, dict[str, Any] | None]]:
    """What was brought here, is verified and the person's own, with the document where a record may hold it: JSON with
    its proof inside, under the contexts of Open Badges 3.0. What was issued here stands in the record already."""
    wanted = select(Held).where(
        Held.person_id == person_id,
        col(Held.status).in_(GOOD),
        Held.bound != "",
        col(Held.issued_here).is_(False),
    )
    return [(one, _document(db, one)) for one in db.exec(wanted.order_by(col(Held.id))).all()]


def _document(db: Session, held: Held) -> dict[str, Any] | None:
    if held.check_id is None:
        return None
    try:
        found = json.loads(queue.content_of(db, held.check_id))
    except ValueError:
        return None
    if not isinstance(found, dict) or "proof" not in found:
        return None
    contexts = found.get("@context")
    fits = isinstance(contexts, list) and all(isinstance(one, str) and one in _FITTING for one in contexts)
    return found if fits else None


def resume(db: Session, person: Person, address: str) -> dict[str, Any]:
    """The LER-RS document. `address` is that of the person's profile. Contact data are left to the person to add."""
    profile = profiles.profile_of(db, person.id)
    levels = {skill: level for skill, level in evidence.levels_of(db, person.id).items() if level.level > 0}
    names = skill_names(db, list(levels))
    skills = sorted(
        ler_rs.Known(names[skill], max(1, min(5, round(level.level / 51))), f"T{level.tier}, {_TIERS[level.tier]}")
        for skill, level in levels.items()
        if skill in names
    )  # fmt: skip
    return ler_rs.resume(
        address,
        person.display_name or "",
        headline=profile.headline,
        about=profile.about,
        skills=tuple(skills),
        jobs=tuple(
            ler_rs.Job(one.title, one.where, one.from_on, one.until_on, one.text)
            for one in profiles.experience_of(db, person.id)
        ),
        learnt=tuple(
            ler_rs.Learnt(one.title, one.where, one.year) for one in profiles.education_of(db, person.id)
        ),
        certified=(*_issued_here(db, person.id), *_from_elsewhere(db, person.id)),
    )


def _issued_here(db: Session, person_id: int) -> list[ler_rs.Certified]:
    made = []
    for one in credentials.issued_to(db, person_id):
        signed = credentials.signed_of(db, one)
        if one.status is not Status.ACCEPTED or signed is None:
            continue
        if one.valid_until is not None and one.valid_until <= clock.now():
            continue
        achievement, org = db.get_one(Achievement, one.achievement_id), db.get_one(Organisation, one.org_id)
        until = one.valid_until.date() if one.valid_until else None
        made.append(
            ler_rs.Certified(
                achievement.name, org.name, one.valid_from.date(), until, json.loads(signed.document)
            )
        )
    return made


def _from_elsewhere(db: Session, person_id: int) -> list[ler_rs.Certified]:
    found = brought(db, person_id)
    names = trust.names_of(db, [one.issuer_id for one, _document in found if one.issuer_id])
    made = []
    for one, document in found:
        known = names.get(one.issuer_id or 0)
        issuer = known.name if known is not None else ""
        made.append(ler_rs.Certified(one.title, issuer, one.issued_on, one.expires_on, document))
    return made
