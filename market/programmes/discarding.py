"""Throwing a draft away: that of a new version, or a programme that never went out."""

from sqlmodel import Session, col, update

from market import clock
from market.access import Actor, require
from market.db import hold
from market.errors import Conflict
from market.outbox import announce
from market.programmes import queries, rules
from market.programmes.models import Programme
from market.programmes.writing import clear
from market.words import _


def discard(db: Session, actor: Actor, programme: Programme, *, seen: int | None = None) -> bool:
    """Throw the draft away, and the programme with it when it was never out: True then. What is out stays as it is.

    `seen` is the `draft_version` that the person had before them. `Conflict` when someone saved since, or when there
    is no draft.
    """
    require(rules.may_write(actor, programme.org_id))
    hold(db, programme)  # or it might go out meanwhile
    version = queries.version_of(db, programme, 0)
    if version is None:
        raise Conflict(_("There is no draft to throw away. What is out stays as it is."))
    if seen is not None and seen != version.draft_version:
        raise Conflict(_("Someone saved this draft while you were reading. Look at it again first."))
    clear(db, version)
    announce(db, "programme.draft_discarded", actor, subject=("programme", programme.id))
    if programme.version:
        programme.updated_at = clock.now()
        db.add(programme)
        db.flush()
        return False
    copies = update(Programme).where(col(Programme.copied_from_id) == programme.id)
    db.exec(copies.values(copied_from_id=None))
    db.delete(programme)
    db.flush()
    return True
