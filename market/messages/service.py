"""Writing in a thread, and keeping how far someone has read."""

from sqlmodel import Session, select

from market import clock
from market.access import Actor, Decision, require
from market.accounts.queries import is_blocked
from market.applications.models import Application
from market.engagements.models import Engagement
from market.errors import Forbidden
from market.messages import queries, rules
from market.messages.models import About, Message, Thread, ThreadRead
from market.messages.queries import Subject
from market.outbox import announce
from market.words import _


def may_write(db: Session, actor: Actor, subject: Subject) -> Decision:
    """Whether this side may add to the thread now, with the reason if not."""
    blocked = is_blocked(db, subject.person_id, org_id=subject.org_id)
    if subject.side == "employer":
        blocked = blocked or is_blocked(db, subject.person_id, actor.id)
    return rules.may_write(subject.side, blocked=blocked)


def thread_for(db: Session, subject: Subject) -> Thread:
    """The thread about a thing, made when it is needed: by one at a time, since both sides may begin it at once."""
    about = Application if subject.kind is About.APPLICATION else Engagement
    db.exec(select(about.id).where(about.id == subject.id).with_for_update()).one()
    found = queries.thread_about(db, subject.kind, subject.id)
    if found is None:
        found = Thread(
            about_kind=subject.kind, about_id=subject.id, person_id=subject.person_id, org_id=subject.org_id
        )
        db.add(found)
        db.flush()
    return found


def send(db: Session, actor: Actor, subject: Subject, text: str) -> Message:
    """Add a message; the other side is told."""
    require(may_write(db, actor, subject))
    thread = thread_for(db, subject)
    message = Message(thread_id=thread.id, author_id=actor.id, text=text, language=actor.language)
    db.add(message)
    db.flush()
    mark_read(db, thread.id, actor.id, message.id)
    announce(
        db, "message.sent", actor, subject=("message", message.id), thread_id=thread.id, about_id=subject.id
    )
    return message


def mark_read(db: Session, thread_id: int, person_id: int, message_id: int) -> None:
    """Remember that everything up to a message was read. Two windows of one person wait for each other."""
    db.exec(select(Thread.id).where(Thread.id == thread_id).with_for_update()).one()
    found = db.get(ThreadRead, (thread_id, person_id)) or ThreadRead(thread_id=thread_id, person_id=person_id)
    found.message_id = max(found.message_id, message_id)
    db.add(found)
    db.flush()


def remove(db: Session, moderator: Actor, message: Message) -> None:
    """A moderator takes a reported message down: a line stays that says so."""
    if not (moderator.is_moderator or moderator.is_admin):
        raise Forbidden(_("Only moderators take messages down."))
    message.removed_at = message.removed_at or clock.now()
    db.add(message)
    db.flush()
