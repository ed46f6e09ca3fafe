"""What we issue is accepted, and refused, by verifiers that we did not write: run in Node, without a network.

`@digitalbazaar/vc`, `@digitalcredentials/vc`, `@digitalcredentials/verifier-core` read the credentials, `jose` the
tokens. They take the time from the machine's clock, so these credentials are issued now.
"""

import dataclasses
import json
from datetime import timedelta
from functools import partial
from typing import Any

from sqlmodel import Session, select

from market import clock
from market.credentials import documents, issuing, keys, lists, queries, signing
from market.credentials.models import Issued, IssuerKey, StatusList
from market.credentials.rules import KeyKind
from tests.credentials import issuing_scene as scene
from tests.interop import verifiers
from tests.support.world import World

HOLDER = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
GOOD = ("valid", "to an identifier", "signed anew", "reinstated")
BAD = (
    "from before its suspension",
    "tampered",
    "revoked",
    "suspended",
    "expired",
    "not yet valid",
    "signed by a stolen key",
    "by another issuer",
)


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
    with site.read() as db:
        before = scene.document(db, reinstated)
    with site.write() as db:
        issuing.reinstate(db, bruno, db.get_one(Issued, reinstated))
    site.drain()
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
            "from before its suspension": before,
            "to an identifier": document(named),
            "revoked": document(revoked),
            "suspended": document(suspended),
            "expired": document(expired),
            "not yet valid": document(early),
        }
        good = made["valid"]
        made["tampered"] = good | {"name": "Head baker"}
        made["of two statuses"] = _with_two_statuses(db, site, good)
        made["signed by a stolen key"] = signing.add_proof(
            good,
            private,  # type: ignore[arg-type]
            f"{good['issuer']['id']}#{stolen.name}",
            clock.now(),
        )
        other = documents.did_web(verifiers.SITE, "o", "somebodyelse")
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
            "documents": verifiers.published(db, verifiers.SITE, site.bakery.public_id),
        }


def _with_two_statuses(db: Session, site: World, good: dict[str, Any]) -> dict[str, Any]:
    """Well signed, and not of the form of Open Badges 3.0: what looks at the schema has to say so."""
    key = keys.active(db, site.bakery.id, KeyKind.ED25519)
    assert key is not None
    one = good["credentialStatus"]
    doubled = good | {"credentialStatus": [one, one | {"id": f"{one['id']}-again"}]}
    private = keys.private_of(db, key)
    return signing.add_proof(doubled, private, f"{good['issuer']['id']}#{key.name}", clock.now())  # type: ignore[arg-type]


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
    wanted["of two statuses"] = {
        one: "core" not in one for one in verifiers.LIBRARIES
    }  # one looks at the schema
    found = {name: {one: told["ok"] for one, told in case.items()} for name, case in said.items()}
    assert found == wanted, json.dumps(said, indent=1)
    with site.read() as db:  # and ours says the same
        for name, case in bundle["cases"].items():
            ours = scene.check(db, case)
            assert (ours.verdict == "verified") == any(wanted[name].values()), (name, scene.codes(ours))
