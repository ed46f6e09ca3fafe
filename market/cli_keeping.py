"""The command line of what operators keep by hand: people, the taxonomy of skills, issuers, and the levels of the ledger."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from market.cli_database import opened, session
from market.config import from_environment

if TYPE_CHECKING:
    from market.skills.importing import Left

people = typer.Typer(no_args_is_help=True, help="People, as only an operator may change them.")


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
    with session() as db:
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

    with session() as db:
        known = queries.sign_in_by_address(db, email)
        if known is None:
            raise typer.BadParameter(f"{email} has no account here.")
        service.promote(db, db.get_one(Person, known.person_id), moderator=moderator, admin=admin)
    roles = [word for word, given in (("moderator", moderator), ("administrator", admin)) if given]
    typer.echo(f"{email} is {' and '.join(roles) or 'neither moderator nor administrator'} now.")


skills = typer.Typer(no_args_is_help=True, help="The taxonomy of skills.")
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

    from market.db import transaction
    from market.paths import data_dir
    from market.progress import bars
    from market.skills import importing

    path = data_dir("seeds") / "skills.csv" if source == "seeds" else Path(source)
    if not path.exists():
        raise typer.BadParameter(f"There is no file or folder {path}.")
    if report is not None and not report.parent.is_dir():
        raise typer.BadParameter(f"There is no folder {report.parent} to write the report in.")
    with opened() as engine, bars() as say:

        def tell(now: importing.Progress) -> None:
            say(f"{now.file} ({now.part})", now.line, max(now.lines, now.line))

        done = importing.import_path(path, partial(transaction, engine, write=True), tell)
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


@issuers.command("import")
def import_issuers(
    source: Annotated[str, typer.Argument(help="A file or an https address: a registry, or a list of them.")],
    name: Annotated[str, typer.Option(help="What the registry is called.")] = "",
) -> None:
    """Take in a registry in the form of the Digital Credentials Consortium, or a list of registries."""
    from market.trust import commands

    try:
        typer.echo(commands.import_from(source, from_environment(), session, name=name))
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
    from market.trust import commands
    from market.trust.rules import Standing

    try:
        said = commands.decide(uri, Standing(standing), session, name=name, reason=reason)
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong)) from wrong
    typer.echo(said)


@issuers.command("list")
def list_issuers() -> None:
    """Every issuer that a list names or refuses."""
    from functools import partial

    from market.trust import commands

    typer.echo("\n".join(commands.listed(partial(session, write=False))) or "None.")


evidence = typer.Typer(
    no_args_is_help=True, help="Levels, and what was learned of those who speak in the ledger."
)


@evidence.command("rebuild")
def rebuild_levels(
    anew: Annotated[
        bool, typer.Option(help="Begin at the first person, also after an interruption.")
    ] = False,
) -> None:
    """Make every stored level anew from the ledger. Interrupt it when you like: the next run goes on where it stopped."""
    from market.evidence.commands import rebuild

    with opened() as engine:
        people_count, resumed = rebuild(engine, anew=anew)
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

    with opened() as engine:
        typer.echo("\n".join(learn(engine, dry_run=dry_run)))
