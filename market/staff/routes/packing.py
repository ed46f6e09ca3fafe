"""The completion packet: having it made, and taking it along."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, signed_in
from market.engagements.queries import get_engagement
from market.staff import packets
from market.web.render import see_other
from market.web.routing import MarketRoute, action, page
from market.words import _


def ask(request: Request, db: Session, actor: Actor) -> Response:
    """Have it made; the worker signs it."""
    engagement = get_engagement(db, actor, request.path_params["id"])
    packets.ask(db, actor, engagement)
    said = _("It is being signed. Look again in a minute.")
    return see_other(request, "engagements.show", id=engagement.public_id, said=said, anchor="packet")


def take(request: Request, db: Session, actor: Actor) -> Response:
    """The signed document as a file."""
    packet = packets.readable(db, actor, request.path_params["id"])
    name = f"completion-{packet.public_id}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(packets.pretty(packet), media_type="application/json", headers=headers)


routes: list[MarketRoute] = [
    action("/work/{id}/packet", ask, name="staff.ask_packet", allow=signed_in),
    page("/packets/{id}", take, name="staff.packet", allow=signed_in),
]
