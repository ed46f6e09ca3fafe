"""The database that the settings name, as the commands open it; closed again whatever comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from market.config import from_environment

if TYPE_CHECKING:  # a command that asks for nothing of it opens none
    from sqlalchemy import Engine
    from sqlmodel import Session


@contextmanager
def opened() -> Iterator["Engine"]:
    """For a command that has transactions of its own. Ends it with 2 where the schema is another version's."""
    from market.migrations.migrate import is_current
    from market.serving import open_database

    engine = open_database(from_environment())
    try:
        if not is_current(engine):
            typer.echo(
                "The database does not have this version's schema: run `market migrate` first.", err=True
            )
            raise typer.Exit(2)
        yield engine
    finally:
        engine.dispose()


@contextmanager
def session(*, write: bool = True) -> Iterator["Session"]:
    """One transaction."""
    from market.db import transaction

    with opened() as engine, transaction(engine, write=write) as db:
        yield db
