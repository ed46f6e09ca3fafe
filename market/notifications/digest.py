"""The daily letter: everything of a day that a person wants to hear of once a day, and has not read meanwhile."""

from datetime import datetime
from itertools import groupby

from sqlmodel import Session, col, select

from market.accounts.models import Person, PersonStatus
from market.notifications import queries
from market.notifications.compose import Letter, address_of, queue, settings_of
from market.notifications.models import Notification
from market.notifications.service import address_id
from market.words import _, language, plural, speak

_BATCH = 500
MOST = 40  # a letter names so many, and says how many more there are


def send_due(db: Session, now: datetime) -> int:
    """Timer: write the daily letters that are due. How many notifications were dealt with."""
    wanted = (
        select(Notification)
        .where(col(Notification.digest_due_at) <= now)
        .order_by(col(Notification.digest_due_at), col(Notification.person_id), col(Notification.id))
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    due = list(db.exec(wanted))
    if len(due) == _BATCH:  # the last person's may go on past the end: they come next time, whole
        last = (due[-1].digest_due_at, due[-1].person_id)
        whole = [one for one in due if (one.digest_due_at, one.person_id) != last]
        due = whole or due
    for person_id, group in groupby(sorted(due, key=lambda n: (n.person_id, n.id)), lambda n: n.person_id):
        rows = list(group)
        for one in rows:
            one.digest_due_at = None
            db.add(one)
        _write(db, db.get_one(Person, person_id), [one for one in rows if one.read_at is None])
    db.flush()
    return len(due)


def _write(db: Session, person: Person, rows: list[Notification]) -> None:
    to = address_id(db, person.id) if rows and person.status is PersonStatus.ACTIVE else None
    if to is None:
        return
    before = language()
    speak(person.language)
    try:
        settings = settings_of(db)
        told = queries.tell(db, rows[:MOST], person.time_zone)
        more = len(rows) - len(told)
        letter = Letter(
            title=plural("One thing is new for you", "%(n)s things are new for you", len(rows)),
            words=(),
            items=tuple((t.title, t.line, address_of(settings, f"/news/{t.public_id}")) for t in told),
            action=_("Open your news"),
            link=address_of(settings, "/news"),
            after=plural("One more stands there.", "%(n)s more stand there.", more) if more else "",
            why=_("You get this once a day, for what you do not want to hear of at once."),
            settings_link=address_of(settings, "/settings/news"),
        )
        queue(db, letter, email_id=to)
    finally:
        speak(before)
