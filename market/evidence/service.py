"""Writing the ledger. Each item also rewrites the levels it touches and tells the indexes, in the same transaction."""

from datetime import date

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from market import clock
from market.evidence.levels import (
    follow_merged_skill,
    hold,
    rebuild,
    rebuild_begun,
    rebuild_some,
    recompute,
    refresh,
    tell_indexes,
)
from market.evidence.models import Evidence, Kind
from market.evidence.posterior import DEFAULTS
from market.outbox import announce

__all__ = ["TIER", "follow_merged_skill", "rebuild", "rebuild_begun", "rebuild_some", "recompute", "record"]
__all__ += ["refresh", "tell_indexes", "void", "void_source"]

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
    variance_milli: int | None = None,
) -> Evidence | None:
    """Add an item; None when this source said it already, so that a repeated event writes nothing twice.

    `reading_milli` is 0 to 5000 (thousandths of a step). The tier follows from the kind, the variance from
    the tier where none is given.
    A source that was voided stays silent: what is said anew needs a source of its own. A day that has not come yet
    (it is tomorrow somewhere) counts as today.
    """
    hold(db, [person_id])
    if _said_already(db, source, person_id, skill_id):
        return None
    tier = TIER[kind]
    made = Evidence(
        person_id=person_id,
        skill_id=skill_id,
        kind=kind,
        tier=tier,
        reading_milli=reading_milli,
        variance_milli=variance_milli or round(1000 * DEFAULTS.variance[tier]),
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
    hold(db, [evidence.person_id])
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


_OF_SOURCE = select(Evidence.id).where(
    Evidence.source_kind == bindparam("kind"),
    Evidence.source_id == bindparam("source"),
    Evidence.person_id == bindparam("person"),
    Evidence.skill_id == bindparam("skill"),
    col(Evidence.voids_id).is_(None),
)


def _said_already(db: Session, source: tuple[str, int], person_id: int, skill_id: int) -> bool:
    given = {"kind": source[0], "source": source[1], "person": person_id, "skill": skill_id}
    return db.connection().execute(_OF_SOURCE, given).first() is not None
