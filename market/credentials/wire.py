"""A verification and its inputs as plain JSON values: to hand to the child process, to keep, and to read again."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from market.credentials.proofs.binding import Person
from market.credentials.proofs.checks import Check, Issuer, Verification
from market.credentials.proofs.sources import Document, Need, Unavailable
from market.credentials.proofs.trust import Registry

if TYPE_CHECKING:
    from market.credentials.proofs.presentation import Holder

Documents = Mapping[str, Document | Unavailable]


def encode(made: Verification) -> dict[str, Any]:
    """A verification as JSON values; `decode` gives the same verification back."""
    plain = asdict(made)
    plain["at"] = made.at.isoformat() if made.at else None
    plain["inner"] = [encode(one) for one in made.inner]
    return plain


def decode(plain: Mapping[str, Any]) -> Verification:
    """The verification that `encode` wrote."""
    return Verification(
        verdict=plain["verdict"],
        format=plain["format"],
        container=plain["container"],
        issuer=Issuer(**plain["issuer"]),
        bound=plain["bound"],
        checks=tuple(Check(**one) for one in plain["checks"]),
        needs=tuple(Need(**one) for one in plain["needs"]),
        view=plain["view"],
        unsigned=tuple(plain["unsigned"]),
        inner=tuple(decode(one) for one in plain["inner"]),
        at=datetime.fromisoformat(plain["at"]) if plain["at"] else None,
        sha256=plain["sha256"],
        contexts=plain["contexts"],
        fetched=plain["fetched"],
        libraries=plain["libraries"],
    )


def encode_job(
    data: bytes,
    at: datetime,
    documents: Documents,
    person: Person | None,
    registries: Sequence[Registry],
    own: Sequence[str] = (),
) -> dict[str, Any]:
    """What one call of `verify` is given, as JSON values."""
    return {
        "data": base64.b64encode(data).decode("ascii"),
        "at": at.isoformat(),
        "documents": {url: _encode_document(found) for url, found in documents.items()},
        "person": None if person is None else {"emails": person.emails, "dids": person.dids},
        "own": list(own),
        "registries": [
            {"name": one.name, "known": dict(one.known), "denied": sorted(one.denied)} for one in registries
        ],
    }


def decode_job(plain: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `verify` that `encode_job` wrote."""
    person = plain["person"]
    return {
        "data": base64.b64decode(plain["data"]),
        "at": datetime.fromisoformat(plain["at"]),
        "documents": {url: _decode_document(one) for url, one in plain["documents"].items()},
        "person": None if person is None else Person(tuple(person["emails"]), tuple(person["dids"])),
        "own": tuple(plain["own"]),
        "registries": [
            Registry(one["name"], one["known"], frozenset(one["denied"])) for one in plain["registries"]
        ],
    }


def decode_presentation(plain: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `check_presentation` that `encode_job` and the parent wrote."""
    asked = plain["presentation"]
    return {
        "data": base64.b64decode(plain["data"]),
        "challenge": asked["challenge"],
        "domain": asked["domain"],
        "issued_at": datetime.fromisoformat(asked["issued_at"]),
        "at": datetime.fromisoformat(plain["at"]),
        "documents": {url: _decode_document(one) for url, one in plain["documents"].items()},
    }


def decode_holder(plain: Mapping[str, Any]) -> Holder:
    """The holder whom the child found."""
    from market.credentials.proofs.presentation import Holder

    return Holder(plain["did"], plain["problem"], tuple(Need(**one) for one in plain["needs"]))


def _encode_document(found: Document | Unavailable) -> dict[str, Any]:
    if isinstance(found, Unavailable):
        return {"reason": found.reason}
    body = base64.b64encode(found.body).decode("ascii")
    return {
        "body": body,
        "content_type": found.content_type,
        "final_url": found.final_url,
        "fetched_at": found.fetched_at,
    }


def _decode_document(plain: Mapping[str, Any]) -> Document | Unavailable:
    if "reason" in plain:
        return Unavailable(plain["reason"])
    return Document(
        base64.b64decode(plain["body"]), plain["content_type"], plain["final_url"], plain["fetched_at"]
    )
