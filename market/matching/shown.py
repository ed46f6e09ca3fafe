"""What a list of people shows of each. Nothing that is read here is an input to an order."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from market.accounts.models import Person
from market.evidence.models import PersonSkill
from market.evidence.posterior import DOORSTEP, UNITS
from market.matching.core.explain import Fit, fit
from market.matching.log import requirements_in
from market.matching.models import Ranking, RankingRow, Slot
from market.matching.queries import Findable
from market.profiles.models import TalentProfile
from market.skills.models import Skill
from market.skills.queries import skill_names


class Tiered(NamedTuple):
    """One skill asked: the tier of the person's best evidence (None for no evidence), and what it counts as, 0-5.

    `via` names the narrower or broader skill that the evidence is of, where that counts for more.
    """

    skill: str
    tier: int | None
    meets: int
    via: str = ""


class Line(NamedTuple):
    """One place of a kept order, with the person as they may be seen now."""

    place: int
    public_id: str
    name: str
    headline: str
    where: str
    available_from: date | None
    hours_week: int | None
    tiers: tuple[Tiered, ...]
    fit: Fit
    kept: bool = False  # a place kept for newcomers


class Listed(NamedTuple):
    """The lines of some places, and the names of the skills asked, in their order."""

    lines: list[Line]
    skills: list[str]


def lines(
    db: Session,
    ranking: Ranking,
    rows: Sequence[RankingRow],
    findable: Findable,
    people: Sequence[Any] | None = None,
    names: Mapping[int, str] | None = None,
) -> Listed:
    """The places as they stood, without people who may not be seen any more. One statement.

    None where the order was made just now: then `people` are the rows that it read, and `names` those of the skills.
    """
    asked = requirements_in(ranking)
    wanted = [r.skill_id for r in asked]
    found: dict[int, Any] = {}
    tiers: dict[tuple[int, int], tuple[int, str]] = {}
    if people is None:
        people = db.connection().execute(_people(wanted, [r.person_id for r in rows], findable)).all()
        names = {one.skill_id: one.skill for one in people}
    for one in people:
        found[one.person_id] = one
        if one.tier is not None:
            tiers[one.person_id, one.skill_id] = (one.tier, one.via or "")
    if not names:
        names = skill_names(db, wanted)
    skills = [names.get(skill, "") for skill in wanted]
    made = []
    for row in rows:
        person = found.get(row.person_id)
        if person is None:
            continue
        made.append(
            Line(
                row.place,
                person.public_id,
                person.name,
                person.headline,
                person.place,
                person.available_from,
                person.hours_week,
                tuple(
                    _tiered(name, tiers.get((row.person_id, skill)), level)
                    for name, skill, level in zip(skills, wanted, row.levels, strict=True)
                ),
                fit(asked, row.levels, skills),
                row.slot is Slot.NEWCOMER,
            )
        )
    return Listed(made, skills)


def _tiered(name: str, found: tuple[int, str] | None, level: int) -> Tiered:
    tier, via = found or (None, "")
    return Tiered(name, tier, (level + DOORSTEP) // UNITS, via)


_OTHER = aliased(Skill)
_SEEN: Any = (
    col(Person.public_id),
    func.coalesce(col(Person.display_name), "").label("name"),
    func.coalesce(col(TalentProfile.headline), "").label("headline"),
    func.coalesce(col(TalentProfile.place), "").label("place"),
    col(TalentProfile.available_from),
    col(TalentProfile.hours_week),
    col(_OTHER.name).label("via"),
)


def with_people(statement: Any) -> Any:
    """A statement over people, their profiles and stored levels, with what is shown of each person."""
    return statement.add_columns(*_SEEN).outerjoin(_OTHER, col(_OTHER.id) == col(PersonSkill.via_skill_id))


def _people(skills: Sequence[int], people: Sequence[int], findable: Findable) -> Any:
    """Every one of these people beside every one of the skills."""
    statement: Any = (
        select(
            col(TalentProfile.person_id),
            col(Skill.id).label("skill_id"),
            col(Skill.name).label("skill"),
            col(PersonSkill.tier),
        )
        .select_from(TalentProfile)
        .join(Person, col(Person.id) == col(TalentProfile.person_id))
        .join(Skill, col(Skill.id).in_(skills))
        .outerjoin(
            PersonSkill,
            (col(PersonSkill.person_id) == col(TalentProfile.person_id))
            & (col(PersonSkill.skill_id) == col(Skill.id)),
        )
        .where(col(TalentProfile.person_id).in_(people), *findable.conditions())
    )
    return with_people(statement)
