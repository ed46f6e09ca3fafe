"""The contexts ever served are those of the manifest, by hash, whatever package or folder they come from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from market.credentials.pinned import read_folder
from market.credentials.proofs.contexts import (
    VC1,
    VC2,
    ContextNotPinned,
    Contexts,
    digest,
    installed,
    manifest,
)

from .fixtures import load, need


def test_installed_packages_bring_what_a_badge_of_today_needs() -> None:
    urls = (
        VC2,
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "https://w3id.org/security/multikey/v1",
    )
    for url in urls:
        assert digest(installed().document(url)) == manifest()[url]["sha256"]


def test_a_context_of_another_hash_or_address_is_left_out() -> None:
    published = load(need("contexts") / "jsonld-contexts-from-npm.json")
    changed = json.loads(json.dumps(published[VC1]))
    changed["@context"]["issuer"] = "https://evil.example/issuer"
    found = Contexts({}).adding({VC1: changed, "https://other.example/": published[VC1]})
    assert VC1 not in found
    with pytest.raises(ContextNotPinned):
        found.document("https://other.example/")
    assert VC1 in Contexts({}).adding({VC1: published[VC1]})


def test_a_file_is_known_by_its_hash_alone(tmp_path: Path) -> None:
    published = load(need("contexts") / "jsonld-contexts-from-npm.json")
    (tmp_path / "any-name.jsonld").write_text(json.dumps(published[VC1]), "utf-8")
    (tmp_path / "broken.jsonld").write_text("{", "utf-8")
    (tmp_path / "other.jsonld").write_text("{}", "utf-8")
    script = "/* words */\nmodule.exports = " + json.dumps(published["https://w3id.org/dcc/v1"]) + ";\n"
    (tmp_path / "wrapped.js").write_text(script, "utf-8")
    assert set(read_folder(tmp_path)) == {VC1, "https://w3id.org/dcc/v1"}
