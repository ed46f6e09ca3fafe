"""What a programme leaves in the holder's hands: its credential when it was passed, and the parts when it ended early.

Passed and completed, the version's own achievement is issued with `result` and `evidence`. Ended early, each skill that
was assessed and reached the pass mark is issued by itself; where there is none, that the person took part, which claims
no skill. What is issued for a skill or for taking part is made when it is first needed, once for each version.

A later word, of another attempt or of an appeal, counts: what was issued by an earlier one is superseded, or revoked where
the later word no longer carries it.
"""

import logging

from sqlalchemy import func
from sqlmodel import Session, col, select

from market.access import SYSTEM
from market.accounts.models import Organisation
from market.apprenticeships import capstone
from market.apprenticeships.models import HoursEntry, MentorSession, PartAchievement, ResourceTick
from market.apprenticeships.rules import SessionStatus
from market.credentials import achievements, issuing
from market.credentials import queries as credentials
from market.credentials import rules as credential_rules
from market.credentials.issuing import Result
from market.credentials.models import Achievement, Issued
from market.credentials.rules import Draft
from market.credentials.rules import Status as IssuedStatus
from market.engagements.earning import shown
from market.engagements.models import Assessment, Engagement
from market.engagements.rules import Status
from market.outbox import Event
from market.programmes.models import Programme, ProgrammeVersion
from market.rubrics.queries import CriterionRow, RubricView, rubric_with_criteria
from market.skills.models import Skill
from market.words import _

log = logging.getLogger(__name__)


def issue_earned(db: Session, event: Event) -> None:
    """Subscriber to the end of a programme, its signed assessment, the answer to an appeal, and a session that was confirmed
    after an early end: whichever is last.

    Delivered twice it issues once: each credential names the assessment, or the work, that it came of.
    """
    engagement = db.get(Engagement, event.payload.get("engagement_id") or event.subject_id)
    if engagement is None or engagement.programme_version_id is None:
        return
    version = db.get_one(ProgrammeVersion, engagement.programme_version_id)
    last = capstone.last_word(db, engagement)
    earlier = _earlier(db, engagement, last)
    if engagement.status is Status.COMPLETED and last is not None and version.achievement_id is not None:
        if engagement.capstone_passed:
            whole = db.get_one(Achievement, version.achievement_id)
            _issue(db, engagement, whole, last, list(_steps(db, last).items()), earlier)
    elif engagement.status is Status.ENDED_EARLY:
        reached = _parts(db, engagement, version, last, earlier) if last is not None else 0
        if not reached and _took_part(db, engagement):
            _issue(db, engagement, _part(db, version, None), None, [], earlier)
    else:
        return
    for one in earlier.values():
        issuing.revoke(db, SYSTEM, one, _("Another assessor judged it anew, and it was not reached."))


def _earlier(db: Session, engagement: Engagement, last: Assessment | None) -> dict[int, Issued]:
    """What stands of this work by an assessment before the last, by achievement."""
    if last is None:
        return {}
    judged = select(Assessment.id).where(Assessment.engagement_id == engagement.id, Assessment.id != last.id)
    found = db.exec(
        select(Issued)
        .where(
            Issued.person_id == engagement.person_id,
            Issued.source_kind == "assessment",
            col(Issued.source_id).in_(judged),
            col(Issued.status).in_((IssuedStatus.DRAFTED, IssuedStatus.SIGNED, *credential_rules.STANDING)),
        )
        .order_by(col(Issued.id))
    ).all()
    return {one.achievement_id: one for one in found}


def _steps(db: Session, assessment: Assessment) -> dict[int, int]:
    return {c: step for c, (step, _words) in capstone.steps_of(db, assessment).items()}


def _parts(
    db: Session,
    engagement: Engagement,
    version: ProgrammeVersion,
    last: Assessment,
    earlier: dict[int, Issued],
) -> int:
    """One credential for each skill of which every criterion was judged and reached the pass mark; how many there are."""
    reached = 0
    rubric = rubric_with_criteria(db, last.rubric_id)
    steps = _steps(db, last)
    for skill_id in rubric.skill_ids:
        rows = [c for c in rubric.criteria if c.skill_id == skill_id]
        if not _reached(rubric, rows, steps):
            continue
        part = _part(db, version, rows[0])
        _issue(db, engagement, part, last, [(c.id, steps[c.id]) for c in rows], earlier)
        reached += 1
    return reached


def _reached(rubric: RubricView, rows: list[CriterionRow], steps: dict[int, int]) -> bool:
    return all(c.id in steps and steps[c.id] >= rubric.rubric.pass_mark for c in rows)


def _took_part(db: Session, engagement: Engagement) -> bool:
    """Did anything happen: a session held, something learnt, hours written down?"""
    asked = (
        select(func.count())
        .select_from(MentorSession)
        .where(MentorSession.engagement_id == engagement.id, MentorSession.status == SessionStatus.HELD),
        select(func.count()).select_from(ResourceTick).where(ResourceTick.engagement_id == engagement.id),
        select(func.count()).select_from(HoursEntry).where(HoursEntry.engagement_id == engagement.id),
    )
    return any(db.exec(one).one() for one in asked)


def _part(db: Session, version: ProgrammeVersion, row: CriterionRow | None) -> Achievement:
    """What is issued for one skill of a version, or with no skill for taking part; made when it is first needed."""
    skill_id = row.skill_id if row else None
    # The version's row is held: two ends at once make one achievement.
    db.refresh(version, with_for_update=True)
    wanted = select(PartAchievement).where(PartAchievement.version_id == version.id)
    same = col(PartAchievement.skill_id) == skill_id if row else col(PartAchievement.skill_id).is_(None)
    found = db.exec(wanted.where(same)).first()
    if found is not None:
        return db.get_one(Achievement, found.achievement_id)
    made = achievements.create_achievement(
        db,
        SYSTEM,
        version.org_id,
        _draft(db, version, row),
        for_members=db.get_one(Programme, version.programme_id).for_members,
    )
    achievements.publish_achievement(db, SYSTEM, made)
    db.add(PartAchievement(version_id=version.id, skill_id=skill_id, achievement_id=made.id))
    db.flush()
    return made


def _draft(db: Session, version: ProgrammeVersion, row: CriterionRow | None) -> Draft:
    org = db.get_one(Organisation, version.org_id)
    if row is None:
        return Draft(
            name=_("Took part in %(title)s", title=version.title)[: credential_rules.MOST_NAME],
            description=_("Took part in a programme of %(org)s that ended early.", org=org.name),
            criteria=_(
                "Took part in “%(title)s”. No skill was assessed, and none is claimed.", title=version.title
            ),
            kind="Certificate",
            language=version.language,
        )
    skill = db.get_one(Skill, row.skill_id)
    return Draft(
        name=_("%(skill)s, in %(title)s", skill=skill.name, title=version.title)[
            : credential_rules.MOST_NAME
        ],
        description=_(
            "One part of a programme of %(org)s: what was assessed of it before the programme ended early.",
            org=org.name,
        ),
        criteria=_(
            "Each criterion for %(skill)s in the rubric of “%(title)s” was assessed, and reached its pass mark.",
            skill=skill.name,
            title=version.title,
        ),
        kind="Badge",
        skills=((row.skill_id, row.target_level),),
        rubric_id=version.rubric_id,
        language=version.language,
    )


def _issue(
    db: Session,
    engagement: Engagement,
    achievement: Achievement,
    last: Assessment | None,
    results: list[tuple[int, int]],
    earlier: dict[int, Issued],
) -> Issued | None:
    """Issue it, in the place of what an earlier word issued of the same: that is taken out of `earlier`."""
    old = earlier.pop(achievement.id, None)
    allowed = credential_rules.may_issue(
        SYSTEM,
        achievement,
        is_verified=credentials.is_verified(db, engagement.org_id),
        to=credentials.recipient(db, engagement.person_id),
    )
    if not allowed:
        log.warning("nothing issued for a programme", extra={"work": engagement.id, "why": allowed.reason})
        return None
    made = issuing.issue(
        db,
        SYSTEM,
        achievement,
        engagement.person_id,
        replaces=old,
        results=[Result(criterion_id, step) for criterion_id, step in results],
        evidence=shown(db, engagement),
        source=("assessment", last.id) if last is not None else ("engagement", engagement.id),
    )
    if old is not None and old.status in credential_rules.STANDING:
        issuing.supersede(db, SYSTEM, old, made)
    elif old is not None:
        issuing.revoke(db, SYSTEM, old, _("It was judged anew before it was signed."))
    return made
