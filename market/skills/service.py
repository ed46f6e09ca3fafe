"""Changing the taxonomy: proposing a skill, taking it in, turning it down, merging it into another.

Merging moves names, alignments and relations to the skill that stays, and keeps the merged row, which points there.
What other features hold follows `skill.merged` (payload `into_id`; the subject is the merged skill): requirements,
claims and criteria are pointed at the skill that stays; evidence is append-only and stays where it is, so whoever works
out a level reads the evidence of the skill and of `queries.merged_ids` together.
"""

import secrets

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from market.access import Actor, require
from market.errors import Conflict
from market.outbox import announce
from market.skills import queries, rules
from market.skills.finding import find, resolve_one
from market.skills.models import (
    Family,
    LabelKind,
    Skill,
    SkillAlignment,
    SkillLabel,
    SkillRelation,
    SkillStatus,
    TaxonomyVersion,
)
from market.skills.names import normalise
from market.transitions import take
from market.words import _

__all__ = ["approve", "find", "merge", "propose", "refuse", "resolve_one", "touch"]


def propose(
    db: Session,
    actor: Actor,
    *,
    name: str,
    family: Family = Family.KNOWLEDGE,
    field: str = "",
    description: str = "",
    language: str = "en",
) -> Skill:
    """A new skill that waits for a moderator; whoever proposed it may use it meanwhile.

    Raises `Conflict` when a skill of this name is there or proposed already, `Forbidden` when too many wait.
    """
    require(rules.may_propose(queries.waiting_count(db, actor.id)))
    if queries.owners_of_norm(db, normalise(name)):
        raise Conflict(_("There is a skill of this name already."))
    skill = Skill(
        name=name.strip(),
        family=family,
        field=field,
        description=description,
        status=SkillStatus.PROPOSED,
        proposed_by=actor.id,
    )
    db.add(skill)
    db.flush()
    db.add(_label(skill.id, name, language, LabelKind.PREFERRED))
    announce(
        db, "skill.proposed", actor, subject=("skill", skill.id), to_status="proposed", skill_id=skill.id
    )
    return skill


def approve(db: Session, actor: Actor, skill: Skill) -> None:
    """Take a proposal into the taxonomy: from now on everyone finds it."""
    take(db, actor, skill, "approve", skill_id=skill.id)
    touch(db)


def refuse(db: Session, actor: Actor, skill: Skill, note: str) -> None:
    """Turn a proposal down; whoever made it reads `note`."""
    take(db, actor, skill, "refuse", note=note, skill_id=skill.id)


def merge(db: Session, actor: Actor, skill: Skill, into: Skill) -> None:
    """Let `into` stand for `skill` from now on; see the module's words for what moves and what follows."""
    take(
        db,
        actor,
        skill,
        "merge",
        facts=into,
        changes={"merged_into_id": into.id},
        skill_id=skill.id,
        into_id=into.id,
    )
    db.exec(update(Skill).where(col(Skill.merged_into_id) == skill.id).values(merged_into_id=into.id))
    _move_labels(db, skill.id, into.id)
    _move_relations(db, skill.id, into.id)
    db.exec(update(SkillAlignment).where(col(SkillAlignment.skill_id) == skill.id).values(skill_id=into.id))
    touch(db)


def touch(db: Session) -> None:
    """Say that the names of skills in use have changed. Whoever changes them by other ways calls this too."""
    token = secrets.token_hex(8)
    changed = db.exec(update(TaxonomyVersion).where(col(TaxonomyVersion.id) == 1).values(token=token))
    if changed.rowcount == 0:
        db.add(TaxonomyVersion(id=1, token=token))
        db.flush()


def _label(skill_id: int, text: str, language: str, kind: LabelKind) -> SkillLabel:
    return SkillLabel(
        skill_id=skill_id, language=language, kind=kind, text=text.strip(), norm=normalise(text)
    )


def _move_labels(db: Session, skill_id: int, into_id: int) -> None:
    """The names become other names of the skill that stays; those it has already are dropped."""
    kept = {
        (one.language, one.norm) for one in db.exec(select(SkillLabel).where(SkillLabel.skill_id == into_id))
    }
    for one in db.exec(select(SkillLabel).where(SkillLabel.skill_id == skill_id)).all():
        if (one.language, one.norm) in kept:
            db.delete(one)
            continue
        one.skill_id = into_id
        one.kind = LabelKind.HIDDEN if one.kind is LabelKind.HIDDEN else LabelKind.ALTERNATIVE
        db.add(one)
    db.flush()


def _move_relations(db: Session, skill_id: int, into_id: int) -> None:
    """Relations go over, but for those that would relate the skill to itself or say a thing twice."""
    wanted = select(SkillRelation).where(
        or_(col(SkillRelation.narrower_id) == skill_id, col(SkillRelation.broader_id) == skill_id)
    )
    found = [(r.narrower_id, r.broader_id, r.kind) for r in db.exec(wanted)]
    db.exec(
        delete(SkillRelation).where(
            or_(col(SkillRelation.narrower_id) == skill_id, col(SkillRelation.broader_id) == skill_id)
        )
    )
    for narrower, broader, kind in found:
        ends = (into_id if narrower == skill_id else narrower, into_id if broader == skill_id else broader)
        if ends[0] != ends[1] and db.get(SkillRelation, ends) is None:
            db.add(SkillRelation(narrower_id=ends[0], broader_id=ends[1], kind=kind))
            db.flush()
