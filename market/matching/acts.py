"""What people did after a list: each human act on someone, with the list that was shown last to whoever acted.

So that a list can be audited as a whole: what went in, what was shown, and what followed. The acts are read from the
events of the features above, which carry ids only.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import case, or_, select
from sqlmodel import Session, col
from sqlmodel import select as select_one

from market.matching.models import Act, Ranking, RankingAct, RankingRow
from market.outbox import Event

ACTS: dict[str, Act] = {
    "application.invited": Act.INVITED,
    "application.opened": Act.OPENED,
    "application.shortlisted": Act.SHORTLISTED,
    "application.pooled": Act.POOLED,
    "application.declined": Act.DECLINED,
    "application.reconsidered": Act.RECONSIDERED,
    "application.offered": Act.OFFERED,
    "application.offer_rescinded": Act.RESCINDED,
    "application.accepted": Act.HIRED,
}
"""Which events are acts on someone who may have stood in a list."""


class Before(NamedTuple):
    """A list that was shown to someone, and where a person stood in it."""

    ranking_id: int | None
    place: int | None
    actor_id: int


def follow(db: Session, event: Event) -> None:
    """Subscriber: keep an act beside the list it followed. Twice changes nothing more."""
    act, person_id = ACTS[event.name], event.payload.get("person_id")
    opportunity_id = event.payload.get("opportunity_id")
    if event.actor_id is None or person_id is None or opportunity_id is None:
        return  # the system did it, and it was shown no list
    if db.get(RankingAct, event.id) is not None:
        return
    if act is Act.HIRED:  # the person signed; whoever made the offer had chosen them
        before = _offered(db, opportunity_id, person_id)
    else:
        before = _shown_last(db, event, event.actor_id, opportunity_id, person_id)
    if before is not None:
        db.add(
            RankingAct(
                event_id=event.id,
                opportunity_id=opportunity_id,
                person_id=person_id,
                act=act,
                at=event.at,
                **before._asdict(),
            )
        )


def _shown_last(db: Session, event: Event, actor_id: int, opportunity_id: int, person_id: int) -> Before:
    """The last list of the opening, or of a search, with the person in it; failing that the last of the opening."""
    here = col(Ranking.opportunity_id) == opportunity_id
    row = (
        select(col(Ranking.id), col(RankingRow.place))
        .outerjoin(
            RankingRow,
            (col(RankingRow.ranking_id) == col(Ranking.id)) & (col(RankingRow.person_id) == person_id),
        )
        .where(
            col(Ranking.viewer_id) == actor_id,
            col(Ranking.at) <= event.at,
            or_(here, col(Ranking.opportunity_id).is_(None) & col(RankingRow.place).is_not(None)),
        )
        .order_by(case((col(RankingRow.place).is_(None), 1), else_=0), col(Ranking.id).desc())
        .limit(1)
    )
    found = db.connection().execute(row).first()
    return Before(found[0], found[1], actor_id) if found else Before(None, None, actor_id)


def _offered(db: Session, opportunity_id: int, person_id: int) -> Before | None:
    wanted = select_one(RankingAct).where(
        RankingAct.opportunity_id == opportunity_id,
        RankingAct.person_id == person_id,
        RankingAct.act == Act.OFFERED,
    )
    offer = db.exec(wanted.order_by(col(RankingAct.event_id).desc()).limit(1)).first()
    return Before(offer.ranking_id, offer.place, offer.actor_id) if offer else None


def acts_after(db: Session, ranking: Ranking) -> Sequence[RankingAct]:
    """What followed a list, the first first."""
    wanted = select_one(RankingAct).where(RankingAct.ranking_id == ranking.id)
    return db.exec(wanted.order_by(col(RankingAct.event_id))).all()


def in_words(acts: Sequence[RankingAct]) -> list[str]:
    """For an operator: a line for each act, with ids."""
    return [
        f"{one.at:%Y-%m-%d %H:%M} UTC: member {one.actor_id} {one.act} person {one.person_id}"
        + (f" (place {one.place})" if one.place else " (who did not stand in it)")
        for one in acts
    ]
