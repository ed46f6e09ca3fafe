"""What engagements lend to other features: who may read the files of a work, and the finished work on a profile."""

from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market.access import Actor
from market.accounts.models import Person
from market.engagements import queries, rules
from market.engagements.models import Engagement
from market.web.render import render_part


def may_read_file(db: Session, actor: Actor, engagement_id: int) -> bool:
    """The two sides of the work, and moderators."""
    engagement = db.get(Engagement, engagement_id)
    return engagement is not None and bool(rules.may_see(actor, engagement))


def finished_work(request: Request, db: Session, actor: Actor, *, person: Person, **_more: Any) -> Markup:
    """What someone completed here, on their profile."""
    rows = queries.finished(db, person.id)
    return render_part(request, "engagements/finished.html", rows=rows) if rows else Markup("")
