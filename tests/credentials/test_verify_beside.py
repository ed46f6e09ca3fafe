"""`market verify` beside a site: what that site publishes is read from its database, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from market import cli, clock
from market.credentials import verify_cli
from market.credentials.proofs.sources import Document, Unavailable
from market.credentials.verify_cli import verify_command
from tests.credentials import issuing_scene as scene
from tests.credentials.maker import badge, prove
from tests.support.databases import Databases
from tests.support.world import World


@pytest.fixture(scope="session")
def databases(sqlite_files: Databases) -> Databases:
    """SQLite alone: the command only reads, and the queries are tested on both."""
    return sqlite_files


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the command would fetch from the web."""
    urls: list[str] = []

    def fetch(url: str) -> Document | Unavailable:
        urls.append(url)
        return Unavailable("nobody answers here")

    monkeypatch.setattr(verify_cli, "fetch_from_the_web", fetch)
    return urls


def run(
    capsys: pytest.CaptureFixture[str], target: str, make: World, **more: Any
) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    status = verify_command(target, as_json=True, at=str(clock.now()), beside=make.engine, **more)
    return status, json.loads(capsys.readouterr().out)


def test_what_the_site_issued_needs_no_web(
    make: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[str]
) -> None:
    made = scene.issued(make, accepted=True)
    with make.read() as db:
        document = scene.document(db, made)
    given = tmp_path / "badge.json"
    given.write_text(json.dumps(document))
    status, said = run(capsys, str(given), make, recipient=make.amara.email)
    assert (status, said["verdict"], said["bound"]) == (0, "verified", True)
    assert (said["issuer"]["known"], said["issuer"]["name"]) == (True, make.bakery.name)
    by_address, same = run(capsys, document["id"], make)
    assert (by_address, same["verdict"], same["format"]) == (0, "verified", "ob-3.0")
    assert asked == []
    given.write_text(json.dumps(document | {"name": "Head baker"}))
    assert run(capsys, str(given), make)[0] == 1


def test_others_are_asked_at_their_own_addresses(
    make: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[str]
) -> None:
    scene.issued(make)
    foreign = "did:web:testserver.example"
    given = tmp_path / "badge.json"
    given.write_text(json.dumps(prove(badge(issuer=foreign), verificationMethod=f"{foreign}#key-1")))
    status, said = run(capsys, str(given), make)
    assert (status, said["issuer"]["known"]) == (2, False)
    assert asked == ["https://testserver.example/.well-known/did.json"]


def test_the_command_makes_no_database_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[str]
) -> None:
    monkeypatch.setenv("MARKET_DATA", str(tmp_path / "nothing"))
    monkeypatch.delenv("MARKET_DATABASE_URL", raising=False)
    given = tmp_path / "badge.json"
    given.write_text(json.dumps(prove(badge())))
    done = CliRunner().invoke(cli.app, ["verify", str(given), "--json", "--at", "2026-11-01T00:00:00Z"])
    assert done.exit_code == 0, done.output
    assert not (tmp_path / "nothing").exists()


def test_a_database_of_another_time_is_said_to_be_one_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: list[str]
) -> None:
    (tmp_path / "market.db").write_bytes(b"")
    monkeypatch.setenv("MARKET_DATA", str(tmp_path))
    monkeypatch.delenv("MARKET_DATABASE_URL", raising=False)
    given = tmp_path / "badge.json"
    given.write_text(json.dumps(prove(badge())))
    done = CliRunner().invoke(cli.app, ["verify", str(given), "--at", "2026-11-01T00:00:00Z"])
    assert done.exit_code == 0
    assert "market migrate" in done.stderr
    assert "Verified" in done.stdout
