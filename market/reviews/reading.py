"""What was said, as it is read: revealed reviews with their axes and statements, and what all of them come to.

Nothing about a sealed review leaves this module.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from market import clock
from market.accounts.models import Organisation, Person
from market.engagements.models import Engagement
from market.gather import Gather, Read
from market.reviews import rules
from market.reviews.models import Review, ReviewAxis, ReviewPair, ReviewSkillStatement
from market.reviews.reputation import PRIOR_MEAN, Rated, Reputation, reputation
from market.reviews.rules import Side, Status
from market.reviews.scales import name_of, steps_of
from market.skills.models import Skill
from market.words import _

_AXES = select(col(ReviewAxis.review_id), col(ReviewAxis.axis), col(ReviewAxis.step))
_STATEMENTS = (
    select(
        col(ReviewSkillStatement.review_id),
        col(ReviewSkillStatement.skill_id),
        col(Skill.name),
        col(ReviewSkillStatement.level),
        col(ReviewSkillStatement.text),
    )
    .join(Skill, col(Skill.id) == col(ReviewSkillStatement.skill_id))
    .order_by(col(Skill.name))
)


def axes_of(db: Session, review_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Review id to its axes with their steps."""
    return _axes(db.connection().execute(_AXES.where(col(ReviewAxis.review_id).in_(review_ids))))


def _axes(rows: Iterable[Any]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row[0], {})[row[1]] = row[2]
    return found


class Statement(NamedTuple):
    skill_id: int
    skill: str
    level: int
    text: str


def statements_of(db: Session, review_ids: Sequence[int]) -> dict[int, list[Statement]]:
    """Review id to what it states of single skills."""
    wanted = _STATEMENTS.where(col(ReviewSkillStatement.review_id).in_(review_ids))
    return _statements(db.connection().execute(wanted))


def _statements(rows: Iterable[Any]) -> dict[int, list[Statement]]:
    found: dict[int, list[Statement]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(Statement(*row[1:]))
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
_OF_PERSON = _SHOWN.where(col(Review.side) == Side.EMPLOYER, col(ReviewPair.person_id) == bindparam("whose"))
_OF_ORGANISATION = _SHOWN.where(col(Review.side) == Side.TALENT, col(ReviewPair.org_id) == bindparam("whose"))
_OF_PAIR = _SHOWN.where(col(Review.pair_id) == bindparam("whose"))


def _shown(wanted: Read) -> tuple[Read, Read, Read]:
    """Reviews, their axes and their statements, to be read at once."""
    those = wanted.with_only_columns(col(Review.id))
    return (
        wanted,
        _AXES.where(col(ReviewAxis.review_id).in_(those)),
        _STATEMENTS.where(col(ReviewSkillStatement.review_id).in_(those)),
    )


def _made(rows: Iterable[Any], axis_rows: Iterable[Any], statement_rows: Iterable[Any]) -> list[Shown]:
    axes, statements = _axes(axis_rows), _statements(statement_rows)
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
    col(Review.side) == Side.EMPLOYER, col(ReviewPair.person_id) == bindparam("whose")
)
_RATED_ORG = _RATED.where(col(Review.side) == Side.TALENT, col(ReviewPair.org_id) == bindparam("whose"))


def _site_mean(side: Side) -> Read:
    """Of all axes that this side has given: of how many reviews, and their mean."""
    return (
        select(func.count(func.distinct(col(Review.id))), func.avg(col(ReviewAxis.step)))
        .join(ReviewAxis, col(ReviewAxis.review_id) == col(Review.id))
        .join(ReviewPair, col(ReviewPair.id) == col(Review.pair_id))
        .where(
            col(ReviewPair.status) == Status.REVEALED,
            col(Review.side) == side,
            col(Review.moderation).is_distinct_from("removed"),
        )
    )


_PERSON = Gather(_RATED_PERSON, _site_mean(Side.EMPLOYER), *_shown(_OF_PERSON))
_ORGANISATION = Gather(_RATED_ORG, _site_mean(Side.TALENT), *_shown(_OF_ORGANISATION))
_PAIR = Gather(*_shown(_OF_PAIR))


class About(NamedTuple):
    """What was said of a person or an organisation: the newest reviews, and what all of them come to."""

    reviews: list[Shown]
    reputation: Reputation


def about_person(db: Session, person_id: int, size: int = 50) -> About:
    """What organisations said of someone, the newest first; removed ones stay as a tombstone without words.

    The reputation is from all revealed reviews; one organisation's word is capped. One statement.
    """
    rated, site, *shown = _PERSON.read(db, {"whose": person_id, "size": size})
    return About(_made(*shown), _reputation(rated, site, lambda row: f"org:{row.org_id}"))


def about_organisation(db: Session, org_id: int, size: int = 50) -> About:
    """What people said of an organisation; one person's word is capped. One statement."""
    rated, site, *shown = _ORGANISATION.read(db, {"whose": org_id, "size": size})
    return About(_made(*shown), _reputation(rated, site, lambda row: f"person:{row.person_id}"))


def of_pair(db: Session, pair_id: int) -> dict[Side, Shown]:
    """Both reviews of a revealed pair; nothing of any other."""
    return {one.side: one for one in _made(*_PAIR.read(db, {"whose": pair_id, "size": 2}))}


def _reputation(rated: Sequence[Any], site: Sequence[Any], rater: Callable[[Any], str]) -> Reputation:
    return reputation(
        (Rated(float(row[1]), row.revealed_at.date(), rater(row)) for row in rated),
        clock.today(),
        _mean(site[0]),
    )


def site_mean(db: Session, side: Side) -> float:
    """The mean of all axes that this side has given, once there are ten reviews."""
    return _mean(db.connection().execute(_site_mean(side)).one())


def _mean(row: Sequence[Any]) -> float:
    return float(row[1]) if row[0] >= 10 else PRIOR_MEAN
