"""Pages of the taxonomy: finding a skill, looking at one, proposing one, and the moderators' list of proposals."""

import re

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from market.access import Actor, anyone, moderates, signed_in
from market.errors import NotFound
from market.skills import forms, queries, rules, service
from market.skills.finding import look_ahead
from market.skills.forms import ProposalForm, RefusalForm
from market.skills.models import Family, Skill, SkillKind, SkillStatus
from market.skills.names import normalise
from market.web.forms import BLANK, Entry, filled, read
from market.web.pagination import cut, decode
from market.web.render import fragment_wanted, render, render_part, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _

PAGE = 60
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")


def _families() -> tuple[tuple[str, str], ...]:
    return (
        (Family.TOOL, _("A tool or a technique that changes within a few years")),
        (Family.KNOWLEDGE, _("Knowledge or a craft")),
        (Family.SOFT, _("A way of working with people")),
    )


def find(request: Request, db: Session, actor: Actor) -> Response:
    """Skills for what is being typed: the choices under a form's field for htmx, else a page to search on."""
    asked = request.query_params
    name = asked.get("field", "")
    if fragment_wanted(request) == f"{name}-options" and _FIELD_NAME.fullmatch(name):
        typed = forms.typed(db, asked.get(name, asked.get("q", "")), viewer=actor.id)
        part = render_part(request, "skills/options.html", name=name, typed=typed)
        return HTMLResponse(part, headers={"Vary": "HX-Request-Type, HX-Target, Cookie"})
    text = asked.get("q", "")
    return render(request, "skills/find.html", text=text, typed=forms.typed(db, text, viewer=actor.id))


def browse(request: Request, db: Session, actor: Actor) -> Response:
    """All skills by field of work, or those of one field."""
    field = request.query_params.get("field")
    if field is None:
        return render(request, "skills/browse.html", fields=queries.fields_of_work(db))
    after = decode(request.query_params.get("after"), 2)
    if after is not None and not (isinstance(after[0], str) and isinstance(after[1], int)):
        after = None
    found = cut(queries.in_field(db, field, after, PAGE + 1), PAGE, lambda one: (one.name, one.id))
    return render(request, "skills/field.html", field=field, found=found, is_first=after is None)


def show(request: Request, db: Session, actor: Actor) -> Response:
    """One skill: its names and what lies around it. One that was merged leads on to the one that stands for it."""
    skill = _seen(request, db, actor)
    if skill.status == SkillStatus.MERGED:
        return see_other(request, "skills.show", id=queries.standing(db, skill).public_id)
    names = queries.names_of(db, skill.id)
    return render(
        request,
        "skills/show.html",
        skill=skill,
        other_names=[one for one in names if one.text != skill.name],
        around=queries.around(db, skill.id),
        alignments=queries.alignments_of(db, skill.id),
        is_group=skill.kind == SkillKind.GROUP,
    )


def new(request: Request, db: Session, actor: Actor, entry: Entry[ProposalForm] = BLANK) -> Response:
    """The form to propose a skill; skills that look like it stand first."""
    if entry is BLANK:
        entry = filled(name=request.query_params.get("name", "")[:120])
    alike = forms.typed(db, str(entry.value("name")), viewer=actor.id).options
    return render(
        request,
        "skills/new.html",
        status=entry.status,
        entry=entry,
        alike=alike,
        families=_families(),
        fields=[one.field for one in queries.fields_of_work(db) if one.field],
        may=rules.may_propose(queries.waiting_count(db, actor.id)),
    )


def propose(request: Request, db: Session, actor: Actor) -> Response:
    """Propose a skill, once the person has said that none of those alike is meant."""
    entry = read(ProposalForm, request.state.form)
    if entry.errors:
        return new(request, db, actor, entry)
    data = entry.data
    if not normalise(data.name):
        return new(request, db, actor, entry.with_error("name", _("Write a name with letters or digits.")))
    same = queries.owners_of_norm(db, normalise(data.name))
    if same and any(rules.may_use(actor.id, one) for one in same):
        return new(
            request, db, actor, entry.with_error("name", _("There is a skill of this name: see above."))
        )
    if same:
        words = _("Someone has proposed this name already. It waits for a moderator.")
        return new(request, db, actor, entry.with_error("name", words))
    if not data.sure and forms.typed(db, data.name, viewer=actor.id).options:
        words = _("Look at the skills above, and tick this if none of them is the one you mean.")
        return new(request, db, actor, entry.with_error("sure", words))
    skill = service.propose(
        db, actor, name=data.name, family=data.family, field=data.field, description=data.description
    )
    said = _("Proposed. A moderator looks at it; you can name it in your forms from now on.")
    return see_other(request, "skills.show", id=skill.public_id, said=said)


# -- for moderators


def queue(
    request: Request, db: Session, actor: Actor, refused: str = "", entry: Entry[RefusalForm] = BLANK
) -> Response:
    """Proposals that wait, each with the skills it looks like."""
    after = decode(request.query_params.get("after"), 1)
    start = after[0] if after and isinstance(after[0], int) else 0
    (waiting,) = look_ahead(db, 0, queries.WAITING, given={"after": start, "most": 11})
    found = cut(waiting, 10, lambda one: (one.id,))
    alike = forms.alike(db, [one.name for one in found.items])
    rows = list(zip(found.items, alike, strict=True))
    return render(
        request,
        "skills/queue.html",
        status=entry.status,
        rows=rows,
        next=found.next,
        refused=refused,
        entry=entry,
        families=dict(_families()),
    )


def approve(request: Request, db: Session, actor: Actor) -> Response:
    skill = queries.get_skill(db, request.path_params["id"])
    service.approve(db, actor, skill)
    return see_other(request, "skills.queue", said=_("%(name)s is in the taxonomy.", name=skill.name))


def refuse(request: Request, db: Session, actor: Actor) -> Response:
    skill = queries.get_skill(db, request.path_params["id"])
    entry = read(RefusalForm, request.state.form)
    if entry.errors:
        return queue(request, db, actor, skill.public_id, entry)
    service.refuse(db, actor, skill, entry.data.note)
    return see_other(request, "skills.queue", said=_("%(name)s was turned down.", name=skill.name))


def merging(request: Request, db: Session, actor: Actor, asked: forms.Chosen = forms.NONE) -> Response:
    """The form to merge a skill into another, with the skills it looks like."""
    skill = queries.get_skill(db, request.path_params["id"])
    alike = [one for one in forms.typed(db, skill.name).options if one.public_id != skill.public_id]
    status = 200 if asked is forms.NONE else 422
    return render(request, "skills/merging.html", status=status, skill=skill, alike=alike, asked=asked)


def merge(request: Request, db: Session, actor: Actor) -> Response:
    """Merge a proposal, or a skill in use, into another."""
    skill = queries.get_skill(db, request.path_params["id"])
    sent = request.state.form
    asked = forms.chosen(db, str(sent.get("into") or ""), str(sent.get("into_id") or ""))
    if asked.skill is None:
        return merging(request, db, actor, asked)
    service.merge(db, actor, skill, db.get_one(Skill, asked.skill.id))
    said = _("%(name)s is %(into)s from now on.", name=skill.name, into=asked.skill.name)
    return see_other(request, "skills.show", id=asked.skill.public_id, said=said)


def _seen(request: Request, db: Session, actor: Actor) -> Skill:
    """The skill of the address; for someone who may not see it there is none."""
    skill = queries.get_skill(db, request.path_params["id"])
    if not rules.may_see(actor, skill):
        raise NotFound(_("There is no such skill."))
    return skill


routes: list[MarketRoute] = [
    page("/skills", browse, name="skills.browse", allow=anyone),
    page("/skills/find", find, name="skills.find", allow=anyone),
    page("/skills/new", new, name="skills.new", allow=signed_in),
    action("/skills/propose", propose, name="skills.propose", allow=signed_in, limit="proposals"),
    page("/skills/proposed", queue, name="skills.queue", allow=moderates),
    page("/skills/{id}", show, name="skills.show", allow=anyone),
    action("/skills/{id}/approve", approve, name="skills.approve", allow=moderates),
    action("/skills/{id}/refuse", refuse, name="skills.refuse", allow=moderates),
    page("/skills/{id}/merge", merging, name="skills.merging", allow=moderates),
    action("/skills/{id}/merge", merge, name="skills.merge", allow=moderates),
]
