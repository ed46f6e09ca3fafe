"""Pages of the agreed work: the lists of either side, one engagement, and each step that is taken on it."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, member, require, signed_in, supervises
from market.applications.queries import get_offer
from market.engagements import assessments, dates, forms, outcomes, queries, rules, service
from market.engagements.models import Engagement, Milestone
from market.engagements.routes.view import view_of
from market.errors import Invalid, NotFound
from market.programmes import rounds
from market.web.forms import BLANK, Entry, Form, filled, read
from market.web.pagination import cut, decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import N_, _

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


def show(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """One engagement: what is next, its milestones, its people."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    view = view_of(request, db, actor, engagement)
    current: Milestone | None = view["current"]
    seen = assessments.open_to(db, actor, engagement)
    shown = outcomes.shown_work(db, engagement) if view["own"] else None
    return render(
        request,
        "engagements/show.html",
        status=entry.status,
        **view,
        entry=entry,
        versions=queries.versions_of(db, current) if current else [],
        judged=seen,
        judged_in=assessments.is_in(seen.mine),
        shown_work=shown,
        may_show_work=rules.may_show_work(actor, engagement, shown is not None),
        history=queries.history(db, "engagement", engagement.id),
    )


def terms(request: Request, db: Session, actor: Actor) -> Response:
    """The terms that both sides signed, and changes to them."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    return render(request, "engagements/terms.html", **view_of(request, db, actor, engagement))


def accept_offer(request: Request, db: Session, actor: Actor) -> Response:
    """Sign an offer: the engagement is scheduled."""
    offer, _application = get_offer(db, actor, request.path_params["id"])
    engagement = service.sign(db, actor, offer)
    return see_other(
        request, "engagements.show", id=engagement.public_id, said=_("Signed. Here is the work as agreed.")
    )


def join(request: Request, db: Session, actor: Actor) -> Response:
    """Take a place in a round of an internal programme; to whoever does not belong there it is not there."""
    cohort, programme = rounds.inside(db, request.path_params["id"])
    if not actor.belongs_to(programme.org_id):
        raise NotFound(_("There is no such round."))
    engagement = service.join(db, actor, programme, cohort)
    said = _("You are in. Here is what is planned, and with whom.")
    return see_other(request, "engagements.show", id=engagement.public_id, said=said)


def _step(
    do: Callable[[Session, Actor, Engagement], None], said: str
) -> Callable[[Request, Session, Actor], Response]:
    """A step on an engagement that asks nothing more."""

    def handler(request: Request, db: Session, actor: Actor) -> Response:
        engagement = queries.get_engagement(db, actor, request.path_params["id"])
        do(db, actor, engagement)
        return see_other(request, "engagements.show", id=engagement.public_id, said=_(said))

    return handler


def ready(request: Request, db: Session, actor: Actor) -> Response:
    """Say that one can begin before the start date."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    service.ready(db, actor, engagement)
    said = (
        _("Both of you are ready, so work has begun.")
        if engagement.status == rules.Status.ACTIVE
        else _("Noted. It starts when both of you are ready.")
    )
    return see_other(request, "engagements.show", id=engagement.public_id, said=said)


def _asked(template: str) -> Callable[[Request, Session, Actor], Response]:
    """The page that asks for the reason of a step."""

    def handler(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
        engagement = queries.get_engagement(db, actor, request.path_params["id"])
        return render(
            request,
            template,
            **view_of(request, db, actor, engagement),
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
    N_("Called off. The other side was told."),
)
pause = _reasoned(
    forms.Pause,
    pause_form,
    lambda db, actor, e, f: service.pause(db, actor, e, f.note, f.until),
    N_("Paused. The other side was told."),
)
end_early = _reasoned(
    forms.End,
    end_form,
    lambda db, actor, e, f: service.end_early(db, actor, e, f.note, f.fault),
    N_("Ended. What was assessed stays."),
)


def outcome(request: Request, db: Session, actor: Actor) -> Response:
    """What a trial led to."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    require(rules.may_record_outcome(actor, engagement))
    entry = read(forms.OutcomeForm, request.state.form)
    if entry.errors:
        wrong = {"outcome": _("Choose what the trial led to.")}
        return show(request, db, actor, Entry(entry.values, None, wrong))
    service.record_outcome(db, actor, engagement, entry.data.outcome)
    return see_other(
        request,
        "engagements.show",
        id=engagement.public_id,
        said=_("Recorded. It counts on your organisation's page."),
    )


def show_work(request: Request, db: Session, actor: Actor) -> Response:
    """Put completed work among one's projects."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    project = outcomes.show_work(db, actor, engagement)
    return see_other(
        request,
        "profiles.edit_project",
        id=project.public_id,
        said=_("It stands among your projects. Say more about it here."),
    )


def change_form(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """Propose other dates."""
    engagement = queries.get_engagement(db, actor, request.path_params["id"])
    view = view_of(request, db, actor, engagement)
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
            dates.propose(db, actor, engagement, ends_on=entry.data.ends_on, due=due, note=entry.data.note)
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
    answer = request.state.form.get("answer")
    if answer not in ("sign", "keep"):
        raise Invalid(_("Choose one of the answers."))
    accepted = answer == "sign"
    dates.answer(db, actor, engagement, proposed, accepted)
    said = _("Signed. The new dates hold from now on.") if accepted else _("The old dates hold.")
    return see_other(request, "engagements.terms", id=engagement.public_id, said=said)


_WORK = "/work/{id}"
routes: list[MarketRoute] = [
    page("/work", mine, name="engagements.mine", allow=signed_in),
    page("/team", ours, name="engagements.ours", allow=supervises),
    action("/offers/{id}/accept", accept_offer, name="offers.accept", allow=signed_in),
    action("/rounds/{id}/join", join, name="engagements.join", allow=member),
    action(f"{_WORK}/project", show_work, name="engagements.show_work", allow=signed_in),
    page(_WORK, show, name="engagements.show", allow=signed_in),
    page(f"{_WORK}/terms", terms, name="engagements.terms", allow=signed_in),
    action(
        f"{_WORK}/ready",
        ready,
        name="engagements.ready",
        allow=signed_in,
    ),
    page(f"{_WORK}/call-off", call_off_form, name="engagements.call_off_form", allow=signed_in),
    action(f"{_WORK}/call-off", call_off, name="engagements.call_off", allow=signed_in),
    action(
        f"{_WORK}/no-show",
        _step(service.no_show, N_("Recorded. The place is free again.")),
        name="engagements.no_show",
        allow=signed_in,
    ),
    page(f"{_WORK}/pause", pause_form, name="engagements.pause_form", allow=signed_in),
    action(f"{_WORK}/pause", pause, name="engagements.pause", allow=signed_in),
    action(
        f"{_WORK}/resume",
        _step(service.resume, N_("Work goes on.")),
        name="engagements.resume",
        allow=signed_in,
    ),
    action(
        f"{_WORK}/finish",
        _step(service.finish, N_("Finished. What each of you can do next stands on the page.")),
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
