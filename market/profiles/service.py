"""Writing one's own profile: what is said in general, and the skills had and wanted.

What is claimed also stands in the ledger, as T0. Who sees the profile, when its owner is free and what they ask for
never touches the ledger: those are choices, and say nothing of what someone can do.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from market import clock
from market.access import Actor
from market.errors import Conflict, Invalid
from market.evidence import service as evidence
from market.evidence.models import Kind
from market.profiles import rules
from market.profiles.background import (
    add_education,
    add_experience,
    change_education,
    change_experience,
    remove_education,
    remove_experience,
)
from market.profiles.models import ProfileLanguage, SkillClaim, TalentProfile, Visibility
from market.profiles.projects import add_project, change_project, remove_project
from market.words import _

__all__ = [
    "Basics",
    "Spoken",
    "add_education",
    "add_experience",
    "add_project",
    "change_education",
    "change_experience",
    "change_project",
    "claim_skill",
    "own_profile",
    "remove_education",
    "remove_experience",
    "remove_project",
    "save_profile",
    "set_languages",
    "unclaim",
    "unwant",
    "want",
]


def own_profile(db: Session, person_id: int) -> TalentProfile:
    """The person's profile, made now if there was none: private, and saying nothing."""
    found = db.get(TalentProfile, person_id)
    if found is not None:
        return found
    try:
        with db.begin_nested():
            made = TalentProfile(person_id=person_id)
            db.add(made)
        return made
    except IntegrityError:  # someone else made it at the same moment
        return db.get_one(TalentProfile, person_id)


class Basics(NamedTuple):
    """What a person says of themselves in general. Pay is an hour's, in minor units of `currency`."""

    headline: str = ""
    about: str = ""
    place: str = ""
    visibility: Visibility = Visibility.PRIVATE
    is_findable: bool = True
    is_apart: bool = False
    available_from: date | None = None
    hours_week: int | None = None
    availability_note: str = ""
    pay_min_minor: int | None = None
    currency: str = "GBP"


def save_profile(db: Session, actor: Actor, basics: Basics) -> TalentProfile:
    """Keep what the actor says of themselves. The ledger stays as it is; the indexes hear of it, since filters ask."""
    profile = own_profile(db, actor.id)
    for name, value in basics._asdict().items():
        setattr(profile, name, value)
    if profile.is_apart:  # whoever is put in no order stands in no list that is one
        profile.is_findable = False
    profile.updated_at = clock.now()
    db.add(profile)
    evidence.tell_indexes(db, actor.id)
    return profile


class Spoken(NamedTuple):
    """A language by its tag, and how well, in the person's own words."""

    language: str
    fluency: str = ""


def set_languages(db: Session, actor: Actor, spoken: Sequence[Spoken]) -> None:
    """The languages the actor works in, in their order. Raises `Invalid` for one that is named twice."""
    if len({s.language for s in spoken}) < len(spoken):
        raise Invalid(_("One language is named twice."), languages=_("One language is named twice."))
    own_profile(db, actor.id)
    db.exec(delete(ProfileLanguage).where(col(ProfileLanguage.person_id) == actor.id))
    for position, (language, fluency) in enumerate(spoken[: rules.MOST_LANGUAGES]):
        db.add(ProfileLanguage(person_id=actor.id, language=language, fluency=fluency, position=position))
    db.flush()
    evidence.tell_indexes(db, actor.id)


def claim_skill(db: Session, actor: Actor, skill_id: int, level: int) -> SkillClaim:
    """Say that one has a skill at a level, 1-5. Another level voids the old claim and makes a new one, dated today."""
    if level not in rules.LEVELS:
        raise Invalid(_("Choose a level from 1 to 5."), level=_("Choose a level from 1 to 5."))
    own_profile(db, actor.id)
    found = _claim(db, actor.id, skill_id, wanted=False)
    if found is not None and found.level == level:
        return found
    if found is not None:
        _take_back(db, found)
    else:
        _leave_room(db, actor.id, wanted=False, most=rules.MOST_CLAIMS)
    made = SkillClaim(person_id=actor.id, skill_id=skill_id, level=level)
    db.add(made)
    db.flush()
    evidence.record(
        db,
        person_id=actor.id,
        skill_id=skill_id,
        kind=Kind.CLAIM,
        reading_milli=1000 * level,
        source=("claim", made.id),
    )
    return made


def unclaim(db: Session, actor: Actor, skill_id: int) -> None:
    """Say it no longer. What others have said of the skill stands. Doing it twice changes nothing."""
    found = _claim(db, actor.id, skill_id, wanted=False)
    if found is not None:
        _take_back(db, found)


def want(db: Session, actor: Actor, skill_id: int) -> SkillClaim:
    """Put a skill among those one wants to learn. It is no evidence of anything, and may be had as well."""
    own_profile(db, actor.id)
    found = _claim(db, actor.id, skill_id, wanted=True)
    if found is not None:
        return found
    _leave_room(db, actor.id, wanted=True, most=rules.MOST_WANTED)
    made = SkillClaim(person_id=actor.id, skill_id=skill_id, wanted=True)
    db.add(made)
    db.flush()
    return made


def unwant(db: Session, actor: Actor, skill_id: int) -> None:
    """Take a skill off the list of those wanted."""
    found = _claim(db, actor.id, skill_id, wanted=True)
    if found is not None:
        db.delete(found)
        db.flush()


def _claim(db: Session, person_id: int, skill_id: int, *, wanted: bool) -> SkillClaim | None:
    return db.exec(
        select(SkillClaim).where(
            SkillClaim.person_id == person_id,
            SkillClaim.skill_id == skill_id,
            col(SkillClaim.wanted).is_(wanted),
        )
    ).first()


def _take_back(db: Session, claim: SkillClaim) -> None:
    evidence.void_source(db, ("claim", claim.id))
    db.delete(claim)
    db.flush()


def _leave_room(db: Session, person_id: int, *, wanted: bool, most: int) -> None:
    """Raises `Conflict` when the list is as long as it may be."""
    counted = select(func.count()).where(
        SkillClaim.person_id == person_id, col(SkillClaim.wanted).is_(wanted)
    )
    if db.exec(counted).one() >= most:
        raise Conflict(_("This list holds %(most)s skills. Take one off before you add another.", most=most))
