"""Double submits: each form carries a key of its own, and a key has one effect.

The key is inserted in the same transaction as what the form does. A second arrival finds it and is sent where the
first one was sent.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col

from market import clock
from market.db import instant_field

KEY_FIELD = "submission_key"


class Submission(SQLModel, table=True):
    """One form that was sent, and where its sender was led."""

    __tablename__ = "submission"
    key: str = Field(primary_key=True, max_length=64)
    person_id: int = Field(default=0)
    route: str
    location: str = ""
    at: datetime = instant_field(factory=clock.now, index=True)


def new_key() -> str:
    return secrets.token_urlsafe(16)


def sweep(db: Session, now: datetime) -> int:
    """Timer: forget forms that were sent more than seven days ago; how many."""
    old = delete(Submission).where(col(Submission.at) < now - timedelta(days=7))
    return int(db.connection().execute(old).rowcount)


def claim(db: Session, key: str, person_id: int, route: str) -> bool:
    """Take the key for this transaction; False when it was used before. The transaction is over in that case."""
    try:
        db.connection().execute(
            insert(Submission).values(key=key, person_id=person_id, route=route, location="", at=clock.now())
        )
    except IntegrityError:
        db.rollback()
        return False
    return True


def first_answer(db: Session, key: str, person_id: int, route: str) -> str | None:
    """Where the first sender of this key was led; None when the key belongs to someone or something else."""
    found = db.get(Submission, key)
    if found is None or found.person_id != person_id or found.route != route:
        return None
    return found.location
