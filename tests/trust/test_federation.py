"""A federation's word counts only when its own keys signed it, about this issuer, and now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from market.trust.federation import KEPT_AT_MOST, MOST_TOKEN, read_anchor, read_answer
from market.trust.lists import Unreadable
from tests.trust.federating import ANCHOR, ENDPOINT, Anchor

NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
ISSUER = "did:web:aire.example"


@pytest.fixture(scope="module")
def anchor() -> Anchor:
    return Anchor()


def test_the_anchor_says_where_it_answers_and_names_the_issuer(anchor: Anchor) -> None:
    known = read_anchor(anchor.configuration(NOW), NOW)
    assert known.question("did:web:aire.example:a b") == f"{ENDPOINT}?sub=did%3Aweb%3Aaire.example%3Aa%20b"
    answer = read_answer(anchor.answer(NOW, ISSUER), known, ISSUER, NOW)
    assert answer.listed == (ISSUER, "Aire College", "https://aire.example")
    assert answer.expires_at == NOW + timedelta(days=1)


def test_an_answer_is_kept_a_week_at_most(anchor: Anchor) -> None:
    known = read_anchor(anchor.configuration(NOW), NOW)
    token = anchor.answer(NOW, ISSUER, exp=int((NOW + timedelta(days=400)).timestamp()))
    assert read_answer(token, known, ISSUER, NOW).expires_at == NOW + KEPT_AT_MOST


def test_an_institutions_legal_name_is_a_name(anchor: Anchor) -> None:
    known = read_anchor(anchor.configuration(NOW), NOW)
    more = {"metadata": {"institution_additional_information": {"legal_name": "Aire College Ltd"}}}
    assert (
        read_answer(anchor.answer(NOW, ISSUER, **more), known, ISSUER, NOW).listed.name == "Aire College Ltd"
    )


LATE = int((NOW - timedelta(minutes=1)).timestamp())
SOON = int((NOW + timedelta(hours=1)).timestamp())


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"exp": LATE}, "out of date"),
        ({"iat": SOON}, "not good yet"),
        ({"exp": None}, "does not say when"),
        ({"exp": True}, "does not say when"),
        ({"exp": 1e300}, "does not say when"),
        ({"iss": "https://other.example"}, "not this anchor's"),
        ({"sub": "did:web:other.example"}, "not this anchor's"),
        ({"metadata": {}}, "no name"),
        ({"metadata": {"federation_entity": {"organization_name": "A" * 300}}}, "no name"),
        ({"metadata": ["x"]}, "no name"),
        ({"typ": "JWT"}, "another kind"),
    ],
)
def test_an_answer_that_does_not_fit_is_not_believed(
    anchor: Anchor, claims: dict[str, Any], says: str
) -> None:
    known = read_anchor(anchor.configuration(NOW), NOW)
    with pytest.raises(Unreadable, match=says):
        read_answer(anchor.answer(NOW, ISSUER, **claims), known, ISSUER, NOW)


def test_an_answer_signed_by_others_is_not_believed(anchor: Anchor) -> None:
    known = read_anchor(anchor.configuration(NOW), NOW)
    with pytest.raises(Unreadable, match="signature"):
        read_answer(Anchor().answer(NOW, ISSUER), known, ISSUER, NOW)


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"jwks": {"keys": []}}, "no key|cannot be read"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}}, "no key|cannot be read"),
        ({"jwks": None}, "no key|cannot be read"),
        ({"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": 5, "y": "%"}]}}, "cannot be read"),
        ({"sub": "https://other.example"}, "not about itself"),
        ({"metadata": {"federation_entity": {}}}, "where it answers"),
        (
            {"metadata": {"federation_entity": {"federation_fetch_endpoint": "http://10.0.0.1/"}}},
            "where it answers",
        ),
    ],
)
def test_an_anchor_that_does_not_fit_is_not_believed(
    anchor: Anchor, claims: dict[str, Any], says: str
) -> None:
    with pytest.raises(Unreadable, match=says):
        read_anchor(anchor.configuration(NOW, **claims), NOW)


@pytest.mark.parametrize("token", [b"", b"<html>", b"a.b.c", b"e30.e30.", b"x" * (MOST_TOKEN + 1)])
def test_what_is_no_token_is_not_believed(token: bytes) -> None:
    with pytest.raises(Unreadable):
        read_anchor(token, NOW)


def test_an_unsigned_statement_is_not_believed(anchor: Anchor) -> None:
    head, body, _signature = anchor.configuration(NOW).split(b".")
    with pytest.raises(Unreadable):
        read_anchor(b".".join((b"eyJhbGciOiJub25lIn0", body, b"")), NOW)
    with pytest.raises(Unreadable):
        read_anchor(b".".join((head, body, b"AAAA")), NOW)


def test_the_anchors_id_is_its_own() -> None:
    made = Anchor()
    assert read_anchor(made.configuration(NOW), NOW).uri == ANCHOR
