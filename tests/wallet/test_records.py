"""A person's whole record: one signed document that our own verifier and command accept, and a résumé for programs."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from market.accounts.models import Organisation, Person
from market.credentials import publishing
from market.credentials.child import Verifier
from market.credentials.models import Issued, StatusList
from market.credentials.proofs.sources import Document
from market.credentials.verify_cli import verify_command
from market.profiles import background
from market.profiles.background import Done, Learnt
from market.wallet import ler_rs, records
from market.wallet.models import HeldStatus
from tests.credentials import issued_scene, issuing_scene, maker
from tests.pathways import scene as pathways
from tests.support.client import Client, words
from tests.support.world import NOW, World
from tests.wallet import scene

SITE = "https://jobs.example.org"


@pytest.fixture(scope="module")
def verifier() -> Any:
    with Verifier() as made:
        yield made


def served(make: World, folder: Path) -> Path:
    """Everything that a verifier may ask this site for, as a folder with its manifest."""
    with make.read() as db:
        urls = [f"{SITE}/.well-known/did.json"]
        orgs = {one.org_id for one in db.exec(select(Issued)).all()}
        urls += [f"{SITE}/o/{db.get_one(Organisation, org).public_id}/did.json" for org in orgs]
        urls += [f"{SITE}/status/{one}" for one in db.exec(select(StatusList.public_id)).all()]
        found = {url: publishing.own_document(db, url) for url in urls}
    manifest = {}
    for n, (url, document) in enumerate(found.items()):
        assert isinstance(document, Document)
        (folder / f"{n}.json").write_bytes(document.body)
        manifest[url] = f"{n}.json"
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


@pytest.fixture
def site(make: World) -> World:
    """The world at a public address with a name: an identifier of a bare host is none."""
    known = make.engine.get_execution_options()["issuing"]
    told = dataclasses.replace(known, public_url=SITE)
    return World(make.engine.execution_options(issuing=told))


def test_a_record_of_two_issuers_and_a_pathway_verifies_by_the_command(
    site: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make = site
    _pathway, bread, flour, target = pathways.two_issuers(make)
    _mill, otto = pathways.mill(make)
    pathways.give(make, bread, make.amara)
    pathways.give(make, flour, make.amara, by=otto)
    [larger] = pathways.got(make, target, make.amara)
    pathways.take(make, larger.id, make.amara)
    with make.read() as db:
        text = records.whole(db, make.amara.id)
    assert text is not None
    given = tmp_path / "record.json"
    given.write_text(text, "utf-8")
    folder = served(make, tmp_path)
    status = verify_command(
        str(given), as_json=True, at=NOW.isoformat(), documents=folder, recipient=make.amara.email
    )
    said = json.loads(capsys.readouterr().out)
    assert status == 0, [one for one in said["checks"] if one["status"] in ("fail", "unknown")]
    assert said["format"] == "clr-2.0"
    assert said["bound"] is True
    assert [one["verdict"][:8] for one in said["inner"]] == ["verified"] * 3
    changed = json.loads(text)
    changed["name"] = "Everything and more"
    given.write_text(json.dumps(changed), "utf-8")
    assert verify_command(str(given), at=NOW.isoformat(), documents=folder) == 1


def test_what_was_brought_and_is_verified_and_ours_stands_in_the_record(
    make: World, verifier: Verifier
) -> None:
    scene.know(make)
    scene.skill(make)
    errand = scene.worker(verifier)
    good = scene.checked(make, errand, scene.badge())
    other = scene.checked(
        make, errand, scene.badge("chidi@example.org", id="urn:uuid:9f1c7a7e-0000-4000-8000-000000000009")
    )
    assert good.status in (HeldStatus.VERIFIED, HeldStatus.VERIFIED_WITH_WARNINGS)
    assert good.bound
    assert not other.bound
    own = issued_scene.accepted(make)
    with make.read() as db:
        assert [one.id for one, _document in records.brought(db, make.amara.id)] == [good.id]
        text = records.whole(db, make.amara.id)
        assert text is not None
        inner = json.loads(text)["credentialSubject"]["verifiableCredential"]
        assert [one["issuer"]["id"] for one in inner][1] == maker.ISSUER.did
        assert inner[0] == issuing_scene.document(db, own.id)
        found = issuing_scene.check(db, text, emails=(make.amara.email,))
        assert found.verdict.startswith("verified"), [c.message for c in found.checks if c.status == "fail"]
        assert [one.verdict.startswith("verified") for one in found.inner] == [True, True]


def test_what_cannot_stand_inside_a_signed_record_is_left_out(make: World) -> None:
    from market.credentials import making

    issued_scene.accepted(make)
    with make.read() as db:
        whole = making.record(db, make.amara.id)
        strange = {"@context": ["https://elsewhere.example/context"], "id": "urn:x", "type": ["X"]}
        mixed = making.record(db, make.amara.id, [strange])
        assert whole is not None
        assert mixed is not None
        kept, wanted = (
            json.loads(one)["credentialSubject"]["verifiableCredential"] for one in (mixed, whole)
        )
        assert kept == wanted
        assert making.record(db, make.chidi.id, [strange]) is None


def test_a_resume_for_programs_says_what_the_mapping_says(make: World, client: Client) -> None:
    issued_scene.accepted(make)
    with make.write() as db:
        actor = make.actor(make.amara)
        background.add_experience(db, actor, Done("Night baker", NOW.date(), "Nettle & Rye", None, "Baked."))
        background.add_education(db, actor, Learnt("Baking", "Calderside College", 2024))
    record = client.as_(make.amara).get("/credentials/mine/record.json")
    assert (record.status_code, record.headers["cache-control"]) == (200, "no-store")
    assert record.json()["type"] == ["VerifiableCredential", "ClrCredential"]
    made = client.as_(make.amara).get("/credentials/mine/ler-rs.json").json()
    assert made["type"] == ler_rs.TYPE
    assert made["person"] == {"name": {"formattedName": "Amara Okafor"}}
    assert "@example.org" not in json.dumps({k: v for k, v in made.items() if k != "certifications"})
    [job] = made["employmentHistories"]
    assert job["positionHistories"][0]["current"] is True
    [learnt] = made["educationAndLearnings"]
    assert learnt == {
        "educationDegrees": [{"name": "Baking"}],
        "institution": {"name": "Calderside College"},
        "end": "2024",
    }
    [certified] = made["certifications"]
    assert certified["issuingAuthority"] == {"name": make.bakery.name}
    with make.read() as db:
        held = db.exec(select(Issued).where(Issued.person_id == make.amara.id)).one()
        assert certified["verifications"] == [issuing_scene.document(db, held.id)]
        bare = records.resume(db, db.get_one(Person, make.chidi.id), "https://x.example/people/1")
    assert set(bare) == {"type", "documentId", "person", "communication"}


def test_the_mapping_leaves_out_what_is_empty_and_names_what_is_there() -> None:
    made = ler_rs.resume(
        "https://x.example/people/1", "A",
        headline="Bakes", about="At night.\nAlone.",
        skills=(ler_rs.Known("Baking", 3, "T4, demonstrated"),),
        jobs=(ler_rs.Job("Baker", "", NOW.date(), NOW.date()),),
        learnt=(ler_rs.Learnt("Baking", ""),),
        certified=(ler_rs.Certified("Badge", "B", None),),
    )  # fmt: skip
    assert made["narratives"][0]["texts"][1] == {"name": "About", "lines": ["At night.", "Alone."]}
    assert made["skills"] == [{"name": "Baking", "comments": ["Level 3 of 5: T4, demonstrated"]}]
    assert "organization" not in made["employmentHistories"][0]
    assert made["employmentHistories"][0]["positionHistories"][0]["end"] == NOW.date().isoformat()
    assert made["certifications"] == [{"name": "Badge", "issuingAuthority": {"name": "B"}}]


def test_nothing_to_take_away_says_so(make: World, client: Client) -> None:
    answer = client.as_(make.chidi).get("/credentials/mine/record.json")
    assert answer.status_code == 404
    assert "accept a credential first" in words(answer)
    assert "Your whole record" in words(client.as_(make.chidi).get("/credentials"))
