"""To answer: what waits for those who act for an organisation, how their openings stand, and how they are seen."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, func, select
from sqlmodel import Session, col

from market import clock
from market.access import Actor, Task
from market.accounts.models import Organisation
from market.applications.models import Application, Offer
from market.applications.rules import OVERDUE_PAUSES, WAITING
from market.applications.rules import Status as ApplicationStatus
from market.db import Utc
from market.engagements.models import Engagement
from market.engagements.queries import WorkRow, ours
from market.engagements.rules import Status as WorkStatus
from market.home import due_employer
from market.home.todo import Todo, for_employer, in_order
from market.opportunities.models import Opportunity
from market.opportunities.queries import OurRow
from market.opportunities.queries import ours as our_openings
from market.opportunities.rules import OPEN
from market.opportunities.rules import Status as OpeningStatus
from market.reviews.queries import EmployerFigures, employer_figures
from market.reviews.reading import about_organisation
from market.reviews.reputation import Reputation
from market.transitions import Transition
from market.words import _, plural

OPENINGS = 30
WORKS = 20
SHOWN_IN = (OpeningStatus.DRAFT, OpeningStatus.IN_REVIEW, *OPEN)


class Waiting(NamedTuple):
    """The people who wait for an answer at one opening."""

    id: str
    title: str
    n: int
    unread: int
    overdue: int
    first_due: datetime | None


_unread = func.sum(case((col(Application.status) == ApplicationStatus.SUBMITTED, 1), else_=0))
_late = func.sum(case((col(Application.answer_due_at) < bindparam("now", type_=Utc), 1), else_=0))
_WAITING: Any = (
    select(
        col(Opportunity.public_id),
        col(Opportunity.title),
        func.count().label("n"),
        _unread.label("unread"),
        _late.label("late"),
        func.min(col(Application.answer_due_at)).label("first_due"),
    )
    .join(Opportunity, col(Opportunity.id) == col(Application.opportunity_id))
    .where(
        col(Application.org_id).in_(bindparam("orgs", expanding=True)),
        col(Application.person_id) != bindparam("person"),
        col(Application.status).in_(WAITING),
    )
    .group_by(col(Opportunity.id), col(Opportunity.public_id), col(Opportunity.title))
    .order_by(func.min(col(Application.answer_due_at)))
    .limit(100)
)


class Funnel(NamedTuple):
    """People at each step, over all openings since the first. How many were answered by the promised day is another
    question, of other people: `EmployerFigures`.
    """

    applied: int
    answered: int
    shortlisted: int
    offered: int
    signed: int
    finished: int
    org_id: str  # the public id of the first of the organisations


_in_orgs = col(Application.org_id).in_(bindparam("orgs", expanding=True))
_sent = (
    select(func.count()).select_from(Application).where(_in_orgs, col(Application.submitted_at).is_not(None))
)
_FUNNEL: Any = select(
    _sent.scalar_subquery().label("applied"),
    _sent.where(col(Application.decided_at).is_not(None)).scalar_subquery(),
    select(func.count(func.distinct(col(Transition.subject_id))))
    .where(
        col(Transition.subject_kind) == "application",
        col(Transition.step) == "shortlist",
        col(Transition.subject_id).in_(select(col(Application.id)).where(_in_orgs)),
    )
    .scalar_subquery(),
    select(func.count(func.distinct(col(Offer.application_id))))
    .join(Application, col(Application.id) == col(Offer.application_id))
    .where(_in_orgs)
    .scalar_subquery(),
    _sent.where(col(Application.status) == ApplicationStatus.ACCEPTED).scalar_subquery(),
    select(func.count())
    .select_from(Engagement)
    .where(
        col(Engagement.org_id).in_(bindparam("orgs", expanding=True)),
        col(Engagement.status) == WorkStatus.COMPLETED,
        col(Engagement.for_members).is_(False),
    )
    .scalar_subquery(),
    select(col(Organisation.public_id)).where(col(Organisation.id) == bindparam("first")).scalar_subquery(),
)


class Seen(NamedTuple):
    """How one organisation is seen in public."""

    org_id: str
    name: str
    reputation: Reputation
    figures: EmployerFigures


class Desk(NamedTuple):
    """Everything on the page."""

    todos: list[Todo]
    waiting: int  # people who wait for an answer to their application
    overdue: int
    first_due: datetime | None
    openings: list[OurRow]
    funnel: Funnel | None
    seen: Seen | None
    given: list[WorkRow]  # to a mentor
    whole: bool  # answers for a whole organisation, not only for what was given to them


def desk(db: Session, actor: Actor) -> Desk:
    """The page of someone who acts for an organisation, in at most eight statements."""
    now, here = clock.now(), due_employer.reach(actor)
    todos = [] if here.is_empty else [for_employer(one, now) for one in due_employer.for_employer(db, actor)]
    if not here.whole:
        given = ours(db, actor, WORKS) if here.memberships else []
        return Desk(in_order(todos, actor.time_zone), 0, 0, None, [], None, None, given, False)
    rows = db.connection().execute(_WAITING, {"orgs": list(here.whole), "person": actor.id, "now": now})
    waiting = [Waiting._make(row) for row in rows]
    openings = our_openings(db, actor.orgs_for(Task.POST), SHOWN_IN, OPENINGS)[:OPENINGS]
    funnel = Funnel._make(
        db.connection().execute(_FUNNEL, {"orgs": list(here.whole), "first": here.whole[0]}).one()
    )
    return Desk(
        in_order([*todos, *map(_to_read, waiting), *_to_finish(openings)], actor.time_zone),
        sum(w.n for w in waiting),
        sum(w.overdue for w in waiting),
        waiting[0].first_due if waiting else None,
        openings,
        funnel if funnel.applied else None,
        _seen(db, actor, here.whole[0], funnel.org_id) if funnel.applied else None,
        [],
        True,
    )


def _to_read(w: Waiting) -> Todo:
    """The applications of one opening as one thing to do."""
    title = plural(
        "One person applied for “%(title)s”", "%(n)s people applied for “%(title)s”", w.n, title=w.title
    )
    words = []
    if w.unread:
        words.append(plural("One is not read yet.", "%(n)s are not read yet.", w.unread))
    if w.overdue:
        words.append(
            plural("One has waited past your promise.", "%(n)s have waited past your promise.", w.overdue)
        )
    if w.overdue >= OVERDUE_PAUSES:
        words.append(_("The opening takes no more applications until they are answered."))
    if not words:
        words.append(_("All are read. Each still waits for an answer."))
    return Todo(title, " ".join(words), _("Read"), "applications.candidates", {"id": w.id}, w.first_due)


def _to_finish(openings: list[OurRow]) -> list[Todo]:
    """Drafts to finish. What a moderator reads is in the table below."""
    return [
        Todo(
            _("Finish a draft"),
            row.title or _("Without a title yet"),
            _("Continue"),
            "opportunities.edit",
            {"id": row.public_id},
        )
        for row in openings
        if row.status == OpeningStatus.DRAFT
    ]


def _seen(db: Session, actor: Actor, org_id: int, public_id: str) -> Seen:
    name = next(m.org_name for m in actor.memberships if m.org_id == org_id)
    return Seen(public_id, name, about_organisation(db, org_id, 1).reputation, employer_figures(db, org_id))
