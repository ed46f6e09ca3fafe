"""What Alembic runs for each command: on the connection it is handed, in one transaction."""

from typing import Any, Literal

from alembic import context

from market.db import Choice, Utc
from market.migrations.tables import metadata

connection = context.config.attributes["connection"]


def render_item(kind: str, item: Any, _autogenerate: Any) -> str | Literal[False]:
    """Our own column types as what they are in the database, so that a revision does not change with the code."""
    if kind == "type" and isinstance(item, Choice):
        return "sa.Text()"
    if kind == "type" and isinstance(item, Utc):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and type(item).__name__ == "AutoString":
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


context.configure(
    connection=connection,
    target_metadata=metadata(),
    render_item=render_item,
    render_as_batch=False,
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
