"""Bringing a database to this version's schema, one step back, and saying where it stands."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply what is missing, in one transaction where the database can."""
    with engine.begin() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to a revision (`-1` for one step, `base` for an empty database)."""
    with engine.begin() as connection:
        command.downgrade(_config(connection), revision)


def standing(engine: Engine) -> str | None:
    """The revision a database is at; None for one without a schema."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision this version of the program wants."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def is_current(engine: Engine) -> bool:
    return standing(engine) == newest()


def write(engine: Engine, message: str) -> None:
    """For developers: write a revision from the difference between a database and the models."""
    with engine.begin() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)
