"""Reading what is asked and said of soft skills: whose turn it is, and what a closed round shows to whom."""

from typing import Any, NamedTuple

from sqlalchemy import func
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, or_, select

from market import clock
from market.access import Actor, Decision
from market.accounts.models import Block, Person
from market.accounts.queries import blocks_between
from market.apprenticeships import queries, soft_rules
from market.apprenticeships.models import SoftPlace, SoftRating, SoftResult, SoftRound
from market.apprenticeships.soft_rules import Result, RoundStatus, Side, SoftSkill
from market.engagements.models import Engagement
from market.errors import NotFound
from market.skills.models import Skill
from market.words import _

_ESCO = "http://data.europa.eu/esco/skill/"
# Where a site keeps ESCO's list and not the project's own, three of the five stand in it under these addresses.
_ELSEWHERE = {
    _ESCO + "15d76317-c71a-4fa2-aadc-2ecc34e627b7": SoftSkill.COMMUNICATION,
    _ESCO + "60c78287-22eb-4103-9c8c-28deaa460da0": SoftSkill.TEAMWORK,
    _ESCO + "adc6dc11-3376-467b-96c5-9b0a21edc869": SoftSkill.PROBLEM_SOLVING,
}


OF_WORK: Any = select_rows(
    col(Engagement.id), col(Engagement.public_id), col(Engagement.person_id), col(Engagement.title)
)
"""The work behind what was said of somebody's soft skills, by its id."""


def skill_ids(db: Session) -> dict[SoftSkill, int]:
    """The five in the site's list of skills; one that is not there is asked for, and counts nowhere."""
    named = {one.key: one for one in SoftSkill}
    rows = db.exec(
        select(Skill.key, func.coalesce(col(Skill.merged_into_id), col(Skill.id))).where(
            col(Skill.key).in_([*named, *_ELSEWHERE])
        )
    ).all()
    elsewhere = {_ELSEWHERE[key]: one for key, one in rows if key in _ELSEWHERE}
    return elsewhere | {named[key]: one for key, one in rows if key in named}


def round_of(db: Session, engagement_id: int) -> SoftRound | None:
    """The round in which somebody's way of working is looked at; None while nobody is asked."""
    return db.exec(
        select(SoftRound)
        .join(SoftPlace, col(SoftPlace.round_id) == col(SoftRound.id))
        .where(SoftPlace.engagement_id == engagement_id)
    ).first()


class Asked(NamedTuple):
    """Of whom somebody is asked, and what they said so far."""

    rating: SoftRating
    name: str
    person: str  # public id


def asked_of(db: Session, by_person: int, round_id: int, engagement_id: int | None = None) -> list[Asked]:
    """Of whom this person is asked in a round, or of whose one work; peers whom a block parts are left out."""
    apart = or_(*blocks_between(col(SoftRating.of_person), by_person, ()))
    parted = (col(SoftRating.side) == Side.PEER) & select(Block.id).where(apart).exists()
    wanted = (
        select(SoftRating, Person.display_name, Person.public_id)
        .join(Person, col(Person.id) == col(SoftRating.of_person))
        .where(
            SoftRating.round_id == round_id,
            SoftRating.by_person == by_person,
            ~parted,
        )
        .order_by(col(Person.display_name), col(SoftRating.id))
    )
    if engagement_id is not None:
        wanted = wanted.where(SoftRating.engagement_id == engagement_id)
    return [Asked(row, name or _("Someone who left"), person) for row, name, person in db.exec(wanted)]


def asked_about(
    db: Session, actor: Actor, engagement: Engagement, person: str
) -> tuple[Engagement, SoftRound, Asked]:
    """The work of the one this actor is asked about, from a page of this engagement: a mentor from the learner's own,
    a learner from theirs about another one of the group. `NotFound` for anybody they are not asked about.
    """
    found = round_of(db, engagement.id)
    mine = asked_of(db, actor.id, found.id) if found is not None else []
    one = next((one for one in mine if one.person == person), None)
    if found is None or one is None:
        raise NotFound(_("You are not asked about such a person here."))
    own = actor.id == engagement.person_id
    if not own and one.rating.engagement_id != engagement.id:
        raise NotFound(_("You are not asked about such a person here."))
    return db.get_one(Engagement, one.rating.engagement_id), found, one


class Shown(NamedTuple):
    """One skill of a closed round, as far as the reader may see it."""

    skill: SoftSkill
    mentor: Result | None
    peers: Result | None


class Seen(NamedTuple):
    """What a closed round says of one person. `by` are the mentors who answered, by name."""

    rows: list[Shown]
    by: list[str]

    @property
    def has_peers(self) -> bool:
        return any(one.peers for one in self.rows)


def seen(db: Session, actor: Actor, engagement: Engagement) -> Seen:
    """The results of one work: both sides' for the person it is about, the mentor's alone for the organisation."""
    own = actor.is_signed_in and actor.id == engagement.person_id
    rows = db.exec(select(SoftResult).where(SoftResult.engagement_id == engagement.id)).all()
    found = {(row.side, row.skill): Result(row.step, row.n) for row in rows}
    by = db.exec(
        select(Person.display_name)
        .join(SoftRating, col(SoftRating.by_person) == col(Person.id))
        .where(SoftRating.engagement_id == engagement.id, SoftRating.side == Side.MENTOR)
        .order_by(col(SoftRating.id))
    ).all()
    return Seen(
        [
            Shown(one, found.get((Side.MENTOR, one)), found.get((Side.PEER, one)) if own else None)
            for one in SoftSkill
        ],
        [name or _("Someone who left") for name in by],
    )


def raters(db: Session, engagement_id: int, side: Side | None = None) -> list[int]:
    """Who has not answered yet what they are asked of others: of this work by side, or with no side by its own person."""
    wanted = (
        select(SoftRating.by_person)
        .join(SoftRound, col(SoftRound.id) == col(SoftRating.round_id))
        .where(SoftRound.status == RoundStatus.OPEN, col(SoftRating.answered_at).is_(None))
    )
    if side is not None:
        wanted = wanted.where(SoftRating.engagement_id == engagement_id, SoftRating.side == side)
    else:
        own = (
            select(SoftPlace.round_id, Engagement.person_id)
            .join(Engagement, col(Engagement.id) == col(SoftPlace.engagement_id))
            .where(SoftPlace.engagement_id == engagement_id)
            .subquery()
        )
        wanted = wanted.join(
            own, (own.c.round_id == col(SoftRating.round_id)) & (own.c.person_id == col(SoftRating.by_person))
        )
    return list(db.exec(wanted.distinct().order_by(col(SoftRating.by_person))))


def mentor_ids(db: Session, engagement_id: int) -> list[int]:
    """Who mentors this work now."""
    found = queries.mentors_of(db, db.get_one(Engagement, engagement_id))
    return [person_id for person_id, _public_id, _name in found]


def may_say(db: Session, actor: Actor, one: Asked, soft_round: SoftRound) -> Decision:
    """Whether this reader may still say it, with the reason if not."""
    return soft_rules.may_say(
        actor.id, one.rating.of_person, True, soft_round.status, soft_round.deadline_at, clock.now()
    )
