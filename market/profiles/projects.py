"""Projects: something someone made. With a link that anyone can open, each skill it shows stands in the ledger as T1."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from market import clock
from market.access import Actor
from market.errors import Conflict, Invalid
from market.evidence import service as evidence
from market.evidence.models import Kind
from market.profiles import rules
from market.profiles.models import Project, ProjectSkill
from market.words import _


class Made(NamedTuple):
    """What a person says of a project. `skills` maps skill id to the level (1-5) it shows."""

    title: str
    done_on: date
    role: str = ""
    text: str = ""
    link: str = ""
    skills: Mapping[int, int] = {}


def add_project(db: Session, actor: Actor, made: Made) -> Project:
    """Put a project on the actor's profile. Raises `Invalid` for what cannot be, `Conflict` when there are too many."""
    _check(made, clock.today(actor.time_zone))
    counted = select(func.count()).where(Project.person_id == actor.id)
    if db.exec(counted).one() >= rules.MOST_PROJECTS:
        raise Conflict(
            _(
                "A profile holds %(most)s projects. Remove one before you add another.",
                most=rules.MOST_PROJECTS,
            )
        )
    project = Project(
        person_id=actor.id,
        title=made.title,
        role=made.role,
        text=made.text,
        link=made.link,
        done_on=made.done_on,
    )
    db.add(project)
    db.flush()
    for skill_id, level in made.skills.items():
        _show(db, project, skill_id, level)
    return project


def change_project(db: Session, actor: Actor, project: Project, made: Made) -> Project:
    """Say it anew. Other words leave the ledger alone; another link, day, skill or level voids what it concerns."""
    _check(made, clock.today(actor.time_zone))
    same_proof = (project.link, project.done_on) == (made.link, made.done_on)
    project.title, project.role, project.text = made.title, made.role, made.text
    project.link, project.done_on = made.link, made.done_on
    db.add(project)
    kept = set()
    for row in _skills(db, project):
        if same_proof and made.skills.get(row.skill_id) == row.level:
            kept.add(row.skill_id)
        else:
            _hide(db, row)
    for skill_id, level in made.skills.items():
        if skill_id not in kept:
            _show(db, project, skill_id, level)
    db.flush()
    return project


def remove_project(db: Session, actor: Actor, project: Project) -> None:
    """Take a project off the profile; what it showed no longer counts."""
    for row in _skills(db, project):
        _hide(db, row)
    db.delete(project)
    db.flush()


def _check(made: Made, today: date) -> None:
    if made.done_on > today:
        raise Invalid(
            _("That day is still to come."), done_on=_("That day is still to come. Add it when it is done.")
        )
    if made.link and not rules.is_open_link(made.link):
        words = _("Write the address of a page that anyone can open, such as https://example.org/page.")
        raise Invalid(words, link=words)
    if len(made.skills) > rules.MOST_PROJECT_SKILLS:
        words = _("Name at most %(most)s skills.", most=rules.MOST_PROJECT_SKILLS)
        raise Invalid(words, skills=words)
    if any(level not in rules.LEVELS for level in made.skills.values()):
        raise Invalid(_("Choose a level from 1 to 5."), skills=_("Choose a level from 1 to 5."))


def _skills(db: Session, project: Project) -> list[ProjectSkill]:
    wanted = select(ProjectSkill).where(ProjectSkill.project_id == project.id)
    return list(db.exec(wanted.order_by(col(ProjectSkill.id))))


def _show(db: Session, project: Project, skill_id: int, level: int) -> None:
    row = ProjectSkill(project_id=project.id, skill_id=skill_id, level=level)
    db.add(row)
    db.flush()
    if project.link and project.engagement_public_id is None:  # work done here counts as assessed, once
        evidence.record(
            db,
            person_id=project.person_id,
            skill_id=skill_id,
            kind=Kind.PROJECT,
            reading_milli=1000 * level,
            source=("project_skill", row.id),
            occurred_on=project.done_on,
        )


def _hide(db: Session, row: ProjectSkill) -> None:
    evidence.void_source(db, ("project_skill", row.id))
    db.delete(row)
    db.flush()
