"""Other dates, by agreement: one side proposes, the other signs, and until then nothing changes."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from market import clock
from market.access import Actor
from market.engagements import queries
from market.engagements.models import Engagement, Milestone, TermsChange
from market.engagements.queries import hold
from market.engagements.rules import SETTLED, may_change_dates, parties
from market.errors import Conflict, Forbidden, Invalid
from market.outbox import announce
from market.words import _


def propose(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    *,
    ends_on: date | None,
    due: dict[str, date],
    note: str,
) -> TermsChange:
    """Propose another end or other due dates (by milestone public id). Nothing changes until the other side signs.

    Dates only: another pay is another offer. Parts that are settled keep their dates.
    """
    side = _side(actor, engagement)
    hold(db, engagement)
    _still_running(engagement)
    if queries.open_change(db, engagement.id) is not None:
        raise Conflict(_("Other terms are waiting for an answer already."))
    open_ones = {m.public_id: m for m in queries.milestones_of(db, engagement.id) if m.status not in SETTLED}
    kept = {key: day for key, day in due.items() if key in open_ones and open_ones[key].due_on != day}
    if (ends_on is None or ends_on == engagement.ends_on) and not kept:
        raise Invalid(_("Nothing would change."), ends_on=_("Choose another date here or below."))
    wrong = _wrong_dates(engagement, list(open_ones.values()), ends_on, kept)
    if wrong:
        raise Invalid(_("A date cannot be."), **wrong)
    change = TermsChange(
        engagement_id=engagement.id,
        proposed_by=side,
        proposer_id=actor.id,
        note=note,
        terms={
            "ends_on": ends_on.isoformat() if ends_on else None,
            "due": {key: day.isoformat() for key, day in kept.items()},
        },
    )
    db.add(change)
    db.flush()
    announce(
        db, "engagement.change_proposed", actor, subject=("engagement", engagement.id), change_id=change.id
    )
    return change


def _wrong_dates(
    engagement: Engagement, parts: Sequence[Milestone], ends_on: date | None, kept: dict[str, date]
) -> dict[str, str]:
    """A sentence for each field whose date has passed, or lies before the start or after the end."""
    first, end, wrong = max(clock.today(), engagement.starts_on), ends_on or engagement.ends_on, {}
    if ends_on is not None and ends_on != engagement.ends_on and ends_on < first:
        wrong["ends_on"] = _("Choose a day that is still to come, and not before the start.")
    for part in parts:
        day = kept.get(part.public_id, part.due_on)
        if part.public_id in kept and day is not None and day < first:
            wrong[f"due-{part.public_id}"] = _(
                "Choose a day that is still to come, and not before the start."
            )
        elif day is not None and end is not None and day > end:
            wrong[f"due-{part.public_id}"] = _(
                "That is after the end of the work, %(day)s. Move one of the two.", day=end.isoformat()
            )
    return wrong


def answer(db: Session, actor: Actor, engagement: Engagement, change: TermsChange, accepted: bool) -> None:
    """The other side signs or declines. Signed dates hold from now on. Who proposed them may take them back."""
    hold(db, engagement)
    db.refresh(change)
    if change.answered_at is not None:
        raise Conflict(_("This was answered before."))
    _still_running(engagement)
    if _side(actor, engagement) == change.proposed_by and accepted:
        raise Forbidden(_("The other side answers what you proposed."))
    days = [change.terms.get("ends_on"), *change.terms["due"].values()]
    if accepted and any(day and date.fromisoformat(day) < clock.today() for day in days):
        raise Conflict(_("One of these days has passed by now. Suggest other dates."))
    change.answered_at, change.accepted = clock.now(), accepted
    db.add(change)
    if accepted:
        if change.terms.get("ends_on"):
            engagement.ends_on = date.fromisoformat(change.terms["ends_on"])
        engagement.terms_version += 1
        engagement.terms = {
            **engagement.terms,
            "ends_on": (engagement.ends_on or engagement.starts_on).isoformat(),
        }
        db.add(engagement)
        for milestone in queries.milestones_of(db, engagement.id):
            day = change.terms["due"].get(milestone.public_id)
            if day and milestone.status not in SETTLED:
                milestone.due_on = date.fromisoformat(day)
                db.add(milestone)
    announce(
        db,
        "engagement.change_signed" if accepted else "engagement.change_declined",
        actor,
        subject=("engagement", engagement.id),
        change_id=change.id,
    )


def _still_running(engagement: Engagement) -> None:
    allowed = may_change_dates(engagement)
    if not allowed:
        raise Conflict(allowed.reason)


def _side(actor: Actor, engagement: Engagement) -> str:
    mine = parties(actor, engagement)
    if not mine & {"talent", "employer"}:
        raise Forbidden(_("Only the two sides of this work can do that."))
    return "talent" if "talent" in mine else "employer"
