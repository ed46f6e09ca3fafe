"""Worked examples of a level, computed by the model itself on the day they are read."""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from market.evidence.posterior import (
    CLAIMED,
    CREDENTIALED,
    DEFAULTS,
    DEMONSTRATED,
    ENDORSED,
    SHOWN,
    Item,
    Level,
    posterior,
)
from market.words import _

FAMILY = "tool"
ASKED = 3
_STORY = (  # days ago, tier, what it showed, who says so
    (660, CLAIMED, 3.0, ""),
    (560, SHOWN, 3.0, ""),
    (100, DEMONSTRATED, 3.0, "organisation:1"),
    (99, ENDORSED, 3.0, "organisation:1"),
    (24, DEMONSTRATED, 4.0, "organisation:2"),
)


class Stage(NamedTuple):
    """The level on the day something was added."""

    on: date
    tier: int
    what: str
    by: str
    level: Level


@lru_cache(maxsize=4)
def _levels(today: date) -> tuple[Level, ...]:
    items = _items(today)
    return tuple(posterior(items[: n + 1], FAMILY, items[n].occurred_on) for n in range(len(items)))


def _items(today: date) -> list[Item]:
    return [
        Item(n, tier, reading, today - timedelta(days=days), party)
        for n, (days, tier, reading, party) in enumerate(_STORY, 1)
    ]


def climb(today: date) -> list[Stage]:
    """From a person's own word to level 3, step by step."""
    words = [
        (_("Their own word"), _("“Level 3”")),
        (_("A rota that anyone can open"), _("Open link")),
        (_("An order sheet, judged by rubric"), _("A care home")),
        (_("What the care home says of it"), _("A care home")),
        (_("A rota sheet, judged by rubric"), _("A bike workshop")),
    ]
    return [
        Stage(item.occurred_on, item.tier, what, by, level)
        for item, (what, by), level in zip(_items(today), words, _levels(today), strict=True)
    ]


def whole(today: date) -> Level:
    """The same person's level today, for the line-by-line table."""
    return posterior(_items(today), FAMILY, today)


class Change(NamedTuple):
    """A level before and after one piece of work that was judged by rubric."""

    before: Level
    after: Level


def one_piece(today: date) -> Change:
    """What one assessed piece of work at level 2 does to a skill that was only claimed."""
    claim = Item(1, CLAIMED, 2.0, today - timedelta(days=200))
    work = Item(2, DEMONSTRATED, 2.0, today, "organisation:1")
    return Change(posterior([claim], FAMILY, today), posterior([claim, work], FAMILY, today))


class Tried(NamedTuple):
    """What some evidence at level 3 alone counts as."""

    tier: int
    words: str
    level: Level


def kinds(today: date) -> list[Tried]:
    """One item of each tier at level 3 dated today, and two assessed pieces."""
    alone = [
        (CLAIMED, _("any number of claims")),
        (SHOWN, _("one open project")),
        (ENDORSED, _("one endorsement")),
        (CREDENTIALED, _("one credential of a proven issuer")),
        (DEMONSTRATED, _("one assessed piece of work")),
    ]
    found = [
        Tried(tier, words, posterior([Item(1, tier, 3.0, today, "organisation:1")], FAMILY, today))
        for tier, words in alone
    ]
    two = [Item(n, DEMONSTRATED, 3.0, today, f"organisation:{n}") for n in (1, 2)]
    return [*found, Tried(DEMONSTRATED, _("two assessed pieces of work"), posterior(two, FAMILY, today))]


def constants() -> list[tuple[int, float]]:
    """Tier and variance of a reading."""
    return list(enumerate(DEFAULTS.variance))
