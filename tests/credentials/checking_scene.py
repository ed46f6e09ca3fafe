"""What tests of checking stand on: badges with throw-away keys, a web made of a dictionary, and one warm child."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from market.config import Settings
from market.credentials.checking.work import Checker
from market.credentials.child import Verifier
from market.credentials.proofs.sources import Document, Unavailable
from tests.credentials import maker

Page = bytes | str | Mapping[str, Any] | Unavailable


class Web:
    """The outside, as far as a test needs one. `asked` is every address that was fetched, in order."""

    def __init__(self, pages: Mapping[str, Page] | None = None) -> None:
        self.pages: dict[str, Page] = dict(pages or {})
        self.asked: list[str] = []

    def __call__(self, url: str, accept: str) -> Document | Unavailable:
        self.asked.append(url)
        found = self.pages.get(url, Unavailable("no site of this name was found"))
        if isinstance(found, Unavailable):
            return found
        body = found.encode() if isinstance(found, str) else found
        return Document(
            body if isinstance(body, bytes) else json.dumps(body).encode(), "application/json", url, ""
        )


def checker(verifier: Verifier, web: Callable[..., Any] | None = None, **more: Any) -> Checker:
    return Checker(Settings(), web=web or Web(), verifier=verifier, **more)


def badge_of(identity: str = "", **changes: Any) -> bytes:
    """A signed badge, awarded to an e-mail address when one is given."""
    made = maker.badge(**changes)
    if identity:
        subject = made["credentialSubject"]
        subject.pop("id", None)
        subject["identifier"] = [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": identity,
                "identityType": "emailAddress",
            }
        ]
    return json.dumps(maker.prove(made)).encode()
