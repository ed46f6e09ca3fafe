"""Milestones: handing in, answering, agreeing on another date. What is handed in is kept in versions, pinned by hash."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from market import clock
from market.access import SYSTEM, Actor
from market.engagements import queries
from market.engagements.models import Deliverable, DeliverableFile, Engagement, Milestone
from market.engagements.rules import (
    SILENCE,
    Facts,
    MilestoneStatus,
    Status,
)
from market.errors import Conflict, Forbidden, Invalid, NotFound
from market.files import service as files
from market.files.models import File
from market.files.service import Prepared
from market.outbox import announce
from market.programmes.rules import Phase
from market.transitions import take
from market.words import _


def begin(db: Session, actor: Actor, engagement: Engagement, milestone: Milestone) -> None:
    """Work on this part has begun."""
    take(db, actor, milestone, "begin", facts=_facts(engagement), engagement_id=engagement.id)


def hand_in(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    milestone: Milestone,
    *,
    note: str,
    link: str,
    uploads: Sequence[Prepared | tuple[str, bytes]],
    as_evidence: bool,
) -> Deliverable:
    """Hand in the next version: words, a link, files, at least one of them. Each file's hash is kept with it."""
    ready = [one if isinstance(one, Prepared) else files.look_at(db, *one) for one in uploads]
    if not (note or link or ready):
        raise Invalid(_("Nothing was handed in yet."), note=_("Write a word, give a link, or add a file."))
    take(
        db,
        actor,
        milestone,
        "submit",
        facts=_facts(engagement),
        changes={"version": milestone.version + 1, "submitted_at": clock.now()},
        engagement_id=engagement.id,
    )
    if milestone.phase == Phase.CAPSTONE:
        engagement.capstone_round = engagement.assessment_round
        db.add(engagement)
    made = Deliverable(
        milestone_id=milestone.id, version=milestone.version, note=note, link=link, as_evidence=as_evidence
    )
    db.add(made)
    db.flush()
    for one in ready:
        kept: File = files.keep(db, actor, one, about=("engagement", engagement.id))
        db.add(DeliverableFile(deliverable_id=made.id, file_id=kept.id, sha256=kept.sha256))
    db.flush()
    return made


def consent(
    db: Session, actor: Actor, engagement: Engagement, milestone: Milestone, version: int, agrees: bool
) -> None:
    """The person says whether a version may be shown as evidence, and may change their mind."""
    if actor.id != engagement.person_id:
        raise Forbidden(_("Only the person who handed it in says whether it may be shown."))
    found = db.exec(
        select(Deliverable).where(Deliverable.milestone_id == milestone.id, Deliverable.version == version)
    ).first()
    if found is None:
        raise NotFound(_("There is no such version."))
    found.as_evidence = agrees
    db.add(found)
    db.flush()


def take_back(db: Session, actor: Actor, engagement: Engagement, milestone: Milestone) -> None:
    """Take the last version back before it was answered. It stays in the list of versions."""
    take(
        db,
        actor,
        milestone,
        "take_back",
        facts=_facts(engagement),
        changes={"submitted_at": None},
        engagement_id=engagement.id,
    )
    _not_handed_in(db, engagement, milestone)


def approve(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    milestone: Milestone,
    note: str = "",
    *,
    read: int | None = None,
) -> None:
    """Accept what was handed in; the next part begins. `read` is the version that was read: `Conflict` for another."""
    _still_stands(db, milestone, read)
    take(
        db,
        actor,
        milestone,
        "approve",
        note=note or None,
        changes={"settled_at": clock.now()},
        engagement_id=engagement.id,
    )
    begin_next(db, engagement)


def request_changes(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    milestone: Milestone,
    words: str,
    *,
    read: int | None = None,
) -> None:
    """Ask for another version, saying what to change. `read` as in `approve`."""
    _still_stands(db, milestone, read)
    take(
        db,
        actor,
        milestone,
        "request_changes",
        facts=_facts(engagement),
        note=words,
        changes={"submitted_at": None},
        engagement_id=engagement.id,
    )
    _not_handed_in(db, engagement, milestone)


def _still_stands(db: Session, milestone: Milestone, read: int | None) -> None:
    """The version that was read is the one that waits. The row is held, so that no other takes its place meanwhile."""
    if read is None:
        return
    db.flush()
    db.refresh(milestone, with_for_update=True)
    if milestone.status is MilestoneStatus.SUBMITTED and milestone.version != read:
        raise Conflict(
            _("Another version was handed in since you opened this page: version %(n)s.", n=milestone.version)
        )


def _not_handed_in(db: Session, engagement: Engagement, milestone: Milestone) -> None:
    """A capstone that went back is judged once it is handed in again."""
    if milestone.phase == Phase.CAPSTONE:
        engagement.capstone_round = engagement.assessment_round - 1
        db.add(engagement)
        db.flush()


def cancel(db: Session, actor: Actor, engagement: Engagement, milestone: Milestone, reason: str) -> None:
    """Take a part out of the work, with the reason."""
    take(
        db,
        actor,
        milestone,
        "cancel",
        facts=_facts(engagement),
        note=reason,
        changes={"settled_at": clock.now()},
        engagement_id=engagement.id,
    )
    begin_next(db, engagement)


def cancel_open(db: Session, engagement: Engagement, reason: str) -> None:
    """The work is over before its end: what was not handed in is taken out. `reason` is a code."""
    for milestone in queries.milestones_of(db, engagement.id):
        if milestone.status in (MilestoneStatus.PLANNED, MilestoneStatus.IN_PROGRESS):
            take(
                db,
                SYSTEM,
                milestone,
                "cancel",
                facts=_facts(engagement),
                reason=reason,
                changes={"settled_at": clock.now()},
                engagement_id=engagement.id,
            )


def begin_next(db: Session, engagement: Engagement) -> None:
    """Begin the first planned part when nothing else is open."""
    found = queries.milestones_of(db, engagement.id)
    if engagement.status is not Status.ACTIVE:
        return
    if any(m.status in (MilestoneStatus.IN_PROGRESS, MilestoneStatus.SUBMITTED) for m in found):
        return
    first = next((m for m in found if m.status is MilestoneStatus.PLANNED), None)
    if first is not None:
        take(db, SYSTEM, first, "begin", facts=_facts(engagement), engagement_id=engagement.id)


def _facts(engagement: Engagement) -> Facts:
    return Facts(clock.today(), (), engagement.status)


# Timers


def deem_approved(db: Session, now: datetime) -> int:
    """Timer: versions that nobody answered within 14 days count as approved, by the employer's silence."""
    due = db.exec(
        select(Milestone)
        .where(Milestone.status == MilestoneStatus.SUBMITTED, col(Milestone.submitted_at) <= now - SILENCE)
        .limit(200)
    ).all()
    for milestone in due:
        engagement = db.get_one(Engagement, milestone.engagement_id)
        take(
            db,
            SYSTEM,
            milestone,
            "deem_approved",
            reason="silence",
            changes={"settled_at": now},
            engagement_id=engagement.id,
        )
        begin_next(db, engagement)
    return len(due)


def tell_overdue(db: Session, now: datetime) -> int:
    """Timer: parts whose date has passed; both sides are told once."""
    due = db.exec(
        select(Milestone)
        .join(Engagement, col(Engagement.id) == col(Milestone.engagement_id))
        .where(
            col(Milestone.status).in_([MilestoneStatus.PLANNED, MilestoneStatus.IN_PROGRESS]),
            col(Milestone.due_on) < now.date(),
            or_(
                col(Milestone.overdue_told_at).is_(None),
                col(Milestone.overdue_told_at)
                < col(Milestone.due_on),  # told of an earlier date, or of silence
            ),
            Engagement.status == Status.ACTIVE,
        )
        .limit(200)
    ).all()
    for milestone in due:
        milestone.overdue_told_at = now
        db.add(milestone)
        announce(
            db,
            "milestone.overdue",
            SYSTEM,
            subject=("milestone", milestone.id),
            engagement_id=milestone.engagement_id,
        )
    return len(due)


def warn_silence(db: Session, now: datetime) -> int:
    """Timer: three days before silence counts as approval, the employer is told."""
    edge = now - SILENCE + timedelta(days=3)
    due = db.exec(
        select(Milestone)
        .where(
            Milestone.status == MilestoneStatus.SUBMITTED,
            col(Milestone.submitted_at) < edge,
            (col(Milestone.overdue_told_at).is_(None))
            | (col(Milestone.overdue_told_at) < col(Milestone.submitted_at)),
        )
        .limit(200)
    ).all()
    for milestone in due:
        milestone.overdue_told_at = now
        db.add(milestone)
        announce(
            db,
            "milestone.waits",
            SYSTEM,
            subject=("milestone", milestone.id),
            engagement_id=milestone.engagement_id,
        )
    return len(due)
