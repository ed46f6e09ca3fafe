"""Anyone may check any credential: without an account, by file, address or text, and it is forgotten after an hour."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select

from market import clock
from market.config import Settings
from market.credentials import issuing
from market.credentials.checking import queue
from market.credentials.checking.models import Check
from market.credentials.checking.work import Checker
from market.credentials.child import Verifier
from market.credentials.publishing import own_document
from market.wallet.following import Wallet
from tests.credentials import issued_scene, maker
from tests.credentials.checking_scene import Web, badge_of
from tests.support.client import Client, htmx, words
from tests.support.databases import Databases
from tests.support.world import World

SETTINGS = Settings(public_url="http://testserver")


@pytest.fixture(scope="module")
def child() -> Iterator[Verifier]:
    with Verifier() as verifier:
        yield verifier


@pytest.fixture(scope="session")
def databases(sqlite_files: Databases) -> Databases:
    """SQLite alone: the jobs themselves are tested on both."""
    return sqlite_files


def work(make: World, child: Verifier, web: Web | None = None) -> None:
    """Let the worker do every check that is due."""
    checker = Checker(SETTINGS, follower=Wallet(SETTINGS), own=own_document, web=web or Web(), verifier=child)
    checker.run(make.engine)


def test_a_visitor_has_a_badge_checked_and_reads_every_check(
    client: Client, make: World, child: Verifier
) -> None:
    assert "You need no account." in words(client.get("/verify-credential"))
    sent = client.post("/verify-credential", files={"file": ("badge.json", badge_of(), "application/json")})
    waiting = client.follow(sent)
    assert "It is being checked" in words(waiting)
    assert "badge.json" in words(waiting)
    part = client.get(sent.headers["location"], headers=htmx("progress"))
    assert part.text.strip().startswith("<section")
    work(make, child)
    done = client.get(sent.headers["location"], headers=htmx("progress"))
    assert done.headers["HX-Redirect"] == sent.headers["location"]
    report = words(client.follow(sent))
    assert "Is it authentic?" in report
    assert "Every check" in report
    assert "Is it yours?" not in report, "nobody asked whose it is"
    with make.read() as db:
        assert db.exec(select(Check)).one().person_id is None


def test_what_the_site_issued_comes_out_verified_when_it_is_checked_like_a_strangers(
    client: Client, make: World, child: Verifier
) -> None:
    issued = issued_scene.accepted(make)
    web = Web()
    sent = client.post(f"/credentials/{issued.public_id}/check")
    work(make, child, web)
    page = client.follow(sent)
    report = words(page)
    assert "Verified" in report
    assert "Not verified" not in report
    assert issued_scene.NAME in report
    assert web.asked == [], "our own documents are read from the database, never fetched"


@pytest.mark.parametrize("end", ["", ".json", ".png", "/verify"])
def test_the_address_of_a_credential_of_ours_is_checked_without_asking_the_web(
    client: Client, make: World, child: Verifier, end: str
) -> None:
    issued, web = issued_scene.accepted(make), Web()
    link = f"http://testserver/credentials/{issued.public_id}{end}"
    sent = client.post("/verify-credential", {"link": link})
    work(make, child, web)
    report = words(client.follow(sent))
    assert "Verified" in report
    assert issued_scene.NAME in report
    assert web.asked == []


@pytest.mark.parametrize("public_id", ["none", "private"])
def test_an_address_of_ours_that_is_not_for_everyone_is_not_settled(
    client: Client, make: World, child: Verifier, public_id: str
) -> None:
    hidden = issued_scene.accepted(make, public=False)
    public_id = hidden.public_id if public_id == "private" else public_id
    sent = client.post("/verify-credential", {"link": f"http://testserver/credentials/{public_id}"})
    work(make, child)
    report = words(client.follow(sent))
    assert "there is no credential here that everyone may see" in report
    assert issued_scene.NAME not in report


def test_a_stranger_is_one_press_from_the_check_of_what_they_were_shown(
    client: Client, make: World, child: Verifier
) -> None:
    issued = issued_scene.accepted(make)
    page = client.get(f"/credentials/{issued.public_id}")
    assert f'href="/credentials/{issued.public_id}/verify"' in page.text
    view = client.get(f"/credentials/{issued.public_id}/verify")
    assert f"did:web:testserver:o:{make.bakery.public_id}" in view.text
    pressed = client.post(f"/credentials/{issued.public_id}/check")
    work(make, child)
    assert "Verified" in words(client.follow(pressed))
    hidden = issued_scene.accepted(make, public=False)
    assert client.get(f"/credentials/{hidden.public_id}/verify").status_code == 404


def test_a_revoked_one_comes_out_not_verified(client: Client, make: World, child: Verifier) -> None:
    issued = issued_scene.accepted(make)
    issued_scene.step(make, make.bruno, issued, issuing.revoke, "It was bought.")
    sent = client.post(f"/credentials/{issued.public_id}/check")
    work(make, child)
    assert "Not verified" in words(client.follow(sent))


def test_a_private_one_is_checked_by_its_two_sides_only(client: Client, make: World) -> None:
    issued = issued_scene.accepted(make, public=False)
    path = f"/credentials/{issued.public_id}/check"
    assert client.post(path).status_code == 404
    assert client.as_(make.chidi).post(path).status_code == 404
    assert client.as_(make.amara).post(path).status_code == 303


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose a file, or write its address or its text below."),
        ({"link": "badge"}, "Write the whole address"),
        ({"link": "https://a.example/x", "text": "{}"}, "Give one of the three"),
        ({"text": "x" * 200_001 + " " * 50_000}, ""),
    ],
)
def test_a_form_without_one_credential_comes_back(
    client: Client, make: World, sent: dict[str, str], said: str
) -> None:
    answer = client.post("/verify-credential", sent)
    if said:
        assert answer.status_code == 422
        assert said in words(answer)
    else:
        assert answer.status_code == 303, "long text is a credential like any other until it is looked at"


@pytest.mark.parametrize(
    "content",
    [b"<!DOCTYPE html><title>Sign in</title>", b"\xff\xd8\xff\xe0photograph", b"%PDF-1.7", b"{" * 1000],
)
def test_what_is_no_credential_is_told_what_it_is_and_what_to_do(
    client: Client, make: World, child: Verifier, content: bytes
) -> None:
    sent = client.post("/verify-credential", files={"file": ("<b>x</b>.png", content, "image/png")})
    work(make, child)
    page = client.follow(sent)
    assert page.status_code == 200
    assert "<b>x</b>" not in page.text
    assert "Check another" in words(page)
    assert "Is it authentic?" not in words(page)


def test_a_visitor_can_ask_for_the_check_again(client: Client, make: World, child: Verifier) -> None:
    sent = client.post("/verify-credential", {"text": json.dumps(maker.prove(maker.badge()))})
    work(make, child)
    again = client.post(f"{sent.headers['location']}/again")
    assert "It is being checked again." in words(client.follow(again))
    work(make, child)
    assert "Check again now" in words(client.follow(sent))


def test_a_check_is_forgotten_after_an_hour(client: Client, make: World, child: Verifier) -> None:
    sent = client.post("/verify-credential", {"text": "{}"})
    work(make, child)
    assert client.follow(sent).status_code == 200
    clock.move(timedelta(minutes=61))
    make.sweep()
    assert client.follow(sent).status_code == 404
    with make.read() as db:
        assert db.exec(select(Check)).all() == []


def test_checks_that_belong_to_a_person_are_not_to_be_had_here(client: Client, make: World) -> None:
    with make.write() as db:
        made = queue.check_document(db, b"{}", person_id=make.amara.id)
    assert client.as_(make.amara).get(f"/verify-credential/{made.public_id}").status_code == 404
    assert client.post(f"/verify-credential/{made.public_id}/again").status_code == 404
