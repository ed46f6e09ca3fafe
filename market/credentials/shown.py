"""What the pages of issuing show: lists in one prebuilt statement each, and one achievement or credential whole."""

import hashlib
import json
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, case, desc, func, select
from sqlmodel import Session, col

from market.accounts.models import Organisation, Person
from market.credentials import queries
from market.credentials.models import Achievement, Issued, Signed
from market.credentials.queries import SkillRow
from market.credentials.rules import AchievementStatus, Status, Visibility
from market.rubrics.queries import CriterionRow, RubricView, rubric_with_criteria
from market.transitions import Transition

BEING_MADE = (Status.DRAFTED, Status.SIGNED)
# What was given out, whatever became of it since; a refused one was not.
GIVEN = tuple(one for one in Status if one not in (*BEING_MADE, Status.REFUSED))
GROUPS: dict[str, tuple[Status, ...]] = {
    "all": tuple(Status),
    "offered": (*BEING_MADE, Status.OFFERED),
    "valid": (Status.ACCEPTED,),
    "over": (Status.SUSPENDED, Status.REVOKED, Status.EXPIRED, Status.SUPERSEDED, Status.REFUSED),
}


class AchievementRow(NamedTuple):
    """One line of an organisation's own list."""

    id: int
    public_id: str
    name: str
    version: int
    kind: str
    status: AchievementStatus
    org_public_id: str
    org_name: str
    given: int
    making: int


def _counted(statuses: tuple[Status, ...]) -> Any:
    return (
        select(func.count())
        .select_from(Issued)
        .where(col(Issued.achievement_id) == col(Achievement.id), col(Issued.status).in_(statuses))
        .correlate(Achievement)
        .scalar_subquery()
    )


def _paged(wanted: Any, key: Any, more: bool) -> Any:
    wanted = wanted.order_by(desc(key)).limit(bindparam("size"))
    return wanted.where(key < bindparam("after")) if more else wanted


_ACHIEVEMENTS = (
    select(
        col(Achievement.id),
        col(Achievement.public_id),
        col(Achievement.name),
        col(Achievement.version),
        col(Achievement.kind),
        col(Achievement.status),
        col(Organisation.public_id),
        col(Organisation.name),
        _counted(GIVEN),
        _counted(BEING_MADE),
    )
    .join(Organisation, col(Organisation.id) == col(Achievement.org_id))
    .where(
        col(Achievement.org_id).in_(bindparam("orgs", expanding=True)),
        col(Achievement.status).in_(bindparam("statuses", expanding=True)),
    )
)
_OURS = {more: _paged(_ACHIEVEMENTS, col(Achievement.id), more) for more in (False, True)}


def achievements(
    db: Session,
    org_ids: tuple[int, ...],
    statuses: tuple[AchievementStatus, ...],
    size: int,
    after: int | None = None,
) -> list[AchievementRow]:
    """The organisations' achievements in these states, newest first, one more than `size`. One statement."""
    found = db.connection().execute(
        _OURS[after is not None],
        {"orgs": list(org_ids), "statuses": list(statuses), "size": size + 1, "after": after},
    )
    return [AchievementRow._make(row) for row in found]


class IssuedRow(NamedTuple):
    """One credential in the issuer's list."""

    id: int
    public_id: str
    status: Status
    created_at: datetime
    valid_until: datetime | None
    name: str
    achievement_public_id: str
    person_public_id: str
    person_name: str


def _issued(one: bool, more: bool) -> Any:
    wanted: Any = (
        select(
            col(Issued.id),
            col(Issued.public_id),
            col(Issued.status),
            col(Issued.created_at),
            col(Issued.valid_until),
            col(Achievement.name),
            col(Achievement.public_id),
            col(Person.public_id),
            func.coalesce(col(Person.display_name), ""),
        )
        .join(Achievement, col(Achievement.id) == col(Issued.achievement_id))
        .join(Person, col(Person.id) == col(Issued.person_id))
        .where(
            col(Issued.org_id).in_(bindparam("orgs", expanding=True)),
            col(Issued.status).in_(bindparam("statuses", expanding=True)),
        )
    )
    if one:
        wanted = wanted.where(col(Achievement.public_id) == bindparam("achievement"))
    return _paged(wanted, col(Issued.id), more)


_ISSUED = {(one, more): _issued(one, more) for one in (False, True) for more in (False, True)}


def issued(
    db: Session,
    org_ids: tuple[int, ...],
    statuses: tuple[Status, ...],
    size: int,
    *,
    achievement: str = "",
    after: int | None = None,
) -> list[IssuedRow]:
    """What the organisations issued, newest first, one more than `size`; of one achievement only where named."""
    found = db.connection().execute(
        _ISSUED[bool(achievement), after is not None],
        {
            "orgs": list(org_ids),
            "statuses": list(statuses),
            "size": size + 1,
            "after": after,
            "achievement": achievement,
        },
    )
    return [IssuedRow._make(row) for row in found]


class Counts(NamedTuple):
    """How many credentials of one achievement stand where."""

    given: int
    valid: int
    offered: int
    making: int
    withdrawn: int  # revoked or suspended


def counts(db: Session, *, achievement_id: int | None = None, org_id: int | None = None) -> Counts:
    """Of one achievement, or of everything an organisation issued. One statement."""

    def number(*statuses: Status) -> Any:
        return func.coalesce(func.sum(case((col(Issued.status).in_(statuses), 1), else_=0), type_=Integer), 0)

    wanted = select(
        number(*GIVEN),
        number(Status.ACCEPTED),
        number(Status.OFFERED),
        number(*BEING_MADE),
        number(Status.REVOKED, Status.SUSPENDED),
    )
    if achievement_id is not None:
        wanted = wanted.where(col(Issued.achievement_id) == achievement_id)
    if org_id is not None:
        wanted = wanted.where(col(Issued.org_id) == org_id)
    return Counts._make(db.execute(wanted).one())


class HeldRow(NamedTuple):
    """One credential in its holder's list, or on their profile."""

    id: int
    public_id: str
    status: Status
    visibility: Visibility
    created_at: datetime
    valid_until: datetime | None
    name: str
    kind: str
    org_public_id: str
    org_name: str


_MINE: Any = (
    select(
        col(Issued.id),
        col(Issued.public_id),
        col(Issued.status),
        col(Issued.visibility),
        col(Issued.created_at),
        col(Issued.valid_until),
        col(Achievement.name),
        col(Achievement.kind),
        col(Organisation.public_id),
        col(Organisation.name),
    )
    .join(Achievement, col(Achievement.id) == col(Issued.achievement_id))
    .join(Organisation, col(Organisation.id) == col(Issued.org_id))
    .where(
        col(Issued.person_id) == bindparam("person"),
        col(Issued.status).not_in((*BEING_MADE, Status.REFUSED)),
    )
    .order_by(desc(col(Issued.id)))
    .limit(200)
)
_PUBLIC: Any = _MINE.where(
    col(Issued.accepted_at).is_not(None),
    col(Issued.visibility) == Visibility.PUBLIC,
    col(Issued.status) != Status.SUPERSEDED,
)


def held_by(db: Session, person_id: int) -> list[HeldRow]:
    """Everything the person was given here, the newest first, at most 200. One statement."""
    return [HeldRow._make(row) for row in db.connection().execute(_MINE, {"person": person_id})]


def public_of(db: Session, person_id: int) -> list[HeldRow]:
    """What the person shows to everyone, whatever became of it: revoked ones say so."""
    return [HeldRow._make(row) for row in db.connection().execute(_PUBLIC, {"person": person_id})]


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


def whole(db: Session, issued: Issued) -> View:
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
