"""For our people: what the reader's organisations run for their own members, and how far the reader is in it."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, member
from market.engagements.queries import PLACES_INSIDE
from market.gather import Gather
from market.pathways import queries as pathways
from market.pathways import sentences as pathway_words
from market.programmes import browsing
from market.programmes import sentences as programme_words
from market.web.pagination import cut, decode
from market.web.render import render
from market.web.routing import MarketRoute, page

SIZE = 25
_PROGRAMMES = Gather(browsing.INSIDE, PLACES_INSIDE)


def inside(request: Request, db: Session, actor: Actor) -> Response:
    """Internal programmes, those with an open round marked, and internal pathways. Two statements."""
    key = decode(request.query_params.get("after"), 1)
    before = key[0] if key and isinstance(key[0], int) else 2**62
    given = {"org_ids": list(actor.org_ids), "person": actor.id, "before": before, "size": SIZE + 1}
    programmes, places = _PROGRAMMES.read(db, given)
    return render(
        request,
        "staff/inside.html",
        found=cut([browsing.InsideRow._make(row) for row in programmes], SIZE, lambda row: (row.id,)),
        places={row.programme_id: (row.public_id, row.status) for row in places},
        pathways=pathways.listed(db, "inside", actor.org_ids, SIZE)[:SIZE],
        say=programme_words,
        way=pathway_words,
    )


routes: list[MarketRoute] = [page("/inside", inside, name="staff.inside", allow=member)]
