"""What an explanation is made of: the ledger of the skills asked and of those around them, and the lines it adds up from.

Both sides read what is made here. Levels are worked out anew from the ledger, today, by the functions the stored levels
come from; tests/matching/test_told.py holds the two to be the same whole numbers.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel import Session

from market import clock
from market.evidence.around import what_counts
from market.evidence.queries import LedgerRow, ledger_of_people
from market.matching.core.explain import Explanation, Held, Other, explain
from market.matching.queries import Wanted


class Told(NamedTuple):
    """An explanation with the ledger's rows behind it, by skill."""

    explanation: Explanation
    rows: dict[int, list[LedgerRow]]


def told(db: Session, wanted: Sequence[Wanted], person_id: int) -> Told:
    """Why this person stands where they stand for these requirements, today. Four statements."""
    asked = [w.asked.skill_id for w in wanted]
    around = what_counts(db, asked)
    rows: dict[int, list[LedgerRow]] = {}
    for row in ledger_of_people(db, [person_id], {*asked, *(one.shown for one in around)}):
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
    return Told(explain([w.asked for w in wanted], held, clock.today()), rows)
