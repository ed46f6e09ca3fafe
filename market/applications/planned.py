"""The terms of a programme, offered or joined: its tasks and capstone as parts with their days, pay by paid hours."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import Session

from market.applications.terms import Part, Terms, published_total
from market.opportunities.apprenticing import PlannedPart, planned_parts
from market.opportunities.models import Opportunity
from market.programmes import rounds
from market.programmes.queries import Whole, whole_of_id
from market.programmes.rules import Function
from market.words import _


def first_terms(db: Session, opening: Opportunity, today: date) -> Terms:
    """What an offer begins with: the round's start, a part for each task and the capstone, the mentors named."""
    whole = whole_of_id(db, opening.programme_version_id or 0)
    cohort = rounds.of_opening(db, opening.id)
    together = cohort.starts_on if cohort else None
    starts_on = max(together or opening.starts_on or today + timedelta(days=7), today)
    ends_on = starts_on + timedelta(weeks=opening.weeks)
    return Terms(
        pay_basis=str(opening.pay_basis),
        pay_minor=opening.pay_minor,
        currency=opening.currency,
        hours=opening.hours,
        starts_on=starts_on,
        ends_on=ends_on,
        place=opening.place,
        ip_note=opening.ip_note,
        milestones=_parts(whole, starts_on, published_total(opening)),
        mentors=tuple(one.membership_id for one in whole.draft.named(Function.MENTOR) if one.is_member),
    )


def inside_terms(whole: Whole, starts_on: date, mentors: Sequence[int]) -> Terms:
    """What a member and the organisation agree on by joining a round of an internal programme: what its version says."""
    draft = whole.draft
    return Terms(
        pay_basis="fixed",
        pay_minor=draft.pay_minor,
        currency=draft.currency,
        hours=draft.workload_hours,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(weeks=draft.weeks),
        place=draft.place,
        ip_note=draft.ip_note,
        milestones=_parts(whole, starts_on, draft.pay_minor),
        mentors=tuple(mentors),
    )


def _parts(whole: Whole, starts_on: date, total: int) -> tuple[Part, ...]:
    """The tasks and the capstone, each at the end of its week, with its share of the pay."""
    planned = planned_parts(whole)
    pays = split(total, [one.paid_hours for one in planned])
    return tuple(_part(one, starts_on, pay) for one, pay in zip(planned, pays, strict=True))


def _part(one: PlannedPart, starts_on: date, pay: int) -> Part:
    """Due at the end of its week."""
    due_on = starts_on + timedelta(weeks=one.week)
    return Part(one.part.title, one.part.text, one.part.accepted_when, due_on, pay)


def split(total: int, hours: Sequence[int]) -> list[int]:
    """An amount by hours, in whole units of the currency where it comes out so; the last paid part takes the rest.

    Without any paid hours all of it goes to the last part.
    """
    paid = sum(hours)
    if not paid:
        return [0] * (len(hours) - 1) + [total]
    pays = [total * one // paid // 100 * 100 for one in hours]
    last = max(n for n, one in enumerate(hours) if one)
    pays[last] += total - sum(pays)
    return pays


def problems(db: Session, terms: Terms, opening: Opportunity) -> dict[str, str]:
    """What keeps terms for a programme from being sent: other parts or hours than its own, no mentor, another start."""
    if opening.programme_version_id is None:
        return {}
    whole = whole_of_id(db, opening.programme_version_id)
    wrong: dict[str, str] = {}
    planned = [(one.part.title, one.part.accepted_when) for one in planned_parts(whole)]
    if [(one.title, one.accepted_when) for one in terms.milestones] != planned:
        wrong["milestones"] = _(
            "The parts of a programme are its tasks and its capstone, in their words. Their days and pay can change."
        )
    if terms.hours != opening.hours:
        wrong["hours"] = _("The programme takes %(n)s hours.", n=opening.hours)
    if not terms.mentors:
        wrong["mentors"] = _("A programme has a mentor. Choose at least one.")
    cohort = rounds.of_opening(db, opening.id)
    if cohort is not None and cohort.starts_on is not None and terms.starts_on != cohort.starts_on:
        wrong["starts_on"] = _("This round begins together, on %(day)s.", day=cohort.starts_on.isoformat())
    return wrong
