"""What an explanation is made of: the ledger of the skills asked and of those around them, and the lines it adds up from.

Both sides read what is made here. Levels are worked out anew from the ledger, today, by the functions the stored levels
come from; tests/matching/test_told.py holds the two to be the same whole numbers.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import bindparam
from sqlmodel import Session

from market import clock
from market.evidence.around import AROUND, SKILLS_AROUND, counting_for
from market.evidence.queries import LedgerRow, ledger_in
from market.gather import Gather, Rows
from market.matching.core.explain import Explanation, Held, Other, explain
from market.matching.queries import Wanted
from market.profiles import behind
from market.profiles.behind import Sources
from market.web.kit import SourceWords

NO_SOURCES: Sources = MappingProxyType({})


class Told(NamedTuple):
    """An explanation with the ledger's rows behind it, by skill, and what is said of them."""

    explanation: Explanation
    rows: dict[int, list[LedgerRow]]
    parties: Mapping[tuple[str, int | None], str]
    sources: Mapping[tuple[str, int], Any]


def told(db: Session, wanted: Sequence[Wanted], person_id: int, sources: Sources = NO_SOURCES) -> Told:
    """Why this person stands where they stand for these requirements, today. One statement."""
    return made(wanted, reading(sources).read(db, given(wanted, person_id)), sources)


def reading(sources: Sources) -> Gather:
    """What `made` needs, to be read by itself or beside another thing with the parameters of `given`."""
    return _gather(tuple(sources.items()))


@cache
def _gather(sources: tuple[tuple[str, SourceWords], ...]) -> Gather:
    ledger = ledger_in(bindparam("skills", expanding=True), SKILLS_AROUND)
    return Gather(*AROUND, *behind.reads(ledger, dict(sources)))


def given(wanted: Sequence[Wanted], person_id: int) -> dict[str, Any]:
    return {"skills": sorted({w.asked.skill_id for w in wanted}), "person": person_id}


def made(wanted: Sequence[Wanted], found: Sequence[Rows], sources: Sources = NO_SOURCES) -> Told:
    """The explanation, from what was read."""
    near, narrower, *ledger = found
    around, known = counting_for(near, narrower), behind.made(ledger, sources)
    rows: dict[int, list[LedgerRow]] = {}
    for row in known.rows:
        rows.setdefault(row.skill_id, []).append(row)
    held = []
    for w in wanted:
        skill = w.asked.skill_id
        others = [
            Other(
                rows[one.shown][0].skill,
                rows[one.shown][0].family,
                tuple(row.item for row in rows[one.shown]),
                one.path,
            )
            for one in around
            if one.asked == skill and one.shown in rows
        ]
        held.append(Held(w.skill, w.family, tuple(row.item for row in rows.get(skill, ())), others))
    explanation = explain([w.asked for w in wanted], held, clock.today())
    return Told(explanation, rows, known.parties, known.sources)
