"""Who hears of an event: people by what they are to the thing. Each answers with inner ids of people."""

from sqlmodel import Session, col, select

from market.access import Task
from market.accounts.models import Person, PersonStatus
from market.accounts.queries import org_member_ids
from market.applications.models import Application
from market.applications.rules import OFFER_OVER, OPEN
from market.applications.rules import Status as ApplicationStatus
from market.apprenticeships import soft_reading
from market.apprenticeships.models import Appeal
from market.apprenticeships.soft_rules import Side as SoftSide
from market.notifications.context import Context
from market.opportunities.service import watcher_ids


def _org(db: Session, context: Context, task: Task) -> list[int]:
    """Members whose role carries the task, never the talent themselves."""
    if context.org_id is None:
        return []
    return [one for one in org_member_ids(db, context.org_id, task) if one != context.person_id]


def person(db: Session, context: Context) -> list[int]:
    """The one it is about: the talent of an application or of work, whoever proposed a skill, a new moderator."""
    return [context.person_id] if context.person_id is not None else []


def reviewers(db: Session, context: Context) -> list[int]:
    """Those who read applications and make offers for the organisation."""
    return _org(db, context, Task.DECIDE)


def posters(db: Session, context: Context) -> list[int]:
    return _org(db, context, Task.POST)


def payers(db: Session, context: Context) -> list[int]:
    return _org(db, context, Task.PAY)


def owners(db: Session, context: Context) -> list[int]:
    return _org(db, context, Task.MANAGE)


def issuers(db: Session, context: Context) -> list[int]:
    """Those who issue credentials for the organisation."""
    return _org(db, context, Task.ISSUE)


def team(db: Session, context: Context) -> list[int]:
    """The members to whom the work was given and who still belong; if there are none, owners and recruiters."""
    given = set(context.work.supervisor_ids) if context.work is not None else set()
    mine = [one for one in _org(db, context, Task.SUPERVISE) if one in given]
    return mine or _org(db, context, Task.DECIDE)


def other_side(db: Session, context: Context) -> list[int]:
    """The side that did not act; both when the site itself did."""
    theirs = team(db, context) if context.work is not None else reviewers(db, context)
    if context.by_talent:
        return theirs
    return person(db, context) if not context.by_system else [*person(db, context), *theirs]


def second_assessor(db: Session, context: Context) -> list[int]:
    """Whoever was named to answer an appeal."""
    found = db.get(Appeal, context.event.subject_id)
    return [found.assessor_id] if found is not None and found.assessor_id is not None else []


def peers_asked(db: Session, context: Context) -> list[int]:
    """The person whose work it is, while they have not said how the others of their group work with them."""
    return soft_reading.raters(db, context.work.id) if context.work is not None else []


def mentors_asked(db: Session, context: Context) -> list[int]:
    """The mentors of this work who have not said how its person works with others."""
    return soft_reading.raters(db, context.work.id, SoftSide.MENTOR) if context.work is not None else []


def other_side_of_pair(db: Session, context: Context) -> list[int]:
    """For reviews: the talent, or those of the team who may write the organisation's review."""
    if context.by_talent:
        writers = set(_org(db, context, Task.REVIEW))
        return [one for one in team(db, context) if one in writers]
    return person(db, context)


def answering_side(db: Session, context: Context) -> list[int]:
    """The side that has to answer an offer: the one that did not write it."""
    if context.offer is None:
        return []
    return person(db, context) if context.offer.proposed_by == "employer" else reviewers(db, context)


def applicants(db: Session, context: Context) -> list[int]:
    """Whoever waits for an answer at the opening."""
    if context.opening is None:
        return []
    wanted = select(Application.person_id).where(
        Application.opportunity_id == context.opening.id,
        col(Application.status).in_((*OPEN, *OFFER_OVER)),
    )
    return list(db.exec(wanted.order_by(col(Application.person_id))))


# What an event does to applications tells their people of it already, in words of their own.
_TOLD_APART = {
    "opportunity.filled": (ApplicationStatus.NOT_SELECTED, ApplicationStatus.ACCEPTED),
    "opportunity.cancelled": (ApplicationStatus.OPPORTUNITY_CANCELLED,),
}


def drafters(db: Session, context: Context) -> list[int]:
    """Whoever has begun an application to the opening and not sent it."""
    if context.opening is None:
        return []
    wanted = select(Application.person_id).where(
        Application.opportunity_id == context.opening.id, Application.status == ApplicationStatus.DRAFT
    )
    return list(db.exec(wanted.order_by(col(Application.person_id))))


def watchers(db: Session, context: Context) -> list[int]:
    """Whoever keeps an eye on the opening, but those who wait for an answer there: they hear of it as applicants."""
    if context.opening is None:
        return []
    apart = _TOLD_APART.get(context.event.name, ())
    wanted = select(Application.person_id).where(
        Application.opportunity_id == context.opening.id, col(Application.status).in_(apart)
    )
    told = {*applicants(db, context), *db.exec(wanted)}
    return [one for one in watcher_ids(db, context.opening.id) if one not in told]


def moderators(db: Session, context: Context) -> list[int]:
    wanted = select(Person.id).where(
        (col(Person.is_moderator).is_(True)) | (col(Person.is_admin).is_(True)),
        Person.status == PersonStatus.ACTIVE,
    )
    return list(db.exec(wanted.order_by(col(Person.id))))


def reporter(db: Session, context: Context) -> list[int]:
    return [context.report.reporter_id] if context.report is not None else []


def reported(db: Session, context: Context) -> list[int]:
    """Whom a decision touches: the author or the person reported, else the owners of the organisation."""
    if context.report is None:
        return []
    one = context.report.person_id
    return [one] if one is not None else owners(db, context)


def author(db: Session, context: Context) -> list[int]:
    """Whoever wrote the review."""
    return [context.review.author_id] if context.review is not None else []


def subject_of_review(db: Session, context: Context) -> list[int]:
    """The side a review is about."""
    if context.review is None:
        return []
    return person(db, context) if context.review.side == "employer" else team(db, context)


def writers(db: Session, context: Context) -> list[int]:
    """Both sides of a pair of reviews: the talent, and those of the team who may write for the organisation."""
    may = set(_org(db, context, Task.REVIEW))
    return [*person(db, context), *(one for one in team(db, context) if one in may)]
