"""Keeping and removing uploads, so that bytes and rows agree whatever fails in between.

Where the bytes lie is an execution option of the engine (`with_files`), told once when the site is put together.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, func
from sqlmodel import Session, col, select

from market.access import Actor
from market.config import Settings
from market.errors import Invalid, TooLarge
from market.files import disk, rules
from market.files.models import File, FileState
from market.outbox import announce
from market.words import _


def with_files(engine: Engine, settings: Settings) -> Engine:
    """The engine, knowing where uploads lie and how large one may be."""
    return engine.execution_options(files=settings.files, upload_max_bytes=settings.upload_max_bytes)


def folder_of(db: Session) -> Path:
    """Where uploads lie for this session's database."""
    folder: Path | None = _option(db, "files")
    if folder is None:
        raise RuntimeError(
            "This engine does not know where files lie: pass it through files.service.with_files."
        )
    return folder


def _option(db: Session, name: str) -> Any:
    return db.get_bind().get_execution_options().get(name)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An upload that was looked at: what will be kept."""

    name: str
    media_type: str
    content: bytes
    sha256: str


def prepare(name: str, content: bytes, most_bytes: int) -> Prepared:
    """Look at an upload: its size, what it really is, its name; a picture is encoded anew, which takes up to a second.

    Call it before the write transaction (`prepare=` of a route). Raises `TooLarge` or `Invalid` with the reason.
    """
    if len(content) > most_bytes:
        raise TooLarge(rules.complaint(name, content, most_bytes))
    wrong = rules.complaint(name, content, most_bytes)
    if wrong:
        raise Invalid(wrong, file=wrong)
    found = rules.type_of(content)
    assert found is not None, "the complaint would have said so"
    if found.is_image:
        from market.files import images  # with Pillow, which the site starts without

        content = images.encoded_anew(content, found.media_type)
    media_type = rules.media_type_of(found, name)
    return Prepared(rules.clean_name(name), media_type, content, hashlib.sha256(content).hexdigest())


def keep(db: Session, actor: Actor, ready: Prepared, *, about: tuple[str, int] | None) -> File:
    """Keep a prepared upload as the actor's. `about` is the kind and the inner id of the thing it belongs to.

    If this transaction does not commit, the bytes go as well. Raises `Invalid` when the thing has its most files.
    """
    if about is not None:
        wanted = select(func.count()).select_from(File).where(
            File.about_kind == about[0], File.about_id == about[1], File.state == FileState.KEPT
        )  # fmt: skip
        if db.exec(wanted).one() >= rules.MOST_FILES:
            words = _("There are %(n)s files here already. Remove one first.", n=rules.MOST_FILES)
            raise Invalid(words, file=words)
    folder, stored_as = folder_of(db), disk.new_name()
    _goes_with_the_transaction(db, folder, stored_as)
    disk.write(folder, stored_as, ready.content)
    made = File(
        owner_id=actor.id,
        about_kind=about[0] if about else "",
        about_id=about[1] if about else None,
        name=ready.name,
        media_type=ready.media_type,
        size=len(ready.content),
        sha256=ready.sha256,
        stored_as=stored_as,
    )
    db.add(made)
    db.flush()
    announce(db, "file.stored", actor, subject=("file", made.id), file_id=made.id)
    return made


def store(db: Session, actor: Actor, name: str, content: bytes, *, about: tuple[str, int] | None) -> File:
    """Look at an upload and keep it, in one go: for small files, the demo and tests. See `prepare` and `keep`."""
    return keep(db, actor, look_at(db, name, content), about=about)


def look_at(db: Session, name: str, content: bytes) -> Prepared:
    """`prepare` with the size this site takes: for uploads that come from elsewhere than a form."""
    return prepare(name, content, _option(db, "upload_max_bytes") or Settings().upload_max_bytes)


def remove(db: Session, actor: Actor, file: File) -> None:
    """Nobody reads the file from now on; its bytes go with the next sweep. The feature it belongs to says who may."""
    if file.state is not FileState.KEPT:
        return
    file.state = FileState.REMOVED
    db.add(file)
    announce(db, "file.removed", actor, subject=("file", file.id), file_id=file.id)


def content_of(db: Session, file: File) -> bytes:
    """The kept bytes. Raises FileNotFoundError when the folder has lost them."""
    return disk.read(folder_of(db), file.stored_as)


def _goes_with_the_transaction(db: Session, folder: Path, name: str) -> None:
    """Take the bytes away again unless this session's transaction commits."""
    written = db.info.get("files_written")
    if written is None:
        written = db.info["files_written"] = []
        event.listen(db, "after_commit", _committed)
        event.listen(db, "after_transaction_end", _ended)
    written.append((folder, name))


def _committed(db: Session) -> None:
    if db.get_nested_transaction() is None:  # the end of a savepoint settles nothing
        db.info["files_written"].clear()


def _ended(db: Session, ended: Any) -> None:
    if ended.parent is None:
        for folder, name in db.info["files_written"]:
            disk.remove(folder, name)
        db.info["files_written"].clear()


def sweep(db: Session, now: datetime) -> int:
    """Timer: take away the bytes of removed files, and bytes older than a day that no row names (after a power cut)."""
    if _option(db, "files") is None:
        return 0
    folder, done = folder_of(db), 0
    for file in db.exec(
        select(File).where(File.state == FileState.REMOVED).order_by(col(File.id)).limit(200)
    ):
        disk.remove(folder, file.stored_as)
        file.state = FileState.GONE
        db.add(file)
        done += 1
    old = [name for _at, name in zip(range(2000), disk.old_names(folder, now.timestamp()), strict=False)]
    known = set(db.exec(select(File.stored_as).where(col(File.stored_as).in_(old)))) if old else set()
    for name in old:
        if name not in known:
            disk.remove(folder, name)
            done += 1
    return done
