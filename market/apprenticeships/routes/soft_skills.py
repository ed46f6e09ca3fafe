"""Pages of soft skills: the described steps, what is asked and said beside one work, and saying it of one person."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, anyone, signed_in
from market.apprenticeships import forms, queries, soft, soft_reading, soft_rules, soft_words
from market.apprenticeships.routes.running import view
from market.apprenticeships.soft_reading import Asked
from market.apprenticeships.soft_rules import RoundStatus, SoftSkill
from market.engagements.models import Engagement
from market.errors import Invalid
from market.web.forms import BLANK, Entry, filled, read
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _


def scale(request: Request, db: Session, actor: Actor) -> Response:
    """The five skills with their steps, for everybody to read before anybody is judged by them."""
    return render(
        request, "apprenticeships/soft_scale.html", skills=list(SoftSkill), soft=soft_words, rules=soft_rules
    )


def show(request: Request, db: Session, actor: Actor) -> Response:
    """Beside one work: whom the reader is asked about, and once the round is closed what was said."""
    engagement, version = queries.get_running(db, actor, request.path_params["id"])
    found = soft_reading.round_of(db, engagement.id)
    own = actor.id == engagement.person_id
    is_open = found is not None and found.status is RoundStatus.OPEN
    asked = (
        soft_reading.asked_of(db, actor.id, found.id, None if own else engagement.id)
        if found is not None and is_open
        else []
    )
    return render(
        request,
        "apprenticeships/soft_skills.html",
        **view(request, db, actor, engagement, version),
        soft=soft_words,
        soft_round=found,
        is_open=is_open,
        asked=asked,
        left=sum(one.rating.answered_at is None for one in asked),
        seen=None if found is None or is_open else soft_reading.seen(db, actor, engagement),
        fewest=soft_rules.FEWEST_PEERS,
    )


def ask(request: Request, db: Session, actor: Actor) -> Response:
    """The five questions about one person."""
    engagement, _version = queries.get_running(db, actor, request.path_params["id"])
    _of, found, one = soft_reading.asked_about(db, actor, engagement, request.path_params["person"])
    return _form(request, db, actor, engagement, one, found, _known(one))


def _known(one: Asked) -> Entry[Any]:
    """What the reader chose before."""
    if one.rating.answered_at is None:
        return BLANK
    return filled(
        **{
            skill.value: forms.UNSEEN if step is None else str(step)
            for skill, step in one.rating.steps.items()
        }
    )


def _form(
    request: Request,
    db: Session,
    actor: Actor,
    engagement: Engagement,
    one: Asked,
    soft_round: Any,
    entry: Entry[Any],
) -> Response:
    return render(
        request,
        "apprenticeships/soft_ask.html",
        status=entry.status,
        engagement=engagement,
        own=actor.id == engagement.person_id,
        one=one,
        soft_round=soft_round,
        may_say=soft_reading.may_say(db, actor, one, soft_round),
        skills=list(SoftSkill),
        soft=soft_words,
        entry=entry,
        unseen=forms.UNSEEN,
    )


def say(request: Request, db: Session, actor: Actor) -> Response:
    """Keep the five answers, sealed."""
    engagement, _version = queries.get_running(db, actor, request.path_params["id"])
    of, found, one = soft_reading.asked_about(db, actor, engagement, request.path_params["person"])
    entry = read(forms.SoftForm, request.state.form)
    if not entry.errors:
        try:
            soft.say(db, actor, of, entry.data.steps)
        except Invalid as refused:
            entry = Entry(entry.values, None, refused.fields)
    if entry.errors:
        return _form(request, db, actor, engagement, one, found, entry)
    return see_other(
        request,
        "apprenticeships.soft_skills",
        id=engagement.public_id,
        said=_("Kept, and sealed. You can change it until the time is over."),
    )


_SOFT = "/work/{id}/soft-skills"
routes: list[MarketRoute] = [
    page("/soft-skills", scale, name="apprenticeships.soft_scale", allow=anyone),
    page(_SOFT, show, name="apprenticeships.soft_skills", allow=signed_in),
    page(f"{_SOFT}/{{person}}", ask, name="apprenticeships.soft_ask", allow=signed_in),
    action(f"{_SOFT}/{{person}}", say, name="apprenticeships.soft_say", allow=signed_in),
]
