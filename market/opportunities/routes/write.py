"""Writing a posting, one question after another: the work, what is handed in, skills, pay and dates, reading it through."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, Task, recruits
from market.accounts import choosing
from market.errors import Conflict, Invalid, NotFound
from market.opportunities import apprenticing, drafting, queries, rules, sentences, service
from market.opportunities.drafts import Fields
from market.opportunities.forms import (
    MOST_PARTS,
    WorkForm,
)
from market.opportunities.models import Opportunity
from market.opportunities.quality import MOST_QUESTIONS, MOST_SKILLS, lacking, quality
from market.opportunities.queries import Whole
from market.opportunities.reading import read_page, saved, skills_saved, work_fields
from market.opportunities.routes.public import floor_of
from market.opportunities.rules import Mode, PayBasis
from market.programmes import queries as programmes
from market.programmes import rounds
from market.programmes.checks import Check, blocking
from market.programmes.models import Cohort
from market.skills.forms import Chosen
from market.web.forms import BLANK, Entry, read
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _

ORDER = ("work", "parts", "skills", "rubric", "pay", "check")
TEMPLATES = {
    "work": "opportunities/edit_work.html",
    "parts": "opportunities/edit_parts.html",
    "skills": "opportunities/edit_skills.html",
    "pay": "opportunities/edit_pay.html",
    "check": "opportunities/check.html",
}
ROUND = ("round", "check")  # of a micro-apprenticeship: the rest is its programme's
TEMPLATES["round"] = "opportunities/edit_round.html"


def steps_words() -> list[tuple[str, str]]:
    return [
        ("work", _("The work")),
        ("parts", _("What is handed in")),
        ("skills", _("Skills")),
        ("rubric", _("Rubric")),
        ("pay", _("Pay and dates")),
        ("check", _("Read it through")),
    ]


def round_words() -> list[tuple[str, str]]:
    return [("round", _("The round")), ("check", _("Read it through"))]


def new(request: Request, db: Session, actor: Actor, entry: Entry[WorkForm] = BLANK) -> Response:
    """Begin a posting: for which organisation, of which kind, and what the work is."""
    return render(
        request,
        "opportunities/new.html",
        status=entry.status,
        entry=entry,
        organisations=choosing.choices(choosing.organisations(db, actor.orgs_for(Task.POST))),
        earlier=queries.ours(db, actor.orgs_for(Task.POST), (*rules.PUBLIC, rules.Status.CANCELLED), 10),
        languages=_languages(),
    )


def create(request: Request, db: Session, actor: Actor) -> Response:
    entry = read(WorkForm, request.state.form)
    org = choosing.chosen(choosing.organisations(db, actor.orgs_for(Task.POST)), request.state.form)
    if org is None:
        entry = entry.with_error("org", _("Choose the organisation that posts."))
    if entry.errors or org is None:
        return new(request, db, actor, entry)
    fields: Fields = {
        **work_fields(entry.data),
        "currency": floor_of(request).currency,
        "time_zone": actor.time_zone,
        "answer_days": org.answer_days,
    }
    made = service.create_draft(db, actor, org.id, **fields)
    if request.state.form.get("save") == "draft":
        return see_other(request, "opportunities.manage", id=made.public_id, said=_("Kept as a draft."))
    return see_other(request, "opportunities.section", id=made.public_id, section="parts")


def edit(request: Request, db: Session, actor: Actor) -> Response:
    """The first page of the form."""
    opportunity = queries.get_ours(db, actor, request.path_params["id"])
    first = "work" if opportunity.programme_version_id is None else "round"
    return section_page(request, db, actor, opportunity, first)


def section(request: Request, db: Session, actor: Actor) -> Response:
    """One page of the form."""
    opportunity = queries.get_ours(db, actor, request.path_params["id"])
    return section_page(request, db, actor, opportunity, request.path_params["section"])


def section_page(
    request: Request,
    db: Session,
    actor: Actor,
    opportunity: Opportunity,
    name: str,
    entry: Entry[Any] | None = None,
    *,
    status: int = 0,
    stale: str = "",
    more: str = "",
    skills: Mapping[int, Chosen] | None = None,
) -> Response:
    """A page of the form: as saved, or with the person's own words and what to mend."""
    if name not in _pages(opportunity):
        raise NotFound(_("There is no such page."))
    allowed = rules.may_edit(actor, opportunity)
    if not allowed:
        raise Conflict(allowed.reason)
    whole = queries.whole(db, opportunity)
    cohort = rounds.of_opening(db, opportunity.id) if whole.programme else None
    values = entry or saved(name, whole, is_rolling=_is_rolling(whole, cohort))
    more = more or request.query_params.get("more", "")
    checks = quality(whole.draft, floor_of(request))
    missing = lacking(whole.draft, clock.now())
    told = entry.errors if entry is not None else {}
    hints = {
        check.field: check.words
        for check in blocking([*checks, *missing])
        if check.section == name and not told
    }
    return render(
        request,
        TEMPLATES[name],
        status=status or values.status,
        opportunity=opportunity,
        whole=whole,
        entry=values,
        stale=stale,
        # What was there when the person began: kept in a hidden field, so that two editors do not overwrite each other.
        seen=request.state.form.get("seen") if entry is not None and not stale else opportunity.draft_version,
        hints=hints if name == "parts" else {},
        steps=steps_of(request, whole),
        section=name,
        checks=checks,
        missing=missing,
        passed=sentences.passed(checks),
        parts=_rows(values, "parts", 1, MOST_PARTS, more == "part"),
        needs=_rows(values, "needs", 1, MOST_SKILLS, more == "skill"),
        questions=_rows(values, "questions", 0, MOST_QUESTIONS, more == "question"),
        most={"part": MOST_PARTS, "skill": MOST_SKILLS, "question": MOST_QUESTIONS},
        skills=skills_saved(db, whole) if skills is None and name == "skills" else skills or {},
        languages=_languages(),
        floor=floor_of(request),
        verified=whole.organisation.verified_at is not None,
        say=sentences,
        modes=[(mode.value, sentences.mode_words(mode)) for mode in Mode],
        bases=[(PayBasis.FIXED.value, _("for the whole work")), (PayBasis.HOURLY.value, _("for each hour"))],
    )


def _is_rolling(whole: Whole, cohort: Cohort | None) -> bool:
    """Whether people begin one after another; until a first day is set, they are thought to begin together."""
    return cohort is not None and cohort.starts_on is None and whole.opportunity.starts_on is not None


def steps_of(request: Request, whole: Whole) -> list[tuple[str, str, bool]]:
    """The pages of the form: key, words, and whether nothing on it keeps the posting from going out."""
    checks = [*quality(whole.draft, floor_of(request)), *lacking(whole.draft, clock.now())]
    words = steps_words() if whole.programme is None else round_words()
    return [(key, told, _is_done(key, checks)) for key, told in words]


def _pages(opportunity: Opportunity) -> tuple[str, ...]:
    """The pages on which this is written, but the rubric's."""
    if opportunity.programme_version_id is not None:
        return ROUND
    return tuple(key for key in TEMPLATES if key != "round")


def _rows(entry: Entry[Any], name: str, least: int, most: int, one_more: bool) -> list[int]:
    there = len(entry.rows(name))
    return entry.rows(name, max(least, there + one_more))[:most]


def _is_done(key: str, checks: list[Check]) -> bool:
    return not any(check.blocks and key in (check.section, "check") for check in checks)


def _languages() -> list[tuple[str, str]]:
    return [(code, sentences.language_words(code)) for code in sentences.LANGUAGES]


def save(request: Request, db: Session, actor: Actor) -> Response:
    """Save one page of the form, and go on: to the next page, to one more row, or back to the posting."""
    opportunity = queries.get_ours(db, actor, request.path_params["id"])
    name, raw = request.path_params["section"], request.state.form
    if name not in _pages(opportunity) or name == "check":
        raise NotFound(_("There is no such page."))
    keep = bool(raw.get("save") or raw.get("add") or raw.get("remove"))
    entry, changes, skills = read_page(db, actor, name, raw, opportunity, strict=not keep)
    if entry.errors:
        return section_page(
            request, db, actor, opportunity, name, entry, more=str(raw.get("add") or ""), skills=skills
        )
    try:
        put = drafting.save_draft if name != "round" else apprenticing.save_round
        put(db, actor, opportunity, seen=_seen(raw), **changes)
    except Invalid as refused:
        for field, words in refused.fields.items():
            entry = entry.with_error(field, words)
        return section_page(request, db, actor, opportunity, name, entry, skills=skills)
    except Conflict as stale:
        db.refresh(opportunity)
        if not rules.may_edit(actor, opportunity):
            raise
        return section_page(
            request,
            db,
            actor,
            opportunity,
            name,
            entry,
            status=stale.status_code,
            stale=stale.reason,
            skills=skills,
        )
    return onward(request, raw, opportunity, name)


def onward(request: Request, raw: Mapping[str, Any], opportunity: Opportunity, name: str) -> Response:
    """Where someone is led after a page was saved."""
    where = {"id": opportunity.public_id}
    if raw.get("add"):
        return see_other(request, "opportunities.more", section=name, what=str(raw["add"])[:10], **where)
    if raw.get("remove"):
        return see_other(request, "opportunities.section", section=name, **where)
    if raw.get("save"):
        return see_other(request, "opportunities.manage", said=_("Kept as a draft."), **where)
    order = ROUND if name in ROUND else ORDER
    following = order[order.index(name) + 1]
    if following == "rubric":
        return see_other(request, "opportunities.rubric", **where)
    return see_other(request, "opportunities.section", section=following, **where)


def more(request: Request, db: Session, actor: Actor) -> Response:
    """The page of the form with one more row."""
    opportunity = queries.get_ours(db, actor, request.path_params["id"])
    return section_page(
        request, db, actor, opportunity, request.path_params["section"], more=request.path_params["what"]
    )


def _seen(raw: Mapping[str, Any]) -> int | None:
    text = str(raw.get("seen") or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def send(request: Request, db: Session, actor: Actor) -> Response:
    """Send it out: published at once, or read by a moderator first."""
    opportunity = queries.get_ours(db, actor, request.path_params["id"])
    try:
        service.submit(db, actor, opportunity, floor_of(request))
    except Invalid as refused:
        return section_page(request, db, actor, opportunity, "check", status=refused.status_code)
    said = (
        _("It is out. Its terms are frozen from now on.")
        if opportunity.status == rules.Status.PUBLISHED
        else _("It is with a moderator now. You are told when it is answered.")
    )
    return see_other(request, "opportunities.manage", id=opportunity.public_id, said=said)


def open_round(request: Request, db: Session, actor: Actor) -> Response:
    """Begin an opening that takes people into a programme."""
    programme = programmes.get_ours(db, actor, request.path_params["id"])
    made = apprenticing.open_round(db, actor, programme)
    return see_other(request, "opportunities.section", id=made.public_id, section="round")


def copy(request: Request, db: Session, actor: Actor) -> Response:
    """Begin a new posting with the words of an earlier one."""
    opportunity = queries.get_ours(db, actor, request.path_params["id"])
    made = service.copy(db, actor, opportunity)
    return see_other(
        request,
        "opportunities.edit",
        id=made.public_id,
        said=_("A copy, as a draft. Its dates are yours to set."),
    )


_ID = "/postings/{id}"
routes: list[MarketRoute] = [
    page("/postings/new", new, name="opportunities.new", allow=recruits),
    action("/postings/new", create, name="opportunities.create", allow=recruits, limit="postings"),
    page(_ID + "/edit", edit, name="opportunities.edit", allow=recruits),
    page(_ID + "/edit/{section}", section, name="opportunities.section", allow=recruits),
    page(_ID + "/edit/{section}/more/{what}", more, name="opportunities.more", allow=recruits),
    action(_ID + "/edit/{section}", save, name="opportunities.save", allow=recruits),
    action(_ID + "/send", send, name="opportunities.send", allow=recruits),
    action(
        "/programmes/{id}/rounds",
        open_round,
        name="opportunities.open_round",
        allow=recruits,
        limit="postings",
    ),
    action(_ID + "/copy", copy, name="opportunities.copy", allow=recruits, limit="postings"),
]
