"""Running a programme: the list of ours, and one with every step that its writers can take."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, Task, recruits
from market.errors import NotFound
from market.programmes import browsing, discarding, queries, rounds, rules, sentences, service
from market.programmes.forms import InsideForm
from market.programmes.models import Programme
from market.programmes.routes.write import floor_of, number
from market.transitions import may_take
from market.web.forms import BLANK, Entry
from market.web.pagination import cut, decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _

SIZE = 25


def ours(request: Request, db: Session, actor: Actor) -> Response:
    """The programmes of the organisations this person writes for."""
    key = decode(request.query_params.get("after"), 1)
    after = key[0] if key and isinstance(key[0], int) and 0 <= key[0] < 2**32 else None
    found = browsing.ours(db, actor.orgs_for(Task.POST), SIZE, after)
    items, following = cut(found, SIZE, lambda row: (row.id,))
    return render(
        request,
        "programmes/ours.html",
        rows=items,
        several=len(actor.orgs_for(Task.POST)) > 1,
        next=f"{request.url.path}?after={following}" if following else "",
        first=request.url.path if after is not None else "",
        say=sentences,
    )


def manage(request: Request, db: Session, actor: Actor) -> Response:
    """One programme with every step that its writers can take."""
    return manage_page(request, db, actor, queries.get_ours(db, actor, request.path_params["id"]))


def manage_page(
    request: Request, db: Session, actor: Actor, programme: Programme, entry: Entry[InsideForm] = BLANK
) -> Response:
    """The same; `entry` is a refused round that members would join."""
    draft = queries.version_of(db, programme, 0)
    whole = queries.whole(db, draft or queries.newest(db, programme))
    facts = service.readiness(whole, floor_of(request))
    return render(
        request,
        "programmes/manage.html",
        status=entry.status,
        entry=entry,
        programme=programme,
        whole=whole,
        has_draft=draft is not None,
        facts=facts,
        state=sentences.state(programme.status),
        may_publish=may_take(actor, programme, "publish", facts),
        may_open=rules.may_open_inside(actor, programme)
        if programme.for_members
        else rules.may_open(actor, programme),
        inside=rounds.all_inside(db, programme.id) if programme.for_members else [],
        may_choose_readers=rules.may_choose_readers(actor, programme),
        may_retire=may_take(actor, programme, "retire"),
        may_restore=may_take(actor, programme, "restore"),
        say=sentences,
    )


def take_step(request: Request, db: Session, actor: Actor) -> Response:
    """Retire it, bring it back, or begin a new version."""
    programme = queries.get_ours(db, actor, request.path_params["id"])
    step = request.path_params["step"]
    if step == "renew":
        service.new_version(db, actor, programme)
        said = _("A draft of version %(n)s, with the words that are out.", n=programme.version + 1)
        return see_other(request, "programmes.section", id=programme.public_id, section="about", said=said)
    if step == "retire":
        service.retire(db, actor, programme)
        said = _("Retired. No new rounds; what runs goes on.")
    elif step == "restore":
        service.restore(db, actor, programme)
        said = _("It is offered again.")
    else:
        raise NotFound(_("There is no such step."))
    return see_other(request, "programmes.manage", id=programme.public_id, said=said)


def discard_form(request: Request, db: Session, actor: Actor) -> Response:
    """What would be lost, before the draft is thrown away."""
    programme = queries.get_ours(db, actor, request.path_params["id"])
    return render(
        request,
        "programmes/discard.html",
        programme=programme,
        draft=queries.version_of(db, programme, 0),
    )


def discard(request: Request, db: Session, actor: Actor) -> Response:
    """Throw the draft away."""
    programme = queries.get_ours(db, actor, request.path_params["id"])
    seen = number(request.state.form.get("seen"))
    if discarding.discard(db, actor, programme, seen=seen):
        return see_other(request, "programmes.ours", said=_("The draft is gone."))
    said = _("The draft is gone. Version %(n)s stays as it is.", n=programme.version)
    return see_other(request, "programmes.manage", id=programme.public_id, said=said)


def copy(request: Request, db: Session, actor: Actor) -> Response:
    """Begin a new programme with the words of this one."""
    programme = queries.get_ours(db, actor, request.path_params["id"])
    made = service.copy(db, actor, programme)
    said = _("A copy, as a draft of its own.")
    return see_other(request, "programmes.section", id=made.public_id, section="about", said=said)


_ID = "/programmes/{id}"
routes: list[MarketRoute] = [
    page("/programmes/ours", ours, name="programmes.ours", allow=recruits),
    page(_ID + "/manage", manage, name="programmes.manage", allow=recruits),
    page(_ID + "/discard", discard_form, name="programmes.discard_form", allow=recruits),
    action(_ID + "/discard", discard, name="programmes.discard", allow=recruits),
    action(_ID + "/copy", copy, name="programmes.copy", allow=recruits, limit="postings"),
    action(_ID + "/steps/{step}", take_step, name="programmes.step", allow=recruits),
]
