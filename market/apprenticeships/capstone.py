"""The capstone: two attempts, judged by who was named for it, and an appeal to somebody else.

The assessments themselves are those of the engagement (market/engagements/assessments), one round for each attempt. The
answer to an appeal is an assessment too, of the round of its attempt plus `rules.APPEALED`.
"""

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session, col, select

from market import clock
from market.access import Actor, Task, require
from market.accounts.queries import is_blocked, org_member_ids
from market.apprenticeships import naming, queries, rules
from market.apprenticeships.models import Appeal
from market.apprenticeships.rules import APPEALED, AppealStatus, Judged
from market.engagements import assessments, outcomes
from market.engagements import rules as engagement_rules
from market.engagements.assessments import is_passed, need_all
from market.engagements.models import (
    Assessment,
    AssessmentResult,
    AssessmentSide,
    AssessmentStatus,
    Engagement,
)
from market.engagements.queries import hold
from market.errors import Conflict, Forbidden, Invalid, NotFound
from market.evidence import service as ledger
from market.outbox import announce
from market.rubrics.queries import RubricView
from market.transitions import take
from market.words import _


def last_word(db: Session, engagement: Engagement) -> Assessment | None:
    """The signed assessment that counts: of the last attempt, or of the appeal against it."""
    return db.exec(
        select(Assessment)
        .where(
            Assessment.engagement_id == engagement.id,
            Assessment.status == AssessmentStatus.SIGNED,
            Assessment.by_side != AssessmentSide.SELF,
        )
        .order_by(col(Assessment.signed_at).desc(), col(Assessment.id).desc())
    ).first()


def signed(db: Session, engagement: Engagement) -> list[Assessment]:
    """Every signed assessment, the first first."""
    return list(
        db.exec(
            select(Assessment)
            .where(
                Assessment.engagement_id == engagement.id,
                Assessment.status == AssessmentStatus.SIGNED,
                Assessment.by_side != AssessmentSide.SELF,
            )
            .order_by(col(Assessment.signed_at), col(Assessment.id))
        ).all()
    )


def steps_of(db: Session, assessment: Assessment) -> dict[int, tuple[int, str]]:
    """Criterion id to the step and its words."""
    rows = db.exec(select(AssessmentResult).where(AssessmentResult.assessment_id == assessment.id)).all()
    return {row.criterion_id: (row.step, row.feedback) for row in rows}


def appeal_of(db: Session, engagement: Engagement) -> Appeal | None:
    """The last appeal."""
    return db.exec(
        select(Appeal).where(Appeal.engagement_id == engagement.id).order_by(col(Appeal.id).desc())
    ).first()


def judged(db: Session, engagement: Engagement) -> Judged:
    """What the rules ask about the attempt that counts now."""
    found = last_word(db, engagement)
    if found is None or found.round % APPEALED < engagement.assessment_round:
        return Judged(False, None, False, engagement.assessment_round)
    before = db.exec(select(Appeal.id).where(Appeal.assessment_id == found.id)).first()
    return Judged(True, found.signed_at, before is not None, found.round)


def is_appeal_open(db: Session, engagement: Engagement) -> bool:
    found = appeal_of(db, engagement)
    return found is not None and found.status in (AppealStatus.OPEN, AppealStatus.GIVEN)


def try_again(db: Session, actor: Actor, engagement: Engagement, due_on: date) -> None:
    """The second attempt: the capstone is open again, to be handed in by a day in the next twelve weeks."""
    if actor.id != engagement.person_id:
        raise Forbidden(_("Only the person who learns tries it again."))
    hold(db, engagement)
    require(
        rules.may_try_again(
            engagement.status is engagement_rules.Status.ACTIVE,
            judged(db, engagement),
            engagement.capstone_passed,
            engagement.assessment_round,
            is_appeal_open(db, engagement),
        )
    )
    today = clock.today(actor.time_zone)
    if not 0 < (due_on - today).days <= 84:
        words = _("Choose a day within the next twelve weeks.")
        raise Invalid(words, due_on=words)
    part = queries.capstone_of(db, engagement)
    if part is None:
        raise Conflict(_("This work has no capstone."))
    engagement.assessment_round += 1
    db.add(engagement)
    db.flush()
    take(
        db,
        actor,
        part,
        "try_again",
        facts=engagement_rules.Facts(today, status=engagement.status, may_try_again=True),
        changes={"due_on": due_on, "submitted_at": None, "settled_at": None},
        engagement_id=engagement.id,
    )


# Appeals


def appeal(db: Session, actor: Actor, engagement: Engagement, words: str) -> Appeal:
    """Ask for another assessor, with the reason."""
    hold(db, engagement)
    found = last_word(db, engagement)
    require(rules.may_appeal(actor.id, engagement.person_id, judged(db, engagement), clock.now()))
    assert found is not None  # may_appeal asks for it
    made = Appeal(
        engagement_id=engagement.id,
        person_id=engagement.person_id,
        org_id=engagement.org_id,
        assessment_id=found.id,
        words=words,
    )
    db.add(made)
    db.flush()
    announce(db, "appeal.opened", actor, subject=("appeal", made.id), engagement_id=engagement.id)
    return made


def _judges(db: Session, first: Assessment) -> set[int]:
    """Who judged what is appealed against: of two assessors both."""
    rows = db.exec(
        select(Assessment.person_id).where(
            Assessment.engagement_id == first.engagement_id,
            Assessment.round == first.round,
            Assessment.by_side != AssessmentSide.SELF,
        )
    ).all()
    return {first.person_id, *rows}


def others(db: Session, engagement: Engagement, appeal: Appeal) -> list[tuple[str, str]]:
    """Public id and name of members who could judge it anew."""
    first = db.get_one(Assessment, appeal.assessment_id)
    return queries.may_stand_in(db, engagement, Task.ASSESS, but=_judges(db, first))


def give(db: Session, actor: Actor, engagement: Engagement, appeal: Appeal, person_public_id: str) -> None:
    """Name who judges it anew: another member who judges work. It is given to them, so that they can read it."""
    hold(db, engagement)
    person_id, membership_id = queries.member_with(db, engagement, person_public_id, Task.ASSESS)
    allowed = rules.may_judge_appeal(
        person_id,
        engagement.person_id,
        _judges(db, db.get_one(Assessment, appeal.assessment_id)),
        bool(membership_id),
        is_blocked(db, person_id, engagement.person_id),
    )
    if not allowed:
        raise Invalid(allowed.reason, assessor=allowed.reason)
    take(db, actor, appeal, "give", changes={"assessor_id": person_id}, engagement_id=engagement.id)
    naming.hand_out(db, engagement)


def is_orphaned(db: Session, appeal: Appeal) -> bool:
    """Was it given to somebody who has left since, or judges no more? Then somebody else has to be named."""
    there = org_member_ids(db, appeal.org_id, Task.ASSESS)
    return appeal.status is AppealStatus.GIVEN and appeal.assessor_id not in there


def decide(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    appeal: Appeal,
    rubric: RubricView,
    steps: Mapping[int, tuple[int, str]],
    comment: str,
    *,
    read: str | None = None,
) -> Assessment:
    """The other assessor's judgement, which counts: the first stands where every step is the same.

    `read` is what there was to judge when the page was opened, as for any assessment.
    """
    hold(db, engagement)
    assessments.require_read(db, engagement, read)
    first = db.get_one(Assessment, appeal.assessment_id)
    before = steps_of(db, first)
    need_all(rubric, steps, engagement_rules.may_leave_out(engagement))
    same = {c: step for c, (step, _words) in before.items()} == {c: step for c, (step, _w) in steps.items()}
    now = clock.now()
    row = Assessment(
        engagement_id=engagement.id,
        rubric_id=rubric.rubric.id,
        by_side=AssessmentSide.ASSESSOR1,
        round=first.round + APPEALED,
        status=AssessmentStatus.SIGNED,
        person_id=actor.id,
        comment=comment,
        submitted_at=now,
        signed_at=now,
    )
    db.add(row)
    db.flush()
    assessments.put(db, row, rubric, steps)
    take(
        db,
        actor,
        appeal,
        "uphold" if same else "change",
        changes={"second_id": row.id, "decided_at": now},
        engagement_id=engagement.id,
    )
    engagement.capstone_passed = is_passed(rubric, steps)
    db.add(engagement)
    db.flush()
    if engagement.status in engagement_rules.ENDED:
        ledger.void_source(db, ("assessment", first.id))
        outcomes.write_evidence(db, engagement)
    return row


def get_appeal(db: Session, engagement: Engagement) -> Appeal:
    found = appeal_of(db, engagement)
    if found is None:
        raise NotFound(_("Nobody appealed here."))
    return found
