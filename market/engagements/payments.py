"""Pay on record: what was agreed, what the employer says was paid, what the person says came. The site holds no money."""

from sqlmodel import Session

from market.access import Actor, Task, require
from market.engagements import queries, rules
from market.engagements.models import Engagement, Milestone, PaymentEntry, PaymentKind
from market.errors import Conflict, Invalid
from market.outbox import announce
from market.words import _

MOST = 100_000_000  # of one entry, in minor units


def declare(
    db: Session, actor: Actor, engagement: Engagement, milestone: Milestone, amount_minor: int, note: str = ""
) -> None:
    """The employer says that an amount was paid for an accepted part."""
    _hold_and_require(db, actor, engagement, milestone)
    _positive(amount_minor)
    _write(
        db, actor, engagement, milestone, PaymentKind.DECLARED_PAID, amount_minor, note, "payment.declared"
    )


def correct(
    db: Session, actor: Actor, engagement: Engagement, milestone: Milestone, amount_minor: int, note: str
) -> None:
    """The employer corrects what was declared: the new amount stands in its place."""
    _hold_and_require(db, actor, engagement, milestone)
    if queries.payments_of(db, engagement.id).get(milestone.id, queries.Paid()).declared <= 0:
        raise Conflict(_("Nothing was declared here, so there is nothing to correct."))
    if not note:
        raise Invalid(_("Say what was wrong."), note=_("Say what was wrong."))
    if not 0 <= amount_minor <= MOST:
        raise Invalid(_("Write the amount."), amount=_("Write an amount of zero or more."))
    _write(db, actor, engagement, milestone, PaymentKind.CORRECTED, amount_minor, note, "payment.corrected")


def confirm(
    db: Session, actor: Actor, engagement: Engagement, milestone: Milestone, amount_minor: int, note: str = ""
) -> None:
    """The person says what came. An amount unlike the declared one stands on the record beside it."""
    queries.hold(db, engagement)
    paid = queries.payments_of(db, engagement.id).get(milestone.id, queries.Paid())
    require(rules.may_confirm(actor, engagement, paid.declared, paid.confirmed))
    _positive(amount_minor)
    _write(
        db,
        actor,
        engagement,
        milestone,
        PaymentKind.CONFIRMED_RECEIVED,
        amount_minor,
        note,
        "payment.confirmed",
    )


def _hold_and_require(db: Session, actor: Actor, engagement: Engagement, milestone: Milestone) -> None:
    queries.hold(db, engagement)
    require(rules.may_declare(actor, engagement, milestone, actor.may_for(Task.PAY, engagement.org_id)))


def _positive(amount_minor: int) -> None:
    if not 0 < amount_minor <= MOST:
        raise Invalid(_("Write the amount."), amount=_("Write an amount above zero."))


def _write(
    db: Session,
    actor: Actor,
    engagement: Engagement,
    milestone: Milestone,
    kind: PaymentKind,
    amount_minor: int,
    note: str,
    event: str,
) -> None:
    entry = PaymentEntry(
        milestone_id=milestone.id,
        kind=kind,
        amount_minor=amount_minor,
        currency=milestone.currency,
        actor_id=actor.id,
        note=note,
    )
    db.add(entry)
    db.flush()
    announce(
        db, event, actor, subject=("milestone", milestone.id), engagement_id=engagement.id, entry_id=entry.id
    )
