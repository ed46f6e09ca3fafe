"""The schema's history: `upgrade head` gives exactly what the models say, on both databases, and can be taken back."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, inspect, text

from market.db import connect
from market.migrations import migrate
from market.migrations.tables import metadata
from tests.support.databases import Databases

PG_QUERIES = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable, character_maximum_length, column_default "
    "FROM information_schema.columns WHERE table_schema = 'public'",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname, prosrc, '' FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}


def schema_of(engine: Engine) -> set[tuple[object, ...]]:
    """Everything the database knows of its schema, in a form that can be compared."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.execute(
                text("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
            )
            return {(r[0], r[1], _plain(r[2] or "")) for r in rows if r[1] != "alembic_version"}
        found: set[tuple[object, ...]] = set()
        for kind, query in PG_QUERIES.items():
            found |= {
                (kind, *row) for row in connection.execute(text(query)) if "alembic_version" not in str(row)
            }
        return found


def _plain(sql: str) -> tuple[str, ...]:
    """A CREATE statement without the order of its parts and the spaces between them."""
    flat = re.sub(r"\s+", " ", sql.replace('"', "")).strip()
    if not flat.startswith("CREATE TABLE"):
        return (flat,)
    head, _, inner = flat.partition("(")
    body, _, tail = inner.rpartition(")")
    parts, depth, part = [], 0, ""
    for letter in body:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += letter
    return (head.strip(), tail.strip(), *sorted([*parts, part.strip()]))


def make_by(databases: Databases, how: Callable[[Engine], object]) -> set[tuple[object, ...]]:
    url = databases.new_database()
    engine = connect(url)
    try:
        how(engine)
        return schema_of(engine)
    finally:
        engine.dispose()
        databases.drop(url)


def test_the_newest_revision_is_what_the_models_say(databases: Databases) -> None:
    by_models = make_by(databases, metadata().create_all)
    by_revisions = make_by(databases, migrate.upgrade)
    assert by_revisions - by_models == set(), "only in the revisions"
    assert by_models - by_revisions == set(), "only in the models: run tools/revision.py"


def test_every_revision_can_be_taken_back(databases: Databases) -> None:
    url = databases.new_database()
    engine = connect(url)
    try:
        migrate.upgrade(engine)
        assert migrate.is_current(engine)
        migrate.downgrade(engine, "base")
        assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
        migrate.upgrade(engine)
        assert migrate.is_current(engine)
    finally:
        engine.dispose()
        databases.drop(url)


@pytest.mark.parametrize("table", sorted(metadata().tables))
def test_every_check_and_foreign_key_has_a_name(table: str) -> None:
    unnamed = [c for c in metadata().tables[table].constraints if c.name is None]
    assert not unnamed


def test_issuers_on_the_own_list_are_vouched_for_from_the_start(databases: Databases) -> None:
    """Revision 0004: what counted in full before it counts in full after it, and the others are on trial."""
    url = databases.new_database()
    engine = connect(url)
    try:
        migrate.upgrade(engine, "023b94fd69a9")
        issuer = (
            "INSERT INTO issuer (id, public_id, uri, own_name, standing, name, homepage, reason, first_seen_at) "
            "VALUES (:id, :word, :word, '', :standing, '', '', '', CURRENT_TIMESTAMP)"
        )
        with engine.begin() as connection:
            for number, standing in enumerate(("allowed", "none", "allowed", "denied"), 1):
                given = {"id": number, "word": f"issuer {number}", "standing": standing}
                connection.execute(text(issuer), given)
        migrate.upgrade(engine)
        with engine.connect() as connection:
            strengths = connection.execute(
                text(
                    "SELECT party_id, gain_milli, inflation_milli, n, version FROM source_strength "
                    "WHERE kind = 'issuer' AND NOT on_trial ORDER BY party_id"
                )
            ).all()
            assert [tuple(row) for row in strengths] == [(1, 1000, 0, 0, 1), (3, 1000, 0, 0, 1)]
            releases = connection.execute(text("SELECT version, changed FROM evidence_release")).all()
            assert [tuple(row) for row in releases] == [(1, 2)]
    finally:
        engine.dispose()
        databases.drop(url)
