"""How values are written on a page: days, instants, money, numbers. One place, so that they agree everywhere."""

import json
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
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
    spoken = language()
    return "en_GB" if spoken == "en" else spoken.replace("-", "_")


@lru_cache(maxsize=4096)
def _written(on: date, pattern: str, locale: str) -> str:
    """A day as Babel writes it. Lists say the same few days again and again, and reading a pattern is slow."""
    return format_date(on, pattern, locale=locale)


@lru_cache(maxsize=4096)
def _amount(minor: int, currency: str, locale: str) -> str:
    """An amount as Babel writes it, pence only where there are some."""
    return format_currency(
        Decimal(minor) / 100,
        currency,
        format="¤#,##0" if minor % 100 == 0 else "¤#,##0.00",
        locale=locale,
        currency_digits=False,
    )


def _day_of(value: date | datetime, zone: str) -> date:
    return value.astimezone(ZoneInfo(zone)).date() if isinstance(value, datetime) else value


def day(value: date | datetime, zone: str = "UTC") -> str:
    """`27 November`, with the year when it is not this one."""
    on = _day_of(value, zone)
    pattern = "d MMMM" if on.year == clock.today(zone).year else "d MMMM y"
    return _written(on, pattern, _locale())


def day_short(value: date | datetime, zone: str = "UTC") -> str:
    """`27 Nov`, with the year when it is not this one."""
    on = _day_of(value, zone)
    pattern = "d MMM" if on.year == clock.today(zone).year else "d MMM y"
    return _written(on, pattern, _locale())


def day_full(value: date | datetime, zone: str = "UTC") -> str:
    """`27 Nov 2026`."""
    return _written(_day_of(value, zone), "d MMM y", _locale())


def weekday(value: date | datetime, zone: str = "UTC") -> str:
    """`Friday 27 November`."""
    return _written(_day_of(value, zone), "EEEE d MMMM", _locale())


def instant(value: datetime, zone: str = "UTC") -> str:
    """`27 November, 14:00` in the reader's zone."""
    at = value.astimezone(ZoneInfo(zone))
    return f"{day(at.date(), zone)}, {format_time(at, 'HH:mm', locale=_locale())}"


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
    return _amount(minor, currency, _locale())


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
        _markdown.render(text or ""),
        tags=_TAGS,
        attributes={"a": {"href"}, "*": set()},
        link_rel="nofollow noopener ugc",
    )
    return Markup(html)  # noqa: S704 - nh3 has just cleaned it


def signed(value: float) -> str:
    """Two decimals with a sign, a true minus among them."""
    return f"{round(value, 2) + 0.0:+.2f}".replace("-", "\u2212")


def percent(value: float) -> str:
    """A number for a percentage of a drawing: at most two decimals, none where none are needed."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain_cell(text: str) -> str:
    """Text for a spreadsheet (CSV) that none takes for a formula: it begins with an apostrophe then."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def initials(name: str) -> str:
    """One or two letters that stand for a person or an organisation."""
    words = [w for w in name.replace("&", " & ").split() if w]
    if not words:
        return "?"
    if "&" in words and len(words) >= 3:
        at = words.index("&")
        return f"{words[max(0, at - 1)][0]}&{words[min(len(words) - 1, at + 1)][0]}".upper()
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


_ENDS_A_BLOCK = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def ld(data: dict[str, Any]) -> Markup:
    """Linked data as JSON that can stand in a data block: nothing in it can end the block or begin a tag."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)
    return Markup(text.translate(_ENDS_A_BLOCK))  # noqa: S704 - what could be HTML is escaped above


FILTERS: dict[str, Any] = {
    "ld": ld,
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
