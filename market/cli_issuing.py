"""The command line of issuing: `market issue`, `market revoke`, and `market keys` for what only an operator does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from market.cli_database import session
from market.errors import MarketError

if TYPE_CHECKING:
    from sqlmodel import Session

    from market.credentials.models import IssuerKey
    from market.credentials.rules import KeyKind

keys = typer.Typer(no_args_is_help=True, help="The keys that sign what organisations issue.")
SITE = "site"  # said instead of an organisation: the site's own key

Org = Annotated[
    str, typer.Argument(help="The organisation, by what stands in its address; `site` for the site.")
]
Phrase = Annotated[
    str,
    typer.Option(
        envvar="MARKET_KEYS_PHRASE",
        prompt="Pass phrase of the backup",
        hide_input=True,
        help="At least 16 characters; better given by MARKET_KEYS_PHRASE than written here.",
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--file",
        exists=True,
        dir_okay=False,
        help="An unencrypted PEM file with the private key; it stays there.",
    ),
]
Rs256 = Annotated[
    bool, typer.Option("--rs256", help="The RSA key for tokens, instead of the Ed25519 key for proofs.")
]


@contextmanager
def _database(*, write: bool = True) -> Iterator["Session"]:
    """One transaction; what people could mend is said and ends the command with status 2."""
    from market.credentials.signing import KeyUnusable

    try:
        with session(write=write) as db:
            yield db
    except (MarketError, KeyUnusable) as cause:
        typer.echo(f"Nothing was changed. {getattr(cause, 'reason', cause)}", err=True)
        raise typer.Exit(2) from cause


def issue(
    achievement: Annotated[str, typer.Argument(help="What was earned: the last part of its page's address.")],
    email: Annotated[
        list[str] | None, typer.Argument(help="Confirmed addresses of those who earned it.")
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="A list of people instead, as a spreadsheet saves it."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen, and do nothing.")
    ] = False,
) -> None:
    """Issue an achievement. The worker signs each credential and offers it to its holder.

    Ends with 0 when each line was issued or was issued before, 1 when some could not be, 2 when nothing was done.
    """
    from market.access import SYSTEM
    from market.credentials import many, queries
    from market.credentials.sheet import NotASheet, read_sheet, text_of
    from market.rubrics.queries import rubric_with_criteria

    if bool(email) == bool(csv):
        raise typer.BadParameter("Name either addresses or a list with --csv.")
    with _database() as db:
        what = queries.get_achievement(db, achievement)
        rubric = rubric_with_criteria(db, what.rubric_id) if what.rubric_id else None
        try:
            text = text_of(csv.read_bytes()) if csv else "\n".join(["email", *(email or ())])
            sheet = read_sheet(text, [c.name for c in rubric.criteria] if rubric else ())
        except NotASheet as cause:
            raise typer.BadParameter(str(cause)) from cause
        planned = many.plan(db, SYSTEM, what, sheet, rubric)
        made = [] if dry_run else many.issue_planned(db, SYSTEM, what, planned, rubric)
        ready = sum(one.outcome is many.Outcome.READY for one in planned)
    for one in planned:
        if one.outcome is not many.Outcome.READY:
            typer.echo(f"  {one.line.email or f'line {one.line.number}'}: {one.words}")
    typer.echo(
        f"“{what.name}” would be issued to {ready}."
        if dry_run
        else f"“{what.name}” was issued to {len(made)}."
    )
    raise typer.Exit(1 if any(one.outcome is many.Outcome.WRONG for one in planned) else 0)


def revoke(
    credential: Annotated[str, typer.Argument(help="Its address, or the last part of it.")],
    reason: Annotated[
        str, typer.Option(prompt="Why? Its holder reads this.", help="Why; its holder reads this.")
    ],
) -> None:
    """Withdraw a credential for good. Its status list says so as soon as the worker has signed it anew."""
    from market.access import SYSTEM
    from market.credentials import issuing

    with _database() as db:
        found = issuing.find(db, credential)
        issuing.revoke(db, SYSTEM, found, reason)
        typer.echo(f"{found.public_id} is revoked.")


@keys.command("list")
def list_keys() -> None:
    """Every key: whose it is, what it is called, and whether it signs."""
    from sqlmodel import col, select

    from market.accounts.models import Organisation
    from market.credentials import address
    from market.credentials.models import IssuerKey

    with _database(write=False) as db:
        current = address.current(db)
        names = {row.id: f"{row.name} ({row.public_id})" for row in db.exec(select(Organisation)).all()}
        found = db.exec(select(IssuerKey).order_by(col(IssuerKey.id))).all()
        typer.echo(f"Issued under {current.public_url}." if current else "Nothing was issued yet.")
        for key in sorted(found, key=lambda one: one.org_id or 0):
            whose = names.get(key.org_id, "") if key.org_id else "the site"
            where = key.path or "in the database, encrypted"
            typer.echo(f"{key.public_id}  {key.name}  {key.kind}  {key.status}  {whose}  {where}")


@keys.command()
def create(organisation: Org, file: KeyFile = None, rs256: Rs256 = False) -> None:
    """Make the first key of an organisation ahead of its first credential, or name the file that holds it."""
    from market.credentials import keys as service

    _prepare(rs256 and file is None)
    with _database() as db:
        org_id, kind = _org_id(db, organisation), _kind(rs256)
        if service.active(db, org_id, kind) is not None:
            typer.echo("There is a key that signs already. Replace it with `market keys rotate`.", err=True)
            raise typer.Exit(2)
        _say_made(service.create(db, org_id, kind, path=file))


@keys.command()
def rotate(organisation: Org, file: KeyFile = None, rs256: Rs256 = False) -> None:
    """Let a new key sign from now on. The one before stays listed, so that what it signed holds."""
    from market.credentials import keys as service

    _prepare(rs256 and file is None)
    with _database() as db:
        _say_made(service.rotate(db, _org_id(db, organisation), _kind(rs256), path=file))


def _prepare(rsa: bool) -> None:
    """Make an RSA key before the transaction that keeps it."""
    from market.credentials import signing

    if rsa:
        signing.make_ahead()


def _say_made(key: "IssuerKey") -> None:
    typer.echo(f"{key.name} ({key.public_id}) signs from now on.")


@keys.command()
def compromise(
    key: Annotated[str, typer.Argument(help="The key, by the first column of `market keys list`.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """A private key became known: list it nowhere any more, and sign anew whatever it had signed and still counts.

    Copies that people keep elsewhere stop being valid; each holder is told.
    """
    from sqlmodel import select

    from market.credentials import keys as service
    from market.credentials.models import IssuerKey

    with _database(write=False) as db:
        kind = db.exec(select(IssuerKey.kind).where(IssuerKey.public_id == key)).first()
    _prepare(kind == _kind(rs256=True))
    with _database() as db:
        found = db.exec(select(IssuerKey).where(IssuerKey.public_id == key)).first()
        if found is None:
            typer.echo(f"There is no key {key}. `market keys list` names them all.", err=True)
            raise typer.Exit(2)
        if not yes:
            typer.confirm(f"Nothing that {found.name} signed is valid any more. Go on?", abort=True)
        count = service.compromise(db, found)
        typer.echo(f"{found.name} is listed no more. Credentials to be signed anew by the worker: {count}.")


@keys.command()
def backup(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to write it; - for standard output.")],
    phrase: Phrase,
) -> None:
    """Write all keys to a file, each encrypted under a pass phrase. Keep it apart from the database's backup."""
    from market.credentials import keys as service

    with _database(write=False) as db:
        text = service.back_up(db, phrase)
    if str(file) == "-":
        typer.echo(text)
        return
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(text + "\n", encoding="utf-8")
    typer.echo(f"The keys are in {file}. Without the pass phrase nobody can use them, you neither.")


@keys.command()
def restore(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="What `market keys backup` wrote.")
    ],
    phrase: Phrase,
) -> None:
    """Take keys from a backup: those that are missing, and those that this site's secret no longer opens."""
    from market.credentials import keys as service

    with _database() as db:
        added, mended = service.restore(db, file.read_text(encoding="utf-8"), phrase)
    typer.echo(f"Keys added: {added}. Keys that can be used again: {mended}.")


@keys.command()
def move(
    address: Annotated[str, typer.Argument(help="The new public address, such as https://jobs.example.org.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Issue under another public address: every credential that counts is signed anew under it.

    Set MARKET_PUBLIC_URL to it and start the site again before this. Let the old name lead here for as long as you can: copies that people
    keep elsewhere point to it.
    """
    from market.credentials import keys as service

    with _database() as db:
        if not yes:
            typer.confirm(f"Every credential is signed anew under {address}. Go on?", abort=True)
        made, count = service.move(db, address)
        typer.echo(f"Issued under {made.public_url} from now on. To be signed anew by the worker: {count}.")


def _org_id(db: "Session", public_id: str) -> int | None:
    from market.accounts.queries import get_organisation

    return None if public_id == SITE else get_organisation(db, public_id).id


def _kind(rs256: bool) -> "KeyKind":
    from market.credentials.rules import KeyKind

    return KeyKind.RSA if rs256 else KeyKind.ED25519
