"""Published terms as people read them: those of one version, and what each addendum changed, old beside new.

What was published is kept word for word (`OpportunityVersion.terms`); here it is put into the words of today's pages.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from market.opportunities import queries, sentences
from market.opportunities.drafts import Terms
from market.opportunities.models import Addendum, Opportunity
from market.opportunities.rules import Kind
from market.web import show
from market.words import _, plural

_PLAIN = ("pay_basis", "pay_minor", "currency", "hours", "weeks", "seats", "mode", "place", "time_zone")


class Change(NamedTuple):
    """One term that an addendum changed."""

    term: str
    was: str
    now: str


class Added(NamedTuple):
    """An addendum, with the terms it changed; none where it says all in words."""

    addendum: Addendum
    changes: tuple[Change, ...]


def added(addenda: Sequence[Addendum], versions: Mapping[int, Terms]) -> list[Added]:
    """Each addendum with what it changed, in their order. `versions` are the terms by version, also those before."""
    return [Added(one, _changed(versions.get(one.version - 1), versions.get(one.version))) for one in addenda]


def history(db: Session, opportunity: Opportunity, addenda: Sequence[Addendum]) -> list[Added]:
    """Addenda that follow each other, with what each changed. One statement where there are any."""
    if not addenda:
        return []
    return added(addenda, queries.terms_since(db, opportunity.id, addenda[0].version - 1))


def _changed(before: Terms | None, after: Terms | None) -> tuple[Change, ...]:
    if before is None or after is None:
        return ()
    was = dict(told(before))
    return tuple(Change(term, was[term], now) for term, now in told(after) if was[term] != now)


def told(terms: Terms) -> list[tuple[str, str]]:
    """What an addendum can touch, as term and words. The last day is not among it: a step of its own moves that."""
    one = as_published(terms)
    return [
        (_("Pay"), sentences.pay_words(one)),
        (_("Work"), sentences.work_words(one)),
        (_("Start"), sentences.start_words(one)),
        (_("Where"), sentences.where_words(one)),
        (_("Places"), str(one.seats)),
    ]


def facts(terms: Terms) -> list[tuple[str, str]]:
    """All that was promised beside the work itself, as term and words."""
    found, days, until = told(terms), terms.get("answer_days"), terms.get("deadline_at")
    if until:
        found.append((_("Last day to apply"), show.day(datetime.fromisoformat(until), terms["time_zone"])))
    if days:
        found.append((_("Answer"), plural("within %(n)s day", "within %(n)s days", days)))
    if terms.get("ip_note"):
        found.append((_("Whose the work is"), terms["ip_note"]))
    return found


def as_published(terms: Terms) -> Opportunity:
    """The terms as an opening that nobody stores: the sentences of the pages read it like any other."""
    values: dict[str, Any] = {name: terms[name] for name in _PLAIN if name in terms}
    for name in ("starts_on", "starts_by"):
        values[name] = date.fromisoformat(terms[name]) if terms.get(name) else None
    return Opportunity(org_id=0, author_id=0, kind=Kind(terms["kind"]), **values)
