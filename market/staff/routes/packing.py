"""The completion packet: having it made, and taking it along."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, anyone, signed_in
from market.engagements.queries import get_engagement
from market.staff import packets
from market.web.kit import kit_of
from market.web.render import render, see_other
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


def as_pdf(request: Request, db: Session, actor: Actor) -> Response:
    """The same on paper, with the signed document inside."""
    packet = packets.readable(db, actor, request.path_params["id"])
    base = kit_of(request).settings.public_url.rstrip("/")
    check = base + str(request.app.url_path_for("staff.check_packet", id=packet.public_id))
    headers = {"Content-Disposition": f'attachment; filename="completion-{packet.public_id}.pdf"'}
    return Response(packets.as_pdf(packet, check), media_type="application/pdf", headers=headers)


def check(request: Request, db: Session, actor: Actor) -> Response:
    """For whoever holds a copy: was a document with this fingerprint signed? Its words are not told."""
    seal = request.query_params.get("seal", "")[:128]
    found = packets.sealed(db, request.path_params["id"], seal)
    return render(request, "staff/check_packet.html", found=found, seal=seal)


routes: list[MarketRoute] = [
    action("/work/{id}/packet", ask, name="staff.ask_packet", allow=signed_in, limit="checks"),
    page("/packets/{id}", take, name="staff.packet", allow=signed_in),
    page("/packets/{id}/pdf", as_pdf, name="staff.packet_pdf", allow=signed_in),
    page("/packets/{id}/check", check, name="staff.check_packet", allow=anyone),
]
