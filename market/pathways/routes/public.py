"""What everyone reads: the pathways that are out, and one of them with the reader's own way along it."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, anyone
from market.pathways import queries, rules, sentences, service
from market.pathways.models import Pathway
from market.transitions import may_take
from market.web.pagination import cut, decode
from market.web.render import render
from market.web.routing import MarketRoute, page

SIZE = 25


def at(request: Request) -> int | None:
    """Where a list goes on."""
    key = decode(request.query_params.get("after"), 1)
    return key[0] if key and isinstance(key[0], int) and 0 <= key[0] < 2**32 else None


def browse(request: Request, db: Session, actor: Actor) -> Response:
    """The pathways that are out, the newest first, and those for members of the reader's organisations."""
    after = at(request)
    found = queries.listed(db, "public", actor.org_ids, SIZE, after)
    items, following = cut(found, SIZE, lambda row: (row.id,))
    return render(
        request,
        "pathways/browse.html",
        rows=items,
        next=f"{request.url.path}?after={following}" if following else "",
        first=request.url.path if after is not None else "",
        say=sentences,
    )


def show(request: Request, db: Session, actor: Actor) -> Response:
    """One pathway: what it takes, from whom, what it counts as, and how far the reader is."""
    return show_page(request, db, actor, queries.get_visible(db, actor, request.path_params["id"]))


def show_page(request: Request, db: Session, actor: Actor, pathway: Pathway, status: int = 200) -> Response:
    """The page; `status` is 422 when it says why it could not be published."""
    whole = queries.whole(db, pathway)
    ours = bool(rules.may_write(actor, pathway.org_id))
    unmet = service.unmet(db, whole) if ours and pathway.status is rules.PathwayStatus.DRAFT else {}
    progress = done = None
    if actor.is_signed_in:
        progress = service.progress_of(db, actor.id, [whole])[pathway.id]
        done = queries.completion_of(db, actor.id, pathway.id)
    return render(
        request,
        "pathways/show.html",
        status=status,
        pathway=pathway,
        whole=whole,
        draft=whole.draft,
        ours=ours,
        unmet=unmet,
        may_publish=may_take(actor, pathway, "publish", unmet),
        may_retire=may_take(actor, pathway, "retire"),
        progress=progress,
        done=done,
        completed=queries.completed_count(db, pathway.id),
        say=sentences,
    )


routes: list[MarketRoute] = [
    page("/pathways", browse, name="pathways.browse", allow=anyone),
    page("/pathways/{id}", show, name="pathways.show", allow=anyone),
]
