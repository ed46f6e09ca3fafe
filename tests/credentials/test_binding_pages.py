"""A badge awarded to a web page is its holder's when that page was shown to be theirs."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from market.credentials.proofs.binding import Person, check_identity
from market.credentials.proofs.checks import Report

PAGE = "https://amara.example/me"
HASH = "sha256$" + hashlib.sha256((PAGE + "salt").encode()).hexdigest()


@pytest.mark.parametrize(
    ("entry", "pages", "bound"),
    [
        ({"identity": PAGE}, (PAGE,), "did"),
        ({"identity": PAGE}, (), None),
        ({"identity": PAGE.upper()}, (PAGE,), None),
        ({"identity": HASH, "hashed": True, "salt": "salt"}, (PAGE,), "did"),
        ({"identity": HASH, "hashed": True, "salt": "pepper"}, (PAGE,), None),
        ({"identity": "md4$00", "hashed": True}, (PAGE,), None),
        ({"identity": 5}, (PAGE,), None),
        ({"identity": PAGE, "hashed": "yes"}, (PAGE,), None),
    ],
)
def test_a_page_binds_only_as_it_is_written(
    entry: dict[str, Any], pages: tuple[str, ...], bound: str | None
) -> None:
    report = Report()
    person = Person(("amara@example.org",), pages)
    assert check_identity(report, [{"type": "url", **entry}], None, person) == bound
    assert report.checks[-1].status == ("pass" if bound else "warn")
