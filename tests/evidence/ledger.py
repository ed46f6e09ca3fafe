"""What the tests of the ledger share: skills, and one line that records an item."""

from datetime import date
from typing import Any

from sqlmodel import Session, select

from market.evidence import service
from market.evidence.models import Evidence, Kind, PersonSkill
from market.skills.models import Family, Skill
from tests.support.world import World


def skill(make: World, name: str, family: Family = Family.TOOL) -> int:
    """A new skill of the taxonomy."""
    with make.write() as db:
        made = Skill(name=name, family=family)
        db.add(made)
        db.flush()
        return made.id


def record(
    db: Session, person_id: int, skill_id: int, kind: Kind, level: float, source: int, **more: Any
) -> Evidence:
    """One item that was not there before."""
    made = service.record(
        db,
        person_id=person_id,
        skill_id=skill_id,
        kind=kind,
        reading_milli=round(1000 * level),
        source=(more.pop("source_kind", f"test_{kind}"), source),
        **more,
    )
    assert made is not None
    return made


def stored(db: Session, person_id: int) -> dict[int, tuple[int, float, float, int, date]]:
    """Skill id to what is kept for matching."""
    wanted = select(PersonSkill).where(PersonSkill.person_id == person_id)
    rows = db.exec(wanted.execution_options(populate_existing=True))
    return {r.skill_id: (r.level, r.mu, r.sigma, r.tier, r.as_of) for r in rows}
