"""Registries in the consortium's form are read for names only, whatever else stands in them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.trust.lists import (
    MOST_ENTRIES,
    Unreadable,
    is_list_of_registries,
    read_registries,
    read_registry,
)
from market.trust.rules import RegistryKind

AIRE = {"did:web:aire.example": {"name": "Aire College", "location": "Leeds", "url": "https://aire.example"}}


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("key", ["registry", "entries"])
def test_a_map_of_issuers_is_read_under_either_of_its_names(key: str) -> None:
    found = read_registry(body({"meta": {"created": "2020"}, key: AIRE}))
    assert found == [("did:web:aire.example", "Aire College", "https://aire.example")]


def test_a_plain_list_is_read_too_and_each_issuer_once() -> None:
    found = read_registry(
        body(
            [
                {"did": "did:key:z6Mk", "name": "A"},
                {"id": "did:key:z6Mk", "name": "B"},
                {"issuer": "https://c.example/i", "name": "C"},
                "x",
                {},
            ]
        )
    )
    assert [(one.uri, one.name) for one in found] == [("did:key:z6Mk", "A"), ("https://c.example/i", "C")]


@pytest.mark.parametrize(
    ("entry", "homepage"),
    [
        ({"url": "javascript:alert(1)"}, ""),
        ({"url": "https://a.example"}, "https://a.example"),
        ({"url": 5}, ""),
        ({}, ""),
    ],
)
def test_a_page_is_kept_only_where_it_is_a_web_page(entry: dict[str, Any], homepage: str) -> None:
    assert read_registry(body({"registry": {"did:key:z6Mk": {"name": "A", **entry}}}))[0].homepage == homepage


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (b"<html>", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (body({"meta": {}}), "no “registry”"),
        (body({"registry": {}}), "lists no issuer"),
        (
            body(
                {
                    "registry": {
                        "javascript:x": {"name": "A"},
                        "did:key:z": {"name": "A\u202eB"},
                        "did:key:y": {"name": "x" * 300},
                    }
                }
            ),
            "lists no issuer",
        ),
        (body({"registry": {f"did:key:z{n}": {"name": "A"} for n in range(MOST_ENTRIES + 1)}}), "more than"),
    ],
    ids=["a page", "deep", "nothing in it", "empty", "unfit names", "far too many"],
)
def test_what_is_no_registry_says_why(value: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read_registry(value)


def test_a_list_of_registries_names_each_with_its_form() -> None:
    known = [
        {
            "name": "Members",
            "type": "oidf",
            "trustAnchorEC": "https://anchor.example/.well-known/openid-federation",
        },
        {"name": "Pilot", "type": "dcc-legacy", "url": "https://pilot.example/registry.json"},
        {"name": "Plain http", "type": "dcc-legacy", "url": "http://x.example"},
        "x",
    ]
    assert is_list_of_registries(body(known))
    assert not is_list_of_registries(body({"registry": AIRE}))
    assert read_registries(body(known)) == [
        (RegistryKind.FEDERATION, "Members", "https://anchor.example/.well-known/openid-federation"),
        (RegistryKind.DCC, "Pilot", "https://pilot.example/registry.json"),
    ]
    with pytest.raises(Unreadable):
        read_registries(body([]))


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=20),
        lambda x: (
            st.lists(x, max_size=4)
            | st.dictionaries(
                st.sampled_from(["registry", "entries", "name", "did:key:z", "id", "url"]), x, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_is_in_it_is_read_or_refused(value: Any) -> None:
    try:
        found = read_registry(body(value))
    except Unreadable:
        return
    assert all(one.uri and one.name for one in found)
