"""What an ended engagement leaves behind: assessed skills in the ledger, a count on the profile."""

from fractions import Fraction

from sqlmodel import Session, col, select, update

from market import clock
from market.access import Actor, require
from market.accounts.models import Organisation
from market.engagements import queries, rules
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
from market.profiles.models import Project, TalentProfile
from market.profiles.projects import Made, add_project
from market.profiles.rules import is_open_link
from market.rubrics.queries import rubric_with_criteria
from market.words import _

MOST_TITLE = 120  # of a project, as its form takes it


def ended(db: Session, engagement: Engagement) -> None:
    """Once work is completed or ended early: write what was assessed, and count what was completed."""
    if engagement.status is Status.COMPLETED and not engagement.for_members:
        _count(db, engagement.person_id)
    write_evidence(db, engagement)


def _count(db: Session, person_id: int) -> None:
    """One more on the profile, counted by the database: two works of one person may end at once."""
    if db.get(TalentProfile, person_id) is None:
        db.add(TalentProfile(person_id=person_id))
    db.flush()
    db.exec(
        update(TalentProfile)
        .where(col(TalentProfile.person_id) == person_id)
        .values(completed_count=col(TalentProfile.completed_count) + 1)
    )
    ledger.tell_indexes(db, person_id)  # no newcomer any more


def shown_work(db: Session, engagement: Engagement) -> Project | None:
    """The project that shows this work on the person's profile, where they put it there."""
    wanted = select(Project).where(
        Project.person_id == engagement.person_id, Project.engagement_public_id == engagement.public_id
    )
    return db.exec(wanted).first()


def show_work(db: Session, actor: Actor, engagement: Engagement) -> Project:
    """Put completed work among the person's projects: its title, its accepted parts, and a link they agreed to show.

    It writes no evidence: what was assessed here stands in the ledger already.
    """
    queries.hold(db, engagement)
    require(rules.may_show_work(actor, engagement, shown_work(db, engagement) is not None))
    org = db.get_one(Organisation, engagement.org_id)
    parts = [m for m in queries.milestones_of(db, engagement.id) if m.status in rules.ACCEPTED]
    links = [
        v.link
        for m in parts
        for v in queries.versions_of(db, m)[:1]
        if v.as_evidence and is_open_link(v.link)
    ]
    made = Made(
        title=engagement.title[:MOST_TITLE],
        done_on=min((engagement.ended_at or clock.now()).date(), clock.today(actor.time_zone)),
        role=_("Done for %(org)s", org=org.name)[:MOST_TITLE],
        text="\n".join(f"- {m.title}" for m in parts),
        link=links[-1] if links else "",
    )
    project = add_project(db, actor, made)
    project.engagement_public_id = engagement.public_id
    db.add(project)
    db.flush()
    return project


def write_evidence(db: Session, engagement: Engagement) -> int:
    """T4 for each skill of the signed assessment; how many items were new. Silent approval writes none.

    What an organisation judged of its own people counts like what one shows oneself (T1): see `kind_of`.

    Criteria that feed the same skill count together, by their weights: one work is one item for each skill.
    """
    signed = db.exec(
        select(Assessment)
        .where(
            Assessment.engagement_id == engagement.id,
            Assessment.status == AssessmentStatus.SIGNED,
            Assessment.by_side != AssessmentSide.SELF,
        )
        .order_by(col(Assessment.signed_at).desc(), col(Assessment.id).desc())
    ).first()  # the last word: of a second attempt, or of an appeal
    if signed is None or engagement.status not in rules.ENDED:
        return 0
    _forget_earlier(db, engagement, signed)
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
            kind=kind_of(engagement),
            reading_milli=round(reading),
            source=("assessment", signed.id),
            party=("organisation", engagement.org_id),
            occurred_on=(engagement.ended_at or clock.now()).date(),
        )
        written += item is not None
    return written


def kind_of(engagement: Engagement) -> Kind:
    """As what a judgement of this work stands in the ledger.

    The assessor of an internal programme and the one assessed belong to the same house, and either gains by a high step.
    So it weighs as much as a project that someone shows of themselves, all such items together: nobody is ranked higher
    by it than they could be by their own links. docs/decisions/0025-internal-programmes.md.
    """
    return Kind.EXPERIENCE if engagement.for_members else Kind.ASSESSMENT


def _forget_earlier(db: Session, engagement: Engagement, last: Assessment) -> None:
    """One work is one item for each skill: what an earlier attempt wrote counts no more once there is a later word."""
    earlier = select(Assessment.id).where(
        Assessment.engagement_id == engagement.id,
        Assessment.status == AssessmentStatus.SIGNED,
        Assessment.id != last.id,
    )
    for assessment_id in db.exec(earlier.order_by(col(Assessment.id))).all():
        ledger.void_source(db, ("assessment", assessment_id))
