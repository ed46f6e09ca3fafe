"""Reading rubrics: one with its criteria and steps, and those an organisation has to start from."""

from typing import NamedTuple

from sqlmodel import Session, col, select

from market.errors import NotFound
from market.rubrics.models import Criterion, CriterionLevel, Rubric
from market.skills.models import Skill
from market.words import _


class StepRow(NamedTuple):
    """One described step. An empty anchor cannot be reached."""

    step: int
    anchor: str
    shows_level_milli: int


class CriterionRow(NamedTuple):
    id: int
    position: int
    name: str
    skill_id: int
    skill_public_id: str
    skill: str
    target_level: int
    weight: int
    needed: bool
    steps: tuple[StepRow, ...]  # always five, 0 to 4

    def shows(self, step: int) -> int:
        """The level this step shows, in thousandths."""
        return self.steps[step].shows_level_milli


class RubricView(NamedTuple):
    """A rubric whole. `rubric` is the row itself, for services."""

    rubric: Rubric
    criteria: tuple[CriterionRow, ...]

    @property
    def skill_ids(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(c.skill_id for c in self.criteria))

    @property
    def needed_names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.criteria if c.needed)


def get_rubric(db: Session, public_id: str) -> Rubric:
    found = db.exec(select(Rubric).where(Rubric.public_id == public_id)).first()
    if found is None:
        raise NotFound(_("There is no such rubric."))
    return found


def rubric_with_criteria(db: Session, rubric_id: int) -> RubricView:
    """The rubric, its criteria in order, each with its five steps. Three statements; `NotFound` when there is none."""
    rubric = db.get(Rubric, rubric_id)
    if rubric is None:
        raise NotFound(_("There is no such rubric."))
    criteria = db.exec(
        select(Criterion, Skill.public_id, Skill.name)
        .join(Skill, col(Skill.id) == col(Criterion.skill_id))
        .where(Criterion.rubric_id == rubric_id)
        .order_by(col(Criterion.position))
    ).all()
    levels = db.exec(
        select(CriterionLevel)
        .where(col(CriterionLevel.criterion_id).in_([c.id for c, _public_id, _name in criteria]))
        .order_by(col(CriterionLevel.step))
    ).all()
    steps: dict[int, list[StepRow]] = {}
    for level in levels:
        steps.setdefault(level.criterion_id, []).append(
            StepRow(level.step, level.anchor, level.shows_level_milli)
        )
    return RubricView(
        rubric,
        tuple(
            CriterionRow(
                c.id,
                c.position,
                c.name,
                c.skill_id,
                skill_public_id,
                skill,
                c.target_level,
                c.weight,
                c.needed,
                tuple(steps.get(c.id, ())),
            )
            for c, skill_public_id, skill in criteria
        ),
    )


def rubrics_of(db: Session, org_id: int, limit: int = 50) -> list[Rubric]:
    """The organisation's published rubrics, newest first: what a new one can start from."""
    return list(
        db.exec(
            select(Rubric)
            .where(Rubric.org_id == org_id, col(Rubric.frozen_at).is_not(None))
            .order_by(col(Rubric.id).desc())
            .limit(limit)
        ).all()
    )
