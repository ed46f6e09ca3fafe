"""The scoring contract as one SQL statement, for SQLite and PostgreSQL: the reference backend's query.

Scoring reads one contiguous stretch of person_skill for each requirement, because the table is clustered by
(skill_id, person_id). CASE stands for min and max, which the two databases name differently; 32-bit columns
are enough for every product, 64 bits are asked for where the tie-break multiplies.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from market.matching.core.contract import (
    COVERED,
    ESSENTIAL,
    PRIME,
    SURPLUS,
    TOP_LEVEL,
    Requirement,
    Tie,
    check,
)


class nearest(FunctionElement[int]):
    """The whole number next to one of nought or more; of two that are as near the even one, as Python and numpy round.

    SQLite's own `round` gives the higher of the two, PostgreSQL's the even one.
    """

    type = Integer()
    inherit_cache = True


@compiles(nearest)
def _nearest(element: Any, compiler: Any, **given: Any) -> str:
    number = compiler.process(element.clauses, **given)
    whole = f"CAST({number} AS INTEGER)"
    return f"({whole} + (({number}) - {whole} > 0.5 OR (({number}) - {whole} = 0.5 AND {whole} % 2 = 1)))"


@compiles(nearest, "postgresql")
def _nearest_there(element: Any, compiler: Any, **given: Any) -> str:
    return f"CAST(round({compiler.process(element.clauses, **given)}) AS INTEGER)"


def points(level: ColumnElement[int], asked: Requirement) -> ColumnElement[int]:
    """contribution(level, asked) as an expression over a level of 1-255."""
    least = asked.minimum
    extra = (ESSENTIAL if asked.essential else 0) + asked.weight * COVERED
    # Both branches are what min() and max() leave of the formula on either side of the minimum.
    return case(
        (level < least, _whole(asked.weight) * (level * COVERED // _whole(least))),
        else_=_whole(extra)
        + _whole(asked.weight) * ((level - least) * SURPLUS // _whole(TOP_LEVEL + 1 - least)),
    )


def scored(person_skill: FromClause, requirements: Sequence[Requirement]) -> Select[int, int]:
    """person_id and score of everyone with at least one of the skills, in no order."""
    check(requirements)
    skill_id, person_id, level = (person_skill.c[name] for name in ("skill_id", "person_id", "level"))
    score = func.sum(case(*((skill_id == asked.skill_id, points(level, asked)) for asked in requirements)))
    return (
        select(person_id, score.label("score"))
        .where(skill_id.in_([asked.skill_id for asked in requirements]))
        .group_by(person_id)
    )


def top_k_statement(
    person_skill: FromClause,
    requirements: Sequence[Requirement],
    tie: Tie,
    k: int,
    *,
    person_id: ColumnElement[int] | None = None,
    conditions: Sequence[ColumnElement[bool]] = (),
    least: int = 0,
) -> Select[int, int]:
    """person_id and score of the first k people, in the contract's order; with a score of at least `least`.

    `person_skill` has skill_id, person_id and level. `person_id` is the column of another table to join for
    the `conditions` on it (available, language, pay), which must hold for whoever is listed.
    """
    ranked = scored(person_skill, requirements).subquery("scored")
    source = ranked if person_id is None else ranked.join(person_id.table, person_id == ranked.c.person_id)
    place = (
        cast(ranked.c.person_id, BigInteger) * literal(tie.a, BigInteger) + literal(tie.b, BigInteger)
    ) % (literal(PRIME, BigInteger))
    enough = [ranked.c.score >= _whole(least)] if least else []
    return (
        select(ranked.c.person_id, ranked.c.score)
        .select_from(source)
        .where(*conditions, *enough)
        .order_by(ranked.c.score.desc(), place, ranked.c.person_id)
        .limit(k)
    )


def levels_statement(
    person_skill: FromClause, skill_ids: Sequence[int], person_ids: Sequence[int] | None = None
) -> Select[int, int, int]:
    """person_id, skill_id and level of these people, or of everyone, in these skills: the rows behind a ranking."""
    columns = person_skill.c
    statement = select(columns.person_id, columns.skill_id, columns.level).where(
        columns.skill_id.in_(skill_ids)
    )
    return statement if person_ids is None else statement.where(columns.person_id.in_(person_ids))


def _whole(number: int) -> Any:
    """A bound 32-bit integer, so that PostgreSQL neither guesses a smaller type nor a larger one."""
    return literal(number, Integer)
