"""The command line of matching: lists recomputed from the log, and the index that ranks people on large sites."""

from typing import Annotated

import typer

from market.cli_database import session
from market.config import from_environment

NOTHING_LEFT = 3
ranking = typer.Typer(no_args_is_help=True, help="The log of lists that were shown.")


@ranking.command()
def replay(
    number: Annotated[str, typer.Argument(help="Its number, as “How this order was made” shows it.")],
) -> None:
    """Recompute a list from what was kept of it. Ends with 0 when what is left stands as it was, 1 when not, 2 when no
    such list is kept, 3 when all places of it were erased since and nothing is left to compare."""
    from market.matching import acts, log

    with session(write=False) as db:
        found = log.find(db, number)
        if found is None:
            days = from_environment().ranking_log_days
            forgets = (
                f"This site forgets lists after {days} days (MARKET_RANKING_LOG_DAYS) and may have forgotten it; "
                "numbers are random, so that nothing tells it from one that never was."
                if days
                else "This site forgets none now (MARKET_RANKING_LOG_DAYS is 0)."
            )
            typer.echo(f"No list {number} is kept. {forgets}", err=True)
            raise typer.Exit(2)
        kept, rows = found
        stands, lines = log.said(kept, rows)
        followed = acts.in_words(acts.acts_after(db, kept))
        typer.echo(
            f"List {number}, {kept.kind}, {kept.at:%Y-%m-%d %H:%M} UTC, "
            f"policy version {kept.policy_name}, model version {kept.model_version}"
            + ("" if kept.release is None else f", release {kept.release}")
        )
    typer.echo("\n".join(lines))
    typer.echo("\n".join(["What followed:", *followed]) if followed else "Nothing followed it.")
    raise typer.Exit(NOTHING_LEFT if stands is None else 0 if stands else 1)


index = typer.Typer(no_args_is_help=True, help="The index that ranks people on large sites.")


@index.command("build")
def build_index() -> None:
    """Build it anew from the database. Run it again after an interruption: it goes on where it stopped."""
    from market.matching import index_cli

    raise typer.Exit(index_cli.build(from_environment()))


@index.command("check")
def check_index(
    people: Annotated[
        int,
        typer.Option(min=1, help="How many people to draw at random, from the index and from the database."),
    ] = 1000,
) -> None:
    """Compare it with the database. Ends with 0 when it agrees, 1 when it differs, 2 when there is none to be used."""
    from market.matching import index_cli

    raise typer.Exit(index_cli.check(from_environment(), people))


@index.command("compact")
def compact_index() -> None:
    """Write all that changed since it was built into a new file. Ends with 0, or 2 when there is none to be used."""
    from market.matching import index_cli

    raise typer.Exit(index_cli.compact(from_environment()))
