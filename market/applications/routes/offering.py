"""Offers: writing terms, reading them beside what stood before, suggesting others, and saying no."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, recruits, signed_in
from market.accounts.models import Organisation, Person
from market.applications import offers, planned, queries, rules, sentences, terms_shown
from market.applications.forms import RejectForm, RescindForm, TermsForm
from market.applications.models import Application, Offer
from market.applications.rules import OfferStatus, RejectCode, Side
from market.applications.terms import Part, Terms, from_json
from market.errors import Invalid, NotFound
from market.opportunities.models import Opportunity
from market.opportunities.queries import parts_of
from market.web.forms import BLANK, Entry, filled, read
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _


def _application(request: Request, db: Session, actor: Actor) -> Application:
    found = queries.get_application(db, actor, request.path_params["id"])
    if rules.side_of(actor, found) is not Side.EMPLOYER:
        raise NotFound(_("There is no such application."))
    return found


def new(
    request: Request, db: Session, actor: Actor, entry: Entry[TermsForm] = BLANK, rows: int = 1
) -> Response:
    """The terms of a first offer, begun with what the opening said."""
    application = _application(request, db, actor)
    opening = db.get_one(Opportunity, application.opportunity_id)
    if entry is BLANK:
        entry = _begun(db, opening)
    return _form(request, db, actor, application, opening, entry, rows, None)


def _form(
    request: Request,
    db: Session,
    actor: Actor,
    application: Application,
    opening: Opportunity,
    entry: Entry[TermsForm],
    rows: int,
    offer: Offer | None,
) -> Response:
    side = rules.side_of(actor, application) or Side.TALENT
    person = db.get_one(Person, application.person_id)
    organisation = db.get_one(Organisation, application.org_id)
    blocked = offers.is_apart(db, application)
    return render(
        request,
        "offers/form.html",
        status=entry.status,
        application=application,
        opportunity=opening,
        person=person,
        organisation=organisation,
        who=organisation.name if side is Side.TALENT else (person.display_name or _("This person")),
        side=side.value,
        offer=offer,
        version=(queries.offers_of(db, application.id)[-1].version + 1) if offer else 1,
        entry=entry,
        rows=entry.rows("milestones", rows),
        mentors=_mentor_names(db, application.org_id),
        chosen=entry.values_of("mentors"),
        lapses_at=clock.now() + rules.OFFER_STANDS,
        allowed=rules.may_offer(opening, blocked=blocked),
    )


def _mentor_names(db: Session, org_id: int) -> list[tuple[str, str]]:
    """Who may be named as a mentor: public ids and names, each person once."""
    found = offers.mentor_people(db, [m.id for m in offers.mentors_of(db, org_id)])
    return list({p.public_id: p.display_name or "" for p in found.values()}.items())


def _begun(db: Session, opening: Opportunity) -> Entry[TermsForm]:
    """An entry with what the opening said: its pay, its dates, a part of the pay for each thing handed in."""
    today = clock.today(opening.time_zone)
    if opening.programme_version_id is not None:
        return _entry(db, planned.first_terms(db, opening, today))
    starts_on = max(opening.starts_on or today + timedelta(days=7), today)
    ends_on = starts_on + timedelta(weeks=max(1, opening.weeks))
    first = Terms(
        pay_basis=str(opening.pay_basis),
        pay_minor=opening.pay_minor,
        currency=opening.currency,
        hours=opening.hours,
        starts_on=starts_on,
        ends_on=ends_on,
        place=opening.place,
        ip_note=opening.ip_note,
    )
    asked = parts_of(db, opening.id)
    share, rest = divmod(first.total_minor, max(1, len(asked)))
    parts = tuple(
        Part(
            title=one.title,
            accepted_when=one.accepted_when,
            due_on=ends_on,
            amount_minor=share + (rest if number == len(asked) - 1 else 0),
        )
        for number, one in enumerate(asked)
    )
    return _entry(db, replace(first, milestones=parts))


def _entry(db: Session, terms: Terms) -> Entry[TermsForm]:
    values: dict[str, Any] = {
        "pay_minor": terms_shown.amount(terms.pay_minor),
        "hours": str(terms.hours),
        "starts_on": terms.starts_on.isoformat(),
        "ends_on": terms.ends_on.isoformat(),
        "place": terms.place,
        "ip_note": terms.ip_note,
        "mentors": [p.public_id for p in offers.mentor_people(db, terms.mentors).values()],
    }
    for number, part in enumerate(terms.milestones):
        values[f"milestones-{number}-title"] = part.title
        values[f"milestones-{number}-accepted_when"] = part.accepted_when
        values[f"milestones-{number}-due_on"] = part.due_on.isoformat() if part.due_on else ""
        values[f"milestones-{number}-amount_minor"] = terms_shown.amount(part.amount_minor)
    return filled(**values)


def _terms(db: Session, application: Application, opening: Opportunity, form: TermsForm) -> Terms:
    return Terms(
        pay_basis=str(opening.pay_basis),
        pay_minor=form.pay_minor,
        currency=opening.currency,
        hours=form.hours,
        starts_on=form.starts_on,
        ends_on=form.ends_on,
        place=form.place,
        ip_note=form.ip_note,
        milestones=tuple(
            Part(
                title=part.title,
                accepted_when=part.accepted_when,
                due_on=part.due_on,
                amount_minor=part.amount_minor,
            )
            for part in form.milestones
        ),
        mentors=offers.memberships_of(db, application.org_id, form.mentors),
    )


def _one_more(values: Mapping[str, Any]) -> int:
    """How many rows stand on the form, and one more."""
    return len(Entry(values).rows("milestones")) + 1


def make(request: Request, db: Session, actor: Actor) -> Response:
    """Send a first offer, or show the form again with what to mend."""
    application = _application(request, db, actor)
    opening = db.get_one(Opportunity, application.opportunity_id)
    entry = read(TermsForm, request.state.form, opening.currency)
    if "add" in entry.values:
        return _again(new(request, db, actor, Entry(entry.values), _one_more(entry.values)), db)
    if entry.errors:
        return new(request, db, actor, entry)
    try:
        made = offers.make(
            db, actor, application, _terms(db, application, opening, entry.data), note=entry.data.note
        )
    except Invalid as refused:
        return new(request, db, actor, _mend(entry, refused))
    return see_other(
        request,
        "offers.show",
        id=made.public_id,
        said=_("Sent. It lapses on %(day)s.", day=rules.day(made.expires_at, actor.time_zone)),
    )


def _again(response: Response, db: Session) -> Response:
    """The form with another row: nothing was sent, and its key still counts."""
    db.rollback()
    return response


def _mend(entry: Entry[TermsForm], refused: Invalid) -> Entry[TermsForm]:
    places = entry.rows("milestones")
    filled_rows = [n for n in places if entry.value(f"milestones-{n}-title")]
    for name, words in refused.fields.items():
        kind, _sep, rest = name.partition("-")
        number, _sep, column = rest.partition("-")
        if kind == "milestones" and number.isdigit() and int(number) < len(filled_rows):
            name = f"milestones-{filled_rows[int(number)]}-{column}"  # noqa: PLW2901 - the row the person sees
        entry = entry.with_error(name, words)
    return entry


def show(
    request: Request, db: Session, actor: Actor, entry: Entry[RejectForm | RescindForm] = BLANK
) -> Response:
    """The terms beside what stood before, and the ways to answer them."""
    offer, application = queries.get_offer(db, actor, request.path_params["id"])
    side = rules.side_of(actor, application) or Side.TALENT
    opening = db.get_one(Opportunity, application.opportunity_id)
    organisation = db.get_one(Organisation, application.org_id)
    person = db.get_one(Person, application.person_id)
    versions = queries.offers_of(db, application.id)
    earlier = [o for o in versions if o.version < offer.version]
    chosen = request.query_params.get("with", "")
    before = next((o for o in earlier if str(o.version) == chosen), earlier[-1] if earlier else None)
    shown = [from_json(offer.terms), *([from_json(before.terms)] if before else [])]
    mentors = offers.mentor_people(db, [one for terms in shown for one in terms.mentors])
    return render(
        request,
        "offers/show.html",
        status=entry.status,
        offer=offer,
        application=application,
        opportunity=opening,
        organisation=organisation,
        person=person,
        side=side.value,
        who=organisation.name if side is Side.TALENT else (person.display_name or _("This person")),
        tag=sentences.offer_tag(offer),
        rows=terms_shown.rows(
            shown[0],
            shown[1] if before else None,
            {one: person.display_name or "" for one, person in mentors.items()},
        ),
        before=before,
        earlier=earlier,
        versions=[
            (o, sentences.version_words(o, organisation.name, person.display_name or "", side))
            for o in versions
        ],
        latest=versions[-1],
        may_sign=rules.may_sign(side, offer, clock.now()),
        is_open=offer.status == OfferStatus.OPEN and offer.expires_at > clock.now(),
        entry=entry,
        codes=[("", _("Choose a reason")), *((c.value, sentences.reject_words(c)) for c in RejectCode)],
        reason=sentences.reject_words(offer.reason) if offer.reason in set(RejectCode) else "",
    )


def other_terms(
    request: Request, db: Session, actor: Actor, entry: Entry[TermsForm] = BLANK, rows: int = 1
) -> Response:
    """The same terms as a form, to be changed."""
    offer, application = queries.get_offer(db, actor, request.path_params["id"])
    opening = db.get_one(Opportunity, application.opportunity_id)
    if entry is BLANK:
        entry = _entry(db, from_json(offer.terms))
    return _form(request, db, actor, application, opening, entry, rows, offer)


def counter(request: Request, db: Session, actor: Actor) -> Response:
    """Suggest other terms: another version that the other side signs."""
    offer, application = queries.get_offer(db, actor, request.path_params["id"])
    opening = db.get_one(Opportunity, application.opportunity_id)
    entry = read(TermsForm, request.state.form, opening.currency)
    if "add" in entry.values:
        return _again(other_terms(request, db, actor, Entry(entry.values), _one_more(entry.values)), db)
    if entry.errors:
        return other_terms(request, db, actor, entry)
    terms = _terms(db, application, opening, entry.data)
    try:
        made = offers.counter(db, actor, offer, terms, note=entry.data.note)
    except Invalid as refused:
        return other_terms(request, db, actor, _mend(entry, refused))
    return see_other(
        request,
        "offers.show",
        id=made.public_id,
        said=_("Sent as version %(n)s. They have seven days to sign it.", n=made.version),
    )


def reject(request: Request, db: Session, actor: Actor) -> Response:
    """Decline an offer, with the reason."""
    offer, application = queries.get_offer(db, actor, request.path_params["id"])
    entry: Entry[Any] = read(RejectForm, request.state.form)
    if entry.errors:
        return show(request, db, actor, entry)
    offers.reject(db, actor, offer, entry.data.code, entry.data.text)
    return see_other(
        request, "applications.show", id=application.public_id, said=_("Declined. They read your reason.")
    )


def rescind(request: Request, db: Session, actor: Actor) -> Response:
    """Take an offer back, with the reason."""
    offer, application = queries.get_offer(db, actor, request.path_params["id"])
    entry: Entry[Any] = read(RescindForm, request.state.form)
    if entry.errors:
        return show(request, db, actor, entry)
    offers.rescind(db, actor, offer, entry.data.text)
    return see_other(
        request, "applications.show", id=application.public_id, said=_("Taken back. They read your reason.")
    )


routes: list[MarketRoute] = [
    page("/applications/{id}/offer", new, name="offers.new", allow=recruits),
    action("/applications/{id}/offer", make, name="offers.make", allow=recruits),
    page("/offers/{id}", show, name="offers.show", allow=signed_in),
    page("/offers/{id}/terms", other_terms, name="offers.terms", allow=signed_in),
    action("/offers/{id}/terms", counter, name="offers.counter", allow=signed_in),
    action("/offers/{id}/reject", reject, name="offers.reject", allow=signed_in),
    action("/offers/{id}/rescind", rescind, name="offers.rescind", allow=signed_in),
]
