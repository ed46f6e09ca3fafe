"""From the skill that someone typed to the one they meant. Never picks silently between two."""

from typing import NamedTuple

from sqlmodel import Session, col, select

from market.skills.models import LabelKind, Skill, SkillLabel, SkillStatus
from market.skills.names import normalise


class Choice(NamedTuple):
    """A skill that may be meant."""

    id: int
    public_id: str
    name: str


class Meant(NamedTuple):
    """One skill, or those to choose from, or nothing near."""

    one: Choice | None
    candidates: tuple[Choice, ...] = ()


def by_public_id(db: Session, public_id: str) -> Choice | None:
    """The skill that was chosen from a list."""
    found = db.exec(
        select(Skill).where(Skill.public_id == public_id, Skill.status == SkillStatus.ACTIVE)
    ).first()
    return Choice(found.id, found.public_id, found.name) if found else None


def skill_meant(db: Session, text: str) -> Meant:
    """The one skill with this name, else up to six whose names begin with it or hold it."""
    norm = normalise(text)
    if not norm:
        return Meant(None)
    same = _labelled(db, col(SkillLabel.norm) == norm)
    if same:
        preferred = [c for c in same if normalise(c.name) == norm]
        if len(same) == 1 or len(preferred) == 1:
            return Meant((preferred or same)[0])
        return Meant(None, same)
    near = _labelled(db, col(SkillLabel.norm).startswith(norm, autoescape=True))
    if not near:
        near = _labelled(db, col(SkillLabel.norm).contains(norm, autoescape=True))
    return Meant(None, near)


def _labelled(db: Session, condition: object) -> tuple[Choice, ...]:
    found = db.exec(
        select(Skill.id, Skill.public_id, Skill.name)
        .join(SkillLabel, col(SkillLabel.skill_id) == col(Skill.id))
        .where(
            condition,  # type: ignore[arg-type]
            Skill.status == SkillStatus.ACTIVE,
            col(SkillLabel.kind).in_((LabelKind.PREFERRED, LabelKind.ALTERNATIVE)),
        )
        .group_by(col(Skill.id), col(Skill.public_id), col(Skill.name))
        .order_by(col(Skill.name))
        .limit(6)
    ).all()
    return tuple(Choice(*row) for row in found)
