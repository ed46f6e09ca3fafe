"""Internal programmes in the browser: made for members, found by them alone, joined by one click."""

import re

import pytest
from sqlmodel import select

from market.access import Role
from market.engagements import service as work_service
from market.programmes.models import Programme
from tests.apprenticeships import inside, scene
from tests.programmes import plans
from tests.support.client import Client, words
from tests.support.databases import Databases, SqliteFiles
from tests.support.world import World


@pytest.fixture(scope="session")
def databases(sqlite_files: SqliteFiles) -> Databases:
    return sqlite_files


def test_it_is_made_for_members_opened_and_joined(client: Client, make: World) -> None:
    made, bruno = plans.draft(make), client.as_(make.bruno)
    at = f"/programmes/{made}"
    assert "It is for members alone." in words(bruno.follow(bruno.post(f"{at}/readers", {"inside": "on"})))
    bruno.post(f"{at}/publish", {})
    assert "See it as members do" in words(bruno.get(f"{at}/manage"))
    refused = bruno.post(f"{at}/inside", {"starts_on": "2020-01-01", "seats": "2"})
    assert refused.status_code == 422
    assert "That day has passed" in words(refused)
    assert bruno.post(f"{at}/inside", {"seats": "0"}).status_code == 422
    assert "0 of 2 taken" in words(bruno.follow(bruno.post(f"{at}/inside", {"seats": "2"})))
    ida = client.as_(make.member(make.bakery, Role.ISSUER))
    assert "Read it, and take a place" in words(ida.get("/inside"))
    page = ida.get(at)
    assert "noindex" in page.text
    assert "application/ld+json" not in page.text
    join = re.search(r"/rounds/[a-z2-7]{16}/join", page.text)
    assert join is not None
    work = ida.follow(ida.post(join[0], {}))
    assert "You are in. Here is what is planned" in words(work)
    assert "You are in it" in words(ida.get(at))
    assert "You are in it" in words(ida.get("/inside"))
    assert "1 of 2 taken" in words(bruno.get(f"{at}/manage"))
    assert "Nobody but you could judge" in words(bruno.get(at))
    close = re.search(r"/rounds/[a-z2-7]{16}/close", bruno.get(f"{at}/manage").text)
    assert close is not None
    assert "Closed. Whoever joined goes on." in words(bruno.follow(bruno.post(close[0], {})))


def test_what_was_completed_stays_so_when_a_second_time_ends_early(client: Client, make: World) -> None:
    ria = inside.ria(make)
    inside.passed(make, ria)
    with make.read() as db:
        (made,) = db.exec(select(Programme.public_id)).all()
    again = inside.join(make, ria, inside.round_open(make, made))
    assert "You are in it" in words(client.as_(ria).get("/inside"))
    for side in (ria, make.mira):
        scene.do(make, side, again, work_service.ready)
    scene.do(make, ria, again, work_service.end_early, "Once was enough.", "none")
    said = words(client.as_(ria).get("/inside"))
    assert "You completed it" in said
    assert "You are in it" not in said


def test_to_everybody_else_it_is_not_there(client: Client, make: World) -> None:
    made = inside.published(make)
    cohort = inside.round_open(make, made)
    make.organisation("Hollow Lane Garage", owner=make.chidi)
    for other in (client.as_(make.chidi), client.as_(make.dana), client):
        assert other.get(f"/programmes/{made}").status_code == 404
        assert other.get(f"/programmes/{made}/versions/1").status_code == 404
        assert "Stores and stock" not in words(other.get("/programmes"))
        assert "Stores and stock" not in words(other.get(f"/organisations/{make.bakery.public_id}"))
    assert client.as_(make.chidi).post(f"/rounds/{cohort}/join", {}).status_code == 404
    assert "No programme for members yet" in words(client.as_(make.chidi).get("/inside"))
    assert "Stores and stock" not in words(client.as_(make.amara).get("/growth"))
