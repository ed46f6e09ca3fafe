"""Sending a message. Threads are read on the page of what they are about."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, signed_in
from market.messages import queries, service
from market.messages.forms import MessageForm
from market.messages.models import About
from market.messages.panels import thread_view
from market.web.forms import BLANK, Entry, read
from market.web.kit import kit_of
from market.web.pagination import decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _


def thread(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """The thread on a page of its own: after a refused message, and for long conversations."""
    subject = queries.subject_of(db, actor, request.path_params["kind"], request.path_params["id"])
    key = decode(request.query_params.get("before"), 1)
    before = key[0] if key and isinstance(key[0], int) else None
    return render(
        request,
        "messages/thread.html",
        **thread_view(request, db, actor, subject, before),
        entry=entry,
        status=entry.status,
    )


def send(request: Request, db: Session, actor: Actor) -> Response:
    """Send a message, or show the thread again with what was written."""
    subject = queries.subject_of(db, actor, request.path_params["kind"], request.path_params["id"])
    entry = read(MessageForm, request.state.form)
    if entry.errors:
        return thread(request, db, actor, entry)
    found = queries.thread_about(db, subject.kind, subject.id)
    if found is None or not queries.wrote_before(db, found.id, actor.id):
        kit_of(request).limiter.hit("first_messages", f"person:{actor.id}")
    service.send(db, actor, subject, entry.data.say)
    back = "applications.show" if subject.kind is About.APPLICATION else "engagements.show"
    return see_other(request, back, id=subject.public_id, said=_("Sent."), anchor="messages")


routes: list[MarketRoute] = [
    page("/threads/{kind}/{id}", thread, name="messages.thread", allow=signed_in),
    action("/threads/{kind}/{id}", send, name="messages.send", allow=signed_in, limit="messages"),
]
