"""What kind of credential a document is, and whether it has the members that its kind needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from . import contexts, jsonio

NAMES = {
    "ob-3.0": "an Open Badge 3.0",
    "clr-2.0": "a Comprehensive Learner Record 2.0",
    "endorsement-3.0": "an Open Badges 3.0 endorsement",
    "vc-2.0": "a verifiable credential (2.0)",
    "vc-1.1": "a verifiable credential (1.1)",
    "sd-jwt-vc": "a credential with selective disclosure (SD-JWT VC)",
    "ob-2.1": "an Open Badge 2.1",
    "ob-2.0": "an Open Badge 2.0",
    "ob-1.x": "an Open Badge 1",
    "vp": "a presentation",
}


# Parts that must say what kind they are, and whose id, where they have one, must be an address.
TYPED = ("credentialStatus", "credentialSchema", "termsOfUse", "refreshService")


def _absolute(value: Any) -> bool:
    """Whether a value is an absolute address (a URL, a DID, a URN)."""
    return isinstance(value, str) and re.match(r"[A-Za-z][A-Za-z0-9+.-]*:\S", value) is not None


def kind_of(document: Mapping[str, Any]) -> str | None:
    """The format of a verifiable credential by its types and first vocabulary; None where it is none."""
    types = jsonio.texts(document.get("type"))
    if "VerifiablePresentation" in types:
        return "vp"
    if "VerifiableCredential" not in types:
        return None
    if "ClrCredential" in types:
        return "clr-2.0"
    if "OpenBadgeCredential" in types or "AchievementCredential" in types:
        return "ob-3.0"
    if "EndorsementCredential" in types:
        return "endorsement-3.0"
    first = (jsonio.texts(document.get("@context")) or [""])[0]
    return "vc-1.1" if first == contexts.VC1 else "vc-2.0"


def lacking(document: Mapping[str, Any], kind: str) -> tuple[list[str], list[str]]:
    """Paths that are wrong (the credential cannot be judged) and paths that it should have but lacks."""
    wrong: list[str] = []
    lacks: list[str] = []
    if jsonio.id_of(document.get("issuer")) is None:
        wrong.append("/issuer")
    elif not _absolute(jsonio.id_of(document.get("issuer"))):
        wrong.append("/issuer/id")
    if "id" in document and not _absolute(document["id"]):
        wrong.append("/id")
    for name in TYPED:
        for entry in jsonio.listed(document.get(name)):
            fine = isinstance(entry, dict) and jsonio.texts(entry.get("type"))
            if not fine or ("id" in entry and not _absolute(entry["id"])):
                wrong.append(f"/{name}")
            elif name == "credentialSchema" and "id" not in entry:
                wrong.append(f"/{name}/id")
    subjects = jsonio.listed(document.get("credentialSubject"))
    if not subjects or any(not isinstance(subject, dict) or not subject for subject in subjects):
        wrong.append("/credentialSubject")
        return wrong, lacks
    if any("id" in subject and not _absolute(subject["id"]) for subject in subjects):
        wrong.append("/credentialSubject/id")
    if kind == "ob-3.0":
        if len(subjects) > 1:
            wrong.append("/credentialSubject")
        _achievement(subjects[0], wrong, lacks)
    if kind == "clr-2.0" and "verifiableCredential" not in subjects[0]:
        wrong.append("/credentialSubject/verifiableCredential")
    return wrong, lacks


def _achievement(subject: Mapping[str, Any], wrong: list[str], lacks: list[str]) -> None:
    at = "/credentialSubject/achievement"
    if "AchievementSubject" not in jsonio.texts(subject.get("type")):
        lacks.append("/credentialSubject/type")
    if "id" not in subject and "identifier" not in subject:
        lacks.append("/credentialSubject/identifier")
    found = subject.get("achievement")
    if not isinstance(found, dict):
        wrong.append(at)
        return
    if not isinstance(found.get("name"), str | dict) or not found["name"]:
        wrong.append(f"{at}/name")
    if "Achievement" not in jsonio.texts(found.get("type")):
        lacks.append(f"{at}/type")
    lacks.extend(f"{at}/{name}" for name in ("id", "criteria", "description") if not found.get(name))
    for index, alignment in enumerate(jsonio.listed(found.get("alignment"))):
        if not isinstance(alignment, dict):
            wrong.append(f"{at}/alignment/{index}")
    _results(subject, found, wrong)


def _results(subject: Mapping[str, Any], achievement: Mapping[str, Any], wrong: list[str]) -> None:
    """A result that names a level must name one that its achievement describes."""
    described = {
        entry["id"]: {
            jsonio.id_of(level)
            for level in jsonio.listed(entry.get("rubricCriterionLevel"))
            if isinstance(level, dict)
        }
        for entry in jsonio.listed(achievement.get("resultDescription"))
        if isinstance(entry, dict) and isinstance(entry.get("id"), str)
    }
    for index, result in enumerate(jsonio.listed(subject.get("result"))):
        path = f"/credentialSubject/result/{index}"
        if not isinstance(result, dict):
            wrong.append(path)
            continue
        refers, level = result.get("resultDescription"), result.get("achievedLevel")
        if refers is not None and (not isinstance(refers, str) or refers not in described):
            wrong.append(f"{path}/resultDescription")
        elif level is not None and (
            not isinstance(level, str) or (refers is not None and level not in described[refers])
        ):
            wrong.append(f"{path}/achievedLevel")
