"""The terms of an offer: what is agreed, whether it adds up, and what changed from one version to the next.

Kept as JSON with the offer and never edited: other terms are another version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from market.words import _

if TYPE_CHECKING:
    from market.opportunities.models import Opportunity

TRIAL_HOURS = 40


@dataclass(frozen=True, slots=True)
class Part:
    """One milestone. `amount_minor` is what it pays."""

    title: str
    text: str = ""
    accepted_when: str = ""
    due_on: date | None = None
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """`pay_minor` is for the whole with a fixed pay, for an hour with an hourly one. `mentors` are memberships."""

    pay_basis: str
    pay_minor: int
    currency: str
    hours: int
    starts_on: date
    ends_on: date
    place: str = ""
    ip_note: str = ""
    note: str = ""
    milestones: tuple[Part, ...] = ()
    mentors: tuple[int, ...] = ()

    @property
    def total_minor(self) -> int:
        """What is paid in all."""
        return self.pay_minor * self.hours if self.pay_basis == "hourly" else self.pay_minor

    @property
    def hourly_minor(self) -> int:
        """What an hour pays, rounded down."""
        return self.total_minor // max(1, self.hours)

    def as_json(self) -> dict[str, Any]:
        """For the offer's row: dates as ISO text."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def from_json(kept: Mapping[str, Any]) -> Terms:
    """The terms of an offer's row. Fields of later versions of the program are left aside."""
    known = {one.name for one in fields(Terms)}
    given = {name: value for name, value in kept.items() if name in known}
    parts = [Part(**{**part, "due_on": _day(part.get("due_on"))}) for part in given.get("milestones", ())]
    dates = {
        "starts_on": date.fromisoformat(given["starts_on"]),
        "ends_on": date.fromisoformat(given["ends_on"]),
    }
    return Terms(**{**given, **dates, "milestones": tuple(parts), "mentors": tuple(given.get("mentors", ()))})


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def published_total(opportunity: "Opportunity") -> int:
    """What the opening said it pays in all, in minor units."""
    hourly = opportunity.pay_basis == "hourly"
    return opportunity.pay_minor * opportunity.hours if hourly else opportunity.pay_minor


def problems(terms: Terms, opportunity: "Opportunity", mentors: Sequence[int], today: date) -> dict[str, str]:
    """What keeps these terms from being sent: field to sentence, empty when nothing does.

    `mentors` are the memberships that may be named. An hour may not pay less than the opening said: people applied
    to those terms.
    """
    wrong: dict[str, str] = {}
    if terms.starts_on < today:
        wrong["starts_on"] = _("That day has passed. Choose today or later.")
    if terms.ends_on < terms.starts_on:
        wrong["ends_on"] = _("The end is before the start.")
    if terms.hours < 1:
        wrong["hours"] = _("Take 1 or more.")
    elif terms.total_minor * opportunity.hours < published_total(opportunity) * terms.hours:
        wrong["pay_minor"] = _("That is less for an hour than the opening said. Keep to it, or pay more.")
    if opportunity.kind == "trial" and terms.hours > TRIAL_HOURS:
        wrong["hours"] = _("A trial project takes at most %(n)s hours.", n=TRIAL_HOURS)
    if terms.currency != opportunity.currency:
        wrong["pay_minor"] = _("Pay is in %(currency)s, as the opening said.", currency=opportunity.currency)
    if not terms.milestones:
        wrong["milestones"] = _("Name at least one part of the work, with a date.")
    for number, part in enumerate(terms.milestones):
        if part.due_on is not None and not terms.starts_on <= part.due_on <= terms.ends_on:
            wrong[f"milestones-{number}-due_on"] = _("Choose a day between the start and the end.")
    paid = sum(part.amount_minor for part in terms.milestones)
    if terms.milestones and paid != terms.total_minor and "milestones" not in wrong:
        wrong["milestones"] = _(
            "The parts pay %(parts)s in all and the pay is %(pay)s. Make them the same.",
            parts=_amount(paid),
            pay=_amount(terms.total_minor),
        )
    if any(one not in mentors for one in terms.mentors):
        wrong["mentors"] = _("Choose people of your organisation.")
    return wrong


def _amount(minor: int) -> str:
    return f"{minor / 100:.2f}" if minor % 100 else str(minor // 100)


def changed(now: Terms, before: Terms) -> tuple[str, ...]:
    """The names of the fields that differ, in the order of `Terms`."""
    return tuple(one.name for one in fields(Terms) if getattr(now, one.name) != getattr(before, one.name))
