"""The schema check: 1EdTech's schemas alone, never waited for, a warning at most, and no way to keep us busy."""

from __future__ import annotations

from typing import Any

import pytest

from market.credentials.child import Verifier
from market.credentials.proofs.schema import KNOWN
from market.credentials.proofs.sources import Document, Unavailable
from market.credentials.resolve import resolve

from .maker import badge, check, codes, doc, one_pass, prove

URL = next(iter(KNOWN))
# Written for these tests: the same draft and the same kinds of rules as the published one.
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2019-09/schema#",
    "$id": URL,
    "type": "object",
    "required": ["@context", "type", "issuer", "credentialSubject", "validFrom"],
    "properties": {
        "type": {"anyOf": [{"type": "array", "contains": {"const": "OpenBadgeCredential"}}]},
        "name": {"type": "string", "maxLength": 40},
        "credentialSubject": {"$ref": "#/$defs/Subject"},
    },
    "$defs": {
        "Subject": {"type": "object", "required": ["achievement"], "properties": {"id": {"type": "string"}}}
    },
}


EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"


def named(entry: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A badge that names a schema, signed as text."""
    made = {"id": URL, "type": "1EdTechJsonSchemaValidator2019"} | (entry or {})
    return prove(badge(credentialSchema=[made], **changes), suite="eddsa-jcs-2022")


def outcome(document: dict[str, Any], found: Any = SCHEMA) -> tuple[str, str, str]:
    made = check(document, {URL: found})
    (one,) = [one for one in made.checks if one.id == "schema"]
    return one.status, one.code, made.verdict


def test_a_badge_that_fits_passes_and_one_that_does_not_warns() -> None:
    for kind in ("1EdTechJsonSchemaValidator2019", "JsonSchema"):
        assert outcome(named(entry={"type": kind}))[:2] == ("pass", "schema_fits")
    assert outcome(named(name="x" * 41)) == ("warn", "schema_differs", "verified_with_warnings")
    (one,) = [one for one in check(named(name="x" * 41), {URL: SCHEMA}).checks if one.id == "schema"]
    assert "/name" in one.message


def test_without_the_schema_at_hand_nothing_waits_for_it() -> None:
    made = check(named())
    assert made.needs == ()
    assert made.verdict == "verified_with_warnings"
    assert "schema_waits" in codes(made, "not_applicable")


def test_a_badge_without_a_schema_has_no_such_check() -> None:
    assert not [one for one in check(prove(badge())).checks if one.id == "schema"]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"id": "https://issuer.example/schema.json"}, "schema_unknown"),
        ({"id": "https://127.0.0.1/schema.json"}, "schema_unknown"),
        ({"id": f"{URL}#x"}, "schema_unknown"),
        ({"type": "SomeSchema"}, "schema_unsupported"),
    ],
)
def test_a_schema_of_a_stranger_is_never_compared_with(entry: dict[str, Any], code: str) -> None:
    document = named(entry=entry)
    url = document["credentialSchema"][0]["id"]
    made = check(document, {url: {"not": {}}})
    assert codes(made, "not_applicable") >= {code}
    assert made.needs == ()
    assert made.verdict == "verified_with_warnings"


@pytest.mark.parametrize(
    "found",
    [
        b"<html>",
        b"[]",
        {"$ref": "https://evil.example/s.json"},
        {"$ref": "#"},
        {"$ref": "#/$defs/none"},
        {"type": "nonsense"},
        {"properties": {"name": {"pattern": "("}}},
        {"required": "name"},
        Unavailable("the site did not answer"),
    ],
)
def test_a_schema_that_cannot_be_used_changes_nothing(found: Any) -> None:
    assert outcome(named(), found) == ("not_applicable", "schema_unreadable", "verified_with_warnings")


def test_a_tampered_badge_stays_refused_whatever_its_schema_says() -> None:
    made = check(named() | {"name": "Other"}, {URL: {"type": "object"}})
    assert made.verdict == "not_verified"


def test_a_schema_in_signed_statements_needs_the_vocabulary_that_knows_its_kind() -> None:
    schema = [{"id": URL, "type": "1EdTechJsonSchemaValidator2019"}]
    assert "coverage_policy" in codes(check(prove(badge(credentialSchema=schema))))
    whole = badge(credentialSchema=schema) | {"@context": [*badge()["@context"], EXTENSIONS]}
    assert "schema_waits" in codes(check(prove(whole)), "not_applicable")


def test_the_shell_brings_the_schema_last_within_its_budget_and_only_for_what_holds() -> None:
    asked: list[str] = []

    def fetch(url: str) -> Document | Unavailable:
        asked.append(url)
        return doc(SCHEMA)

    with Verifier() as verifier:
        made = resolve(one_pass(verifier, named()), fetch)
        assert asked == [URL]
        assert "schema_fits" in codes(made, "pass")
        assert "schema_waits" in codes(
            resolve(one_pass(verifier, named()), fetch, budget=0), "not_applicable"
        )
        resolve(one_pass(verifier, named() | {"name": "Other"}), fetch)
        gone = resolve(one_pass(verifier, named()), lambda _: Unavailable("gone"))
    assert asked == [URL]
    assert gone.verdict == "verified_with_warnings"
