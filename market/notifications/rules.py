"""Topics, channels, and when mail goes: at once, in the daily letter, or again after a failure."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from market.words import _


class Topic(StrEnum):
    """What news is about, as people choose how they hear of it."""

    ANSWERS = "answers"
    DUE = "due"
    WORK = "work"
    OPENINGS = "openings"
    SITE = "site"
    MODERATION = "moderation"


class Channel(StrEnum):
    """How e-mail carries a topic. In the app people are always told."""

    MAIL_NOW = "mail_now"
    MAIL_DIGEST = "mail_digest"
    APP = "app"


class MailStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


# Whatever has a deadline goes out at once unless its reader chose otherwise.
USUAL: dict[Topic, Channel] = {
    Topic.ANSWERS: Channel.MAIL_NOW,
    Topic.DUE: Channel.MAIL_NOW,
    Topic.WORK: Channel.MAIL_DIGEST,
    Topic.OPENINGS: Channel.MAIL_DIGEST,
    Topic.SITE: Channel.MAIL_NOW,
    Topic.MODERATION: Channel.MAIL_DIGEST,
}
HOURS = (7, 12, 18)  # when a daily letter may come, in the reader's own time
USUAL_HOUR = HOURS[0]

TRIES = 5
PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
CLAIM = timedelta(minutes=15)  # for so long a mail belongs to the worker that took it
OUTAGE = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5))  # when the mail server is away
KEEP = timedelta(days=30)  # unsent mail and the record of what was sent


def words_of(topic: Topic) -> str:
    """What stands beside the choice."""
    return {
        Topic.ANSWERS: _("Someone applies, offers or answers"),
        Topic.DUE: _("Something of yours is due"),
        Topic.WORK: _("Messages and steps in your work"),
        Topic.OPENINGS: _("Changes to openings you applied for, watch or posted"),
        Topic.SITE: _("Your organisations, your proposals, decisions of moderators"),
        Topic.MODERATION: _("Something waits for a moderator"),
    }[topic]


def words_of_channel(channel: Channel) -> str:
    return {
        Channel.MAIL_NOW: _("At once"),
        Channel.MAIL_DIGEST: _("Once a day"),
        Channel.APP: _("Not by e-mail"),
    }[channel]


def topics_for(*, moderates: bool) -> list[Topic]:
    """The topics a person has a say in."""
    return [topic for topic in Topic if moderates or topic is not Topic.MODERATION]


def next_letter(now: datetime, time_zone: str, hour: int) -> datetime:
    """When the next daily letter goes: at `hour` o'clock in the reader's zone, strictly after `now`."""
    zone = ZoneInfo(time_zone)
    local = now.astimezone(zone)
    due = local.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    if due.astimezone(UTC) <= now:
        due = (local + timedelta(days=1)).replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    return due.astimezone(UTC)


def pause_after(failures: int) -> timedelta | None:
    """How long to wait after this many failures; None when that was the last try."""
    return PAUSES[failures - 1] if failures < TRIES else None


def one_line(text: str) -> str:
    """Fit for a header: a line break in a title must not begin a header of its own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
