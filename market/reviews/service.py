"""Writing reviews: sealed until both are in or the time is up, then open at one moment, and from then on fixed."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, delete, select

from market import clock
from market.access import SYSTEM, Actor, require
from market.engagements import rules as work
from market.engagements.models import Engagement
from market.errors import Conflict, Forbidden, Invalid
from market.evidence import service as ledger
from market.evidence.models import Kind
from market.outbox import Event, announce
from market.reviews import queries, reading, rules
from market.reviews.models import Review, ReviewAxis, ReviewPair, ReviewSkillStatement
from market.reviews.rules import AXES, Side, Status
from market.reviews.scales import name_of, subject_of
from market.transitions import take
from market.words import _


def open_pair(db: Session, event: Event) -> None:
    """Subscriber: when work has ended, both sides may review it for 14 days from that instant."""
    engagement = db.get_one(Engagement, event.subject_id)
    if engagement.ended_at is None or queries.pair_of(db, engagement.id) is not None:
        return
    if engagement.for_members:  # nobody reviews their own organisation, or is reviewed by it
        return
    pair = ReviewPair(
        engagement_id=engagement.id,
        person_id=engagement.person_id,
        org_id=engagement.org_id,
        deadline_at=engagement.ended_at + rules.WINDOW,
    )
    db.add(pair)
    db.flush()
    announce(db, "review.opened", SYSTEM, subject=("review_pair", pair.id), engagement_id=engagement.id)


def write(
    db: Session,
    actor: Actor,
    pair: ReviewPair,
    *,
    axes: Mapping[str, int],
    text: str,
    private_note: str = "",
    statements: Mapping[int, tuple[int, str]] | None = None,
) -> Review:
    """Seal one's review, or edit it while it is sealed. With both in, both are revealed at this moment.

    `axes` has a step 1-5 for each axis of the other side; `statements` maps skill id to (level 1-5, words), for the
    employer's side only.
    """
    side = rules.side_of(actor, pair)
    if side is None:
        raise Forbidden(_("Only the two sides of this work review it."))
    hold(db, pair)
    _require_given(db, actor, pair)
    before = queries.review_by(db, pair.id, side)
    require(queries.may_write(db, actor, pair, before))
    missing = {
        a: _("Choose a step for %(axis)s.", axis=name_of(a))
        for a in AXES[subject_of(side)]
        if axes.get(a) not in range(1, 6)
    }
    if missing:
        raise Invalid(_("Choose a step on each scale."), **missing)
    review = before or Review(pair_id=pair.id, side=side, author_id=actor.id)
    review.author_id, review.text, review.private_note = actor.id, text, private_note
    if before is not None:
        review.edited_at = clock.now()
    db.add(review)
    db.flush()
    db.exec(delete(ReviewAxis).where(col(ReviewAxis.review_id) == review.id))
    db.exec(delete(ReviewSkillStatement).where(col(ReviewSkillStatement.review_id) == review.id))
    for axis in AXES[subject_of(side)]:
        db.add(ReviewAxis(review_id=review.id, axis=axis, step=axes[axis]))
    for skill_id, (level, words) in (statements or {}).items() if side is Side.EMPLOYER else ():
        db.add(ReviewSkillStatement(review_id=review.id, skill_id=skill_id, level=level, text=words))
    db.flush()
    if before is None:
        _seal(db, actor, pair, side)
    return review


def hold(db: Session, pair: ReviewPair) -> None:
    """The pair as it stands now, its row held: two sides who write at once are both taken, one after the other."""
    db.flush()
    db.refresh(pair, with_for_update=True)


def _require_given(db: Session, actor: Actor, pair: ReviewPair) -> None:
    """A mentor speaks for the organisation only where the work was given to them."""
    if not work.parties(actor, db.get_one(Engagement, pair.engagement_id)):
        raise Forbidden(_("Only the two sides of this work review it."))


def _seal(db: Session, actor: Actor, pair: ReviewPair, side: Side) -> None:
    other = Side.EMPLOYER if side is Side.TALENT else Side.TALENT
    if rules.is_sealed_by(pair, other):
        take(
            db,
            actor,
            pair,
            f"complete_by_{side}",
            changes={"revealed_at": clock.now()},
            engagement_id=pair.engagement_id,
        )
        _write_statements(db, pair)
    else:
        take(db, actor, pair, f"seal_by_{side}", engagement_id=pair.engagement_id)


def _write_statements(db: Session, pair: ReviewPair) -> None:
    """What the employer stated of single skills counts as endorsed (T2), from the moment it can be read."""
    review = queries.review_by(db, pair.id, Side.EMPLOYER)
    if review is None or pair.revealed_at is None:
        return
    for statement in reading.statements_of(db, [review.id]).get(review.id, []):
        ledger.record(
            db,
            person_id=pair.person_id,
            skill_id=statement.skill_id,
            kind=Kind.ENDORSEMENT,
            reading_milli=1000 * statement.level,
            source=("review", review.id),
            party=("organisation", pair.org_id),
            occurred_on=pair.revealed_at.date(),
        )


def reply(db: Session, actor: Actor, pair: ReviewPair, review: Review, text: str) -> None:
    """The side a review is about replies once."""
    hold(db, pair)
    _require_given(db, actor, pair)
    db.refresh(review)
    require(rules.may_reply(actor, pair, review.side, review.reply is not None, review.moderation))
    review.reply, review.replied_at = text, clock.now()
    db.add(review)
    announce(db, "review.replied", actor, subject=("review", review.id), engagement_id=pair.engagement_id)


def report(db: Session, actor: Actor, review: Review) -> None:
    """Someone reported a revealed review: it is frozen while a moderator reads it."""
    _require_open(db, review)
    if review.moderation in ("removed", "redacted"):
        raise Conflict(_("A moderator has decided about this review."))
    review.moderation = "reported"
    db.add(review)


def _require_open(db: Session, review: Review) -> None:
    if db.get_one(ReviewPair, review.pair_id).status is not Status.REVEALED:
        raise Conflict(_("This review is sealed. Nobody reads it before it is open."))


def moderate(db: Session, moderator: Actor, review: Review, decision: str, text: str | None = None) -> None:
    """`kept`, `redacted` (with the text that may stand) or `removed`: a tombstone remains, and its statements stop counting."""
    if not (moderator.is_moderator or moderator.is_admin):
        raise Forbidden(_("Only moderators decide about reviews."))
    if decision not in ("kept", "redacted", "removed"):
        raise ValueError(f"not a decision: {decision}")
    _require_open(db, review)
    if review.moderation == "removed" and decision != "removed":
        raise Conflict(_("This review was removed, and what it stated was taken out of account for good."))
    review.moderation = decision
    if decision == "redacted":
        review.text = text or ""
    if decision == "removed":
        ledger.void_source(db, ("review", review.id))
    db.add(review)
    announce(db, "review.moderated", moderator, subject=("review", review.id), reason=decision)


def reveal_due(db: Session, now: datetime) -> int:
    """Timer: at the deadline a review that stands alone is revealed; a pair without any lapses."""
    due = db.exec(
        select(ReviewPair)
        .where(
            col(ReviewPair.status).in_([Status.OPEN, Status.SEALED_BY_TALENT, Status.SEALED_BY_EMPLOYER]),
            col(ReviewPair.deadline_at) <= now,
        )
        .limit(200)
    ).all()
    for pair in due:
        if pair.status is Status.OPEN:
            take(db, SYSTEM, pair, "lapse", engagement_id=pair.engagement_id)
        else:
            take(
                db,
                SYSTEM,
                pair,
                "reveal",
                changes={"revealed_at": pair.deadline_at},
                engagement_id=pair.engagement_id,
            )
            _write_statements(db, pair)
    return len(due)
