"""How often a programme was begun and completed: counted over its versions, and told only of enough people."""

import pytest
from sqlmodel import select

from market.apprenticeships import following, following_rules
from market.apprenticeships.following_rules import Record
from market.engagements import service as work_service
from market.programmes.models import Programme
from tests.apprenticeships.scene import running
from tests.engagements.scene import do
from tests.support.client import Client, words
from tests.support.world import World


def record(make: World) -> Record:
    with make.read() as db:
        return following.record_of(db, db.exec(select(Programme.id)).one())


def test_who_began_and_who_ended_is_counted(make: World) -> None:
    e = running(make)
    assert record(make) == Record(begun=1, ended=0, completed=0)
    do(make, make.amara, e, work_service.end_early, "I moved.", "none")
    assert record(make) == Record(begun=1, ended=1, completed=0)


@pytest.mark.parametrize(("ended", "shown"), [(0, False), (4, False), (5, True)])
def test_how_it_ended_is_told_of_five_people_and_more(ended: int, shown: bool) -> None:
    assert Record(9, ended, 0).is_shown is shown


def test_the_page_of_a_programme_says_how_it_went(
    client: Client, make: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    e = running(make)
    with make.read() as db:
        path = f"/programmes/{db.exec(select(Programme.public_id)).one()}"
    assert "One person has begun it. How many complete it stands here once 5 have ended it." in words(
        client.get(path)
    )
    do(make, make.amara, e, work_service.end_early, "I moved.", "none")
    monkeypatch.setattr(following_rules, "FEWEST", 1)
    assert "0 of the 1 who ended it completed it. Nobody is at it now." in words(client.get(path))
