"""Writing pathways: the list of ours, begun with a title, one form for the rest, and their steps."""

import hashlib
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, Task, issues, require
from market.accounts import choosing
from market.credentials.models import Achievement
from market.credentials.queries import achievements_of, get_achievement
from market.credentials.rules import AchievementStatus
from market.db import hold
from market.errors import Invalid, NotFound
from market.pathways import queries, rules, sentences, service
from market.pathways.forms import DEFAULT_UNIT, BeginForm, PathwayForm
from market.pathways.models import Pathway
from market.pathways.queries import Whole
from market.pathways.routes.public import SIZE, at, show_page
from market.pathways.rules import Credit
from market.web.forms import BLANK, Entry, filled, read
from market.web.pagination import cut
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _

# Blank rows beside those that are filled in, and how many there may be.
ROWS = {"parts": (2, rules.MOST_PARTS), "before": (1, rules.MOST_PREREQUISITES), "credits": (1, rules.MOST_CREDITS)}  # fmt: skip
PLACES = {"needs": "before"}  # fields of the rules that are called otherwise on the page


def ours(request: Request, db: Session, actor: Actor) -> Response:
    """The pathways of the organisations this person issues for."""
    after, orgs = at(request), actor.orgs_for(Task.ISSUE)
    items, following = cut(queries.listed(db, "ours", orgs, SIZE, after), SIZE, lambda row: (row.id,))
    return render(
        request,
        "pathways/ours.html",
        rows=items,
        several=len(orgs) > 1,
        next=f"{request.url.path}?after={following}" if following else "",
        first=request.url.path if after is not None else "",
        say=sentences,
    )


def new(request: Request, db: Session, actor: Actor, entry: Entry[BeginForm] = BLANK) -> Response:
    """Begin one."""
    organisations = choosing.choices(choosing.organisations(db, actor.orgs_for(Task.ISSUE)))
    return render(request, "pathways/new.html", status=entry.status, entry=entry, organisations=organisations)


def create(request: Request, db: Session, actor: Actor) -> Response:
    entry = read(BeginForm, request.state.form)
    org = choosing.chosen(choosing.organisations(db, actor.orgs_for(Task.ISSUE)), request.state.form)
    if org is None:
        entry = entry.with_error("org", _("Choose the organisation that issues what it leads to."))
    if entry.errors or org is None:
        return new(request, db, actor, entry)
    made = service.create(db, actor, org.id, entry.data.title)
    return see_other(request, "pathways.edit", id=made.public_id)


def edit(
    request: Request,
    db: Session,
    actor: Actor,
    entry: Entry[PathwayForm] | None = None,
    *,
    stale: str = "",
    status: int = 0,
) -> Response:
    """The form, as saved or with the person's own words and what to mend."""
    pathway = queries.get_ours(db, actor, request.path_params["id"])
    require(rules.may_change(actor, pathway))
    whole = queries.whole(db, pathway)
    own = [
        one
        for one in achievements_of(db, pathway.org_id)
        if one.status is AchievementStatus.PUBLISHED or one.id == pathway.achievement_id
    ]
    others = queries.of_others(db, pathway.org_id)
    choice = [*((one.public_id, one.name) for one in own), *others]
    values = entry or _saved(request, whole, {public_id for public_id, _name in choice})
    return render(
        request,
        "pathways/edit.html",
        status=status or values.status,
        pathway=pathway,
        entry=values,
        stale=stale,
        seen=request.state.form.get("seen") if entry is not None and not stale else _fingerprint(whole),
        rows={name: values.rows(name, min(most, len(values.rows(name)) + more)) for name, (more, most) in ROWS.items()},
        own=[("", _("Choose one of yours")), *((one.public_id, one.name) for one in own)],
        choice=[("", _("Choose one")), *choice],
    )  # fmt: skip


def page_new(request: Request, db: Session, actor: Actor) -> Response:
    """Begin one."""
    return new(request, db, actor)


def page_edit(request: Request, db: Session, actor: Actor) -> Response:
    """The form to write one."""
    return edit(request, db, actor)


def _fingerprint(whole: Whole) -> str:
    """What was there when someone began to write, so that two editors do not overwrite each other."""
    return hashlib.sha256(repr(whole.draft).encode()).hexdigest()[:16]


def _saved(request: Request, whole: Whole, offered: set[str]) -> Entry[Any]:
    """The form as it was saved; parts that are not among those `offered` by their address."""
    draft = whole.draft

    def address(route: str, public_id: str) -> str:
        return str(request.url_for(route, id=public_id))

    values: dict[str, Any] = {
        "title": draft.title,
        "summary": draft.summary,
        "target": whole.target.public_id if whole.target else "",
        "needed": draft.needed,
        "ordered": "on" if draft.ordered else "",
        "for_members": "on" if draft.for_members else "",
    }
    for n, part in enumerate(draft.parts):
        public_id = whole.issuers[part.what.line].public_id
        is_offered = public_id in offered
        values[f"parts-{n}-own"] = public_id if is_offered else ""
        values[f"parts-{n}-address"] = "" if is_offered else address("achievements.show", public_id)
        values[f"parts-{n}-required"] = "on" if part.required else ""
    for n, one in enumerate(draft.needs):
        if one.what is not None:
            there = address("achievements.show", whole.issuers[one.what.line].public_id)
        else:
            there = address("pathways.show", one.pathway)
        values[f"before-{n}-address"] = there
    for n, credit in enumerate(draft.credits):
        values |= {
            f"credits-{n}-institution": credit.institution,
            f"credits-{n}-amount": sentences.number(credit),
            f"credits-{n}-unit": credit.unit,
            f"credits-{n}-link": credit.link,
        }
    return filled(**values)


def save(request: Request, db: Session, actor: Actor) -> Response:
    """Keep what was written: as a draft to go on with, or to be read through."""
    pathway = queries.get_ours(db, actor, request.path_params["id"])
    hold(db, pathway)  # what is compared with `seen` stays as it is
    require(rules.may_change(actor, pathway))
    raw = request.state.form
    entry = read(PathwayForm, raw)
    if entry.errors:
        return edit(request, db, actor, entry)
    seen, before = str(raw.get("seen") or ""), _fingerprint(queries.whole(db, pathway))
    if seen and seen != before:
        words = _("It was saved by someone else since you opened it.")
        return edit(request, db, actor, entry, stale=words, status=409)
    entry, given = _read_in(db, actor, pathway, entry)
    if entry.errors:
        return edit(request, db, actor, entry)
    try:
        service.save(db, actor, pathway, **given)
    except Invalid as refused:
        for field, words in refused.fields.items():
            entry = entry.with_error(PLACES.get(field, field), words)
        return edit(request, db, actor, entry)
    if raw.get("save"):
        return see_other(request, "pathways.edit", id=pathway.public_id, said=_("Kept as a draft."))
    return see_other(request, "pathways.show", id=pathway.public_id)


def _read_in(
    db: Session, actor: Actor, pathway: Pathway, entry: Entry[PathwayForm]
) -> tuple[Entry[PathwayForm], dict[str, Any]]:
    """The things that the form names, or the errors beside what names nothing."""
    data = entry.data
    parts: list[tuple[Achievement, bool]] = []
    for number, row in _filled(entry, "parts", data.parts):
        found = _achievement(db, actor, row.own or row.address)
        if found is None:
            place = f"parts-{number}-{'own' if row.own else 'address'}"
            words = _(
                "Nothing that can be earned stands at this address. Copy it from the achievement’s page."
            )
            entry = entry.with_error(place, words)
        else:
            parts.append((found, row.required))
    pathways: list[Pathway] = []
    held: list[Achievement] = []
    for number, one in _filled(entry, "before", data.before):
        other = _pathway(db, actor, one.address)
        achieved = _achievement(db, actor, one.address) if other is None else None
        if other is not None:
            pathways.append(other)
        elif achieved is not None:
            held.append(achieved)
        else:
            words = _("No pathway and no achievement stands at this address. Copy it from its page.")
            entry = entry.with_error(f"before-{number}-address", words)
    target = _achievement(db, actor, data.target) if data.target else None
    if data.target and (target is None or target.org_id != pathway.org_id):
        entry = entry.with_error("target", _("Choose what it stacks to among your own achievements."))
    return entry, {
        "title": data.title,
        "summary": data.summary,
        "needed": data.needed,
        "ordered": data.ordered,
        "for_members": data.for_members,
        "target": target,
        "parts": parts,
        "needs_pathways": pathways,
        "needs_achievements": held,
        "credits": [
            Credit(row.institution, row.amount, row.unit or DEFAULT_UNIT, row.link) for row in data.credits
        ],
    }


def _filled(entry: Entry[PathwayForm], name: str, rows: list[Any]) -> list[tuple[int, Any]]:
    """The rows that name something, each with the number it has on the page."""
    telling = [
        n
        for n in entry.rows(name)
        if any(str(v).strip() for k, v in entry.values.items() if k.startswith(f"{name}-{n}-"))
    ]
    named = zip(telling, rows, strict=True)
    return [(n, row) for n, row in named if row.address or getattr(row, "own", "")]


def _last(address: str) -> str:
    """The public id in an address, which may be given whole."""
    return address.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0].rstrip("/").rpartition("/")[2]


def _achievement(db: Session, actor: Actor, address: str) -> Achievement | None:
    try:
        found = get_achievement(db, _last(address))
    except NotFound:
        return None
    is_ours = actor.may_for(Task.ISSUE, found.org_id)
    return found if is_ours or found.status is not AchievementStatus.DRAFT else None


def _pathway(db: Session, actor: Actor, address: str) -> Pathway | None:
    try:
        return queries.get_visible(db, actor, _last(address))
    except NotFound:
        return None


def take_step(request: Request, db: Session, actor: Actor) -> Response:
    """Publish it, retire it, or copy it."""
    pathway = queries.get_ours(db, actor, request.path_params["id"])
    step = request.path_params["step"]
    if step == "publish":
        try:
            service.publish(db, actor, pathway)
        except Invalid as refused:
            return show_page(request, db, actor, pathway, refused.status_code)
        said = _("It is out. Whoever holds enough parts already completes it within a minute.")
    elif step == "retire":
        service.retire(db, actor, pathway)
        said = _("Retired. Whoever has begun can still complete it.")
    elif step == "copy":
        made = service.copy(db, actor, pathway)
        return see_other(
            request, "pathways.edit", id=made.public_id, said=_("A copy, as a draft of its own.")
        )
    else:
        raise NotFound(_("There is no such step."))
    return see_other(request, "pathways.show", id=pathway.public_id, said=said)


def discard_form(request: Request, db: Session, actor: Actor) -> Response:
    """What would be lost, before a draft is thrown away."""
    pathway = queries.get_ours(db, actor, request.path_params["id"])
    require(rules.may_change(actor, pathway))
    return render(request, "pathways/discard.html", pathway=pathway)


def discard(request: Request, db: Session, actor: Actor) -> Response:
    """Throw a draft away."""
    service.discard(db, actor, queries.get_ours(db, actor, request.path_params["id"]))
    return see_other(request, "pathways.ours", said=_("The draft is gone."))


_ID = "/pathways/{id}"
routes: list[MarketRoute] = [
    page("/pathways/ours", ours, name="pathways.ours", allow=issues),
    page("/pathways/new", page_new, name="pathways.new", allow=issues),
    action("/pathways/new", create, name="pathways.create", allow=issues, limit="postings"),
    page(_ID + "/edit", page_edit, name="pathways.edit", allow=issues),
    action(_ID + "/edit", save, name="pathways.save", allow=issues),
    page(_ID + "/discard", discard_form, name="pathways.discard_form", allow=issues),
    action(_ID + "/discard", discard, name="pathways.discard", allow=issues),
    action(_ID + "/steps/{step}", take_step, name="pathways.step", allow=issues),
]
