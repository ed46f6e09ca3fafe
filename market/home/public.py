"""The first page: what is open, counted; what was posted last; and how the site does, with its n."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from market import clock
from market.applications.models import Application
from market.applications.queries import ANSWERED_IN_TIME, PROMISE_PAST
from market.db import Utc
from market.engagements.models import Engagement
from market.engagements.rules import Status as WorkStatus
from market.opportunities.browsing import Card, Facets, browse
from market.opportunities.models import Opportunity
from market.opportunities.rules import Kind
from market.opportunities.rules import Status as OpeningStatus

NEWEST = 3
WEEK = timedelta(days=7)
PERIOD = timedelta(days=90)


class Counted(NamedTuple):
    """The open openings of one kind, and the least any of them pays in all, in minor units."""

    n: int
    least_minor: int


class Figures(NamedTuple):
    """What happened in the last ninety days. A figure without anything to count is None."""

    answered_in_time: int
    due: int
    pay_hourly_minor: int | None  # the median
    openings: int
    chosen: int
    chosen_new: int  # had never completed work here before


class Front(NamedTuple):
    kinds: dict[Kind, Counted]
    newest: list[Card]
    this_week: bool  # were all of these posted within a week?
    figures: Figures

    @property
    def open_count(self) -> int:
        return sum(found.n for found in self.kinds.values())


_o = Opportunity.__table__.c  # type: ignore[attr-defined]
_KINDS: Any = (
    select(
        _o.kind,
        func.count().label("n"),
        func.min(_o.pay_minor).filter(_o.pay_basis == "fixed").label("fixed"),
        func.min(_o.pay_minor * _o.hours).filter(_o.pay_basis == "hourly").label("hourly"),
    )
    .where(_o.status == OpeningStatus.PUBLISHED)
    .group_by(_o.kind)
)

_since = bindparam("since", type_=Utc)
_paid = and_(_o.published_at >= _since, _o.pay_hourly_ref_minor.is_not(None))
_pays = (
    select(
        _o.pay_hourly_ref_minor.label("pay"),
        func.row_number().over(order_by=_o.pay_hourly_ref_minor).label("place"),
        func.count().over().label("n"),
    )
    .where(_paid)
    .subquery()
)
_before = aliased(Engagement)
_chosen = (
    select(func.count())
    .select_from(Engagement)
    .where(col(Engagement.created_at) >= _since, col(Engagement.for_members).is_(False))
)
_promised = select(func.count()).select_from(Application).where(col(Application.answer_due_at) >= _since)
_FIGURES: Any = select(
    _promised.where(ANSWERED_IN_TIME).scalar_subquery(),
    _promised.where(PROMISE_PAST).scalar_subquery(),
    # The middle one, or the lower of the two in the middle.
    select(_pays.c.pay).where(_pays.c.place == (_pays.c.n + 1) // 2).scalar_subquery(),
    select(func.count()).where(_paid).scalar_subquery(),
    _chosen.scalar_subquery(),
    _chosen.where(
        ~select(col(_before.id))
        .where(
            col(_before.person_id) == col(Engagement.person_id),
            col(_before.status) == WorkStatus.COMPLETED,
            col(_before.for_members).is_(False),
            col(_before.ended_at) <= col(Engagement.created_at),
        )
        .correlate(Engagement)
        .exists()
    ).scalar_subquery(),
)


def front(db: Session) -> Front:
    """Everything on the first page that is counted. Three statements."""
    now = clock.now()
    kinds = {}
    for row in db.connection().execute(_KINDS):
        least = [amount for amount in (row.fixed, row.hourly) if amount is not None]
        kinds[Kind(row.kind)] = Counted(row.n, min(least, default=0))
    newest = browse(db, Facets(), size=NEWEST)[:NEWEST]
    figures = db.connection().execute(_FIGURES, {"since": now - PERIOD, "now": now}).one()
    return Front(kinds, newest, _within(newest, now), Figures._make(figures))


def _within(cards: list[Card], now: datetime) -> bool:
    return bool(cards) and all(now - card.published_at <= WEEK for card in cards)
