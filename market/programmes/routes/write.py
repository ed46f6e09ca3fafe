"""Writing a programme: begun from a template, then a page for each phase, read through and sent out."""

from collections.abc import Mapping
from typing import Any

from babel import Locale
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, Task, recruits
from market.accounts import choosing
from market.credentials.queries import achievements_of
from market.credentials.rules import AchievementStatus
from market.errors import Conflict, Invalid, NotFound
from market.programmes import beginnings, descriptor, queries, reading, rules, sentences, service
from market.programmes.checks import Check, Floor, blocking
from market.programmes.depth import safeguards
from market.programmes.drafts import Draft
from market.programmes.forms import BeginForm
from market.programmes.models import Programme
from market.programmes.quality import quality
from market.programmes.queries import Whole
from market.rubrics.queries import get_rubric, rubric_with_criteria, rubrics_of
from market.skills.forms import Chosen
from market.skills.queries import fields_of_work
from market.transitions import may_take
from market.web.forms import BLANK, Entry, read
from market.web.kit import kit_of
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _, language

TEMPLATES = {
    "about": "programmes/edit_about.html",
    "outcomes": "programmes/edit_outcomes.html",
    "learning": "programmes/edit_learning.html",
    "tasks": "programmes/edit_tasks.html",
    "mentorship": "programmes/edit_mentorship.html",
    "capstone": "programmes/edit_capstone.html",
    "rubric": "programmes/edit_rubric.html",
    "evidence": "programmes/edit_evidence.html",
    "check": "programmes/edit_check.html",
}
MOST_ROWS = {
    "entry": rules.MOST_PREREQUISITES,
    "outcomes": rules.MOST_OUTCOMES,
    "resources": rules.MOST_RESOURCES,
    "tasks": rules.MOST_TASKS,
    "criteria": 8,
}


def floor_of(request: Request) -> Floor:
    """The pay floor of this site."""
    settings = kit_of(request).settings
    return Floor(settings.pay_floor_minor, settings.currency)


def new(request: Request, db: Session, actor: Actor, entry: Entry[BeginForm] = BLANK) -> Response:
    """Begin a programme: from a template, from an earlier one, or from nothing."""
    return render(
        request,
        "programmes/new.html",
        status=entry.status,
        entry=entry,
        organisations=choosing.choices(choosing.organisations(db, actor.orgs_for(Task.POST))),
        templates=beginnings.templates(),
        say_hours=sentences.hours_and_weeks,
    )


def create(request: Request, db: Session, actor: Actor) -> Response:
    entry = read(BeginForm, request.state.form)
    org = choosing.chosen(choosing.organisations(db, actor.orgs_for(Task.POST)), request.state.form)
    if org is None:
        entry = entry.with_error("org", _("Choose the organisation that runs it."))
    if entry.errors or org is None:
        return new(request, db, actor, entry)
    floor, chosen = floor_of(request), beginnings.template(entry.data.template)
    own: Any = {"awarding_body": org.name, "place": org.place, "language": actor.language}
    if chosen is not None:
        draft, judging = beginnings.begin(db, chosen.row, floor)
        draft = draft._replace(**own, title=entry.data.title or draft.title)
    else:
        draft, judging = Draft(**own, title=entry.data.title, currency=floor.currency), None
    made = service.create(db, actor, org.id, draft, judging)
    return see_other(request, "programmes.section", id=made.public_id, section="about")


def section(request: Request, db: Session, actor: Actor) -> Response:
    """One page of the form."""
    programme = queries.get_ours(db, actor, request.path_params["id"])
    return section_page(request, db, actor, programme, request.path_params["section"])


def more(request: Request, db: Session, actor: Actor) -> Response:
    """One page of the form with one more row."""
    programme = queries.get_ours(db, actor, request.path_params["id"])
    return section_page(request, db, actor, programme, request.path_params["section"], one_more=True)


def section_page(
    request: Request,
    db: Session,
    actor: Actor,
    programme: Programme,
    name: str,
    entry: Entry[Any] | None = None,
    *,
    status: int = 0,
    stale: str = "",
    one_more: bool = False,
    skills: Mapping[int, Chosen] | None = None,
) -> Response:
    """A page of the form: as saved, or with the person's own words and what to mend."""
    if name not in TEMPLATES:
        raise NotFound(_("There is no such page."))
    version = queries.version_of(db, programme, 0)
    if version is None:
        raise Conflict(_("This version is out and stays as it is. Begin a new version to change it."))
    whole = queries.whole(db, version)
    people = queries.may_be_named(db, programme.org_id)
    by_membership = {one: public_id for one, public_id, _name in people}
    values = entry or (BLANK if name == "check" else reading.saved(name, whole, by_membership))
    floor = floor_of(request)
    checks, safe = quality(whole.draft), safeguards(whole.draft, floor)
    allowed = may_take(actor, programme, "publish", service.readiness(whole, floor))
    return render(
        request,
        TEMPLATES[name],
        status=status or values.status,
        programme=programme,
        whole=whole,
        draft=whole.draft,
        entry=values,
        stale=stale,
        # What was there when the person began, so that two editors do not overwrite each other.
        seen=request.state.form.get("seen") if entry is not None and not stale else version.draft_version,
        steps=_steps([*checks, *safe]),
        section=name,
        following=sentences.following(name),
        checks=checks,
        safe=safe,
        blocked=blocking([*checks, *safe]),
        elements=descriptor.elements(whole.draft),
        filled=descriptor.filled(whole.draft),
        also=descriptor.optional(whole.draft),
        rows=_rows(name, values, one_more),
        most=MOST_ROWS.get(reading.ROWS.get(name, ("",))[0], 0),
        skills=reading.skills_saved(db, name, whole) if skills is None else skills,
        people=[(public_id, who) for _one, public_id, who in people],
        allowed=allowed,
        floor=floor,
        say=sentences,
        asked=_asked_on(db, name, whole),
    )


def _asked_on(db: Session, name: str, whole: Whole) -> dict[str, Any]:
    """What the select boxes of a page offer."""
    if name == "about":
        fields = [field for field, _n in fields_of_work(db) if field]
        if whole.draft.field and whole.draft.field not in fields:
            fields.append(whole.draft.field)
        return {"fields": [("", _("Choose a field")), *((one, one) for one in fields)]}
    if name == "rubric":
        others = rubrics_of(db, whole.version.org_id)
        return {"others": [(r.public_id, r.title) for r in others if r.id != whole.version.rubric_id]}
    if name == "evidence":
        own = [
            (one.public_id, one.name)
            for one in achievements_of(db, whole.version.org_id)
            if one.status is AchievementStatus.PUBLISHED
        ]
        chosen = next(
            (
                one.public_id
                for one in achievements_of(db, whole.version.org_id)
                if one.id == whole.version.achievement_id
            ),
            "",
        )
        known: Any = Locale.parse(language().replace("-", "_")).territories
        countries = sorted(
            (
                (code, words)
                for code, words in known.items()
                if len(code) == 2 and code not in ("EU", "EZ", "UN", "ZZ", "XA", "XB", "QO")
            ),
            key=lambda pair: pair[1],
        )
        return {
            "achievements": [("", _("Made from this programme when it is published")), *own],
            "achievement": chosen,
            "countries": [("", _("Choose a country")), *countries],
        }
    return {}


def _rows(name: str, entry: Entry[Any], one_more: bool) -> list[int]:
    if name not in reading.ROWS:
        return []
    rows = reading.ROWS[name][0]
    there = len(entry.rows(rows))
    least = 0 if name == "about" else 1
    return entry.rows(rows, max(least, there + one_more))[: MOST_ROWS[rows]]


def _steps(checks: list[Check]) -> list[tuple[str, str, bool]]:
    """The pages of the form: key, words, and whether nothing on it keeps the programme from going out."""
    return [
        (key, words, not any(check.blocks and key in (check.section, "check") for check in checks))
        for key, words in sentences.steps()
    ]


def save(request: Request, db: Session, actor: Actor) -> Response:
    """Save one page of the form, and go on: to the page chosen, to one more row, or back to the programme."""
    programme = queries.get_ours(db, actor, request.path_params["id"])
    name, raw = request.path_params["section"], request.state.form
    if name not in reading.FORMS:
        raise NotFound(_("There is no such page."))
    version = queries.version_of(db, programme, 0)
    if version is None:
        raise Conflict(_("This version is out and stays as it is. Begin a new version to change it."))
    if name == "rubric" and raw.get("copy"):
        return _copy_rubric(request, db, actor, programme, queries.whole(db, version))
    keep = bool(raw.get("save") or raw.get("add") or raw.get("remove"))
    read_in = reading.read_page(db, actor, name, raw, queries.whole(db, version), keep=keep)
    entry = read_in.entry
    if entry.errors:
        return section_page(
            request, db, actor, programme, name, entry, one_more=bool(raw.get("add")), skills=read_in.skills
        )
    try:
        service.save(db, actor, programme, seen=number(raw.get("seen")), **read_in.changes)
    except Invalid as refused:
        for field, words in refused.fields.items():
            entry = entry.with_error(field, words)
        return section_page(request, db, actor, programme, name, entry, skills=read_in.skills)
    except Conflict as stale:
        db.refresh(version)
        return section_page(
            request, db, actor, programme, name, entry,
            status=stale.status_code, stale=stale.reason, skills=read_in.skills,
        )  # fmt: skip
    return _onward(request, raw, programme, name)


def _copy_rubric(request: Request, db: Session, actor: Actor, programme: Programme, whole: Whole) -> Response:
    """Begin with the words of another rubric of the organisation, each criterion at an outcome of its skill."""
    found = get_rubric(db, str(request.state.form.get("from") or ""))
    if found.org_id != programme.org_id or found.frozen_at is None:
        raise NotFound(_("There is no such rubric."))
    judging = reading.copied(rubric_with_criteria(db, found.id), whole)
    service.save(db, actor, programme, judging=judging)
    said = _("Copied. Say for each criterion which outcome it assesses.")
    return see_other(request, "programmes.section", id=programme.public_id, section="rubric", said=said)


def number(said: object) -> int | None:
    """A count that a form carries along, such as the saves that someone had seen."""
    text = str(said or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _onward(request: Request, raw: Mapping[str, Any], programme: Programme, name: str) -> Response:
    """Where someone is led after a page was saved."""
    where = {"id": programme.public_id}
    if raw.get("add"):
        return see_other(request, "programmes.more", section=name, **where)
    if raw.get("remove"):
        return see_other(request, "programmes.section", section=name, **where)
    if raw.get("save"):
        return see_other(request, "programmes.manage", said=_("Kept as a draft."), **where)
    wanted = str(raw.get("go") or "")
    to = wanted if wanted in sentences.ORDER else sentences.following(name)
    return see_other(request, "programmes.section", section=to, **where)


def publish(request: Request, db: Session, actor: Actor) -> Response:
    """Publish the draft as the next version."""
    programme = queries.get_ours(db, actor, request.path_params["id"])
    try:
        service.publish(db, actor, programme, floor_of(request))
    except Invalid as refused:
        return section_page(request, db, actor, programme, "check", status=refused.status_code)
    said = _("Version %(n)s is out. Open a round to take people in.", n=programme.version)
    return see_other(request, "programmes.manage", id=programme.public_id, said=said)


_ID = "/programmes/{id}"
routes: list[MarketRoute] = [
    page("/programmes/new", new, name="programmes.new", allow=recruits),
    action("/programmes/new", create, name="programmes.create", allow=recruits, limit="postings"),
    page(_ID + "/edit/{section}", section, name="programmes.section", allow=recruits),
    page(_ID + "/edit/{section}/more", more, name="programmes.more", allow=recruits),
    action(_ID + "/edit/{section}", save, name="programmes.save", allow=recruits),
    action(_ID + "/publish", publish, name="programmes.publish", allow=recruits),
]
