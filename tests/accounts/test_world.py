"""The tests' own world: the cast is there, in every database, and browsers can be signed in."""

from sqlmodel import select

from market.access import Role, Task
from market.accounts import queries
from market.accounts.models import Organisation
from tests.support.client import Client, words
from tests.support.world import World


def test_the_cast_is_there(make: World) -> None:
    bruno, mira, dana = make.actor(make.bruno), make.actor(make.mira), make.actor(make.dana)
    assert bruno.roles_in(make.bakery.id) == {Role.OWNER}
    assert mira.roles_in(make.bakery.id) == {Role.MENTOR}
    assert dana.is_moderator
    assert make.actor(make.amara).is_verified
    with make.read() as db:
        assert queries.org_member_ids(db, make.bakery.id) == [make.bruno.id, make.mira.id]
        assert queries.org_member_ids(db, make.bakery.id, Task.POST) == [make.bruno.id]
        assert queries.primary_address(db, make.amara.id) == "amara@example.org"


def test_each_test_has_its_own_database(make: World) -> None:
    make.organisation("Kettle Repairs")
    with make.read() as db:
        assert set(db.exec(select(Organisation.name))) == {make.bakery.name, "Kettle Repairs"}


def test_browsers_are_signed_in_apart(client: Client, make: World) -> None:
    amara, bruno = client.as_(make.amara), client.as_(make.bruno)
    assert "Amara Okafor" not in words(client.get("/"))
    amara.get("/")
    assert amara.cookies["session"] != bruno.cookies["session"]
