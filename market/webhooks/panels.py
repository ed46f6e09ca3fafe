"""What webhooks put into other pages: a member's agreement among their others, and the way there for owners."""

from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market.access import Actor
from market.accounts.models import Organisation
from market.web.render import render_part
from market.webhooks import queries, rules


def among_agreements(request: Request, db: Session, actor: Actor, **_more: Any) -> Markup:
    """Where one's completed work may go, organisation by organisation."""
    rows = queries.asked_of(db, actor)
    return render_part(request, "webhooks/among_agreements.html", rows=rows) if rows else Markup("")


def of_organisation(
    request: Request, db: Session, actor: Actor, *, organisation: Organisation, **_more: Any
) -> Markup:
    """For its owners."""
    if not rules.may_set(actor, organisation.id):
        return Markup("")
    return render_part(request, "webhooks/of_organisation.html", organisation=organisation)
