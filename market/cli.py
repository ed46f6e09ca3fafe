"""The command line: serve, work, set up, and what operators do by hand."""

import csv
import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from market import cli_issuing
from market.config import Settings, from_environment

if TYPE_CHECKING:
    from rich.progress import TaskID
    from sqlalchemy import Engine
    from sqlmodel import Session

    from market.skills.importing import Left

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


cli_issuing.register(app)

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


skills = typer.Typer(no_args_is_help=True, help="The taxonomy of skills.")
app.add_typer(skills, name="skills")
SHOWN = 20  # rows left out that are printed; the report holds them all


@skills.command("import")
def import_skills(
    source: Annotated[
        str,
        typer.Argument(
            help="A folder or file of ESCO, O*NET or plain CSV; `seeds` for the list that comes with Foothold."
        ),
    ],
    report: Annotated[
        Path | None, typer.Option(help="Write the rows that were left out here, as CSV.", dir_okay=False)
    ] = None,
) -> None:
    """Take a taxonomy in. Run it again after an interruption: it goes on where it stopped, and changes nothing twice."""
    from functools import partial

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from market.db import transaction
    from market.paths import data_dir
    from market.serving import open_database
    from market.skills import importing

    path = data_dir("seeds") / "skills.csv" if source == "seeds" else Path(source)
    if not path.exists():
        raise typer.BadParameter(f"There is no file or folder {path}.")
    engine = open_database(from_environment())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[tuple[str, str], TaskID] = {}

        def tell(now: importing.Progress) -> None:
            at = now.file, now.part
            if at not in tasks:
                tasks[at] = bar.add_task(f"{now.file} ({now.part})", total=now.lines)
            bar.update(tasks[at], completed=now.line, total=max(now.lines, now.line))

        done = importing.import_path(path, partial(transaction, engine, write=True), tell)
    engine.dispose()
    if not done.files:
        raise typer.BadParameter(f"No file of skills was found at {path}.")
    for file, line in done.resumed:
        typer.echo(f"{file}: went on after line {line}.")
    written = ", ".join(f"{count} {what}" for what, count in sorted(done.counts.items()))
    typer.echo(f"Written: {written}." if written else "Nothing has changed: all of it was there.")
    _say_left(done.left, report)


def _say_left(left: "list[Left]", report: Path | None) -> None:
    """The rows that were left out, with line and reason."""
    if left:
        typer.echo(f"Left out: {len(left)}.")
    for one in left[:SHOWN]:
        typer.echo(f"  {one.file}, line {one.line}: {one.reason}")
    if len(left) > SHOWN and report is None:
        typer.echo(f"  and {len(left) - SHOWN} more; --report FILE writes all of them.")
    if report is not None:
        with report.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("file", "line", "reason"))
            writer.writerows(left)
        typer.echo(f"All of them are in {report}.")


issuers = typer.Typer(no_args_is_help=True, help="Issuers of credentials that this site knows or refuses.")
app.add_typer(issuers, name="issuers")


@issuers.command("import")
def import_issuers(
    source: Annotated[str, typer.Argument(help="A file or an https address: a registry, or a list of them.")],
    name: Annotated[str, typer.Option(help="What the registry is called.")] = "",
) -> None:
    """Take in a registry in the form of the Digital Credentials Consortium, or a list of registries."""
    from functools import partial

    from market.trust import commands

    settings = from_environment()
    try:
        typer.echo(commands.import_from(source, settings, partial(_writing, settings), name=name))
    except (commands.Misuse, OSError) as wrong:
        raise typer.BadParameter(str(wrong)) from wrong


@issuers.command("decide")
def decide_issuer(
    uri: Annotated[str, typer.Argument(help="As credentials name it: did:web:example.org, or its address.")],
    standing: Annotated[str, typer.Argument(help="allowed, denied or none (the registries decide).")],
    reason: Annotated[str, typer.Option(help="Why: it is public on the issuer's page.")],
    name: Annotated[str, typer.Option(help="The name people know it by.")] = "",
) -> None:
    """Put an issuer on the site's own list, or take it off it."""
    from functools import partial

    from market.trust import commands
    from market.trust.rules import Standing

    try:
        where = Standing(standing)
        said = commands.decide(uri, where, partial(_writing, from_environment()), name=name, reason=reason)
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong)) from wrong
    typer.echo(said)


@issuers.command("list")
def list_issuers() -> None:
    """Every issuer that a list names or refuses."""
    from functools import partial

    from market.trust import commands

    typer.echo("\n".join(commands.listed(partial(_writing, from_environment()))) or "None.")


ranking = typer.Typer(no_args_is_help=True, help="The log of lists that were shown.")
app.add_typer(ranking, name="ranking")


@ranking.command()
def replay(
    number: Annotated[str, typer.Argument(help="Its number, as “How this order was made” shows it.")],
) -> None:
    """Recompute a list from what was kept of it. Ends with 0 when it stands as it was, 1 when not, 2 when there is none."""
    from market.db import transaction
    from market.matching import acts, log
    from market.serving import open_database

    engine = open_database(from_environment())
    try:
        with transaction(engine, write=False) as db:
            found = log.find(db, number)
            if found is None:
                typer.echo(f"There is no list {number} in the log.", err=True)
                raise typer.Exit(2)
            kept, rows = found
            stands, lines = log.said(kept, rows)
            followed = acts.in_words(acts.acts_after(db, kept))
            typer.echo(
                f"List {number}, {kept.kind}, {kept.at:%Y-%m-%d %H:%M} UTC, "
                f"policy version {kept.policy_version}, model version {kept.model_version}"
                + ("" if kept.release is None else f", release {kept.release}")
            )
    finally:
        engine.dispose()
    typer.echo("\n".join(lines))
    typer.echo("\n".join(["What followed:", *followed]) if followed else "Nothing followed it.")
    raise typer.Exit(0 if stands else 1)


index = typer.Typer(no_args_is_help=True, help="The index that ranks people on large sites.")
app.add_typer(index, name="index")


@index.command("build")
def build_index() -> None:
    """Build it anew from the database. Run it again after an interruption: it goes on where it stopped."""
    from market.matching import index_cli

    raise typer.Exit(index_cli.build(from_environment()))


@index.command("check")
def check_index(
    people: Annotated[int, typer.Option(min=1, help="How many random people to compare.")] = 1000,
) -> None:
    """Compare it with the database. Ends with 0 when it agrees, 1 when it differs, 2 when there is none to be used."""
    from market.matching import index_cli

    raise typer.Exit(index_cli.check(from_environment(), people))


@index.command("compact")
def compact_index() -> None:
    """Write all that changed since it was built into a new file. Ends with 0, or 2 when there is none to be used."""
    from market.matching import index_cli

    raise typer.Exit(index_cli.compact(from_environment()))


@app.command()
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
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from market.bench import simulate_chart
    from market.bench.simulate import simulate as run
    from market.bench.simulate_world import ALL

    columns = (TextColumn("worlds"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=seeds)
        try:
            figures = run(
                seeds,
                names=policy,
                jobs=jobs,
                done=lambda n: bar.update(task, completed=n),
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
app.add_typer(bench, name="bench")


@bench.command("skills")
def bench_skills(
    taxonomy: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder of taxonomies.")],
    benchmarks: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="The folder of judged sets of names.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """How fast a skill is found while typing, and how rightly by a whole name."""
    from rich.console import Console
    from rich.table import Table

    from market.bench.skills import bench_skills as measure

    figures = measure(taxonomy, benchmarks)
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
        list[str] | None, typer.Option(help="Only these engines; all that are installed when left out.")
    ] = None,
    postgres: Annotated[str | None, typer.Option(help="A PostgreSQL database to measure in.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Ask each question so often; the quickest counts.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """How fast people are ranked, against what else could do it, all checked against a plain oracle."""
    from rich.console import Console
    from rich.table import Table

    from market.bench.match import bench_match as measure

    errors = Console(stderr=True)
    figures = measure(people, queries, engine or None, postgres, errors.print, rounds)
    if as_json:
        typer.echo(json.dumps(figures, indent=2))
        return
    table = Table(*figures["rows"][0], title=f"{people:,} people, {queries:,} queries")
    for row in figures["rows"]:
        table.add_row(*(f"{value:.3g}" if isinstance(value, float) else str(value) for value in row.values()))
    Console().print(table)


evidence = typer.Typer(
    no_args_is_help=True, help="Levels, and what was learned of those who speak in the ledger."
)
app.add_typer(evidence, name="evidence")


@evidence.command("rebuild")
def rebuild_levels(
    anew: Annotated[
        bool, typer.Option(help="Begin at the first person, also after an interruption.")
    ] = False,
) -> None:
    """Make every stored level anew from the ledger. Interrupt it when you like: the next run goes on where it stopped."""
    from market.evidence.commands import rebuild
    from market.serving import open_database

    engine = open_database(from_environment())
    try:
        people_count, resumed = rebuild(engine, anew=anew)
    finally:
        engine.dispose()
    typer.echo(
        f"Levels of {people_count} people made anew." + (" Went on after an interruption." if resumed else "")
    )


@evidence.command("learn")
def learn_sources(
    dry_run: Annotated[
        bool, typer.Option(help="Say what a release would change, and publish nothing.")
    ] = False,
) -> None:
    """Learn how raters mark and what issuers' credentials are worth, publish it as a release, and bring levels up to it."""
    from market.evidence.commands import learn
    from market.serving import open_database

    engine = open_database(from_environment())
    try:
        typer.echo("\n".join(learn(engine, dry_run=dry_run)))
    finally:
        engine.dispose()
