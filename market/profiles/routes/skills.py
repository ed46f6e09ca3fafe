"""Skills had and skills wanted: two lists on one page, each with a field to add to it."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, signed_in
from market.errors import Conflict
from market.evidence import queries as ledger
from market.profiles import queries, sentences, service
from market.profiles.forms import SkillForm
from market.skills.forms import NONE, Chosen, chosen
from market.skills.queries import get_skill
from market.web.forms import BLANK, Entry, read
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _


def skills(
    request: Request,
    db: Session,
    actor: Actor,
    entry: Entry[Any] = BLANK,
    had: Chosen = NONE,
    wanted: Chosen = NONE,
) -> Response:
    """What one can do, with what backs each skill; what one wants to learn; and the fields to add to either."""
    claims, rows = queries.claims_of(db, actor.id), ledger.ledger_of(db, actor.id)
    claimed = {c.skill_id: c for c in claims if not c.wanted}
    return render(
        request,
        "profiles/skills.html",
        lines=sentences.shown_levels(rows, own=True),
        claimed=claimed,
        wanted=[c for c in claims if c.wanted],
        entry=entry,
        had=had,
        want=wanted,
        level_words=sentences.level_words(),
        status=entry.status,
    )


def _picked(request: Request, db: Session, actor: Actor, field: str) -> Chosen:
    form = request.state.form
    return chosen(db, str(form.get(field) or ""), str(form.get(f"{field}_id") or ""), viewer=actor.id)


def page_skills(request: Request, db: Session, actor: Actor) -> Response:
    """The two lists."""
    return skills(request, db, actor)


def claim(request: Request, db: Session, actor: Actor) -> Response:
    """Say that one has a skill, or show the form again to make clear which one or at what level."""
    entry, found = read(SkillForm, request.state.form), _picked(request, db, actor, "skill")
    if found.skill is None:
        entry = entry.with_error("skill", found.error or _("Fill this in."))
    if entry.errors or found.skill is None:
        return skills(request, db, actor, entry, had=found)
    try:
        service.claim_skill(db, actor, found.skill.id, entry.data.level)
    except Conflict as refused:
        return skills(request, db, actor, entry.with_error("skill", refused.reason), had=found)
    said = _(
        "%(skill)s is on your list, as your own word. A project or a piece of work would back it.",
        skill=found.skill.name,
    )
    return see_other(request, "profiles.skills", said=said)


def change(request: Request, db: Session, actor: Actor) -> Response:
    """Another level for a skill on the list."""
    skill, entry = get_skill(db, request.path_params["skill"]), read(SkillForm, request.state.form)
    if entry.errors:
        return skills(request, db, actor, entry)
    service.claim_skill(db, actor, skill.id, entry.data.level)
    said = _("You say level %(level)s for %(skill)s now.", level=entry.data.level, skill=skill.name)
    return see_other(request, "profiles.skills", said=said)


def unclaim(request: Request, db: Session, actor: Actor) -> Response:
    """Say it no longer."""
    skill = get_skill(db, request.path_params["skill"])
    service.unclaim(db, actor, skill.id)
    said = _("You no longer say that you have %(skill)s. What others said of it stands.", skill=skill.name)
    return see_other(request, "profiles.skills", said=said)


def want(request: Request, db: Session, actor: Actor) -> Response:
    """Put a skill among those one wants to learn."""
    found = _picked(request, db, actor, "want")
    entry: Entry[Any] = Entry(dict(request.state.form))
    if found.skill is None:
        entry = entry.with_error("want", found.error or _("Fill this in."))
        return skills(request, db, actor, entry, wanted=found)
    try:
        service.want(db, actor, found.skill.id)
    except Conflict as refused:
        return skills(request, db, actor, entry.with_error("want", refused.reason), wanted=found)
    said = _("%(skill)s is among the skills you want.", skill=found.skill.name)
    return see_other(request, "profiles.skills", said=said, anchor="wanted")


def unwant(request: Request, db: Session, actor: Actor) -> Response:
    """Take it off that list."""
    skill = get_skill(db, request.path_params["skill"])
    service.unwant(db, actor, skill.id)
    said = _("%(skill)s is off the list.", skill=skill.name)
    return see_other(request, "profiles.skills", said=said, anchor="wanted")


routes: list[MarketRoute] = [
    page("/me/skills", page_skills, name="profiles.skills", allow=signed_in),
    action("/me/skills", claim, name="profiles.claim", allow=signed_in),
    action("/me/skills/{skill}", change, name="profiles.change_claim", allow=signed_in),
    action("/me/skills/{skill}/remove", unclaim, name="profiles.unclaim", allow=signed_in),
    action("/me/wanted", want, name="profiles.want", allow=signed_in),
    action("/me/wanted/{skill}/remove", unwant, name="profiles.unwant", allow=signed_in),
]
