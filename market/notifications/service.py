"""Telling people: one notification for each person and event, counted on the person, mailed as they chose."""

from collections.abc import Mapping

from sqlalchemy import update
from sqlmodel import Session, col, select

from market import clock
from market.access import Actor
from market.accounts.models import Person, PersonStatus
from market.accounts.queries import addresses
from market.notifications import queries
from market.notifications.compose import Letter, address_of, queue, settings_of
from market.notifications.context import Context, context_of
from market.notifications.models import DailyLetter, Notification, Preference
from market.notifications.news import News
from market.notifications.rules import Channel, Topic, next_letter, words_of
from market.notifications.table import NEWS
from market.outbox import Event
from market.words import _, language, speak


def tell(db: Session, event: Event) -> None:
    """Subscriber: tell everyone whom the table names, but whoever did it. A second run tells nobody twice."""
    context = context_of(db, event)
    told = set(db.exec(select(Notification.person_id).where(Notification.event_id == event.id)))
    told.add(event.actor_id or 0)
    for news in NEWS.get(event.name, ()):
        if news.when is not None and not news.when(context):
            continue
        people = [one for one in dict.fromkeys(news.to(db, context)) if one not in told]
        told.update(people)
        for person in _active(db, people):
            _tell_one(db, context, news, person)


def _active(db: Session, people: list[int]) -> list[Person]:
    """Those who still have an account that is open, in the order in which rows are locked."""
    wanted = select(Person).where(col(Person.id).in_(people), Person.status == PersonStatus.ACTIVE)
    return list(db.exec(wanted.order_by(col(Person.id)))) if people else []


def _tell_one(db: Session, context: Context, news: News, person: Person) -> None:
    """The count first: it locks the person's row, so that reading everything at the same moment leaves it right."""
    event = context.event
    db.exec(
        update(Person).where(col(Person.id) == person.id).values(unread_count=col(Person.unread_count) + 1)
    )
    channel = queries.channel_of(db, person.id, news.topic)
    due = news.due(context) if news.due is not None else None
    made = Notification(
        person_id=person.id,
        event_id=event.id,
        kind=news.kind(event.name),
        params=context.params(due),
        at=event.at,
    )
    if channel is Channel.MAIL_DIGEST:
        made.digest_due_at = next_letter(clock.now(), person.time_zone, queries.hour_of(db, person.id))
    db.add(made)
    db.flush()
    if channel is Channel.MAIL_NOW:
        mail(db, person, made)


def address_id(db: Session, person_id: int) -> int | None:
    """The address that mail to a person goes to: confirmed, the main one first. None where there is none."""
    return next((one.id for one in addresses(db, person_id) if one.verified_at is not None), None)


def mail(db: Session, person: Person, one: Notification) -> None:
    """Write the letter of one notification, in its reader's language."""
    to = address_id(db, person.id)
    if to is None:
        return
    before = language()
    speak(person.language)
    try:
        for told in queries.tell(db, [one], person.time_zone):
            queue(db, _letter(db, told), email_id=to, event_id=one.event_id)
    finally:
        speak(before)


def _letter(db: Session, told: queries.Told) -> Letter:
    settings = settings_of(db)
    return Letter(
        title=told.title,
        words=(told.line,),
        facts=((told.due_words, told.due),) if told.due and told.due_words else (),
        action=told.action,
        link=address_of(settings, f"/news/{told.public_id}"),
        after=_("Opening the link changes nothing."),
        why=_("You get this at once, as is set for “%(topic)s”.", topic=words_of(told.topic)),
        settings_link=address_of(settings, "/settings/news"),
    )  # fmt: skip


def read_one(db: Session, person_id: int, notification_id: int) -> None:
    """It was opened: from now on it is not new, and the number in the head of the page is one less."""
    _lock(db, person_id)
    moved = db.exec(
        update(Notification)
        .where(col(Notification.id) == notification_id, col(Notification.read_at).is_(None))
        .values(read_at=clock.now())
    )
    if moved.rowcount:
        db.exec(
            update(Person)
            .where(col(Person.id) == person_id, col(Person.unread_count) > 0)
            .values(unread_count=col(Person.unread_count) - 1)
        )


def read_all(db: Session, person_id: int) -> None:
    """Nothing is new to this person any more."""
    _lock(db, person_id)
    db.exec(
        update(Notification)
        .where(col(Notification.person_id) == person_id, col(Notification.read_at).is_(None))
        .values(read_at=clock.now())
    )
    db.exec(update(Person).where(col(Person.id) == person_id).values(unread_count=0))


def _lock(db: Session, person_id: int) -> None:
    db.exec(select(Person.id).where(Person.id == person_id).with_for_update())


def save_preferences(db: Session, actor: Actor, channels: Mapping[Topic, Channel], hour: int) -> None:
    """How the actor wants to hear of each topic, and when the daily letter comes. What waits for a letter keeps its hour."""
    for topic, channel in channels.items():
        kept = db.get(Preference, (actor.id, topic))
        if kept is None:
            db.add(Preference(person_id=actor.id, topic=topic, channel=channel))
        else:
            kept.channel = channel
            db.add(kept)
    letter = db.get(DailyLetter, actor.id) or DailyLetter(person_id=actor.id)
    letter.hour = hour
    db.add(letter)
    db.flush()
