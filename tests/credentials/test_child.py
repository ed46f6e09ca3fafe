"""Hostile documents are worked on in a child that may be killed; the next document finds a fresh one."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from market.credentials import wire
from market.credentials.child import Verifier
from market.credentials.proofs.binding import Person
from market.credentials.proofs.sources import Document, Need, Unavailable
from market.credentials.proofs.trust import Registry
from market.credentials.proofs.verify import verify
from market.credentials.resolve import resolve

from .maker import AT, ISSUER, badge, did_web, doc, entry, one_pass, prove, status_list

URL = "https://issuer.example/status/1"
GOOD = json.dumps(prove(badge(credentialStatus=entry(URL)))).encode()


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier() as made:
        yield made


def test_the_child_says_what_the_core_says(verifier: Verifier) -> None:
    person = Person(("amara@example.org",), ("did:example:amara",))
    registries = [Registry("local", {ISSUER.did: "Harbour"}, frozenset({"did:key:z6Mk"}))]
    documents = {URL: doc(status_list(URL)), "https://gone.example/": Unavailable("no answer")}
    given: dict[str, Any] = {"at": AT, "documents": documents, "person": person, "registries": registries}
    made = verifier.verify(GOOD, **given)
    assert made == verify(GOOD, **given)
    assert made.bound == "did"
    assert made.verdict == "verified"
    assert made.issuer.name == "Harbour"


def test_a_verification_survives_being_written_down() -> None:
    made = verify(GOOD, at=AT)
    assert wire.decode(json.loads(json.dumps(wire.encode(made)))) == made


def test_a_child_that_is_killed_is_replaced(verifier: Verifier) -> None:
    assert verifier._child is not None
    os.kill(verifier._child.pid, signal.SIGKILL)
    verifier._child.wait()
    assert verifier.verify(GOOD, at=AT).format == "ob-3.0"


def test_a_document_that_takes_too_long_is_not_verified_and_the_next_one_is() -> None:
    with Verifier(seconds=1.0) as verifier:
        assert verifier._child is not None
        os.kill(verifier._child.pid, signal.SIGSTOP)
        made = verifier.verify(GOOD, at=AT)
        assert made.verdict == "not_verified"
        assert [check.code for check in made.checks] == ["too_complex"]
        assert verifier.killed == 1
        assert verifier.verify(GOOD, at=AT).format == "ob-3.0"


def test_a_child_without_memory_for_a_document_does_not_take_the_site_along() -> None:
    with Verifier(memory=160 << 20) as verifier:
        big = {f"https://a.example/{index}": Document(b"x" * (20 << 20)) for index in range(6)}
        assert verifier.verify(GOOD, at=AT, documents=big).verdict == "not_verified"
        assert verifier.verify(GOOD, at=AT).format == "ob-3.0"


def test_threads_take_turns(verifier: Verifier) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(verifier.verify(GOOD, at=AT).verdict)) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["inconclusive"] * 6


def test_what_is_named_is_fetched_within_a_budget(verifier: Verifier) -> None:
    did = "did:web:issuer.example"
    document = prove(badge(issuer=did, credentialStatus=entry(URL)), verificationMethod=f"{did}#key-1")
    asked: list[str] = []
    listed = status_list(URL, issuer=did)
    listed = prove(
        {name: value for name, value in listed.items() if name != "proof"}, verificationMethod=f"{did}#key-1"
    )
    web = {"https://issuer.example/.well-known/did.json": did_web(ISSUER), URL: listed}

    def fetch(url: str) -> Document | Unavailable:
        asked.append(url)
        return doc(web[url])

    made = resolve(one_pass(verifier, document), fetch)
    assert made.verdict == "verified", made.checks
    assert sorted(asked) == sorted(web)
    made = resolve(one_pass(verifier, document), fetch, budget=1)
    assert made.verdict == "inconclusive"
    assert all(isinstance(need, Need) for need in made.needs)
