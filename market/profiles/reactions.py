"""What profiles do when something happens elsewhere."""

from sqlmodel import Session, col, select

from market.evidence import service as evidence
from market.outbox import Event
from market.profiles.models import ProjectSkill, SkillClaim


def follow_merged_skill(db: Session, event: Event) -> None:
    """Say the skill that stays, where the merged one was said. A second delivery finds nothing left to do.

    Who said both at once keeps the higher level; the other leaves the ledger as if it had been taken back.
    """
    merged, stays = event.subject_id, event.payload["into_id"]
    for claim in db.exec(select(SkillClaim).where(SkillClaim.skill_id == merged)).all():
        twin = db.exec(
            select(SkillClaim).where(
                SkillClaim.person_id == claim.person_id,
                SkillClaim.skill_id == stays,
                col(SkillClaim.wanted).is_(claim.wanted),
            )
        ).first()
        _become(db, claim, twin, "claim", stays)
    for shown in db.exec(select(ProjectSkill).where(ProjectSkill.skill_id == merged)).all():
        beside = db.exec(
            select(ProjectSkill).where(
                ProjectSkill.project_id == shown.project_id, ProjectSkill.skill_id == stays
            )
        ).first()
        _become(db, shown, beside, "project_skill", stays)


def _become(
    db: Session,
    row: SkillClaim | ProjectSkill,
    twin: SkillClaim | ProjectSkill | None,
    source: str,
    stays: int,
) -> None:
    """Let a row speak of the skill that stays; of two that would say it, the lower goes."""
    if twin is not None:
        lower = row if (row.level or 0) <= (twin.level or 0) else twin
        evidence.void_source(db, (source, lower.id))
        db.delete(lower)
        db.flush()
        if lower is row:
            return
    row.skill_id = stays
    db.add(row)
    db.flush()
