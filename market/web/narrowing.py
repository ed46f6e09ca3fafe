"""What people type to narrow a list: whole numbers and days in the address, and what to say of what is neither.

A list is shown whatever was typed: what cannot be read narrows nothing, and its field says so.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from market.words import _

MOST = 99_999


def whole(text: str, most: int = MOST) -> int | None:
    """A whole number from 1 to `most`; None for anything else."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        return None
    return int(text) if 1 <= int(text) <= most else None


def day(text: str) -> date | None:
    """A day as date fields send it (2026-12-01); None for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def faults(given: Mapping[str, str], numbers: Mapping[str, int], days: Iterable[str] = ()) -> dict[str, str]:
    """A sentence for each of these fields in which something stands that cannot be read; `numbers` by the most they take."""
    found = {
        name: _("Give a whole number from 1 to %(most)s.", most=f"{most:,}")
        for name, most in numbers.items()
        if given.get(name, "").strip() and whole(given[name], most) is None
    }
    return found | {
        name: _("Give a day, such as 2026-12-01.")
        for name in days
        if given.get(name, "").strip() and day(given[name]) is None
    }
