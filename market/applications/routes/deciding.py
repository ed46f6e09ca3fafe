"""Deciding about applications: the list of candidates, reading with names covered, and every answer."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, Task, recruits
from market.accounts.models import Person
from market.applications import queries, rules, sentences, service
from market.applications.forms import DeclineForm
from market.applications.models import Application
from market.applications.queries import CandidateRow
from market.applications.ranking import applicants, opened, rank
from market.applications.routes.showing import ways
from market.applications.rules import DeclineCode, Side, Status
from market.errors import Invalid, NotFound
from market.matching import service as matching
from market.opportunities.models import Opportunity
from market.opportunities.queries import get_opportunity
from market.web.forms import BLANK, Entry
from market.web.forms import read as read_form
from market.web.kit import kit_of
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, after, page
from market.words import _

TABS = {
    "applied": (Status.SUBMITTED, Status.IN_REVIEW),
    "shortlisted": (Status.SHORTLISTED,),
    "answered": rules.ANSWERED,
}
SIZE = 50


def _ours(request: Request, db: Session, actor: Actor) -> Opportunity:
    found = get_opportunity(db, request.path_params["id"])
    if not actor.may_for(Task.DECIDE, found.org_id):
        raise NotFound(_("There is no such opening."))
    return found


def candidates(request: Request, db: Session, actor: Actor) -> Response:
    """Who applied, in the order of their evidence, with one row opened and explained beside its actions."""
    read = applicants(db, actor, request.path_params["id"])
    if read is None or not actor.may_for(Task.DECIDE, read.opening.org_id):
        raise NotFound(_("There is no such opening."))
    opening, everyone = read.opening, [row for row in read.everyone if row.status != Status.WITHDRAWN]
    tab = request.query_params.get("tab", "applied")
    tab = tab if tab in (*TABS, "invite") else "applied"
    here = [row for row in everyone if row.status in TABS.get(tab, ())]
    policy = matching.policy_for(kit_of(request).settings)
    order = rank(db, actor, read, here, policy) if here else None
    if order is not None:
        after(request, lambda log: matching.keep(log, order.ranking, order.rows))
    ranked = order.candidates if order else []
    start = _start(request)
    shown = ranked[start : start + SIZE]
    open_ = next((c for c in shown if c.row.public_id == request.query_params.get("open")), None)
    open_ = open_ or next(iter(shown), None)
    application, known = (
        opened(db, open_.row, read.wanted, kit_of(request).source_words) if open_ else (None, None)
    )
    now = clock.now()
    return render(
        request,
        "applications/candidates.html",
        opportunity=opening,
        wanted=read.wanted,
        tab=tab,
        ranking=order.ranking.public_id if order else "",
        policy_version=order.ranking.policy_name if order else "",
        counts={name: sum(row.status in states for row in everyone) for name, states in TABS.items()},
        shown=shown,
        start=start,
        next=start + SIZE if len(ranked) > start + SIZE else 0,
        opened=open_,
        known=known,
        ways=ways(db, actor, application, opening, application.person_id in read.out_of_contact)
        if application
        else [],
        invited=queries.invited(db, opening.id) if tab == "invite" else [],
        overdue=sum(_is_overdue(row, now) for row in everyone),
        answer_by=_last_promise(everyone),
        marks={
            row.id: sentences.mark(row.status, row.answer_due_at, Side.EMPLOYER, now, actor.time_zone)
            for row in everyone
        },
    )


def _start(request: Request) -> int:
    text = request.query_params.get("from", "0")
    return min(int(text), 10_000) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _is_overdue(row: CandidateRow, now: datetime) -> bool:
    return row.status in rules.WAITING and row.answer_due_at is not None and row.answer_due_at < now


def _last_promise(rows: list[CandidateRow]) -> datetime | None:
    due = [row.answer_due_at for row in rows if row.status in rules.WAITING and row.answer_due_at]
    return max(due) if due else None


def covered(request: Request, db: Session, actor: Actor) -> Response:
    """The answers side by side, names covered, in an order that says nothing."""
    opening = _ours(request, db, actor)
    rows, answers = queries.waiting_with_answers(db, opening.id)
    read_by_now = sorted(
        (row for row in rows if row.status != Status.SUBMITTED),
        key=lambda row: hashlib.sha256(f"{opening.public_id}{row.public_id}".encode()).digest(),
    )
    questions: dict[int, str] = {a.position: a.question for a in answers}
    return render(
        request,
        "applications/covered.html",
        opportunity=opening,
        unread=sum(row.status == Status.SUBMITTED for row in rows),
        people=[(_letter(n), row) for n, row in enumerate(read_by_now)],
        questions=sorted(questions.items()),
        answers={(a.application_id, a.position): a.text for a in answers},
    )


def _letter(number: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    most, least = divmod(number, 26)
    return (_letter(most - 1) if most else "") + chr(ord("A") + least)


def read_all(request: Request, db: Session, actor: Actor) -> Response:
    """Begin to read all that is new: each of them sees that it is being read."""
    opening = _ours(request, db, actor)
    new = select(Application).where(
        Application.opportunity_id == opening.id, Application.status == Status.SUBMITTED
    )
    for application in db.exec(new.order_by(col(Application.id)).limit(200)).all():
        service.open_(db, actor, application)
    return see_other(request, "applications.covered", id=opening.public_id)


def decline_form(request: Request, db: Session, actor: Actor, entry: Entry[DeclineForm] = BLANK) -> Response:
    """The question of why. The person reads the answer."""
    application = _theirs(request, db, actor)
    person = db.get_one(Person, application.person_id)
    return render(
        request,
        "applications/decline.html",
        status=entry.status,
        application=application,
        opportunity=db.get_one(Opportunity, application.opportunity_id),
        person=person,
        entry=entry,
        is_open=Application.LIFECYCLE.has_step(application.status, "decline"),
        is_first=entry is BLANK,
        codes=[("", _("Choose a reason")), *((c.value, sentences.decline_words(c)) for c in DeclineCode)],
    )


def _theirs(request: Request, db: Session, actor: Actor) -> Application:
    application = queries.get_application(db, actor, request.path_params["id"])
    if rules.side_of(actor, application) is not Side.EMPLOYER:
        raise NotFound(_("There is no such application."))
    return application


def decline(request: Request, db: Session, actor: Actor) -> Response:
    """Say no, with the reason."""
    application = _theirs(request, db, actor)
    entry = read_form(DeclineForm, request.state.form)
    if entry.errors:
        return decline_form(request, db, actor, entry)
    try:
        service.decline(db, actor, application, entry.data.code, entry.data.text, share=entry.data.share)
    except Invalid as refused:
        for name, words in refused.fields.items():
            entry = entry.with_error(name, words)
        return decline_form(request, db, actor, entry)
    return see_other(
        request, "applications.show", id=application.public_id, said=_("Declined. They read your reason.")
    )


def _step(
    do: Callable[[Session, Actor, Application], object], said: Callable[[], str]
) -> Callable[..., Response]:
    """A handler for a step that asks for nothing more; `back=covered` leads back to where names are covered."""

    def handler(request: Request, db: Session, actor: Actor) -> Response:
        application = queries.get_application(db, actor, request.path_params["id"])
        do(db, actor, application)
        if request.state.form.get("back") == "covered":
            opening = db.get_one(Opportunity, application.opportunity_id)
            return see_other(request, "applications.covered", id=opening.public_id, said=said())
        return see_other(request, "applications.show", id=application.public_id, said=said())

    return handler


_open = _step(service.open_, lambda: "")
_shortlist = _step(service.shortlist, lambda: _("Shortlisted. They see it."))
_pool = _step(service.pool, lambda: _("Kept for later, as they agreed."))
_reconsider = _step(service.reconsider, lambda: _("Taken up again. They see that it is being read."))
_revive = _step(service.revive, lambda: _("Taken up again. They see that it is being read."))

routes: list[MarketRoute] = [
    page("/postings/{id}/applications", candidates, name="applications.candidates", allow=recruits),
    page("/postings/{id}/applications/covered", covered, name="applications.covered", allow=recruits),
    action("/postings/{id}/applications/read", read_all, name="applications.read_all", allow=recruits),
    action("/applications/{id}/open", _open, name="applications.open", allow=recruits),
    action("/applications/{id}/shortlist", _shortlist, name="applications.shortlist", allow=recruits),
    page("/applications/{id}/decline", decline_form, name="applications.decline_form", allow=recruits),
    action("/applications/{id}/decline", decline, name="applications.decline", allow=recruits),
    action("/applications/{id}/pool", _pool, name="applications.pool", allow=recruits),
    action("/applications/{id}/reconsider", _reconsider, name="applications.reconsider", allow=recruits),
    action("/applications/{id}/revive", _revive, name="applications.revive", allow=recruits),
]
