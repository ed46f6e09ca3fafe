"""Reading threads."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from market.access import Actor
from market.accounts.models import Person
from market.applications.models import Application
from market.applications.rules import Status
from market.engagements.models import Engagement
from market.errors import NotFound
from market.messages.models import About, Message, Thread, ThreadRead
from market.messages.rules import side_of
from market.words import _

MOST = 100
_FAR = 2**62


class Subject(NamedTuple):
    """What a thread is about: whose it is, and which side the reader is on."""

    kind: About
    id: int
    public_id: str
    person_id: int
    org_id: int
    side: str


class Said(NamedTuple):
    id: int
    author_id: int
    name: str
    text: str
    at: datetime
    public_id: str
    is_removed: bool


def subject_of(db: Session, actor: Actor, kind: str, public_id: str) -> Subject:
    """The thing a thread is about, for one of its two sides; `NotFound` for anyone else."""
    if kind == About.APPLICATION:
        application = db.exec(select(Application).where(Application.public_id == public_id)).first()
        sent = (
            application is not None and application.status is not Status.DRAFT
        )  # nobody knows of a draft yet
        if (
            application is not None
            and sent
            and (side := side_of(actor, application.person_id, application.org_id))
        ):
            return Subject(
                About.APPLICATION, application.id, public_id, application.person_id, application.org_id, side
            )
    elif kind == About.ENGAGEMENT:
        engagement = db.exec(select(Engagement).where(Engagement.public_id == public_id)).first()
        if engagement is not None and (
            side := side_of(actor, engagement.person_id, engagement.org_id, tuple(engagement.supervisor_ids))
        ):
            return Subject(
                About.ENGAGEMENT, engagement.id, public_id, engagement.person_id, engagement.org_id, side
            )
    raise NotFound(_("There is no such conversation."))


def thread_about(db: Session, kind: About, about_id: int) -> Thread | None:
    return db.exec(select(Thread).where(Thread.about_kind == kind, Thread.about_id == about_id)).first()


def messages_in(db: Session, thread_id: int, most: int = MOST, before: int | None = None) -> list[Said]:
    """The last messages, or the last ones before a message's inner id; the oldest first."""
    rows = (
        db.connection()
        .execute(
            columns(
                col(Message.id),
                col(Message.author_id),
                col(Person.display_name),
                col(Message.text),
                col(Message.at),
                col(Message.public_id),
                col(Message.removed_at),
            )
            .join(Person, col(Person.id) == col(Message.author_id))
            .where(col(Message.thread_id) == thread_id, col(Message.id) < (before or _FAR))
            .order_by(col(Message.id).desc())
            .limit(most)
        )
        .all()
    )
    return [
        Said(r[0], r[1], r[2] or _("Someone who left"), "" if r[6] else r[3], r[4], r[5], r[6] is not None)
        for r in reversed(rows)
    ]


def read_to(db: Session, thread_id: int, person_id: int) -> int:
    """The id of the last message this person has read; 0 for none."""
    found = db.get(ThreadRead, (thread_id, person_id))
    return found.message_id if found else 0


def wrote_before(db: Session, thread_id: int, person_id: int) -> bool:
    return (
        db.exec(
            select(Message.id).where(Message.thread_id == thread_id, Message.author_id == person_id)
        ).first()
        is not None
    )
