"""The days of a programme as an iCalendar file: sessions with their hour, the rest as whole days."""

from datetime import date, timedelta
from typing import NamedTuple

from icalendar import Calendar, Event, vDuration

from market import clock
from market.apprenticeships.models import MentorSession
from market.apprenticeships.rules import SessionStatus


class Dated(NamedTuple):
    """A whole day: its lasting name, its words, the day."""

    uid: str
    words: str
    on: date


def calendar(
    name: str,
    host: str,
    link: str,
    days: list[Dated],
    sessions: list[tuple[MentorSession, str]],
    minutes: int,
) -> bytes:
    """A calendar of these days and of the sessions that are planned or were held; each of `minutes` unless it was timed."""
    made = Calendar()
    made.add("prodid", "-//Foothold//Programme//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    for one in days:
        event = _event(f"{one.uid}@{host}", one.words, link)
        event.add("dtstart", one.on)
        event.add("dtend", one.on + timedelta(days=1))
        made.add_component(event)
    for row, words in sessions:
        at = row.held_at or row.planned_at
        if at is None or row.status in (SessionStatus.MOVED, SessionStatus.MISSED):
            continue
        event = _event(f"session-{row.public_id}@{host}", words, link)
        event.add("dtstart", at)
        event.add("duration", vDuration(timedelta(minutes=row.minutes or minutes)))
        made.add_component(event)
    return bytes(made.to_ical())


def _event(uid: str, words: str, link: str) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", clock.now())
    event.add("summary", words)
    event.add("url", link)
    return event
