"""What happens to a posting: published with frozen terms, added to, paused, extended, filled, cancelled, renewed.

Drafts are written in `drafting`, places are given in `seats`; both are offered here too, so that other features have
one place to ask.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from market import clock
from market.access import Actor
from market.accounts.models import Organisation
from market.errors import Conflict, Invalid
from market.opportunities import queries, rules
from market.opportunities.drafting import copy, create_draft, save_draft
from market.opportunities.drafts import Draft, Terms, hourly_minor
from market.opportunities.models import Addendum, Opportunity, OpportunityVersion, Requirement, Watch
from market.opportunities.quality import lacking, quality
from market.opportunities.queries import Whole
from market.opportunities.rules import Moment, PayBasis, Ready
from market.opportunities.seats import add_applicant, drop_applicant, free_seat, take_seat
from market.programmes.checks import Check, Floor, blocking
from market.rubrics.service import freeze
from market.skills.names import normalise
from market.transitions import take
from market.words import _

__all__ = [
    "add_addendum", "add_applicant", "approve", "cancel", "checks_of", "copy", "create_draft", "drop_applicant", "extend",
    "free_seat", "pause", "publish", "readiness", "renew", "reopen", "resume", "return_", "save_draft", "submit",
    "take_seat", "unwatch", "watch",
]  # fmt: skip

FURTHEST_EXTENSION = timedelta(days=60)


def checks_of(draft: Draft, floor: Floor, now: datetime) -> list[Check]:
    """Everything that is checked before a posting goes out: posting quality, then what else is lacking."""
    return [*quality(draft, floor), *lacking(draft, now)]


def readiness(whole: Whole, floor: Floor) -> Ready:
    """What the steps out of a draft are asked about."""
    unmet = tuple(check.words for check in blocking(checks_of(whole.draft, floor, clock.now())))
    return Ready(unmet, whole.organisation.verified_at is not None)


def submit(db: Session, actor: Actor, opportunity: Opportunity, floor: Floor) -> None:
    """Send a draft out: published at once where the organisation is verified, else to a moderator.

    `Invalid` with every reason when it is below the quality floor.
    """
    verified = db.get_one(Organisation, opportunity.org_id).verified_at is not None
    if verified:
        publish(db, actor, opportunity, floor)
        return
    whole = queries.whole(db, opportunity)
    _refuse_below_floor(whole, floor)
    take(
        db,
        actor,
        opportunity,
        "submit",
        facts=readiness(whole, floor),
        changes={"pay_hourly_ref_minor": _hourly_ref(opportunity, floor), "active_at": clock.now()},
    )


def publish(db: Session, actor: Actor, opportunity: Opportunity, floor: Floor) -> None:
    """Publish a draft of a verified organisation; its terms are frozen from now on."""
    whole = queries.whole(db, opportunity)
    if opportunity.status == rules.Status.DRAFT:
        _refuse_below_floor(whole, floor)
    _go_out(
        db,
        actor,
        whole,
        "publish",
        facts=readiness(whole, floor),
        changes={"pay_hourly_ref_minor": _hourly_ref(opportunity, floor)},
    )


def approve(db: Session, moderator: Actor, opportunity: Opportunity, *, note: str | None = None) -> None:
    """Publish what was sent for review. `Conflict` when its deadline has passed meanwhile: send it back instead."""
    if opportunity.deadline_at is None or opportunity.deadline_at <= clock.now():
        raise Conflict(_("Its deadline has passed while it waited. Send it back for a new one."))
    _go_out(db, moderator, queries.whole(db, opportunity), "approve", note=note)


def return_(
    db: Session, moderator: Actor, opportunity: Opportunity, *, note: str, reason: str | None = None
) -> None:
    """Send a posting back to its writers, with what to mend in words."""
    take(db, moderator, opportunity, "return", reason=reason, note=note, changes={"active_at": clock.now()})


def _refuse_below_floor(whole: Whole, floor: Floor) -> None:
    found = blocking(checks_of(whole.draft, floor, clock.now()))
    if found:
        raise Invalid(
            _("Before it can go out: %(what)s.", what="; ".join(check.words for check in found)),
            **{check.field or check.key: check.words for check in found},
        )


def _hourly_ref(opportunity: Opportunity, floor: Floor) -> int | None:
    """Hourly pay in the site's currency, None for another currency: then it is not filtered by."""
    if opportunity.currency != floor.currency:
        return None
    return hourly_minor(opportunity.pay_basis, opportunity.pay_minor, opportunity.hours)


def _go_out(
    db: Session,
    actor: Actor,
    whole: Whole,
    step: str,
    *,
    facts: Ready | None = None,
    note: str | None = None,
    changes: dict[str, Any] | None = None,
) -> None:
    """The step into `published`: the next version with its frozen terms, requirements and rubric."""
    opportunity, now = whole.opportunity, clock.now()
    version = opportunity.version + 1
    take(
        db,
        actor,
        opportunity,
        step,
        facts=facts,
        note=note,
        changes={
            **(changes or {}),
            "version": version,
            "published_at": now,
            "active_at": now,
            "warned_at": None,
            "search_text": search_text(whole),
        },
        version=version,
    )
    if whole.rubric is not None:
        freeze(db, whole.rubric.rubric)
    _freeze_version(db, whole, version)


def _freeze_version(db: Session, whole: Whole, version: int) -> None:
    """Keep the terms word for word, and the requirements as rows of this version."""
    opportunity = whole.opportunity
    db.add(
        OpportunityVersion(
            opportunity_id=opportunity.id,
            version=version,
            terms=terms_of(whole),
            rubric_id=opportunity.rubric_id,
            published_at=clock.now(),
        )
    )
    for position, asked in enumerate(whole.asked, start=1):
        db.add(
            Requirement(
                opportunity_id=opportunity.id,
                version=version,
                position=position,
                skill_id=asked.skill_id,
                level=asked.level,
                essential=asked.essential,
                weight=asked.weight,
            )
        )
    db.flush()


def terms_of(whole: Whole) -> Terms:
    """All that was promised, as it is kept: instants and days as ISO text, money in minor units."""
    o = whole.opportunity
    names = (
        "kind", "title", "summary", "language", "hours", "weeks", "pay_basis", "pay_minor", "currency", "seats",
        "applicants_cap", "invited_count", "mode", "place", "time_zone", "overlap_hours", "access_needs",
        "learner_cost_minor", "ip_note", "answer_days",
    )  # fmt: skip
    return {
        **{name: getattr(o, name) for name in names},
        **{
            name: value.isoformat() if (value := getattr(o, name)) is not None else None
            for name in ("starts_on", "starts_by", "deadline_at")
        },
        "deliverables": [part._asdict() for part in whole.parts],
        "requirements": [
            {key: value for key, value in asked._asdict().items() if key != "is_known"}
            for asked in whole.asked
        ],
        "questions": list(whole.questions),
        "rubric": whole.rubric.rubric.public_id if whole.rubric else None,
        "organisation": whole.organisation.name,
        **_programme_terms(whole),
    }


def _programme_terms(whole: Whole) -> Terms:
    """Which version of which programme, with its descriptor."""
    if whole.programme is None:
        return {}
    version = whole.programme.version
    return {
        "programme": {
            "id": whole.programme.programme.public_id,
            "version": version.version,
            "descriptor": version.descriptor,
        }
    }


def search_text(whole: Whole) -> str:
    """What a search looks in: normalised title, summary, skills and organisation, a bar between them."""
    o = whole.opportunity
    pieces = [o.title, o.summary, *(asked.skill for asked in whole.asked), whole.organisation.name, o.place]
    return " | ".join(normalise(piece[start : start + 300]) for piece in pieces for start in _starts(piece))


def _starts(piece: str) -> range:
    return range(0, max(1, len(piece)), 300)  # normalise reads no more than 400 characters at once


def add_addendum(
    db: Session,
    actor: Actor,
    opportunity: Opportunity,
    text: str,
    *,
    starts_on: date | None = None,
    starts_by: date | None = None,
    pay_minor: int | None = None,
    seats: int | None = None,
    read: int | None = None,
) -> Addendum:
    """Add to published terms, in words that everyone reads; applicants and watchers are told.

    What may change beside the words: the start window, pay (upwards only) and places (upwards only). `read` is the
    version of the terms that the writer had before them: `Conflict` when another stands by now.
    """
    db.flush()
    db.refresh(opportunity, with_for_update=True)  # what is compared stays as it is
    if read is not None and opportunity.version != read:
        raise Conflict(_("The terms have changed since you opened this page."))
    if not text.strip():
        raise Invalid(_("Say in words what changes."), text=_("Say in words what changes."))
    changes = _changed_terms(opportunity, starts_on, starts_by, pay_minor, seats)
    now, version = clock.now(), opportunity.version + 1
    asked = queries.asked_for(db, opportunity)
    take(
        db,
        actor,
        opportunity,
        "addendum",
        changes={**changes, "version": version, "active_at": now, "updated_at": now, "warned_at": None},
        version=version,
    )
    addendum = Addendum(opportunity_id=opportunity.id, version=version, text=text.strip(), author_id=actor.id)
    db.add(addendum)
    db.flush()
    _freeze_version(db, queries.whole(db, opportunity)._replace(asked=asked), version)
    return addendum


def _changed_terms(
    opportunity: Opportunity,
    starts_on: date | None,
    starts_by: date | None,
    pay_minor: int | None,
    seats: int | None,
) -> dict[str, Any]:
    fields: dict[str, str] = {}
    changes: dict[str, Any] = {}
    if starts_on is not None or starts_by is not None:
        first, last = starts_on or opportunity.starts_on, starts_by or opportunity.starts_by
        if first is not None and first < clock.today(opportunity.time_zone):
            fields["starts_on"] = _("That day has passed.")
        if first is not None and last is not None and last < first:
            fields["starts_by"] = _("The latest start comes before the earliest.")
        changes |= {"starts_on": first, "starts_by": last}
    if pay_minor is not None and pay_minor != opportunity.pay_minor:
        if pay_minor < opportunity.pay_minor:
            fields["pay"] = _("People apply for what was promised: pay can go up, not down.")
        changes["pay_minor"] = pay_minor
        if opportunity.pay_hourly_ref_minor is not None:
            changes["pay_hourly_ref_minor"] = hourly_minor(
                PayBasis(opportunity.pay_basis), pay_minor, opportunity.hours
            )
    if seats is not None and seats != opportunity.seats:
        if seats < opportunity.seats:
            fields["seats"] = _("Places can be added, not taken away.")
        changes["seats"] = seats
    if fields:
        raise Invalid(next(iter(fields.values())), **fields)
    return changes


def pause(db: Session, actor: Actor, opportunity: Opportunity, *, reason: str | None = None) -> None:
    """Take no applications for now. The system does so too, after three broken promises to answer."""
    take(db, actor, opportunity, "pause", reason=reason)


def resume(db: Session, actor: Actor, opportunity: Opportunity) -> None:
    now = clock.now()
    take(
        db,
        actor,
        opportunity,
        "resume",
        facts=Moment(now, opportunity.deadline_at),
        changes={"active_at": now, "warned_at": None},
    )


def extend(db: Session, actor: Actor, opportunity: Opportunity, deadline_at: datetime) -> None:
    """Open a closed posting again until a new deadline. Once only; `Invalid` for one too near or too far."""
    _take_with_deadline(db, actor, opportunity, "extend", deadline_at, was_extended=True)


def reopen(db: Session, actor: Actor, opportunity: Opportunity, deadline_at: datetime | None = None) -> None:
    """Open a filled posting for a place that came free; the old deadline holds unless it has passed."""
    _take_with_deadline(db, actor, opportunity, "reopen", deadline_at or opportunity.deadline_at)


def renew(db: Session, actor: Actor, opportunity: Opportunity, deadline_at: datetime | None = None) -> None:
    """Publish again what expired; the old deadline holds unless it has passed."""
    _take_with_deadline(db, actor, opportunity, "renew", deadline_at or opportunity.deadline_at)


def _take_with_deadline(
    db: Session,
    actor: Actor,
    opportunity: Opportunity,
    step: str,
    deadline_at: datetime | None,
    **changes: Any,
) -> None:
    now = clock.now()
    if deadline_at is None or deadline_at <= now:
        words = _("Give it a new last day to apply, in the future.")
        raise Invalid(words, deadline_on=words)
    if deadline_at > now + FURTHEST_EXTENSION and deadline_at != opportunity.deadline_at:
        words = _("At most 60 days from now.")
        raise Invalid(words, deadline_on=words)
    take(
        db,
        actor,
        opportunity,
        step,
        facts=Moment(now, deadline_at),
        changes={"deadline_at": deadline_at, "active_at": now, "warned_at": None, **changes},
    )


def cancel(
    db: Session, actor: Actor, opportunity: Opportunity, *, note: str, reason: str | None = None
) -> None:
    """End it with a reason in words. Everyone who applied is told; work that has begun goes on."""
    take(db, actor, opportunity, "cancel", reason=reason, note=note)


def watch(db: Session, actor: Actor, opportunity: Opportunity) -> None:
    """Be told when it changes. Twice is once."""
    if db.get(Watch, (opportunity.id, actor.id)) is None:
        db.add(Watch(opportunity_id=opportunity.id, person_id=actor.id))
        db.flush()


def unwatch(db: Session, actor: Actor, opportunity: Opportunity) -> None:
    found = db.get(Watch, (opportunity.id, actor.id))
    if found is not None:
        db.delete(found)
        db.flush()


def watcher_ids(db: Session, opportunity_id: int) -> list[int]:
    """The people who keep an eye on it."""
    return list(db.exec(select(col(Watch.person_id)).where(Watch.opportunity_id == opportunity_id)).all())
