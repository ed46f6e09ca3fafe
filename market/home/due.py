"""What is due: everything that waits for one person, or for those who act for an organisation, in one statement a side.

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
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from market import clock
from market.access import Actor, Role, Task
from market.accounts.models import Organisation, Person
from market.applications.models import Application, InvitationToApply, Offer
from market.applications.rules import OfferStatus
from market.applications.rules import Side as OfferSide
from market.applications.rules import Status as ApplicationStatus
from market.db import Utc
from market.engagements.models import (
    Assessment,
    AssessmentSide,
    AssessmentStatus,
    Engagement,
    EngagementMember,
    Milestone,
    PaymentEntry,
    PaymentKind,
    TermsChange,
)
from market.engagements.rules import ACCEPTED, ASSESS_WITHIN, ENDED, SETTLED, MilestoneStatus, Status
from market.opportunities.models import Opportunity
from market.opportunities.rules import Status as OpeningStatus
from market.reviews.models import ReviewPair
from market.reviews.rules import Status as PairStatus


class Kind(StrEnum):
    """What has to be done."""

    PART = "part"  # hand in, or begin, a part of the work
    REVIEW = "review"
    ASSESS = "assess"
    SIGN_ASSESSMENT = "sign_assessment"
    CHANGE = "change"  # changed terms to sign
    CONFIRM = "confirm"  # money that was declared paid
    INVITED = "invited"
    HANDED_IN = "handed_in"
    COUNTER = "counter"  # terms that the other side suggested
    PAY = "pay"
    FINISH = "finish"  # every part is settled, and nobody has said that it is over
    OUTCOME = "outcome"  # what a trial led to


class Due(NamedTuple):
    """One thing. `id` is the public id of its page; `n` is a version, a count, or 1 where the other side was first."""

    kind: Kind
    id: str
    title: str
    who: str
    at: datetime | None
    n: int


def _row(kind: Kind, id: Any, title: Any, who: Any, at: Any, n: Any = 0) -> tuple[Any, ...]:
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
_to_finish = and_(col(Engagement.status) == Status.ACTIVE, _settled, _accepted)
# Work that may be judged now: ended less than two weeks ago, or with every part settled.
_to_judge = and_(
    col(Engagement.rubric_id).is_not(None),
    or_(
        and_(
            col(Engagement.status).in_(ENDED), col(Engagement.ended_at) > bindparam("judged_since", type_=Utc)
        ),
        and_(col(Engagement.status) == Status.ACTIVE, _settled),
    ),
)


def _assessed(*sides: AssessmentSide, status: Sequence[AssessmentStatus]) -> ColumnElement[bool]:
    return (
        select(col(Assessment.id))
        .where(
            col(Assessment.engagement_id) == col(Engagement.id),
            col(Assessment.by_side).in_(sides),
            col(Assessment.status).in_(status),
        )
        .correlate(Engagement)
        .exists()
    )


def _entries(kind: PaymentKind) -> ColumnElement[bool]:
    return (
        select(col(PaymentEntry.id))
        .where(col(PaymentEntry.milestone_id) == col(Milestone.id), col(PaymentEntry.kind) == kind)
        .correlate(Milestone)
        .exists()
    )


def _unconfirmed() -> ColumnElement[bool]:
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


_IN = (AssessmentStatus.SUBMITTED, AssessmentStatus.SIGNED)
_ASSESSORS = (AssessmentSide.ASSESSOR1, AssessmentSide.ASSESSOR2)
_me: Any = bindparam("person")
_now = bindparam("now", type_=Utc)
_org, _person = col(Organisation.name), col(Person.display_name)

_TALENT: Any = union_all(
    select(
        *_row(
            Kind.REVIEW,
            col(Engagement.public_id),
            col(Engagement.title),
            _org,
            col(ReviewPair.deadline_at),
            cast(col(ReviewPair.status) == PairStatus.SEALED_BY_EMPLOYER, Integer),
        )
    )
    .join(Engagement, col(Engagement.id) == col(ReviewPair.engagement_id))
    .join(Organisation, col(Organisation.id) == col(ReviewPair.org_id))
    .where(
        col(ReviewPair.person_id) == _me,
        col(ReviewPair.status).in_((PairStatus.OPEN, PairStatus.SEALED_BY_EMPLOYER)),
        col(ReviewPair.deadline_at) > _now,
    ),
    select(
        *_row(Kind.ASSESS, col(Engagement.public_id), col(Engagement.title), _org, col(Engagement.ended_at))
    )
    .join(Organisation, col(Organisation.id) == col(Engagement.org_id))
    .where(col(Engagement.person_id) == _me, _to_judge, ~_assessed(AssessmentSide.SELF, status=_IN)),
    select(*_row(Kind.FINISH, col(Engagement.public_id), col(Engagement.title), _org, None))
    .join(Organisation, col(Organisation.id) == col(Engagement.org_id))
    .where(col(Engagement.person_id) == _me, _to_finish),
    select(
        *_row(
            Kind.CHANGE, col(Engagement.public_id), col(Engagement.title), _org, col(TermsChange.created_at)
        )
    )
    .join(Engagement, col(Engagement.id) == col(TermsChange.engagement_id))
    .join(Organisation, col(Organisation.id) == col(Engagement.org_id))
    .where(
        col(Engagement.person_id) == _me,
        col(Engagement.status).not_in((*ENDED, Status.CALLED_OFF)),
        col(TermsChange.answered_at).is_(None),
        col(TermsChange.proposed_by) == "employer",
    ),
    select(
        *_row(
            Kind.CONFIRM,
            col(Engagement.public_id),
            col(Engagement.title),
            _org,
            None,
            func.count(col(Milestone.id)),
        )
    )
    .select_from(Milestone)
    .join(Engagement, col(Engagement.id) == col(Milestone.engagement_id))
    .join(Organisation, col(Organisation.id) == col(Engagement.org_id))
    .where(
        col(Milestone.person_id) == _me,
        _unconfirmed(),
    )
    .group_by(col(Engagement.public_id), col(Engagement.title), _org),
    select(
        *_row(
            Kind.INVITED,
            col(Opportunity.public_id),
            col(Opportunity.title),
            _org,
            col(Opportunity.deadline_at),
        )
    )
    .select_from(InvitationToApply)
    .join(Opportunity, col(Opportunity.id) == col(InvitationToApply.opportunity_id))
    .join(Organisation, col(Organisation.id) == col(Opportunity.org_id))
    .outerjoin(
        Application,
        (col(Application.opportunity_id) == col(Opportunity.id))
        & (col(Application.person_id) == col(InvitationToApply.person_id)),
    )
    .where(
        col(InvitationToApply.person_id) == _me,
        col(InvitationToApply.dismissed_at).is_(None),
        col(Application.id).is_(None),
        col(Opportunity.status) == OpeningStatus.PUBLISHED,
        or_(col(Opportunity.deadline_at).is_(None), col(Opportunity.deadline_at) > _now),
    ),
)

_given = select(col(EngagementMember.engagement_id)).where(
    col(EngagementMember.membership_id).in_(bindparam("memberships", expanding=True))
)
_whole: Any = bindparam("whole", expanding=True)
# Owners and recruiters look after everything of their organisation; a mentor after what was given to them.
_theirs = and_(
    or_(col(Engagement.org_id).in_(_whole), col(Engagement.id).in_(_given)), col(Engagement.person_id) != _me
)

_EMPLOYER: Any = union_all(
    select(
        *_row(
            Kind.HANDED_IN,
            col(Milestone.public_id),
            col(Milestone.title),
            _person,
            col(Milestone.submitted_at),
            col(Milestone.version),
        )
    )
    .join(Engagement, col(Engagement.id) == col(Milestone.engagement_id))
    .join(Person, col(Person.id) == col(Engagement.person_id))
    .where(_theirs, col(Milestone.status) == MilestoneStatus.SUBMITTED),
    select(
        *_row(
            Kind.CHANGE,
            col(Engagement.public_id),
            col(Engagement.title),
            _person,
            col(TermsChange.created_at),
        )
    )
    .join(Engagement, col(Engagement.id) == col(TermsChange.engagement_id))
    .join(Person, col(Person.id) == col(Engagement.person_id))
    .where(
        _theirs,
        col(Engagement.status).not_in((*ENDED, Status.CALLED_OFF)),
        col(TermsChange.answered_at).is_(None),
        col(TermsChange.proposed_by) == "talent",
    ),
    select(
        *_row(
            Kind.ASSESS, col(Engagement.public_id), col(Engagement.title), _person, col(Engagement.ended_at)
        )
    )
    .join(Person, col(Person.id) == col(Engagement.person_id))
    .where(_theirs, _to_judge, ~_assessed(*_ASSESSORS, status=_IN)),
    select(*_row(Kind.FINISH, col(Engagement.public_id), col(Engagement.title), _person, None))
    .join(Person, col(Person.id) == col(Engagement.person_id))
    .where(_theirs, _to_finish),
    select(
        *_row(
            Kind.SIGN_ASSESSMENT,
            col(Engagement.public_id),
            col(Engagement.title),
            _person,
            col(Engagement.ended_at),
        )
    )
    .join(Person, col(Person.id) == col(Engagement.person_id))
    .where(
        _theirs,
        _to_judge,
        _assessed(*_ASSESSORS, status=(AssessmentStatus.SUBMITTED,)),
        ~_assessed(*_ASSESSORS, status=(AssessmentStatus.SIGNED,)),
    ),
    select(
        *_row(
            Kind.REVIEW,
            col(Engagement.public_id),
            col(Engagement.title),
            _person,
            col(ReviewPair.deadline_at),
            cast(col(ReviewPair.status) == PairStatus.SEALED_BY_TALENT, Integer),
        )
    )
    .join(Engagement, col(Engagement.id) == col(ReviewPair.engagement_id))
    .join(Person, col(Person.id) == col(ReviewPair.person_id))
    .where(
        _theirs,
        col(ReviewPair.status).in_((PairStatus.OPEN, PairStatus.SEALED_BY_TALENT)),
        col(ReviewPair.deadline_at) > _now,
    ),
    select(
        *_row(
            Kind.PAY,
            col(Engagement.public_id),
            col(Engagement.title),
            _person,
            None,
            func.count(col(Milestone.id)),
        )
    )
    .select_from(Milestone)
    .join(Engagement, col(Engagement.id) == col(Milestone.engagement_id))
    .join(Person, col(Person.id) == col(Engagement.person_id))
    .where(
        col(Engagement.org_id).in_(_whole),
        col(Engagement.person_id) != _me,
        col(Milestone.status).in_(ACCEPTED),
        col(Milestone.amount_minor) > 0,
        ~_entries(PaymentKind.DECLARED_PAID),
    )
    .group_by(col(Engagement.public_id), col(Engagement.title), _person),
    select(
        *_row(
            Kind.OUTCOME, col(Engagement.public_id), col(Engagement.title), _person, col(Engagement.ended_at)
        )
    )
    .join(Person, col(Person.id) == col(Engagement.person_id))
    .where(
        _theirs,
        col(Engagement.kind) == "trial",
        col(Engagement.status).in_(ENDED),
        col(Engagement.outcome).is_(None),
    ),
    select(*_row(Kind.COUNTER, col(Offer.public_id), col(Opportunity.title), _person, col(Offer.expires_at)))
    .join(Application, col(Application.id) == col(Offer.application_id))
    .join(Opportunity, col(Opportunity.id) == col(Application.opportunity_id))
    .join(Person, col(Person.id) == col(Application.person_id))
    .where(
        col(Application.org_id).in_(_whole),
        col(Application.status) == ApplicationStatus.OFFERED,
        col(Offer.status) == OfferStatus.OPEN,
        col(Offer.proposed_by) == OfferSide.TALENT,
    ),
)
MOST = 200


def for_talent(db: Session, person_id: int) -> list[Due]:
    """What waits for a person, parts of work and applications apart. One statement."""
    now = clock.now()
    return _read(db, _TALENT, {"person": person_id, "now": now, "judged_since": now - ASSESS_WITHIN})


class Reach(NamedTuple):
    """Whose matters someone answers: everything of some organisations, and what was given to them as a mentor."""

    whole: tuple[int, ...]
    memberships: tuple[int, ...]

    @property
    def is_empty(self) -> bool:
        return not self.whole and not self.memberships


def reach(actor: Actor) -> Reach:
    whole = actor.orgs_for(Task.DECIDE)
    return Reach(
        whole,
        tuple(m.id for m in actor.memberships if m.role is Role.MENTOR and m.org_id not in whole),
    )


def for_employer(db: Session, actor: Actor) -> list[Due]:
    """What waits for those who act for organisations, applications apart. One statement."""
    now, here = clock.now(), reach(actor)
    return _read(
        db,
        _EMPLOYER,
        {
            "person": actor.id,
            "now": now,
            "judged_since": now - ASSESS_WITHIN,
            "whole": list(here.whole),
            "memberships": list(here.memberships),
        },
    )


def _read(db: Session, statement: Any, given: dict[str, Any]) -> list[Due]:
    rows = db.connection().execute(statement.limit(MOST), given)
    return [Due(Kind(r.kind), r.id, r.title, r.who, r.at, r.n) for r in rows]
