"""Pages of the agreed work: the lists of either side, one engagement, and each step that is taken on it."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, Task, signed_in, supervises
from market.applications.queries import get_offer
from market.applications.terms import from_json
from market.engagements import forms, milestones, payments, queries, rules, service
from market.engagements.models import Engagement, Milestone
from market.errors import Invalid, NotFound, TooLarge
from market.transitions import may_take
from market.web.forms import BLANK, Entry, Form, filled, read
from market.web.kit import kit_of
from market.web.pagination import cut, decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _

SIZE = 30
MOST_FILES = 5


def mine(request: Request, db: Session, actor: Actor) -> Response:
    """One's own work."""
    key = decode(request.query_params.get("after"), 1)
    rows = queries.mine(db, actor.id, SIZE + 1, key[0] if key and isinstance(key[0], int) else None)
    return render(request, "engagements/mine.html", found=cut(rows, SIZE, lambda r: [r.id]))


def ours(request: Request, db: Session, actor: Actor) -> Response:
    """The work that members look after."""
    key = decode(request.query_params.get("after"), 1)
    rows = queries.ours(db, actor, SIZE + 1, key[0] if key and isinstance(key[0], int) else None)
    return render(request, "engagements/ours.html", found=cut(rows, SIZE, lambda r: [r.id]))


def _view(request: Request, db: Session, actor: Actor, engagement: Engagement) -> dict[str, Any]:
    """What every page of one engagement shows."""
    from market.accounts.models import Organisation, Person

    found = queries.milestones_of(db, engagement.id)
    person, org = db.get_one(Person, engagement.person_id), db.get_one(Organisation, engagement.org_id)
    asked = rules.Facts(clock.today(), queries.statuses(found), engagement.status is rules.Status.ACTIVE)
    sides = rules.parties(actor, engagement)
    now = clock.now()
    return {
        "engagement": engagement,
        "milestones": found,
        "person": person,
        "org": org,
        "paid": queries.payments_of(db, engagement.id),
        "terms": from_json(engagement.terms),
        "own": actor.id == engagement.person_id,
        "sides": sides,
        "supervisors": queries.supervisors(db, engagement),
        "change": queries.open_change(db, engagement.id),
        "may": {
            name: may_take(actor, engagement, name, asked)
            for name in ("call_off", "no_show", "pause", "resume", "finish", "end_early")
        },
        "may_judge": rules.may_self_assess(actor, engagement, now)
        if actor.id == engagement.person_id
        else rules.may_assess(actor, engagement, now),
        "may_record_outcome": rules.may_record_outcome(actor, engagement),
        "current": next((m for m in found if m.status not in rules.SETTLED), None),
    }


def show(request: Request, db: Session, actor: Actor) -> Response:
    """One engagement: what is next, its milestones, its people."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    view = _view(request, db, actor, engagement)
    current: Milestone | None = view["current"]
    return render(
        request,
        "engagements/show.html",
        **view,
        versions=queries.versions_of(db, current) if current else [],
        history=queries.history(db, "engagement", engagement.id),
    )


def terms(request: Request, db: Session, actor: Actor) -> Response:
    """The terms that both sides signed, and changes to them."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    return render(request, "engagements/terms.html", **_view(request, db, actor, engagement))


def pay(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK, at: str = "") -> Response:
    """What was agreed, declared paid and confirmed, part by part. `at` names the part whose form was refused."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    view = _view(request, db, actor, engagement)
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


def milestone(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """One part of the work: what is asked, what was handed in, and the step that is open to the reader."""
    engagement, found = queries.get_milestone(db, actor, request.path_params["milestone"])
    asked = rules.Facts(clock.today(), (), engagement.status is rules.Status.ACTIVE)
    return render(
        request,
        "engagements/milestone.html",
        **_view(request, db, actor, engagement),
        milestone=found,
        entry=entry,
        status=entry.status,
        versions=queries.versions_of(db, found),
        most_files=MOST_FILES,
        may_part={
            name: may_take(actor, found, name, asked)
            for name in ("begin", "submit", "take_back", "approve", "request_changes", "cancel")
        },
    )


def accept_offer(request: Request, db: Session, actor: Actor) -> Response:
    """Sign an offer: the engagement is scheduled."""
    offer, _application = get_offer(db, actor, request.path_params["id"])
    engagement = service.sign(db, actor, offer)
    return see_other(
        request, "engagements.show", id=engagement.public_id, said=_("Signed. Here is the work as agreed.")
    )


def _step(
    do: Callable[[Session, Actor, Engagement], None], said: str
) -> Callable[[Request, Session, Actor], Response]:
    """A step on an engagement that asks nothing more."""

    def handler(request: Request, db: Session, actor: Actor) -> Response:
        engagement = queries.get_engagement(db, actor, request.path_params["id"])
        do(db, actor, engagement)
        return see_other(request, "engagements.show", id=engagement.public_id, said=_(said))

    return handler


def _asked(template: str) -> Callable[[Request, Session, Actor], Response]:
    """The page that asks for the reason of a step."""

    def handler(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
        engagement = queries.get_engagement(db, actor, request.path_params["id"])
        return render(
            request,
            template,
            **_view(request, db, actor, engagement),
            entry=entry,
            status=entry.status,
        )

    return handler


call_off_form = _asked("engagements/call_off.html")
pause_form = _asked("engagements/pause.html")
end_form = _asked("engagements/end.html")


def _reasoned(
    form: type[Form],
    shown: Callable[..., Response],
    do: Callable[[Session, Actor, Engagement, Any], None],
    said: str,
) -> Callable[[Request, Session, Actor], Response]:
    """A step on an engagement that takes a form; refused, the form comes back with its words."""

    def handler(request: Request, db: Session, actor: Actor) -> Response:
        engagement = queries.get_engagement(db, actor, request.path_params["id"])
        entry = read(form, request.state.form)
        if not entry.errors:
            try:
                do(db, actor, engagement, entry.data)
            except Invalid as refused:
                entry = Entry(entry.values, None, refused.fields or {"note": refused.reason})
        if entry.errors:
            return shown(request, db, actor, entry)
        return see_other(request, "engagements.show", id=engagement.public_id, said=_(said))

    return handler


call_off = _reasoned(
    forms.Reason,
    call_off_form,
    lambda db, actor, e, f: service.call_off(db, actor, e, f.note),
    "Called off. The other side was told.",
)
pause = _reasoned(
    forms.Pause,
    pause_form,
    lambda db, actor, e, f: service.pause(db, actor, e, f.note, f.until),
    "Paused. The other side was told.",
)
end_early = _reasoned(
    forms.End,
    end_form,
    lambda db, actor, e, f: service.end_early(db, actor, e, f.note, f.fault),
    "Ended. What was assessed stays.",
)


def outcome(request: Request, db: Session, actor: Actor) -> Response:
    """What a trial led to."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    entry = read(forms.OutcomeForm, request.state.form)
    if entry.errors:
        raise Invalid(_("Choose what the trial led to."))
    service.record_outcome(db, actor, engagement, entry.data.outcome)
    return see_other(
        request,
        "engagements.show",
        id=engagement.public_id,
        said=_("Recorded. It counts on your organisation's page."),
    )


def change_form(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """Propose other dates."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    view = _view(request, db, actor, engagement)
    if entry is BLANK:
        known = {f"due-{m.public_id}": m.due_on.isoformat() for m in view["milestones"] if m.due_on}
        entry = filled(ends_on=engagement.ends_on.isoformat() if engagement.ends_on else "", **known)
    return render(request, "engagements/change.html", **view, entry=entry, status=entry.status)


def change(request: Request, db: Session, actor: Actor) -> Response:
    """Send the proposal to the other side."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    entry = read(forms.Change, request.state.form)
    due, errors = forms.dues(dict(entry.values))
    entry = Entry(entry.values, entry.form, {**entry.errors, **errors})
    if not entry.errors:
        try:
            milestones.propose_dates(
                db, actor, engagement, ends_on=entry.data.ends_on, due=due, note=entry.data.note
            )
        except Invalid as refused:
            entry = Entry(entry.values, None, refused.fields)
    if entry.errors:
        return change_form(request, db, actor, entry)
    return see_other(
        request,
        "engagements.terms",
        id=engagement.public_id,
        said=_("Sent. Nothing changes until the other side signs."),
    )


def answer_change(request: Request, db: Session, actor: Actor) -> Response:
    """Sign or decline what the other side proposed."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    proposed = queries.open_change(db, engagement.id)
    if proposed is None or proposed.public_id != request.path_params["change"]:
        raise NotFound(_("Nothing waits for an answer here."))
    accepted = request.state.form.get("answer") == "sign"
    milestones.answer_change(db, actor, engagement, proposed, accepted)
    said = _("Signed. The new dates hold from now on.") if accepted else _("Declined. The old dates hold.")
    return see_other(request, "engagements.terms", id=engagement.public_id, said=said)


def hand_in(request: Request, db: Session, actor: Actor) -> Response:
    """Hand in a version."""
    engagement, found = queries.get_milestone(db, actor, request.path_params["milestone"])
    entry = read(forms.HandIn, request.state.form)
    errors = dict(entry.errors)
    if not errors:
        try:
            uploads = _uploads(request)
            data = entry.data
            milestones.hand_in(
                db,
                actor,
                engagement,
                found,
                note=data.note,
                link=data.link or "",
                uploads=uploads,
                as_evidence=data.as_evidence,
            )
        except Invalid as refused:
            errors = refused.fields or {"files": refused.reason}
    if errors:
        return milestone(request, db, actor, Entry(entry.values, None, errors))
    return see_other(
        request, "engagements.show", id=engagement.public_id, said=_("Handed in. The other side was told.")
    )


def _uploads(request: Request) -> list[tuple[str, bytes]]:
    """The files of the form, each no larger than the site takes."""
    most = kit_of(request).settings.upload_max_bytes
    given = [f for f in request.state.form.getlist("files") if isinstance(f, UploadFile) and f.filename]
    if len(given) > MOST_FILES:
        raise Invalid(
            _("Hand in at most %(n)s files at a time.", n=MOST_FILES),
            files=_("Choose at most %(n)s files.", n=MOST_FILES),
        )
    for one in given:
        if (one.size or 0) > most:
            raise TooLarge(
                _(
                    "“%(name)s” is larger than the %(mb)s MB a file may have.",
                    name=one.filename,
                    mb=most // 1024 // 1024,
                )
            )
    return [(one.filename or "file", one.file.read()) for one in given]


def _part_step(
    form: type[Form], do: Callable[[Session, Actor, Engagement, Milestone, Any], None], said: str
) -> Callable[[Request, Session, Actor], Response]:
    """A step on a milestone; a refused form comes back on the milestone's page."""

    def handler(request: Request, db: Session, actor: Actor) -> Response:
        engagement, found = queries.get_milestone(db, actor, request.path_params["milestone"])
        entry = read(form, request.state.form)
        if entry.errors:
            return milestone(request, db, actor, entry)
        do(db, actor, engagement, found, entry.data)
        return see_other(request, "engagements.show", id=engagement.public_id, said=_(said))

    return handler


begin = _part_step(forms.Words, lambda db, a, e, m, f: milestones.begin(db, a, e, m), "Begun.")
take_back = _part_step(
    forms.Words,
    lambda db, a, e, m, f: milestones.take_back(db, a, e, m),
    "Taken back. Hand in another version when it is ready.",
)
approve = _part_step(
    forms.Words,
    lambda db, a, e, m, f: milestones.approve(db, a, e, m, f.note),
    "Approved. The other side was told.",
)
request_changes = _part_step(
    forms.Reason,
    lambda db, a, e, m, f: milestones.request_changes(db, a, e, m, f.note),
    "Sent back with your words.",
)
cancel_part = _part_step(
    forms.Reason, lambda db, a, e, m, f: milestones.cancel(db, a, e, m, f.note), "Taken out of the work."
)


def _payment(do: Callable[..., None], said: str) -> Callable[[Request, Session, Actor], Response]:
    """An entry in the record of pay."""

    def handler(request: Request, db: Session, actor: Actor) -> Response:
        engagement, found = queries.get_milestone(db, actor, request.path_params["milestone"])
        entry = read(forms.Amount, request.state.form)
        if not entry.errors:
            try:
                do(db, actor, engagement, found, entry.data.amount, entry.data.note)
            except Invalid as refused:
                entry = Entry(entry.values, None, refused.fields)
        if entry.errors:
            request.path_params["id"] = engagement.public_id
            return pay(request, db, actor, entry, found.public_id)
        return see_other(request, "engagements.pay", id=engagement.public_id, said=_(said))

    return handler


declare = _payment(payments.declare, "Recorded as paid. They are asked to confirm it.")
correct = _payment(payments.correct, "Corrected. They were told.")
confirm = _payment(payments.confirm, "Confirmed. Thank you for keeping the record true.")

_WORK, _PART = "/work/{id}", "/work/milestones/{milestone}"
routes: list[MarketRoute] = [
    page("/work", mine, name="engagements.mine", allow=signed_in),
    page("/team", ours, name="engagements.ours", allow=supervises),
    action("/offers/{id}/accept", accept_offer, name="offers.accept", allow=signed_in),
    page(_PART, milestone, name="engagements.milestone", allow=signed_in),
    action(f"{_PART}/begin", begin, name="engagements.begin", allow=signed_in),
    action(f"{_PART}/hand-in", hand_in, name="engagements.hand_in", allow=signed_in, limit="uploads"),
    action(f"{_PART}/take-back", take_back, name="engagements.take_back", allow=signed_in),
    action(f"{_PART}/approve", approve, name="engagements.approve", allow=supervises),
    action(f"{_PART}/changes", request_changes, name="engagements.request_changes", allow=supervises),
    action(f"{_PART}/cancel", cancel_part, name="engagements.cancel_part", allow=supervises),
    action(f"{_PART}/declare", declare, name="engagements.declare", allow=supervises),
    action(f"{_PART}/correct", correct, name="engagements.correct", allow=supervises),
    action(f"{_PART}/confirm", confirm, name="engagements.confirm", allow=signed_in),
    page(_WORK, show, name="engagements.show", allow=signed_in),
    page(f"{_WORK}/terms", terms, name="engagements.terms", allow=signed_in),
    page(f"{_WORK}/pay", pay, name="engagements.pay", allow=signed_in),
    action(
        f"{_WORK}/ready",
        _step(service.ready, "Noted. It starts when both of you are ready."),
        name="engagements.ready",
        allow=signed_in,
    ),
    page(f"{_WORK}/call-off", call_off_form, name="engagements.call_off_form", allow=signed_in),
    action(f"{_WORK}/call-off", call_off, name="engagements.call_off", allow=signed_in),
    action(
        f"{_WORK}/no-show",
        _step(service.no_show, "Recorded. The place is free again."),
        name="engagements.no_show",
        allow=signed_in,
    ),
    page(f"{_WORK}/pause", pause_form, name="engagements.pause_form", allow=signed_in),
    action(f"{_WORK}/pause", pause, name="engagements.pause", allow=signed_in),
    action(
        f"{_WORK}/resume", _step(service.resume, "Work goes on."), name="engagements.resume", allow=signed_in
    ),
    action(
        f"{_WORK}/finish",
        _step(service.finish, "Finished. Both of you can write a review within 14 days."),
        name="engagements.finish",
        allow=signed_in,
    ),
    page(f"{_WORK}/end", end_form, name="engagements.end_form", allow=signed_in),
    action(f"{_WORK}/end", end_early, name="engagements.end_early", allow=signed_in),
    action(f"{_WORK}/outcome", outcome, name="engagements.outcome", allow=supervises),
    page(f"{_WORK}/change", change_form, name="engagements.change_form", allow=signed_in),
    action(f"{_WORK}/change", change, name="engagements.change", allow=signed_in),
    action(f"{_WORK}/change/{{change}}", answer_change, name="engagements.answer_change", allow=signed_in),
]
