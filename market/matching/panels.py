"""What matching puts into other pages: the two numbers, the explanation that both sides read, and the mirror."""

from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market.access import Actor
from market.accounts.models import Person
from market.matching import sentences, service
from market.matching.core.explain import Explanation
from market.matching.demand import Step, steps_towards
from market.matching.queries import Findable, findable_count, requirements_of
from market.opportunities.models import Opportunity
from market.web.render import render_part
from market.words import _


def fit(request: Request, db: Session, actor: Actor, *, opportunity: Opportunity, **_more: Any) -> Markup:
    """The reader's own two numbers beside an opening."""
    if not actor.is_signed_in or actor.belongs_to(opportunity.org_id):
        return Markup("")
    found = service.fits_for(db, actor.id, [opportunity.id]).get(opportunity.id)
    if found is None:
        return Markup("")
    return render_part(request, "matching/fit.html", fit=found, words=sentences.gap(found))


def own_explanation(
    request: Request, db: Session, actor: Actor, *, opportunity: Opportunity, **_more: Any
) -> Markup:
    """What is asked, and the reader's own evidence; for a visitor what is asked alone."""
    wanted = requirements_of(db, opportunity)
    found = None
    if actor.is_signed_in and not actor.belongs_to(opportunity.org_id):
        found = service.explain_for(db, wanted, actor.id)
    return render_part(
        request,
        "matching/asked.html",
        wanted=wanted,
        found=found,
        opportunity=opportunity,
        change=sentences.change(found.change) if found and found.change else "",
        steps=_steps(db, found, opportunity) if found else [],
        person_public_id=actor.public_id,
    )


def _steps(db: Session, found: Explanation, opportunity: Opportunity) -> list[tuple[str, Step]]:
    """The name of each skill that is lacking, with an open opening that asks less of it."""
    lacking = {part.skill_id: part for part in found.fit.parts if not part.met}
    steps = steps_towards(db, {skill: part.level for skill, part in lacking.items()}, opportunity.id)
    return [(lacking[one.skill_id].skill, one) for one in steps]


def explanation(
    request: Request,
    db: Session,
    actor: Actor,
    *,
    opportunity: Opportunity,
    person: Person,
    level: int = 2,
    **_more: Any,
) -> Markup:
    """Why a person stands where they stand for an opening, to either side."""
    found = service.explain(db, opportunity, person.id)
    if found is None:
        return Markup("")
    own = actor.id == person.id
    return render_part(
        request,
        "matching/explanation.html",
        found=found,
        own=own,
        name=person.display_name or _("This person"),
        change=sentences.change(found.change) if found.change else "",
        level=level,
    )


def mirror(request: Request, db: Session, actor: Actor, *, opportunity: Opportunity, **_more: Any) -> Markup:
    """How many people meet all, three quarters and half of what a draft asks, and what shrinks the pool most."""
    wanted = requirements_of(db, opportunity)
    found = service.mirror(db, [w.asked for w in wanted], opportunity.org_id)
    return render_part(
        request,
        "matching/mirror.html",
        found=found,
        of=findable_count(db, Findable(org_id=opportunity.org_id)) if found else 0,
        words=sentences.narrowest(found, wanted) if found else "",
    )
