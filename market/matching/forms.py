"""What is asked in a search for people: skills with a level as text, and what the list is narrowed to."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sqlmodel import Session

from market.matching.core.contract import MOST_REQUIREMENTS, Requirement
from market.skills.forms import NONE, Chosen, chosen, typed
from market.web.narrowing import whole
from market.words import _

WEIGHT = 5
LEVELS = range(1, 6)
_LEVEL = re.compile(
    r"^(?P<name>.*?\S)\s+(?:(?:at\s+)?level\s+)?(?P<level>[-+\u2212]?\d+(?:\.\d+)?)$",
    re.IGNORECASE | re.DOTALL,
)
LONGEST = 400


class Term(NamedTuple):
    """One skill that was typed: the text of its name, and the level asked, 1-5.

    `wrong` is a number at the end that is no level: then `text` is all that was typed, and may yet be a skill's name.
    """

    text: str
    level: int
    wrong: str = ""


def terms(text: str) -> list[Term]:
    """`spreadsheets 3, stock control 2` as terms, at most nine (one more than may be asked); level 1 where none is given."""
    found = []
    for piece in re.split(r"[,;\n]", text[:LONGEST]):
        words = piece.strip()
        if not words:
            continue
        m = _LEVEL.match(words)
        if m is None:
            found.append(Term(words, 1))
        elif m["level"].isdecimal() and int(m["level"]) in LEVELS:
            found.append(Term(m["name"], int(m["level"])))
        else:
            found.append(Term(words, 1, m["level"]))
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
        return [w for w in self.all if w.chosen.skill is None and not w.term.wrong]

    @property
    def faults(self) -> list[str]:
        """What to say beside the field: of numbers that are no level, and of skills that were named more than once."""
        found = [
            _("Levels run from 1 to 5, so “%(text)s” is left out.", text=w.term.text)
            for w in self.all
            if w.term.wrong
        ]
        named = Counter(w.chosen.skill.id for w in self.all if w.chosen.skill is not None)
        names = {w.chosen.skill.id: w.chosen.skill.name for w in self.all if w.chosen.skill is not None}
        return found + [
            _(
                "%(skill)s is named more than once. It is asked once, at level %(level)s.",
                skill=names[asked.skill_id],
                level=asked.level,
            )
            for asked in self.requirements
            if named[asked.skill_id] > 1
        ]

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
    found = terms(text)
    return Wishes(
        tuple(
            _meant(db, n, term, picked.get(f"skill-{n}_id", ""), viewer)
            for n, term in enumerate(found[:MOST_REQUIREMENTS])
        ),
        len(found) > MOST_REQUIREMENTS,
    )


def _meant(db: Session, number: int, term: Term, picked: str, viewer: int) -> Wish:
    """One term with its skill. A number that is no level must be part of a skill's own name: ISO 9001."""
    if term.wrong:
        if not typed(db, term.text, viewer=viewer).is_a_name:
            return Wish(number, term, NONE)
        term = term._replace(wrong="")
    return Wish(number, term, chosen(db, term.text, picked, viewer=viewer))


MOST = {"hours": 80, "pay": 999}
"""The most that a field of the narrowing takes."""


class Narrowed(NamedTuple):
    """What the list is narrowed to. What cannot be read narrows nothing: `MOST` says to what its fields go."""

    free: str = ""  # now, month
    hours: int | None = None
    language: str = ""
    tier: int = 0
    pay: int | None = None  # whole units an hour

    @property
    def is_empty(self) -> bool:
        """The list is narrowed to nothing: everyone stands in it."""
        return self == Narrowed()

    def available_by(self, today: date) -> date | None:
        return {"now": today, "month": today + timedelta(days=30)}.get(self.free)


def narrowed(given: Mapping[str, str], languages: tuple[str, ...]) -> Narrowed:
    return Narrowed(
        given.get("free", "") if given.get("free") in ("now", "month") else "",
        whole(given.get("hours", ""), MOST["hours"]),
        given.get("language", "") if given.get("language") in languages else "",
        whole(given.get("tier", ""), 4) or 0,
        whole(given.get("pay", ""), MOST["pay"]),
    )
