"""Terms as a page shows them: one row for each, what stands now and what stood before."""

from collections.abc import Mapping
from typing import NamedTuple

from market.applications.terms import Part, Terms
from market.web.show import day, money, weekday
from market.words import _


class Row(NamedTuple):
    """`was` is empty where nothing changed, or where there is nothing to compare with."""

    term: str
    now: str
    was: str


def amount(minor: int) -> str:
    """An amount as people type it."""
    return str(minor // 100) if minor % 100 == 0 else f"{minor / 100:.2f}"


def rows(now: Terms, before: Terms | None, mentors: Mapping[int, str]) -> list[Row]:
    """The terms in the order in which people ask about them. `mentors` are names by membership."""
    told, was = _told(now, mentors), _told(before, mentors) if before else {}
    return [
        Row(term, words, was[term] if term in was and was[term] != words else "")
        for term, words in told.items()
        if words or was.get(term)
    ]


def _told(terms: Terms, mentors: Mapping[int, str]) -> dict[str, str]:
    return {
        _("Work"): "; ".join(_work(part) for part in terms.milestones) + ".",
        _("Pay"): _pay(terms),
        _("Paid"): "; ".join(_paid(part, terms.currency) for part in terms.milestones) + ".",
        _("Start"): weekday(terms.starts_on),
        _("End"): _("%(day)s, at the latest", day=weekday(terms.ends_on)),
        _("Where"): terms.place,
        _("Who owns it"): terms.ip_note,
        _("Mentor"): ", ".join(mentors.get(one, _("someone who has left")) for one in terms.mentors),
    }


def _work(part: Part) -> str:
    if part.accepted_when:
        return _("%(title)s, accepted when: %(when)s", title=part.title, when=part.accepted_when.rstrip("."))
    return part.title


def _pay(terms: Terms) -> str:
    if terms.pay_basis == "hourly":
        return _(
            "%(hour)s an hour for %(n)s hours, %(all)s in all",
            hour=money(terms.pay_minor, terms.currency),
            n=terms.hours,
            all=money(terms.total_minor, terms.currency),
        )
    return _(
        "%(all)s fixed, for about %(n)s hours. %(hour)s an hour",
        all=money(terms.pay_minor, terms.currency),
        n=terms.hours,
        hour=money(terms.hourly_minor, terms.currency),
    )


def _paid(part: Part, currency: str) -> str:
    pay = money(part.amount_minor, currency)
    if part.due_on is None:
        return _("%(pay)s after “%(title)s”", pay=pay, title=part.title)
    return _("%(pay)s after “%(title)s”, by %(day)s", pay=pay, title=part.title, day=day(part.due_on))
