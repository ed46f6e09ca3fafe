"""What waits for moderators: openings to read, organisations to verify, reports, and deliveries that failed."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market import outbox
from market.access import Actor, administers, moderates, require
from market.accounts.models import Organisation, Person
from market.accounts.queries import get_organisation
from market.accounts.service import verify_organisation
from market.cases import queries, rules, sentences, service, things
from market.cases.forms import DecideForm, OpeningForm, OpeningVerdict
from market.cases.rules import VERDICTS, Status, Verdict
from market.errors import Conflict, NotFound
from market.opportunities import queries as opportunities
from market.opportunities import service as postings
from market.opportunities.models import Opportunity
from market.opportunities.rules import Status as Opening
from market.outbox import Delivery, DeliveryStatus
from market.transitions import may_take
from market.web.forms import BLANK, Entry, filled, read
from market.web.pagination import cut, decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _

SIZE = 25


def _after(request: Request, otherwise: int = 0) -> int:
    key = decode(request.query_params.get("after"), 1)
    return key[0] if key and isinstance(key[0], int) else otherwise


def queue(request: Request, db: Session, actor: Actor) -> Response:
    """Openings that wait to be read."""
    found = cut(queries.openings(db, _after(request), SIZE + 1), SIZE, lambda r: [r.id])
    return render(request, "cases/queue.html", found=found, waiting=queries.waiting(db))


def _in_review(db: Session, request: Request) -> Opportunity:
    opening = opportunities.get_opportunity(db, request.path_params["id"])
    if opening.status is Opening.DRAFT:
        raise NotFound(_("There is no such opening."))
    return opening


def opening(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """One opening with the decision beside it."""
    found = _in_review(db, request)
    if entry is BLANK:
        entry = filled(verdict="approve")
    return render(
        request,
        "cases/opening.html",
        status=entry.status,
        opening=found,
        whole=opportunities.whole(db, found),
        org=db.get_one(Organisation, found.org_id),
        author=db.get_one(Person, found.author_id),
        may=may_take(actor, found, "approve"),
        waits=found.status is Opening.IN_REVIEW,
        entry=entry,
        waiting=queries.waiting(db),
    )


def decide_opening(request: Request, db: Session, actor: Actor) -> Response:
    """Let it out, send it back, or take it down."""
    found = _in_review(db, request)
    entry = read(OpeningForm, request.state.form)
    if (
        entry.form is not None
        and entry.form.verdict is not OpeningVerdict.APPROVE
        and len(entry.form.note) < 10
    ):
        entry = entry.with_error("note", _("Say why, in a sentence: they read it."))
    if entry.errors:
        return opening(request, db, actor, entry)
    if found.status is not Opening.IN_REVIEW:
        raise Conflict(_("Another moderator has decided this, or it was taken back."))
    match entry.data.verdict:
        case OpeningVerdict.APPROVE:
            postings.approve(db, actor, found, note=entry.data.note or None)
            said = _("“%(title)s” is out.", title=found.title)
        case OpeningVerdict.RETURN:
            postings.return_(db, actor, found, note=entry.data.note)
            said = _("“%(title)s” went back with your words.", title=found.title)
        case OpeningVerdict.CANCEL:
            postings.cancel(db, actor, found, note=entry.data.note, reason="moderator")
            said = _("“%(title)s” was taken down.", title=found.title)
    return see_other(request, "cases.queue", said=said)


def organisations(request: Request, db: Session, actor: Actor) -> Response:
    """Organisations nobody has verified yet."""
    found = cut(queries.organisations(db, _after(request), SIZE + 1), SIZE, lambda r: [r.id])
    return render(request, "cases/organisations.html", found=found, waiting=queries.waiting(db))


def verify(request: Request, db: Session, actor: Actor) -> Response:
    """State that an organisation is who it says it is. Never one's own."""
    organisation = get_organisation(db, request.path_params["id"])
    require(rules.may_verify(actor, organisation.id))
    verify_organisation(db, actor, organisation)
    return see_other(request, "cases.organisations", said=_("%(name)s is verified.", name=organisation.name))


def reports(request: Request, db: Session, actor: Actor) -> Response:
    """Open reports, or with ?decided=1 what was decided."""
    status = Status.DECIDED if request.query_params.get("decided") else Status.OPEN
    start = _after(request, queries.NEWEST if status is Status.DECIDED else 0)
    found = cut(queries.reports(db, status, start, SIZE + 1), SIZE, lambda r: [r.id])
    return render(
        request,
        "cases/reports.html",
        found=found,
        decided=status is Status.DECIDED,
        words=sentences,
        waiting=queries.waiting(db),
    )


def report(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """One report: what was said, the thing itself, and the decision."""
    found = queries.get_report(db, request.path_params["id"])
    thing = things.load(db, found.about_kind, found.about_id)
    if entry is BLANK:
        entry = filled(verdict=Verdict.KEPT, instead=thing.text if thing else "")
    accused = db.get(Person, found.person_id) if found.person_id else None
    return render(
        request,
        "cases/report.html",
        status=entry.status,
        report=found,
        thing=thing,
        entry=entry,
        words=sentences,
        choices=[
            (str(v), sentences.verdict_words(v), sentences.verdict_hint(found.about_kind, v))
            for v in VERDICTS[found.about_kind]
        ],
        may=rules.may_decide(actor, found),
        reporter=db.get_one(Person, found.reporter_id),
        accused=accused,
        org=db.get(Organisation, found.org_id) if found.org_id else None,
        decider=db.get(Person, found.decided_by) if found.decided_by else None,
        may_restore=may_take(actor, accused, "restore") if accused else None,
        others=len(queries.open_about(db, found.about_kind, found.about_id)) - 1,
        earlier=queries.earlier_about(db, found),
        waiting=queries.waiting(db),
    )


def decide(request: Request, db: Session, actor: Actor) -> Response:
    """Decide a report, or show it again with what to mend."""
    found = queries.get_report(db, request.path_params["id"])
    entry = read(DecideForm, request.state.form)
    if entry.form is not None and entry.form.verdict not in VERDICTS[found.about_kind]:
        entry = entry.with_error("verdict", _("Choose one of the answers."))
    if entry.form is not None and entry.form.verdict is Verdict.REDACTED and not entry.form.instead:
        entry = entry.with_error("instead", _("Write the text that may stand, with the words taken out."))
    if entry.errors:
        return report(request, db, actor, entry)
    data = entry.data
    service.decide(db, actor, found, data.verdict, data.answer, data.instead)
    return see_other(request, "cases.reports", said=_("Decided. Whoever it concerns is told."))


def restore(request: Request, db: Session, actor: Actor) -> Response:
    """Open an account again that a decision closed."""
    found = queries.get_report(db, request.path_params["id"])
    service.restore(db, actor, found)
    return see_other(request, "cases.report", id=found.public_id, said=_("The account is open again."))


def deliveries(request: Request, db: Session, actor: Actor) -> Response:
    """Deliveries that failed five times, with the last error: for administrators."""
    found = cut(queries.dead(db, _after(request), SIZE + 1), SIZE, lambda r: [r.id])
    return render(request, "cases/deliveries.html", found=found, waiting=queries.waiting(db))


def revive(request: Request, db: Session, actor: Actor) -> Response:
    """Try a dead delivery again."""
    delivery = db.get(Delivery, request.path_params["id"])
    if delivery is None or delivery.status is not DeliveryStatus.DEAD:
        raise Conflict(_("This one is not waiting for you any more."))
    outbox.revive(db, delivery)
    return see_other(request, "cases.deliveries", said=_("It is tried again at once."))


routes: list[MarketRoute] = [
    page("/moderation", queue, name="cases.queue", allow=moderates),
    page("/moderation/openings/{id}", opening, name="cases.opening", allow=moderates),
    action("/moderation/openings/{id}", decide_opening, name="cases.decide_opening", allow=moderates),
    page("/moderation/organisations", organisations, name="cases.organisations", allow=moderates),
    action("/moderation/organisations/{id}/verify", verify, name="cases.verify", allow=moderates),
    page("/moderation/reports", reports, name="cases.reports", allow=moderates),
    page("/moderation/reports/{id}", report, name="cases.report", allow=moderates),
    action("/moderation/reports/{id}", decide, name="cases.decide", allow=moderates),
    action("/moderation/reports/{id}/restore", restore, name="cases.restore", allow=moderates),
    page("/moderation/deliveries", deliveries, name="cases.deliveries", allow=administers),
    action("/moderation/deliveries/{id:int}/revive", revive, name="cases.revive", allow=administers),
]
