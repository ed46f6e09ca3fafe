"""Deciding about issuers, and reading registries softly: a failure leaves what was known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlmodel import Session

from market import clock
from market.access import SYSTEM
from market.accounts import sessions
from market.errors import Conflict, Forbidden, Invalid
from market.net.errors import Unreachable
from market.trust import queries, reading, service
from market.trust.models import KnownIssuer, Registry, RegistryKind, Standing
from market.trust.rules import is_issuer_uri, may_decide
from tests.support.client import Client, words
from tests.support.world import Standing as Clock
from tests.support.world import World
from tests.trust.federating import CONFIGURATION, ENDPOINT, Anchor

URL = "https://registry.example/registry.json"
AIRE, MILL = "did:web:aire.example", "did:web:mill.example"


def registry(
    make: World, kind: RegistryKind = RegistryKind.DCC, url: str = URL, name: str = "Colleges"
) -> int:
    with make.write() as db:
        return service.add_registry(db, SYSTEM, kind, name, url).id


def listing(**names: str) -> bytes:
    return json.dumps(
        {"registry": {f"did:web:{key}.example": {"name": name} for key, name in names.items()}}
    ).encode()


def asks(pages: dict[str, Any]) -> reading.Get:
    def get(url: str, accept: str) -> bytes:
        found = pages.get(url, reading.Gone())
        if isinstance(found, Exception):
            raise found
        return bytes(found)

    return get


def registries(db: Session) -> list[tuple[Registry, int]]:
    """As moderators see them."""
    return queries.moderated(db, 0, 1)[1]


def known(make: World, uri: str) -> queries.Naming:
    with make.read() as db:
        return queries.naming(queries.rolls(db), uri)


def test_a_registry_makes_its_issuers_known_by_its_names(make: World) -> None:
    registry(make)
    assert reading.read_due(make.engine, asks({URL: listing(aire="Aire College")}))
    assert known(make, AIRE) == ("Aire College", "Colleges", False)
    assert not reading.read_due(make.engine, asks({})), "it is read again tomorrow"
    assert len(make.events("registry.changed")) == 1


def test_entries_follow_the_registry_and_nobody_is_told_when_nothing_changed(
    make: World, standing_clock: Clock
) -> None:
    registry(make)
    reading.read_due(make.engine, asks({URL: listing(aire="Aire College", mill="Mill")}))
    standing_clock.move(hours=25)
    reading.read_due(make.engine, asks({URL: listing(aire="Aire University")}))
    assert known(make, AIRE).name == "Aire University"
    assert not known(make, MILL).known
    standing_clock.move(hours=25)
    reading.read_due(make.engine, asks({URL: listing(aire="Aire University")}))
    assert len(make.events("registry.changed")) == 2


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Unreachable("too_slow"), "too long"),
        (b"<html>", "not JSON"),
        (reading.Gone(), "nothing at this address"),
    ],
)
def test_a_registry_that_fails_keeps_what_it_said_and_is_tried_in_an_hour(
    make: World, standing_clock: Clock, answer: Any, says: str
) -> None:
    registry(make)
    reading.read_due(make.engine, asks({URL: listing(aire="Aire College")}))
    standing_clock.move(hours=25)
    assert reading.read_due(make.engine, asks({URL: answer}))
    assert known(make, AIRE).known
    with make.read() as db:
        [(one, count)] = registries(db)
    assert says in one.failure
    assert count == 1
    assert not reading.read_due(make.engine, asks({}))
    standing_clock.move(hours=2)
    reading.read_due(make.engine, asks({URL: listing(aire="Aire College")}))
    with make.read() as db:
        assert registries(db)[0][0].failure == ""


def test_registries_are_asked_in_their_order_and_the_sites_own_list_before_all(make: World) -> None:
    registry(make)
    registry(make, url="https://second.example/r.json", name="Second")
    pages = {
        URL: listing(aire="Aire College"),
        "https://second.example/r.json": listing(aire="Aire Inc", mill="Mill"),
    }
    while reading.read_due(make.engine, asks(pages)):
        pass
    assert known(make, AIRE).by == "Colleges"
    assert known(make, MILL).by == "Second"
    with make.write() as db:
        service.decide(db, SYSTEM, service.meet(db, MILL), Standing.DENIED, reason="It sells badges.")
        service.decide(db, SYSTEM, service.meet(db, AIRE), Standing.ALLOWED, reason="We met.", name="Aire")
    assert known(make, MILL).denied
    assert known(make, AIRE).name == "Aire"
    with make.write() as db:
        service.decide(db, SYSTEM, service.meet(db, MILL), Standing.NONE, reason="They stopped.")
    assert known(make, MILL) == ("Mill", "Second", False)


def test_a_federation_is_asked_about_one_issuer_and_its_answer_runs_out(
    make: World, standing_clock: Clock
) -> None:
    anchor = Anchor()
    registry(make, RegistryKind.FEDERATION, CONFIGURATION, "Members")
    question = f"{ENDPOINT}?sub=did%3Aweb%3Aaire.example"
    pages = {CONFIGURATION: anchor.configuration(clock.now()), question: anchor.answer(clock.now(), AIRE)}
    assert reading.ask_federations(make.engine, AIRE, asks(pages))
    assert known(make, AIRE) == ("Aire College", "Members", False)
    assert not reading.read_due(make.engine, asks({})), "a federation is never read whole"
    standing_clock.move(days=2)
    assert not known(make, AIRE).known
    pages = {CONFIGURATION: anchor.configuration(clock.now())}
    assert not reading.ask_federations(make.engine, AIRE, asks(pages))
    with make.read() as db:
        assert registries(db)[0][1] == 0
        assert registries(db)[0][0].failure == "", "not knowing somebody is no failure"


def test_a_federation_signed_by_others_makes_nobody_known(make: World) -> None:
    registry(make, RegistryKind.FEDERATION, CONFIGURATION, "Members")
    question = f"{ENDPOINT}?sub=did%3Aweb%3Aaire.example"
    pages = {CONFIGURATION: Anchor().configuration(clock.now()), question: Anchor().answer(clock.now(), AIRE)}
    assert not reading.ask_federations(make.engine, AIRE, asks(pages))
    assert not known(make, AIRE).known
    with make.read() as db:
        assert "signature" in registries(db)[0][0].failure


def test_only_moderators_decide_with_a_name_and_every_decision_is_kept(make: World) -> None:
    with make.write() as db:
        issuer = service.meet(db, AIRE, "Aire, says Aire")
        with pytest.raises(Forbidden):
            service.decide(
                db, sessions.actor_for(db, make.amara.id), issuer, Standing.ALLOWED, reason="I like it."
            )
        dana = sessions.actor_for(db, make.dana.id)
        with pytest.raises(Invalid):
            service.decide(db, dana, issuer, Standing.ALLOWED, reason="They rang us.")
        service.decide(db, dana, issuer, Standing.ALLOWED, reason="They rang us.", name="Aire College")
        service.decide(db, dana, issuer, Standing.DENIED, reason="It was not them.")
        kept = [(one.standing, one.reason, one.person_id) for one in queries.decisions_about(db, issuer.id)]
    assert kept == [("denied", "It was not them.", make.dana.id), ("allowed", "They rang us.", make.dana.id)]


def test_registries_are_added_once_read_on_wish_and_removed(make: World) -> None:
    registry(make)
    federation = registry(make, RegistryKind.FEDERATION, CONFIGURATION, "Members")
    with make.write() as db, pytest.raises(Invalid):
        service.add_registry(db, SYSTEM, RegistryKind.DCC, "Again", URL)
    reading.read_due(make.engine, asks({URL: listing(aire="Aire College")}))
    with make.write() as db:
        by_id = {one.id: one for one, _n in registries(db)}
        with pytest.raises(Conflict):
            service.read_now(db, SYSTEM, by_id[federation])
        first = next(one for key, one in by_id.items() if key != federation)
        service.read_now(db, SYSTEM, first)
    assert reading.read_due(make.engine, asks({URL: listing(aire="Aire College")}))
    with make.write() as db:
        service.remove_registry(db, SYSTEM, queries.get_registry(db, first.public_id))
    assert not known(make, AIRE).known


def test_an_issuer_is_met_once_and_its_own_word_follows(make: World) -> None:
    with make.write() as db:
        first = service.meet(db, AIRE, "Aire")
        assert service.meet(db, AIRE, "Aire College").id == first.id
        assert service.meet(db, AIRE).own_name == "Aire College"


@pytest.mark.parametrize(
    ("uri", "fits"),
    [
        ("did:key:z6MkvD", True), ("did:web:aire.example:o:roofs", True), ("https://aire.example/issuer", True),
        ("http://old.example/i.json", True), ("https://user@aire.example", False), ("javascript:alert(1)", False),
        ("Aire College", False), ("did:web:" + "a" * 600, False), ("https://a.example/\n", False),
    ],
)  # fmt: skip
def test_an_identifier_is_a_did_or_a_web_address(uri: str, fits: bool) -> None:
    assert is_issuer_uri(uri) is fits


def test_who_decides(make: World) -> None:
    assert not may_decide(make.actor(make.amara))
    assert may_decide(make.actor(make.dana))
    assert may_decide(SYSTEM)


# -- pages


def test_moderators_name_refuse_and_follow_issuers_with_reasons(make: World, client: Client) -> None:
    dana = client.as_(make.dana)
    refused = dana.post("/moderation/issuers", {"uri": "Aire", "standing": "allowed", "reason": "x"})
    assert refused.status_code == 422
    assert "Write the identifier as credentials give it" in words(refused)
    nameless = dana.post(
        "/moderation/issuers", {"uri": AIRE, "standing": "allowed", "reason": "They rang us."}
    )
    assert nameless.status_code == 422
    sent = {"uri": AIRE, "standing": "allowed", "name": "Aire College", "reason": "They rang us."}
    page = dana.follow(dana.post("/moderation/issuers", sent))
    assert "They rang us." in words(page)
    with make.read() as db:
        issuer = queries.issuer_of(db, AIRE)
    assert isinstance(issuer, KnownIssuer)
    public = words(client.get(f"/issuers/{issuer.public_id}"))
    for said in ("Known here", "Aire College", "They rang us.", "vouches for it"):
        assert said in public
    assert "Aire College" in words(client.get("/issuers"))
    there = f"/moderation/issuers/{issuer.public_id}"
    assert dana.post(there, {"standing": "denied", "reason": ""}).status_code == 422
    dana.follow(dana.post(there, {"standing": "denied", "reason": "It was not them."}))
    assert "Refused here" in words(client.get(f"/issuers/{issuer.public_id}"))
    assert "Aire College" not in words(client.get("/issuers"))
    assert "Aire College" in words(dana.get("/moderation/issuers", params={"q": "aire"}))


def test_registers_are_added_and_removed_on_the_page(make: World, client: Client) -> None:
    dana = client.as_(make.dana)
    sent = {"kind": "dcc", "registry_name": "Colleges", "url": "http://registry.example"}
    assert "begins with https" in words(dana.post("/moderation/registries", sent))
    sent["url"] = URL
    assert "Colleges" in words(dana.follow(dana.post("/moderation/registries", sent)))
    assert dana.post("/moderation/registries", sent).status_code == 422
    with make.read() as db:
        [(one, _n)] = registries(db)
    assert dana.post(f"/moderation/registries/{one.public_id}/read").status_code == 303
    reading.read_due(make.engine, asks({URL: b"<html>"}))
    assert "The last try failed: The document is not JSON." in words(dana.get("/moderation/issuers"))
    dana.post(f"/moderation/registries/{one.public_id}/remove")
    assert "None is read." in words(dana.get("/moderation/issuers"))


def test_finding_an_issuer_that_is_not_there_says_so(make: World, client: Client) -> None:
    assert "No issuers yet" in words(client.get("/issuers"))
    assert "No issuer of that name" in words(client.get("/issuers", params={"q": "Aire"}))
    assert client.get("/issuers/aaaaaaaaaaaaaaaa").status_code == 404
