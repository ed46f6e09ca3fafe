"""What a verification names is got once, within a budget, and why something could not be had is said in words."""

from __future__ import annotations

import json
from functools import partial

import pytest

from market.credentials import resolve
from market.credentials.proofs.checks import Verification
from market.credentials.proofs.sources import Document, Unavailable
from market.credentials.proofs.verify import verify
from market.credentials.resolve import Documents
from market.net.errors import FetchError, Unreachable
from market.net.fetch import Fetched
from tests.credentials import maker

LISTS = [f"https://issuer.example/status/{n}" for n in range(3)]
BADGE = json.dumps(
    maker.prove(maker.badge(credentialStatus=[maker.entry(url) for url in LISTS])),
).encode()


def one_pass(documents: Documents) -> Verification:
    return verify(BADGE, at=maker.AT, documents=documents)


def served(asked: list[str], url: str) -> Document | Unavailable:
    asked.append(url)
    return Document(json.dumps(maker.status_list(url)).encode())


def test_each_document_that_is_named_is_got_once() -> None:
    asked: list[str] = []
    made = resolve.resolve(one_pass, partial(served, asked))
    assert (sorted(asked), made.verdict) == (LISTS, "verified_with_warnings")


def test_what_goes_beyond_the_budget_is_not_got() -> None:
    asked: list[str] = []
    documents: Documents = {}
    made = resolve.resolve(one_pass, partial(served, asked), budget=2, documents=documents)
    assert (len(asked), made.verdict) == (2, "inconclusive")
    assert sorted(documents) == LISTS
    assert [one.reason for one in documents.values() if isinstance(one, Unavailable)] == [
        "the credential asks for too many documents"
    ]


def test_what_is_at_hand_is_not_got_again() -> None:
    asked: list[str] = []
    documents = {url: served([], url) for url in LISTS}
    resolve.resolve(one_pass, partial(served, asked), documents=documents)
    assert asked == []


@pytest.mark.parametrize(
    ("came", "reason"),
    [
        (Unreachable("no_such_name"), "no site of this name was found"),
        (Fetched("https://issuer.example/", 503, {}, b"", (), maker.AT), "the site answered 503"),
    ],
)
def test_why_a_document_could_not_be_had_is_said_in_words(
    came: Fetched | FetchError, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(url: str, **_more: object) -> Fetched:
        if isinstance(came, FetchError):
            raise came
        return came

    monkeypatch.setattr(resolve, "fetch", fetch)
    assert resolve.fetch_from_the_web("https://issuer.example/") == Unavailable(reason)
