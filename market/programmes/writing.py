"""Writing a draft: begun, saved part by part as often as wanted. Two editors never overwrite each other."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import update
from sqlmodel import Session, col, delete, select

from market import clock
from market.access import Actor, require
from market.db import hold
from market.errors import Conflict, Invalid
from market.programmes import queries, rules
from market.programmes.drafts import SCALARS, Draft, Entry, Item, Named, Outcome, Task
from market.programmes.models import (
    CheckQuestion,
    LearningOutcome,
    OutcomeCriterion,
    Prerequisite,
    Programme,
    ProgrammePerson,
    ProgrammeVersion,
    Resource,
    TaskOutcome,
    TaskPlan,
)
from market.programmes.rules import Function
from market.rubrics.models import Rubric
from market.rubrics.queries import rubric_with_criteria
from market.rubrics.rules import STEPS, CriterionDraft
from market.rubrics.service import create_rubric, discard, drafts_of, rewrite
from market.words import _


class Judging(NamedTuple):
    """A rubric as written: for each criterion the place of the outcome that it assesses, from 0."""

    title: str
    pass_mark: int
    criteria: tuple[CriterionDraft, ...]
    assesses: tuple[int, ...]


def create(
    db: Session, actor: Actor, org_id: int, draft: Draft | None = None, judging: Judging | None = None
) -> Programme:
    """A new programme with its first draft. It may be as empty as the person likes."""
    require(rules.may_write(actor, org_id))
    draft = draft or Draft()
    programme = Programme(org_id=org_id, author_id=actor.id, title=draft.title)
    db.add(programme)
    db.flush()
    put_version(db, programme, draft, judging)
    return programme


def put_version(db: Session, programme: Programme, draft: Draft, judging: Judging | None) -> ProgrammeVersion:
    """The draft version of a programme that has none, with these words."""
    version = ProgrammeVersion(
        programme_id=programme.id,
        org_id=programme.org_id,
        **{name: getattr(draft, name) for name in SCALARS},
    )
    db.add(version)
    db.flush()
    ids = _put_outcomes(db, version, [one._replace(id=0) for one in draft.outcomes])
    _put_resources(db, version.id, draft.resources)
    _put_tasks(db, version.id, draft.tasks, ids)
    _put_people(db, version, draft.people, tuple(Function))
    _put_entry(db, version.id, draft.entry)
    if judging is not None:
        put_rubric(db, version, judging, ids)
    return version


def clear(db: Session, version: ProgrammeVersion) -> None:
    """Take a draft away with all that belongs to it, its rubric too."""
    _put_tasks(db, version.id, (), ())
    _put_outcomes(db, version, ())
    _put_resources(db, version.id, ())
    _put_people(db, version, (), tuple(Function))
    _put_entry(db, version.id, ())
    rubric_id = version.rubric_id
    db.delete(version)
    db.flush()
    if rubric_id is not None:
        discard(db, db.get_one(Rubric, rubric_id))


def save(
    db: Session,
    actor: Actor,
    programme: Programme,
    *,
    seen: int | None = None,
    outcomes: Sequence[Outcome] | None = None,
    resources: Sequence[Item] | None = None,
    tasks: Sequence[Task] | None = None,
    people: Mapping[Function, Sequence[Named]] | None = None,
    entry: Sequence[Entry] | None = None,
    judging: Judging | None = None,
    **fields: Any,
) -> ProgrammeVersion:
    """Save what is given of the draft; what is not given stays. `fields` are some of `drafts.SCALARS`, or `achievement_id`.

    `seen` is the `draft_version` the writer had before them: `Conflict` when someone has saved since, or when there
    is no draft.
    """
    require(rules.may_write(actor, programme.org_id))
    unknown = set(fields) - {*SCALARS, "achievement_id"}
    if unknown:
        raise ValueError(f"no such fields of a programme: {sorted(unknown)}")
    # As publishing does, and before the version: what goes out is what was checked, and neither waits for the other.
    hold(db, programme)
    version = queries.version_of(db, programme, 0)
    if version is None:
        raise Conflict(_("This version is out and stays as it is. Begin a new version to change it."))
    expected = version.draft_version if seen is None else seen
    moved = db.connection().execute(
        update(ProgrammeVersion)
        .where(
            col(ProgrammeVersion.id) == version.id,
            col(ProgrammeVersion.version) == 0,
            col(ProgrammeVersion.draft_version) == expected,
        )
        .values(**fields, draft_version=expected + 1)
    )
    if moved.rowcount != 1:
        raise Conflict(
            _("Someone else saved this draft while you were writing. Compare it with yours, then save again.")
        )
    db.refresh(version)
    programme.updated_at = clock.now()
    if programme.version == 0:
        programme.title = version.title
    db.add(programme)
    if outcomes is not None:
        _put_outcomes(db, version, outcomes)
        _align_rubric(db, version)
    if resources is not None:
        _put_resources(db, version.id, resources)
    if tasks is not None:
        _put_tasks(db, version.id, tasks, outcome_ids(db, version.id))
    if people is not None:
        for function, named in people.items():
            _put_people(db, version, named, (function,))
    if entry is not None:
        _put_entry(db, version.id, entry)
    if judging is not None:
        put_rubric(db, version, judging, outcome_ids(db, version.id))
    db.flush()
    return version


def outcome_ids(db: Session, version_id: int) -> list[int]:
    """The rows of the outcomes in their order."""
    return list(
        db.exec(
            select(LearningOutcome.id)
            .where(LearningOutcome.version_id == version_id)
            .order_by(col(LearningOutcome.position))
        ).all()
    )


def _refuse_many(n: int, most: int, name: str, words: str) -> None:
    if n > most:
        raise Invalid(words, **{name: words})


def _put_outcomes(db: Session, version: ProgrammeVersion, outcomes: Sequence[Outcome]) -> list[int]:
    """Rows stay where they are known by id, so that tasks and criteria go on pointing to them."""
    most = rules.MOST_OUTCOMES
    _refuse_many(len(outcomes), most, "outcomes", _("Keep at most %(n)s outcomes.", n=most))
    old = {
        row.id: row
        for row in db.exec(select(LearningOutcome).where(LearningOutcome.version_id == version.id)).all()
    }
    kept = {one.id for one in outcomes if one.id in old}
    gone = [row_id for row_id in old if row_id not in kept]
    db.exec(delete(TaskOutcome).where(col(TaskOutcome.outcome_id).in_(gone)))
    db.exec(delete(OutcomeCriterion).where(col(OutcomeCriterion.outcome_id).in_(gone)))
    db.exec(delete(LearningOutcome).where(col(LearningOutcome.id).in_(gone)))
    for row_id in kept:  # out of the way first: two may change places
        old[row_id].position = -row_id
        db.add(old[row_id])
    db.flush()
    rows = []
    for position, one in enumerate(outcomes, start=1):
        row = (
            old[one.id]
            if one.id in kept
            else LearningOutcome(version_id=version.id, position=position, text="")
        )
        kept.discard(one.id)  # the same id twice is a new row the second time
        row.position, row.text, row.level = position, one.text, one.level
        row.skill_id, row.skill_words = one.skill_id, "" if one.skill_id else one.skill
        db.add(row)
        rows.append(row)
    db.flush()
    return [row.id for row in rows]


def _put_resources(db: Session, version_id: int, resources: Sequence[Item]) -> None:
    most = rules.MOST_RESOURCES
    _refuse_many(len(resources), most, "resources", _("Keep at most %(n)s things to learn from.", n=most))
    old = select(Resource.id).where(Resource.version_id == version_id)
    db.exec(delete(CheckQuestion).where(col(CheckQuestion.resource_id).in_(old)))
    db.exec(delete(Resource).where(col(Resource.version_id) == version_id))
    for position, one in enumerate(resources, start=1):
        values = {k: v for k, v in one._asdict().items() if k not in ("questions", "id")}
        row = Resource(version_id=version_id, position=position, **values)
        db.add(row)
        db.flush()
        for place, asked in enumerate(one.questions[: rules.MOST_QUESTIONS], start=1):
            db.add(
                CheckQuestion(
                    resource_id=row.id,
                    position=place,
                    text=asked.text,
                    choices="\n".join(asked.choices),
                    right_choice=asked.right,
                    because=asked.because,
                )
            )
    db.flush()


def _put_tasks(db: Session, version_id: int, tasks: Sequence[Task], outcomes: Sequence[int]) -> None:
    most = rules.MOST_TASKS
    _refuse_many(len(tasks), most, "tasks", _("Keep at most %(n)s tasks.", n=most))
    old = select(TaskPlan.id).where(TaskPlan.version_id == version_id)
    db.exec(delete(TaskOutcome).where(col(TaskOutcome.task_id).in_(old)))
    db.exec(delete(TaskPlan).where(col(TaskPlan.version_id) == version_id))
    for position, one in enumerate(tasks, start=1):
        values = {k: v for k, v in one._asdict().items() if k not in ("outcomes", "id")}
        row = TaskPlan(version_id=version_id, position=position, **values)
        db.add(row)
        db.flush()
        for place in sorted(set(one.outcomes)):
            if 0 <= place < len(outcomes):
                db.add(TaskOutcome(task_id=row.id, outcome_id=outcomes[place]))
    db.flush()


def _put_people(
    db: Session, version: ProgrammeVersion, people: Sequence[Named], functions: tuple[Function, ...]
) -> None:
    """Replace who is named in these functions. Only members who may look after work."""
    allowed = {membership_id for membership_id, _id, _name in queries.may_be_named(db, version.org_id)}
    wrong = [one for one in people if one.membership_id not in allowed]
    if wrong:
        words = _("Choose people of your organisation who look after work.")
        raise Invalid(words, **{wrong[0].function.value: words})
    db.exec(
        delete(ProgrammePerson).where(
            col(ProgrammePerson.version_id) == version.id, col(ProgrammePerson.function).in_(functions)
        )
    )
    for one in people[: rules.MOST_MENTORS]:
        db.add(
            ProgrammePerson(
                version_id=version.id,
                membership_id=one.membership_id,
                function=one.function,
                words=one.words,
            )
        )
    db.flush()


def _put_entry(db: Session, version_id: int, entry: Sequence[Entry]) -> None:
    if len({one.skill_id for one in entry}) != len(entry):
        raise Invalid(_("A skill is asked for twice."), entry=_("Name each skill once."))
    most = rules.MOST_PREREQUISITES
    _refuse_many(len(entry), most, "entry", _("Keep at most %(n)s skills to come with.", n=most))
    db.exec(delete(Prerequisite).where(col(Prerequisite.version_id) == version_id))
    for position, one in enumerate(entry, start=1):
        db.add(
            Prerequisite(
                version_id=version_id,
                position=position,
                skill_id=one.skill_id,
                level=one.level,
                essential=one.essential,
            )
        )
    db.flush()


def put_rubric(db: Session, version: ProgrammeVersion, judging: Judging, outcomes: Sequence[int]) -> None:
    """The rubric of this draft, rewritten, or made when it had none; and which outcome each criterion assesses."""
    title = judging.title or version.title
    if version.rubric_id is None:
        made = create_rubric(db, version.org_id, title, judging.criteria, pass_mark=judging.pass_mark)
        version.rubric_id = made.id
        db.add(version)
        db.flush()
    else:
        view = rubric_with_criteria(db, version.rubric_id)
        require(rules.may_change_rubric(view.rubric.frozen_at is not None, 0))
        rewrite(db, view.rubric, title, judging.criteria, pass_mark=judging.pass_mark)
    db.exec(delete(OutcomeCriterion).where(col(OutcomeCriterion.version_id) == version.id))
    for position, place in enumerate(judging.assesses, start=1):
        if 0 <= place < len(outcomes):
            db.add(OutcomeCriterion(version_id=version.id, position=position, outcome_id=outcomes[place]))
    db.flush()


def _align_rubric(db: Session, version: ProgrammeVersion) -> None:
    """A criterion feeds the skill of its outcome, at its level: when these change, the criteria follow."""
    if version.rubric_id is None:
        return
    whole = queries.whole(db, version)
    if whole.rubric is None or whole.rubric.rubric.frozen_at is not None:
        return
    usual: tuple[int | None, ...] = (None,) * STEPS
    followed, changed = [], False
    for one, place in zip(drafts_of(whole.rubric), whole.draft.criteria, strict=True):
        outcome = whole.draft.outcomes[place] if place is not None else None
        if outcome is None or outcome.skill_id is None:
            followed.append(one)
            continue
        if (one.skill_id, one.target_level) != (outcome.skill_id, outcome.level):
            changed = True
            one = one._replace(  # noqa: PLW2901 - the same criterion, following
                skill_id=outcome.skill_id, target_level=outcome.level, shows_milli=usual
            )
        followed.append(one)
    if changed:
        rubric = whole.rubric.rubric
        rewrite(db, rubric, rubric.title, followed, pass_mark=rubric.pass_mark)
