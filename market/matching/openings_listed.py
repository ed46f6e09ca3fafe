"""The list of openings beside one reader's evidence: parts of its statement, and what they give as a drawing.

The order is that of `openings.Opening.place`, written in SQL, so that the page reads twenty openings and not hundreds;
where the index of openings answers, it says which twenty. A test holds all of them to the same order.
"""

from functools import cache, partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    cast,
    desc,
    func,
    literal,
    select,
)
from sqlmodel import Session, col

from market.evidence.models import PersonSkill
from market.matching import backend, sentences
from market.matching.core.contract import Requirement
from market.matching.core.explain import Fit, fit
from market.matching.core.policy import DEFAULTS, Policy
from market.matching.openings import WHOLE
from market.opportunities.browsing import Order, Searched
from market.opportunities.models import Opportunity
from market.opportunities.models import Requirement as Asked
from market.skills.models import Skill

_LINE, _PART = "\x1e", "\x1f"
_reader = (col(PersonSkill.skill_id) == col(Asked.skill_id)) & (
    col(PersonSkill.person_id) == bindparam("person")
)
_unit: ColumnElement[int] = func.coalesce(col(PersonSkill.level), 0)  # the reader's level, 0-255


def best(openings: Select[Any], policy: Policy = DEFAULTS) -> Select[Any]:
    """The id and `place` of the openings that a statement gives with their version, applicants and seats."""
    chosen = openings.subquery("chosen")
    essential = case((col(Asked.essential).is_(True), 1), else_=0)
    least = col(Asked.level) * _whole(51) - _whole(25)
    share = case((_unit >= least, WHOLE), else_=_unit * _whole(WHOLE) // least)
    sums = (
        select(
            chosen.c.id,
            chosen.c.seats,
            chosen.c.applicants_count,
            func.sum(essential).label("essential"),
            func.sum(case((_unit >= least, essential), else_=0)).label("met"),
            func.sum(col(Asked.weight) * share).label("covered"),
            func.sum(col(Asked.weight)).label("weights"),
        )
        .select_from(chosen)
        .join(Asked, (col(Asked.opportunity_id) == chosen.c.id) & (col(Asked.version) == chosen.c.version))
        .outerjoin(PersonSkill, _reader)
        .group_by(chosen.c.id, chosen.c.seats, chosen.c.applicants_count)
        .subquery("sums")
    )
    met = case((sums.c.essential == 0, WHOLE), else_=sums.c.met * _whole(WHOLE) // sums.c.essential)
    seats = sums.c.seats * _whole(1000)
    spread = (
        (sums.c.covered // sums.c.weights)
        * seats
        // (seats + sums.c.applicants_count * _whole(policy.applicants_per_seat))
    )
    place = (met * _whole(2 * WHOLE) + spread).label("place")
    return select(sums.c.id, place).order_by(desc("place"), sums.c.id.desc())


def _whole(number: int) -> Any:
    """A bound 32-bit integer, so that PostgreSQL neither guesses a smaller type nor a larger one."""
    return literal(number, Integer)


def _text(value: Any) -> ColumnElement[str]:
    return cast(value, Text)


_beside = (
    select(
        func.aggregate_strings(
            _text(col(Asked.position))
            + _PART + _text(col(Asked.skill_id))
            + _PART + _text(col(Asked.level))
            + _PART + _text(col(Asked.weight))
            + _PART + case((col(Asked.essential).is_(True), "1"), else_="0")
            + _PART + _text(_unit)
            + _PART + col(Skill.name),
            _LINE,
        )
    )
    .select_from(Asked)
    .join(Skill, col(Skill.id) == col(Asked.skill_id))
    .outerjoin(PersonSkill, _reader)
    .where(col(Asked.opportunity_id) == col(Opportunity.id), col(Asked.version) == col(Opportunity.version))
    .correlate(Opportunity)
    .scalar_subquery()
)  # fmt: skip


def fit_of(beside: str) -> tuple[Fit, str]:
    """The fit that the text of `beside` says, and one sentence to it."""
    lines = sorted((line.split(_PART, 6) for line in beside.split(_LINE)), key=lambda line: int(line[0]))
    asked = [
        Requirement(int(skill), int(level), int(weight), essential == "1")
        for _position, skill, level, weight, essential, *_ in lines
    ]
    found = fit(asked, [int(line[5]) for line in lines], [line[6] for line in lines])
    return found, sentences.gap(found)


def first(
    db: Session, person_id: int, searched: Searched, most: int, policy: Policy = DEFAULTS
) -> list[int] | None:
    """The ids of the first openings where an index answers: see `Matching.first_openings`."""
    return backend.of(db).first_openings(db, person_id, searched, most, policy)


@cache
def order_for(policy: Policy) -> Order:
    """The order of a site with this policy: one and the same each time, since its statements are kept by it."""
    return Order(partial(best, policy=policy), _beside, fit_of, partial(first, policy=policy))


ORDER = order_for(DEFAULTS)
