"""What is due: the kinds of it, its rows, and what both sides ask of them. `due_talent` and `due_employer` read it.

Each row says what it is, of which page it is the matter, whose it is and by when. Words for it stand in `todo`.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from market.apprenticeships.models import SoftRating, SoftRound
from market.apprenticeships.soft_rules import RoundStatus
from market.db import Utc
from market.engagements.models import (
    Assessment,
    AssessmentSide,
    AssessmentStatus,
    Engagement,
    Milestone,
    PaymentEntry,
    PaymentKind,
)
from market.engagements.rules import ACCEPTED, ENDED, SETTLED, Status


class Kind(StrEnum):
    """What has to be done."""

    PART = "part"  # hand in, or begin, a part of the work
    REVIEW = "review"
    ASSESS = "assess"
    SIGN_ASSESSMENT = "sign_assessment"
    NAME_ASSESSOR = "name_assessor"  # whoever judged a capstone has left
    NAME_MENTOR = "name_mentor"
    NAME_FOR_APPEAL = "name_for_appeal"
    ANSWER_APPEAL = "answer_appeal"
    CHANGE = "change"  # changed terms to sign
    CONFIRM = "confirm"  # money that was declared paid
    INVITED = "invited"
    CREDENTIAL = "credential"  # one that was offered
    HANDED_IN = "handed_in"
    COUNTER = "counter"  # terms that the other side suggested
    PAY = "pay"
    FINISH = "finish"  # every part is settled, and nobody has said that it is over
    OUTCOME = "outcome"  # what a trial led to
    SOFT = "soft"  # how others work, to say of them


class Due(NamedTuple):
    """One thing. `id` is the public id of its page; `n` is a version, a count, or 1 where the other side was first."""

    kind: Kind
    id: str
    title: str
    who: str
    at: datetime | None
    n: int


def row(kind: Kind, id: Any, title: Any, who: Any, at: Any, n: Any = 0) -> tuple[Any, ...]:
    return (
        literal(kind.value, String).label("kind"),
        id.label("id"),
        title.label("title"),
        func.coalesce(who, "").label("who"),
        (cast(null(), Utc) if at is None else at).label("at"),
        (n if not isinstance(n, int) else literal(n, Integer)).label("n"),
    )


_settled = (
    ~select(col(Milestone.id))
    .where(col(Milestone.engagement_id) == col(Engagement.id), col(Milestone.status).not_in(SETTLED))
    .correlate(Engagement)
    .exists()
)
_accepted = (
    select(col(Milestone.id))
    .where(col(Milestone.engagement_id) == col(Engagement.id), col(Milestone.status).in_(ACCEPTED))
    .correlate(Engagement)
    .exists()
)
to_finish = and_(col(Engagement.status) == Status.ACTIVE, _settled, _accepted)
# Work that may be judged now: ended less than two weeks ago, or with every part settled.
to_judge = and_(
    col(Engagement.rubric_id).is_not(None),
    or_(
        and_(
            col(Engagement.status).in_(ENDED), col(Engagement.ended_at) > bindparam("judged_since", type_=Utc)
        ),
        and_(col(Engagement.status) == Status.ACTIVE, _settled),
    ),
)


def assessed(
    *sides: AssessmentSide, status: Sequence[AssessmentStatus], this_attempt: bool = False
) -> ColumnElement[bool]:
    """Is an assessment by one of these sides in one of these states? `this_attempt`: of the one that counts now."""
    found = select(col(Assessment.id)).where(
        col(Assessment.engagement_id) == col(Engagement.id),
        col(Assessment.by_side).in_(sides),
        col(Assessment.status).in_(status),
    )
    if this_attempt:
        found = found.where(col(Assessment.round) == col(Engagement.assessment_round))
    return found.correlate(Engagement).exists()


def has_entry(kind: PaymentKind) -> ColumnElement[bool]:
    return (
        select(col(PaymentEntry.id))
        .where(col(PaymentEntry.milestone_id) == col(Milestone.id), col(PaymentEntry.kind) == kind)
        .correlate(Milestone)
        .exists()
    )


def unconfirmed() -> ColumnElement[bool]:
    """Something was declared paid, or corrected, since the person last said what came."""
    later = aliased(PaymentEntry)
    said = (
        select(col(later.id))
        .where(
            col(later.milestone_id) == col(PaymentEntry.milestone_id),
            col(later.kind) == PaymentKind.CONFIRMED_RECEIVED,
            col(later.id) > col(PaymentEntry.id),
        )
        .correlate(PaymentEntry)
        .exists()
    )
    return (
        select(col(PaymentEntry.id))
        .where(
            col(PaymentEntry.milestone_id) == col(Milestone.id),
            col(PaymentEntry.kind).in_((PaymentKind.DECLARED_PAID, PaymentKind.CORRECTED)),
            col(PaymentEntry.amount_minor) > 0,
            ~said,
        )
        .correlate(Milestone)
        .exists()
    )


PUT_IN = (AssessmentStatus.SUBMITTED, AssessmentStatus.SIGNED)
me: Any = bindparam("person")
at_now = bindparam("now", type_=Utc)
MOST = 200

# Asked of somebody, and not answered while it can be.
unsaid = and_(
    col(SoftRating.answered_at).is_(None),
    col(SoftRound.status) == RoundStatus.OPEN,
    col(SoftRound.deadline_at) > at_now,
)


def read(db: Session, statement: Any, given: dict[str, Any]) -> list[Due]:
    rows = db.connection().execute(statement.limit(MOST), given)
    return [Due(Kind(r.kind), r.id, r.title, r.who, r.at, r.n) for r in rows]
