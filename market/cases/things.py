"""The things that can be reported: found for whoever may see them, and read by moderators."""

from typing import NamedTuple

from sqlmodel import Session, col, select

from market.access import Actor
from market.accounts.models import Organisation, Person
from market.accounts.queries import get_organisation
from market.applications.models import Application
from market.cases.rules import About
from market.engagements.models import Engagement
from market.engagements.rules import parties as parties_of_work
from market.errors import NotFound
from market.messages.models import About as Beside
from market.messages.models import Message, Thread
from market.messages.rules import side_of as side_of_thread
from market.opportunities.models import Opportunity
from market.opportunities.queries import get_visible
from market.opportunities.rules import PUBLIC
from market.profiles.queries import Reader, visible_profile
from market.reviews.models import Review, ReviewPair
from market.reviews.rules import Status as Sealing
from market.words import _


class Thing(NamedTuple):
    """What is reported. `own`: it is the organisation's, rather than something said to it."""

    kind: About
    id: int
    public_id: str
    title: str
    text: str
    person_id: int | None
    org_id: int | None
    own: bool
    route: str  # where it can be read, empty where a moderator reads it here
    route_id: str
    work_id: int | None = None  # inner id of the work that it was said in or about


def find(db: Session, actor: Actor, kind: str, public_id: str, readers: tuple[Reader, ...] = ()) -> Thing:
    """The thing that someone wants to report, if they can see it. Raises `NotFound` otherwise, for all alike."""
    missing = NotFound(_("There is no such thing to report."))
    match kind:
        case About.OPPORTUNITY:
            opening = get_visible(db, actor, public_id)
            if opening.status not in PUBLIC:
                raise missing
            return _opening(opening)
        case About.ORGANISATION:
            return _organisation(get_organisation(db, public_id))
        case About.PERSON:
            return _person(visible_profile(db, actor, public_id, readers).person)
        case About.MESSAGE:
            message = db.exec(select(Message).where(Message.public_id == public_id)).first()
            if message is None or message.removed_at is not None or not _reads(db, actor, message):
                raise missing
            return _message(db, message)
        case About.REVIEW:
            row = db.exec(
                select(Review, ReviewPair)
                .join(ReviewPair, col(ReviewPair.id) == col(Review.pair_id))
                .where(Review.public_id == public_id, ReviewPair.status == Sealing.REVEALED)
            ).first()
            if row is None or row[0].moderation in ("removed", "redacted"):
                raise missing
            review, pair = row
            work = db.get_one(Engagement, pair.engagement_id)
            if review.side == "employer" and not parties_of_work(actor, work):
                visible_profile(db, actor, db.get_one(Person, pair.person_id).public_id, readers)
            return _review(db, review, pair)
    raise missing


def load(db: Session, kind: About, about_id: int) -> Thing | None:
    """The same thing for a moderator, by its inner id; None when it is gone."""
    match kind:
        case About.OPPORTUNITY:
            opening = db.get(Opportunity, about_id)
            return _opening(opening) if opening else None
        case About.ORGANISATION:
            organisation = db.get(Organisation, about_id)
            return _organisation(organisation) if organisation else None
        case About.PERSON:
            person = db.get(Person, about_id)
            return _person(person) if person else None
        case About.MESSAGE:
            message = db.get(Message, about_id)
            return _message(db, message) if message else None
        case About.REVIEW:
            review = db.get(Review, about_id)
            return _review(db, review, db.get_one(ReviewPair, review.pair_id)) if review else None


def _opening(one: Opportunity) -> Thing:
    return Thing(
        About.OPPORTUNITY, one.id, one.public_id, one.title, one.summary, one.author_id, one.org_id, True,
        "opportunities.show", one.public_id,
    )  # fmt: skip


def _organisation(one: Organisation) -> Thing:
    return Thing(
        About.ORGANISATION, one.id, one.public_id, one.name, one.about, None, one.id, True,
        "organisations.show", one.public_id,
    )  # fmt: skip


def _person(one: Person) -> Thing:
    name = one.display_name or _("Someone who left")
    return Thing(
        About.PERSON, one.id, one.public_id, name, "", one.id, None, False, "profiles.show", one.public_id
    )


def _message(db: Session, one: Message) -> Thing:
    thread = db.get_one(Thread, one.thread_id)
    author = db.get_one(Person, one.author_id).display_name or _("someone who left")
    return Thing(
        About.MESSAGE, one.id, one.public_id, _("A message by %(name)s", name=author), one.text,
        one.author_id, thread.org_id, False, *_in_work(db, thread),
    )  # fmt: skip


def _in_work(db: Session, thread: Thread) -> tuple[str, str, int | None]:
    """Where the talk stands, for a moderator who has to know what went before: applications are read by nobody else."""
    if thread.about_kind is not Beside.ENGAGEMENT:
        return "", "", None
    work = db.get_one(Engagement, thread.about_id)
    return "engagements.show", work.public_id, work.id


def _review(db: Session, one: Review, pair: ReviewPair) -> Thing:
    work = db.get_one(Engagement, pair.engagement_id)
    return Thing(
        About.REVIEW, one.id, one.public_id, _("A review of “%(work)s”", work=work.title), one.text,
        one.author_id, pair.org_id, False, "engagements.show", work.public_id, work.id,
    )  # fmt: skip


def _reads(db: Session, actor: Actor, message: Message) -> bool:
    """Is the actor on one of the two sides of the thread?"""
    thread = db.get_one(Thread, message.thread_id)
    given: tuple[int, ...] = ()
    if thread.about_kind is Beside.ENGAGEMENT:
        given = tuple(db.get_one(Engagement, thread.about_id).supervisor_ids)
    elif db.get(Application, thread.about_id) is None:
        return False
    return bool(side_of_thread(actor, thread.person_id, thread.org_id, given))
