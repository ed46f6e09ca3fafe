"""The only clock. Everything that asks what time it is asks here, so that tests and the demo can move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_standing: datetime | None = None


def now() -> datetime:
    """The current instant, in UTC and with a zone."""
    return _standing if _standing is not None else datetime.now(UTC)


def today(time_zone: str = "UTC") -> date:
    """The current day in an IANA time zone."""
    return now().astimezone(ZoneInfo(time_zone)).date()


def stand_at(instant: datetime | None) -> None:
    """Make the clock stand at `instant`, or let it run again with None."""
    global _standing  # noqa: PLW0603 - one clock for the process is the point
    if instant is not None and instant.tzinfo is None:
        raise ValueError("An instant needs a time zone.")
    _standing = instant


def move(by: timedelta) -> None:
    """Let a standing clock move on."""
    stand_at(now() + by)


@contextmanager
def standing(instant: datetime) -> Iterator[None]:
    """The clock stands at `instant` inside the block, and goes on as before after it."""
    before = _standing
    stand_at(instant)
    try:
        yield
    finally:
        stand_at(before)
