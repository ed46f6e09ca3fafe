"""Pages of the library of rubrics: the list, a new one, writing, reading, finishing, copying."""

import hashlib
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, require
from market.accounts import choosing
from market.errors import Conflict, Invalid
from market.rubrics import library, rules
from market.rubrics.forms import BeginForm, RubricForm
from market.rubrics.models import Rubric
from market.rubrics.queries import RubricView, rubric_with_criteria
from market.rubrics.rules import MOST_CRITERIA, CriterionDraft, keeps_rubrics, problems
from market.skills.forms import Chosen, chosen, of
from market.skills.models import Skill
from market.web.forms import BLANK, Entry, filled, read
from market.web.pagination import cut, decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.web.rows import without_blank_rows, without_row
from market.words import _

SIZE = 30
TELLING = ("name", "skill", "step_1", "step_2", "step_3", "step_4")


def ours(request: Request, db: Session, actor: Actor) -> Response:
    """The rubrics of the organisations this actor keeps them for."""
    after = decode(request.query_params.get("after"), 1)
    at = after[0] if after and isinstance(after[0], int) else None
    orgs = rules.orgs_of(actor)
    found = cut(library.ours(db, orgs, SIZE + 1, at), SIZE, lambda row: (row.id,))
    return render(
        request,
        "rubrics/ours.html",
        rows=found.items,
        next=f"?after={found.next}" if found.next else None,
        first=request.url.path if at else None,
        several=len(orgs) > 1,
    )


def new(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """Begin one: whose it is, what it is called, and with which words."""
    return render(
        request,
        "rubrics/new.html",
        status=entry.status,
        entry=entry,
        organisations=choosing.choices(choosing.organisations(db, rules.orgs_of(actor))),
        starts=[("", _("A blank one"), ""), *((one.key, one.title, one.summary) for one in library.starts())],
    )


def page_new(request: Request, db: Session, actor: Actor) -> Response:
    """Begin one."""
    return new(request, db, actor)


def create(request: Request, db: Session, actor: Actor) -> Response:
    """Begin it, and go on to write."""
    entry = read(BeginForm, request.state.form)
    org = choosing.chosen(choosing.organisations(db, rules.orgs_of(actor)), request.state.form)
    if org is None:
        entry = entry.with_error("org", _("Choose the organisation whose rubric it is."))
    if not entry.errors and not entry.data.title and not entry.data.start:
        entry = entry.with_error("title", _("Give it a name, or begin with one of those below."))
    if entry.errors or org is None:
        return new(request, db, actor, entry)

    def skill(name: str) -> int | None:
        found = chosen(db, name, "", viewer=actor.id).skill
        return found.id if found else None

    made = library.begin(db, actor, org.id, entry.data.title, entry.data.start, skill)
    return see_other(request, "rubrics.edit", id=made.public_id)


def show(request: Request, db: Session, actor: Actor) -> Response:
    """A rubric whole, and what can be done with it."""
    rubric = library.get_ours(db, actor, request.path_params["id"])
    return render(
        request,
        "rubrics/show.html",
        rubric=rubric_with_criteria(db, rubric.id),
        allowed=rules.may_write(rubric.frozen_at is not None),
    )


def edit(request: Request, db: Session, actor: Actor) -> Response:
    """The form to write one."""
    return _page(request, db, actor, library.get_ours(db, actor, request.path_params["id"]))


def more(request: Request, db: Session, actor: Actor) -> Response:
    """The form with one more criterion."""
    return _page(request, db, actor, library.get_ours(db, actor, request.path_params["id"]), one_more=True)


def _page(
    request: Request,
    db: Session,
    actor: Actor,
    rubric: Rubric,
    entry: Entry[Any] | None = None,
    *,
    skills: dict[int, Chosen] | None = None,
    stale: str = "",
    status: int = 0,
    one_more: bool = False,
) -> Response:
    """The form, as saved or with the person's own words and what to mend."""
    allowed = rules.may_write(rubric.frozen_at is not None)
    if not allowed:
        raise Conflict(allowed.reason)
    view = rubric_with_criteria(db, rubric.id)
    values = entry or _saved(view)
    if skills is None:
        skills = {n: of(db.get_one(Skill, c.skill_id)) for n, c in enumerate(view.criteria)}
    there = len(values.rows("criteria"))
    return render(
        request,
        "rubrics/edit.html",
        status=status or values.status,
        rubric=rubric,
        entry=values,
        stale=stale,
        seen=request.state.form.get("seen") if entry is not None and not stale else _fingerprint(view),
        rows=values.rows("criteria", max(1, there + one_more))[:MOST_CRITERIA],
        may_add=there < MOST_CRITERIA,
        skills=skills,
    )


def _saved(view: RubricView) -> Entry[Any]:
    values: dict[str, Any] = {"title": view.rubric.title, "pass_mark": view.rubric.pass_mark}
    for n, c in enumerate(view.criteria):
        p = f"criteria-{n}-"
        values |= {
            p + "name": c.name,
            p + "skill": c.skill,
            p + "level": c.target_level,
            p + "weight": c.weight,
        }
        values |= {f"{p}step_{step.step}": step.anchor for step in c.steps}
        if c.needed:
            values[p + "needed"] = "1"
    return filled(**values)


def _fingerprint(view: RubricView) -> str:
    """What was there when someone began to write, so that two editors do not overwrite each other."""
    told = repr((view.rubric.title, view.rubric.pass_mark, [c._replace(id=0) for c in view.criteria]))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def save(request: Request, db: Session, actor: Actor) -> Response:
    """Keep what was written, and go on: to one more row, or to read it through."""
    rubric = library.get_ours(db, actor, request.path_params["id"])
    raw = request.state.form
    given = without_row(raw, "criteria", str(raw["remove"])) if raw.get("remove") else raw
    entry: Entry[Any] = read(RubricForm, without_blank_rows(given, "criteria", TELLING))
    entry, drafts, skills = _drafts(db, actor, entry)
    keeps = bool(raw.get("add") or raw.get("remove") or raw.get("save"))
    if not entry.errors and not keeps:
        numbers = entry.rows("criteria")
        for index, field, words in problems(drafts):
            place = f"criteria-{numbers[index]}-{field}" if index >= 0 else "criteria"
            entry = entry.with_error(place, words)
    if entry.errors:
        return _page(request, db, actor, rubric, entry, skills=skills)
    seen = str(raw.get("seen") or "")
    if seen and rubric.frozen_at is None and seen != _fingerprint(rubric_with_criteria(db, rubric.id)):
        words = _("It was saved by someone else since you opened it.")
        return _page(request, db, actor, rubric, entry, skills=skills, stale=words, status=409)
    library.save(db, actor, rubric, entry.data.title, drafts, entry.data.pass_mark)
    if raw.get("add"):
        return see_other(request, "rubrics.more", id=rubric.public_id)
    if raw.get("remove"):
        return see_other(request, "rubrics.edit", id=rubric.public_id)
    if raw.get("save"):
        return see_other(request, "rubrics.ours", said=_("Kept as a draft."))
    return see_other(request, "rubrics.show", id=rubric.public_id)


def _drafts(
    db: Session, actor: Actor, entry: Entry[Any]
) -> tuple[Entry[Any], list[CriterionDraft], dict[int, Chosen]]:
    """The criteria as written, each with the skill that was meant."""
    skills: dict[int, Chosen] = {}
    for number in entry.rows("criteria"):
        place = f"criteria-{number}-skill"
        skills[number] = chosen(db, str(entry.value(place)), str(entry.value(f"{place}_id")), viewer=actor.id)
        if skills[number].skill is None:
            entry = entry.with_error(place, skills[number].error or _("Fill this in."))
    if entry.errors:
        return entry, [], skills
    drafts = []
    for number, row in zip(entry.rows("criteria"), entry.data.criteria, strict=True):
        skill = skills[number].skill
        assert skill is not None  # else there were errors
        anchors = (row.step_0, row.step_1, row.step_2, row.step_3, row.step_4)
        drafts.append(CriterionDraft(row.name, skill.id, row.level, anchors, row.weight, row.needed))
    return entry, drafts, skills


def finish(request: Request, db: Session, actor: Actor) -> Response:
    """Finish it: from now on it can be used, and stays as it is."""
    rubric = library.get_ours(db, actor, request.path_params["id"])
    require(rules.may_keep(actor, rubric.org_id))
    try:
        library.finish(db, actor, rubric)
    except Invalid as refused:
        return see_other(request, "rubrics.edit", id=rubric.public_id, said=refused.reason)
    said = _("Finished. It can be chosen for openings, programmes and achievements.")
    return see_other(request, "rubrics.show", id=rubric.public_id, said=said)


def copy(request: Request, db: Session, actor: Actor) -> Response:
    """The same words once more, to be changed."""
    rubric = library.get_ours(db, actor, request.path_params["id"])
    made = library.copy(db, actor, rubric)
    said = _("Copied. This one is yours to change.")
    return see_other(request, "rubrics.edit", id=made.public_id, said=said)


_ID = "/rubrics/{id}"
routes: list[MarketRoute] = [
    page("/rubrics", ours, name="rubrics.ours", allow=keeps_rubrics),
    page("/rubrics/new", page_new, name="rubrics.new", allow=keeps_rubrics),
    action("/rubrics/new", create, name="rubrics.create", allow=keeps_rubrics, limit="postings"),
    page(_ID, show, name="rubrics.show", allow=keeps_rubrics),
    page(_ID + "/edit", edit, name="rubrics.edit", allow=keeps_rubrics),
    page(_ID + "/edit/more", more, name="rubrics.more", allow=keeps_rubrics),
    action(_ID + "/edit", save, name="rubrics.save", allow=keeps_rubrics),
    action(_ID + "/finish", finish, name="rubrics.finish", allow=keeps_rubrics),
    action(_ID + "/copy", copy, name="rubrics.copy", allow=keeps_rubrics, limit="postings"),
]
