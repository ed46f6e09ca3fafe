"""The SQL statement gives the oracle's ranking, on both databases."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Integer,
    MetaData,
    Table,
    create_engine,
    delete,
    insert,
    literal,
    select,
)

from market.matching.core.contract import BadRequirements, Requirement, Tie, contribution
from market.matching.sql import levels_statement, points, top_k_statement
from tests.matching import oracle
from tests.matching.test_index import HELD, PEOPLE, REQUIREMENTS, TIES

TABLES = MetaData()
PERSON_SKILL = Table(
    "person_skill",
    TABLES,
    Column("skill_id", BigInteger, primary_key=True),
    Column("person_id", BigInteger, primary_key=True),
    Column("level", Integer, nullable=False),
    sqlite_with_rowid=False,
)
PERSON = Table(
    "person",
    TABLES,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("hours", Integer, nullable=False),
)


@pytest.fixture(
    scope="module", params=["sqlite_files", pytest.param("postgres_server", marks=pytest.mark.postgres)]
)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    databases = request.getfixturevalue(request.param)
    url = databases.new_database()
    engine = create_engine(url)
    TABLES.create_all(engine)
    yield engine
    engine.dispose()
    databases.drop(url)


def fill(connection, people, hours):
    connection.execute(delete(PERSON_SKILL))
    connection.execute(delete(PERSON))
    rows = [
        {"skill_id": skill, "person_id": person, "level": level}
        for person, levels in people.items()
        for skill, level in levels.items()
    ]
    if rows:
        connection.execute(insert(PERSON_SKILL), rows)
    if people:
        connection.execute(insert(PERSON), [{"id": person, "hours": hours[person]} for person in people])


@given(
    site=st.dictionaries(PEOPLE, st.tuples(HELD, st.integers(0, 3)), max_size=25),
    asked=REQUIREMENTS,
    tie=TIES,
    k=st.integers(0, 30),
    least=st.none() | st.integers(0, 4),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_gives_the_oracles_ranking(engine, site, asked, tie, k, least):
    people, hours = {p: held for p, (held, _) in site.items()}, {p: h for p, (_, h) in site.items()}
    filtered = {} if least is None else {"person_id": PERSON.c.id, "conditions": [PERSON.c.hours >= least]}
    with engine.begin() as connection:
        fill(connection, people, hours)
        found = connection.execute(top_k_statement(PERSON_SKILL, asked, tie, k, **filtered)).all()
        levels = connection.execute(
            levels_statement(PERSON_SKILL, [q.skill_id for q in asked], [p for p, _ in found])
        ).all()
        connection.rollback()
    plain = [(q.skill_id, q.level, q.weight, q.essential) for q in asked]
    right = oracle.rank(people, plain, k, tie.a, tie.b, lambda p: least is None or hours[p] >= least)
    assert [tuple(row) for row in found] == [(person, score) for person, score, _ in right]
    have = {(person, skill): level for person, skill, level in levels}
    assert [
        tuple(contribution(have.get((person, q.skill_id), 0), q) for q in asked) for person, _ in found
    ] == [parts for *_, parts in right]


@pytest.mark.parametrize("essential", [True, False])
def test_every_level_adds_in_sql_what_it_adds_in_python(engine, essential):
    asked = [Requirement(1, level, weight, essential) for level in range(1, 6) for weight in (1, 7, 10)]
    with engine.connect() as connection:
        for level in range(1, 256):
            row = connection.execute(select(*(points(literal(level, Integer), q) for q in asked))).one()
            assert tuple(row) == tuple(contribution(level, q) for q in asked)


def test_levels_of_everyone_are_given_when_nobody_is_named(engine):
    with engine.begin() as connection:
        fill(connection, {1: {1: 9, 2: 8}, 2: {3: 7}}, {1: 0, 2: 0})
        rows = connection.execute(levels_statement(PERSON_SKILL, [1, 3])).all()
        connection.rollback()
    assert sorted(map(tuple, rows)) == [(1, 1, 9), (2, 3, 7)]


def test_requirements_that_cannot_be_scored_make_no_statement():
    with pytest.raises(BadRequirements):
        top_k_statement(PERSON_SKILL, [], Tie(), 20)
