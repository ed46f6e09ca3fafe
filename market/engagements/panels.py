"""What engagements lend to other features: who may read the files of a work, and the finished work on a profile."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market import clock
from market.access import Actor, Decision, Task
from market.accounts.models import Person
from market.credentials import sentences as credentials
from market.engagements import earned as credentials_of
from market.engagements import queries, rules, signing
from market.engagements.models import Engagement
from market.programmes.models import Cohort, Programme
from market.programmes.queries import whole_of_id
from market.web.render import render_part


def may_read_file(db: Session, actor: Actor, engagement_id: int) -> bool:
    """The two sides of the work, and moderators while it concerns them."""
    engagement = db.get(Engagement, engagement_id)
    return engagement is not None and bool(queries.may_see(db, actor, engagement))


def finished_work(request: Request, db: Session, actor: Actor, *, person: Person, **_more: Any) -> Markup:
    """What someone completed here, on their profile."""
    rows = queries.finished(db, person.id)
    return render_part(request, "engagements/finished.html", rows=rows) if rows else Markup("")


class RoundInside(NamedTuple):
    """A round that members join, and whether this one may."""

    row: Cohort
    may_join: Decision


def rounds_inside(
    request: Request,
    db: Session,
    actor: Actor,
    *,
    programme: Programme,
    rounds: Sequence[Cohort],
    **_more: Any,
) -> Markup:
    """On the page of an internal programme, for a member: the place they have, or the rounds they can join."""
    if not programme.for_members or not actor.belongs_to(programme.org_id):
        return Markup("")
    mine = queries.place_inside(db, programme.id, actor.id)
    found = []
    for one in rounds if mine is None else ():
        bench = signing.bench_for(db, whole_of_id(db, one.programme_version_id), actor.id)
        asked = signing.joining(db, actor, programme, one, bench)
        found.append(RoundInside(one, rules.may_join(asked, clock.today(actor.time_zone))))
    return render_part(
        request, "engagements/rounds_inside.html", programme=programme, mine=mine, rounds=found
    )


def earned(request: Request, db: Session, actor: Actor, *, engagement: Engagement, **_more: Any) -> Markup:
    """The credentials that came of the work, for its two sides; where none did, the way to issue one."""
    sides = rules.parties(actor, engagement)
    if not sides or engagement.status not in rules.ENDED:
        return Markup("")
    found = credentials_of.earned_by(db, engagement.id)
    may_issue = "talent" not in sides and actor.may_for(Task.ISSUE, engagement.org_id)
    if not found and not may_issue:
        return Markup("")
    person = db.get_one(Person, engagement.person_id)
    return render_part(
        request,
        "engagements/earned.html",
        found=[(one, credentials.state(one.status, one.valid_until)) for one in found],
        own="talent" in sides,
        may_open="talent" in sides or may_issue,
        person=person,
        achievements=credentials_of.to_issue(db, engagement.org_id) if not found else [],
    )
