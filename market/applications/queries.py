"""Reading applications and offers: only what the one who asks may see; anything else is simply not there."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select
from sqlmodel import Session, col
from sqlmodel import select as pick

from market import clock
from market.access import Actor
from market.accounts.models import Organisation, Person
from market.accounts.queries import block_with
from market.applications.models import Answer, Application, InvitationToApply, Offer
from market.applications.rules import SENT, WAITING, OpeningNow, Status, side_of
from market.db import Utc
from market.errors import NotFound
from market.gather import Gather
from market.opportunities.models import Addendum, Opportunity
from market.opportunities.rules import Status as Opening
from market.profiles.models import TalentProfile
from market.transitions import Transition
from market.words import _


def get_application(db: Session, actor: Actor, public_id: str) -> Application:
    """The application, for the person who wrote it and for those who decide about it. Raises `NotFound` to others."""
    found = db.exec(pick(Application).where(Application.public_id == public_id)).first()
    if found is None or side_of(actor, found) is None:
        raise NotFound(_("There is no such application."))
    return found


def get_offer(db: Session, actor: Actor, public_id: str) -> tuple[Offer, Application]:
    """An offer with its application, for the two sides of it. Raises `NotFound` to others."""
    wanted = pick(Offer, Application).join(Application, col(Application.id) == col(Offer.application_id))
    found = db.exec(wanted.where(Offer.public_id == public_id)).first()
    if found is None or side_of(actor, found[1]) is None:
        raise NotFound(_("There is no such offer."))
    return found[0], found[1]


def application_of(db: Session, opportunity_id: int, person_id: int) -> Application | None:
    """What this person wrote for this opening, a draft too."""
    wanted = pick(Application).where(
        Application.opportunity_id == opportunity_id, Application.person_id == person_id
    )
    return db.exec(wanted).first()


def answers_of(db: Session, *application_ids: int) -> list[Answer]:
    """What was answered, in the order of the questions."""
    wanted = pick(Answer).where(col(Answer.application_id).in_(application_ids))
    return list(db.exec(wanted.order_by(col(Answer.application_id), col(Answer.position))))


def changes_since(db: Session, opportunity: Opportunity, version: int) -> list[Addendum]:
    """The addenda that came after the version a person read, oldest first."""
    if version >= opportunity.version:
        return []
    wanted = pick(Addendum).where(Addendum.opportunity_id == opportunity.id, Addendum.version > version)
    return list(db.exec(wanted.order_by(col(Addendum.version))))


def open_offer(db: Session, application_id: int) -> Offer | None:
    """The terms on the table, if any."""
    return db.exec(pick(Offer).where(Offer.application_id == application_id, Offer.status == "open")).first()


def offers_of(db: Session, application_id: int) -> list[Offer]:
    """Every version of the terms, the first first."""
    wanted = pick(Offer).where(Offer.application_id == application_id).order_by(col(Offer.version))
    return list(db.exec(wanted))


def steps_of(db: Session, application_id: int) -> list[Transition]:
    """What happened to an application, oldest first."""
    wanted = pick(Transition).where(
        Transition.subject_kind == "application", Transition.subject_id == application_id
    )
    return list(db.exec(wanted.order_by(col(Transition.id))))


class MineRow(NamedTuple):
    """One application of a person, for their list."""

    id: int
    public_id: str
    status: Status
    submitted_at: datetime | None
    answer_due_at: datetime | None
    opportunity_id: int
    opportunity_public_id: str
    title: str
    kind: str
    org_name: str
    deadline_at: datetime | None
    time_zone: str
    offer_public_id: str | None
    offer_by: str | None
    offer_expires_at: datetime | None
    opening_status: Opening
    applicants_cap: int | None
    applicants_count: int

    @property
    def opening(self) -> OpeningNow:
        return OpeningNow(
            self.opening_status,
            self.deadline_at,
            self.time_zone,
            self.applicants_cap,
            self.applicants_count,
        )


_MINE: Any = (
    select(
        col(Application.id),
        col(Application.public_id),
        col(Application.status),
        col(Application.submitted_at),
        col(Application.answer_due_at),
        col(Opportunity.id).label("opportunity_id"),
        col(Opportunity.public_id).label("opportunity_public_id"),
        col(Opportunity.title),
        col(Opportunity.kind),
        col(Organisation.name).label("org_name"),
        col(Opportunity.deadline_at),
        col(Opportunity.time_zone),
        col(Offer.public_id).label("offer_public_id"),
        col(Offer.proposed_by).label("offer_by"),
        col(Offer.expires_at).label("offer_expires_at"),
        col(Opportunity.status).label("opening_status"),
        col(Opportunity.applicants_cap),
        col(Opportunity.applicants_count),
    )
    .join(Opportunity, col(Opportunity.id) == col(Application.opportunity_id))
    .join(Organisation, col(Organisation.id) == col(Application.org_id))
    .outerjoin(Offer, and_(col(Offer.application_id) == col(Application.id), col(Offer.status) == "open"))
    .where(col(Application.person_id) == bindparam("person"), col(Application.id) < bindparam("before"))
    .order_by(col(Application.id).desc())
    .limit(bindparam("most"))
)
NEWEST = 2**62


def mine(db: Session, person_id: int, before: int = NEWEST, most: int = 21) -> list[MineRow]:
    """A person's applications, drafts among them, the newest first, below the id `before`."""
    given = {"person": person_id, "before": before, "most": most}
    return [MineRow._make(row) for row in db.connection().execute(_MINE, given)]


class CandidateRow(NamedTuple):
    """One application as those who decide see it in a list."""

    id: int
    public_id: str
    status: Status
    submitted_at: datetime
    answer_due_at: datetime | None
    decided_at: datetime | None
    person_id: int
    person_public_id: str
    name: str
    headline: str
    is_apart: bool = False  # chose to be put in no order

    @property
    def person(self) -> "Applicant":
        return Applicant(self.person_id, self.person_public_id, self.name)


class Applicant(NamedTuple):
    """Whom an application is from, for the parts of a page that speak of them."""

    id: int
    public_id: str
    display_name: str


MOST_CANDIDATES = 500
_ALL_CANDIDATES: Any = (
    select(
        col(Application.id),
        col(Application.public_id),
        col(Application.status),
        col(Application.submitted_at),
        col(Application.answer_due_at),
        col(Application.decided_at),
        col(Application.person_id),
        col(Person.public_id).label("person_public_id"),
        func.coalesce(col(Person.display_name), "").label("name"),
        func.coalesce(col(TalentProfile.headline), "").label("headline"),
        func.coalesce(col(TalentProfile.is_apart), False).label("is_apart"),
    )
    .join(Person, col(Person.id) == col(Application.person_id))
    .outerjoin(TalentProfile, col(TalentProfile.person_id) == col(Application.person_id))
    .where(col(Application.status).in_(SENT), col(Application.submitted_at).is_not(None))
    .order_by(col(Application.submitted_at), col(Application.id))
    .limit(MOST_CANDIDATES)
)
_CANDIDATES = _ALL_CANDIDATES.where(col(Application.opportunity_id) == bindparam("opportunity"))
OPENING_ID = select(col(Opportunity.id)).where(col(Opportunity.public_id) == bindparam("opening"))
CANDIDATES = _ALL_CANDIDATES.where(col(Application.opportunity_id) == OPENING_ID.scalar_subquery())
"""Everyone who applied for the `opening` of a public id, to be read beside it: rows for `CandidateRow`."""

OUT_OF_CONTACT = select(col(Application.person_id)).where(
    col(Application.opportunity_id) == OPENING_ID.scalar_subquery(),
    block_with(col(Application.person_id), col(Application.org_id)),
)
"""Those of them who can be offered nothing, since they or the organisation want no contact."""


def candidates(db: Session, opportunity_id: int) -> list[CandidateRow]:
    """Everyone who applied for an opening, in the order they did, the first 500."""
    rows = db.connection().execute(_CANDIDATES, {"opportunity": opportunity_id})
    return [CandidateRow._make(row) for row in rows]


_ANSWERS: Any = (
    select(col(Answer.application_id), col(Answer.position), col(Answer.question), col(Answer.text))
    .join(Application, col(Application.id) == col(Answer.application_id))
    .where(
        col(Application.opportunity_id) == bindparam("opportunity"),
        col(Application.status).in_(WAITING),
        col(Application.status) != Status.SUBMITTED,
    )
    .order_by(col(Answer.application_id), col(Answer.position))
)
_COVERED = Gather(_CANDIDATES, _ANSWERS)


class AnswerRow(NamedTuple):
    application_id: int
    position: int
    question: str
    text: str


def waiting_with_answers(db: Session, opportunity_id: int) -> tuple[list[CandidateRow], list[AnswerRow]]:
    """Who waits for an answer, and what those wrote whose application is being read. One statement."""
    rows, answers = _COVERED.read(db, {"opportunity": opportunity_id})
    waiting = [CandidateRow._make(row) for row in rows if row.status in WAITING]
    return waiting, [AnswerRow._make(row) for row in answers]


class InvitedRow(NamedTuple):
    """Someone who was asked to apply."""

    public_id: str
    person_public_id: str
    name: str
    created_at: datetime
    dismissed_at: datetime | None


def invited(db: Session, opportunity_id: int) -> list[InvitedRow]:
    """Who was asked to apply for an opening, the latest first, at most 200."""
    rows = db.connection().execute(
        select(
            col(InvitationToApply.public_id),
            col(Person.public_id),
            func.coalesce(col(Person.display_name), ""),
            col(InvitationToApply.created_at),
            col(InvitationToApply.dismissed_at),
        )
        .join(Person, col(Person.id) == col(InvitationToApply.person_id))
        .where(col(InvitationToApply.opportunity_id) == opportunity_id)
        .order_by(col(InvitationToApply.id).desc())
        .limit(200)
    )
    return [InvitedRow._make(row) for row in rows]


def invited_count(db: Session, opportunity_id: int) -> int:
    """How many people were asked to apply for an opening, whatever they answered."""
    wanted = pick(func.count()).where(InvitationToApply.opportunity_id == opportunity_id)
    return db.exec(wanted).one()


def openings_to_invite(
    db: Session, org_ids: Sequence[int], person_id: int, now: datetime
) -> list[Opportunity]:
    """Openings of these organisations that take applications and to which this person was not asked, nor applied."""
    there = col(Opportunity.id)
    applied = select(col(Application.opportunity_id)).where(
        col(Application.person_id) == person_id, col(Application.status) != Status.DRAFT
    )
    asked = select(col(InvitationToApply.opportunity_id)).where(col(InvitationToApply.person_id) == person_id)
    wanted = pick(Opportunity).where(
        col(Opportunity.org_id).in_(list(org_ids)),
        Opportunity.status == Opening.PUBLISHED,
        col(Opportunity.deadline_at) > now,
        there.not_in(applied),
        there.not_in(asked),
    )
    return list(db.exec(wanted.order_by(there.desc()).limit(20)))


def invitation_for(db: Session, opportunity_id: int, person_id: int) -> InvitationToApply | None:
    """The invitation this person has to this opening, unless they said no, thank you."""
    wanted = pick(InvitationToApply).where(
        InvitationToApply.opportunity_id == opportunity_id, InvitationToApply.person_id == person_id
    )
    return db.exec(wanted.where(col(InvitationToApply.dismissed_at).is_(None))).first()


STILL_OPEN = select(col(Application.opportunity_id)).where(
    col(Application.status).in_((*WAITING, Status.OFFERED))
)
"""The openings at which somebody still waits for an answer: they do not end yet."""


APPLIED = (
    select(col(Application.person_id))
    .join(Opportunity, col(Opportunity.id) == col(Application.opportunity_id))
    .where(col(Opportunity.public_id) == bindparam("opening"), col(Application.status).in_(SENT))
)
"""Who has sent an application to an opening, whatever became of it: they need no invitation."""


PROMISE_PAST = and_(
    col(Application.submitted_at).is_not(None),
    or_(
        col(Application.decided_at).is_not(None),
        and_(
            col(Application.status) != Status.WITHDRAWN,
            col(Application.answer_due_at) < bindparam("now", type_=Utc),
        ),
    ),
)
"""An application that says how an employer answers: it was answered, or its promised day has passed without an answer.

An answer is a refusal, an offer, or being kept for later. Whoever withdrew before one says nothing of the employer. What
the site closed (after sixty days, with a filled or a cancelled opening) without an answer stays unanswered.
"""
ANSWERED_IN_TIME = and_(PROMISE_PAST, col(Application.decided_at) <= col(Application.answer_due_at))


class Responsiveness(NamedTuple):
    """How an employer answers: of `due` applications, `in_time` had an answer by the promised day.

    The median of days is over all answers, the late ones too; None without an answer.
    """

    due: int
    in_time: int
    median_days: float | None

    @property
    def share(self) -> float | None:
        """From 0 to 1; None while nothing was due."""
        return self.in_time / self.due if self.due else None


_ANSWERS_OF = select(
    col(Application.submitted_at), col(Application.decided_at), ANSWERED_IN_TIME.label("in_time")
).where(col(Application.org_id) == bindparam("org"), PROMISE_PAST)


def responsiveness(db: Session, org_id: int) -> Responsiveness:
    """How an organisation has answered so far, as everyone reads it. See `PROMISE_PAST`."""
    rows = db.connection().execute(_ANSWERS_OF, {"org": org_id, "now": clock.now()}).all()
    days = [(r.decided_at - r.submitted_at).total_seconds() / 86400 for r in rows if r.decided_at is not None]
    return Responsiveness(len(rows), sum(bool(r.in_time) for r in rows), median(days) if days else None)


def waiting_past_promise(db: Session, opportunity_id: int, now: datetime) -> int:
    """How many applications of an opening are overdue."""
    wanted = pick(func.count()).where(
        Application.opportunity_id == opportunity_id,
        col(Application.status).in_(WAITING),
        col(Application.answer_due_at) < now,
    )
    return db.exec(wanted).one()
