"""Writing rubrics: freely until frozen, by copying afterwards."""

from collections.abc import Sequence

from sqlmodel import Session, col, delete, select

from market import clock
from market.errors import Conflict, Invalid
from market.rubrics import rules
from market.rubrics.models import Criterion, CriterionLevel, Rubric
from market.rubrics.queries import RubricView, rubric_with_criteria
from market.rubrics.rules import STEPS, CriterionDraft


def create_rubric(
    db: Session,
    org_id: int | None,
    title: str,
    criteria: Sequence[CriterionDraft],
    *,
    pass_mark: int = 3,
) -> Rubric:
    """A new rubric, still open to change. It may be incomplete: `freeze` asks for the rest."""
    rubric = Rubric(org_id=org_id, title=title, pass_mark=pass_mark)
    db.add(rubric)
    db.flush()
    _put_criteria(db, rubric, criteria)
    return rubric


def rewrite(
    db: Session, rubric: Rubric, title: str, criteria: Sequence[CriterionDraft], *, pass_mark: int = 3
) -> None:
    """Replace what the rubric says. `Conflict` once it is frozen."""
    allowed = rules.may_write(rubric.frozen_at is not None)
    if not allowed:
        raise Conflict(allowed.reason)
    rubric.title, rubric.pass_mark = title, pass_mark
    db.add(rubric)
    _clear(db, rubric)
    _put_criteria(db, rubric, criteria)


def discard(db: Session, rubric: Rubric) -> None:
    """Throw away a rubric that is still being written. `Conflict` once it is frozen."""
    allowed = rules.may_write(rubric.frozen_at is not None)
    if not allowed:
        raise Conflict(allowed.reason)
    _clear(db, rubric)
    db.delete(rubric)
    db.flush()


def freeze(db: Session, rubric: Rubric) -> None:
    """From now on it cannot change. `Invalid` with what is missing; a frozen one stays as it is."""
    if rubric.frozen_at is not None:
        return
    found = rules.problems(drafts_of(rubric_with_criteria(db, rubric.id)))
    if found:
        raise Invalid(found[0][2], rubric=found[0][2])
    rubric.frozen_at = clock.now()
    db.add(rubric)
    db.flush()


def copy_rubric(db: Session, rubric_id: int, org_id: int | None) -> Rubric:
    """A copy that can be changed, one version on."""
    view = rubric_with_criteria(db, rubric_id)
    made = create_rubric(db, org_id, view.rubric.title, drafts_of(view), pass_mark=view.rubric.pass_mark)
    made.version = view.rubric.version + 1
    db.add(made)
    db.flush()
    return made


def drafts_of(view: RubricView) -> list[CriterionDraft]:
    """The criteria of a rubric as they would be written again."""
    drafts = []
    for c in view.criteria:
        anchors = [step.anchor for step in c.steps]
        drafts.append(
            CriterionDraft(
                c.name,
                c.skill_id,
                c.target_level,
                (anchors[0], anchors[1], anchors[2], anchors[3], anchors[4]),
                c.weight,
                c.needed,
                tuple(step.shows_level_milli for step in c.steps),
            )
        )
    return drafts


def _clear(db: Session, rubric: Rubric) -> None:
    old = select(Criterion.id).where(Criterion.rubric_id == rubric.id)
    db.exec(delete(CriterionLevel).where(col(CriterionLevel.criterion_id).in_(old)))
    db.exec(delete(Criterion).where(col(Criterion.rubric_id) == rubric.id))


def _put_criteria(db: Session, rubric: Rubric, criteria: Sequence[CriterionDraft]) -> None:
    for position, one in enumerate(criteria, start=1):
        row = Criterion(
            rubric_id=rubric.id,
            position=position,
            name=one.name,
            skill_id=one.skill_id,
            target_level=one.target_level,
            weight=one.weight,
            needed=one.needed,
        )
        db.add(row)
        db.flush()
        for step in range(STEPS):
            said = one.shows_milli[step]
            db.add(
                CriterionLevel(
                    criterion_id=row.id,
                    step=step,
                    anchor=one.anchors[step] or (rules.NOTHING_TO_JUDGE if step == 0 else ""),
                    shows_level_milli=rules.shows_level_milli(one.target_level, step)
                    if said is None
                    else said,
                )
            )
    db.flush()
