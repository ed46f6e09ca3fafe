"""What time does to a round of soft skills: it is opened, who was asked is reminded, and all that was said opens at once.

A round is one question to everybody around a group: the people of a dated cohort together, and with a rolling start, or
after an early end, one person alone, of whom only the mentors are asked. While it is open nobody reads anything. At its
end the middle of each side is kept and written to the ledger, and what single peers said is deleted: from then on nobody
can find out who chose what.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import select as select_rows
from sqlmodel import Session, col, delete, or_, select

from market.access import SYSTEM
from market.accounts.models import Block, Membership, Person, PersonStatus
from market.apprenticeships import soft_reading as reading
from market.apprenticeships import soft_rules as rules
from market.apprenticeships.models import SoftPlace, SoftRating, SoftResult, SoftRound
from market.apprenticeships.soft_rules import RoundStatus, Side, SoftSkill, Stay
from market.engagements.models import Engagement, EngagementMember, MemberFunction
from market.engagements.rules import ENDED, RUNNING
from market.engagements.rules import Status as WorkStatus
from market.evidence import service as ledger
from market.evidence.models import SOFT_MENTOR, SOFT_PEERS, Kind
from market.evidence.posterior import shows_level
from market.outbox import announce
from market.programmes.models import Cohort, ProgrammeVersion
from market.programmes.rules import MOST_WEEKS
from market.transitions import take

AT_ONCE = 200
SOURCE = {Side.MENTOR: SOFT_MENTOR, Side.PEER: SOFT_PEERS}
KIND = {Side.MENTOR: Kind.ASSESSMENT, Side.PEER: Kind.ENDORSEMENT}
"""A mentor judges real work by described steps (T4); peers are people who worked beside one (T2)."""


# Asking


class _Place(NamedTuple):
    """One work that may be asked about."""

    engagement_id: int
    person_id: int
    org_id: int
    group: tuple[int, int]  # works of one group are asked about together
    stay: Stay


def open_due(db: Session, now: datetime) -> int:
    """Timer: ask about everybody whose programme is in its last week, or has ended; how many rounds were opened."""
    opened = 0
    for _group, members in groupby(_waiting(db, now), key=lambda one: one.group):
        places = list(members)
        until = rules.deadline([one.stay for one in places], now)
        seen = [one for one in places if rules.was_seen(one.stay)]
        if until is not None and seen and _open(db, seen, until, now):
            opened += 1
        if opened == AT_ONCE:
            break
    return opened


def _waiting(db: Session, now: datetime) -> list[_Place]:
    """Works under way, or ended since, that nobody was asked about; a group's together."""
    rows: Any = db.connection().execute(
        select_rows(
            col(Engagement.id),
            col(Engagement.person_id),
            col(Engagement.org_id),
            col(Engagement.cohort_id),
            col(Cohort.starts_on),
            col(Engagement.status),
            col(Engagement.started_at),
            col(Engagement.ends_on),
            col(Engagement.ended_at),
            col(ProgrammeVersion.weeks),
        )
        .select_from(Engagement)
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Engagement.programme_version_id))
        .outerjoin(Cohort, col(Cohort.id) == col(Engagement.cohort_id))
        .where(
            col(Engagement.status).in_((*RUNNING, WorkStatus.DISPUTED, *ENDED)),
            col(Engagement.started_at).is_not(None),
            or_(
                col(Engagement.ended_at).is_(None),
                col(Engagement.ended_at) > now - timedelta(weeks=MOST_WEEKS),
            ),
            ~select(SoftPlace.round_id)
            .where(SoftPlace.engagement_id == Engagement.id)
            .correlate(Engagement)
            .exists(),
        )
        .order_by(col(Engagement.id))
    )
    found = []
    for number, person, org, cohort, starts_on, status, started, ends_on, ended, weeks in rows:
        last: date = ends_on or started.date() + timedelta(days=7 * weeks - 1)
        together = starts_on is not None and status is not WorkStatus.ENDED_EARLY
        group = (cohort, 0) if together else (0, number)
        found.append(_Place(number, person, org, group, Stay(status, started, last, ended)))
    return sorted(found, key=lambda one: (one.group, one.engagement_id))


def _open(db: Session, places: Sequence[_Place], until: datetime, now: datetime) -> bool:
    """Ask about these; nothing is opened where there is nobody to ask."""
    people = {one.person_id for one in places}
    work = {one.person_id: one.engagement_id for one in places}
    asked = [(by, of, Side.MENTOR) for by, of in _mentors(db, work)]
    known = {(by, of) for by, of, _side in asked}
    if rules.asks_peers(len(people)):
        pairs = rules.pairs(sorted(people), _apart(db, people))
        asked += [(by, of, Side.PEER) for by, of in pairs if (by, of) not in known]
    if not asked:
        return False
    made = SoftRound(org_id=places[0].org_id, opened_at=now, deadline_at=until)
    db.add(made)
    db.flush()
    db.add_all(SoftPlace(engagement_id=one.engagement_id, round_id=made.id) for one in places)
    db.add_all(
        SoftRating(round_id=made.id, engagement_id=work[of], of_person=of, by_person=by, side=side)
        for by, of, side in asked
    )
    db.flush()
    for one in places:
        _tell(db, "soft_skills.asked", one.engagement_id, made)
    return True


def _mentors(db: Session, work: dict[int, int]) -> list[tuple[int, int]]:
    """(mentor, learner) for these works, by person."""
    rows = db.exec(
        select(Membership.person_id, Engagement.person_id)
        .join(EngagementMember, col(EngagementMember.membership_id) == col(Membership.id))
        .join(Engagement, col(Engagement.id) == col(EngagementMember.engagement_id))
        .where(
            col(EngagementMember.engagement_id).in_(work.values()),
            EngagementMember.function == MemberFunction.MENTOR,
            col(Membership.ended_at).is_(None),
            col(Membership.person_id) != col(Engagement.person_id),
        )
        .distinct()
        .order_by(col(Engagement.person_id), col(Membership.person_id))
    ).all()
    return [(by, of) for by, of in rows]


def _apart(db: Session, people: set[int]) -> set[frozenset[int]]:
    """Pairs of these people that a block parts, whoever set it."""
    rows = db.exec(
        select(Block.blocker_id, Block.blocked_person_id).where(
            col(Block.blocker_id).in_(people), col(Block.blocked_person_id).in_(people)
        )
    ).all()
    return {frozenset((one, other)) for one, other in rows if other is not None}


def _tell(db: Session, name: str, engagement_id: int, soft_round: SoftRound) -> None:
    announce(db, name, SYSTEM, subject=("engagement", engagement_id), soft_round_id=soft_round.id)


def remind(db: Session, now: datetime) -> int:
    """Timer: three days before the time is over, once, tell those who were asked and said nothing yet."""
    due = db.exec(
        select(SoftRound)
        .where(
            SoftRound.status == RoundStatus.OPEN,
            SoftRound.deadline_at <= now + rules.REMIND,
            SoftRound.deadline_at > now,
            col(SoftRound.reminded_at).is_(None),
        )
        .order_by(col(SoftRound.id))
        .limit(AT_ONCE)
    ).all()
    for one in due:
        one.reminded_at = now
        db.add(one)
        for engagement_id in _works(db, one):
            _tell(db, "soft_skills.ends_soon", engagement_id, one)
    return len(due)


def _works(db: Session, soft_round: SoftRound) -> list[int]:
    wanted = select(SoftPlace.engagement_id).where(SoftPlace.round_id == soft_round.id)
    return list(db.exec(wanted.order_by(col(SoftPlace.engagement_id))))


# Opening what was said


def close_due(db: Session, now: datetime) -> int:
    """Timer: close what is over: its time is up, or everybody has answered and nobody is at work any more."""
    waits = (
        select(SoftRating.id)
        .where(SoftRating.round_id == SoftRound.id, col(SoftRating.answered_at).is_(None))
        .correlate(SoftRound)
        .exists()
    )
    works = (
        select(SoftPlace.engagement_id)
        .join(Engagement, col(Engagement.id) == col(SoftPlace.engagement_id))
        .where(SoftPlace.round_id == SoftRound.id, col(Engagement.status).not_in(ENDED))
        .correlate(SoftRound)
        .exists()
    )
    due = db.exec(
        select(SoftRound)
        .where(SoftRound.status == RoundStatus.OPEN, or_(col(SoftRound.deadline_at) <= now, ~waits & ~works))
        .order_by(col(SoftRound.id))
        .limit(AT_ONCE)
        .with_for_update()
    ).all()
    skills = reading.skill_ids(db) if due else {}
    for one in due:
        for engagement_id in _works(db, one):
            _conclude(db, one, db.get_one(Engagement, engagement_id), skills, now)
        db.exec(
            delete(SoftRating).where(
                col(SoftRating.round_id) == one.id,
                or_(col(SoftRating.side) == Side.PEER, col(SoftRating.answered_at).is_(None)),
            )
        )
        take(db, SYSTEM, one, "close", changes={"closed_at": now})
    return len(due)


def _conclude(
    db: Session, soft_round: SoftRound, engagement: Engagement, skills: dict[SoftSkill, int], now: datetime
) -> None:
    """What both sides say of one person: kept, written to the ledger, and told.

    What an organisation's own people say of each other is for the person to read, and is no evidence.
    """
    if db.get_one(Person, engagement.person_id).status is PersonStatus.ERASED:
        return
    answered = _answers(db, engagement)
    anything = False
    for side in Side:
        said = [row.steps for row in answered if row.side is side]
        for skill in SoftSkill:
            found = rules.result(side, [steps[skill] for steps in said])
            if found is None:
                continue
            anything = True
            db.add(
                SoftResult(engagement_id=engagement.id, side=side, skill=skill, step=found.step, n=found.n)
            )
            if skill in skills and not engagement.for_members:  # nobody is judged by their own house
                ledger.record(
                    db,
                    person_id=engagement.person_id,
                    skill_id=skills[skill],
                    kind=KIND[side],
                    reading_milli=round(1000 * shows_level(found.step, rules.TARGET)),
                    variance_milli=rules.VARIANCE_MILLI[side],
                    source=(SOURCE[side], engagement.id),
                    party=("organisation", engagement.org_id),  # all that is said there shares one ceiling
                    occurred_on=now.date(),
                )
    db.flush()
    _tell(db, "soft_skills.shown" if anything else "soft_skills.unsaid", engagement.id, soft_round)


def _answers(db: Session, engagement: Engagement) -> list[SoftRating]:
    """What was said of this work: by its mentors, and by peers whom no block parts from its person now."""
    rows = db.exec(
        select(SoftRating).where(
            SoftRating.engagement_id == engagement.id, col(SoftRating.answered_at).is_not(None)
        )
    ).all()
    apart = _apart(db, {engagement.person_id, *(row.by_person for row in rows)})
    return [
        row
        for row in rows
        if row.side is Side.MENTOR or frozenset((row.by_person, engagement.person_id)) not in apart
    ]
