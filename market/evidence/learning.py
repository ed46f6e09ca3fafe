"""Learning what readings are worth, and publishing it: releases of rater severity and issuer strength.

What is learned is not used until it is published as a release, all at once; each release is a version that lists and
levels name. A source's value is published anew only when it has moved by enough to matter, so that levels do not
flicker; then the levels it touches are made due, and the sweep brings them up.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as select_one

from market.evidence import posterior, queries, severity, strength
from market.evidence.models import SOFT_PEERS, Evidence, PersonSkill, Release, SourceKind, SourceStrength
from market.evidence.posterior import CREDENTIALED, DEMONSTRATED, ENDORSED, Item
from market.evidence.severity import Mark
from market.evidence.strength import Holder, Strength
from market.outbox import announce
from market.skills.models import Skill

EVERY = timedelta(days=7)
ENOUGH_MILLI = 50
"""A value is published anew when it has moved by at least a twentieth of a step."""

Source = tuple[SourceKind, str, int]
"""A source and in what it speaks."""


class Value(NamedTuple):
    """What is published of a source, in thousandths."""

    gain_milli: int
    inflation_milli: int
    n: int
    on_trial: bool = False


class Learned(NamedTuple):
    """What the ledger says of its sources now, beside what is published."""

    changed: Mapping[Source, Value]
    marks: int
    holders: int


def learn(db: Session, now: datetime) -> Learned:
    """What a release would change. Reads every mark, and every credential of someone assessed here afterwards."""
    release = queries.current_release(db)
    known = published(db)
    marks = list(_marks(db))
    shifts = severity.learn(marks, release + 1)
    holders = list(_holders(db, shifts, _strengths(known), now))
    strengths = strength.learn(holders, _strengths(known), release + 1)
    found = {
        _source(SourceKind.RATER, party): Value(1000, round(1000 * shift.value), shift.n)
        for party, shift in shifts.by_rater.items()
    }
    found |= {
        _source(SourceKind.ISSUER, party): Value(round(1000 * one.gain), round(1000 * one.inflation), one.n)
        for party, one in strengths.items()
        if one.version == release + 1
    }
    changed = {source: value for source, value in found.items() if _matters(source, known.get(source), value)}
    return Learned(changed, len(marks), len(holders))


def _matters(source: Source, before: Value | None, now: Value) -> bool:
    """Whether a value moved by enough. What is learned of an issuer for the first time is always published."""
    if source[0] is SourceKind.ISSUER and (before is None or before.n == 0):
        return True
    gain, inflation, *_more = before or Value(1000, 0, 0)
    return max(abs(now.gain_milli - gain), abs(now.inflation_milli - inflation)) >= ENOUGH_MILLI


def _source(kind: SourceKind, party: str) -> Source:
    of, _, number = party.rpartition(":")
    return kind, of, int(number)


def published(db: Session) -> dict[Source, Value]:
    """What holds of every source of which anything was published."""
    later = aliased(SourceStrength)
    newest = (
        select(func.max(col(later.version)))
        .where(
            col(later.kind) == col(SourceStrength.kind),
            col(later.party_kind) == col(SourceStrength.party_kind),
            col(later.party_id) == col(SourceStrength.party_id),
        )
        .correlate(SourceStrength)
        .scalar_subquery()
    )
    rows = db.exec(select_one(SourceStrength).where(col(SourceStrength.version) == newest))
    return {
        (row.kind, row.party_kind, row.party_id): Value(
            row.gain_milli, row.inflation_milli, row.n, row.on_trial
        )
        for row in rows
    }


_Void = aliased(Evidence)
_SKILL = func.coalesce(col(Skill.merged_into_id), col(Skill.id))
_ITEMS: Any = (
    select(
        col(Evidence.person_id),
        _SKILL.label("skill_id"),
        col(Evidence.party_kind),
        col(Evidence.party_id),
        col(Evidence.reading_milli),
        col(Evidence.variance_milli),
    )
    .join(Skill, col(Skill.id) == col(Evidence.skill_id))
    .where(
        col(Evidence.party_id).is_not(None),
        col(Evidence.voids_id).is_(None),
        ~select(col(_Void.id)).where(col(_Void.voids_id) == col(Evidence.id)).exists(),
    )
)
_MARKS = _ITEMS.where(
    col(Evidence.tier).in_((ENDORSED, DEMONSTRATED)), col(Evidence.source_kind) != SOFT_PEERS
)


def _marks(db: Session) -> Iterable[Mark]:
    """Every mark that stands: what assessors and endorsers said."""
    for row in db.connection().execute(_MARKS):
        party = f"{row.party_kind}:{row.party_id}"
        yield Mark(row.person_id, row.skill_id, party, row.reading_milli / 1000, row.variance_milli / 1000)


def _holders(
    db: Session, shifts: severity.Shifts, strengths: Mapping[str, Strength], now: datetime
) -> Iterable[Holder]:
    """Who holds a credential and has been assessed here in the same skill, by what the rest of their ledger says."""
    pairs = _pairs(db)
    for start in range(0, len(pairs), 500):
        some = pairs[start : start + 500]
        rows: dict[tuple[int, int], list[queries.LedgerRow]] = {pair: [] for pair in some}
        for row in queries.ledger_of_people(db, {p for p, _ in some}, {s for _, s in some}, release=0):
            if (row.person_id, row.skill_id) in rows:
                rows[row.person_id, row.skill_id].append(row)
        for (person, skill), ledger in rows.items():
            items = [_corrected(row.item, shifts, strengths) for row in ledger]
            if items:
                yield from strength.holders_of(person, skill, items, ledger[0].family, now.date())


def _corrected(item: Item, shifts: severity.Shifts, strengths: Mapping[str, Strength]) -> Item:
    return strength.corrected(severity.corrected(item, shifts), strengths)


def _strengths(known: Mapping[Source, Value]) -> dict[str, Strength]:
    return {
        f"{kind}:{number}": Strength(value.gain_milli / 1000, value.inflation_milli / 1000, value.n)
        for (source, kind, number), value in known.items()
        if source is SourceKind.ISSUER and not value.on_trial
    }


def _pairs(db: Session) -> Sequence[tuple[int, int]]:
    """(person, skill) with a credential and an assessment."""
    credentialed = _ITEMS.where(col(Evidence.tier) == CREDENTIALED).subquery()
    assessed = _ITEMS.where(col(Evidence.tier) == DEMONSTRATED).subquery()
    both = (
        select(credentialed.c.person_id, credentialed.c.skill_id)
        .join(
            assessed,
            (assessed.c.person_id == credentialed.c.person_id)
            & (assessed.c.skill_id == credentialed.c.skill_id),
        )
        .distinct()
        .order_by(credentialed.c.person_id, credentialed.c.skill_id)
    )
    return [(row[0], row[1]) for row in db.connection().execute(both)]


def publish(db: Session, learned: Learned, now: datetime) -> Release:
    """Make a release of what was learned. The levels it touches are due at once, and nobody else's."""
    return _release(db, learned, now, now, posterior.DEFAULTS.version)


def vouch(db: Session, issuer_id: int, now: datetime, *, holds: bool) -> None:
    """Moderators vouch for an issuer, or do so no more: its credentials count in full from now on, or are on trial.

    Changes nothing once something was learned of it, and nothing twice.
    """
    source = (SourceKind.ISSUER, "issuer", issuer_id)
    before = queries.strength_of(db, source[0], source[1:])
    is_on_trial = before is None or before.on_trial
    if is_on_trial != holds or (before is not None and before.n):
        return
    latest = _latest(db)
    _release(
        db,
        Learned(
            {source: Value(1000, 0, 0, not holds)},
            latest.marks if latest else 0,
            latest.holders if latest else 0,
        ),
        now,
        # Nothing was learned by this: when to learn next, and by which constants, stays as it was.
        latest.checked_at if latest else now - EVERY,
        latest.model_version if latest else posterior.DEFAULTS.version,
    )


def _release(
    db: Session, learned: Learned, now: datetime, checked_at: datetime, model_version: int
) -> Release:
    release = Release(
        version=queries.current_release(db) + 1,
        published_at=now,
        checked_at=checked_at,
        model_version=model_version,
        marks=learned.marks,
        holders=learned.holders,
        changed=len(learned.changed),
    )
    db.add(release)
    db.flush()
    for (kind, party_kind, party_id), value in sorted(learned.changed.items()):
        db.add(
            SourceStrength(
                kind=kind,
                party_kind=party_kind,
                party_id=party_id,
                version=release.version,
                **value._asdict(),
            )
        )
    db.flush()
    if learned.changed:
        _make_due(db, release, now)
    announce(db, "evidence.released", subject=("release", release.version))
    return release


def _make_due(db: Session, release: Release, now: datetime) -> None:
    """The levels with evidence of a source that this release changed."""
    changed = aliased(SourceStrength)
    touched = (
        select(col(Evidence.id))
        .join(Skill, col(Skill.id) == col(Evidence.skill_id))
        .join(changed, queries.of_source(changed) & (col(changed.version) == release.version))
        .where(col(Evidence.person_id) == col(PersonSkill.person_id), col(PersonSkill.skill_id) == _SKILL)
        .exists()
    )
    table = PersonSkill.__table__  # type: ignore[attr-defined]
    due = table.update().where(touched, table.c.own > 0).values(due_on=bindparam("today"))
    db.connection().execute(due, {"today": now.date()})


def _latest(db: Session) -> Release | None:
    return db.exec(select_one(Release).order_by(col(Release.version).desc()).limit(1)).first()


def learn_due(db: Session, now: datetime) -> int:
    """Timer: learn once a week; publish when it changes anything, and when the constants of the model are others."""
    latest = _latest(db)
    if latest is not None and latest.model_version == posterior.DEFAULTS.version:
        if latest.checked_at > now - EVERY:
            return 0
        learned = learn(db, now)
        if not learned.changed:
            latest.checked_at = now
            db.add(latest)
            return 0
        publish(db, learned, now)
        return 1
    publish(db, learn(db, now), now)
    if latest is not None:
        table = PersonSkill.__table__  # type: ignore[attr-defined]
        db.connection().execute(table.update().where(table.c.own > 0).values(due_on=now.date()))
    return 1
