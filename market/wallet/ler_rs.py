"""A person's record in the form of the Learning and Employment Record Resume Standard (LER-RS), version 1. Experimental.

Built from values alone. What stands where, and what has no place in it, is written down in docs/ler-rs.md.
"""

from datetime import date
from typing import Any, NamedTuple

TYPE = "http://schema.hropenstandards.org/4.4/recruiting/json/ler-rs/LER-RSType.json"


class Certified(NamedTuple):
    """A credential that counts now. `document` is the signed credential itself, None where it is no JSON."""

    name: str
    issuer: str
    since: date | None
    until: date | None = None
    document: dict[str, Any] | None = None


class Known(NamedTuple):
    """A skill, its level from 1 to 5, and by what the level is shown (T0 to T4)."""

    name: str
    level: int
    shown_by: str


class Job(NamedTuple):
    title: str
    where: str
    since: date
    until: date | None
    words: str = ""


class Learnt(NamedTuple):
    title: str
    where: str
    year: int | None = None


def resume(
    address: str,
    name: str,
    *,
    headline: str = "",
    about: str = "",
    skills: tuple[Known, ...] = (),
    jobs: tuple[Job, ...] = (),
    learnt: tuple[Learnt, ...] = (),
    certified: tuple[Certified, ...] = (),
) -> dict[str, Any]:
    """The LER-RS document of one person. `address` is that of their profile. Empty members are left out."""
    made: dict[str, Any] = {
        "type": TYPE,
        "documentId": {"value": address},
        "person": {"name": {"formattedName": name}},
        "communication": {"web": [{"name": "Profile", "url": address}]},
    }
    texts = [{"name": key, "lines": words.split("\n")} for key, words in (("Headline", headline), ("About", about)) if words]  # fmt: skip
    parts: dict[str, list[Any]] = {
        "narratives": [{"name": "Summary", "texts": texts}] if texts else [],
        "skills": [
            {"name": one.name, "comments": [f"Level {one.level} of 5: {one.shown_by}"]} for one in skills
        ],
        "employmentHistories": [_job(one) for one in jobs],
        "educationAndLearnings": [_learnt(one) for one in learnt],
        "certifications": [_certified(one) for one in certified],
    }
    return made | {key: rows for key, rows in parts.items() if rows}


def _job(one: Job) -> dict[str, Any]:
    position: dict[str, Any] = {
        "title": one.title,
        "start": one.since.isoformat(),
        "current": one.until is None,
    }
    if one.until is not None:
        position["end"] = one.until.isoformat()
    if one.words:
        position["descriptions"] = [one.words]
    made: dict[str, Any] = {"positionHistories": [position]}
    return ({"organization": {"name": one.where}} if one.where else {}) | made


def _learnt(one: Learnt) -> dict[str, Any]:
    made: dict[str, Any] = {"educationDegrees": [{"name": one.title}]}
    if one.where:
        made["institution"] = {"name": one.where}
    if one.year is not None:
        made["end"] = str(one.year)
    return made


def _certified(one: Certified) -> dict[str, Any]:
    made: dict[str, Any] = {"name": one.name, "issuingAuthority": {"name": one.issuer}}
    days = {"validFrom": one.since, "validTo": one.until}
    period = {key: day.isoformat() for key, day in days.items() if day is not None}
    if period:
        made["effectiveTimePeriod"] = period
    if one.document is not None:
        made["verifications"] = [one.document]
    return made
