"""Signing keys: made when needed, rotated, removed when compromised, backed up, given by file, and moved along."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from market.credentials import address, issuing, keys, publishing, queries, signing
from market.credentials.models import Issued, IssuerKey, IssuingAddress, StatusList
from market.credentials.proofs.sources import Document
from market.credentials.rules import KeyKind, KeyStatus, Status
from market.errors import Conflict, Invalid
from market.outbox import Delivery
from tests.credentials import issuing_scene as scene
from tests.support.world import World

PHRASE = "correct horse battery staple"


def elsewhere(make: World, **chosen: Any) -> World:
    """The same database seen by a site with other settings."""
    engine: Engine = make.engine
    site = engine.get_execution_options()["issuing"]
    return World(engine.execution_options(issuing=dataclasses.replace(site, **chosen)))


def key_of(make: World, kind: KeyKind = KeyKind.ED25519) -> IssuerKey:
    with make.read() as db:
        found = keys.active(db, make.bakery.id, kind)
        assert found is not None
        return found


def verdict(make: World, issued: int) -> str:
    with make.read() as db:
        return scene.check(db, scene.document(db, issued)).verdict


def test_a_key_lies_encrypted_under_the_site_secret(make: World, tmp_path: Path) -> None:
    scene.issued(make)
    key = key_of(make)
    assert key.sealed is not None
    assert key.sealed.startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    secret = tmp_path / "data" / "secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    with make.read() as db:
        assert signing.public_jwk(keys.private_of(db, key)) == key.public
    with pytest.raises(signing.KeyUnusable):
        signing.unseal(key.sealed, "another secret")
    secret.unlink()
    with make.read() as db, pytest.raises(Conflict, match="restore the keys"):
        keys.private_of(db, key)


def test_a_missing_secret_is_never_made_anew_over_keys_that_need_it(make: World, tmp_path: Path) -> None:
    scene.issued(make)
    (tmp_path / "data" / "secret").unlink()
    with make.write() as db, pytest.raises(Conflict):
        keys.rotate(db, make.bakery.id, KeyKind.ED25519)
    assert not (tmp_path / "data" / "secret").exists()


def test_where_secret_and_backup_are_lost_a_new_secret_and_new_keys_go_on(
    make: World, tmp_path: Path
) -> None:
    before = scene.issued(make)
    (tmp_path / "data" / "secret").write_text("a new secret that opens none of the old keys\n")
    with make.write() as db:
        keys.rotate(db, make.bakery.id, KeyKind.ED25519)
    make.drain()
    after = scene.issued(make)
    assert verdict(make, before) == verdict(make, after) == "verified"


def test_rotation_lists_the_new_key_and_keeps_the_old(make: World) -> None:
    before = scene.issued(make)
    old = key_of(make)
    with make.write() as db:
        new = keys.rotate(db, make.bakery.id, KeyKind.ED25519)
        assert new.name == "key-2026-11-2"
    make.drain()
    after = scene.issued(make)
    with make.read() as db:
        assert [k.name for k in keys.listed(db, make.bakery.id)] == [old.name, new.name]
        assert scene.document(db, before)["proof"]["verificationMethod"].endswith(f"#{old.name}")
        assert scene.document(db, after)["proof"]["verificationMethod"].endswith(f"#{new.name}")
        assert all(f"#{new.name}" in (one.signed or "") for one in db.exec(select(StatusList)).all())
    assert verdict(make, before) == verdict(make, after) == "verified"


def test_after_a_compromise_the_old_copy_fails_and_what_counts_is_signed_anew(make: World) -> None:
    made, gone = scene.issued(make, accepted=True), scene.issued(make)
    with make.write() as db:
        issuing.revoke(db, make.actor(make.bruno), db.get_one(Issued, gone), "A mistake.")
    make.drain()
    with make.read() as db:
        copy = scene.document(db, made)
    stolen = key_of(make)
    with make.write() as db:
        assert keys.compromise(db, db.get_one(IssuerKey, stolen.id)) == 1
    make.drain()
    with make.read() as db:
        listed = publishing.own_document(db, _did_url(make))
        assert isinstance(listed, Document)
        assert f'#{stolen.name}"'.encode() not in listed.body
        assert "key_not_listed" in scene.codes(scene.check(db, copy))
        anew = scene.document(db, made)
        assert anew["credentialSubject"]["identifier"] == copy["credentialSubject"]["identifier"]
        assert anew["credentialStatus"] == copy["credentialStatus"]
        assert scene.codes(scene.check(db, scene.document(db, gone))) >= {"key_not_listed"}
        assert db.get_one(Issued, made).status is Status.ACCEPTED
    assert verdict(make, made) == "verified"
    with make.write() as db, pytest.raises(Conflict):
        keys.compromise(db, db.get_one(IssuerKey, stolen.id))


def _did_url(make: World) -> str:
    return f"https://testserver/o/{make.bakery.public_id}/did.json"


def test_what_a_stolen_key_signs_later_is_refused(make: World) -> None:
    made = scene.issued(make)
    with make.read() as db:
        key = key_of(make)
        private = keys.private_of(db, key)
        forged = scene.document(db, made) | {"name": "Head baker"}
    with make.write() as db:
        keys.compromise(db, db.get_one(IssuerKey, key.id))
    make.drain()
    method = forged["proof"]["verificationMethod"]
    signed = signing.add_proof(forged, private, method, key.created_at)  # type: ignore[arg-type]
    with make.read() as db:
        assert "key_not_listed" in scene.codes(scene.check(db, signed))


def test_a_backup_brings_keys_back_where_the_secret_was_lost(make: World, tmp_path: Path) -> None:
    made = scene.issued(make)
    with make.read() as db:
        text = keys.back_up(db, PHRASE)
    assert "ENCRYPTED PRIVATE KEY" in text
    (tmp_path / "data" / "secret").unlink()
    with make.write() as db:
        assert keys.restore(db, text, PHRASE) == (0, 1)
        assert keys.restore(db, text, PHRASE) == (0, 0)
    scene.issued(make)
    assert verdict(make, made) == "verified"


def test_a_backup_brings_keys_to_a_database_without_them(make: World) -> None:
    scene.issued(make)
    with make.read() as db:
        text = keys.back_up(db, PHRASE)
    plain = json.loads(text)
    for row in plain["keys"]:
        row["organisation"] = None
        row["name"] = "key-of-old"
    with make.write() as db:
        assert keys.restore(db, json.dumps(plain), PHRASE) == (1, 0)
        assert keys.active(db, None, KeyKind.ED25519) is not None


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        (lambda plain: None, "another pass phrase altogether"),
        (lambda plain: plain.update(format="else"), PHRASE),
        (lambda plain: plain["keys"][0].update(organisation="nobody"), PHRASE),
        (lambda plain: plain["keys"][0]["public"].update(x="AA"), PHRASE),
    ],
    ids=["wrong phrase", "another file", "another organisation", "a changed key"],
)
def test_a_backup_that_does_not_fit_changes_nothing(make: World, change: Any, phrase: str) -> None:
    scene.issued(make)
    with make.read() as db:
        plain = json.loads(keys.back_up(db, PHRASE))
    change(plain)
    with make.write() as db, pytest.raises(Invalid):
        keys.restore(db, json.dumps(plain), phrase)
    with make.read() as db, pytest.raises(Invalid):
        keys.back_up(db, "short")


def test_an_rsa_key_is_made_before_the_transaction_that_first_asks_for_it(
    make: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "_ahead", [])  # whatever an earlier test left there
    scene.issued(make)  # the bakery issues, and has no key for tokens yet
    assert keys.make_ahead(make.engine) == 1
    assert keys.make_ahead(make.engine) == 0, "one is enough"

    def never(*_: object) -> None:
        raise AssertionError("primes are searched inside of a transaction")

    with make.write() as db:
        assert [one.kind for one in keys.listed(db, make.bakery.id)] == [KeyKind.ED25519]
        monkeypatch.setattr(signing.rsa, "generate_private_key", never)
        key, _private = keys.signing_key(db, make.bakery.id, KeyKind.RSA)
        assert key.kind is KeyKind.RSA
    assert keys.make_ahead(make.engine) == 0, "nobody lacks one now"


def test_a_key_given_by_file_stays_there(make: World, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as s

    private = signing.new_private(KeyKind.ED25519)
    path = tmp_path / "bakery.pem"
    path.write_bytes(private.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()))
    with make.write() as db:
        key = keys.create(db, make.bakery.id, KeyKind.ED25519, path=path)
        assert (key.sealed, key.path) == (None, str(path))
        with pytest.raises(Invalid):
            keys.create(db, make.bakery.id, KeyKind.RSA, path=path)
    made = scene.issued(make)
    assert verdict(make, made) == "verified"
    assert not (tmp_path / "data" / "secret").exists()
    path.unlink()
    with make.read() as db, pytest.raises(signing.KeyUnusable):
        keys.private_of(db, key)


def test_another_public_address_stops_issuing_until_it_is_moved(make: World) -> None:
    made = scene.issued(make, accepted=True)
    with make.read() as db:
        copy = scene.document(db, made)
    new = elsewhere(make, public_url="https://jobs.example.org")
    with new.write() as db, pytest.raises(Conflict, match="market keys move"):
        address.fixed(db)
    with make.write() as db, pytest.raises(Conflict, match="MARKET_PUBLIC_URL"):
        keys.move(db, "https://jobs.example.org")
    with new.write() as db:
        base, count = keys.move(db, "https://jobs.example.org/")
        assert (base.public_url, count) == ("https://jobs.example.org", 1)
    new.drain()
    with new.read() as db:
        moved = scene.document(db, made)
        assert moved["issuer"]["id"] == f"did:web:jobs.example.org:o:{make.bakery.public_id}"
        assert moved["id"].startswith("https://jobs.example.org/credentials/")
        assert scene.check(db, moved).verdict == "verified"
        assert scene.check(db, copy).verdict == "verified", "while the old name leads here, old copies hold"
    with new.write() as db:
        issuing.revoke(db, new.actor(new.bruno), db.get_one(Issued, made), "A mistake.")
    new.drain()
    with new.read() as db:
        assert [scene.codes(scene.check(db, one)) for one in (copy, moved)] == [{"revoked"}, {"revoked"}]
        assert len(db.exec(select(IssuingAddress)).all()) == 2


def test_a_suspended_credential_is_suspended_under_its_new_address_too(make: World) -> None:
    made = scene.issued(make, accepted=True)
    with make.write() as db:
        issuing.suspend(db, make.actor(make.bruno), db.get_one(Issued, made), "Wait.")
    make.drain()
    new = elsewhere(make, public_url="https://jobs.example.org")
    with new.write() as db:
        keys.move(db, "https://jobs.example.org")
    new.drain()
    with new.read() as db:
        assert scene.codes(scene.check(db, scene.document(db, made))) == {"revoked"}
    with new.write() as db:
        issuing.reinstate(db, new.actor(new.bruno), db.get_one(Issued, made))
    new.drain()
    assert verdict(new, made) == "verified"


def test_a_key_that_cannot_be_read_leaves_the_draft_for_a_later_try(make: World, tmp_path: Path) -> None:
    from market import outbox
    from market.subscribers import LEADS_TO

    scene.issued(make)
    secret = tmp_path / "data" / "secret"
    kept = secret.read_text()
    secret.write_text("not the secret of these keys")
    made = scene.issued(make, drain=False)
    outbox.drain(make.engine, LEADS_TO)
    with make.write() as db:
        assert db.get_one(Issued, made).status is Status.DRAFTED
        secret.write_text(kept)
        failed = db.exec(select(Delivery).where(col(Delivery.last_error).is_not(None))).one()
        outbox.revive(db, failed)
    make.drain()
    assert verdict(make, made) == "verified"


def test_the_site_has_a_key_and_a_did_of_its_own(make: World) -> None:
    with make.write() as db:
        key, _private = keys.signing_key(db, None, KeyKind.ED25519)
        assert key.status is KeyStatus.ACTIVE
        base = address.fixed(db)
        found = publishing.site_did_document(db, base)
        assert found is not None
        assert found["id"] == "did:web:testserver"
        assert queries.issued_to(db, make.amara.id) == []


def test_one_organisations_key_does_not_sign_for_another(make: World) -> None:
    made = scene.issued(make)
    other = make.organisation(owner=make.chidi)
    with make.write() as db:
        key, private = keys.signing_key(db, other.id, KeyKind.ED25519)
    with make.read() as db:
        victim = scene.document(db, made)
        theirs = f"did:web:testserver:o:{other.public_id}#{key.name}"
        borrowed = f"{victim['issuer']['id']}#{key.name}"
        for method in (theirs, borrowed):
            forged = signing.add_proof(victim | {"name": "Head baker"}, private, method, key.created_at)  # type: ignore[arg-type]
            assert scene.check(db, forged).verdict == "not_verified"
