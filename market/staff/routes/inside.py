"""For our people: what the reader's organisations run for their own members, and how far the reader is in it."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, member
from market.engagements.queries import places_inside
from market.pathways import queries as pathways
from market.pathways import sentences as pathway_words
from market.programmes import browsing
from market.programmes import sentences as programme_words
from market.web.pagination import cut, decode
from market.web.render import render
from market.web.routing import MarketRoute, page

SIZE = 25


def inside(request: Request, db: Session, actor: Actor) -> Response:
    """Internal programmes, those with an open round marked, and internal pathways. Three statements."""
    key = decode(request.query_params.get("after"), 1)
    before = key[0] if key and isinstance(key[0], int) else None
    return render(
        request,
        "staff/inside.html",
        found=cut(browsing.inside(db, actor.org_ids, SIZE + 1, before), SIZE, lambda row: (row.id,)),
        places=places_inside(db, actor.id, actor.org_ids),
        pathways=pathways.listed(db, "inside", actor.org_ids, SIZE)[:SIZE],
        say=programme_words,
        way=pathway_words,
    )


routes: list[MarketRoute] = [page("/inside", inside, name="staff.inside", allow=member)]
