"""What is asked in a search for people: skills with a level as text, and what the list is narrowed to."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sqlmodel import Session

from market.matching.core.contract import MOST_REQUIREMENTS, Requirement
from market.skills.forms import Chosen, chosen

WEIGHT = 5
_LEVEL = re.compile(r"^(?P<name>.*?\S)\s+(?:(?:at\s+)?level\s+)?(?P<level>[1-5])$", re.IGNORECASE | re.DOTALL)
LONGEST = 400


class Term(NamedTuple):
    """One skill that was typed: the text of its name, and the level asked, 1-5."""

    text: str
    level: int


def terms(text: str) -> list[Term]:
    """`spreadsheets 3, stock control 2` as terms, at most nine (one more than may be asked); level 1 where none is given."""
    found = []
    for piece in re.split(r"[,;\n]", text[:LONGEST]):
        words = piece.strip()
        if not words:
            continue
        m = _LEVEL.match(words)
        found.append(Term(m["name"], int(m["level"])) if m else Term(words, 1))
    return found[: MOST_REQUIREMENTS + 1]


class Wish(NamedTuple):
    """One term with the skill it means, if that is clear. `number` is its place in the text."""

    number: int
    term: Term
    chosen: Chosen


class Wishes(NamedTuple):
    """What was typed, and what is understood of it."""

    all: tuple[Wish, ...] = ()
    too_many: bool = False

    @property
    def open(self) -> list[Wish]:
        """Those of which it is not clear what they mean."""
        return [w for w in self.all if w.chosen.skill is None]

    @property
    def requirements(self) -> list[Requirement]:
        """Those that are clear, each skill once, all essential and of one weight."""
        found: dict[int, Requirement] = {}
        for w in self.all:
            if w.chosen.skill is not None:
                found.setdefault(
                    w.chosen.skill.id, Requirement(w.chosen.skill.id, w.term.level, WEIGHT, True)
                )
        return list(found.values())[:MOST_REQUIREMENTS]


def wishes(db: Session, text: str, picked: Mapping[str, str], viewer: int) -> Wishes:
    """The skills that a text means; `picked` holds `skill-0_id` and so on, the radio buttons that were chosen."""
    typed = terms(text)
    return Wishes(
        tuple(
            Wish(n, term, chosen(db, term.text, picked.get(f"skill-{n}_id", ""), viewer=viewer))
            for n, term in enumerate(typed[:MOST_REQUIREMENTS])
        ),
        len(typed) > MOST_REQUIREMENTS,
    )


class Narrowed(NamedTuple):
    """What the list is narrowed to. What makes no sense in the address is left out."""

    free: str = ""  # now, month
    hours: int | None = None
    language: str = ""
    tier: int = 0
    pay: int | None = None  # whole units an hour

    def available_by(self, today: date) -> date | None:
        return {"now": today, "month": today + timedelta(days=30)}.get(self.free)


def narrowed(given: Mapping[str, str], languages: tuple[str, ...]) -> Narrowed:
    return Narrowed(
        given.get("free", "") if given.get("free") in ("now", "month") else "",
        _whole(given.get("hours", ""), 80),
        given.get("language", "") if given.get("language") in languages else "",
        _whole(given.get("tier", ""), 4) or 0,
        _whole(given.get("pay", ""), 999),
    )


def _whole(text: str, most: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:6]) <= most else None
