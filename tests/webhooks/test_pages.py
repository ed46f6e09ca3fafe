"""The page of the webhook for owners, and a member's agreement."""

import re
from collections.abc import Callable

import pytest

from market.webhooks import rules, sending
from tests.support.client import Client, words
from tests.support.databases import Databases, SqliteFiles
from tests.support.world import World
from tests.webhooks import scene


@pytest.fixture(scope="session")
def databases(sqlite_files: SqliteFiles) -> Databases:
    return sqlite_files


def test_an_owner_sets_it_sees_the_secret_once_and_tries_it(client: Client, make: World) -> None:
    bruno, at = client.as_(make.bruno), f"/organisations/{make.bakery.public_id}/webhook"
    assert "Set it, and show the secret" in words(bruno.get(at))
    refused = bruno.post(at, {"url": "http://hr.example/"})
    assert refused.status_code == 422
    assert "Only addresses that begin with https://" in words(refused)
    made = bruno.post(at, {"url": scene.URL})
    secret = re.search(r"whsec_[A-Za-z0-9+/=]{44}", made.text)
    assert secret is not None
    assert "no-store" in made.headers["cache-control"]
    again = bruno.get(at)
    assert "whsec_" not in again.text
    assert "Nothing yet. Send a test" in words(again)
    hook = re.search(r"/webhooks/([a-z2-7]{16})/test", again.text)
    assert hook is not None
    assert "In line" in words(bruno.follow(bruno.post(f"/webhooks/{hook[1]}/test", {})))
    rotated = bruno.post(f"/webhooks/{hook[1]}/rotate", {})
    assert "The one before signs beside it until" in words(rotated)
    assert secret[0] not in rotated.text
    assert "Paused" in words(bruno.follow(bruno.post(f"/webhooks/{hook[1]}/pause", {"paused": "on"})))
    assert "It goes on" in words(bruno.follow(bruno.post(f"/webhooks/{hook[1]}/pause", {"paused": ""})))
    assert "Changed" in words(bruno.follow(bruno.post(at, {"url": "https://other.example/"})))
    assert bruno.post(at, {"url": "https://other.example:99/"}).status_code == 422
    assert "Removed" in words(bruno.follow(bruno.post(f"/webhooks/{hook[1]}/remove", {})))


def test_the_page_says_how_long_an_answer_may_take_here(clients: Callable[..., Client], make: World) -> None:
    at = f"/organisations/{make.bakery.public_id}/webhook"
    for seconds, said in ((10, "within 10 seconds."), (1, "within a second.")):
        page = clients(fetch_seconds=seconds).as_(make.bruno).get(at)
        assert f"Answer with 200 to 299 {said}" in words(page)


def test_what_came_of_a_try_is_said_in_words(client: Client, make: World) -> None:
    scene.hook(make)
    tries = (
        (302, sending.MOVED, "It answered 302 and sends us elsewhere"),
        (None, sending.FAILED, "It could not be sent because of a fault on our side."),
        (None, sending.UNREADABLE, "The secret cannot be read any more."),
        (None, "too_slow", "The site took too long to answer."),
        (None, "of_an_older_version", "of_an_older_version"),
        (503, None, "It answered 503."),
    )
    for answer, trouble, _words in tries:
        one = scene.try_in_line(make)
        with make.write() as db:
            sending.settle(db, one, answer, trouble)
    page = words(client.as_(make.bruno).get(f"/organisations/{make.bakery.public_id}/webhook"))
    assert [said for _answer, _trouble, said in tries if said not in page] == []


def test_a_member_agrees_on_the_page_of_agreements(client: Client, make: World) -> None:
    mira = client.as_(make.mira)
    assert "HR system" not in words(mira.get("/agreements"))
    assert (
        mira.post("/agreements/hand-over", {"org": make.bakery.public_id, "agrees": "on"}).status_code == 404
    )
    scene.hook(make)
    asked = words(mira.get("/agreements"))
    assert "HR system" in asked
    assert f"to {rules.host_of(scene.URL)}" in asked
    given = {"org": make.bakery.public_id, "agrees": "on"}
    assert "goes to its HR system" in words(mira.follow(mira.post("/agreements/hand-over", given)))
    page = words(client.as_(make.bruno).get(f"/organisations/{make.bakery.public_id}/webhook"))
    assert "One member has agreed." in page
    assert make.mira.name not in page
    taken = mira.follow(mira.post("/agreements/hand-over", {**given, "agrees": ""}))
    assert "Nothing more of yours is sent" in words(taken)


def test_the_page_is_there_for_owners_alone(client: Client, make: World) -> None:
    scene.hook(make)
    at = f"/organisations/{make.bakery.public_id}/webhook"
    make.organisation(owner=make.chidi)
    assert client.as_(make.chidi).get(at).status_code == 404
    assert client.as_(make.mira).get(at).status_code == 403
