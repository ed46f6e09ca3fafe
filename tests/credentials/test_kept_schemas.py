"""The worker asks for a schema once a day, and for one that cannot be had once an hour."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from market.credentials.checking import queue
from market.credentials.checking.schemas import KEPT, PAUSE, Schemas
from market.credentials.child import Verifier
from market.credentials.proofs.sources import Document, Unavailable
from tests.support.world import World

from . import checking_scene as scene
from .test_schema import SCHEMA, URL, named


@pytest.fixture(scope="module")
def child() -> Iterator[Verifier]:
    with Verifier() as verifier:
        yield verifier


def test_a_schema_is_kept_for_a_day_and_a_failure_for_an_hour() -> None:
    clock, asked = [0.0], []
    answers: list[Document | Unavailable] = [Unavailable("gone"), Document(b"1"), Document(b"2")]
    schemas = Schemas(lambda: clock[0])

    def fetch(url: str) -> Document | Unavailable:
        asked.append(url)
        return answers[len(asked) - 1]

    for moment, times, body in (
        (0, 1, None), (PAUSE - 1, 1, None), (PAUSE, 2, b"1"), (PAUSE + KEPT - 1, 2, b"1"), (PAUSE + KEPT, 3, b"2"),
    ):  # fmt: skip
        clock[0] = moment
        found = schemas.get(URL, fetch)
        assert getattr(found, "body", None) == body
        assert len(asked) == times


def test_a_check_brings_the_schema_a_badge_names_and_the_next_one_has_it(
    make: World, child: Verifier
) -> None:
    web = scene.Web({URL: SCHEMA})
    errand = scene.checker(child, web)
    for _ in range(2):
        with make.write() as db:
            check = queue.check_document(db, json.dumps(named()).encode())
            public_id = check.public_id
        errand.run(make.engine)
        with make.read() as db:
            report = json.dumps(queue.get_check(db, public_id).report)
        assert "schema_fits" in report
    assert web.asked == [URL]
