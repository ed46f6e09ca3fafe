"""What a credential counts for: the rows it has in the ledger of evidence, written and voided with its state."""

from collections.abc import Collection

from sqlmodel import Session

from market import clock
from market.access import Decision
from market.evidence import service as evidence
from market.evidence.models import Kind
from market.wallet import queries, rules
from market.wallet.models import Basis, Held, HeldSkill

SOURCE = "held_skill"


def counts(held: Held) -> Decision:
    """Does this credential count now, and if not, why not?"""
    return rules.counts(
        held.status,
        known=held.issuer_known,
        bound=bool(held.bound),
        issued_here=held.issued_here,
        in_grace=rules.in_grace(held.status, held.verified_at, clock.now()),
    )


def settle(db: Session, held: Held, proved: Collection[int]) -> None:
    """Bring the ledger to what the credential's state says: rows for every confirmed skill, or none.

    `proved` names the issuers whose word the report holds to be good: the credential's own, and those of credentials
    inside it. In the transaction of the change itself, so that nobody is ranked by what no longer holds.
    """
    if rules.in_grace(held.status, held.verified_at, clock.now()):
        return  # its issuer cannot be asked for now: what stood before stands for a while
    stands = bool(counts(held))
    for row in queries.current_skills(db, held.id):
        good = stands and row.issuer_id in proved
        if good and not row.is_recorded:
            _record(db, held, row)
        elif not good and row.is_recorded:
            _end(db, row)
            again = row.model_dump(exclude={"id", "is_recorded", "ended_at"})
            db.add(HeldSkill(**again))  # should it verify again: what was voided stays silent
            db.flush()


def add(
    db: Session, held: Held, skill_id: int, *, issuer_id: int, basis: Basis, reading_milli: int, stated: bool
) -> None:
    """A skill that its holder has confirmed, and its row in the ledger. One that is there stays as it is."""
    if any(row.skill_id == skill_id for row in queries.current_skills(db, held.id)):
        return
    made = HeldSkill(
        held_id=held.id,
        skill_id=skill_id,
        issuer_id=issuer_id,
        basis=basis,
        reading_milli=reading_milli,
        stated=stated,
    )
    db.add(made)
    db.flush()
    _record(db, held, made)


def end(db: Session, held: Held, skill_id: int) -> None:
    """The credential shows this skill no more."""
    for row in queries.current_skills(db, held.id):
        if row.skill_id == skill_id:
            _end(db, row)


def end_all(db: Session, held: Held) -> None:
    """The credential shows nothing any more."""
    for row in queries.current_skills(db, held.id):
        _end(db, row)


def _record(db: Session, held: Held, row: HeldSkill) -> None:
    made = evidence.record(
        db,
        person_id=held.person_id,
        skill_id=row.skill_id,
        kind=Kind.CREDENTIAL,
        reading_milli=row.reading_milli,
        source=(SOURCE, row.id),
        party=("issuer", row.issuer_id),
        occurred_on=held.issued_on,
        expires_on=held.expires_on,
    )
    assert made is not None, "each row is a source of its own"
    row.is_recorded = True
    db.add(row)
    db.flush()


def _end(db: Session, row: HeldSkill) -> None:
    if row.is_recorded:
        evidence.void_source(db, (SOURCE, row.id))
    row.ended_at = clock.now()
    db.add(row)
    db.flush()
