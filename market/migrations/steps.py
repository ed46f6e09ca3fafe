"""Steps that revisions share: the triggers of append-only tables."""

from typing import Any

from market.db import append_only_statements


def append_only(op: Any, table: str, *, erasable: bool) -> None:
    """Let a table refuse UPDATE and DELETE."""
    for statement in append_only_statements(table, op.get_bind().dialect.name, erasable=erasable):
        op.execute(statement)


def drop_append_only(op: Any, table: str) -> None:
    """Take back `append_only`, before the table goes."""
    dialect = op.get_bind().dialect.name
    if dialect != "sqlite":
        op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    for verb in ("update", "delete"):
        name = f"{table}_no_{verb}"
        op.execute(f"DROP TRIGGER {name}" + ("" if dialect == "sqlite" else f" ON {table}"))
        if dialect != "sqlite":
            op.execute(f"DROP FUNCTION {name}()")
