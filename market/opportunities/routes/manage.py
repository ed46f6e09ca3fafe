"""Running a posting: the list of ours, one with every step that can be taken, addenda."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, Task, recruits
from market.errors import Conflict, Invalid, NotFound
from market.opportunities import queries, rules, sentences, service
from market.opportunities.changes import Added, as_published, history
from market.opportunities.forms import AddendumForm, CancelForm, DeadlineForm, end_of_day
from market.opportunities.models import Opportunity
from market.opportunities.quality import quality
from market.opportunities.routes.public import floor_of, is_id
from market.opportunities.rules import Moment, Status
from market.transitions import may_take, open_steps
from market.web.forms import BLANK, Entry, filled, read
from market.web.pagination import cut, decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _

SIZE = 25
GROUPS: dict[str, tuple[Status, ...]] = {
    "open": rules.OPEN,
    "drafts": (Status.DRAFT, Status.IN_REVIEW),
    "over": (Status.COMPLETED, Status.UNFILLED, Status.EXPIRED, Status.CANCELLED),
}
DATED = ("extend", "reopen", "renew")  # steps that need a new last day


class Button(NamedTuple):
    """One step as the page offers it. `reason` says why it cannot be taken now, empty when it can."""

    name: str
    words: str
    reason: str
    needs_day: bool


def mine(request: Request, db: Session, actor: Actor) -> Response:
    """The postings of the organisations this person posts for."""
    group = request.query_params.get("show", "open")
    group = group if group in GROUPS else "open"
    key = decode(request.query_params.get("after"), 1)
    after = key[0] if key and is_id(key[0]) else None
    rows = queries.ours(db, actor.orgs_for(Task.POST), GROUPS[group], SIZE, after)
    items, following = cut(rows, SIZE, lambda row: (row.id,))
    return render(
        request,
        "opportunities/mine.html",
        group=group,
        rows=items,
        next=f"{request.url.path}?show={group}&after={following}" if following else "",
        first=f"{request.url.path}?show={group}" if after is not None else "",
        several=len(actor.orgs_for(Task.POST)) > 1,
        say=sentences,
    )


def manage(
    request: Request,
    db: Session,
    actor: Actor,
    *,
    entry: Entry[Any] = BLANK,
    failed: str = "",
    status: int = 0,
) -> Response:
    """One posting with every step that its writers can take."""
    opportunity = queries.get_ours(db, actor, request.path_params["id"])
    whole = queries.whole(db, opportunity)
    facts = service.readiness(whole, floor_of(request))
    return render(
        request,
        "opportunities/manage.html",
        status=status or entry.status,
        opportunity=opportunity,
        whole=whole,
        state=sentences.state(opportunity),
        say=sentences,
        buttons=_buttons(actor, opportunity),
        unmet=facts.unmet if opportunity.status == Status.DRAFT else (),
        returned=queries.last_return(db, opportunity.id) if opportunity.status == Status.DRAFT else "",
        ended=queries.last_reason(db, opportunity.id) if opportunity.status == Status.CANCELLED else "",
        checks=quality(whole.draft, floor_of(request)),
        may_cancel=bool(may_take(actor, opportunity, "cancel")),
        may_add=bool(may_take(actor, opportunity, "addendum")),
        is_public=opportunity.status in rules.PUBLIC,
        history=history(db, opportunity, whole.addenda),
        entry=entry,
        failed=failed,
    )


def _buttons(actor: Actor, opportunity: Opportunity) -> list[Button]:
    """Steps with a button of their own; sending out, adding and cancelling have their own places on the page."""
    found = []
    for step in open_steps(actor, opportunity):
        if step.name in ("submit", "publish", "addendum", "cancel", "approve", "return"):
            continue
        asked = may_take(actor, opportunity, step.name, _moment(opportunity, step.name))
        needs_day = step.name in DATED and (
            step.name == "extend" or opportunity.deadline_at is None or opportunity.deadline_at <= clock.now()
        )
        found.append(Button(step.name, _(step.words), "" if asked else asked.reason, needs_day))
    return found


def _moment(opportunity: Opportunity, step: str) -> Moment:
    """What the guard is asked about: a new last day will be given where the step takes one."""
    now = clock.now()
    return Moment(now, datetime.max.replace(tzinfo=now.tzinfo) if step in DATED else opportunity.deadline_at)


def take_step(request: Request, db: Session, actor: Actor) -> Response:
    """Take one step of the lifecycle."""
    opportunity = queries.get_ours(db, actor, request.path_params["id"])
    step = request.path_params["step"]
    if step not in STEPS:
        raise NotFound(_("There is no such step."))
    try:
        if step == "cancel":
            cancelling = read(CancelForm, request.state.form)
            if cancelling.errors:
                return manage(request, db, actor, entry=cancelling, failed=step)
            service.cancel(db, actor, opportunity, note=cancelling.data.note)
        elif step in DATED:
            dated = read(DeadlineForm, request.state.form)
            if dated.errors:
                return manage(request, db, actor, entry=dated, failed=step)
            day = dated.data.deadline_on
            _dated(db, actor, opportunity, step, end_of_day(day, opportunity.time_zone) if day else None)
        elif step == "pause":
            service.pause(db, actor, opportunity)
        else:
            service.resume(db, actor, opportunity)
    except Invalid as refused:
        entry: Entry[Any] = Entry(
            dict(request.state.form), None, refused.fields or {"deadline_on": refused.reason}
        )
        return manage(request, db, actor, entry=entry, failed=step)
    return see_other(request, "opportunities.manage", id=opportunity.public_id, said=_said(step))


STEPS = ("pause", "resume", *DATED, "cancel")


def _said(step: str) -> str:
    return {
        "pause": _("Paused. Nobody can apply until you open it again."),
        "resume": _("Open again."),
        "extend": _("Extended. This can be done once."),
        "reopen": _("Open again for the free place."),
        "renew": _("Out again."),
        "cancel": _("Cancelled. Everyone who applied is told why."),
    }[step]


def _dated(db: Session, actor: Actor, opportunity: Opportunity, step: str, at: datetime | None) -> None:
    if step == "extend":
        if at is None:
            words = _("Say until when people can apply.")
            raise Invalid(words, deadline_on=words)
        service.extend(db, actor, opportunity, at)
    elif step == "reopen":
        service.reopen(db, actor, opportunity, at)
    else:
        service.renew(db, actor, opportunity, at)


def addendum(
    request: Request,
    db: Session,
    actor: Actor,
    entry: Entry[AddendumForm] | None = None,
    stale: Conflict | None = None,
) -> Response:
    """The form of an addendum; `stale` says that the terms changed before it came."""
    opportunity = queries.get_ours(db, actor, request.path_params["id"])
    allowed = may_take(actor, opportunity, "addendum")
    if not allowed:
        raise Conflict(allowed.reason)
    since: list[Added] = []
    if entry is not None and stale is not None:
        read = entry.data.version
        since = history(
            db, opportunity, [a for a in queries.addenda_of(db, opportunity.id) if a.version > read]
        )
        entry = _on_todays_terms(db, opportunity, entry)
    values = entry or filled(**_shown(opportunity))
    return render(
        request,
        "opportunities/addendum.html",
        status=stale.status_code if stale else values.status,
        opportunity=opportunity,
        entry=values,
        stale=stale.reason if stale else "",
        since=since,
        version=values.value("version") if values.errors else opportunity.version,
    )


def _shown(terms: Opportunity) -> dict[str, Any]:
    """What stands in the fields of an addendum before anything is changed."""
    return {
        "starts_on": terms.starts_on,
        "starts_by": terms.starts_by,
        "pay": f"{terms.pay_minor / 100:.2f}",
        "seats": terms.seats,
    }


def _on_todays_terms(
    db: Session, opportunity: Opportunity, entry: Entry[AddendumForm]
) -> Entry[AddendumForm]:
    """The form on the terms as they stand now: what its writer changed stays, what they left alone is today's."""
    version, form = entry.data.version, entry.data
    terms = queries.terms_since(db, opportunity.id, version).get(version)
    if terms is None:
        return Entry(entry.values)
    read = as_published(terms)
    left = {
        "starts_on": form.starts_on == read.starts_on,
        "starts_by": form.starts_by == read.starts_by,
        "pay": form.pay == read.pay_minor,
        "seats": form.seats == read.seats,
    }
    today = filled(**_shown(opportunity)).values
    return Entry({**entry.values, **{name: today[name] for name, is_left in left.items() if is_left}})


def add_addendum(request: Request, db: Session, actor: Actor) -> Response:
    """Publish the addendum; applicants and watchers are told."""
    opportunity = queries.get_ours(db, actor, request.path_params["id"])
    entry = read(AddendumForm, request.state.form, opportunity.currency)
    if entry.errors:
        return addendum(request, db, actor, entry)
    form = entry.data
    try:
        service.add_addendum(
            db,
            actor,
            opportunity,
            form.text,
            starts_on=form.starts_on if form.starts_on != opportunity.starts_on else None,
            starts_by=form.starts_by if form.starts_by != opportunity.starts_by else None,
            pay_minor=form.pay,
            seats=form.seats,
            read=form.version,
        )
    except Invalid as refused:
        for field, words in refused.fields.items():
            entry = entry.with_error(field, words)
        return addendum(request, db, actor, entry)
    except Conflict as stale:
        db.refresh(opportunity)
        return addendum(request, db, actor, entry, stale)
    return see_other(
        request,
        "opportunities.manage",
        id=opportunity.public_id,
        said=_("Added. Everyone who applied or keeps an eye on it is told."),
    )


routes: list[MarketRoute] = [
    page("/postings", mine, name="opportunities.mine", allow=recruits),
    page("/postings/{id}", manage, name="opportunities.manage", allow=recruits),
    page("/postings/{id}/addendum", addendum, name="opportunities.addendum", allow=recruits),
    action("/postings/{id}/addendum", add_addendum, name="opportunities.add_addendum", allow=recruits),
    action("/postings/{id}/{step}", take_step, name="opportunities.step", allow=recruits),
]
