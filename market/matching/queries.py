"""What matching reads: requirements as they are scored, stored levels, and who may be found.

No column of a person other than the stored levels, what they said of availability and pay, their languages and their
choice to be found is read here. Names, photographs, schools, degrees, age and place of birth are not.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Integer, bindparam, case, cast, func, or_, select
from sqlmodel import Session, col

from market.accounts.models import Block, Membership, Person, PersonStatus
from market.evidence.models import PersonSkill
from market.matching.core.contract import Requirement
from market.opportunities.models import Opportunity
from market.opportunities.models import Requirement as Asked
from market.opportunities.rules import Status
from market.profiles.models import ProfileLanguage, TalentProfile, Visibility
from market.skills.models import Skill


class Wanted(NamedTuple):
    """One requirement with what is needed to speak of it."""

    asked: Requirement
    skill: str
    skill_public_id: str
    family: str


_REQUIREMENTS = (
    select(
        col(Asked.skill_id),
        col(Asked.level),
        col(Asked.weight),
        col(Asked.essential),
        col(Skill.name),
        col(Skill.public_id),
        col(Skill.family),
    )
    .join(Skill, col(Skill.id) == col(Asked.skill_id))
    .where(col(Asked.opportunity_id) == bindparam("opportunity"), col(Asked.version) == bindparam("version"))
    .order_by(col(Asked.position), col(Asked.id))
)


def requirements_of(db: Session, opportunity: Opportunity) -> list[Wanted]:
    """The requirements of the version that stands (a draft's while it is one), in the order of the posting."""
    rows = db.connection().execute(
        _REQUIREMENTS, {"opportunity": opportunity.id, "version": opportunity.version}
    )
    return [
        Wanted(Requirement(r.skill_id, r.level, r.weight, bool(r.essential)), r.name, r.public_id, r.family)
        for r in rows
    ]


_OF_MANY = (
    select(
        col(Asked.opportunity_id),
        col(Asked.skill_id),
        col(Asked.level),
        col(Asked.weight),
        col(Asked.essential),
        col(Skill.name),
        func.coalesce(col(PersonSkill.level), 0).label("unit"),
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
    .where(col(Asked.opportunity_id).in_(bindparam("opportunities", expanding=True)))
    .order_by(col(Asked.opportunity_id), col(Asked.position), col(Asked.id))
)


class Scored(NamedTuple):
    """One requirement of one opening beside the person's stored level (0-255)."""

    opportunity_id: int
    asked: Requirement
    skill: str
    unit: int


def levels_for_openings(db: Session, person_id: int, opportunity_ids: Iterable[int]) -> list[Scored]:
    """What several openings ask, beside one person's levels, in one statement."""
    wanted = {"person": person_id, "opportunities": list(opportunity_ids)}
    return [
        Scored(
            r.opportunity_id, Requirement(r.skill_id, r.level, r.weight, bool(r.essential)), r.name, r.unit
        )
        for r in db.connection().execute(_OF_MANY, wanted)
    ]


def open_requirements(db: Session, most: int = 2000) -> list[list[Requirement]]:
    """The requirements of the openings published last, one list for each."""
    newest = (
        select(col(Opportunity.id), col(Opportunity.version))
        .where(col(Opportunity.status) == Status.PUBLISHED)
        .order_by(col(Opportunity.published_at).desc())
        .limit(most)
        .subquery()
    )
    rows = db.connection().execute(
        select(
            col(Asked.opportunity_id),
            col(Asked.skill_id),
            col(Asked.level),
            col(Asked.weight),
            col(Asked.essential),
        )
        .join(newest, (newest.c.id == col(Asked.opportunity_id)) & (newest.c.version == col(Asked.version)))
        .order_by(col(Asked.opportunity_id))
    )
    found: dict[int, list[Requirement]] = {}
    for r in rows:
        found.setdefault(r.opportunity_id, []).append(
            Requirement(r.skill_id, r.level, r.weight, bool(r.essential))
        )
    return list(found.values())


class Findable(NamedTuple):
    """Which people may stand in a list. Empty fields ask for nothing."""

    org_id: int | None = None  # its members are left out, and who is blocked either way
    without: tuple[int, ...] = ()  # person ids left out: who applied already
    available_by: date | None = None
    hours_week: int | None = None  # at least so many hours
    pay_at_most_minor: int | None = None  # an hour, in the profile's currency
    currency: str = "GBP"
    language: str = ""

    def as_log(self) -> dict[str, object]:
        """What the ranking log keeps of it."""
        return {
            "available_by": self.available_by.isoformat() if self.available_by else None,
            "hours_week": self.hours_week,
            "pay_at_most_minor": self.pay_at_most_minor,
            "currency": self.currency,
            "language": self.language,
            "without": len(self.without),
        }

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same as SQL, on `talent_profile`."""
        profile = col(TalentProfile.person_id)
        made: list[ColumnElement[bool]] = [
            col(TalentProfile.visibility) != Visibility.PRIVATE,
            col(TalentProfile.is_findable).is_(True),
            select(col(Person.id))
            .where(col(Person.id) == profile, col(Person.status) == PersonStatus.ACTIVE)
            .exists(),
        ]
        if self.org_id is not None:
            made.append(
                ~select(col(Membership.id))
                .where(
                    col(Membership.person_id) == profile,
                    col(Membership.org_id) == self.org_id,
                    col(Membership.ended_at).is_(None),
                )
                .exists()
            )
            made.append(
                ~select(col(Block.id))
                .where(col(Block.blocker_id) == profile, col(Block.blocked_org_id) == self.org_id)
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


def _fit_of_openings() -> ColumnElement[int]:
    """How well one person's levels fit an opening, as a number to order openings by.

    The share of essentials met, then coverage, each in 1024ths: an opening with two of two essentials met comes before
    one with three of eight. Openings ask different amounts, so the plain sum of the contract would favour long lists.
    """
    level = func.coalesce(col(PersonSkill.level), 0)
    least = cast(col(Asked.level) * 51 - 25, Integer)
    essential = case((col(Asked.essential).is_(True), 1), else_=0)
    met = func.sum(case((level >= least, essential), else_=0))
    of = func.sum(essential)
    share = func.sum(
        col(Asked.weight) * case((level >= least, 1024), else_=level * 1024 // least)
    ) // func.sum(col(Asked.weight))
    return case((of == 0, 1024), else_=met * 1024 // of) * 2048 + share


def openings_by_fit(
    db: Session,
    person_id: int,
    conditions: Sequence[ColumnElement[bool]],
    size: int,
    after: tuple[int, int] | None = None,
) -> list[tuple[int, int]]:
    """(opportunity id, fit) of open openings that meet the conditions, the best first; `after` is the last pair seen."""
    fit = _fit_of_openings().label("fit")
    statement = (
        select(col(Opportunity.id), fit)
        .join(
            Asked,
            (col(Asked.opportunity_id) == col(Opportunity.id))
            & (col(Asked.version) == col(Opportunity.version)),
        )
        .outerjoin(
            PersonSkill,
            (col(PersonSkill.skill_id) == col(Asked.skill_id)) & (col(PersonSkill.person_id) == person_id),
        )
        .where(col(Opportunity.status) == Status.PUBLISHED, *conditions)
        .group_by(col(Opportunity.id))
    )
    if after is not None:
        last_id, last_fit = after
        statement = statement.having(or_(fit < last_fit, (fit == last_fit) & (col(Opportunity.id) < last_id)))
    rows = db.connection().execute(statement.order_by(fit.desc(), col(Opportunity.id).desc()).limit(size))
    return [(row.id, int(row.fit)) for row in rows]


def findable_count(db: Session, findable: Findable) -> int:
    """How many people may be found at all."""
    return (
        db.connection()
        .execute(select(func.count()).select_from(TalentProfile).where(*findable.conditions()))
        .scalar_one()
    )
