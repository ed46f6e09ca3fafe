"""Reporting something, and reading what was decided."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, Task, signed_in
from market.cases import queries, rules, sentences, service, things
from market.cases.forms import ReportForm
from market.cases.rules import About, Status
from market.errors import NotFound
from market.web.forms import BLANK, Entry, read
from market.web.kit import kit_of
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _


def _thing(request: Request, db: Session, actor: Actor) -> things.Thing:
    kind, public_id = request.path_params["kind"], request.path_params["id"]
    return things.find(db, actor, kind, public_id, kit_of(request).profile_readers)


def report_form(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """Why this should be looked at; or the report that is open already."""
    thing = _thing(request, db, actor)
    return render(
        request,
        "cases/report_form.html",
        status=entry.status,
        thing=thing,
        entry=entry,
        what=sentences.kind_words(thing.kind),
        reasons=[(str(r), sentences.reason_words(r)) for r in rules.REASONS[About(thing.kind)]],
        may=service.may_report(actor, thing),
        before=queries.open_by(db, actor, thing.kind, thing.id),
    )


def send_report(request: Request, db: Session, actor: Actor) -> Response:
    """Send a report, or show the form again with what to mend."""
    thing = _thing(request, db, actor)
    entry = read(ReportForm, request.state.form)
    if entry.form is not None and entry.form.reason not in rules.REASONS[About(thing.kind)]:
        entry = entry.with_error("reason", _("Choose one of the answers."))
    if entry.errors:
        return report_form(request, db, actor, entry)
    made = service.report(db, actor, thing, entry.data.reason, entry.data.text)
    return see_other(
        request, "cases.answer", id=made.public_id, said=_("Sent. A moderator reads it and answers you here.")
    )


def answer(request: Request, db: Session, actor: Actor) -> Response:
    """A report as its two sides read it: what was said, and what was decided. Who reported stays unnamed."""
    report = queries.get_report(db, request.path_params["id"])
    is_owner = report.org_id is not None and actor.may_for(Task.MANAGE, report.org_id)
    if not rules.may_read_answer(actor, report, is_owner=is_owner):
        raise NotFound(_("There is no such report."))
    thing = things.load(db, report.about_kind, report.about_id)
    mine = actor.id == report.reporter_id
    return render(
        request,
        "cases/answer.html",
        report=report,
        thing=thing,
        mine=mine,
        what=sentences.kind_words(report.about_kind),
        reason=sentences.reason_words(report.reason),
        outcome=sentences.outcome_words(report.about_kind, report.decision)
        if report.status is Status.DECIDED and report.decision
        else "",
    )


routes: list[MarketRoute] = [
    page("/report/{kind}/{id}", report_form, name="cases.report_form", allow=signed_in),
    action("/report/{kind}/{id}", send_report, name="cases.send_report", allow=signed_in, limit="reports"),
    page("/reports/{id}", answer, name="cases.answer", allow=signed_in),
]
