"""Judging by the published rubric: each side chooses blind, then both are open, then the assessor signs.

What is signed is written to the ledger (see `outcomes`) and never changed; neither side leads the other, since steps
are shown only to those who have put in their own.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sqlmodel import Session, col, delete, select

from market import clock
from market.access import Actor, require
from market.engagements import outcomes, rules
from market.engagements.models import (
    Assessment,
    AssessmentResult,
    AssessmentSide,
    AssessmentStatus,
    Engagement,
)
from market.errors import Conflict, Invalid
from market.outbox import announce
from market.rubrics.queries import RubricView
from market.words import _


class Judged(NamedTuple):
    """One assessment with its steps: criterion id to (step, words)."""

    row: Assessment
    steps: dict[int, tuple[int, str]]


def of_engagement(db: Session, engagement: Engagement) -> dict[AssessmentSide, Judged]:
    """The assessments of the last round, by side."""
    rows = db.exec(
        select(Assessment).where(Assessment.engagement_id == engagement.id).order_by(col(Assessment.round))
    ).all()
    latest = {row.by_side: row for row in rows}
    results = db.exec(
        select(AssessmentResult).where(
            col(AssessmentResult.assessment_id).in_([r.id for r in latest.values()])
        )
    ).all()
    return {
        side: Judged(
            row, {r.criterion_id: (r.step, r.feedback) for r in results if r.assessment_id == row.id}
        )
        for side, row in latest.items()
    }


def side_of(actor: Actor, engagement: Engagement) -> AssessmentSide:
    return AssessmentSide.SELF if actor.id == engagement.person_id else AssessmentSide.ASSESSOR1


def _require_may(actor: Actor, engagement: Engagement) -> AssessmentSide:
    side = side_of(actor, engagement)
    asked = rules.may_self_assess if side is AssessmentSide.SELF else rules.may_assess
    require(asked(actor, engagement, clock.now()))
    return side


def save(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    rubric: RubricView,
    steps: Mapping[int, tuple[int, str]],
    comment: str = "",
) -> Assessment:
    """Keep steps as a draft that nobody else sees."""
    side = _require_may(actor, engagement)
    found = of_engagement(db, engagement).get(side)
    if found is not None and found.row.status is not AssessmentStatus.DRAFT:
        raise Conflict(_("Your steps are in already."))
    row = (
        found.row
        if found
        else Assessment(
            engagement_id=engagement.id, rubric_id=rubric.rubric.id, by_side=side, person_id=actor.id
        )
    )
    row.person_id, row.comment = actor.id, comment
    db.add(row)
    db.flush()
    _put(db, row, rubric, steps)
    return row


def submit(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    rubric: RubricView,
    steps: Mapping[int, tuple[int, str]],
    comment: str = "",
) -> Assessment:
    """Put in one's steps, one for each criterion. From here on both sides' steps are open to whoever has put in theirs."""
    missing = [c for c in rubric.criteria if c.id not in steps]
    if missing:
        raise Invalid(
            _("Choose a step for each criterion."),
            **{f"step-{c.position}": _("Choose a step for “%(name)s”.", name=c.name) for c in missing},
        )
    row = save(db, actor, engagement, rubric, steps, comment)
    row.status, row.submitted_at = AssessmentStatus.SUBMITTED, clock.now()
    db.add(row)
    db.flush()
    announce(
        db,
        "assessment.submitted",
        actor,
        subject=("assessment", row.id),
        engagement_id=engagement.id,
        by_self=row.by_side is AssessmentSide.SELF,
    )
    return row


def sign(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    rubric: RubricView,
    steps: Mapping[int, tuple[int, str]],
    comment: str,
) -> Assessment:
    """The assessor's last word, after both sides are open (or the person chose not to judge themselves)."""
    side = _require_may(actor, engagement)
    if side is AssessmentSide.SELF:
        raise Conflict(_("Your own steps need no signature."))
    found = of_engagement(db, engagement).get(side)
    if found is None or found.row.status is AssessmentStatus.DRAFT:
        raise Conflict(_("Put in your steps first."))
    if found.row.status is AssessmentStatus.SIGNED:
        raise Conflict(_("This was signed before. It can be added to, never changed."))
    missing = [c for c in rubric.criteria if c.id not in steps]
    if missing:
        raise Invalid(_("Choose a step for each criterion."))
    changed = [c for c in rubric.criteria if steps[c.id][0] != found.steps[c.id][0] and not steps[c.id][1]]
    if changed:
        raise Invalid(
            _("Say why you changed a step."),
            **{f"why-{c.position}": _("Say why this step changed.") for c in changed},
        )
    row = found.row
    row.person_id, row.comment, row.status, row.signed_at = (
        actor.id,
        comment,
        AssessmentStatus.SIGNED,
        clock.now(),
    )
    db.add(row)
    db.flush()
    _put(db, row, rubric, steps)
    announce(db, "assessment.signed", actor, subject=("assessment", row.id), engagement_id=engagement.id)
    if engagement.status in rules.ENDED:
        outcomes.write_evidence(db, engagement)
    return row


def _put(db: Session, row: Assessment, rubric: RubricView, steps: Mapping[int, tuple[int, str]]) -> None:
    known = {c.id for c in rubric.criteria}
    db.exec(delete(AssessmentResult).where(col(AssessmentResult.assessment_id) == row.id))
    for criterion_id, (step, feedback) in steps.items():
        if criterion_id in known:
            db.add(
                AssessmentResult(
                    assessment_id=row.id, criterion_id=criterion_id, step=step, feedback=feedback
                )
            )
    db.flush()


def may_see_theirs(mine: Judged | None, theirs: Judged | None) -> bool:
    """Is the other side's assessment open to someone with this one? When one's own is in, or theirs is signed."""
    if theirs is None or theirs.row.status is AssessmentStatus.DRAFT:
        return False
    return theirs.row.status is AssessmentStatus.SIGNED or (
        mine is not None and mine.row.status is not AssessmentStatus.DRAFT
    )
