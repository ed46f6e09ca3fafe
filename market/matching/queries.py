"""What matching reads: requirements as they are scored, stored levels, and who may be found.

No column of a person other than the stored levels, what they said of availability and pay, their languages and their
choice to be found is read here. Names, photographs, schools, degrees, age and place of birth are not.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from market.accounts.models import Block, Membership, Organisation, Person, PersonStatus
from market.evidence.models import PersonSkill
from market.matching.core.contract import Requirement
from market.opportunities.models import Opportunity
from market.opportunities.models import Requirement as Asked
from market.profiles.models import ProfileLanguage, TalentProfile, Visibility
from market.skills.models import Skill


class Wanted(NamedTuple):
    """One requirement with what is needed to speak of it."""

    asked: Requirement
    skill: str
    skill_public_id: str
    family: str


_ASKED = (
    select(
        col(Asked.skill_id),
        col(Asked.level),
        col(Asked.weight),
        col(Asked.essential),
        col(Skill.name),
        col(Skill.public_id),
        col(Skill.family),
    )
    .select_from(Asked)
    .join(Skill, col(Skill.id) == col(Asked.skill_id))
)
_REQUIREMENTS = _ASKED.where(
    col(Asked.opportunity_id) == bindparam("opportunity"), col(Asked.version) == bindparam("version")
).order_by(col(Asked.position), col(Asked.id))


REQUIREMENTS_OF = (
    _ASKED.join(Opportunity, col(Opportunity.id) == col(Asked.opportunity_id))
    .where(col(Opportunity.public_id) == bindparam("opening"), col(Asked.version) == col(Opportunity.version))
    .order_by(col(Asked.position), col(Asked.id))
)
"""The same by the opening's public id, to be read beside it: rows for `wanted_in`."""


def requirements_of(db: Session, opportunity: Opportunity) -> list[Wanted]:
    """The requirements of the version that stands (a draft's while it is one), in the order of the posting."""
    given = {"opportunity": opportunity.id, "version": opportunity.version}
    return wanted_in(db.connection().execute(_REQUIREMENTS, given))


def wanted_in(rows: Iterable[Any]) -> list[Wanted]:
    return [
        Wanted(Requirement(r.skill_id, r.level, r.weight, bool(r.essential)), r.name, r.public_id, r.family)
        for r in rows
    ]


_BESIDE = (
    select(
        col(Asked.opportunity_id),
        col(Asked.skill_id),
        col(Asked.level),
        col(Asked.weight),
        col(Asked.essential),
        col(Skill.name),
        func.coalesce(col(PersonSkill.level), 0).label("unit"),
        col(Opportunity.applicants_count),
        col(Opportunity.seats),
    )
    .join(
        Opportunity,
        (col(Opportunity.id) == col(Asked.opportunity_id)) & (col(Opportunity.version) == col(Asked.version)),
    )
    .join(Skill, col(Skill.id) == col(Asked.skill_id))
    .outerjoin(
        PersonSkill,
        (col(PersonSkill.skill_id) == col(Asked.skill_id))
        & (col(PersonSkill.person_id) == bindparam("person")),
    )
    .order_by(col(Asked.opportunity_id), col(Asked.position), col(Asked.id))
)
_OF_MANY = _BESIDE.where(col(Asked.opportunity_id).in_(bindparam("opportunities", expanding=True)))


class Beside(Protocol):
    """One requirement of one opening beside the person's stored level (0-255), as the statement gives it."""

    opportunity_id: int
    skill_id: int
    level: int
    weight: int
    essential: bool
    name: str
    unit: int
    applicants_count: int
    seats: int


def beside_of(openings: Any) -> Any:
    """Rows of `Beside`: what the openings that a statement selects ask, beside the levels of `person`."""
    return _BESIDE.where(col(Asked.opportunity_id).in_(openings))


class Scored(NamedTuple):
    """One requirement of one opening beside the person's stored level (0-255)."""

    opportunity_id: int
    asked: Requirement
    skill: str
    unit: int


def levels_for_openings(db: Session, person_id: int, openings: Iterable[int]) -> list[Scored]:
    """What several openings ask, beside one person's levels, in one statement."""
    rows = db.connection().execute(_OF_MANY, {"person": person_id, "opportunities": list(openings)})
    return [
        Scored(
            r.opportunity_id, Requirement(r.skill_id, r.level, r.weight, bool(r.essential)), r.name, r.unit
        )
        for r in rows
    ]


class Findable(NamedTuple):
    """Which people may stand in a list. Empty fields ask for nothing."""

    org_id: int | None = None  # its members are left out, and who is blocked either way
    without: tuple[int, ...] = ()  # person ids left out: who applied already
    available_by: date | None = None
    hours_week: int | None = None  # at least so many hours
    pay_at_most_minor: int | None = None  # an hour, in the profile's currency
    currency: str = "GBP"
    language: str = ""
    viewer_id: int | None = None  # who looks: is left out, and whoever they block or are blocked by
    org_ids: tuple[int, ...] = ()  # the viewer's other organisations, treated like `org_id`
    recruits_for: tuple[int, ...] | None = None  # organisations the viewer decides for; None counts everyone
    tier: int = 0  # evidence of at least this tier in one of `tier_skills`
    tier_skills: tuple[int, ...] = ()

    def as_log(self) -> dict[str, object]:
        """What the ranking log keeps of it."""
        return {
            "available_by": self.available_by.isoformat() if self.available_by else None,
            "hours_week": self.hours_week,
            "pay_at_most_minor": self.pay_at_most_minor,
            "currency": self.currency,
            "language": self.language,
            "without": len(self.without),
            "tier": self.tier,
        }

    def own(self) -> tuple[int, ...]:
        """The organisations whose members are left out."""
        return tuple(dict.fromkeys([*([self.org_id] if self.org_id is not None else []), *self.org_ids]))

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same as SQL, on `talent_profile`."""
        profile = col(TalentProfile.person_id)
        person = aliased(Person)  # a list may join the table itself
        made: list[ColumnElement[bool]] = [
            col(TalentProfile.visibility) != Visibility.PRIVATE,
            col(TalentProfile.is_findable).is_(True),
            select(col(person.id))
            .where(col(person.id) == profile, col(person.status) == PersonStatus.ACTIVE)
            .correlate(TalentProfile)
            .exists(),
        ]
        made += self._apart(profile)
        if self.recruits_for is not None:
            # A profile for members only is open to those who recruit for a verified organisation.
            verified = select(col(Organisation.id)).where(
                col(Organisation.id).in_(self.recruits_for), col(Organisation.verified_at).is_not(None)
            )
            made.append(or_(col(TalentProfile.visibility) == Visibility.PUBLIC, verified.exists()))
        if self.tier:
            shown = aliased(PersonSkill)
            made.append(
                select(col(shown.person_id))
                .where(
                    col(shown.person_id) == profile,
                    col(shown.skill_id).in_(self.tier_skills),
                    col(shown.tier) >= self.tier,
                    col(shown.via_steps) >= 0,  # what a broader skill shows is not evidence of this one
                )
                .correlate(TalentProfile)
                .exists()
            )
        if self.without:
            made.append(profile.not_in(self.without))
        if self.available_by is not None:
            made.append(
                or_(
                    col(TalentProfile.available_from).is_(None),
                    col(TalentProfile.available_from) <= self.available_by,
                )
            )
        if self.hours_week is not None:
            made.append(
                or_(col(TalentProfile.hours_week).is_(None), col(TalentProfile.hours_week) >= self.hours_week)
            )
        if self.pay_at_most_minor is not None:
            made.append(
                or_(
                    col(TalentProfile.pay_min_minor).is_(None),
                    col(TalentProfile.currency) != self.currency,
                    col(TalentProfile.pay_min_minor) <= self.pay_at_most_minor,
                )
            )
        if self.language:
            made.append(
                select(col(ProfileLanguage.person_id))
                .where(
                    col(ProfileLanguage.person_id) == profile, col(ProfileLanguage.language) == self.language
                )
                .exists()
            )
        return made

    def _apart(self, profile: Any) -> list[ColumnElement[bool]]:
        """Nobody stands in the lists of their own organisation, nor of someone a block parts them from."""
        made: list[ColumnElement[bool]] = []
        for org_id in self.own():
            members = select(col(Membership.person_id)).where(
                col(Membership.org_id) == org_id, col(Membership.ended_at).is_(None)
            )
            made.append(profile.not_in(members))
            made.append(
                ~select(col(Block.id))
                .where(
                    or_(
                        (col(Block.blocker_id) == profile) & (col(Block.blocked_org_id) == org_id),
                        col(Block.blocker_id).in_(members) & (col(Block.blocked_person_id) == profile),
                    )
                )
                .exists()
            )
        if self.viewer_id is not None:
            viewer = self.viewer_id
            made.append(profile != viewer)
            made.append(
                ~select(col(Block.id))
                .where(
                    or_(
                        (col(Block.blocker_id) == profile) & (col(Block.blocked_person_id) == viewer),
                        (col(Block.blocker_id) == viewer) & (col(Block.blocked_person_id) == profile),
                    )
                )
                .exists()
            )
        return made


def level_matrix(db: Session, skills: Sequence[int], findable: Findable) -> NDArray[np.uint8]:
    """Levels (0-255) of everyone who may be found and has one of the skills: shape (people, skills)."""
    rows = (
        db.connection()
        .execute(
            select(col(PersonSkill.person_id), col(PersonSkill.skill_id), col(PersonSkill.level))
            .join(TalentProfile, col(TalentProfile.person_id) == col(PersonSkill.person_id))
            .where(col(PersonSkill.skill_id).in_(skills), *findable.conditions())
        )
        .all()
    )
    place = {skill: n for n, skill in enumerate(skills)}
    people = {person: n for n, person in enumerate(dict.fromkeys(row.person_id for row in rows))}
    matrix = np.zeros((len(people), len(skills)), dtype=np.uint8)
    for row in rows:
        matrix[people[row.person_id], place[row.skill_id]] = row.level
    return matrix


def findable_count(db: Session, findable: Findable) -> int:
    """How many people may be found at all."""
    return (
        db.connection()
        .execute(select(func.count()).select_from(TalentProfile).where(*findable.conditions()))
        .scalar_one()
    )
