"""The command line of measuring: a simulated market, and how fast and how rightly the site works."""

import json
from pathlib import Path
from typing import Annotated

import typer

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "data"
"""Where taxonomies and judged sets lie for whoever works on Foothold: beside the checkout."""
POSTGRES = "MARKET_BENCH_POSTGRES"


def simulate(
    seeds: Annotated[int, typer.Option(min=1, help="How many worlds.")] = 32,
    jobs: Annotated[int, typer.Option(min=1, help="Processes to share the worlds among.")] = 1,
    policy: Annotated[list[str] | None, typer.Option(help="Only these policies; all when left out.")] = None,
    honest: Annotated[
        bool, typer.Option("--honest", help="Worlds in which nobody games the market.")
    ] = False,
    svg: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write a chart with intervals here, as SVG.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Whom ranking by evidence gets hired, and how well, against what others do: a simulated market."""
    from rich.console import Console

    from market.bench import simulate_chart
    from market.bench.simulate import simulate as run
    from market.bench.simulate_world import ALL
    from market.progress import bars

    with bars() as say:
        say("worlds", 0, seeds)
        try:
            figures = run(
                seeds,
                names=policy,
                jobs=jobs,
                done=lambda n: say("worlds", n, seeds),
                strategies=frozenset() if honest else ALL,
            )
        except ValueError as wrong:
            raise typer.BadParameter(str(wrong)) from wrong
    if svg is not None:
        svg.write_text(simulate_chart.svg(figures), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(figures, indent=2))
        return
    for table in (simulate_chart.table(figures), simulate_chart.strategies_table(figures)):
        Console().print(table)


bench = typer.Typer(no_args_is_help=True, help="Measure how fast and how rightly the site works.")


@bench.command("skills")
def bench_skills(
    taxonomy: Annotated[
        Path | None,
        typer.Argument(
            exists=True,
            file_okay=False,
            help="The folder of taxonomies; ../shared/data/taxonomy beside the checkout when left out.",
        ),
    ] = None,
    benchmarks: Annotated[
        Path | None,
        typer.Argument(
            exists=True,
            file_okay=False,
            help="The folder of judged sets of names; ../shared/data/benchmarks when left out.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """How fast a skill is found while typing, and how rightly by a whole name."""
    from rich.console import Console
    from rich.table import Table

    from market.bench.skills import bench_skills as measure

    given = (taxonomy or REFERENCE / "taxonomy", benchmarks or REFERENCE / "benchmarks")
    for folder in given:
        if not folder.is_dir():
            raise typer.BadParameter(
                f"The folder {folder} is not there. Name the folder of taxonomies and that of judged sets: "
                "market bench skills TAXONOMY BENCHMARKS"
            )
    try:
        figures = measure(*given)
    except FileNotFoundError as missing:
        raise typer.BadParameter(str(missing)) from missing
    if as_json:
        typer.echo(json.dumps(figures, indent=2))
        return
    console = Console()
    for title, rows in (("While typing", [figures["type_ahead"]]), ("Whole names", figures["sets"])):
        columns = list(dict.fromkeys(name for row in rows for name in row))
        table = Table(*columns, title=title)
        for row in rows:
            table.add_row(*(str(row.get(name, "")) for name in columns))
        console.print(table)


@bench.command("match")
def bench_match(
    people: Annotated[int, typer.Option(min=100, help="How many synthetic people.")] = 100_000,
    queries: Annotated[int, typer.Option(min=1, help="How many random queries.")] = 1000,
    engine: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this engine, and more by more of them: sql-sqlite, sql-postgresql, index-numpy, index-numba, "
            "duckdb, tantivy, qdrant-edge. All that are installed when left out; sql-postgresql with --postgres only."
        ),
    ] = None,
    postgres: Annotated[
        str | None,
        typer.Option(
            envvar=POSTGRES,
            help="A PostgreSQL database to measure in, as postgresql+psycopg://USER@HOST/DATABASE; an empty one does, "
            "and it is left as it was.",
        ),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Ask each question so often; the quickest counts.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """How fast people are ranked, against what else could do it, all checked against a plain oracle."""
    from rich.console import Console
    from rich.table import Table

    from market.bench.match import bench_match as measure

    errors = Console(stderr=True)
    if not (engine or postgres):
        errors.print(f"sql-postgresql is left out: name a database with --postgres or in {POSTGRES}")
    try:
        figures = measure(people, queries, engine or None, postgres or None, errors.print, rounds)
    except (ValueError, ModuleNotFoundError) as wrong:
        raise typer.BadParameter(str(wrong)) from wrong
    if as_json:
        typer.echo(json.dumps(figures, indent=2))
        return
    table = Table(*figures["rows"][0], title=f"{people:,} people, {queries:,} queries")
    for row in figures["rows"]:
        table.add_row(*(f"{value:.3g}" if isinstance(value, float) else str(value) for value in row.values()))
    Console().print(table)
