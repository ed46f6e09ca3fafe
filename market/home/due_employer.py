"""Everything that waits for those who act for an organisation, in one statement; a mentor sees what was given to them."""

from typing import Any, NamedTuple

from sqlalchemy import (
    Integer,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    union_all,
)
from sqlmodel import Session, col

from market import clock
from market.access import Actor, Role, Task
from market.accounts.models import Person
from market.applications.models import Application, Offer
from market.applications.rules import OfferStatus
from market.applications.rules import Side as OfferSide
from market.applications.rules import Status as ApplicationStatus
from market.apprenticeships.models import SoftRating, SoftRound
from market.apprenticeships.soft_rules import Side as SoftSide
from market.engagements.models import (
    AssessmentStatus,
    Engagement,
    EngagementMember,
    Milestone,
    PaymentKind,
    TermsChange,
)
from market.engagements.pairs import ASSESSORS
from market.engagements.rules import ACCEPTED, ASSESS_WITHIN, ENDED, MilestoneStatus, Status
from market.home import due_judging
from market.home.due import (
    PUT_IN,
    Due,
    Kind,
    assessed,
    at_now,
    has_entry,
    me,
    read,
    row,
    to_finish,
    to_judge,
    unsaid,
)
from market.opportunities.models import Opportunity
from market.reviews.models import ReviewPair
from market.reviews.rules import Status as PairStatus

_person = col(Person.display_name)
_given = select(col(EngagementMember.engagement_id)).where(
    col(EngagementMember.membership_id).in_(bindparam("memberships", expanding=True))
)
_whole: Any = bindparam("whole", expanding=True)
# Owners and recruiters look after everything of their organisation; a mentor after what was given to them.
_theirs = and_(
    or_(col(Engagement.org_id).in_(_whole), col(Engagement.id).in_(_given)), col(Engagement.person_id) != me
)

_EMPLOYER: Any = union_all(
    select(
        *row(
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
        *row(
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
        *row(Kind.ASSESS, col(Engagement.public_id), col(Engagement.title), _person, col(Engagement.ended_at))
    )
    .join(Person, col(Person.id) == col(Engagement.person_id))
    .where(_theirs, to_judge, ~col(Engagement.needs_capstone), ~assessed(*ASSESSORS, status=PUT_IN)),
    select(*row(Kind.FINISH, col(Engagement.public_id), col(Engagement.title), _person, None))
    .join(Person, col(Person.id) == col(Engagement.person_id))
    .where(_theirs, to_finish),
    select(
        *row(
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
        to_judge,
        ~col(Engagement.needs_capstone),
        assessed(*ASSESSORS, status=(AssessmentStatus.SUBMITTED,)),
        ~assessed(*ASSESSORS, status=(AssessmentStatus.SIGNED,)),
    ),
    select(
        *row(
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
        col(ReviewPair.deadline_at) > at_now,
    ),
    select(
        *row(
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
        col(Engagement.person_id) != me,
        col(Milestone.status).in_(ACCEPTED),
        col(Milestone.amount_minor) > 0,
        ~has_entry(PaymentKind.DECLARED_PAID),
    )
    .group_by(col(Engagement.public_id), col(Engagement.title), _person),
    select(
        *row(
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
    select(
        *row(
            Kind.SOFT,
            col(Engagement.public_id),
            col(Engagement.title),
            _person,
            col(SoftRound.deadline_at),
        )
    )
    .select_from(SoftRating)
    .join(SoftRound, col(SoftRound.id) == col(SoftRating.round_id))
    .join(Engagement, col(Engagement.id) == col(SoftRating.engagement_id))
    .join(Person, col(Person.id) == col(SoftRating.of_person))
    .where(col(SoftRating.by_person) == me, col(SoftRating.side) == SoftSide.MENTOR, unsaid),
    select(*row(Kind.COUNTER, col(Offer.public_id), col(Opportunity.title), _person, col(Offer.expires_at)))
    .join(Application, col(Application.id) == col(Offer.application_id))
    .join(Opportunity, col(Opportunity.id) == col(Application.opportunity_id))
    .join(Person, col(Person.id) == col(Application.person_id))
    .where(
        col(Application.org_id).in_(_whole),
        col(Application.status) == ApplicationStatus.OFFERED,
        col(Offer.status) == OfferStatus.OPEN,
        col(Offer.proposed_by) == OfferSide.TALENT,
    ),
    *due_judging.rows(_theirs, _whole),
)


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
    return read(
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
