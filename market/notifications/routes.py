"""The page of news, the choice of how one hears of it, and in the demo the mail that would have been sent."""

import re
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, anyone, signed_in
from market.errors import NotFound
from market.notifications import queries, service
from market.notifications.rules import (
    HOURS,
    Channel,
    Topic,
    topics_for,
    words_of,
    words_of_channel,
)
from market.web import show
from market.web.forms import BLANK, Entry
from market.web.kit import kit_of
from market.web.pagination import Page, cut, decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, after, page
from market.words import _

SIZE = 20
_HERE = re.compile(r"https?://[^/\s]+(?=/(?:news|verify|reset|invitations|settings)\b)")


def _before(request: Request) -> tuple[datetime, int] | None:
    """The place in the list that the address names; the beginning where it makes no sense."""
    key = decode(request.query_params.get("after"), 2)
    if key is None or not isinstance(key[1], int):
        return None
    try:
        at = datetime.fromisoformat(str(key[0]))
    except ValueError:
        return None
    return (at, key[1]) if at.tzinfo is not None else None


def list_(request: Request, db: Session, actor: Actor) -> Response:
    """What is new and what was, day by day."""
    rows = queries.latest(db, actor.id, SIZE + 1, _before(request))
    found = cut(rows, SIZE, lambda one: (one.at.isoformat(), one.id))
    told, zone = queries.tell(db, found.items, actor.time_zone), ZoneInfo(actor.time_zone)
    days = [
        (_day(day, actor.time_zone), list(items))
        for day, items in groupby(told, lambda one: one.at.astimezone(zone).date())
    ]
    return render(request, "notifications/list.html", days=days, next=found.next)


def _day(day: Any, time_zone: str) -> str:
    return _("Today") if day == clock.today(time_zone) else show.weekday(day)


def open_(request: Request, db: Session, actor: Actor) -> Response:
    """Lead on to what a notification is about. That it was read is kept as the page's own log."""
    found = queries.own(db, actor.id, request.path_params["id"])
    if found.read_at is None:
        person_id, row_id = actor.id, found.id
        after(request, lambda later: service.read_one(later, person_id, row_id))
    told = queries.tell(db, [found], actor.time_zone)
    if not told:
        return see_other(request, "notifications.list")
    one = told[0]
    return see_other(request, one.route, **({one.place: one.target} if one.target else {}))


def read_all(request: Request, db: Session, actor: Actor) -> Response:
    """Mark everything as read."""
    service.read_all(db, actor.id)
    return see_other(request, "notifications.list", said=_("Everything is marked as read."))


def settings(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """How one hears of each topic by e-mail, and when the daily letter comes."""
    topics = topics_for(moderates=actor.is_moderator or actor.is_admin)
    chosen = queries.channels_of(db, actor.id)
    return render(
        request,
        "notifications/settings.html",
        status=entry.status,
        entry=entry,
        topics=[(str(t), words_of(t), str(entry.value(str(t), chosen[t]))) for t in topics],
        channels=[(str(c), words_of_channel(c)) for c in Channel],
        hour=str(entry.value("hour", queries.hour_of(db, actor.id))),
        hours=[(str(h), f"{h:02d}:00") for h in HOURS],
    )


def save(request: Request, db: Session, actor: Actor) -> Response:
    """Keep the choices. Each topic has an answer, and the hour is one of those offered."""
    topics = topics_for(moderates=actor.is_moderator or actor.is_admin)
    sent = {name: str(value) for name, value in request.state.form.items()}
    errors: dict[str, str] = {}
    channels: dict[Topic, Channel] = {}
    for topic in topics:
        if sent.get(topic) in list(Channel):
            channels[topic] = Channel(sent[topic])
        else:
            errors[str(topic)] = _("Choose one of the answers for “%(topic)s”.", topic=words_of(topic))
    if sent.get("hour") not in [str(h) for h in HOURS]:
        errors["hour"] = _("Choose one of the hours.")
    if errors:
        return settings(request, db, actor, Entry(sent, None, errors))
    service.save_preferences(db, actor, channels, int(sent["hour"]))
    return see_other(request, "notifications.settings", said=_("Saved."))


def mail(request: Request, db: Session, actor: Actor) -> Response:
    """In the demo: mail that would have gone out, the newest first, with its links. Elsewhere there is no such page."""
    if not kit_of(request).settings.demo:
        raise NotFound(_("There is no such page."))
    key = decode(request.query_params.get("after"), 1)
    before = key[0] if key and isinstance(key[0], int) else None
    found = cut(queries.waiting_mail(db, SIZE + 1, before), SIZE, lambda one: [one.id])
    here = (
        f"{request.url.scheme}://{request.url.netloc}"  # a demo may be made on one port and shown on another
    )
    found = Page([one._replace(text=_HERE.sub(here, one.text)) for one in found.items], found.next)
    return render(request, "demo/mail.html", found=found)


routes: list[MarketRoute] = [
    page("/news", list_, name="notifications.list", allow=signed_in),
    action("/news/read", read_all, name="notifications.read_all", allow=signed_in),
    page("/news/{id}", open_, name="notifications.open", allow=signed_in),
    page("/settings/news", settings, name="notifications.settings", allow=signed_in),
    action("/settings/news", save, name="notifications.save", allow=signed_in),
    page("/demo/mail", mail, name="demo.mail", allow=anyone),
]
