"""What applications put into other pages: the board beside an opening, the way to its applications, an invitation."""

from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market import clock
from market.access import Actor, Task
from market.accounts.models import Person
from market.accounts.queries import is_blocked, org_member_ids
from market.applications import queries, rules, sentences
from market.applications.rules import Side, Status
from market.opportunities.models import Opportunity
from market.opportunities.queries import questions_of
from market.opportunities.rules import Kind
from market.web.render import render_part


def apply_board(
    request: Request, db: Session, actor: Actor, *, opportunity: Opportunity, **_more: Any
) -> Markup:
    """Apply, and by when; or where one's application stands; or why there is nothing to apply for."""
    application = queries.application_of(db, opportunity.id, actor.id) if actor.is_signed_in else None
    earlier = application.status if application else None
    blocked = actor.is_signed_in and is_blocked(db, actor.id, org_id=opportunity.org_id)
    now = clock.now()
    allowed = rules.may_apply(actor, opportunity, earlier, blocked=blocked, now=now)
    if actor.belongs_to(opportunity.org_id):
        state = "ours"
    elif application is not None and earlier not in (Status.DRAFT, Status.WITHDRAWN):
        state = "applied"
    elif not actor.is_signed_in:
        state = "visitor" if rules.is_open_to_applicants(opportunity, now) else "closed"
        allowed = rules.is_open_to_applicants(opportunity, now)
    elif not allowed:
        state = "closed"
    else:
        state = "draft" if earlier == Status.DRAFT else "open"
    invitation = queries.invitation_for(db, opportunity.id, actor.id) if state in ("draft", "open") else None
    return render_part(
        request,
        "applications/apply_board.html",
        state=state,
        reason=allowed.reason,
        opportunity=opportunity,
        application=application,
        decides=actor.may_for(Task.DECIDE, opportunity.org_id),
        waiting=application is not None and application.status in rules.WAITING,
        mark=sentences.mark(application.status, application.answer_due_at, Side.TALENT, now, actor.time_zone)
        if application
        else None,
        invitation=invitation,
        questions=len(questions_of(db, opportunity.id)),
        invited=queries.invited_count(db, opportunity.id) if opportunity.kind == Kind.TRIAL else None,
    )


def invite_from_profile(
    request: Request, db: Session, actor: Actor, *, person: Person, **_more: Any
) -> Markup:
    """On a person's profile, for those who decide: the openings they could be asked to apply for."""
    orgs = [
        org
        for org in actor.orgs_for(Task.DECIDE)
        if person.id not in org_member_ids(db, org) and not is_blocked(db, person.id, actor.id, org)
    ]
    found = queries.openings_to_invite(db, orgs, person.id, clock.now()) if orgs else []
    if not found:
        return Markup("")
    return render_part(request, "applications/invite_from_profile.html", openings=found, person=person)
