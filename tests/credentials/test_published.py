"""Documents for machines over HTTP: media types, caching, other sites, and hosts that the site had before."""

import json
from typing import Any

import pytest
from sqlmodel import select

from market.accounts.models import Organisation
from market.credentials import keys, publishing
from market.credentials.models import Achievement, IssuerKey, StatusList
from market.credentials.proofs.sources import Document
from market.credentials.rules import KeyKind
from tests.credentials import issuing_scene as scene
from tests.credentials.test_keys import elsewhere
from tests.support.client import Client
from tests.support.world import World


@pytest.fixture
def paths(make: World) -> dict[str, str]:
    """The addresses of every document, once something was issued."""
    scene.issued(make)
    with make.write() as db:
        keys.signing_key(db, None, KeyKind.ED25519)
        org = db.get_one(Organisation, make.bakery.id).public_id
        return {
            "site": "/.well-known/did.json",
            "organisation": f"/o/{org}/did.json",
            "issuer": f"/o/{org}/issuer.json",
            "key": f"/keys/{db.exec(select(IssuerKey.public_id).where(IssuerKey.org_id == make.bakery.id)).one()}",
            "list": f"/status/{db.exec(select(StatusList.public_id)).first()}",
            "achievement": f"/achievements/{db.exec(select(Achievement.public_id)).one()}.json",
        }


TYPES = {
    "site": "application/did+json",
    "organisation": "application/did+json",
    "issuer": "application/ld+json",
    "key": "application/jwk+json",
    "list": "application/vc",
    "achievement": "application/ld+json",
}


@pytest.mark.parametrize("which", TYPES)
def test_anyone_may_read_and_keep_them(which: str, paths: dict[str, str], client: Client) -> None:
    found = client.get(paths[which])
    assert (found.status_code, found.headers["content-type"].partition(";")[0]) == (200, TYPES[which])
    assert found.headers["access-control-allow-origin"] == "*"
    assert found.headers["cache-control"].startswith("public, max-age=")
    assert json.loads(found.text)
    again = client.get(paths[which], headers={"If-None-Match": f'"x", {found.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == found.headers["etag"]


def test_they_say_what_our_verifier_reads(paths: dict[str, str], client: Client, make: World) -> None:
    with make.read() as db:
        for which in ("site", "organisation", "key", "list"):
            own = publishing.own_document(db, "http://testserver" + paths[which])
            assert isinstance(own, Document)
            assert own.body == client.get(paths[which]).content
        assert publishing.own_document(db, "https://elsewhere.example/o/x/did.json") is None
        nothing = publishing.own_document(db, "http://testserver/organisations/x")
        assert isinstance(nothing, Document)
        assert nothing.body == b"", "an address of ours is never fetched, whatever lies there"


def test_the_profile_and_the_achievement_are_those_of_the_credential(
    paths: dict[str, str], client: Client, make: World
) -> None:
    with make.read() as db:
        found = scene.document(db, 1)
    assert found["issuer"].items() <= client.get(paths["issuer"]).json().items()
    assert (
        found["credentialSubject"]["achievement"].items() <= client.get(paths["achievement"]).json().items()
    )


@pytest.mark.parametrize(
    "path",
    ["/o/none/did.json", "/o/none/issuer.json", "/keys/none", "/status/none", "/achievements/none.json"],
)
def test_what_is_not_there_is_not_found(path: str, client: Client) -> None:
    assert client.get(path).status_code == 404
    assert client.get("/.well-known/did.json").status_code == 404, "the site has no key yet"


def test_a_draft_and_a_compromised_key_are_not_shown(make: World, client: Client) -> None:
    draft = scene.achievement(make, published=False)
    scene.issued(make)
    with make.write() as db:
        key = keys.active(db, make.bakery.id, KeyKind.ED25519)
        assert key is not None
        keys.compromise(db, key)
        public_id = db.get_one(Achievement, draft).public_id
    assert client.get(f"/achievements/{public_id}.json").status_code == 404
    assert client.get(f"/keys/{key.public_id}").status_code == 404


def test_a_host_of_before_answers_with_its_own_identifiers(make: World, clients: Any) -> None:
    scene.issued(make)
    new = elsewhere(make, public_url="https://jobs.example.org")
    with new.write() as db:
        keys.move(db, "https://jobs.example.org")
    new.drain()
    client = clients(public_url="https://jobs.example.org")
    path = f"/o/{make.bakery.public_id}/did.json"
    for host, did in (("testserver", "did:web:testserver"), ("jobs.example.org", "did:web:jobs.example.org")):
        found = client.get(path, headers={"Host": host}).json()
        assert found["id"] == f"{did}:o:{make.bakery.public_id}"
        assert all(one.startswith(found["id"] + "#") for one in found["assertionMethod"])
