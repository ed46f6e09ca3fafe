"""Offers: terms that one side writes and the other signs. Other terms are another version; one is open at a time."""

from collections.abc import Sequence

from sqlmodel import Session, col, select, update

from market import clock
from market.access import SYSTEM, Actor, Task, require, roles_for
from market.accounts.models import Membership, Person
from market.accounts.queries import is_blocked, org_member_ids
from market.applications import planned, queries, rules
from market.applications.models import Application, Offer
from market.applications.rules import OfferStatus, RejectCode, Side
from market.applications.service import lock, take
from market.applications.terms import Terms, from_json, problems
from market.errors import Conflict, Forbidden, Invalid
from market.opportunities import seats
from market.opportunities.models import Opportunity
from market.words import _


def mentors_of(db: Session, org_id: int) -> list[Membership]:
    """The memberships that may be named as mentors: those whose role supervises work."""
    wanted = select(Membership).where(
        Membership.org_id == org_id,
        col(Membership.role).in_(roles_for(Task.SUPERVISE)),
        col(Membership.ended_at).is_(None),
    )
    return list(db.exec(wanted.order_by(col(Membership.id))))


def memberships_of(db: Session, org_id: int, public_ids: Sequence[str]) -> tuple[int, ...]:
    """The memberships of the people named, of those who may mentor; anyone else becomes 0, which no check accepts."""
    people = {p.id: p.public_id for p in db.exec(select(Person).where(col(Person.public_id).in_(public_ids)))}
    found = {people[m.person_id]: m.id for m in mentors_of(db, org_id) if m.person_id in people}
    return tuple(found.get(one, 0) for one in public_ids)


def mentor_people(db: Session, memberships: Sequence[int]) -> dict[int, Person]:
    """Who the memberships belong to, also those that have ended."""
    wanted = select(Membership.id, Person).join(Person, col(Person.id) == col(Membership.person_id))
    return dict(db.exec(wanted.where(col(Membership.id).in_(memberships))).all())


def make(db: Session, actor: Actor, application: Application, terms: Terms, *, note: str = "") -> Offer:
    """Offer a place on these terms, for seven days. Raises `Forbidden`, `Conflict`, or `Invalid` with the fields."""
    if rules.side_of(actor, application) is not Side.EMPLOYER:
        raise Forbidden(_("Only owners and recruiters of the organisation make offers."))
    opening = lock(db, application.opportunity_id)
    require(rules.may_offer(opening, blocked=is_apart(db, application)))
    _check(db, terms, opening)
    Application.LIFECYCLE.step(
        application.status, "offer"
    )  # before the row: a second open offer is refused by the index
    offer = _put(db, actor, application, terms, Side.EMPLOYER, note)
    take(
        db,
        actor,
        application,
        "offer",
        changes={"decided_at": application.decided_at or clock.now()},
        offer_id=offer.id,
    )
    return offer


def counter(db: Session, actor: Actor, offer: Offer, terms: Terms, *, note: str = "") -> Offer:
    """Put other terms in place of these, by either side; the other side has seven days to sign them."""
    application = db.get_one(Application, offer.application_id)
    side = _side(actor, application)
    opening = lock(db, application.opportunity_id)
    _still_open(offer)
    if is_apart(db, application):
        raise Forbidden(_("You and this person have no contact here any more."))
    _check(db, terms, opening)
    if from_json(offer.terms) == terms:
        raise Invalid(
            _("These are the same terms. Change what you would like to be different."),
            form=_("Nothing is different yet."),
        )
    _settle(db, actor, offer, OfferStatus.COUNTERED)
    made = _put(db, actor, application, terms, side, note)
    take(db, actor, application, "counter", offer_id=made.id, side=side.value)
    return made


def accept(db: Session, actor: Actor, offer: Offer) -> Offer:
    """Sign these terms: the place is taken, the application accepted. The engagement is scheduled by who calls this.

    Raises `Conflict` when someone moved first or the last place is gone; then nothing has changed.
    """
    application = db.get_one(Application, offer.application_id)
    side = _side(actor, application)
    opening = lock(db, application.opportunity_id)
    db.refresh(offer)
    if offer.status != OfferStatus.OPEN:
        raise Conflict(rules.may_sign(side, offer, clock.now()).reason)
    require(rules.may_sign(side, offer, clock.now()))
    if is_apart(db, application):
        raise Forbidden(_("You and this person have no contact here any more."))
    if application.person_id in org_member_ids(db, application.org_id):
        raise Forbidden(
            _("This person belongs to the organisation by now, and nobody works here for their own.")
        )
    _settle(db, actor, offer, OfferStatus.ACCEPTED)
    take(
        db,
        actor,
        application,
        "accept",
        offer_id=offer.id,
        side=side.value,
    )
    seats.take_seat(db, opening)
    return offer


def reject(db: Session, actor: Actor, offer: Offer, code: RejectCode | str, text: str = "") -> None:
    """Say no to the offer, with a reason that the employer reads."""
    application = db.get_one(Application, offer.application_id)
    if _side(actor, application) is not Side.TALENT:
        raise Forbidden(_("Only the person it was made to declines an offer."))
    _still_open(offer)
    _settle(db, actor, offer, OfferStatus.REJECTED, RejectCode(code).value)
    take(
        db,
        actor,
        application,
        "reject",
        reason=RejectCode(code).value,
        note=text.strip() or None,
        offer_id=offer.id,
    )


def rescind(db: Session, actor: Actor, offer: Offer, text: str) -> None:
    """Take the offer back before it is signed, with the reason in words."""
    application = db.get_one(Application, offer.application_id)
    if _side(actor, application) is not Side.EMPLOYER:
        raise Forbidden(_("Only the organisation takes its offer back."))
    if not text.strip():
        raise Invalid(_("Say why: the other side reads it."), reason=_("Say why: the other side reads it."))
    _still_open(offer)
    _settle(db, actor, offer, OfferStatus.RESCINDED, "rescinded")
    take(db, actor, application, "rescind", reason="rescinded", note=text.strip(), offer_id=offer.id)


def expire(db: Session, offer: Offer) -> None:
    """The seven days are over. What was settled meanwhile stays as it is."""
    if offer.status != OfferStatus.OPEN or offer.expires_at > clock.now():
        return
    application = db.get_one(Application, offer.application_id)
    _settle(db, SYSTEM, offer, OfferStatus.EXPIRED, "expired")
    take(db, SYSTEM, application, "lapse", reason="expired", offer_id=offer.id)


def put_aside(db: Session, actor: Actor, application: Application, reason: str) -> None:
    """Close the terms on the table, if any, because the application itself ends."""
    offer = queries.open_offer(db, application.id)
    if offer is not None:
        status = OfferStatus.REJECTED if reason == "withdrawn" else OfferStatus.RESCINDED
        _settle(db, actor, offer, status, reason)


def _put(db: Session, actor: Actor, application: Application, terms: Terms, side: Side, note: str) -> Offer:
    latest = queries.offers_of(db, application.id)
    now = clock.now()
    offer = Offer(
        application_id=application.id,
        version=latest[-1].version + 1 if latest else 1,
        proposed_by=side,
        proposer_id=actor.id,
        terms=terms.as_json(),
        note=note.strip(),
        created_at=now,
        expires_at=now + rules.OFFER_STANDS,
    )
    db.add(offer)
    db.flush()
    return offer


def _settle(db: Session, actor: Actor, offer: Offer, status: OfferStatus, reason: str | None = None) -> None:
    """End an open offer; `Conflict` when someone did so first."""
    now = clock.now()
    moved = db.exec(
        update(Offer)
        .where(col(Offer.id) == offer.id, col(Offer.status) == OfferStatus.OPEN)
        .values(status=status, answered_at=now, answered_by=actor.id or None, reason=reason)
    )
    if moved.rowcount != 1:
        raise Conflict(_("Someone moved first. Here is how it stands now."))
    db.refresh(offer)


def _still_open(offer: Offer) -> None:
    if offer.status != OfferStatus.OPEN:
        raise Conflict(_("These terms are not the ones on the table any more."))
    if offer.expires_at <= clock.now():
        raise Conflict(_("These terms have lapsed. A new offer can be made."))


def _side(actor: Actor, application: Application) -> Side:
    side = rules.side_of(actor, application)
    if side is None:
        raise Forbidden(_("Only the two sides of an offer do this."))
    return side


def is_apart(db: Session, application: Application) -> bool:
    """Whether a block stands between the two sides."""
    return is_blocked(db, application.person_id, org_id=application.org_id)


def _check(db: Session, terms: Terms, opening: Opportunity) -> None:
    allowed = [m.id for m in mentors_of(db, opening.org_id)]
    wrong = problems(terms, opening, allowed, clock.today(opening.time_zone))
    wrong |= planned.problems(db, terms, opening)
    if wrong:
        raise Invalid(_("The terms need mending."), **wrong)
