"""The command line: serve, work, set up, and what operators do by hand."""

from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from market.config import from_environment

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
