"""Everything that waits for one person, in one statement: parts of work and applications come from their own lists."""

from typing import Any

from sqlalchemy import (
    Integer,
    cast,
    func,
    or_,
    select,
    union_all,
)
from sqlmodel import Session, col

from market import clock
from market.accounts.models import Organisation
from market.applications.models import Application, InvitationToApply
from market.apprenticeships.models import SoftPlace, SoftRating, SoftRound
from market.apprenticeships.soft_rules import Side as SoftSide
from market.credentials.models import Achievement, Issued
from market.credentials.rules import Status as CredentialStatus
from market.engagements.models import (
    AssessmentSide,
    Engagement,
    Milestone,
    TermsChange,
)
from market.engagements.rules import ASSESS_WITHIN, ENDED, Status
from market.home.due import (
    PUT_IN,
    Due,
    Kind,
    assessed,
    at_now,
    me,
    read,
    row,
    to_finish,
    to_judge,
    unconfirmed,
    unsaid,
)
from market.opportunities.models import Opportunity
from market.opportunities.rules import Status as OpeningStatus
from market.reviews.models import ReviewPair
from market.reviews.rules import Status as PairStatus

_org = col(Organisation.name)
_TALENT: Any = union_all(
    select(
        *row(
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
        col(ReviewPair.person_id) == me,
        col(ReviewPair.status).in_((PairStatus.OPEN, PairStatus.SEALED_BY_EMPLOYER)),
        col(ReviewPair.deadline_at) > at_now,
    ),
    select(
        *row(Kind.ASSESS, col(Engagement.public_id), col(Engagement.title), _org, col(Engagement.ended_at))
    )
    .join(Organisation, col(Organisation.id) == col(Engagement.org_id))
    .where(col(Engagement.person_id) == me, to_judge, ~assessed(AssessmentSide.SELF, status=PUT_IN)),
    select(*row(Kind.FINISH, col(Engagement.public_id), col(Engagement.title), _org, None))
    .join(Organisation, col(Organisation.id) == col(Engagement.org_id))
    .where(col(Engagement.person_id) == me, to_finish),
    select(
        *row(Kind.CHANGE, col(Engagement.public_id), col(Engagement.title), _org, col(TermsChange.created_at))
    )
    .join(Engagement, col(Engagement.id) == col(TermsChange.engagement_id))
    .join(Organisation, col(Organisation.id) == col(Engagement.org_id))
    .where(
        col(Engagement.person_id) == me,
        col(Engagement.status).not_in((*ENDED, Status.CALLED_OFF)),
        col(TermsChange.answered_at).is_(None),
        col(TermsChange.proposed_by) == "employer",
    ),
    select(
        *row(
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
        col(Milestone.person_id) == me,
        unconfirmed(),
    )
    .group_by(col(Engagement.public_id), col(Engagement.title), _org),
    select(
        *row(
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
        col(InvitationToApply.person_id) == me,
        col(InvitationToApply.dismissed_at).is_(None),
        col(Application.id).is_(None),
        col(Opportunity.status) == OpeningStatus.PUBLISHED,
        or_(col(Opportunity.deadline_at).is_(None), col(Opportunity.deadline_at) > at_now),
    ),
    select(
        *row(
            Kind.SOFT,
            col(Engagement.public_id),
            col(Engagement.title),
            _org,
            col(SoftRound.deadline_at),
            func.count(col(SoftRating.id)),
        )
    )
    .select_from(SoftRating)
    .join(SoftRound, col(SoftRound.id) == col(SoftRating.round_id))
    .join(SoftPlace, col(SoftPlace.round_id) == col(SoftRound.id))
    .join(
        Engagement, (col(Engagement.id) == col(SoftPlace.engagement_id)) & (col(Engagement.person_id) == me)
    )
    .join(Organisation, col(Organisation.id) == col(Engagement.org_id))
    .where(
        col(SoftRating.by_person) == me,
        col(SoftRating.side) == SoftSide.PEER,
        unsaid,
    )
    .group_by(col(Engagement.public_id), col(Engagement.title), _org, col(SoftRound.deadline_at)),
    select(*row(Kind.CREDENTIAL, col(Issued.public_id), col(Achievement.name), _org, None))
    .select_from(Issued)
    .join(Achievement, col(Achievement.id) == col(Issued.achievement_id))
    .join(Organisation, col(Organisation.id) == col(Issued.org_id))
    .where(col(Issued.person_id) == me, col(Issued.status) == CredentialStatus.OFFERED),
)


def for_talent(db: Session, person_id: int) -> list[Due]:
    """What waits for a person, parts of work and applications apart. One statement."""
    now = clock.now()
    return read(db, _TALENT, {"person": person_id, "now": now, "judged_since": now - ASSESS_WITHIN})
