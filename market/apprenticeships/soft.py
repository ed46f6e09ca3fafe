"""Soft skills of those who take part in a programme, as others say them: by described steps, sealed until the round closes.

There are no words to write, so there is nothing in them to hurt or to moderate. What opens and closes a round is time:
`soft_rounds`.
"""

from sqlmodel import Session, col, delete, select

from market import clock
from market.access import Actor, require
from market.accounts.models import Block
from market.apprenticeships import soft_reading as reading
from market.apprenticeships import soft_rules as rules
from market.apprenticeships.models import SoftRating, SoftRound
from market.apprenticeships.soft_rules import RoundStatus, Side, SoftSkill, Steps
from market.engagements.models import Engagement
from market.errors import Forbidden, Invalid
from market.outbox import Event
from market.words import _


def say(db: Session, actor: Actor, engagement: Engagement, steps: Steps) -> SoftRating:
    """Choose a step for each of the five, or None where one could not see it; until the round closes it may be put right.

    Nothing is announced: when somebody answered, and of whom, is nobody's business.
    """
    soft_round = reading.round_of(db, engagement.id)
    if soft_round is None:
        raise Forbidden(_("Nobody is asked this yet. It begins in the last week of the programme."))
    db.refresh(soft_round, with_for_update=True)
    asked = reading.asked_of(db, actor.id, soft_round.id, engagement.id)
    require(
        rules.may_say(
            actor.id,
            engagement.person_id,
            bool(asked),
            soft_round.status,
            soft_round.deadline_at,
            clock.now(),
        )
    )
    open_ = rules.missing(steps)
    if open_:
        words = _("Choose a step, or say that you could not see it.")
        raise Invalid(words, **{one.value: words for one in open_})
    row = asked[0].rating
    for one in SoftSkill:
        setattr(row, one.value, steps[one])
    row.answered_at = clock.now()
    db.add(row)
    db.flush()
    return row


def follow_block(db: Session, event: Event) -> None:
    """Subscriber: two people between whom there is a block say nothing of each other, and what was said is gone."""
    block = db.get(Block, event.payload.get("block_id"))
    if block is None or block.blocked_person_id is None:
        return
    pair = (block.blocker_id, block.blocked_person_id)
    open_rounds = select(SoftRound.id).where(SoftRound.status == RoundStatus.OPEN)
    db.exec(
        delete(SoftRating).where(
            col(SoftRating.by_person).in_(pair),
            col(SoftRating.of_person).in_(pair),
            col(SoftRating.side) == Side.PEER,
            col(SoftRating.round_id).in_(open_rounds),
        )
    )


def follow_mentor(db: Session, event: Event) -> None:
    """Subscriber: who mentors from now on is asked; who does no more is not, and what they said stands."""
    engagement_id = event.subject_id
    soft_round = reading.round_of(db, engagement_id) if engagement_id else None
    if engagement_id is None or soft_round is None or soft_round.status is RoundStatus.CLOSED:
        return
    now_mentors = set(reading.mentor_ids(db, engagement_id))
    wanted = select(SoftRating).where(SoftRating.engagement_id == engagement_id)
    for row in db.exec(wanted.where(SoftRating.side == Side.MENTOR)).all():
        if row.answered_at is None and row.by_person not in now_mentors:
            db.delete(row)
    db.flush()
    asked = {row.by_person for row in db.exec(wanted).all()}
    of_person = db.get_one(Engagement, engagement_id).person_id
    for by in sorted(now_mentors - asked - {of_person}):
        db.add(
            SoftRating(
                round_id=soft_round.id,
                engagement_id=engagement_id,
                of_person=of_person,
                by_person=by,
                side=Side.MENTOR,
            )
        )
    db.flush()
