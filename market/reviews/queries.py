"""Who may read and write which review, and how an organisation answers. What was said is in `reading`."""

from statistics import median
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col
from sqlmodel import select as pick

from market import clock
from market.access import Actor, Decision
from market.accounts.queries import org_member_ids
from market.applications.models import Application
from market.engagements.models import Engagement
from market.engagements.rules import ENDED, TrialOutcome, parties
from market.errors import NotFound
from market.reviews import rules
from market.reviews.models import Review, ReviewPair
from market.reviews.rules import Side
from market.words import _


def pair_of(db: Session, engagement_id: int) -> ReviewPair | None:
    return db.exec(pick(ReviewPair).where(ReviewPair.engagement_id == engagement_id)).first()


def get_pair(db: Session, actor: Actor, engagement: Engagement) -> ReviewPair:
    """The pair of an engagement that this actor is a side of; `NotFound` for anyone else, or before its end."""
    found = pair_of(db, engagement.id)
    if found is None or rules.side_of(actor, found) is None or not parties(actor, engagement):
        raise NotFound(_("There is nothing to review here yet."))
    return found


def review_by(db: Session, pair_id: int, side: Side) -> Review | None:
    return db.exec(pick(Review).where(Review.pair_id == pair_id, Review.side == side)).first()


def may_write(db: Session, actor: Actor, pair: ReviewPair, written: Review | None) -> Decision:
    """Whether this actor may write their side's review now, or edit the one that is written."""
    author = written.author_id if written else None
    left = (
        written is not None
        and written.side is Side.EMPLOYER
        and author not in org_member_ids(db, pair.org_id)
    )
    return rules.may_write(actor, pair, author, clock.now(), author_left=left)


def get_review(db: Session, actor: Actor, public_id: str) -> tuple[Engagement, ReviewPair, Review]:
    """A review of work that this actor is a side of; `NotFound` for any other."""
    review = db.exec(pick(Review).where(Review.public_id == public_id)).first()
    pair = db.get(ReviewPair, review.pair_id) if review else None
    engagement = db.get(Engagement, pair.engagement_id) if pair else None
    if (
        review is None
        or pair is None
        or engagement is None
        or rules.side_of(actor, pair) is None
        or not parties(actor, engagement)
    ):
        raise NotFound(_("There is no such review."))
    return engagement, pair, review


class EmployerFigures(NamedTuple):
    """How an organisation answers, in public: each with its n. A share is 0 to 1, None while there is nothing to go by."""

    replied: int
    asked: int
    median_days: float | None
    trials: int
    trials_hired: int
    finished: int

    @property
    def reply_rate(self) -> float | None:
        return self.replied / self.asked if self.asked else None


def employer_figures(db: Session, org_id: int) -> EmployerFigures:
    """Replies within the promised days among applications whose time is up or that were answered; trials and hires."""
    now = clock.now()
    rows = (
        db.connection()
        .execute(
            select(
                col(Application.submitted_at), col(Application.decided_at), col(Application.answer_due_at)
            ).where(col(Application.org_id) == org_id, col(Application.submitted_at).is_not(None))
        )
        .all()
    )
    settled = [r for r in rows if r[1] is not None or (r[2] is not None and r[2] < now)]
    answered = [r for r in settled if r[1] is not None and (r[2] is None or r[1] <= r[2])]
    days = [(r[1] - (r[0] or r[1])).total_seconds() / 86400 for r in settled if r[1] is not None]
    ended = (
        db.connection()
        .execute(
            select(col(Engagement.kind), col(Engagement.outcome)).where(
                col(Engagement.org_id) == org_id, col(Engagement.status).in_(ENDED)
            )
        )
        .all()
    )
    trials = [r for r in ended if r[0] == "trial" and r[1] is not None]
    return EmployerFigures(
        len(answered),
        len(settled),
        median(days) if days else None,
        len(trials),
        sum(r[1] in (TrialOutcome.HIRED, TrialOutcome.CONTINUED) for r in trials),
        len(ended),
    )
