"""The command line: serve, work, set up, and what operators do by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Annotated

import typer

from market.config import Settings, from_environment

if TYPE_CHECKING:
    from sqlmodel import Session

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    help="Foothold, a marketplace for micro-opportunities.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"market {installed_version('foothold-market')}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Settings are read from MARKET_* variables; see docs/operating.md."""


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    worker: Annotated[bool, typer.Option(help="Run the worker in a thread of this process.")] = True,
) -> None:
    """Serve the site."""
    from market import serving

    serving.serve(from_environment(), host, port, with_worker=worker)


@app.command()
def work() -> None:
    """Run a worker: deliveries, mail and timers."""
    from market import serving

    serving.work(from_environment())


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    from market import serving

    serving.migrate(from_environment())
    typer.echo("The database is up to date.")


@contextmanager
def _writing(settings: Settings) -> Iterator["Session"]:
    """One write transaction of the command line's own, on the settings' database."""
    from market.db import transaction
    from market.serving import open_database

    engine = open_database(settings)
    try:
        with transaction(engine, write=True) as db:
            yield db
    finally:
        engine.dispose()


people = typer.Typer(no_args_is_help=True, help="People, as only an operator may change them.")
app.add_typer(people, name="person")


@people.command()
def add(
    email: Annotated[str, typer.Argument(help="Their e-mail address; it counts as confirmed.")],
    name: Annotated[str, typer.Option(prompt="What are they called?", help="The name others see.")],
    password: Annotated[
        str,
        typer.Option(
            prompt="Password (empty: they set one by a link)",
            hide_input=True,
            default_factory=str,
            help="Asked for when it is not given.",
        ),
    ],
) -> None:
    """Make an account whose address needs no link."""
    from market.accounts import passwords, queries, rules, service

    settings = from_environment()
    wrong = passwords.complaint(password, settings.site_name, name, email) if password else ""
    if wrong or not rules.is_address(email):
        raise typer.BadParameter(wrong or f"{email!r} is no e-mail address.")
    secret = passwords.hash_password(password) if password else None
    with _writing(settings) as db:
        if queries.sign_in_by_address(db, email) is not None:
            raise typer.BadParameter(f"{email} has an account already.")
        zone, language = settings.time_zone, settings.site_language
        service.sign_up(
            db, name=name, email=email, secret=secret, verified=True, time_zone=zone, language=language
        )
    typer.echo(f"{name} can sign in as {email}.")


@people.command()
def promote(
    email: Annotated[str, typer.Argument(help="The address of their account.")],
    moderator: Annotated[bool, typer.Option(help="May moderate.")] = False,
    admin: Annotated[bool, typer.Option(help="May administer.")] = False,
) -> None:
    """Make someone a moderator or an administrator; without either they are neither any more."""
    from market.accounts import queries, service
    from market.accounts.models import Person

    with _writing(from_environment()) as db:
        known = queries.sign_in_by_address(db, email)
        if known is None:
            raise typer.BadParameter(f"{email} has no account here.")
        service.promote(db, db.get_one(Person, known.person_id), moderator=moderator, admin=admin)
    roles = [word for word, given in (("moderator", moderator), ("administrator", admin)) if given]
    typer.echo(f"{email} is {' and '.join(roles) or 'neither moderator nor administrator'} now.")
