"""What is issued here fits the JSON schema that Open Badges 3.0 publishes, as `ob3_model` retells it."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft201909Validator

from market.credentials import documents, queries
from market.credentials.models import Issued
from market.credentials.rules import KINDS
from market.credentials.values import Achieved, Evidence
from tests.credentials import issuing_scene as scene
from tests.credentials import ob3_model
from tests.credentials.test_documents import HOLDER, SITE, award, signed
from tests.support.world import World

VALIDATOR = Draft201909Validator(ob3_model.schema())


def wrong(document: dict[str, Any]) -> set[str]:
    """Where a document does not fit."""
    return {"/" + "/".join(map(str, one.absolute_path)) for one in VALIDATOR.iter_errors(document)}


def test_the_schema_itself_is_sound() -> None:
    Draft201909Validator.check_schema(ob3_model.schema())


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"subject": HOLDER},
        {"valid_until": None, "results": (), "evidence": ()},
        {"status": None},
        {
            "evidence": (
                Evidence("A word"),
                Evidence("Bread", url=f"{SITE}/credentials/x", genre="Credential"),
            )
        },
        *(
            {"achievement": Achieved(f"{SITE}/achievements/bread", "Bread", "Forty.", "Bake.", kind)}
            for kind in KINDS
        ),
    ],
    ids=str,
)
def test_each_form_of_a_credential_fits_and_says_nothing_unknown(more: dict[str, Any]) -> None:
    plain = documents.credential(award(**more))
    if not more:
        plain = signed()
    assert wrong(plain) == set()
    assert list(ob3_model.unknown(plain)) == []


def test_what_the_site_issued_fits(make: World) -> None:
    made = scene.issued(make, accepted=True)
    with make.read() as db:
        assert wrong(scene.document(db, made)) == set()
        assert list(ob3_model.unknown(scene.document(db, made))) == []
        kept = queries.signed_of(db, db.get_one(Issued, made))
        assert kept is not None
        assert json.loads(kept.document)["credentialStatus"]["type"] == "BitstringStatusListEntry"


Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda one: one.update(credentialStatus=[one["credentialStatus"]] * 2), "/credentialStatus"),
        (lambda one: one.update(evidence=one["evidence"][0]), "/evidence"),
        (lambda one: one.update(validFrom="16 November 2026"), "/validFrom"),
        (lambda one: one.update(type=["VerifiableCredential"]), "/type"),
        (lambda one: one["@context"].reverse(), "/@context/0"),
        (lambda one: one["issuer"].pop("id"), "/issuer"),
        (lambda one: one["credentialSubject"].pop("achievement"), "/credentialSubject"),
        (
            lambda one: one["credentialSubject"]["achievement"].pop("criteria"),
            "/credentialSubject/achievement",
        ),
        (
            lambda one: one["credentialSubject"]["achievement"].update(achievementType="Crown"),
            "/credentialSubject/achievement/achievementType",
        ),
        (
            lambda one: one["credentialSubject"]["identifier"][0].update(note="x"),
            "/credentialSubject/identifier/0",
        ),
        (
            lambda one: one["credentialSubject"]["result"][0].update(status="Passed"),
            "/credentialSubject/result/0/status",
        ),
        (
            lambda one: one["credentialSubject"]["achievement"]["resultDescription"][0].pop("resultType"),
            "/credentialSubject/achievement/resultDescription/0",
        ),
    ],
)
def test_what_does_not_fit_is_found(change: Change, where: str) -> None:
    document = copy.deepcopy(signed())
    change(document)
    assert where in wrong(document)


def test_a_member_of_no_vocabulary_is_named() -> None:
    document = signed()
    document["credentialSubject"]["achievement"]["criteria"]["type"] = "Criteria"
    assert list(ob3_model.unknown(document)) == ["Criteria.type"]
