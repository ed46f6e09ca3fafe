"""The field of work of skills whose list does not say one: the widest group but one that they are part of.

In ESCO the widest groups are whole pillars ("skills", "knowledge"), so the group below such a pillar tells people more.
"""

from sqlalchemy import Table, bindparam, select, update
from sqlmodel import Session

from market.skills.models import RelationKind, Skill, SkillKind, SkillRelation, SkillStatus

_SKILL: Table = Skill.__table__  # type: ignore[attr-defined]
_RELATION: Table = SkillRelation.__table__  # type: ignore[attr-defined]


def fill_fields(db: Session) -> int:
    """List skills without a field under one, where their groups say which; how many were."""
    wanted = select(_SKILL.c.id).where(
        _SKILL.c.field == "", _SKILL.c.kind == SkillKind.SKILL, _SKILL.c.status == SkillStatus.ACTIVE
    )
    without = list(db.execute(wanted.order_by(_SKILL.c.id)).scalars())
    if not without:
        return 0
    groups = {
        row[0]: row[1]
        for row in db.execute(select(_SKILL.c.id, _SKILL.c.name).where(_SKILL.c.kind == SkillKind.GROUP))
    }
    broader: dict[int, list[int]] = {}
    relations = select(_RELATION.c.narrower_id, _RELATION.c.broader_id).where(
        _RELATION.c.kind == RelationKind.BROADER
    )
    for narrower_id, broader_id in db.execute(relations.order_by(_RELATION.c.broader_id)):
        broader.setdefault(narrower_id, []).append(broader_id)
    rows = [
        {"skill": skill_id, "to": groups[group]}
        for skill_id in without
        if (group := _widest_but_one(skill_id, broader, groups)) is not None
    ]
    if rows:
        statement = update(_SKILL).where(_SKILL.c.id == bindparam("skill")).values(field=bindparam("to"))
        db.connection().execute(statement, rows)
    return len(rows)


def _widest_but_one(skill_id: int, broader: dict[int, list[int]], groups: dict[int, str]) -> int | None:
    """The group below the top of the way up that begins with the first broader skill; None without a group."""
    way, seen = [skill_id], {skill_id}
    while above := [one for one in broader.get(way[-1], []) if one not in seen]:
        way.append(above[0])
        seen.add(above[0])
    found = [one for one in way if one in groups]
    return found[-2] if len(found) > 1 else found[0] if found else None
