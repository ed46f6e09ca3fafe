"""Scenes for tests of reviews: finished work, and reviews as each side writes them."""

from typing import Any

from sqlmodel import col, select

from market.engagements.models import Engagement
from market.reviews import queries, service
from market.reviews.models import Review, ReviewPair
from market.reviews.rules import AXES, Side
from tests.engagements import scene as works
from tests.support.world import Known, World

OF_TALENT = "She asked the right question on the second day, and the sheet has been right since."
OF_EMPLOYER = "The brief was all there, and Ines had time for me on both mornings I came."
FORM_OF_TALENT = {
    **dict.fromkeys(AXES[Side.TALENT], "5"),
    "text": OF_TALENT,
    "private_note": "Between us.",
}
FORM_OF_EMPLOYER = {**dict.fromkeys(AXES[Side.EMPLOYER], "2"), "text": OF_EMPLOYER}


def pair(make: World, work: int) -> ReviewPair:
    with make.read() as db:
        return db.exec(select(ReviewPair).where(ReviewPair.engagement_id == work)).one()


def review(make: World, work: int, side: Side) -> Review | None:
    with make.read() as db:
        return queries.review_by(db, pair(make, work).id, side)


def write(make: World, who: Known, work: int, step: int | None = None, text: str = "", **more: Any) -> None:
    """Seal (or edit) a review: fives of Amara, twos of the bakery, unless another step is given."""
    actor = make.actor(who)
    with make.write() as db:
        row = db.exec(select(ReviewPair).where(ReviewPair.engagement_id == work)).one()
        own = actor.id == row.person_id
        about = Side.EMPLOYER if own else Side.TALENT
        given = dict.fromkeys(AXES[about], step or (2 if own else 5))
        service.write(db, actor, row, axes=given, text=text or (OF_EMPLOYER if own else OF_TALENT), **more)


def both(make: World, work: int) -> None:
    write(make, make.amara, work)
    write(make, make.bruno, work)
    make.drain()


def skill(make: World, work: int) -> int:
    with make.read() as db:
        return works.rubric(db, db.get_one(Engagement, work)).skill_ids[0]


def with_review(make: World, step: Any, who: Known, work: int, side: Side, *given: Any) -> None:
    """A step on the review that a side wrote."""
    actor = make.actor(who)
    with make.write() as db:
        row = db.exec(
            select(Review).join(ReviewPair).where(ReviewPair.engagement_id == work, col(Review.side) == side)
        ).one()
        if step is service.reply:
            step(db, actor, db.get_one(ReviewPair, row.pair_id), row, *given)
        else:
            step(db, actor, row, *given)
