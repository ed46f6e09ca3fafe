"""What an ended engagement leaves behind: assessed skills in the ledger, a count on the profile."""

from fractions import Fraction

from sqlmodel import Session, col, select

from market import clock
from market.engagements import rules
from market.engagements.models import (
    Assessment,
    AssessmentResult,
    AssessmentSide,
    AssessmentStatus,
    Engagement,
)
from market.engagements.rules import Status
from market.evidence import service as ledger
from market.evidence.models import Kind
from market.profiles.models import TalentProfile
from market.rubrics.queries import rubric_with_criteria


def ended(db: Session, engagement: Engagement) -> None:
    """Once work is completed or ended early: write what was assessed, and count what was completed."""
    if engagement.status is Status.COMPLETED:
        profile = db.get(TalentProfile, engagement.person_id) or TalentProfile(person_id=engagement.person_id)
        profile.completed_count += 1
        db.add(profile)
    write_evidence(db, engagement)


def write_evidence(db: Session, engagement: Engagement) -> int:
    """T4 for each skill of the signed assessment; how many items were new. Silent approval writes none.

    Criteria that feed the same skill count together, by their weights: one work is one item for each skill.
    """
    signed = db.exec(
        select(Assessment)
        .where(
            Assessment.engagement_id == engagement.id,
            Assessment.status == AssessmentStatus.SIGNED,
            Assessment.by_side != AssessmentSide.SELF,
        )
        .order_by(col(Assessment.round).desc())
    ).first()
    if signed is None or engagement.status not in rules.ENDED:
        return 0
    rubric = rubric_with_criteria(db, signed.rubric_id)
    steps = {
        r.criterion_id: r.step
        for r in db.exec(select(AssessmentResult).where(AssessmentResult.assessment_id == signed.id))
    }
    written = 0
    for skill_id in rubric.skill_ids:
        rows = [c for c in rubric.criteria if c.skill_id == skill_id and c.id in steps]
        if not rows:
            continue
        reading = Fraction(sum(c.weight * c.shows(steps[c.id]) for c in rows), sum(c.weight for c in rows))
        item = ledger.record(
            db,
            person_id=engagement.person_id,
            skill_id=skill_id,
            kind=Kind.ASSESSMENT,
            reading_milli=round(reading),
            source=("assessment", signed.id),
            party=("organisation", engagement.org_id),
            occurred_on=(engagement.ended_at or clock.now()).date(),
        )
        written += item is not None
    return written
