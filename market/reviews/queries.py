"""Reading reviews. Only revealed ones leave this module, and one's own; nothing about a sealed one does."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col
from sqlmodel import select as pick

from market import clock
from market.access import Actor, Decision
from market.accounts.models import Organisation, Person
from market.accounts.queries import org_member_ids
from market.applications.models import Application
from market.engagements.models import Engagement
from market.engagements.rules import ENDED, TrialOutcome, parties
from market.errors import NotFound
from market.reviews import rules
from market.reviews.models import Review, ReviewAxis, ReviewPair, ReviewSkillStatement
from market.reviews.reputation import PRIOR_MEAN, Rated, Reputation, reputation
from market.reviews.rules import Side, Status
from market.reviews.scales import name_of, steps_of
from market.skills.models import Skill
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


def axes_of(db: Session, review_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Review id to its axes with their steps."""
    found: dict[int, dict[str, int]] = {}
    for row in db.exec(pick(ReviewAxis).where(col(ReviewAxis.review_id).in_(review_ids))):
        found.setdefault(row.review_id, {})[row.axis] = row.step
    return found


class Statement(NamedTuple):
    skill_id: int
    skill: str
    level: int
    text: str


def statements_of(db: Session, review_ids: Sequence[int]) -> dict[int, list[Statement]]:
    """Review id to what it states of single skills."""
    rows = db.connection().execute(
        select(
            col(ReviewSkillStatement.review_id),
            col(ReviewSkillStatement.skill_id),
            col(Skill.name),
            col(ReviewSkillStatement.level),
            col(ReviewSkillStatement.text),
        )
        .join(Skill, col(Skill.id) == col(ReviewSkillStatement.skill_id))
        .where(col(ReviewSkillStatement.review_id).in_(review_ids))
        .order_by(col(Skill.name))
    )
    found: dict[int, list[Statement]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(Statement(row[1], row[2], row[3], row[4]))
    return found


class Shown(NamedTuple):
    """A revealed review as it is read."""

    public_id: str
    side: Side
    author: str
    org_name: str
    title: str
    text: str
    revealed_at: datetime
    reply: str | None
    replied_at: datetime | None
    moderation: str | None
    axes: tuple[tuple[str, int, str], ...]  # name, step, the anchor of that step
    statements: tuple[Statement, ...]
    id: int

    @property
    def stars(self) -> float:
        """The mean of the axes, 1 to 5; 0 where none may be read."""
        return sum(step for _name, step, _words in self.axes) / max(1, len(self.axes))


_SHOWN = (
    select(
        col(Review.id),
        col(Review.public_id),
        col(Review.side),
        col(Person.display_name),
        col(Organisation.name),
        col(Engagement.title),
        col(Review.text),
        col(ReviewPair.revealed_at),
        col(Review.reply),
        col(Review.replied_at),
        col(Review.moderation),
    )
    .join(ReviewPair, col(ReviewPair.id) == col(Review.pair_id))
    .join(Engagement, col(Engagement.id) == col(ReviewPair.engagement_id))
    .join(Organisation, col(Organisation.id) == col(ReviewPair.org_id))
    .join(Person, col(Person.id) == col(Review.author_id))
    .where(col(ReviewPair.status) == Status.REVEALED)
    .order_by(col(ReviewPair.revealed_at).desc(), col(Review.id).desc())
    .limit(bindparam("size"))
)
_OF_PERSON = _SHOWN.where(col(Review.side) == Side.EMPLOYER, col(ReviewPair.person_id) == bindparam("person"))
_OF_ORGANISATION = _SHOWN.where(col(Review.side) == Side.TALENT, col(ReviewPair.org_id) == bindparam("org"))
_OF_PAIR = _SHOWN.where(col(Review.pair_id) == bindparam("pair"))


def of_person(db: Session, person_id: int, size: int = 50) -> list[Shown]:
    """What organisations said of someone, the newest first; removed ones stay as a tombstone without words."""
    return _read(db, _OF_PERSON, {"person": person_id, "size": size})


def of_organisation(db: Session, org_id: int, size: int = 50) -> list[Shown]:
    """What people said of an organisation."""
    return _read(db, _OF_ORGANISATION, {"org": org_id, "size": size})


def of_pair(db: Session, pair_id: int) -> dict[Side, Shown]:
    """Both reviews of a revealed pair; nothing of any other."""
    return {one.side: one for one in _read(db, _OF_PAIR, {"pair": pair_id, "size": 2})}


def _read(db: Session, statement: object, values: dict[str, int]) -> list[Shown]:
    rows = db.connection().execute(statement, values).all()  # type: ignore[call-overload]
    ids = [row[0] for row in rows]
    axes, statements = axes_of(db, ids), statements_of(db, ids)
    made = []
    for row in rows:
        steps = axes.get(row[0], {})
        order = rules.AXES[Side.TALENT if row[2] is Side.EMPLOYER else Side.EMPLOYER]
        gone = row[10] == "removed"
        made.append(
            Shown(
                row[1],
                row[2],
                row[3] or _("Someone who left"),
                row[4],
                row[5],
                "" if gone else row[6],
                row[7],
                None if gone else row[8],  # a reply would tell what is gone
                None if gone else row[9],
                row[10],
                ()
                if gone
                else tuple((name_of(a), steps[a], steps_of(a)[steps[a] - 1]) for a in order if a in steps),
                () if gone else tuple(statements.get(row[0], ())),
                row[0],
            )
        )
    return made


_RATED = (
    select(
        col(ReviewPair.revealed_at),
        func.avg(col(ReviewAxis.step)),
        col(ReviewPair.person_id),
        col(ReviewPair.org_id),
    )
    .join(Review, col(Review.pair_id) == col(ReviewPair.id))
    .join(ReviewAxis, col(ReviewAxis.review_id) == col(Review.id))
    .where(col(ReviewPair.status) == Status.REVEALED, col(Review.moderation).is_distinct_from("removed"))
    .group_by(col(Review.id), col(ReviewPair.revealed_at), col(ReviewPair.person_id), col(ReviewPair.org_id))
)
_RATED_PERSON = _RATED.where(
    col(Review.side) == Side.EMPLOYER, col(ReviewPair.person_id) == bindparam("person")
)
_RATED_ORG = _RATED.where(col(Review.side) == Side.TALENT, col(ReviewPair.org_id) == bindparam("org"))


def reputation_of_person(db: Session, person_id: int) -> Reputation:
    """From revealed reviews; one organisation's word is capped."""
    rows = db.connection().execute(_RATED_PERSON, {"person": person_id})
    return reputation(
        (Rated(float(r[1]), r[0].date(), f"org:{r[3]}") for r in rows),
        clock.today(),
        site_mean(db, Side.EMPLOYER),
    )


def reputation_of_organisation(db: Session, org_id: int) -> Reputation:
    """From revealed reviews; one person's word is capped."""
    rows = db.connection().execute(_RATED_ORG, {"org": org_id})
    return reputation(
        (Rated(float(r[1]), r[0].date(), f"person:{r[2]}") for r in rows),
        clock.today(),
        site_mean(db, Side.TALENT),
    )


def site_mean(db: Session, side: Side) -> float:
    """The mean of all axes that this side has given, once there are ten reviews."""
    row = (
        db.connection()
        .execute(
            select(func.count(func.distinct(col(Review.id))), func.avg(col(ReviewAxis.step)))
            .join(ReviewAxis, col(ReviewAxis.review_id) == col(Review.id))
            .join(ReviewPair, col(ReviewPair.id) == col(Review.pair_id))
            .where(
                col(ReviewPair.status) == Status.REVEALED,
                col(Review.side) == side,
                col(Review.moderation).is_distinct_from("removed"),
            )
        )
        .one()
    )
    return float(row[1]) if row[0] >= 10 else PRIOR_MEAN


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
