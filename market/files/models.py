"""The table of uploads. The bytes lie in the settings' folder under `stored_as`, which has nothing to do with the name."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from market import clock
from market.db import choice_field, id_field, instant_field, one_of, public_id_field, refers_to


class FileState(StrEnum):
    KEPT = "kept"
    REMOVED = "removed"  # nobody reads it; its bytes go with the next sweep
    GONE = "gone"


class File(SQLModel, table=True):
    """One upload. `sha256` is of the bytes that are kept (an image's are new ones)."""

    __tablename__ = "file"
    __table_args__ = (
        one_of("state", FileState),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("(about_kind = '') = (about_id IS NULL)", name="about"),
        Index("ix_file_about", "about_kind", "about_id"),
    )

    id: int = id_field()
    public_id: str = public_id_field()
    owner_id: int = refers_to("person.id")
    about_kind: str = ""
    about_id: int | None = Field(default=None)
    name: str
    media_type: str
    size: int
    sha256: str = Field(max_length=64)
    stored_as: str = Field(unique=True, max_length=64)
    created_at: datetime = instant_field(factory=clock.now)
    state: FileState = choice_field(FileState, default=FileState.KEPT, index=True)
