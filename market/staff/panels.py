"""What an organisation's own people add to other pages: the work, one's settings, and the organisation's page."""

from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market.access import Actor, Task
from market.accounts.models import Organisation
from market.engagements.models import Engagement
from market.engagements.rules import Status
from market.staff import packets, queries, rules, service
from market.web.render import render_part


def beside_work(
    request: Request, db: Session, actor: Actor, *, engagement: Engagement, **_more: Any
) -> Markup:
    """On completed work: the person may agree to be contacted again; the organisation reads that they did."""
    own, decides = actor.id == engagement.person_id, actor.may_for(Task.DECIDE, engagement.org_id)
    if engagement.status is not Status.COMPLETED or not (own or decides):
        return Markup("")
    place = queries.place_of(db, engagement.org_id, engagement.person_id)
    if (
        own
        and place is None
        and not rules.may_agree(service.facts(db, actor, engagement.org_id), rules.LASTS[0])
    ):
        return Markup("")
    if not own and place is None:
        return Markup("")
    organisation = db.get_one(Organisation, engagement.org_id)
    return render_part(
        request, "staff/beside_work.html", own=own, place=place, organisation=organisation, lasts=rules.LASTS
    )


def packet_of_work(
    request: Request, db: Session, actor: Actor, *, engagement: Engagement, **_more: Any
) -> Markup:
    """On completed work, for both sides: the signed packet for a personnel system, or the way to have one made."""
    if not rules.may_make_packet(actor, engagement):
        return Markup("")
    packet = packets.last_of(db, engagement.id)
    return render_part(request, "staff/packet.html", engagement=engagement, packet=packet)


def in_settings(request: Request, db: Session, actor: Actor, **_more: Any) -> Markup:
    """The way to one's agreements."""
    return render_part(request, "staff/in_settings.html")


def of_organisation(
    request: Request, db: Session, actor: Actor, *, organisation: Organisation, **_more: Any
) -> Markup:
    """On an organisation's page, for members: the pool and the skills of its people, as far as these are theirs to see."""
    may = {
        "pool": bool(rules.may_read_pool(actor, organisation.id)),
        "skills": bool(rules.may_read_matrix(actor, organisation.id)),
    }
    if not actor.belongs_to(organisation.id):
        return Markup("")
    return render_part(request, "staff/of_organisation.html", organisation=organisation, may=may)
