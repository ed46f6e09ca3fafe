"""How values are written on a page: days, instants, money, numbers. One place, so that they agree everywhere."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import nh3
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency
from markdown_it import MarkdownIt
from markupsafe import Markup

from market import clock
from market.words import _, language, plural

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False})
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "code", "pre", "blockquote", "a", "hr"}


def _locale() -> str:
    return {"en": "en_GB"}.get(language(), language()).replace("-", "_")


def _day_of(value: date | datetime, zone: str) -> date:
    return value.astimezone(ZoneInfo(zone)).date() if isinstance(value, datetime) else value


def day(value: date | datetime, zone: str = "UTC") -> str:
    """`27 November`, with the year when it is not this one."""
    on = _day_of(value, zone)
    pattern = "d MMMM" if on.year == clock.today(zone).year else "d MMMM y"
    return format_date(on, pattern, locale=_locale())


def day_short(value: date | datetime, zone: str = "UTC") -> str:
    """`27 Nov`, with the year when it is not this one."""
    on = _day_of(value, zone)
    pattern = "d MMM" if on.year == clock.today(zone).year else "d MMM y"
    return format_date(on, pattern, locale=_locale())


def day_full(value: date | datetime, zone: str = "UTC") -> str:
    """`27 Nov 2026`."""
    return format_date(_day_of(value, zone), "d MMM y", locale=_locale())


def weekday(value: date | datetime, zone: str = "UTC") -> str:
    """`Friday 27 November`."""
    return format_date(_day_of(value, zone), "EEEE d MMMM", locale=_locale())


def instant(value: datetime, zone: str = "UTC") -> str:
    """`27 November, 14:00` in the reader's zone."""
    at = value.astimezone(ZoneInfo(zone))
    return f"{day(at.date())}, {format_time(at, 'HH:mm', locale=_locale())}"


def hour(value: datetime, zone: str = "UTC") -> str:
    """`14:00` in the reader's zone, for lists that say the day above."""
    return format_time(value.astimezone(ZoneInfo(zone)), "HH:mm", locale=_locale())


def iso(value: date | datetime) -> str:
    """For `datetime` attributes."""
    return value.isoformat()


def input_instant(value: datetime, zone: str = "UTC") -> str:
    """For an input of type datetime-local."""
    return format_datetime(value.astimezone(ZoneInfo(zone)), "yyyy-MM-dd'T'HH:mm", locale="en")


def money(minor: int, currency: str = "GBP") -> str:
    """`£288`, or `£16.50` where there are pence."""
    whole = minor % 100 == 0
    return format_currency(
        minor / 100,
        currency,
        format="¤#,##0" if whole else "¤#,##0.00",
        locale=_locale(),
        currency_digits=False,
    )


def ago(value: datetime) -> str:
    """Roughly how long ago: `today`, `yesterday`, `5 days ago`."""
    days = (clock.now().date() - value.date()).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    return plural("%(n)s day ago", "%(n)s days ago", days)


def prose(text: str | None) -> Markup:
    """What a person wrote, as paragraphs: a little Markdown, cleaned, links marked as not ours."""
    html = nh3.clean(
        _markdown.render(text or ""), tags=_TAGS, attributes={"a": {"href"}}, link_rel="nofollow noopener ugc"
    )
    return Markup(html)  # noqa: S704 - nh3 has just cleaned it


def signed(value: float) -> str:
    """Two decimals with a sign, a true minus among them."""
    return f"{value:+.2f}".replace("-", "\u2212")


def percent(value: float) -> str:
    """A number for a percentage of a drawing: at most two decimals, none where none are needed."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def initials(name: str) -> str:
    """One or two letters that stand for a person or an organisation."""
    words = [w for w in name.replace("&", " & ").split() if w]
    if not words:
        return "?"
    if "&" in words and len(words) >= 3:
        at = words.index("&")
        return f"{words[max(0, at - 1)][0]}&{words[min(len(words) - 1, at + 1)][0]}"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


FILTERS: dict[str, Any] = {
    "day": day,
    "day_short": day_short,
    "day_full": day_full,
    "weekday": weekday,
    "instant": instant,
    "hour": hour,
    "iso": iso,
    "input_instant": input_instant,
    "money": money,
    "ago": ago,
    "prose": prose,
    "n1": lambda value: f"{value:.1f}",
    "n2": signed,
    "pc": percent,
    "initials": initials,
}
