"""What every page of one engagement shows."""

from datetime import date
from typing import Any, NamedTuple

from sqlmodel import Session
from starlette.requests import Request

from market import clock
from market.access import Actor
from market.accounts.models import Organisation, Person
from market.applications.terms import from_json
from market.engagements import queries, rules
from market.engagements.models import Engagement, TermsChange
from market.transitions import may_take


def view_of(request: Request, db: Session, actor: Actor, engagement: Engagement) -> dict[str, Any]:
    """What every page of one engagement shows."""
    found = queries.milestones_of(db, engagement.id)
    person, org = db.get_one(Person, engagement.person_id), db.get_one(Organisation, engagement.org_id)
    asked = rules.Facts(clock.today(), queries.statuses(found), engagement.status)
    sides = rules.parties(actor, engagement)
    now = clock.now()
    change = queries.open_change(db, engagement.id) if rules.may_change_dates(engagement) else None
    return {
        "engagement": engagement,
        "milestones": found,
        "person": person,
        "org": org,
        "paid": queries.payments_of(db, engagement.id),
        "terms": from_json(engagement.terms),
        "own": actor.id == engagement.person_id,
        "sides": sides,
        "supervisors": queries.supervisors(db, engagement),
        "change": change,
        "proposed": _proposed(change) if change else None,
        "may_change": rules.may_change_dates(engagement),
        "may": {
            name: may_take(actor, engagement, name, asked)
            for name in ("call_off", "no_show", "pause", "resume", "finish", "end_early")
        },
        "may_judge": rules.may_self_assess(actor, engagement, now)
        if actor.id == engagement.person_id
        else rules.may_assess(actor, engagement, now),
        "may_record_outcome": rules.may_record_outcome(actor, engagement),
        "current": next((m for m in found if m.status not in rules.SETTLED), None),
    }


class Proposed(NamedTuple):
    """The dates of a change that waits for an answer: the end, and parts by public id."""

    ends_on: date | None
    due: dict[str, date]


def _proposed(change: TermsChange) -> Proposed:
    end = change.terms.get("ends_on")
    due = {key: date.fromisoformat(day) for key, day in change.terms["due"].items()}
    return Proposed(date.fromisoformat(end) if end else None, due)
