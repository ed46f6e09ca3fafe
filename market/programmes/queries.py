"""Reading programmes: one version with all its parts, and who may be named in it."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlmodel import Session, col, select

from market.access import Actor, Task, roles_for
from market.accounts.models import Membership, Organisation, Person
from market.errors import NotFound
from market.programmes import rules
from market.programmes.drafts import SCALARS, Draft, Entry, Item, Named, Outcome, Question
from market.programmes.drafts import Task as TaskDraft
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
from market.rubrics import rules as rubric_rules
from market.rubrics.queries import RubricView, rubric_with_criteria
from market.rubrics.service import drafts_of
from market.skills.models import Skill, SkillStatus
from market.words import _


class Whole(NamedTuple):
    """One version of a programme with everything that belongs to it."""

    programme: Programme
    version: ProgrammeVersion
    organisation: Organisation
    draft: Draft
    rubric: RubricView | None

    @property
    def skill_ids(self) -> tuple[int, ...]:
        """What it teaches."""
        return tuple(dict.fromkeys(one.skill_id for one in self.draft.outcomes if one.skill_id is not None))


def get_programme(db: Session, public_id: str) -> Programme:
    """By its public id, whatever its state."""
    found = db.exec(select(Programme).where(Programme.public_id == public_id)).first()
    if found is None:
        raise NotFound(_("There is no such programme."))
    return found


def get_visible(db: Session, actor: Actor, public_id: str) -> Programme:
    """`NotFound` alike for what is missing and for what this actor may not know of."""
    found = get_programme(db, public_id)
    allowed = rules.may_see(actor, found)
    if not allowed:
        raise NotFound(allowed.reason)
    return found


def get_ours(db: Session, actor: Actor, public_id: str) -> Programme:
    """One of an organisation for which this actor writes, else `NotFound`."""
    found = get_programme(db, public_id)
    if not rules.may_write(actor, found.org_id):
        raise NotFound(_("There is no such programme."))
    return found


def version_of(db: Session, programme: Programme, number: int) -> ProgrammeVersion | None:
    """A version by its number; 0 is the draft."""
    return db.exec(
        select(ProgrammeVersion).where(
            ProgrammeVersion.programme_id == programme.id, ProgrammeVersion.version == number
        )
    ).first()


def newest(db: Session, programme: Programme) -> ProgrammeVersion:
    """The version that is out last; the draft of a programme that was never published."""
    found = version_of(db, programme, programme.version)
    if found is None:
        raise NotFound(_("There is no such programme."))
    return found


def whole(db: Session, version: ProgrammeVersion) -> Whole:
    """The version with its parts. At most thirteen statements."""
    rubric = rubric_with_criteria(db, version.rubric_id) if version.rubric_id else None
    outcomes, ids = _outcomes(db, version.id)
    place = {row_id: n for n, row_id in enumerate(ids)}
    judged = dict(
        db.exec(
            select(OutcomeCriterion.position, OutcomeCriterion.outcome_id).where(
                OutcomeCriterion.version_id == version.id
            )
        ).all()
    )
    criteria = rubric.criteria if rubric else ()
    wrong = rubric_rules.problems(drafts_of(rubric)) if rubric else []
    draft = Draft(
        **{name: getattr(version, name) for name in SCALARS},
        outcomes=outcomes,
        resources=_resources(db, version.id),
        tasks=_tasks(db, version.id, place),
        people=_people(db, version),
        entry=_entry(db, version.id),
        rubric_attached=rubric is not None,
        rubric_problem=wrong[0][2] if wrong else "",
        criteria=tuple(place.get(judged.get(c.position, 0)) for c in criteria),
        pass_mark=rubric.rubric.pass_mark if rubric else 3,
    )
    return Whole(
        db.get_one(Programme, version.programme_id),
        version,
        db.get_one(Organisation, version.org_id),
        draft,
        rubric,
    )


def whole_of_id(db: Session, version_id: int) -> Whole:
    """For openings and engagements, which carry the id of the version they were made from."""
    found = db.get(ProgrammeVersion, version_id)
    if found is None:
        raise NotFound(_("There is no such programme."))
    return whole(db, found)


def _outcomes(db: Session, version_id: int) -> tuple[tuple[Outcome, ...], tuple[int, ...]]:
    found = db.exec(
        select(LearningOutcome, Skill)
        .join(Skill, col(Skill.id) == col(LearningOutcome.skill_id), isouter=True)
        .where(LearningOutcome.version_id == version_id)
        .order_by(col(LearningOutcome.position))
    ).all()
    made = tuple(
        Outcome(
            one.text,
            one.skill_id,
            one.level,
            skill.name if skill else one.skill_words,
            skill.public_id if skill else "",
            skill is None or skill.status == SkillStatus.ACTIVE,
            one.id,
        )
        for one, skill in found
    )
    return made, tuple(one.id for one, _skill in found)


def _resources(db: Session, version_id: int) -> tuple[Item, ...]:
    rows = db.exec(
        select(Resource).where(Resource.version_id == version_id).order_by(col(Resource.position))
    ).all()
    questions: dict[int, list[Question]] = {}
    for q in db.exec(
        select(CheckQuestion)
        .where(col(CheckQuestion.resource_id).in_([row.id for row in rows]))
        .order_by(col(CheckQuestion.resource_id), col(CheckQuestion.position))
    ):
        asked = Question(q.text, tuple(q.choices.splitlines()), q.right_choice, q.because)
        questions.setdefault(q.resource_id, []).append(asked)
    return tuple(
        Item(
            r.kind, r.title, r.link, r.minutes, r.cost_minor, r.captions, r.mandatory, r.day, r.at_time, r.place,
            tuple(questions.get(r.id, ())), r.id,
        )
        for r in rows
    )  # fmt: skip


def _tasks(db: Session, version_id: int, place: Mapping[int, int]) -> tuple[TaskDraft, ...]:
    rows = db.exec(
        select(TaskPlan).where(TaskPlan.version_id == version_id).order_by(col(TaskPlan.position))
    ).all()
    practised: dict[int, list[int]] = {}
    for link in db.exec(select(TaskOutcome).where(col(TaskOutcome.task_id).in_([row.id for row in rows]))):
        if link.outcome_id in place:
            practised.setdefault(link.task_id, []).append(place[link.outcome_id])
    return tuple(
        TaskDraft(
            t.title, t.text, t.accepted_when, t.hours, t.week, t.productive,
            tuple(sorted(practised.get(t.id, ()))), t.id,
        )
        for t in rows
    )  # fmt: skip


def _people(db: Session, version: ProgrammeVersion) -> tuple[Named, ...]:
    found = db.exec(
        select(ProgrammePerson, Membership, Person)
        .join(Membership, col(Membership.id) == col(ProgrammePerson.membership_id))
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(ProgrammePerson.version_id == version.id)
        .order_by(col(ProgrammePerson.id))
    ).all()
    return tuple(
        Named(
            m.id,
            row.function,
            row.words,
            person.display_name or _("Someone who left"),
            person.id,
            m.ended_at is None and m.org_id == version.org_id and m.role in roles_for(Task.SUPERVISE),
        )
        for row, m, person in found
    )


def _entry(db: Session, version_id: int) -> tuple[Entry, ...]:
    found = db.exec(
        select(Prerequisite, Skill)
        .join(Skill, col(Skill.id) == col(Prerequisite.skill_id))
        .where(Prerequisite.version_id == version_id)
        .order_by(col(Prerequisite.position))
    ).all()
    return tuple(
        Entry(
            p.skill_id, p.level, p.essential, skill.name, skill.public_id, skill.status == SkillStatus.ACTIVE
        )
        for p, skill in found
    )


def may_be_named(db: Session, org_id: int) -> list[tuple[int, str, str]]:
    """Who may mentor and assess: (membership id, public id and name of the person), each person once."""
    found = db.exec(
        select(Membership.id, Person.public_id, Person.display_name)
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(
            Membership.org_id == org_id,
            col(Membership.role).in_(roles_for(Task.SUPERVISE)),
            col(Membership.ended_at).is_(None),
        )
        .order_by(col(Membership.id))
    ).all()
    first: dict[str, tuple[int, str, str]] = {}
    for membership_id, public_id, name in found:
        first.setdefault(public_id, (membership_id, public_id, name or ""))
    return list(first.values())


def achievements_of(db: Session, programme_id: int) -> tuple[int, ...]:
    """What the versions of a programme issue: any of these shows that someone completed it."""
    found = db.exec(
        select(col(ProgrammeVersion.achievement_id)).where(
            ProgrammeVersion.programme_id == programme_id, col(ProgrammeVersion.achievement_id).is_not(None)
        )
    ).all()
    return tuple(one for one in found if one is not None)
