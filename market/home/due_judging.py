"""What the capstones of programmes ask of those who judge them, and what waits until somebody is named.

Each attempt is judged anew. Where assessors were named, only they are asked: each for steps of their own, and the first,
once these are in, for the signature.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, cast, func, null, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from market.access import Task, roles_for
from market.accounts.models import Membership, Person
from market.apprenticeships.models import Appeal
from market.apprenticeships.rules import AppealStatus
from market.db import Utc
from market.engagements.models import (
    AssessmentSide,
    AssessmentStatus,
    Engagement,
    EngagementMember,
    MemberFunction,
    Milestone,
)
from market.engagements.rules import ENDED, RUNNING, Status
from market.home.due import PUT_IN, Kind, assessed, at_now, me, row
from market.programmes.rules import Phase


def _named(
    function: MemberFunction, task: Task, *, person: Any = None, but: Any = None, before: Any = None
) -> Any:
    """Members who were named in a function, belong still in a role that may do it, and are not the learner.

    `person` narrows to one, `but` leaves one out, `before` narrows to those named before another. Gives the query and
    the table it reads.
    """
    named, member = aliased(EngagementMember), aliased(Membership)
    found = (
        select(col(named.id))
        .join(member, col(member.id) == col(named.membership_id))
        .where(
            col(named.engagement_id) == col(Engagement.id),
            col(named.function) == function,
            col(member.ended_at).is_(None),
            col(member.role).in_(roles_for(task)),
            col(member.person_id) != col(Engagement.person_id),
        )
    )
    if person is not None:
        found = found.where(col(member.person_id) == person)
    if but is not None:
        found = found.where(col(member.person_id) != but)
    if before is not None:
        found = found.where(col(named.id) < before)
    return found.correlate_except(named, member), named


_ASSESSOR = (MemberFunction.ASSESSOR, Task.ASSESS)
_mine, _my_row = _named(*_ASSESSOR, person=me)
_am_second = _mine.where(_named(*_ASSESSOR, before=col(_my_row.id))[0].exists()).exists()
_am_first = and_(_mine.exists(), ~_am_second)
_has_fellow = _named(*_ASSESSOR, but=me)[0].exists()
_was_named = (
    select(col(EngagementMember.id))
    .where(
        col(EngagementMember.engagement_id) == col(Engagement.id),
        col(EngagementMember.function) == MemberFunction.ASSESSOR,
    )
    .correlate(Engagement)
    .exists()
)
_is_handed_in = and_(
    col(Engagement.status).in_(RUNNING),
    col(Engagement.capstone_round) >= col(Engagement.assessment_round),
)
_may_be_judged = and_(
    col(Engagement.needs_capstone),
    col(Engagement.rubric_id).is_not(None),
    or_(
        _is_handed_in,
        and_(
            col(Engagement.status).in_(ENDED), col(Engagement.ended_at) > bindparam("judged_since", type_=Utc)
        ),
    ),
)
_first_in = assessed(AssessmentSide.ASSESSOR1, status=PUT_IN, this_attempt=True)
_second_in = assessed(AssessmentSide.ASSESSOR2, status=PUT_IN, this_attempt=True)
_is_signed = assessed(AssessmentSide.ASSESSOR1, status=(AssessmentStatus.SIGNED,), this_attempt=True)
# Judged within two weeks of the day on which it was handed in, or on which the work ended.
_since = func.coalesce(col(Engagement.ended_at), col(Milestone.submitted_at), type_=Utc)
_person = col(Person.display_name)
# Whoever an appeal was given to belongs there still, and judges work.
_can_answer = (
    select(col(Membership.id))
    .where(
        col(Membership.person_id) == col(Appeal.assessor_id),
        col(Membership.org_id) == col(Appeal.org_id),
        col(Membership.role).in_(roles_for(Task.ASSESS)),
        col(Membership.ended_at).is_(None),
    )
    .correlate(Appeal)
    .exists()
)


def _of_capstone(kind: Kind, at: Any) -> Any:
    return (
        select(*row(kind, col(Engagement.public_id), col(Engagement.title), _person, at))
        .select_from(Engagement)
        .join(Person, col(Person.id) == col(Engagement.person_id))
        .join(
            Milestone,
            and_(
                col(Milestone.engagement_id) == col(Engagement.id),
                col(Milestone.phase) == Phase.CAPSTONE.value,
            ),
        )
    )


def rows(theirs: ColumnElement[bool], whole: Any) -> list[Any]:
    """`theirs` is work that the reader looks after, `whole` the organisations for which they decide."""
    anyone = and_(~_was_named, theirs)
    decides = and_(col(Engagement.org_id).in_(whole), col(Engagement.person_id) != me)
    under_way = col(Engagement.status).in_((Status.SCHEDULED, *RUNNING))
    return [
        _of_capstone(Kind.ASSESS, _since).where(
            _may_be_judged,
            ~_is_signed,
            or_(
                and_(or_(_am_first, anyone), ~_first_in),
                and_(_am_second, ~_second_in),
            ),
        ),
        _of_capstone(Kind.SIGN_ASSESSMENT, _since).where(
            _may_be_judged,
            ~_is_signed,
            _first_in,
            or_(and_(_am_first, or_(~_has_fellow, _second_in)), anyone),
        ),
        _of_capstone(
            Kind.NAME_ASSESSOR,
            case((_may_be_judged, at_now), else_=cast(null(), Utc)),
        ).where(
            decides,
            _was_named,
            ~_named(*_ASSESSOR)[0].exists(),
            ~_is_signed,
            or_(_may_be_judged, under_way),
        ),
        _of_capstone(Kind.NAME_MENTOR, at_now).where(
            decides,
            under_way,
            col(Engagement.sessions_held) < col(Engagement.sessions_least),
            ~_named(MemberFunction.MENTOR, Task.SUPERVISE)[0].exists(),
        ),
        _of_capstone(Kind.NAME_FOR_APPEAL, at_now)
        .join(Appeal, col(Appeal.engagement_id) == col(Engagement.id))
        .where(
            decides,
            or_(
                col(Appeal.status) == AppealStatus.OPEN,
                and_(col(Appeal.status) == AppealStatus.GIVEN, ~_can_answer),
            ),
        ),
        _of_capstone(Kind.ANSWER_APPEAL, at_now)
        .join(Appeal, col(Appeal.engagement_id) == col(Engagement.id))
        .where(col(Appeal.assessor_id) == me, col(Appeal.status) == AppealStatus.GIVEN, _can_answer),
    ]
