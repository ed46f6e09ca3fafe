"""Writing the rubric of a posting: criteria that feed the skills asked for, and the steps of each in words."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, recruits
from market.errors import Conflict, NotFound
from market.opportunities import drafting, queries, rules
from market.opportunities.forms import RubricForm
from market.opportunities.models import Opportunity
from market.opportunities.queries import Asked
from market.opportunities.routes.write import onward, steps_of
from market.rubrics.queries import RubricView, get_rubric, rubrics_of
from market.rubrics.rules import MOST_CRITERIA, CriterionDraft, problems
from market.rubrics.service import copy_rubric, create_rubric, rewrite
from market.web.forms import Entry, filled, read
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.web.rows import without_blank_rows, without_row
from market.words import _

TELLING = ("name", "step_1", "step_2", "step_3", "step_4")


def edit(request: Request, db: Session, actor: Actor) -> Response:
    """The rubric as it stands."""
    return _page(request, db, actor, queries.get_ours(db, actor, request.path_params["id"]))


def more(request: Request, db: Session, actor: Actor) -> Response:
    """The rubric with one more row."""
    return _page(request, db, actor, queries.get_ours(db, actor, request.path_params["id"]), one_more=True)


def _page(
    request: Request,
    db: Session,
    actor: Actor,
    opportunity: Opportunity,
    entry: Entry[RubricForm] | None = None,
    *,
    status: int = 0,
    stale: str = "",
    one_more: bool = False,
) -> Response:
    _refuse_round(opportunity)
    allowed = rules.may_edit(actor, opportunity)
    if not allowed:
        raise Conflict(allowed.reason)
    whole = queries.whole(db, opportunity)
    values = entry or _saved(whole.rubric)
    rows = values.rows("criteria", max(1 if whole.asked else 0, len(values.rows("criteria")) + one_more))
    return render(
        request,
        "opportunities/rubric.html",
        status=status or values.status,
        opportunity=opportunity,
        entry=values,
        stale=stale,
        seen=request.state.form.get("seen") if entry is not None and not stale else opportunity.draft_version,
        steps=steps_of(request, whole),
        section="rubric",
        rows=rows[:MOST_CRITERIA],
        may_add=len(rows) < MOST_CRITERIA,
        feeds=_feeds(whole.asked, whole.rubric),
        no_step_four=[
            c.name
            for c in (whole.rubric.criteria if whole.rubric else ())
            if c.name and not c.steps[4].anchor
        ],
        others=[r for r in rubrics_of(db, opportunity.org_id) if r.id != opportunity.rubric_id],
    )


def _refuse_round(opportunity: Opportunity) -> None:
    """The rubric of a micro-apprenticeship is its programme's."""
    if opportunity.programme_version_id is not None:
        raise NotFound(_("There is no such page."))


def _feeds(asked: tuple[Asked, ...], rubric: RubricView | None) -> list[tuple[str, str]]:
    """The skills a criterion may feed: those asked for, and any that an older rubric feeds beside them."""
    found = [
        (a.skill_public_id, _("%(skill)s, level %(level)s", skill=a.skill, level=a.level)) for a in asked
    ]
    known = {a.skill_public_id for a in asked}
    for c in rubric.criteria if rubric else ():
        if c.skill_public_id not in known:
            known.add(c.skill_public_id)
            found.append((c.skill_public_id, _("%(skill)s, not asked for", skill=c.skill)))
    return found


def _saved(rubric: RubricView | None) -> Entry[Any]:
    if rubric is None:
        return filled(pass_mark=3, rubric_title="")
    values: dict[str, Any] = {"rubric_title": rubric.rubric.title, "pass_mark": rubric.rubric.pass_mark}
    for n, c in enumerate(rubric.criteria):
        values |= {f"criteria-{n}-name": c.name, f"criteria-{n}-feeds": c.skill_public_id}
        values |= {f"criteria-{n}-step_{step}": c.steps[step].anchor for step in (1, 2, 3, 4)}
        if c.needed:
            values[f"criteria-{n}-needed"] = "1"
    return filled(**values)


def save(request: Request, db: Session, actor: Actor) -> Response:
    """Save the rubric, and go on."""
    opportunity = queries.get_ours(db, actor, request.path_params["id"])
    _refuse_round(opportunity)
    raw = request.state.form
    if raw.get("copy"):
        return _copy(request, db, actor, opportunity, str(raw["copy"]))
    given: Mapping[str, Any] = without_row(raw, "criteria", str(raw["remove"])) if raw.get("remove") else raw
    given = without_blank_rows(given, "criteria", TELLING)
    entry = read(RubricForm, given)
    if entry.errors:
        return _page(request, db, actor, opportunity, entry, one_more=bool(raw.get("add")))
    numbers = entry.rows("criteria")
    asked = {a.skill_public_id: a for a in queries.asked_for(db, opportunity)}
    drafts: list[CriterionDraft] = []
    for number, row in zip(numbers, entry.data.criteria, strict=True):
        skill = asked.get(row.feeds)
        if skill is None:
            entry = entry.with_error(
                f"criteria-{number}-feeds", _("Choose one of the skills that you ask for.")
            )
            continue
        drafts.append(
            CriterionDraft(
                row.name,
                skill.skill_id,
                skill.level,
                ("", row.step_1, row.step_2, row.step_3, row.step_4),
                skill.weight,
                row.needed,
            )
        )
    if not (raw.get("save") or raw.get("add") or raw.get("remove")) and not entry.errors:
        for index, field, words in problems(drafts):
            place = f"criteria-{numbers[index]}-{field}" if index >= 0 else "criteria"
            entry = entry.with_error(place, words)
    if entry.errors:
        return _page(request, db, actor, opportunity, entry)
    try:
        _keep(db, actor, opportunity, entry.data, drafts, raw)
    except Conflict as stale:
        db.refresh(opportunity)
        if not rules.may_edit(actor, opportunity):
            raise
        return _page(request, db, actor, opportunity, entry, status=stale.status_code, stale=stale.reason)
    if raw.get("add"):
        return see_other(request, "opportunities.rubric_more", id=opportunity.public_id)
    if raw.get("remove"):
        return see_other(request, "opportunities.rubric", id=opportunity.public_id)
    return onward(request, raw, opportunity, "rubric")


def _keep(
    db: Session,
    actor: Actor,
    opportunity: Opportunity,
    form: RubricForm,
    drafts: list[CriterionDraft],
    raw: Mapping[str, Any],
) -> None:
    """The rubric of this draft: rewritten, or made when it had none."""
    title = form.rubric_title or opportunity.title
    seen = str(raw.get("seen") or "")
    expected = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None
    if opportunity.rubric_id is None:
        made = create_rubric(db, opportunity.org_id, title, drafts, pass_mark=form.pass_mark)
        drafting.save_draft(db, actor, opportunity, seen=expected, rubric_id=made.id)
        return
    drafting.save_draft(db, actor, opportunity, seen=expected)
    whole = queries.whole(db, opportunity)
    if whole.rubric is None:
        raise NotFound(_("There is no such rubric."))
    rewrite(db, whole.rubric.rubric, title, drafts, pass_mark=form.pass_mark)


def _copy(request: Request, db: Session, actor: Actor, opportunity: Opportunity, public_id: str) -> Response:
    """Begin with the words of another rubric of the organisation."""
    wanted = str(request.state.form.get("from") or public_id)
    found = get_rubric(db, wanted)
    if found.org_id != opportunity.org_id:
        raise NotFound(_("There is no such rubric."))
    made = copy_rubric(db, found.id, opportunity.org_id)
    drafting.save_draft(db, actor, opportunity, rubric_id=made.id)
    return see_other(
        request,
        "opportunities.rubric",
        id=opportunity.public_id,
        said=_("Copied. Say for each criterion which skill it feeds here."),
    )


routes: list[MarketRoute] = [
    page("/postings/{id}/rubric", edit, name="opportunities.rubric", allow=recruits),
    page("/postings/{id}/rubric/more", more, name="opportunities.rubric_more", allow=recruits),
    action("/postings/{id}/rubric", save, name="opportunities.save_rubric", allow=recruits),
]
