"""Reading the ledger: a person's items, the levels they make on a day, and the stored levels that matching uses."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, case, false, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as select_one

from market import clock
from market.evidence.models import (
    SOFT_PEERS,
    Evidence,
    Kind,
    PersonSkill,
    Release,
    SourceKind,
    SourceStrength,
)
from market.evidence.posterior import CREDENTIALED, DEMONSTRATED, ENDORSED, Item, Level, posterior
from market.skills.models import Skill


class LedgerRow(NamedTuple):
    """One standing item of the ledger, with what it is about."""

    id: int
    person_id: int
    skill_id: int
    skill: str
    family: str
    kind: Kind
    tier: int
    reading_milli: int
    variance_milli: int
    source_kind: str
    source_id: int
    party_kind: str
    party_id: int | None
    occurred_on: date
    expires_on: date | None
    skill_public_id: str
    gain_milli: int = 1000  # what was learned of whoever says so: see SourceStrength
    inflation_milli: int = 0
    learned_from: int = 0  # marks or people
    release: int = 0  # that said so
    on_trial: bool = False  # see SourceStrength

    @property
    def item(self) -> Item:
        """The row as the model takes it."""
        return Item(
            id=self.id,
            tier=self.tier,
            reading=self.reading_milli / 1000,
            occurred_on=self.occurred_on,
            party=f"{self.party_kind}:{self.party_id}" if self.party_kind else "",
            variance=self.variance_milli / 1000,
            gain=self.gain_milli / 1000,
            inflation=self.inflation_milli / 1000,
            expires_on=self.expires_on,
            on_trial=bool(self.on_trial),
        )


NEWEST = 2**31 - 1
"""Stands for the release that holds now."""

_Void = aliased(Evidence)
_Strength, _Later = aliased(SourceStrength), aliased(SourceStrength)


def of_source(strength: Any) -> ColumnElement[bool]:
    """The rows of a source's strength that concern an item."""
    return and_(
        col(strength.party_kind) == col(Evidence.party_kind),
        col(strength.party_id) == col(Evidence.party_id),
        col(strength.kind)
        == case((col(Evidence.tier) == CREDENTIALED, SourceKind.ISSUER), else_=SourceKind.RATER),
        col(Evidence.tier).in_((ENDORSED, CREDENTIALED, DEMONSTRATED)),
        col(Evidence.source_kind) != SOFT_PEERS,
    )


_HELD_THEN = (
    select(func.max(col(_Later.version)))
    .where(of_source(_Later), col(_Later.version) <= bindparam("release", NEWEST))
    .correlate(Evidence)
    .scalar_subquery()
)
_Standing = aliased(Skill)  # the skill itself, or the one it was merged into
_COLUMNS: tuple[Any, ...] = (
    col(Evidence.id),
    col(Evidence.person_id),
    col(_Standing.id),
    col(_Standing.name),
    col(_Standing.family),
    col(Evidence.kind),
    col(Evidence.tier),
    col(Evidence.reading_milli),
    col(Evidence.variance_milli),
    col(Evidence.source_kind),
    col(Evidence.source_id),
    col(Evidence.party_kind),
    col(Evidence.party_id),
    col(Evidence.occurred_on),
    col(Evidence.expires_on),
    col(_Standing.public_id),
    func.coalesce(col(_Strength.gain_milli), 1000),
    func.coalesce(col(_Strength.inflation_milli), 0),
    func.coalesce(col(_Strength.n), 0),
    func.coalesce(col(_Strength.version), 0),
    case((col(Evidence.tier) == CREDENTIALED, func.coalesce(col(_Strength.on_trial), true())), else_=false()),
)
_STANDING = (
    select(*(one.label(name) for name, one in zip(LedgerRow._fields, _COLUMNS, strict=True)))
    .join(Skill, col(Skill.id) == col(Evidence.skill_id))
    .join(_Standing, col(_Standing.id) == func.coalesce(col(Skill.merged_into_id), col(Skill.id)))
    .outerjoin(_Strength, and_(of_source(_Strength), col(_Strength.version) == _HELD_THEN))
    .where(
        col(Evidence.voids_id).is_(None),
        ~select(col(_Void.id)).where(col(_Void.voids_id) == col(Evidence.id)).exists(),
    )
    .order_by(col(Evidence.id))
)
_OF_PEOPLE = _STANDING.where(col(Evidence.person_id).in_(bindparam("people", expanding=True)))
_OF_PEOPLE_IN = _OF_PEOPLE.where(col(_Standing.id).in_(bindparam("skills", expanding=True)))
LEDGER: Any = _STANDING.where(col(Evidence.person_id) == bindparam("person"))
"""Every standing item of one `person` as a `release` reads it, to be read beside what it is for: rows for `LedgerRow`."""


def ledger_in(*skills: Any) -> Any:
    """`LEDGER` in these skills alone: parameters or statements of ids."""
    return LEDGER.where(or_(*(col(_Standing.id).in_(one) for one in skills)))


def ledger_of(db: Session, person_id: int, release: int = NEWEST) -> list[LedgerRow]:
    """Every standing item of one person, oldest row first, read as a release of severity and strength reads it."""
    wanted = {"people": [person_id], "release": release}
    return [LedgerRow._make(row) for row in db.connection().execute(_OF_PEOPLE, wanted)]


def ledger_of_people(
    db: Session, people: Iterable[int], skills: Iterable[int], release: int = NEWEST
) -> list[LedgerRow]:
    """The standing items of some people in some skills, in one statement."""
    wanted = {"people": list(people), "skills": list(skills), "release": release}
    return [LedgerRow._make(row) for row in db.connection().execute(_OF_PEOPLE_IN, wanted)]


def levels_of(db: Session, person_id: int, as_of: date | None = None) -> dict[int, Level]:
    """Skill id to level on a day (today), for every skill with evidence."""
    return levels_from(ledger_of(db, person_id), as_of or clock.today())


def levels_from(rows: Iterable[LedgerRow], as_of: date) -> dict[int, Level]:
    """The levels that one person's rows make."""
    items: dict[int, list[Item]] = {}
    families: dict[int, str] = {}
    for row in rows:
        items.setdefault(row.skill_id, []).append(row.item)
        families[row.skill_id] = row.family
    return {skill_id: posterior(found, families[skill_id], as_of) for skill_id, found in items.items()}


_STORED = select(col(PersonSkill.skill_id), col(PersonSkill.level), col(PersonSkill.tier)).where(
    col(PersonSkill.person_id) == bindparam("person")
)


_CURRENT = select(func.coalesce(func.max(col(Release.version)), 0))


def current_release(db: Session) -> int:
    """The release of severity and strength that holds; 0 before the first."""
    return db.connection().execute(_CURRENT).scalar_one()


def release_on(db: Session, day: date) -> Release | None:
    """The release that held at the end of a day (UTC)."""
    end = datetime.combine(day + timedelta(days=1), time(), UTC)
    wanted = select_one(Release).where(col(Release.published_at) < end).order_by(col(Release.version).desc())
    return db.exec(wanted.limit(1)).first()


def strength_of(db: Session, kind: SourceKind, party: tuple[str, int]) -> SourceStrength | None:
    """What was learned last of a rater or issuer; None while too little is known."""
    wanted = select_one(SourceStrength).where(
        SourceStrength.kind == kind,
        SourceStrength.party_kind == party[0],
        SourceStrength.party_id == party[1],
    )
    return db.exec(wanted.order_by(col(SourceStrength.version).desc()).limit(1)).first()


def on_trial(db: Session, issuers: Iterable[int]) -> list[int]:
    """Those of these issuers whose credentials say no more than their holders do: see `SourceStrength`."""
    found = {one: strength_of(db, SourceKind.ISSUER, ("issuer", one)) for one in sorted(set(issuers))}
    return [issuer for issuer, strength in found.items() if strength is None or strength.on_trial]


def stored_levels(db: Session, person_id: int) -> dict[int, int]:
    """Skill id to the integer level (1-255) that matching uses."""
    return {row.skill_id: row.level for row in db.connection().execute(_STORED, {"person": person_id})}
