"""The documents of issuing, built from values alone: Open Badges 3.0 credentials, CLR 2.0 records, DID documents,
status lists, profiles and achievements.

Every member that is written is one that the contexts define, so that nothing stands unsigned in a signed document.
Sources: https://www.imsglobal.org/spec/ob/v3p0/, https://www.imsglobal.org/spec/clr/v2p0/,
https://www.w3.org/TR/vc-data-model-2.0/, https://www.w3.org/TR/vc-bitstring-status-list/, https://w3c-ccg.github.io/did-method-web/.
"""

import base64
import hashlib
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from market.credentials.proofs import multi
from market.credentials.rules import plain
from market.credentials.signing import multikey, stamp
from market.credentials.values import Achieved, Alignment, Award, Criterion, Evidence, Issuer, Place

VC2 = "https://www.w3.org/ns/credentials/v2"
OB3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OB3_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
DID_CONTEXTS = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
]
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
SCHEMA_TYPE = "1EdTechJsonSchemaValidator2019"
REVOCATION = "revocation"  # the purpose of every list: what it says is not taken back
LIST_SIZE = 131_072  # bits: fewer would tell who is looked up


def did_web(public_url: str, *path: str) -> str:
    """The did:web of a site (`https://host:port`), or of a path below it."""
    host = urlsplit(public_url).netloc.lower()
    return ":".join(["did:web", quote(host, safe=""), *path])


def email_identity(address: str, salt: str) -> str:
    """The hash that stands for an e-mail address in a credential."""
    return "sha256$" + hashlib.sha256((address + salt).encode("utf-8")).hexdigest()


def profile(issuer: Issuer) -> dict[str, Any]:
    """The issuer as a Profile."""
    return {"id": issuer.did, "type": ["Profile"], "name": plain(issuer.name), "url": issuer.url}


def level_id(achievement_url: str, criterion_id: int, step: int | None = None) -> str:
    """The identifier of a criterion of an achievement, or of one of its steps."""
    return f"{achievement_url}#criterion-{criterion_id}" + ("" if step is None else f"-step-{step}")


def achievement(what: Achieved, issuer: Issuer) -> dict[str, Any]:
    """The achievement, with its alignments and the rubric as result descriptions."""
    made: dict[str, Any] = {
        "id": what.url,
        "type": ["Achievement"],
        "achievementType": what.kind,
        "name": plain(what.name),
        "description": plain(what.description),
        "criteria": {"narrative": plain(what.criteria)},
        "creator": profile(issuer),
        "version": str(what.version),
        "inLanguage": what.language,
    }
    if what.image:
        made["image"] = {"id": what.image, "type": "Image"}
    if what.alignments:
        made["alignment"] = [_alignment(one) for one in what.alignments]
    if what.rubric:
        made["resultDescription"] = [_described(what.url, one) for one in what.rubric]
    return made


def _alignment(one: Alignment) -> dict[str, Any]:
    made = {"type": ["Alignment"], "targetName": plain(one.name), "targetUrl": one.url}
    if one.framework:
        made["targetFramework"] = plain(one.framework)
    if one.description:
        made["targetDescription"] = plain(one.description)
    return made


def _described(url: str, criterion: Criterion) -> dict[str, Any]:
    levels = [
        {
            "id": level_id(url, criterion.id, step),
            "type": ["RubricCriterionLevel"],
            "name": f"Step {step}",
            "description": plain(words),
            "level": str(step),
            "points": str(step),
        }
        for step, words in criterion.steps
    ]
    made = {
        "id": level_id(url, criterion.id),
        "type": ["ResultDescription"],
        "name": plain(criterion.name),
        "resultType": "RubricCriterionLevel",
        "rubricCriterionLevel": levels,
    }
    if criterion.required is not None:
        made["requiredLevel"] = level_id(url, criterion.id, criterion.required)
    return made


def credential(award: Award) -> dict[str, Any]:
    """The unsigned Open Badges 3.0 credential."""
    made: dict[str, Any] = {
        "@context": [VC2, OB3, OB3_EXTENSIONS],
        "id": award.url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": plain(award.achievement.name),
        "issuer": profile(award.issuer),
        "validFrom": stamp(award.valid_from),
        "awardedDate": stamp(award.valid_from),
        "credentialSubject": _subject(award),
        "credentialSchema": [{"id": SCHEMA, "type": SCHEMA_TYPE}],
    }
    if award.status is not None:
        made["credentialStatus"] = _status(award.status)
    if award.valid_until is not None:
        made["validUntil"] = stamp(award.valid_until)
    if award.evidence:
        made["evidence"] = [_evidence(one) for one in award.evidence]
    pinned = [{"id": one.url, "digestSRI": _sri(one.sha256)} for one in award.evidence if one.sha256]
    if pinned:
        made["relatedResource"] = pinned
    return made


def _subject(award: Award) -> dict[str, Any]:
    made: dict[str, Any] = {"type": ["AchievementSubject"]}
    if award.subject:
        made["id"] = award.subject
    else:
        made["identifier"] = [
            {
                "type": "IdentityObject",
                "identityType": "emailAddress",
                "hashed": True,
                "identityHash": award.email_hash,
                "salt": award.salt,
            }
        ]
    made["achievement"] = achievement(award.achievement, award.issuer)
    if award.results:
        made["result"] = [
            {
                "type": ["Result"],
                "resultDescription": level_id(award.achievement.url, criterion),
                "achievedLevel": level_id(award.achievement.url, criterion, step),
                "status": "Completed",
            }
            for criterion, step in award.results
        ]
    return made


def _evidence(one: Evidence) -> dict[str, Any]:
    made: dict[str, Any] = {"type": ["Evidence"], "name": plain(one.name)}
    for name, value in (("id", one.url), ("narrative", plain(one.narrative)), ("genre", one.genre)):
        if value:
            made[name] = value
    return made


def _sri(sha256: str) -> str:
    return "sha256-" + base64.b64encode(bytes.fromhex(sha256)).decode("ascii")


def _status(place: Place) -> dict[str, Any]:
    """The one entry that Open Badges 3.0 allows. Source: its JSON schema, `credentialStatus` [0..1]."""
    return {
        "id": f"{place.list_url}#{place.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": REVOCATION,
        "statusListIndex": str(place.index),
        "statusListCredential": place.list_url,
    }


def encoded_list(positions: Iterable[int], size: int = LIST_SIZE) -> str:
    """The bits of a list, those at `positions` set: gzip, base64url, with the multibase `u`. Always the same bytes."""
    bits = bytearray(size // 8)
    for position in positions:
        bits[position // 8] |= 0x80 >> position % 8
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return "u" + multi.base64url_encode(packer.compress(bytes(bits)) + packer.flush())


def status_list(
    url: str, issuer_did: str, encoded: str, valid_from: datetime, valid_until: datetime
) -> dict[str, Any]:
    """The unsigned credential that carries a status list."""
    return {
        "@context": [VC2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_did,
        "validFrom": stamp(valid_from),
        "validUntil": stamp(valid_until),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": REVOCATION,
            "encodedList": encoded,
        },
    }


def did_document(did: str, listed: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """The DID document that lists these keys, given as (name, public JWK), for assertions."""
    methods: list[dict[str, Any]] = []
    for name, jwk in listed:
        method: dict[str, Any] = {"id": f"{did}#{name}", "controller": did}
        if jwk["kty"] == "OKP":
            method |= {"type": "Multikey", "publicKeyMultibase": multikey(jwk)}
        else:
            method |= {"type": "JsonWebKey", "publicKeyJwk": jwk}
        methods.append(method)
    return {
        "@context": DID_CONTEXTS,
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def record(
    url: str,
    issuer: Issuer,
    name: str,
    credentials: Sequence[dict[str, Any]],
    at: datetime,
    *,
    subject: str = "",
    email_hash: str = "",
    salt: str = "",
) -> dict[str, Any]:
    """The unsigned CLR 2.0 credential: a person's signed credentials in one container, each as it was issued."""
    who: dict[str, Any] = {"type": ["ClrSubject"]}
    if subject:
        who["id"] = subject
    else:
        who["identifier"] = [
            {
                "type": "IdentityObject",
                "identityType": "emailAddress",
                "hashed": True,
                "identityHash": email_hash,
                "salt": salt,
            }
        ]
    who["verifiableCredential"] = list(credentials)
    return {
        "@context": [VC2, CLR, OB3, OB3_EXTENSIONS],
        "id": url,
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": plain(name),
        "issuer": profile(issuer),
        "validFrom": stamp(at),
        "credentialSubject": who,
    }
