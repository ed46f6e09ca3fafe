"""The way to report a thing, for the pages that show it."""

from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market.access import Actor
from market.accounts.models import Organisation, Person
from market.cases import queries
from market.cases.rules import About
from market.opportunities.models import Opportunity
from market.web.render import render_part


def of_opening(
    request: Request, db: Session, actor: Actor, *, opportunity: Opportunity, **_more: Any
) -> Markup:
    own = actor.belongs_to(opportunity.org_id)
    return _link(request, actor, About.OPPORTUNITY, opportunity.public_id, own=own)


def of_person(request: Request, db: Session, actor: Actor, *, person: Person, **_more: Any) -> Markup:
    return _link(request, actor, About.PERSON, person.public_id, own=actor.id == person.id)


def of_organisation(
    request: Request, db: Session, actor: Actor, *, organisation: Organisation, **_more: Any
) -> Markup:
    own = actor.belongs_to(organisation.id)
    return _link(request, actor, About.ORGANISATION, organisation.public_id, own=own)


def of_review(request: Request, db: Session, actor: Actor, *, review: Any, **_more: Any) -> Markup:
    """`review` is a revealed review or its row in a list."""
    own = getattr(review, "author_id", None) == actor.id or review.moderation in ("removed", "redacted")
    return _link(request, actor, About.REVIEW, review.public_id, own=own)


def of_message(request: Request, db: Session, actor: Actor, *, message: Any, **_more: Any) -> Markup:
    """`message` is a row of a thread."""
    own = message.author_id == actor.id or message.is_removed
    return _link(request, actor, About.MESSAGE, message.public_id, own=own)


def tabs(request: Request, db: Session, actor: Actor, **_more: Any) -> Markup:
    """The tabs of moderators, for the page of proposed skills."""
    return render_part(request, "cases/_tabs.html", waiting=queries.waiting(db), current="skills")


def issuer_tabs(request: Request, db: Session, actor: Actor, **_more: Any) -> Markup:
    """The tabs of moderators, for the page of issuers."""
    return render_part(request, "cases/_tabs.html", waiting=queries.waiting(db), current="issuers")


def _link(request: Request, actor: Actor, kind: About, public_id: str, *, own: bool) -> Markup:
    """A small link for whoever is signed in, and none on what is one's own."""
    if own or not actor.is_signed_in:
        return Markup("")
    return render_part(request, "cases/report_link.html", kind=kind, public_id=public_id)
