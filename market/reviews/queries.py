"""Who may read and write which review, and how an organisation answers. What was said is in `reading`."""

from typing import NamedTuple

from sqlmodel import Session, col
from sqlmodel import select as pick

from market import clock
from market.access import Actor, Decision
from market.accounts.queries import org_member_ids
from market.applications.queries import Responsiveness, responsiveness
from market.engagements.models import Engagement
from market.engagements.rules import ENDED, TrialOutcome, parties
from market.errors import NotFound
from market.opportunities.rules import Kind
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
    """How an organisation answers and ends its trials, in public: each with its n."""

    replies: Responsiveness
    trials: int
    trials_hired: int


def employer_figures(db: Session, org_id: int) -> EmployerFigures:
    """Replies within the promised days, and what became of trials. Two statements."""
    outcomes = db.exec(
        pick(Engagement.outcome).where(
            Engagement.org_id == org_id,
            Engagement.kind == Kind.TRIAL,
            col(Engagement.status).in_(ENDED),
            col(Engagement.outcome).is_not(None),
        )
    ).all()
    led_on = sum(one in (TrialOutcome.HIRED, TrialOutcome.CONTINUED) for one in outcomes)
    return EmployerFigures(responsiveness(db, org_id), len(outcomes), led_on)
