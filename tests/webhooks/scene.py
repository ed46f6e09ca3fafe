"""Scenes of webhooks: the bakery's address, Amara who is a member by now and agreed, and a packet of her work."""

from sqlmodel import Session, select

from market.access import Role
from market.engagements.models import Engagement
from market.staff import packets
from market.webhooks import service
from market.webhooks.models import HandOver, Hook
from tests.support.world import World

URL = "https://hr.example/hook"


def hook(make: World, url: str = URL) -> tuple[int, str]:
    """(inner id, secret) of the bakery's webhook; another address than the form takes is written by hand."""
    with make.write() as db:
        made, secret = service.put(db, make.actor(make.bruno), make.bakery.id, URL)
        made.url = url
        db.add(made)
        return made.id, secret


def agreed(make: World) -> None:
    """Amara belongs to the bakery, and agrees."""
    make.member(make.bakery, Role.MENTOR, person=make.amara)
    with make.write() as db:
        service.agree(db, make.actor(make.amara), make.bakery.id)


def packet(make: World, work: int) -> None:
    """Have it made, and signed."""
    with make.write() as db:
        packets.ask(db, make.actor(make.amara), db.get_one(Engagement, work))
    make.drain()


def in_line(make: World) -> list[HandOver]:
    with make.read() as db:
        return list(db.exec(select(HandOver).order_by(HandOver.id)))  # type: ignore[arg-type]


def the_hook(db: Session) -> Hook:
    return db.exec(select(Hook)).one()


def try_in_line(make: World) -> int:
    """A test that waits to be sent."""
    with make.write() as db:
        return service.test(db, make.actor(make.bruno), the_hook(db)).id
