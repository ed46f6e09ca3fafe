"""`market issuers`: taking in registries from files, and deciding by hand."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from market.config import Settings
from market.trust import commands, queries
from market.trust.models import Standing
from tests.support.world import World

AIRE = "did:web:aire.example"


def test_a_registry_in_a_file_is_taken_in_and_read_again_by_hand_only(make: World, tmp_path: Path) -> None:
    file = tmp_path / "colleges.json"
    file.write_text(json.dumps({"registry": {AIRE: {"name": "Aire College"}}}))
    begin = partial(make.write)
    said = commands.import_from(str(file), Settings(), begin, name="Colleges")
    assert said == "Colleges lists 1 issuers; 1 came, went or changed."
    assert commands.import_from(str(file), Settings(), begin).endswith("0 came, went or changed.")
    with make.read() as db:
        assert queries.naming(queries.rolls(db), AIRE) == ("Aire College", "Colleges", False)
        assert queries.due_registry(db, queries.clock.now()) is None
    assert commands.listed(make.read) == [f"known    {AIRE}  Aire College  (Colleges)"]


def test_a_list_of_registries_adds_each_once(make: World, tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    entry = {"name": "Pilot", "type": "dcc-legacy", "url": "https://pilot.example/registry.json"}
    file.write_text(json.dumps([entry]))
    assert commands.import_from(str(file), Settings(), make.write).startswith("1 of 1")
    assert commands.import_from(str(file), Settings(), make.write).startswith("0 of 1")


def test_what_is_no_registry_is_said(make: World, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text("<html>")
    with pytest.raises((commands.Misuse, ValueError)):
        commands.import_from(str(file), Settings(), make.write)
    with pytest.raises(FileNotFoundError):
        commands.import_from(str(tmp_path / "nothing"), Settings(), make.write)
    with pytest.raises(commands.Misuse, match="public internet"):
        commands.import_from("https://127.0.0.1/registry.json", Settings(), make.write)


def test_an_issuer_is_decided_about_by_hand(make: World) -> None:
    with pytest.raises(commands.Misuse, match="no issuer"):
        commands.decide("Aire", Standing.ALLOWED, make.write, name="Aire", reason="x")
    with pytest.raises(commands.Misuse, match="by which name"):
        commands.decide(AIRE, Standing.ALLOWED, make.write, name="", reason="They rang us.")
    said = commands.decide(AIRE, Standing.DENIED, make.write, name="", reason="It was not them.")
    assert said == f"{AIRE} is denied."
    assert commands.listed(make.read)[0].startswith("refused")
    assert "no list" in commands.decide(AIRE, Standing.NONE, make.write, name="", reason="They stopped.")
