"""The moments of a story: applications, decisions, offers, the work itself, and what both sides say of it."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from sqlmodel import Session, col, select

from market.accounts.models import Membership
from market.applications import offers, service
from market.applications.models import Application, Offer
from market.applications.rules import OfferStatus
from market.applications.terms import Part, Terms, published_total
from market.demo.cast import Cast
from market.demo.moments import Moments
from market.demo.working import work
from market.demo.world import Row, World
from market.engagements import service as engagements
from market.opportunities.models import Opportunity
from market.opportunities.queries import questions_of


@dataclass(slots=True)
class Told:
    """One application of one story, as it unfolds."""

    opening: Row
    row: Row
    id: int = 0  # the application's, once it is sent
    engagement_id: int = 0
    sent: int = 0  # versions of the terms that were put
    last: Terms | None = field(default=None)

    @property
    def by(self) -> str:
        """Who decides for the organisation."""
        return str(self.opening["by"])

    @property
    def person(self) -> str:
        return str(self.row["person"])


def tell(world: World, moments: Moments) -> None:
    """Lay out every story."""
    for story in world.stories:
        opening = world.openings[story["opening"]]
        for row in story["application"]:
            told = Told(opening, row)
            moments.at(
                row["day"], "apply", partial(_apply, told), what=f"{told.person} applies to {opening['key']}"
            )
            for step in row.get("steps", []):
                moments.at(
                    step[0],
                    "decide",
                    partial(_decide, told, step),
                    what=f"{step[1]} {told.person} for {opening['key']}",
                )
            if "engagement" in row:
                work(told, row["engagement"], moments)


def _apply(told: Told, db: Session, cast: Cast) -> None:
    actor, opening = cast.actor(db, told.person), cast.opening(db, told.opening["key"])
    asked = questions_of(db, opening.id)
    answers = {q.position: words for q, words in zip(asked, told.row.get("answers", []), strict=False)}
    for question in asked:
        answers.setdefault(question.position, "")
    pools = any(step[1] == "pool" for step in told.row.get("steps", []))
    if told.row.get("state") == "draft":
        told.id = service.save_draft(db, actor, opening, answers).id
    else:
        told.id = service.apply(db, actor, opening, answers, agrees_to_pool=pools).id


def _decide(told: Told, step: list[object], db: Session, cast: Cast) -> None:
    """One step of a decision, by the side whose turn it is."""
    name, rest = str(step[1]), step[2:]
    application = db.get_one(Application, told.id)
    decider, person = cast.actor(db, told.by), cast.actor(db, told.person)
    if name == "open":
        service.open_(db, decider, application)
    elif name == "shortlist":
        service.shortlist(db, decider, application)
    elif name == "reconsider":
        service.reconsider(db, decider, application)
    elif name == "pool":
        service.pool(db, decider, application)
    elif name == "decline":
        service.decline(db, decider, application, str(rest[0]), str(rest[1]))
    elif name == "withdraw":
        service.withdraw(db, person, application, str(rest[0]) if rest else "")
    elif name == "offer":
        told.sent, changes = 0, rest[0] if rest and isinstance(rest[0], dict) else {}
        told.last = _terms(told, changes, db, cast)
        offers.make(db, decider, application, told.last, note=str(changes.get("note", "")))
        told.sent = 1
    elif name == "counter":
        changes = rest[0] if rest and isinstance(rest[0], dict) else {}
        told.last = _terms(told, changes, db, cast)
        # The sides take turns; the person answers the first offer.
        side = person if told.sent % 2 else decider
        offers.counter(db, side, _open_offer(db, told.id), told.last, note=str(changes.get("note", "")))
        told.sent += 1
    elif name == "accept":
        side = person if told.sent % 2 else decider
        told.engagement_id = engagements.sign(db, side, _open_offer(db, told.id)).id
    elif name == "reject":
        offers.reject(db, person, _open_offer(db, told.id), str(rest[0]), str(rest[1]))
    else:
        raise ValueError(f"no such step in a story: {name}")


def _open_offer(db: Session, application_id: int) -> Offer:
    return db.exec(
        select(Offer).where(Offer.application_id == application_id, Offer.status == OfferStatus.OPEN)
    ).one()


def _terms(told: Told, changes: Row, db: Session, cast: Cast) -> Terms:
    """The opening's terms, with the milestones of the engagement that follows, or one for each deliverable."""
    opening = cast.opening(db, told.opening["key"])
    follows = told.row.get("engagement", {})
    starts = cast.day(changes.get("start", follows.get("starts", _first_start(told, cast))))
    total = _total(told, changes, opening, bool(told.row.get("engagement")))
    parts = _parts(told, follows, opening, starts, total, cast)
    mentor = follows.get("mentor")
    hours = _hours(opening, total)
    words = changes.get("note", "")
    if told.last is not None and told.last.note == words and told.sent:
        words = ""
    return Terms(
        pay_basis=str(opening.pay_basis),
        pay_minor=total // hours if opening.pay_basis == "hourly" else total,
        currency=opening.currency,
        hours=hours,
        starts_on=starts,
        ends_on=max([starts, *(p.due_on for p in parts if p.due_on)]),
        place=opening.place,
        ip_note=opening.ip_note,
        note=str(words),
        milestones=parts,
        mentors=(_membership(db, opening, cast.people[mentor]),) if mentor else (),
    )


def _first_start(told: Told, cast: Cast) -> int:
    return int(told.opening["starts"][0]) if "starts" in told.opening else 1


def _total(told: Told, changes: Row, opening: Opportunity, follows: bool) -> int:
    """What these terms pay in all, in pence."""
    if "pay" in changes:
        each = round(100 * changes["pay"])
        return int(each * opening.hours if opening.pay_basis == "hourly" else each)
    if follows:
        last = [
            s[2] for s in told.row["steps"] if s[1] in ("offer", "counter") and len(s) > 2 and "pay" in s[2]
        ]
        if not last:
            return int(sum(round(100 * m["pay"]) for m in told.row["engagement"]["milestones"]))
    return published_total(opening)


def _hours(opening: Opportunity, total: int) -> int:
    """The opening's hours; with hourly pay, as many as the parts pay for."""
    if opening.pay_basis != "hourly":
        return opening.hours
    rate = opening.pay_minor
    return total // rate if total % rate == 0 else opening.hours


def _parts(
    told: Told, follows: Row, opening: Opportunity, starts: date, total: int, cast: Cast
) -> tuple[Part, ...]:
    if follows:
        rows = follows["milestones"]
        made = [
            Part(
                m["title"],
                m.get("text", ""),
                m.get("accepted_when", ""),
                cast.day(m["due"]),
                round(100 * m["pay"]),
            )
            for m in rows
        ]
        gap = total - sum(p.amount_minor for p in made)
        last = made[-1]
        made[-1] = Part(last.title, last.text, last.accepted_when, last.due_on, last.amount_minor + gap)
        return tuple(made)
    wanted = told.opening["deliverables"]
    each, ends = total // len(wanted), starts + timedelta(weeks=opening.weeks)
    return tuple(
        Part(d["what"], "", d["accepted_when"], ends, each if n else total - each * (len(wanted) - 1))
        for n, d in enumerate(wanted)
    )


def _membership(db: Session, opening: Opportunity, person_id: int) -> int:
    return (
        db.exec(
            select(Membership.id)
            .where(
                Membership.org_id == opening.org_id,
                Membership.person_id == person_id,
                col(Membership.ended_at).is_(None),
            )
            .order_by(col(Membership.id))
        ).first()
        or 0
    )
