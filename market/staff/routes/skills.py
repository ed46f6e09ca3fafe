"""The skill matrix of an organisation, what it needs, and the same as a file."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, manages
from market.errors import Conflict
from market.skills.forms import NONE, Chosen, chosen
from market.skills.queries import get_skill
from market.staff import matrix
from market.staff.forms import NeedForm
from market.staff.rules import Shown
from market.web.forms import BLANK, Entry, read
from market.web.pagination import cut, decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _

SIZE = 25


def result_words() -> dict[Shown, str]:
    """What each mark of the matrix is called."""
    return {
        Shown.MEETS: _("Meets it"),
        Shown.NEAR: _("Almost"),
        Shown.GAP: _("Gap"),
        Shown.NOTHING: _("Nothing shown yet"),
    }


def people_skills(
    request: Request, db: Session, actor: Actor, entry: Entry[NeedForm] = BLANK, had: Chosen = NONE
) -> Response:
    """People against skills, and the form that says what is needed."""
    wanted = matrix.needs(db, actor, request.path_params["id"])
    if request.query_params.get("as") == "csv":
        headers = {"Content-Disposition": 'attachment; filename="skill-matrix.csv"'}
        body = matrix.as_csv(matrix.people(db, wanted, matrix.MOST_ROWS), result_words())
        return Response(body, media_type="text/csv", headers=headers)
    key = decode(request.query_params.get("after"), 2)
    after = (key[0], key[1]) if key and isinstance(key[0], str) and isinstance(key[1], int) else None
    rows = matrix.people(db, wanted, SIZE + 1, after)
    return render(
        request,
        "staff/skills.html",
        status=entry.status,
        needs=wanted,
        found=cut(rows, SIZE, lambda row: (row.name, row.id)),
        words=result_words(),
        entry=entry,
        had=had,
    )


def page_skills(request: Request, db: Session, actor: Actor) -> Response:
    """People against skills."""
    return people_skills(request, db, actor)


def need(request: Request, db: Session, actor: Actor) -> Response:
    """Name a skill that is needed, or another level for it."""
    wanted = matrix.needs(db, actor, request.path_params["id"])
    form = request.state.form
    had = chosen(db, str(form.get("skill") or ""), str(form.get("skill_id") or ""), viewer=actor.id)
    entry = read(NeedForm, form)
    if had.skill is None:
        entry = entry.with_error("skill", had.error or _("Fill this in."))
    if entry.errors or had.skill is None:
        return people_skills(request, db, actor, entry, had)
    try:
        matrix.put_need(db, actor, wanted.org_id, had.skill.id, entry.data.level)
    except Conflict as refused:
        return people_skills(request, db, actor, entry.with_error("skill", refused.reason), had)
    said = _("%(skill)s is needed at level %(level)s.", skill=had.skill.name, level=entry.data.level)
    return see_other(request, "staff.skills", id=wanted.public_id, said=said, anchor="needs")


def drop(request: Request, db: Session, actor: Actor) -> Response:
    """Need a skill no more."""
    wanted, skill = (
        matrix.needs(db, actor, request.path_params["id"]),
        get_skill(db, request.path_params["skill"]),
    )
    matrix.drop_need(db, actor, wanted.org_id, skill.id)
    said = _("%(skill)s is off the list.", skill=skill.name)
    return see_other(request, "staff.skills", id=wanted.public_id, said=said, anchor="needs")


routes: list[MarketRoute] = [
    page("/organisations/{id}/skills", page_skills, name="staff.skills", allow=manages),
    action("/organisations/{id}/skills", need, name="staff.need", allow=manages),
    action("/organisations/{id}/skills/{skill}/remove", drop, name="staff.drop_need", allow=manages),
]
