"""Reading the rows of uploads."""

from sqlmodel import Session, col, select

from market.errors import NotFound
from market.files.models import File, FileState
from market.words import _


def get_file(db: Session, public_id: str) -> File:
    """The file with this public id. Raises `NotFound`, also for one that was removed."""
    found = db.exec(select(File).where(File.public_id == public_id, File.state == FileState.KEPT)).first()
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours to see."))
    return found


def files_about(db: Session, kind: str, thing_id: int) -> list[File]:
    """The files that belong to a thing, in the order they came."""
    wanted = select(File).where(
        File.about_kind == kind, File.about_id == thing_id, File.state == FileState.KEPT
    )
    return list(db.exec(wanted.order_by(col(File.id))))
