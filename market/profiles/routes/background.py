"""Experience and education on one's own profile: a list of each, with a form to add to it and to change a line."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, signed_in
from market.errors import Conflict, Invalid
from market.profiles import background, queries, service
from market.profiles.background import Done, Learnt
from market.profiles.forms import EducationForm, ExperienceForm
from market.profiles.models import Education, Experience
from market.web.forms import BLANK, Entry, filled, read
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.web.seen import overtaken, to_carry
from market.words import _


def experience(
    request: Request,
    db: Session,
    actor: Actor,
    entry: Entry[Any] = BLANK,
    line: Experience | None = None,
    stale: Sequence[tuple[str, str]] = (),
) -> Response:
    """The list, and the form: blank, or with the line that is being changed; `stale` is what was saved meanwhile."""
    there = _experience_there(line) if line else BLANK
    return render(
        request,
        "profiles/experience.html",
        rows=queries.experience_of(db, actor.id),
        entry=entry,
        line=line,
        seen=to_carry(request, there, bool(entry.errors)),
        stale=stale,
        status=409 if stale else entry.status,
    )


def page_experience(request: Request, db: Session, actor: Actor) -> Response:
    """What one has done."""
    return experience(request, db, actor)


def edit_experience(request: Request, db: Session, actor: Actor) -> Response:
    """The same page, with one line in the form."""
    line = background.get_experience(db, actor, request.path_params["id"])
    return experience(request, db, actor, _experience_there(line), line)


def _experience_there(line: Experience) -> Entry[Any]:
    values = {"title": line.title, "where": line.where, "text": line.text}
    days = {"from_on": line.from_on.isoformat(), "until_on": line.until_on and line.until_on.isoformat()}
    return filled(**values, **days)


def _done(entry: Entry[ExperienceForm]) -> Done:
    data = entry.data
    return Done(data.title, data.from_on, data.where, data.until_on, data.text)


def add_experience(request: Request, db: Session, actor: Actor) -> Response:
    """List it."""
    return _keep_experience(request, db, actor, None)


def change_experience(request: Request, db: Session, actor: Actor) -> Response:
    """Say it anew."""
    return _keep_experience(
        request, db, actor, background.get_experience(db, actor, request.path_params["id"])
    )


def _keep_experience(request: Request, db: Session, actor: Actor, line: Experience | None) -> Response:
    entry = read(ExperienceForm, request.state.form)
    if entry.errors:
        return experience(request, db, actor, entry, line)
    if line is not None:
        db.refresh(line, with_for_update=True)  # what is compared stays as it is
        if stale := overtaken(request, _experience_there(line), entry):
            return experience(request, db, actor, entry, line, stale)
    try:
        if line is None:
            service.add_experience(db, actor, _done(entry))
        else:
            service.change_experience(db, actor, line.public_id, _done(entry))
    except Invalid as refused:
        for name, words in refused.fields.items():
            entry = entry.with_error(name, words)
        return experience(request, db, actor, entry, line)
    except Conflict as refused:
        return experience(request, db, actor, entry.with_error("title", refused.reason), line)
    return see_other(request, "profiles.experience", said=_("Kept."))


def remove_experience(request: Request, db: Session, actor: Actor) -> Response:
    """List it no longer."""
    service.remove_experience(db, actor, request.path_params["id"])
    return see_other(request, "profiles.experience", said=_("Removed."))


def education(
    request: Request,
    db: Session,
    actor: Actor,
    entry: Entry[Any] = BLANK,
    line: Education | None = None,
    stale: Sequence[tuple[str, str]] = (),
) -> Response:
    """The list, and the form: blank, or with the line that is being changed; `stale` is what was saved meanwhile."""
    there = _education_there(line) if line else BLANK
    return render(
        request,
        "profiles/education.html",
        rows=queries.education_of(db, actor.id),
        entry=entry,
        line=line,
        seen=to_carry(request, there, bool(entry.errors)),
        stale=stale,
        status=409 if stale else entry.status,
    )


def page_education(request: Request, db: Session, actor: Actor) -> Response:
    """What schooling one lists."""
    return education(request, db, actor)


def edit_education(request: Request, db: Session, actor: Actor) -> Response:
    """The same page, with one line in the form."""
    line = background.get_education(db, actor, request.path_params["id"])
    return education(request, db, actor, _education_there(line), line)


def _education_there(line: Education) -> Entry[Any]:
    return filled(title=line.title, where=line.where, year=line.year)


def add_education(request: Request, db: Session, actor: Actor) -> Response:
    """List it."""
    return _keep_education(request, db, actor, None)


def change_education(request: Request, db: Session, actor: Actor) -> Response:
    """Say it anew."""
    return _keep_education(request, db, actor, background.get_education(db, actor, request.path_params["id"]))


def _keep_education(request: Request, db: Session, actor: Actor, line: Education | None) -> Response:
    entry = read(EducationForm, request.state.form)
    if entry.errors:
        return education(request, db, actor, entry, line)
    if line is not None:
        db.refresh(line, with_for_update=True)  # what is compared stays as it is
        if stale := overtaken(request, _education_there(line), entry):
            return education(request, db, actor, entry, line, stale)
    learnt = Learnt(entry.data.title, entry.data.where, entry.data.year)
    try:
        if line is None:
            service.add_education(db, actor, learnt)
        else:
            service.change_education(db, actor, line.public_id, learnt)
    except Conflict as refused:
        return education(request, db, actor, entry.with_error("title", refused.reason), line)
    return see_other(
        request, "profiles.education", said=_("Kept. It is shown, and matching does not read it.")
    )


def remove_education(request: Request, db: Session, actor: Actor) -> Response:
    """List it no longer."""
    service.remove_education(db, actor, request.path_params["id"])
    return see_other(request, "profiles.education", said=_("Removed."))


routes: list[MarketRoute] = [
    page("/me/experience", page_experience, name="profiles.experience", allow=signed_in),
    action("/me/experience", add_experience, name="profiles.add_experience", allow=signed_in),
    page("/me/experience/{id}", edit_experience, name="profiles.edit_experience", allow=signed_in),
    action("/me/experience/{id}", change_experience, name="profiles.change_experience", allow=signed_in),
    action(
        "/me/experience/{id}/remove", remove_experience, name="profiles.remove_experience", allow=signed_in
    ),
    page("/me/education", page_education, name="profiles.education", allow=signed_in),
    action("/me/education", add_education, name="profiles.add_education", allow=signed_in),
    page("/me/education/{id}", edit_education, name="profiles.edit_education", allow=signed_in),
    action("/me/education/{id}", change_education, name="profiles.change_education", allow=signed_in),
    action("/me/education/{id}/remove", remove_education, name="profiles.remove_education", allow=signed_in),
]
