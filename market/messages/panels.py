"""The thread beside an application or an engagement."""

from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market.access import Actor
from market.applications.models import Application
from market.engagements.models import Engagement
from market.errors import NotFound
from market.messages import queries, service
from market.messages.models import About
from market.messages.queries import Subject
from market.web.forms import BLANK
from market.web.pagination import encode
from market.web.render import render_part
from market.web.routing import after


def beside_application(
    request: Request, db: Session, actor: Actor, *, application: Application, **_more: Any
) -> Markup:
    return _thread(request, db, actor, About.APPLICATION, application.public_id)


def beside_engagement(
    request: Request, db: Session, actor: Actor, *, engagement: Engagement, **_more: Any
) -> Markup:
    return _thread(request, db, actor, About.ENGAGEMENT, engagement.public_id)


def _thread(request: Request, db: Session, actor: Actor, kind: About, public_id: str) -> Markup:
    """The thread for its two sides, and nothing for anyone else. What is shown counts as read from then on."""
    try:
        subject = queries.subject_of(db, actor, kind, public_id)
    except NotFound:
        return Markup("")
    return render_part(
        request,
        "messages/beside.html",
        **thread_view(request, db, actor, subject),
        entry=BLANK,
    )


def thread_view(
    request: Request, db: Session, actor: Actor, subject: Subject, before: int | None = None
) -> dict[str, Any]:
    """What a thread shows, here or on its own page; the last message that is shown counts as read once it was sent."""
    found = queries.thread_about(db, subject.kind, subject.id)
    rows = queries.messages_in(db, found.id, queries.MOST + 1, before) if found else []
    messages = rows[-queries.MOST :]
    read_to = queries.read_to(db, found.id, actor.id) if found else 0
    if found and messages and messages[-1].id > read_to:
        thread_id, last = found.id, messages[-1].id
        after(request, lambda later: service.mark_read(later, thread_id, actor.id, last))
    return {
        "subject": subject,
        "messages": messages,
        "earlier": encode([messages[0].id]) if len(rows) > len(messages) else None,
        "read_to": read_to,
        "may_write": service.may_write(db, actor, subject),
    }
