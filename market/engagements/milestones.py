"""Milestones: handing in, answering, agreeing on another date. What is handed in is kept in versions, pinned by hash."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from market import clock
from market.access import SYSTEM, Actor
from market.engagements import queries
from market.engagements.models import Deliverable, DeliverableFile, Engagement, Milestone, TermsChange
from market.engagements.rules import RUNNING, SILENCE, Facts, MilestoneStatus, Status, parties
from market.errors import Conflict, Forbidden, Invalid
from market.files import service as files
from market.files.models import File
from market.outbox import announce
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
    uploads: Sequence[tuple[str, bytes]],
    as_evidence: bool,
) -> Deliverable:
    """Hand in the next version: words, a link, files, at least one of them. Each file's hash is kept with it."""
    if not (note or link or uploads):
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
    made = Deliverable(
        milestone_id=milestone.id, version=milestone.version, note=note, link=link, as_evidence=as_evidence
    )
    db.add(made)
    db.flush()
    for name, content in uploads:
        kept: File = files.store(db, actor, name, content, about=("engagement", engagement.id))
        db.add(DeliverableFile(deliverable_id=made.id, file_id=kept.id, sha256=kept.sha256))
    db.flush()
    return made


def take_back(db: Session, actor: Actor, engagement: Engagement, milestone: Milestone) -> None:
    """Take the last version back before it was answered. It stays in the list of versions."""
    take(db, actor, milestone, "take_back", changes={"submitted_at": None}, engagement_id=engagement.id)


def approve(db: Session, actor: Actor, engagement: Engagement, milestone: Milestone, note: str = "") -> None:
    """Accept what was handed in; the next part begins."""
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
    db: Session, actor: Actor, engagement: Engagement, milestone: Milestone, words: str
) -> None:
    """Ask for another version, saying what to change."""
    if engagement.status not in RUNNING:
        raise Conflict(_("Work has ended, so no other version can be asked for."))
    take(
        db,
        actor,
        milestone,
        "request_changes",
        note=words,
        changes={"submitted_at": None},
        engagement_id=engagement.id,
    )


def cancel(db: Session, actor: Actor, engagement: Engagement, milestone: Milestone, reason: str) -> None:
    """Take a part out of the work, with the reason."""
    take(
        db,
        actor,
        milestone,
        "cancel",
        note=reason,
        changes={"settled_at": clock.now()},
        engagement_id=engagement.id,
    )
    begin_next(db, engagement)


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
    return Facts(clock.today(), (), engagement.status is Status.ACTIVE)


# Changed terms: one side proposes, the other signs


def propose_dates(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    *,
    ends_on: date | None,
    due: dict[str, date],
    note: str,
) -> TermsChange:
    """Propose a later end or other due dates (by milestone public id). Nothing changes until the other side signs."""
    side = _side(actor, engagement)
    if engagement.status not in (Status.SCHEDULED, *RUNNING):
        raise Conflict(_("Work has ended, so its dates cannot change."))
    if queries.open_change(db, engagement.id) is not None:
        raise Conflict(_("Other terms are waiting for an answer already."))
    open_ones = {
        m.public_id: m
        for m in queries.milestones_of(db, engagement.id)
        if m.status not in (MilestoneStatus.CANCELLED,)
    }
    kept = {key: day for key, day in due.items() if key in open_ones and open_ones[key].due_on != day}
    if (ends_on is None or ends_on == engagement.ends_on) and not kept:
        raise Invalid(_("Nothing would change."), ends_on=_("Choose another date here or below."))
    late = [d for d in (*kept.values(), *([ends_on] if ends_on else [])) if d < clock.today()]
    if late:
        raise Invalid(_("A date lies in the past."), ends_on=_("Choose days that are still to come."))
    change = TermsChange(
        engagement_id=engagement.id,
        proposed_by=side,
        proposer_id=actor.id,
        note=note,
        terms={
            "ends_on": ends_on.isoformat() if ends_on else None,
            "due": {key: day.isoformat() for key, day in kept.items()},
        },
    )
    db.add(change)
    db.flush()
    announce(
        db, "engagement.change_proposed", actor, subject=("engagement", engagement.id), change_id=change.id
    )
    return change


def answer_change(
    db: Session, actor: Actor, engagement: Engagement, change: TermsChange, accepted: bool
) -> None:
    """The other side signs or declines. Signed dates hold from now on."""
    if change.answered_at is not None:
        raise Conflict(_("This was answered before."))
    if _side(actor, engagement) == change.proposed_by:
        raise Forbidden(_("The other side answers what you proposed."))
    change.answered_at, change.accepted = clock.now(), accepted
    db.add(change)
    if accepted:
        if change.terms.get("ends_on"):
            engagement.ends_on = date.fromisoformat(change.terms["ends_on"])
        engagement.terms_version += 1
        engagement.terms = {
            **engagement.terms,
            "ends_on": (engagement.ends_on or engagement.starts_on).isoformat(),
        }
        db.add(engagement)
        for milestone in queries.milestones_of(db, engagement.id):
            if day := change.terms["due"].get(milestone.public_id):
                milestone.due_on, milestone.overdue_told_at = date.fromisoformat(day), None
                db.add(milestone)
    announce(
        db,
        "engagement.change_signed" if accepted else "engagement.change_declined",
        actor,
        subject=("engagement", engagement.id),
        change_id=change.id,
    )


def _side(actor: Actor, engagement: Engagement) -> str:
    mine = parties(actor, engagement)
    if not mine & {"talent", "employer"}:
        raise Forbidden(_("Only the two sides of this work can do that."))
    return "talent" if "talent" in mine else "employer"


# Timers


def deem_approved(db: Session, now: datetime) -> int:
    """Timer: versions that nobody answered within 14 days count as approved, by the employer's silence."""
    due = db.exec(
        select(Milestone)
        .where(Milestone.status == MilestoneStatus.SUBMITTED, col(Milestone.submitted_at) < now - SILENCE)
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
            col(Milestone.overdue_told_at).is_(None),
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
