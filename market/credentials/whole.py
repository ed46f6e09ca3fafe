"""One achievement or credential whole, as its page shows it."""

import hashlib
import json
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from market.accounts.models import Organisation, Person
from market.credentials import queries
from market.credentials.models import Achievement, Issued, Signed
from market.credentials.queries import SkillRow
from market.credentials.rules import AchievementStatus
from market.rubrics.queries import CriterionRow, RubricView, rubric_with_criteria
from market.transitions import Transition


class ResultRow(NamedTuple):
    """One criterion of the rubric, and what was reached."""

    name: str
    skill: str
    step: int
    words: str  # the described step
    asked: int


class AchievementView(NamedTuple):
    """An achievement whole."""

    achievement: Achievement
    organisation: Organisation
    skills: list[SkillRow]
    rubric: RubricView | None
    newest: Achievement | None  # the published version in its place, when this one is not it


class View(NamedTuple):
    """A credential whole, as its page shows it."""

    issued: Issued
    achievement: Achievement
    organisation: Organisation
    holder: Person
    issued_by: str  # the name of the member who issued it, empty when the site did
    skills: list[SkillRow]
    results: list[ResultRow]
    pass_mark: int
    evidence: list[dict[str, Any]]
    signed: Signed | None
    newer: Issued | None


def achievement_view(db: Session, achievement: Achievement) -> AchievementView:
    """With its organisation, skills and rubric, in at most seven statements."""
    newest = None
    if achievement.status is AchievementStatus.RETIRED:
        newest = db.scalars(
            select(Achievement).where(
                col(Achievement.line) == achievement.line,
                col(Achievement.status) == AchievementStatus.PUBLISHED,
            )
        ).first()
    return AchievementView(
        achievement,
        db.get_one(Organisation, achievement.org_id),
        queries.skills_of(db, achievement.id),
        rubric_with_criteria(db, achievement.rubric_id) if achievement.rubric_id else None,
        newest,
    )


def credential_view(db: Session, issued: Issued) -> View:
    """One credential with all that it says."""
    achievement = db.get_one(Achievement, issued.achievement_id)
    rubric = rubric_with_criteria(db, achievement.rubric_id) if achievement.rubric_id else None
    by = db.get(Person, issued.issued_by) if issued.issued_by else None
    return View(
        issued,
        achievement,
        db.get_one(Organisation, issued.org_id),
        db.get_one(Person, issued.person_id),
        (by.display_name or "") if by else "",
        queries.skills_of(db, achievement.id),
        _results(issued, rubric),
        rubric.rubric.pass_mark if rubric else 0,
        list(issued.facts.get("evidence", ())),
        queries.signed_of(db, issued),
        db.get(Issued, issued.superseded_by) if issued.superseded_by else None,
    )


class Paper(NamedTuple):
    """What a signed document says of how it can be checked."""

    issuer: str  # the DID
    method: str  # the key that signed it
    list_url: str  # where it would say that it is withdrawn
    sha256: str  # of the document, byte for byte


def paper(signed: Signed) -> Paper:
    """The parts of a signed document that a check rests on."""
    document: dict[str, Any] = json.loads(signed.document)
    return Paper(
        document["issuer"]["id"],
        document["proof"]["verificationMethod"],
        document["credentialStatus"]["statusListCredential"],
        hashlib.sha256(signed.document.encode()).hexdigest(),
    )


def _results(issued: Issued, rubric: RubricView | None) -> list[ResultRow]:
    by_id: dict[int, CriterionRow] = {c.id: c for c in rubric.criteria} if rubric else {}
    found = []
    for one in issued.facts.get("results", ()):
        row = by_id.get(one["criterion_id"])
        if row is not None:
            step = int(one["step"])
            found.append(ResultRow(row.name, row.skill, step, row.steps[step].anchor, 3))
    return found


def refusal_words(db: Session, issued: Issued) -> str:
    """What the holder wrote when refusing it, empty for nothing."""
    wanted = select(col(Transition.note)).where(
        col(Transition.subject_kind) == "issued",
        col(Transition.subject_id) == issued.id,
        col(Transition.step) == "refuse",
    )
    return db.scalars(wanted).first() or ""
