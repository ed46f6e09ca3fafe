"""The public address that issued documents are made with, and the site secret that private keys lie under.

Both are execution options of the engine (`with_issuing`), told once when the site is put together. The address is
fixed by the first key: identifiers and links in signed documents carry it for good, so another one is a move
(`keys.move`), never a changed setting.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from market.config import Settings
from market.credentials.models import IssuerKey, IssuingAddress
from market.errors import Conflict

KEPT_IN = "secret"  # its file in the data folder


Proved = Callable[[Session, int], tuple[str, ...]]
"""The identifiers that a person has shown to be theirs, the last one last: known to a feature above this one."""


def nothing_proved(db: Session, person_id: int) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Site:
    """What issuing is told of the site. An empty `secret` means the file in the data folder."""

    public_url: str
    name: str
    secret: str = ""
    folder: Path | None = None
    proved: Proved = nothing_proved


def with_issuing(engine: Engine, settings: Settings, proved: Proved = nothing_proved) -> Engine:
    """The engine, knowing the site's address, name and secret, and which identifiers people have proved."""
    site = Site(settings.public_url.rstrip("/"), settings.site_name, settings.secret, settings.data, proved)
    return engine.execution_options(issuing=site)


def site_of(db: Session) -> Site:
    """What `with_issuing` told this session's engine."""
    site: Site | None = db.get_bind().get_execution_options().get("issuing")
    if site is None:
        raise RuntimeError("This engine does not know the site: pass it through address.with_issuing.")
    return site


def secret_of(db: Session, *, create: bool = False) -> str:
    """The site secret: the setting, else the file `secret` in the data folder, made when `create` and missing.

    Raises `Conflict` when there is none.
    """
    site = site_of(db)
    if site.secret:
        return site.secret
    path = None if site.folder is None else site.folder / KEPT_IN
    if path is not None and path.is_file():
        return path.read_text("ascii").strip()
    if path is None or not create:
        raise Conflict(
            f"The site secret is missing ({path}). Put the file back, or set MARKET_SECRET, or restore the keys "
            "from a backup with `market keys restore`."
        )
    made = secrets.token_urlsafe(48)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process made it in this moment
        return path.read_text("ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(made + "\n")
    return made


def secret_to_seal(db: Session) -> str:
    """The site secret, made now where there is none. `Conflict` where issuing keys lie under one that is lost."""
    sealed = db.exec(select(IssuerKey.id).where(col(IssuerKey.sealed).is_not(None)).limit(1)).first()
    return secret_of(db, create=sealed is None)


def current(db: Session) -> IssuingAddress | None:
    """The address in use; none before the first key."""
    return db.exec(select(IssuingAddress).where(col(IssuingAddress.is_current).is_(True))).first()


def fixed(db: Session) -> IssuingAddress:
    """The address to issue under, fixed now when this is the first time.

    Raises `Conflict` when the setting names another one than what was fixed.
    """
    wanted, found = site_of(db).public_url, current(db)
    if found is None:
        found = IssuingAddress(public_url=wanted)
        db.add(found)
        db.flush()
    elif found.public_url != wanted:
        raise Conflict(
            f"Credentials are issued under {found.public_url}, and MARKET_PUBLIC_URL is {wanted} now. "
            f"Set it back, or move with `market keys move {wanted}`."
        )
    return found


def use(db: Session, public_url: str) -> IssuingAddress:
    """Issue under this address from now on; one that was in use before is taken up again."""
    now = current(db)
    if now is not None:
        now.is_current = None
        db.add(now)
        db.flush()
    known = db.exec(select(IssuingAddress).where(IssuingAddress.public_url == public_url)).first()
    made = known or IssuingAddress(public_url=public_url)
    made.is_current = True
    db.add(made)
    db.flush()
    return made


def at_host(db: Session, host: str) -> IssuingAddress | None:
    """The address that a request to this host asks about: an earlier one of the site's, else the current."""
    for one in db.exec(select(IssuingAddress)).all():
        if one.public_url.partition("://")[2].lower() == host.lower():
            return one
    return current(db)
