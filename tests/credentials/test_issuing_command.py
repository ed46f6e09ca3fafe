"""`market issue`, `market revoke` and `market keys`, as an operator types them."""

import json
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from market import cli
from market.credentials import keys
from market.credentials.models import Achievement, Issued, IssuerKey
from market.credentials.rules import KeyKind, Status
from tests.credentials import issuing_scene as scene
from tests.support.world import World

PHRASE = "correct horse battery staple"


class Operator:
    """The command line on this test's database."""

    def __init__(self, make: World, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.make, self.monkeypatch = make, monkeypatch
        site = make.engine.get_execution_options()["issuing"]
        monkeypatch.setenv("MARKET_DATABASE_URL", make.engine.url.render_as_string(hide_password=False))
        monkeypatch.setenv("MARKET_DATA", str(site.folder))
        monkeypatch.setenv("MARKET_PUBLIC_URL", site.public_url)
        monkeypatch.setenv("MARKET_KEYS_PHRASE", PHRASE)
        self.folder = folder

    def __call__(self, *words: str, ends: int = 0, types: str = "") -> str:
        done: Result = CliRunner().invoke(cli.app, list(words), input=types)
        assert done.exit_code == ends, (done.output, done.exception)
        self.make.drain()
        return done.output


@pytest.fixture
def operator(make: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Operator:
    return Operator(make, monkeypatch, tmp_path)


def public_id(make: World, achievement: int) -> str:
    with make.read() as db:
        return db.get_one(Achievement, achievement).public_id


def all_issued(make: World) -> list[Issued]:
    with make.read() as db:
        return list(db.exec(select(Issued).order_by(Issued.id)).all())  # type: ignore[arg-type]


def test_issuing_to_addresses_says_who_got_it_and_who_not(operator: Operator, make: World) -> None:
    what = public_id(make, scene.achievement(make, rubric=False))
    dry = operator("issue", what, make.amara.email, "--dry-run")
    assert "would be issued to 1" in dry
    assert all_issued(make) == []
    said = operator("issue", what, make.amara.email, make.chidi.email, "nobody@example.net", ends=1)
    assert "nobody@example.net: Nobody here has confirmed this address" in said
    assert "was issued to 2" in said
    assert [one.status for one in all_issued(make)] == [Status.OFFERED] * 2
    assert "Has it already" in operator("issue", what, make.amara.email)


def test_issuing_by_a_list_with_the_steps_of_a_rubric(operator: Operator, make: World) -> None:
    what = public_id(make, scene.achievement(make))
    sheet = operator.folder / "people.csv"
    sheet.write_text(
        f"email,reason,Part 0,Part 1\n{make.amara.email},Forty loaves in May.,3,4\n{make.chidi.email},,1,1\n"
    )
    said = operator("issue", what, "--csv", str(sheet), ends=1)
    assert "was issued to 1" in said
    assert "not reached" in said
    (one,) = all_issued(make)
    assert [r["step"] for r in one.facts["results"]] == [3, 4]


def test_issuing_needs_something_to_issue_and_someone(operator: Operator, make: World) -> None:
    what = public_id(make, scene.achievement(make, published=False, rubric=False))
    assert "Name either addresses or a list" in operator("issue", what, ends=2)
    assert "There is no such achievement" in operator("issue", "none", make.amara.email, ends=2)
    assert "Publish this first" in operator("issue", what, make.amara.email, ends=2)


def test_revoking_by_address_with_a_reason(operator: Operator, make: World) -> None:
    made = scene.issued(make, accepted=True)
    one = all_issued(make)[0].public_id
    assert "is revoked" in operator(
        "revoke", f"http://testserver/credentials/{one}.json", "--reason", "Mistaken."
    )
    with make.read() as db:
        assert scene.codes(scene.check(db, scene.document(db, made))) == {"revoked"}
    assert "revoked now" in operator("revoke", one, "--reason", "Again.", ends=2)
    assert "There is no credential none here" in operator("revoke", "none", "--reason", "Why.", ends=2)


def test_keys_are_made_listed_replaced_and_taken_out(operator: Operator, make: World) -> None:
    bakery = make.bakery.public_id
    assert "Nothing was issued yet" in operator("keys", "list")
    assert "key-2026-11" in operator("keys", "create", bakery)
    assert "rotate" in operator("keys", "create", bakery, ends=2)
    assert "key-2026-11-rs256" in operator("keys", "create", "site", "--rs256")
    assert "key-2026-11-2" in operator("keys", "rotate", bakery)
    scene.issued(make)
    listed = operator("keys", "list")
    assert "Issued under http://testserver." in listed
    assert [row.split()[3] for row in listed.splitlines()[1:]] == ["active", "retired", "active"]
    with make.read() as db:
        key = keys.active(db, make.bakery.id, KeyKind.ED25519)
        assert key is not None
    operator("keys", "compromise", key.public_id, types="n\n", ends=1)
    said = operator("keys", "compromise", key.public_id, types="y\n")
    assert "signed anew by the worker: 1" in said
    assert "already" in operator("keys", "compromise", key.public_id, "--yes", ends=2)
    assert "There is no key" in operator("keys", "compromise", "none", "--yes", ends=2)
    assert "no such organisation" in operator("keys", "rotate", "none", ends=2).lower()


def test_a_backup_is_for_its_owner_alone_and_brings_the_keys_back(operator: Operator, make: World) -> None:
    scene.issued(make)
    file = operator.folder / "keys.json"
    operator("keys", "backup", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    assert PHRASE not in file.read_text()
    assert json.loads(operator("keys", "backup", "-"))["public_url"] == "http://testserver"
    site = make.engine.get_execution_options()["issuing"]
    (site.folder / "secret").write_text("something else that opens nothing at all")
    assert "can be used again: 1" in operator("keys", "restore", str(file))
    operator.monkeypatch.setenv("MARKET_KEYS_PHRASE", "another phrase that is long")
    assert "pass phrase" in operator("keys", "restore", str(file), ends=2)
    operator.monkeypatch.setenv("MARKET_KEYS_PHRASE", "short")
    assert "16 characters" in operator("keys", "backup", str(file), ends=2)


def test_moving_follows_the_setting(operator: Operator, make: World) -> None:
    scene.issued(make)
    assert "MARKET_PUBLIC_URL=https://jobs.example.org" in operator(
        "keys", "move", "https://jobs.example.org", "--yes", ends=2
    )
    operator.monkeypatch.setenv("MARKET_PUBLIC_URL", "https://jobs.example.org")
    with make.read() as db:
        assert len(db.exec(select(IssuerKey)).all()) == 1
    done = CliRunner().invoke(cli.app, ["keys", "move", "https://jobs.example.org", "--yes"])
    assert "signed anew by the worker: 1" in done.output
    again = CliRunner().invoke(cli.app, ["keys", "move", "https://jobs.example.org", "--yes"])
    assert (again.exit_code, "already" in again.output) == (2, True)


@pytest.mark.parametrize("words", [("issue",), ("revoke",), ("keys",), ("keys", "move"), ("keys", "backup")])
def test_each_command_explains_itself(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(cli.app, [*words, "--help"])
    assert done.exit_code == 0
    assert len(done.output) > 200
