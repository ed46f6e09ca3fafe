"""The command line: serve, work, set up and verify, and at its end the list of all other commands."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from market import cli_issuing, cli_keeping, cli_matching, cli_measuring
from market.config import from_environment

if TYPE_CHECKING:
    from sqlalchemy import Engine

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


@contextmanager
def _for_good() -> Iterator[None]:
    """Import what stays as long as the process, without the garbage collector going through it time and again.

    What was made is not looked at later either: a seventh of the time until the site answers.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    worker: Annotated[bool, typer.Option(help="Run the worker in a thread of this process.")] = True,
) -> None:
    """Serve the site."""
    with _for_good():
        from market import serving

    serving.serve(from_environment(), host, port, with_worker=worker)


@app.command()
def demo(port: Annotated[int, typer.Option(help="Port of 127.0.0.1 to listen on.")] = 8000) -> None:
    """Serve the demo world; made once, in the data folder or in the empty database that is named."""
    with _for_good():
        from market import serving
        from market.demo.set_up import NotOurs, demo_settings, ensure_world

    settings = demo_settings(from_environment(), port)
    try:
        ensure_world(settings, lambda: typer.echo("Making the demo world. This happens once."))
    except NotOurs as wrong:
        typer.echo(wrong, err=True)
        raise typer.Exit(2) from wrong
    serving.serve(settings, "127.0.0.1", port)


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


@app.command()
def verify(
    target: Annotated[str, typer.Argument(help="A file, an https address, or - for standard input.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the verdict and every check as JSON.")
    ] = False,
    at: Annotated[
        str | None, typer.Option(help="The instant to judge by, in ISO 8601; now when left out.")
    ] = None,
    documents: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="A folder with manifest.json (address to file), instead of the network.",
        ),
    ] = None,
    recipient: Annotated[str | None, typer.Option(help="The e-mail address it should be about.")] = None,
) -> None:
    """Check a credential. Ends with 0 verified, 1 not verified, 2 inconclusive, 3 unreadable.

    Beside a site (MARKET_DATA, MARKET_DATABASE_URL) what that site publishes is read from its database.
    """
    from market.credentials.verify_cli import verify_command

    with _site_beside() as engine:
        status = verify_command(
            target, as_json=as_json, at=at, documents=documents, recipient=recipient, beside=engine
        )
    raise typer.Exit(status)


@contextmanager
def _site_beside() -> Iterator["Engine | None"]:
    """The database that the settings name, where there is one already; none is ever made."""
    settings = from_environment()
    if not settings.database_url and not (settings.data / "market.db").is_file():
        yield None
        return
    from market.credentials.address import with_issuing
    from market.db import connect

    engine = with_issuing(connect(settings.url), settings)
    try:
        yield engine
    finally:
        engine.dispose()


app.command()(cli_issuing.issue)
app.command()(cli_issuing.revoke)
app.command()(cli_measuring.simulate)
for _name, _group in {
    "keys": cli_issuing.keys,
    "person": cli_keeping.people,
    "skills": cli_keeping.skills,
    "issuers": cli_keeping.issuers,
    "ranking": cli_matching.ranking,
    "index": cli_matching.index,
    "bench": cli_measuring.bench,
    "evidence": cli_keeping.evidence,
}.items():
    app.add_typer(_group, name=_name)
