"""Writing what can be earned: begun with a name, then its criteria, skills, rubric and how long it is good."""

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, Task, issues, require
from market.accounts import choosing
from market.accounts.models import Organisation
from market.credentials import achievements as service
from market.credentials import rules, sentences
from market.credentials.forms import AchievementForm
from market.credentials.models import Achievement
from market.credentials.routes.achievements import get_ours
from market.credentials.rules import KINDS, MOST_SKILLS, Draft
from market.db import hold
from market.errors import NotFound
from market.rubrics.models import Rubric
from market.rubrics.queries import get_rubric, rubrics_of
from market.skills.forms import Chosen, chosen, of
from market.skills.models import Skill
from market.web.forms import BLANK, Entry, filled, read
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.web.rows import without_blank_rows, without_row
from market.words import _


def new(request: Request, db: Session, actor: Actor, entry: Entry[AchievementForm] = BLANK) -> Response:
    """Begin one: what it is called, and what kind of thing it is."""
    return render(
        request,
        "achievements/new.html",
        status=entry.status,
        entry=entry,
        organisations=choosing.choices(choosing.organisations(db, actor.orgs_for(Task.ISSUE))),
        kinds=_kinds(),
    )


def create(request: Request, db: Session, actor: Actor) -> Response:
    entry = read(AchievementForm, request.state.form)
    org = choosing.chosen(choosing.organisations(db, actor.orgs_for(Task.ISSUE)), request.state.form)
    if org is None:
        entry = entry.with_error("org", _("Choose the organisation that issues it."))
    if entry.errors or org is None:
        return new(request, db, actor, entry)
    made = service.create_achievement(db, actor, org.id, Draft(entry.data.name, "", "", entry.data.kind))
    return see_other(request, "achievements.edit", id=made.public_id)


def edit(
    request: Request,
    db: Session,
    actor: Actor,
    entry: Entry[AchievementForm] | None = None,
    *,
    skills: Mapping[int, Chosen] | None = None,
    stale: str = "",
    status: int = 0,
    one_more: bool = False,
) -> Response:
    """The form, as saved or with the person's own words and what to mend."""
    achievement = get_ours(db, actor, request.path_params["id"])
    require(rules.may_write(actor, achievement))
    draft = service.draft_of(db, achievement)
    values = entry or _saved(db, draft)
    if skills is None:
        skills = {n: of(db.get_one(Skill, skill)) for n, (skill, _level) in enumerate(draft.skills)}
    there = len(values.rows("skills"))
    return render(
        request,
        "achievements/edit.html",
        status=status or values.status,
        achievement=achievement,
        organisation=db.get_one(Organisation, achievement.org_id),
        entry=values,
        stale=stale,
        seen=request.state.form.get("seen") if entry is not None and not stale else _fingerprint(draft),
        rows=values.rows("skills", max(1, there + one_more))[:MOST_SKILLS],
        may_add=there < MOST_SKILLS,
        skills=skills,
        kinds=_kinds(),
        rubrics=[
            ("", _("No rubric: it is given or it is not")),
            *((r.public_id, r.title) for r in rubrics_of(db, achievement.org_id)),
        ],
    )


def page_new(request: Request, db: Session, actor: Actor) -> Response:
    """Begin one."""
    return new(request, db, actor)


def page_edit(request: Request, db: Session, actor: Actor) -> Response:
    """The form to write one."""
    return edit(request, db, actor)


def more(request: Request, db: Session, actor: Actor) -> Response:
    """The form with one more row for a skill."""
    return edit(request, db, actor, one_more=True)


def _kinds() -> list[tuple[str, str]]:
    return [(kind, sentences.kind_words(kind)) for kind in KINDS]


def _saved(db: Session, draft: Draft) -> Entry[Any]:
    rubric = db.get(Rubric, draft.rubric_id) if draft.rubric_id else None
    values: dict[str, Any] = {
        "name": draft.name,
        "description": draft.description,
        "criteria": draft.criteria,
        "kind": draft.kind,
        "rubric": rubric.public_id if rubric else "",
        "valid_months": draft.valid_months,
    }
    for n, (_skill, level) in enumerate(draft.skills):
        values |= {
            f"skills-{n}-level": level,
            f"skills-{n}-skill": "…",
        }  # whose words come from the skill itself
    return filled(**values)


def _fingerprint(draft: Draft) -> str:
    """What was there when someone began to write, so that two editors do not overwrite each other."""
    return hashlib.sha256(repr(draft).encode()).hexdigest()[:16]


def save(request: Request, db: Session, actor: Actor) -> Response:
    """Keep what was written, and go on: to one more row, to read it through, or back."""
    achievement = get_ours(db, actor, request.path_params["id"])
    hold(db, achievement)  # what is compared with `seen` stays as it is
    require(rules.may_write(actor, achievement))
    raw = request.state.form
    given = without_row(raw, "skills", str(raw["remove"])) if raw.get("remove") else raw
    entry = read(AchievementForm, without_blank_rows(given, "skills", ("skill",)))
    entry, draft, skills = _draft(db, actor, achievement, entry)
    keeps = bool(raw.get("add") or raw.get("remove") or raw.get("save"))
    if draft is not None and not keeps:
        for field, words in rules.problems(draft).items():
            entry = entry.with_error(field, words)
    if entry.errors or draft is None:
        return edit(request, db, actor, entry, skills=skills)
    before = service.draft_of(db, achievement)
    seen = str(raw.get("seen") or "")
    if seen and seen != _fingerprint(before) and before != draft:
        words = _("It was saved by someone else since you opened it.")
        return edit(request, db, actor, entry, skills=skills, stale=words, status=409)
    service.save_achievement(db, actor, achievement, draft)
    if raw.get("add"):
        return see_other(request, "achievements.more", id=achievement.public_id, anchor="skills-field")
    if raw.get("remove"):
        return see_other(request, "achievements.edit", id=achievement.public_id, anchor="skills-field")
    if raw.get("save"):
        return see_other(request, "achievements.ours", said=_("Kept as a draft."))
    return see_other(request, "achievements.show", id=achievement.public_id)


def _draft(
    db: Session, actor: Actor, achievement: Achievement, entry: Entry[AchievementForm]
) -> tuple[Entry[AchievementForm], Draft | None, dict[int, Chosen]]:
    """The form as a draft, with each skill that was meant; none while something is to be mended."""
    skills: dict[int, Chosen] = {}
    levels: list[tuple[int, int]] = []
    for number in entry.rows("skills"):
        place = f"skills-{number}-skill"
        found = chosen(db, str(entry.value(place)), str(entry.value(f"{place}_id")), viewer=actor.id)
        skills[number] = found
        level = str(entry.value(f"skills-{number}-level"))
        if found.skill is None:
            entry = entry.with_error(place, found.error or _("Fill this in."))
        elif level.isascii() and level.isdigit() and found.skill.id in {s for s, _level in levels}:
            entry = entry.with_error(place, _("This skill stands here twice. Take one away."))
        elif level.isascii() and level.isdigit():
            levels.append((found.skill.id, int(level)))
    rubric_id = None
    if not entry.errors and entry.data.rubric:
        try:
            rubric = get_rubric(db, entry.data.rubric)
        except NotFound:
            rubric = None
        if rubric is None or rubric.org_id != achievement.org_id:
            entry = entry.with_error("rubric", _("Choose one of your own rubrics."))
        else:
            rubric_id = rubric.id
    if entry.errors:
        return entry, None, skills
    data = entry.data
    draft = Draft(
        data.name,
        data.description,
        data.criteria,
        data.kind,
        tuple(levels),
        rubric_id,
        data.valid_months,
        achievement.language,
    )
    return entry, draft, skills


_ID = "/achievements/{id}"
routes: list[MarketRoute] = [
    page("/achievements/new", page_new, name="achievements.new", allow=issues),
    action("/achievements/new", create, name="achievements.create", allow=issues, limit="postings"),
    page(_ID + "/edit", page_edit, name="achievements.edit", allow=issues),
    page(_ID + "/edit/more", more, name="achievements.more", allow=issues),
    action(_ID + "/edit", save, name="achievements.save", allow=issues),
]
