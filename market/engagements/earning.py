"""The credential that work earns by itself: a passed assessment, where the organisation tied an achievement to its rubric.

It adds no evidence: the assessment stands in the ledger already.
"""

import logging

from sqlmodel import Session

from market.access import SYSTEM
from market.credentials import issuing
from market.credentials import queries as credentials
from market.credentials import rules as credential_rules
from market.credentials.issuing import EvidenceItem, Result
from market.engagements import assessments, queries
from market.engagements.models import Assessment, AssessmentSide, AssessmentStatus, Engagement
from market.engagements.rules import ACCEPTED, Status
from market.outbox import Event
from market.profiles.rules import is_open_link
from market.rubrics.queries import rubric_with_criteria
from market.rubrics.rules import passes

log = logging.getLogger(__name__)


def issue_earned(db: Session, event: Event) -> None:
    """Subscriber to the end of work and to its signed assessment, whichever comes last. Once for each assessment.

    A programme is left out: it says itself what is earned (market/apprenticeships/earning).
    """
    engagement = _engagement_of(db, event)
    if (
        engagement is None
        or engagement.status is not Status.COMPLETED
        or engagement.programme_version_id is not None
    ):
        return
    judged = assessments.of_engagement(db, engagement).get(AssessmentSide.ASSESSOR1)
    if judged is None or judged.row.status is not AssessmentStatus.SIGNED:
        return
    achievement = credentials.earned_by_rubric(db, engagement.org_id, judged.row.rubric_id)
    if achievement is None:
        return
    rubric = rubric_with_criteria(db, judged.row.rubric_id)
    steps = {criterion_id: step for criterion_id, (step, _words) in judged.steps.items()}
    reached = [(c.needed, steps.get(c.id, 0)) for c in rubric.criteria]
    if not passes(reached, rubric.rubric.pass_mark):
        return
    allowed = credential_rules.may_issue(
        SYSTEM,
        achievement,
        is_verified=credentials.is_verified(db, engagement.org_id),
        to=credentials.recipient(db, engagement.person_id),
    )
    if not allowed:
        log.warning(
            "nothing issued for an assessment", extra={"assessment": judged.row.id, "why": allowed.reason}
        )
        return
    issuing.issue(
        db,
        SYSTEM,
        achievement,
        engagement.person_id,
        results=[Result(criterion_id, step) for criterion_id, step in steps.items()],
        evidence=shown(db, engagement),
        source=("assessment", judged.row.id),
    )


def _engagement_of(db: Session, event: Event) -> Engagement | None:
    if event.subject_kind == "engagement":
        return db.get(Engagement, event.subject_id)
    assessment = db.get(Assessment, event.subject_id)
    return db.get(Engagement, assessment.engagement_id) if assessment else None


def shown(db: Session, engagement: Engagement) -> list[EvidenceItem]:
    """The last links of accepted parts that the person agreed to have shown, each once, as a credential may name them."""
    found: dict[str, EvidenceItem] = {}
    for part in queries.milestones_of(db, engagement.id):
        if part.status not in ACCEPTED:
            continue
        for version in queries.versions_of(db, part)[:1]:
            link = version.link
            if version.as_evidence and is_open_link(link) and issuing.may_show(db, link):
                found.setdefault(link, EvidenceItem(part.title, url=link))
    return list(found.values())[: credential_rules.MOST_EVIDENCE]
