"""What we issue is accepted, and refused, by verifiers that we did not write: run in Node, without a network.

`@digitalbazaar/vc`, `@digitalcredentials/vc`, `@digitalcredentials/verifier-core` read the credentials, `jose` the
tokens. They take the time from the machine's clock, so these credentials are issued now.
"""

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlmodel import select

from market import clock
from market.credentials import documents, issuing, keys, lists, queries, signing
from market.credentials.models import Issued, IssuerKey, StatusList
from market.credentials.rules import KeyKind
from tests.credentials import issuing_scene as scene
from tests.interop import verifiers
from tests.support.world import World

SITE = "https://jobs.example.org"
HOLDER = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
GOOD = ("valid", "to an identifier", "signed anew", "reinstated")
BAD = (
    "tampered",
    "revoked",
    "suspended",
    "expired",
    "not yet valid",
    "signed by a stolen key",
    "by another issuer",
)


@pytest.fixture(scope="module")
def node() -> str:
    """Node, where it and the verifiers are installed."""
    return verifiers.node()


@pytest.fixture
def site(make: World) -> Iterator[World]:
    """The world at a public address with a name, and at the machine's time."""
    known = make.engine.get_execution_options()["issuing"]
    told = dataclasses.replace(known, public_url=SITE)
    with clock.standing(datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=2)):
        yield World(make.engine.execution_options(issuing=told))


def at_day(days: int) -> Any:
    """The clock that many days from now."""
    return clock.standing(clock.now() + timedelta(days=days))


def known_by_identifier(site: World) -> World:
    """The same site, where everyone has proved an identifier."""
    told = dataclasses.replace(
        site.engine.get_execution_options()["issuing"], proved=lambda _db, _who: (HOLDER,)
    )
    return World(site.engine.execution_options(issuing=told))


def everything_that_may_become_of_one(site: World) -> dict[str, Any]:
    """Credentials and tokens by what became of them."""
    what = scene.achievement(site)
    bruno = site.actor(site.bruno)
    with at_day(-3):  # with a key that is compromised afterwards
        anew = scene.issued(site, what, accepted=True)
        with site.read() as db:
            stolen = keys.active(db, site.bakery.id, KeyKind.ED25519)
            assert stolen is not None
            private = keys.private_of(db, stolen)
        with site.write() as db:
            keys.compromise(db, db.get_one(IssuerKey, stolen.id))
        site.drain()
    with at_day(-3):
        expired = scene.issued(site, what, valid_until=clock.now() + timedelta(days=1))
    ends = clock.now() + timedelta(days=400)
    valid = scene.issued(site, what, valid_until=ends)
    with at_day(2):
        early = scene.issued(site, what)
    revoked, suspended, reinstated = (scene.issued(site, what) for _each in range(3))
    for one, step in ((revoked, issuing.revoke), (suspended, issuing.suspend), (reinstated, issuing.suspend)):
        with site.write() as db:
            step(db, bruno, db.get_one(Issued, one), "For the test.")
    with site.write() as db:
        issuing.reinstate(db, bruno, db.get_one(Issued, reinstated))
    proved = known_by_identifier(site)
    named, named_ends = scene.issued(proved, what), scene.issued(proved, what, valid_until=ends)
    with at_day(-3):
        named_over = scene.issued(proved, what, valid_until=clock.now() + timedelta(days=1))
    with site.write() as db:  # lists as the worker would have signed them by now
        for each in db.exec(select(StatusList)).all():
            lists.sign(db, each)
    with site.read() as db:
        document = partial(scene.document, db)

        def token(one: int) -> str:
            signed = queries.signed_of(db, db.get_one(Issued, one))
            assert signed is not None
            assert signed.token is not None
            return signed.token

        made: dict[str, Any] = {
            "valid": document(valid),
            "signed anew": document(anew),
            "reinstated": document(reinstated),
            "to an identifier": document(named),
            "revoked": document(revoked),
            "suspended": document(suspended),
            "expired": document(expired),
            "not yet valid": document(early),
        }
        good = made["valid"]
        made["tampered"] = good | {"name": "Head baker"}
        made["signed by a stolen key"] = signing.add_proof(
            good,
            private,  # type: ignore[arg-type]
            f"{good['issuer']['id']}#{stolen.name}",
            clock.now(),
        )
        other = documents.did_web(SITE, "o", "somebodyelse")
        made["by another issuer"] = good | {"issuer": good["issuer"] | {"id": other}}
        head, payload, signature = token(named_ends).split(".")
        made |= {
            "token": token(named),
            "token that ends": token(named_ends),
            "expired token": token(named_over),
            "tampered token": f"{head}.{payload[:-8]}AAAAAAAA.{signature}",
            "token of another signature": f"{head}.{payload}.{token(named).rpartition('.')[2]}",
        }
        return {
            "cases": made,
            "documents": verifiers.published(db, SITE, site.bakery.public_id),
        }


def test_other_verifiers_accept_what_counts_and_nothing_else(site: World, node: str) -> None:
    bundle = everything_that_may_become_of_one(site)
    said = verifiers.said_of(node, bundle["cases"], bundle["documents"])
    wanted = {name: dict.fromkeys(verifiers.LIBRARIES, name in GOOD) for name in (*GOOD, *BAD)}
    wanted |= {
        name: {
            "jose": "token" in name and not name.startswith(("expired", "tampered")) and "another" not in name
        }
        for name in bundle["cases"]
        if "token" in name
    }
    found = {name: {one: told["ok"] for one, told in case.items()} for name, case in said.items()}
    assert found == wanted, json.dumps(said, indent=1)
    with site.read() as db:  # and ours says the same
        for name, case in bundle["cases"].items():
            ours = scene.check(db, case)
            assert (ours.verdict == "verified") == all(wanted[name].values()), (name, scene.codes(ours))
