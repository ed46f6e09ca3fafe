"""Applying for an opening: the form, one question checked as it is left, a draft, and sending it."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from market import clock
from market.access import Actor, talent
from market.accounts.models import Organisation
from market.applications import queries, rules, service
from market.applications.forms import ApplyForm
from market.applications.models import Application
from market.applications.rules import Status
from market.errors import Conflict, Forbidden, Invalid
from market.opportunities.changes import history
from market.opportunities.models import Addendum, Opportunity, Question
from market.opportunities.queries import get_opportunity, get_visible, questions_of
from market.opportunities.rules import may_see
from market.web.forms import BLANK, Entry, filled, read
from market.web.render import fragment_wanted, render, render_part, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _


def _opening(request: Request, db: Session, actor: Actor) -> Opportunity:
    return get_visible(db, actor, request.path_params["id"])


def new(
    request: Request,
    db: Session,
    actor: Actor,
    entry: Entry[ApplyForm] = BLANK,
    addenda: list[Addendum] | None = None,
    refused: int = 0,
) -> Response:
    """The application form, or the reason this person may not apply; what they wrote stands there in both cases."""
    opening = get_opportunity(db, request.path_params["id"])
    before = queries.application_of(db, opening.id, actor.id)
    is_sent = before is not None and before.status not in (Status.DRAFT, Status.WITHDRAWN)
    if before is not None and (is_sent or not may_see(actor, opening)):
        return see_other(request, "applications.show", id=before.public_id)  # what they wrote stays theirs
    opening = _opening(request, db, actor)
    if entry is BLANK and before is not None:
        entry = _from_draft(db, before)
        addenda = queries.changes_since(db, opening, before.opportunity_version)
    allowed = service.may_apply(db, actor, opening)
    return render(
        request,
        "applications/new.html",
        status=refused or entry.status,
        opportunity=opening,
        organisation=db.get_one(Organisation, opening.org_id),
        questions=questions_of(db, opening.id),
        before=before,
        entry=entry,
        addenda=history(db, opening, addenda or []),
        allowed=allowed,
        answer_by=rules.answer_due(opening, clock.now()),
        consent_until=clock.now() + rules.CONSENT_LASTS,
    )


def _from_draft(db: Session, draft: Application) -> Entry[ApplyForm]:
    given = {f"answers-{a.position}": a.text for a in queries.answers_of(db, draft.id)}
    ticks = {"withdraw_if_hired": draft.withdraw_if_hired, "agrees_to_pool": draft.agrees_to_pool}
    return filled(**given, **{name: "on" for name, on in ticks.items() if on})


def _answers(entry: Entry[ApplyForm], questions: list[Question]) -> dict[int, str]:
    found = {q.position: entry.value(f"answers-{q.position}") for q in questions}
    return {position: (text if isinstance(text, str) else "") for position, text in found.items()}


def create(request: Request, db: Session, actor: Actor) -> Response:
    """Send the application, or show the form again with what to mend."""
    opening = _opening(request, db, actor)
    entry = read(ApplyForm, request.state.form)
    if entry.errors:
        return new(request, db, actor, entry)
    try:
        made = service.apply(
            db,
            actor,
            opening,
            _answers(entry, questions_of(db, opening.id)),
            version=entry.data.version,
            withdraw_if_hired=entry.data.withdraw_if_hired,
            agrees_to_pool=entry.data.agrees_to_pool,
        )
    except Invalid as refused:
        for name, words in refused.fields.items():
            entry = entry.with_error(name, words)
        return new(request, db, actor, entry)
    except service.TermsChanged as changed:
        return new(request, db, actor, entry, changed.addenda, refused=changed.status_code)
    except Forbidden as refusal:
        return new(request, db, actor, entry, refused=refusal.status_code)
    due = made.answer_due_at
    said = (
        _("Sent. The answer is promised by %(day)s.", day=rules.day(due, actor.time_zone))
        if due
        else _("Sent.")
    )
    return see_other(request, "applications.show", id=made.public_id, said=said)


def save(request: Request, db: Session, actor: Actor) -> Response:
    """Keep a draft: words that are too long or missing are kept as they are."""
    opening = _opening(request, db, actor)
    entry = read(ApplyForm, request.state.form)
    if entry.errors:
        return new(request, db, actor, entry)
    try:
        _save(db, actor, opening, entry)
    except Forbidden as refusal:
        return new(request, db, actor, entry, refused=refusal.status_code)
    return see_other(request, "applications.mine", said=_("Kept as a draft. Only you see it."))


def _save(db: Session, actor: Actor, opening: Opportunity, entry: Entry[ApplyForm]) -> None:
    service.save_draft(
        db,
        actor,
        opening,
        {n: text[:20_000] for n, text in _answers(entry, questions_of(db, opening.id)).items()},
        version=entry.data.version,
        withdraw_if_hired=entry.data.withdraw_if_hired,
        agrees_to_pool=entry.data.agrees_to_pool,
    )


def check(request: Request, db: Session, actor: Actor) -> Response:
    """One question as it is left: the field alone comes back, 422 when there is something to mend."""
    opening = _opening(request, db, actor)
    entry = read(ApplyForm, request.state.form)
    wanted = fragment_wanted(request).removesuffix("-field")
    asked = next((q for q in questions_of(db, opening.id) if f"answers-{q.position}" == wanted), None)
    if asked is None:
        raise Conflict(_("This question is not asked any more. Open the page again."))
    wrong = service.answer_problems([asked], _answers(entry, [asked]))
    for name, words in wrong.items():
        entry = entry.with_error(name, words)
    html = render_part(
        request, "applications/question.html", question=asked, entry=entry, opportunity=opening
    )
    db.rollback()  # a check leaves nothing behind: the form's key has to count when the form itself is sent
    return HTMLResponse(html, 422 if wrong else 200)


def withdraw(request: Request, db: Session, actor: Actor) -> Response:
    """Take it back."""
    application = queries.get_application(db, actor, request.path_params["id"])
    service.withdraw(db, actor, application)
    return see_other(
        request,
        "applications.show",
        id=application.public_id,
        said=_("Taken back. You can send it again until the deadline."),
    )


def discard(request: Request, db: Session, actor: Actor) -> Response:
    """Throw a draft away."""
    service.discard_draft(db, actor, queries.get_application(db, actor, request.path_params["id"]))
    return see_other(request, "applications.mine", said=_("The draft is gone."))


def resubmit(request: Request, db: Session, actor: Actor) -> Response:
    """Send it again. Where the terms have changed, the form with the changes comes first."""
    application = queries.get_application(db, actor, request.path_params["id"])
    try:
        service.resubmit(db, actor, application)
    except service.TermsChanged:
        opening = db.get_one(Opportunity, application.opportunity_id)
        return see_other(
            request,
            "applications.new",
            id=opening.public_id,
            said=_("The terms have changed. Read what is new, then send it again."),
            kind="warn",
        )
    return see_other(request, "applications.show", id=application.public_id, said=_("Sent again."))


def consent(request: Request, db: Session, actor: Actor) -> Response:
    """Agree to be asked again, or take that back."""
    application = queries.get_application(db, actor, request.path_params["id"])
    if application.person_id != actor.id:
        raise Forbidden(_("Only the person who applied does this."))
    agrees = request.state.form.get("agrees") == "on"
    service.agree_to_pool(db, actor, application, agrees=agrees)
    said = _("They may ask you again for half a year.") if agrees else _("They will not ask you again.")
    return see_other(request, "applications.show", id=application.public_id, said=said)


routes: list[MarketRoute] = [
    page("/openings/{id}/apply", new, name="applications.new", allow=talent),
    action("/openings/{id}/apply", create, name="applications.create", allow=talent, limit="applications"),
    action("/openings/{id}/apply/draft", save, name="applications.save", allow=talent),
    action("/openings/{id}/apply/check", check, name="applications.check", allow=talent),
    action("/applications/{id}/discard", discard, name="applications.discard", allow=talent),
    action("/applications/{id}/withdraw", withdraw, name="applications.withdraw", allow=talent),
    action(
        "/applications/{id}/resubmit",
        resubmit,
        name="applications.resubmit",
        allow=talent,
        limit="applications",
    ),
    action("/applications/{id}/consent", consent, name="applications.consent", allow=talent),
]
