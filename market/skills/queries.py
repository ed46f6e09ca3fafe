"""Reading the taxonomy: one skill, names of many, what lies around a skill, and what waits for a moderator."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, literal_column, or_, select, tuple_
from sqlmodel import Session, col
from sqlmodel import select as select_one

from market.errors import NotFound
from market.skills.models import (
    LabelKind,
    RelationKind,
    Skill,
    SkillAlignment,
    SkillKind,
    SkillLabel,
    SkillRelation,
    SkillStatus,
    TaxonomyVersion,
)
from market.words import _


class Named(NamedTuple):
    """A skill as lists show it."""

    id: int
    public_id: str
    name: str
    field: str
    description: str


class Brief(NamedTuple):
    """What a form says of a skill."""

    id: int
    public_id: str
    name: str
    field: str


class LabelRow(NamedTuple):
    """One name, as the index takes it."""

    skill_id: int
    text: str
    kind: LabelKind


class Around(NamedTuple):
    """What lies next to a skill."""

    broader: list[Named]
    narrower: list[Named]
    related: list[Named]


class FieldCount(NamedTuple):
    field: str
    skill_count: int


_NAMED = (
    col(Skill.id),
    col(Skill.public_id),
    col(Skill.name),
    col(Skill.field),
    col(Skill.description),
)
_IN_USE = (col(Skill.status) == SkillStatus.ACTIVE) & (col(Skill.kind) == SkillKind.SKILL)


def get_skill(db: Session, public_id: str) -> Skill:
    """The skill with this public id, whatever its status; raises `NotFound`. Follow mergers with `standing`."""
    found = db.exec(select_one(Skill).where(Skill.public_id == public_id)).first()
    if found is None:
        raise NotFound(_("There is no such skill."))
    return found


def standing(db: Session, skill: Skill) -> Skill:
    """The skill itself, or the one it was merged into."""
    return skill if skill.merged_into_id is None else db.get_one(Skill, skill.merged_into_id)


_STANDING = select(col(Skill.id), col(Skill.merged_into_id)).where(
    col(Skill.id).in_(bindparam("ids", expanding=True))
)


def standing_ids(db: Session, ids: Iterable[int]) -> dict[int, int]:
    """For each skill id the id that stands for it now: its own, or that of the skill it was merged into."""
    return {own: into or own for own, into in db.execute(_STANDING, {"ids": sorted(set(ids))})}


def merged_ids(db: Session, skill_id: int) -> list[int]:
    """The skills that were merged into this one. Evidence of them is evidence of it."""
    return list(db.exec(select_one(Skill.id).where(Skill.merged_into_id == skill_id).order_by(col(Skill.id))))


def skill_names(db: Session, ids: Iterable[int]) -> dict[int, str]:
    """The names of these skills. A merged skill has the name of the one it was merged into."""
    into = Skill.__table__.alias("into_skill")  # type: ignore[attr-defined]
    shown = func.coalesce(into.c.name, col(Skill.name))
    wanted = select(col(Skill.id), shown).outerjoin(into, into.c.id == col(Skill.merged_into_id))
    return {row[0]: row[1] for row in db.execute(wanted.where(col(Skill.id).in_(set(ids))))}


def named(db: Session, ids: Iterable[int]) -> dict[int, Named]:
    """Those of these skills that may be named, by id: in use or proposed, no groups."""
    wanted = select(*_NAMED).where(
        col(Skill.id).in_(set(ids)),
        col(Skill.kind) == SkillKind.SKILL,
        col(Skill.status).in_((SkillStatus.ACTIVE, SkillStatus.PROPOSED)),
    )
    return {row[0]: Named(*row) for row in db.execute(wanted)}


# -- names


def version(db: Session) -> str:
    """Changes whenever the names of skills in use do."""
    return db.exec(select_one(TaxonomyVersion.token).where(TaxonomyVersion.id == 1)).first() or ""


VERSION = select(col(TaxonomyVersion.token)).where(col(TaxonomyVersion.id) == 1)
BRIEF = (col(Skill.id), col(Skill.public_id), col(Skill.name), col(Skill.field))
OWN_LABELS = (
    select(*BRIEF, col(SkillLabel.text), col(SkillLabel.kind), col(SkillLabel.norm))
    .join(SkillLabel, col(SkillLabel.skill_id) == col(Skill.id))
    .where(col(Skill.status) == SkillStatus.PROPOSED, col(Skill.proposed_by) == bindparam("viewer"))
    .order_by(func.length(col(SkillLabel.norm)), col(SkillLabel.id))
)
"""The names of what a person has proposed and nobody has looked at yet: at most twenty skills."""


def briefs(db: Session) -> dict[int, Brief]:
    """Every skill in use."""
    return {row[0]: Brief(*row) for row in db.execute(select(*BRIEF).where(_IN_USE))}


def label_count(db: Session) -> int:
    """How many names there are, in use or not."""
    return int(db.execute(select(func.count()).select_from(SkillLabel)).scalar_one())


def label_rows(db: Session) -> list[LabelRow]:
    """Every name of every skill in use, the name in the site's own language first."""
    wanted = (
        select(col(SkillLabel.skill_id), col(SkillLabel.text), col(SkillLabel.kind))
        .join(Skill, col(Skill.id) == col(SkillLabel.skill_id))
        .where(_IN_USE)
        .order_by(col(SkillLabel.skill_id), col(SkillLabel.text) != col(Skill.name), col(SkillLabel.id))
    )
    return [LabelRow(*row) for row in db.execute(wanted)]


def labels_by_norm(db: Session, norm: str, most: int, *, viewer: int) -> list[LabelRow]:
    """Names equal to `norm` or beginning with it, from the table itself: the same name first, then the shortest.

    Of skills in use and of the viewer's proposals.
    """
    owned = (col(Skill.status) == SkillStatus.PROPOSED) & (col(Skill.proposed_by) == viewer)
    wanted = (
        select(col(SkillLabel.skill_id), col(SkillLabel.text), col(SkillLabel.kind))
        .join(Skill, col(Skill.id) == col(SkillLabel.skill_id))
        .where(or_(_IN_USE, owned))
        .order_by(col(SkillLabel.norm) != norm, func.length(col(SkillLabel.norm)), col(SkillLabel.id))
        .limit(most)
    )
    beginning = (col(SkillLabel.norm) >= norm) & (col(SkillLabel.norm) < norm + "\U0010ffff")
    same = list(db.execute(wanted.where(col(SkillLabel.norm) == norm)))
    seen = [*same, *db.execute(wanted.where(beginning, col(SkillLabel.norm) != norm))]
    return [LabelRow(*row) for row in seen[:most]]


def names_of(db: Session, skill_id: int) -> list[SkillLabel]:
    """Every name of a skill but the hidden ones: preferred before others, English first."""
    return list(
        db.exec(
            select_one(SkillLabel)
            .where(SkillLabel.skill_id == skill_id, SkillLabel.kind != LabelKind.HIDDEN)
            .order_by(
                col(SkillLabel.kind) != LabelKind.PREFERRED,
                col(SkillLabel.language) != "en",
                col(SkillLabel.language),
                col(SkillLabel.id),
            )
        )
    )


def owners_of_norm(db: Session, norm: str) -> list[Skill]:
    """Skills in use or proposed that have exactly this name, whoever proposed them."""
    return list(
        db.exec(
            select_one(Skill)
            .join(SkillLabel, col(SkillLabel.skill_id) == col(Skill.id))
            .where(
                SkillLabel.norm == norm,
                Skill.kind == SkillKind.SKILL,
                col(Skill.status).in_((SkillStatus.ACTIVE, SkillStatus.PROPOSED)),
            )
            .distinct()
            .order_by(col(Skill.id))
        )
    )


# -- around a skill


_NEIGHBOURS = (
    select(
        *_NAMED,
        col(SkillRelation.kind),
        (col(SkillRelation.narrower_id) == bindparam("skill")).label("is_broader"),
    )
    .join(
        SkillRelation,
        (
            (col(SkillRelation.narrower_id) == bindparam("skill"))
            & (col(SkillRelation.broader_id) == col(Skill.id))
        )
        | (
            (col(SkillRelation.broader_id) == bindparam("skill"))
            & (col(SkillRelation.narrower_id) == col(Skill.id))
        ),
    )
    .where(col(Skill.status) == SkillStatus.ACTIVE)
    .order_by(col(Skill.name), col(Skill.id))
    .limit(bindparam("most"))
)


def around(db: Session, skill_id: int, most: int = 200) -> Around:
    """The skills and groups in use next to this one."""
    found = Around([], [], [])
    seen: set[int] = set()
    for row in db.execute(_NEIGHBOURS, {"skill": skill_id, "most": most}):
        one, kind, is_broader = Named(*row[:5]), row[5], row[6]
        if kind == RelationKind.BROADER:
            (found.broader if is_broader else found.narrower).append(one)
        elif one.id not in seen:
            found.related.append(one)
            seen.add(one.id)
    return found


def alignments_of(db: Session, skill_id: int) -> list[SkillAlignment]:
    return list(
        db.exec(
            select_one(SkillAlignment)
            .where(SkillAlignment.skill_id == skill_id)
            .order_by(col(SkillAlignment.framework), col(SkillAlignment.uri))
        )
    )


# -- lists


def fields_of_work(db: Session) -> list[FieldCount]:
    """Each field with how many skills in use are listed under it; the empty one holds the rest."""
    wanted = (
        select(col(Skill.field), func.count())
        .where(_IN_USE)
        .group_by(col(Skill.field))
        .order_by(col(Skill.field) == "", col(Skill.field))
    )
    return [FieldCount(*row) for row in db.execute(wanted)]


def in_field(db: Session, field: str, after: Sequence[Any] | None, most: int) -> list[Named]:
    """Skills in use of one field by name, from after the key (name, id)."""
    wanted = select(*_NAMED).where(_IN_USE, col(Skill.field) == field)
    if after is not None:
        wanted = wanted.where(tuple_(col(Skill.name), col(Skill.id)) > tuple_(after[0], after[1]))
    return [Named(*row) for row in db.execute(wanted.order_by(col(Skill.name), col(Skill.id)).limit(most))]


WAITING = (
    select(*_NAMED, col(Skill.family), col(Skill.created_at))
    .where(col(Skill.status) == SkillStatus.PROPOSED, col(Skill.id) > bindparam("after"))
    .order_by(col(Skill.id))
    .limit(bindparam("most"))
)
"""Proposals that no moderator has answered, the oldest first, from after an id."""


def waiting_count(db: Session, person_id: int) -> int:
    """How many proposals of this person wait."""
    wanted = select(func.count(literal_column("1"))).where(
        col(Skill.proposed_by) == person_id, col(Skill.status) == SkillStatus.PROPOSED
    )
    return int(db.execute(wanted).scalar_one())
