"""One application for both sides, and a person's own list."""

from typing import NamedTuple

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market import clock, transitions
from market.access import Actor, Decision, signed_in
from market.accounts.models import Organisation, Person
from market.accounts.queries import is_blocked
from market.applications import queries, rules, sentences
from market.applications.models import Application
from market.applications.rules import Side, Status
from market.opportunities import changes
from market.opportunities.models import Opportunity
from market.opportunities.queries import last_reason, terms_since
from market.opportunities.rules import PUBLIC
from market.opportunities.rules import Status as OpeningStatus
from market.web.pagination import Page, cut, decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, page
from market.words import _

SIZE = 20


class Way(NamedTuple):
    """One thing that can be done now: a button, or the reason why it is closed."""

    name: str
    words: str
    route: str  # of the form it sends, or of the page it leads to
    is_page: bool
    allowed: Decision


# Step, what the button says, the route, and whether that is a page with a form of its own.
_WAYS = (
    ("shortlist", "applications.shortlist", False),
    ("offer", "offers.new", True),
    ("decline", "applications.decline_form", True),
    ("pool", "applications.pool", False),
    ("reconsider", "applications.reconsider", False),
    ("revive", "applications.revive", False),
    ("resubmit", "applications.resubmit", False),
    ("withdraw", "applications.withdraw", False),
)


def ways(
    db: Session,
    actor: Actor,
    application: Application,
    opening: Opportunity,
    blocked: bool | None = None,
) -> list[Way]:
    """What this actor can do with an application from its present state, in the order of the page.

    `blocked` says whether its two sides want no contact, where the page knows it already.
    """
    open_now = {step.name: step for step in transitions.open_steps(actor, application)}
    found = []
    for name, route, is_page in _WAYS:
        if name not in open_now:
            continue
        allowed = transitions.may_take(actor, application, name, clock.now())
        if name == "offer":
            if blocked is None:
                blocked = is_blocked(db, application.person_id, org_id=application.org_id)
            allowed = rules.may_offer(opening, blocked=blocked)
        elif name == "resubmit":
            allowed = rules.is_open_to_applicants(opening, clock.now())
        found.append(Way(name, _(open_now[name].words), route, is_page, allowed))
    return found


def show(request: Request, db: Session, actor: Actor) -> Response:
    """What was asked and answered, how it stands, what can be done, what happened so far."""
    application = queries.get_application(db, actor, request.path_params["id"])
    side = rules.side_of(actor, application) or Side.TALENT
    opening = db.get_one(Opportunity, application.opportunity_id)
    is_draft = application.status == Status.DRAFT
    now = clock.now()
    taking = rules.is_open_to_applicants(opening, now)
    if is_draft and taking:
        return see_other(request, "applications.new", id=opening.public_id)
    organisation = db.get_one(Organisation, application.org_id)
    person = db.get_one(Person, application.person_id)
    who = organisation.name if side is Side.TALENT else (person.display_name or _("This person"))
    offers = queries.offers_of(db, application.id)
    terms = terms_since(db, opening.id, application.opportunity_version)
    then = terms.get(application.opportunity_version)
    return render(
        request,
        "applications/show.html",
        application=application,
        opportunity=opening,
        organisation=organisation,
        person=person,
        side=side.value,
        who=who,
        unread=side is Side.EMPLOYER and application.status == Status.SUBMITTED,
        mark=sentences.mark(application.status, application.answer_due_at, side, now, actor.time_zone),
        taking=taking,
        standing=sentences.standing(application, who, side, now, actor.time_zone),
        answers=[one for one in queries.answers_of(db, application.id) if one.text or not is_draft],
        ways=ways(db, actor, application, opening),
        offer=next((o for o in offers if o.status == "open"), None),
        offers=[
            (
                o,
                sentences.version_words(o, organisation.name, person.display_name or "", side),
                sentences.offer_tag(o),
            )
            for o in reversed(offers)
        ],
        reason=sentences.decline_words(application.decline_code),
        gap=application.gap_report if application.status == Status.DECLINED else None,
        lacking=[
            (part["skill_id"], part["level"])
            for part in (application.gap_report or {}).get("parts", ())
            if not part["met"]
        ],
        told=sentences.timeline(queries.steps_of(db, application.id), application, side, actor.time_zone),
        may_consent=side is Side.TALENT
        and application.status not in (Status.DRAFT, Status.WITHDRAWN, Status.ACCEPTED),
        consents=bool(rules.consents(application, now)),
        changes=changes.added(queries.changes_since(db, opening, application.opportunity_version), terms),
        then=then,
        then_facts=changes.facts(then) if then else [],
        is_public=opening.status in PUBLIC,
        ended=last_reason(db, opening.id) if opening.status == OpeningStatus.CANCELLED else "",
    )


def mine(request: Request, db: Session, actor: Actor) -> Response:
    """A person's applications, the newest first, with what was promised, or why a draft cannot be sent now."""
    after = decode(request.query_params.get("after"), 1)
    before = after[0] if after and isinstance(after[0], int) else queries.NEWEST
    rows = queries.mine(db, actor.id, before, SIZE + 1)
    found = cut(rows, SIZE, lambda row: (row.id,)) if rows else Page([], "")
    now = clock.now()
    return render(
        request,
        "applications/mine.html",
        rows=[
            (row, sentences.mark(row.status, row.answer_due_at, Side.TALENT, now, actor.time_zone))
            for row in found.items
        ],
        next=found.next,
        first=before == queries.NEWEST,
        overdue={row.id for row in found.items if _overdue(row)},
        taking={
            row.id: rules.is_open_to_applicants(row.opening, now)
            for row in found.items
            if row.status == Status.DRAFT
        },
    )


def _overdue(row: queries.MineRow) -> bool:
    return row.status in rules.WAITING and row.answer_due_at is not None and row.answer_due_at < clock.now()


routes: list[MarketRoute] = [
    page("/applications", mine, name="applications.mine", allow=signed_in),
    page("/applications/{id}", show, name="applications.show", allow=signed_in),
]
