"""Pages of one part of the work: handing in and answering, and the record of what was paid for it."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, Task, signed_in, supervises
from market.engagements import forms, milestones, payments, queries, rules
from market.engagements.models import Engagement, Milestone
from market.engagements.routes.view import view_of
from market.errors import Conflict, Invalid, TooLarge
from market.files import service as files
from market.files.service import Prepared
from market.transitions import may_take
from market.web.forms import BLANK, Entry, Form, read
from market.web.kit import Kit
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.web.uploads import uploads_of
from market.words import N_, _

MOST_FILES = 5
PART = "/work/milestones/{milestone}"


def milestone(
    request: Request,
    db: Session,
    actor: Actor,
    entry: Entry[Any] = BLANK,
    at: str = "",
    stale: Conflict | None = None,
) -> Response:
    """One part of the work: what is asked, what was handed in, and the step that is open to the reader.

    `at` names the step whose form was refused, `stale` says what changed before it came.
    """
    engagement, found = queries.get_milestone(db, actor, request.path_params["milestone"])
    asked = rules.Facts(clock.today(), (), engagement.status)
    return render(
        request,
        "engagements/milestone.html",
        **view_of(request, db, actor, engagement),
        milestone=found,
        entry=entry,
        at=at,
        stale=stale.reason if stale else "",
        status=stale.status_code if stale else entry.status,
        versions=queries.versions_of(db, found),
        most_files=MOST_FILES,
        may_part={
            name: may_take(actor, found, name, asked)
            for name in ("begin", "submit", "take_back", "approve", "request_changes", "cancel")
        },
    )


def pay(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK, at: str = "") -> Response:
    """What was agreed, declared paid and confirmed, part by part. `at` names the step and part whose form was refused."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    view = view_of(request, db, actor, engagement)
    may_pay = actor.may_for(Task.PAY, engagement.org_id)
    rows = []
    for m in view["milestones"]:
        paid = view["paid"].get(m.id, queries.Paid(agreed=m.amount_minor))
        rows.append(
            (
                m,
                paid,
                rules.may_declare(actor, engagement, m, may_pay),
                rules.may_confirm(actor, engagement, paid.declared, paid.confirmed),
            )
        )
    return render(request, "engagements/pay.html", **view, rows=rows, entry=entry, at=at, status=entry.status)


def hand_in(request: Request, db: Session, actor: Actor) -> Response:
    """Hand in a version."""
    engagement, found = queries.get_milestone(db, actor, request.path_params["milestone"])
    entry = read(forms.HandIn, request.state.form)
    errors, ready = dict(entry.errors), request.state.prepared
    if isinstance(ready, (Invalid, TooLarge)):
        errors["files"] = ready.reason
    if not errors:
        try:
            data = entry.data
            milestones.hand_in(
                db,
                actor,
                engagement,
                found,
                note=data.note,
                link=data.link or "",
                uploads=ready,
                as_evidence=data.as_evidence,
            )
        except Invalid as refused:
            errors = {"files" if name == "file" else name: said for name, said in refused.fields.items()}
    if errors:
        refused_page = milestone(request, db, actor, Entry(entry.values, None, errors), "submit")
        if isinstance(ready, TooLarge):
            refused_page.status_code = ready.status_code
        return refused_page
    return see_other(
        request, "engagements.show", id=engagement.public_id, said=_("Handed in. The other side was told.")
    )


def _look(request: Request, kit: Kit) -> list[Prepared] | Invalid | TooLarge:
    """Before the transaction: look at the files. A refusal is shown on the page, with what was written."""
    try:
        given = uploads_of(request, "files")
        if len(given) > MOST_FILES:
            return Invalid(_("Hand in at most %(n)s files at a time.", n=MOST_FILES))
        return [files.prepare(one.name, one.content, kit.settings.upload_max_bytes) for one in given]
    except (Invalid, TooLarge) as refused:
        return refused


def consent(request: Request, db: Session, actor: Actor) -> Response:
    """Say whether a version may be shown as evidence; it can be said anew at any time."""
    engagement, found = queries.get_milestone(db, actor, request.path_params["milestone"])
    agrees = request.state.form.get("as_evidence") == "on"
    milestones.consent(db, actor, engagement, found, request.path_params["version"], agrees)
    said = (
        _("Noted: it may be shown as evidence.") if agrees else _("Noted: it stays between the two of you.")
    )
    return see_other(request, "engagements.milestone", milestone=found.public_id, said=said)


def _part_step(
    name: str, form: type[Form], do: Callable[[Session, Actor, Engagement, Milestone, Any], None], said: str
) -> Callable[[Request, Session, Actor], Response]:
    """A step on a milestone; a refused form comes back on the milestone's page, and so does one that came too late."""

    def handler(request: Request, db: Session, actor: Actor) -> Response:
        engagement, found = queries.get_milestone(db, actor, request.path_params["milestone"])
        entry = read(form, request.state.form)
        if entry.errors:
            return milestone(request, db, actor, entry, name)
        try:
            do(db, actor, engagement, found, entry.data)
        except Conflict as stale:
            db.refresh(found)
            if not may_take(actor, found, name, rules.Facts(clock.today(), (), engagement.status)):
                raise
            return milestone(request, db, actor, entry, name, stale=stale)
        return see_other(request, "engagements.show", id=engagement.public_id, said=_(said))

    return handler


begin = _part_step("begin", forms.Words, lambda db, a, e, m, f: milestones.begin(db, a, e, m), N_("Begun."))
take_back = _part_step(
    "take_back",
    forms.Words,
    lambda db, a, e, m, f: milestones.take_back(db, a, e, m),
    N_("Taken back. Hand in another version when it is ready."),
)
approve = _part_step(
    "approve",
    forms.Approval,
    lambda db, a, e, m, f: milestones.approve(db, a, e, m, f.note, read=f.version),
    N_("Approved. The other side was told."),
)
request_changes = _part_step(
    "request_changes",
    forms.Changes,
    lambda db, a, e, m, f: milestones.request_changes(db, a, e, m, f.note, read=f.version),
    N_("Sent back with your words."),
)
cancel_part = _part_step(
    "cancel",
    forms.Reason,
    lambda db, a, e, m, f: milestones.cancel(db, a, e, m, f.note),
    N_("Taken out of the work."),
)


def _payment(name: str, do: Callable[..., None], said: str) -> Callable[[Request, Session, Actor], Response]:
    """An entry in the record of pay."""

    def handler(request: Request, db: Session, actor: Actor) -> Response:
        engagement, found = queries.get_milestone(db, actor, request.path_params["milestone"])
        entry = read(forms.Amount, request.state.form, found.currency)
        if not entry.errors:
            try:
                do(db, actor, engagement, found, entry.data.amount, entry.data.note)
            except Invalid as refused:
                entry = Entry(entry.values, None, refused.fields)
        if entry.errors:
            request.path_params["id"] = engagement.public_id
            return pay(request, db, actor, entry, f"{name}-{found.public_id}")
        return see_other(request, "engagements.pay", id=engagement.public_id, said=_(said))

    return handler


declare = _payment("declare", payments.declare, N_("Recorded as paid. They are asked to confirm it."))
correct = _payment("correct", payments.correct, N_("Corrected. They were told."))
confirm = _payment("confirm", payments.confirm, N_("Confirmed. Thank you for keeping the record true."))

routes: list[MarketRoute] = [
    page(PART, milestone, name="engagements.milestone", allow=signed_in),
    page("/work/{id}/pay", pay, name="engagements.pay", allow=signed_in),
    action(f"{PART}/versions/{{version:int}}", consent, name="engagements.consent", allow=signed_in),
    action(f"{PART}/begin", begin, name="engagements.begin", allow=signed_in),
    action(
        f"{PART}/hand-in",
        hand_in,
        name="engagements.hand_in",
        allow=signed_in,
        limit="uploads",
        prepare=_look,
    ),
    action(f"{PART}/take-back", take_back, name="engagements.take_back", allow=signed_in),
    action(f"{PART}/approve", approve, name="engagements.approve", allow=supervises),
    action(f"{PART}/changes", request_changes, name="engagements.request_changes", allow=supervises),
    action(f"{PART}/cancel", cancel_part, name="engagements.cancel_part", allow=supervises),
    action(f"{PART}/declare", declare, name="engagements.declare", allow=supervises),
    action(f"{PART}/correct", correct, name="engagements.correct", allow=supervises),
    action(f"{PART}/confirm", confirm, name="engagements.confirm", allow=signed_in),
]
