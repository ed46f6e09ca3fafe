"""Writing the ledger. Each item also rewrites the levels it touches and tells the indexes, in the same transaction."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete
from sqlmodel import Session, col, select

from market import clock
from market.accounts.models import Person
from market.evidence import queries
from market.evidence.models import Evidence, Kind, MatchChange, PersonSkill
from market.evidence.posterior import DEFAULTS, Level
from market.outbox import Event, announce
from market.skills.queries import standing_ids

BATCH = 2000

TIER: dict[Kind, int] = {
    Kind.CLAIM: 0,
    Kind.PROJECT: 1,
    Kind.EXPERIENCE: 1,
    Kind.ENDORSEMENT: 2,
    Kind.CREDENTIAL: 3,
    Kind.ASSESSMENT: 4,
}


def record(
    db: Session,
    *,
    person_id: int,
    skill_id: int,
    kind: Kind,
    reading_milli: int,
    source: tuple[str, int],
    party: tuple[str, int] | None = None,
    occurred_on: date | None = None,
    expires_on: date | None = None,
) -> Evidence | None:
    """Add an item; None when this source said it already, so that a repeated event writes nothing twice.

    `reading_milli` is 0 to 5000 (thousandths of a step). The tier follows from the kind, the variance from the tier.
    A source that was voided stays silent: what is said anew needs a source of its own. A day that has not come yet
    (it is tomorrow somewhere) counts as today.
    """
    _hold(db, [person_id])
    if _of_source(db, source, person_id, skill_id) is not None:
        return None
    tier = TIER[kind]
    made = Evidence(
        person_id=person_id,
        skill_id=skill_id,
        kind=kind,
        tier=tier,
        reading_milli=reading_milli,
        variance_milli=round(1000 * DEFAULTS.variance[tier]),
        source_kind=source[0],
        source_id=source[1],
        party_kind=party[0] if party else "",
        party_id=party[1] if party else None,
        occurred_on=min(occurred_on or clock.today(), clock.today()),
        expires_on=expires_on,
    )
    db.add(made)
    db.flush()
    recompute(db, person_id, [skill_id])
    announce(db, "evidence.recorded", subject=("evidence", made.id), person_id=person_id, skill_id=skill_id)
    return made


def void(db: Session, evidence: Evidence) -> None:
    """Take an item out of account: a new row that names it. Voiding twice does nothing more; so does voiding a void."""
    _hold(db, [evidence.person_id])
    if evidence.voids_id is not None:
        return
    if db.exec(select(Evidence.id).where(Evidence.voids_id == evidence.id)).first() is not None:
        return
    db.add(
        Evidence(
            person_id=evidence.person_id,
            skill_id=evidence.skill_id,
            kind=evidence.kind,
            tier=evidence.tier,
            reading_milli=evidence.reading_milli,
            variance_milli=evidence.variance_milli,
            source_kind=evidence.source_kind,
            source_id=evidence.source_id,
            party_kind=evidence.party_kind,
            party_id=evidence.party_id,
            occurred_on=evidence.occurred_on,
            voids_id=evidence.id,
        )
    )
    db.flush()
    recompute(db, evidence.person_id, [evidence.skill_id])
    announce(
        db,
        "evidence.voided",
        subject=("evidence", evidence.id),
        person_id=evidence.person_id,
        skill_id=evidence.skill_id,
    )


def void_source(db: Session, source: tuple[str, int]) -> None:
    """Take everything that one source said out of account."""
    wanted = select(Evidence).where(
        Evidence.source_kind == source[0], Evidence.source_id == source[1], col(Evidence.voids_id).is_(None)
    )
    for evidence in db.exec(wanted).all():
        void(db, evidence)


def _hold(db: Session, people: Iterable[int]) -> None:
    """Let one writer at a time work on a person's ledger: each must count what the other wrote. SQLite has one anyway."""
    wanted = select(Person.id).where(col(Person.id).in_(list(people))).order_by(col(Person.id))
    db.exec(wanted.with_for_update(key_share=True)).all()


def _of_source(db: Session, source: tuple[str, int], person_id: int, skill_id: int) -> Evidence | None:
    return db.exec(
        select(Evidence).where(
            Evidence.source_kind == source[0],
            Evidence.source_id == source[1],
            Evidence.person_id == person_id,
            Evidence.skill_id == skill_id,
            col(Evidence.voids_id).is_(None),
        )
    ).first()


def recompute(db: Session, person_id: int, skill_ids: Iterable[int], as_of: date | None = None) -> None:
    """Write the stored levels of some skills of one person anew, and tell the indexes.

    A skill that was merged into another keeps no level of its own: its evidence counts for the one that stays.
    """
    asked, day = list(skill_ids), as_of or clock.today()
    skills = sorted({*asked, *standing_ids(db, asked).values()})
    levels = queries.levels_from(queries.ledger_of_people(db, [person_id], skills), day)
    for skill_id in skills:
        _store(db, person_id, skill_id, levels.get(skill_id), day)
    tell_indexes(db, person_id)


def tell_indexes(db: Session, person_id: int) -> None:
    """Have the matching indexes look at a person again: levels, or what filters ask, have changed."""
    db.add(MatchChange(person_id=person_id))
    db.flush()


def _store(db: Session, person_id: int, skill_id: int, level: Level | None, day: date) -> None:
    found = db.get(PersonSkill, (skill_id, person_id), populate_existing=True)
    if level is None or level.level == 0:
        if found is not None:
            db.delete(found)
        return
    row = found or PersonSkill(
        skill_id=skill_id, person_id=person_id, level=1, mu=0, sigma=0, tier=0, as_of=day, version=0
    )
    row.level, row.mu, row.sigma, row.tier, row.as_of = level.level, level.mu, level.sigma, level.tier, day
    row.version = DEFAULTS.version
    db.add(row)


def refresh(db: Session, now: datetime) -> int:
    """Timer: bring levels of an earlier day to today, some thousands at a time, since age makes us less sure."""
    today = now.date()
    stale = db.exec(
        select(PersonSkill.skill_id, PersonSkill.person_id, PersonSkill.level)
        .where(col(PersonSkill.as_of) < today)
        .order_by(col(PersonSkill.as_of), col(PersonSkill.person_id))
        .limit(BATCH)
    ).all()
    if not stale:
        return 0
    _hold(db, {person for _s, person, _l in stale})
    rows: dict[tuple[int, int], list[queries.LedgerRow]] = {}
    for row in queries.ledger_of_people(
        db, {person for _s, person, _l in stale}, {skill for skill, _p, _l in stale}
    ):
        rows.setdefault((row.skill_id, row.person_id), []).append(row)
    changed, gone, updates = set(), [], []
    for skill_id, person_id, before in stale:
        level = queries.levels_from(rows.get((skill_id, person_id), []), today).get(skill_id)
        if level is None or level.level == 0:
            gone.append({"s": skill_id, "p": person_id})
            changed.add(person_id)
            continue
        if level.level != before:
            changed.add(person_id)
        updates.append(
            {
                "s": skill_id,
                "p": person_id,
                "level": level.level,
                "mu": level.mu,
                "sigma": level.sigma,
                "tier": level.tier,
                "as_of": today,
                "version": DEFAULTS.version,
            }
        )
    here = (col(PersonSkill.skill_id) == bindparam("s")) & (col(PersonSkill.person_id) == bindparam("p"))
    table = PersonSkill.__table__  # type: ignore[attr-defined]
    if updates:
        new: dict[str, Any] = {
            name: bindparam(name) for name in ("level", "mu", "sigma", "tier", "as_of", "version")
        }
        db.connection().execute(table.update().where(here).values(**new), updates)
    if gone:
        db.connection().execute(table.delete().where(here), gone)
    db.add_all(MatchChange(person_id=person_id) for person_id in sorted(changed))
    db.flush()
    return len(stale)


def follow_merged_skill(db: Session, event: Event) -> None:
    """Subscriber: what was shown of a skill counts for the one it was merged into. Twice changes nothing more."""
    merged = event.subject_id
    assert merged is not None
    wanted = select(PersonSkill.person_id).where(PersonSkill.skill_id == merged)
    for person_id in db.exec(wanted.order_by(col(PersonSkill.person_id))).all():
        _hold(db, [person_id])
        recompute(db, person_id, [merged])


def rebuild(db: Session) -> int:
    """Forget every stored level and compute it anew from the ledger; how many people there were."""
    db.exec(delete(PersonSkill))
    pairs: dict[int, set[int]] = {}
    for person_id, skill_id in db.exec(select(Evidence.person_id, Evidence.skill_id).distinct()):
        pairs.setdefault(person_id, set()).add(skill_id)
    for person_id, skills in pairs.items():
        recompute(db, person_id, sorted(skills))
    return len(pairs)
