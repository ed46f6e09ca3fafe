"""The index of open openings, read from the database.

The page of openings does not ask it yet: it puts the 500 newest that match in order by a statement
(`openings_listed`). To ask it, whoever changes what an opening asks, its state, its seats or the number of its
applicants would have to say so in a log, as `evidence.service.tell_indexes` does for people; `refreshed` then takes up
the openings named there.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from market.matching.core.contract import Requirement
from market.matching.core.openings import Open, OpeningsIndex
from market.opportunities.models import Opportunity
from market.opportunities.models import Requirement as Asked
from market.opportunities.rules import Status

_OPEN = (
    select(
        col(Opportunity.id),
        col(Opportunity.seats),
        col(Opportunity.applicants_count),
        col(Asked.skill_id),
        col(Asked.level),
        col(Asked.weight),
        col(Asked.essential),
    )
    .join(
        Asked,
        (col(Asked.opportunity_id) == col(Opportunity.id)) & (col(Asked.version) == col(Opportunity.version)),
    )
    .where(col(Opportunity.status) == Status.PUBLISHED)
    .order_by(col(Opportunity.id))
)


def loaded(db: Session) -> OpeningsIndex:
    """An index of every open opening that asks for a skill. One statement."""
    return OpeningsIndex(_openings(db.connection().execute(_OPEN)))


def refreshed(db: Session, index: OpeningsIndex, ids: Collection[int]) -> None:
    """Bring some openings of an index to what the database says now. One statement."""
    wanted = list(ids)
    found = _openings(db.connection().execute(_OPEN.where(col(Opportunity.id).in_(wanted))))
    index.change(found, gone=wanted)


def _openings(rows: Iterable[Any]) -> list[Open]:
    asked: dict[int, list[Requirement]] = {}
    beside: dict[int, tuple[int, int]] = {}
    for row in rows:
        asked.setdefault(row.id, []).append(
            Requirement(row.skill_id, row.level, row.weight, bool(row.essential))
        )
        beside[row.id] = row.seats, row.applicants_count
    return [Open(one, tuple(wanted), *beside[one]) for one, wanted in asked.items()]
