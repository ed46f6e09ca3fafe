"""What Open Badges 3.0 asks of a credential's JSON, as a schema of our own: the members we write, their types and numbers.

1EdTech's schema (https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json, draft
2019-09) is licensed for use and not for copying into a project, and no package brings it. This table was written from
the published text: which members a class has, which are needed, one or many of each, the enumerations, and the three
classes that allow no further member. `1` and `?` are exactly and at most one, `+` and `*` lists of one or more and any.
"""

from collections.abc import Iterator
from typing import Any

from market.credentials.documents import SCHEMA

DATE = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
EXTENDED = "(ext:)[a-z|A-Z|0-9|.|-|_]+"
OB3_CONTEXT = r"^https:\/\/purl\.imsglobal\.org\/spec\/ob\/v3p0\/context(-3\.\d\.\d)*\.json$"
TYPES = (
    "Achievement ApprenticeshipCertificate Assessment Assignment AssociateDegree Award Badge BachelorDegree Certificate "
    "CertificateOfCompletion Certification CommunityService Competency Course CoCurricular Degree Diploma DoctoralDegree "
    "Fieldwork GeneralEducationDevelopment JourneymanCertificate LearningProgram License Membership ProfessionalDoctorate "
    "QualityAssuranceCredential MasterCertificate MasterDegree MicroCredential ResearchDoctorate SecondarySchoolDiploma"
)
IDENTITIES = (
    "name sourcedId systemId productId userName accountId emailAddress nationalIdentityNumber isbn issn lisSourcedId "
    "oneRosterSourcedId sisSourcedId ltiContextId ltiDeploymentId ltiToolId ltiPlatformId ltiUserId identifier"
)
RESULTS = (
    "GradePointAverage LetterGrade Percent PerformanceLevel PredictedScore RawScore Result RubricCriterion "
    "RubricCriterionLevel RubricScore ScaledScore Status"
)
STATES = "Completed Enrolled Failed InProgress OnHold Provisional Withdrew"
LANGUAGE = "^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
PLAIN: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "date": {"type": "string", "pattern": DATE},
    "yes or no": {"type": "boolean"},
    "number": {"type": "number"},
    "kind of achievement": {"oneOf": [{"enum": TYPES.split()}, {"type": "string", "pattern": EXTENDED}]},
    "kind of identity": {"oneOf": [{"enum": IDENTITIES.split()}, {"type": "string", "pattern": EXTENDED}]},
    "kind of result": {"oneOf": [{"enum": RESULTS.split()}, {"type": "string", "pattern": EXTENDED}]},
    "state": {"enum": STATES.split()},
    "language": {"type": "string", "pattern": LANGUAGE},
}
# class -> member -> (type, how many). A `type` that has to hold the name of its class is `is`, one that is it `is only`.
MODEL: dict[str, dict[str, tuple[str, str]]] = {
    "AchievementCredential": {
        "id": ("text", "1"), "name": ("text", "?"), "description": ("text", "?"), "image": ("Image", "?"),
        "awardedDate": ("date", "?"), "credentialSubject": ("AchievementSubject", "1"), "issuer": ("ProfileRef", "1"),
        "validFrom": ("date", "1"), "validUntil": ("date", "?"), "proof": ("Proof", "one or *"),
        "credentialSchema": ("CredentialSchema", "*"), "credentialStatus": ("CredentialStatus", "?"),
        "evidence": ("Evidence", "*"),
    },
    "AchievementSubject": {
        "id": ("text", "?"), "type": ("is", "+"), "achievement": ("Achievement", "1"),
        "identifier": ("IdentityObject", "*"), "result": ("Result", "*"), "narrative": ("text", "?"),
    },
    "IdentityObject": {
        "type": ("is only", "1"), "hashed": ("yes or no", "1"), "identityHash": ("text", "1"),
        "identityType": ("kind of identity", "1"), "salt": ("text", "?"),
    },
    "Achievement": {
        "id": ("text", "1"), "type": ("is", "+"), "alignment": ("Alignment", "*"),
        "achievementType": ("kind of achievement", "?"), "creator": ("Profile", "?"), "criteria": ("Criteria", "1"),
        "description": ("text", "1"), "image": ("Image", "?"), "inLanguage": ("language", "?"), "name": ("text", "1"),
        "resultDescription": ("ResultDescription", "*"), "version": ("text", "?"),
    },
    "Alignment": {
        "type": ("is", "+"), "targetCode": ("text", "?"), "targetDescription": ("text", "?"),
        "targetName": ("text", "1"), "targetFramework": ("text", "?"), "targetUrl": ("text", "1"),
    },
    "Criteria": {"id": ("text", "?"), "narrative": ("text", "?")},
    "Image": {"id": ("text", "1"), "type": ("is only", "1"), "caption": ("text", "?")},
    "Result": {
        "type": ("is", "+"), "achievedLevel": ("text", "?"), "alignment": ("Alignment", "*"),
        "resultDescription": ("text", "?"), "status": ("state", "?"), "value": ("text", "?"),
    },
    "ResultDescription": {
        "id": ("text", "1"), "type": ("is", "+"), "alignment": ("Alignment", "*"), "name": ("text", "1"),
        "requiredLevel": ("text", "?"), "resultType": ("kind of result", "1"),
        "rubricCriterionLevel": ("RubricCriterionLevel", "*"),
    },
    "RubricCriterionLevel": {
        "id": ("text", "1"), "type": ("is", "+"), "alignment": ("Alignment", "*"), "description": ("text", "?"),
        "level": ("text", "?"), "name": ("text", "1"), "points": ("text", "?"),
    },
    "Profile": {
        "id": ("text", "1"), "type": ("is", "+"), "name": ("text", "?"), "url": ("text", "?"),
        "description": ("text", "?"), "image": ("Image", "?"),
    },
    "Evidence": {
        "id": ("text", "?"), "type": ("is", "+"), "narrative": ("text", "?"), "name": ("text", "?"),
        "description": ("text", "?"), "genre": ("text", "?"), "audience": ("text", "?"),
    },
    "CredentialStatus": {"id": ("text", "?"), "type": ("text", "1")},
    "CredentialSchema": {"id": ("text", "1"), "type": ("text", "1")},
    "Proof": {
        "type": ("text", "1"), "created": ("date", "?"), "cryptosuite": ("text", "?"), "proofPurpose": ("text", "?"),
        "proofValue": ("text", "?"), "verificationMethod": ("text", "?"),
    },
}  # fmt: skip
CLOSED = ("IdentityObject", "Image", "IdentifierEntry")
# Members that other vocabularies of the document define: the data model of credentials, and its status lists.
ELSEWHERE = {
    "AchievementCredential": {"@context", "type", "relatedResource"},
    "CredentialStatus": {"statusPurpose", "statusListIndex", "statusListCredential"},
}


def schema() -> dict[str, Any]:
    """The whole as a JSON schema at the address of the published one."""
    root = _class("AchievementCredential")
    names = (["VerifiableCredential"], ["AchievementCredential", "OpenBadgeCredential"])
    root["properties"]["type"] = {
        "allOf": [{"type": "array", "minItems": 1, "contains": {"enum": one}} for one in names]
    }
    root["properties"]["@context"] = {
        "type": "array",
        "minItems": 2,
        "items": [{"enum": ["https://www.w3.org/ns/credentials/v2"]}, {"pattern": OB3_CONTEXT}],
        "additionalItems": {"type": ["string", "object"]},
    }
    root["required"] += ["@context", "type"]
    parts = {name: _class(name) for name in MODEL if name != "AchievementCredential"}
    parts["ProfileRef"] = {"anyOf": [{"$ref": "#/$defs/Profile"}, {"type": "string"}]}
    head = {"$schema": "https://json-schema.org/draft/2019-09/schema", "$id": SCHEMA}
    return head | root | {"$defs": parts}


def _class(name: str) -> dict[str, Any]:
    members = MODEL[name]
    return {
        "type": "object",
        "properties": {member: _member(name, *told) for member, told in members.items()},
        "required": [member for member, (_kind, count) in members.items() if count in ("1", "+")],
        "additionalProperties": name not in CLOSED,
    }


def _member(owner: str, kind: str, count: str) -> dict[str, Any]:
    if kind == "is":
        return {"type": "array", "minItems": 1, "items": {"type": "string"}, "contains": {"enum": [owner]}}
    one = {"enum": [owner]} if kind == "is only" else PLAIN.get(kind, {"$ref": f"#/$defs/{kind}"})
    many = {"type": "array", "items": one}
    return {"1": one, "?": one, "*": many, "one or *": {"oneOf": [one, many]}}[count]


def unknown(document: dict[str, Any], name: str = "AchievementCredential") -> Iterator[str]:
    """The members of a document that neither this model nor one named in `ELSEWHERE` has."""
    for member, value in document.items():
        kind, _count = MODEL[name].get(member, ("", ""))
        if not kind and member not in ELSEWHERE.get(name, ()):
            yield f"{name}.{member}"
        inner = "Profile" if kind == "ProfileRef" else kind
        for one in value if isinstance(value, list) else [value]:
            if inner in MODEL and isinstance(one, dict):
                yield from unknown(one, inner)
